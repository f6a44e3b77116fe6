//! What every page of staff keeps to, for the tests of the console's pages and of the admins'.

use maud::Markup;

/// Every page is a whole document with one first heading, without inline style or script; names in it are text and never markup.
pub(crate) fn are_whole_documents(samples: Vec<(String, Markup)>) {
    for (name, page) in samples {
        let text = page.into_string();
        assert!(text.starts_with("<!DOCTYPE html>"), "{name}");
        for refused in [" style=", "<style", " onclick=", "<script>", "<img src=x"] {
            assert!(!text.contains(refused), "{name} has {refused}");
        }
        assert_eq!(text.matches("<h1").count(), 1, "{name} has one first heading");
    }
}

/// No id stands twice on a page.
pub(crate) fn have_unique_ids(samples: Vec<(String, Markup)>) {
    for (name, page) in samples {
        let text = page.into_string();
        let mut ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(all, ids.len(), "{name}: {ids:?}");
    }
}

/// Every form that posts carries the token against forgery; `also` says what else it has to have.
pub(crate) fn have_protected_forms(samples: Vec<(String, Markup)>, also: impl Fn(&str) -> bool) {
    for (name, page) in samples {
        let text = page.into_string();
        let forms = text.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
        for form in forms.filter(|form| form.contains("method=\"post\"")) {
            assert!(form.contains("name=\"csrf\"") && also(form), "{name}: {form}");
        }
    }
}
