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

/// Every field for a text says how long it may be, as the check of what it sends does: nobody types what is then refused.
pub(crate) fn say_how_long_texts_may_be(samples: Vec<(String, Markup)>) {
    let kinds = ["text", "email", "tel", "password", "url"];
    for (name, page) in samples {
        let text = page.into_string();
        let tags = text.split(['<']).filter_map(|rest| rest.split('>').next());
        let is_text = |tag: &&str| {
            tag.starts_with("textarea") || kinds.iter().any(|kind| tag.contains(&format!(" type=\"{kind}\"")))
        };
        for tag in tags.filter(is_text).filter(|tag| !tag.contains(" readonly")) {
            // A definition and rows of a table may fill the whole form; the maker's choices are counted one by one; of a number its
            // size is checked.
            let free = [
                "name=\"steps\"",
                "name=\"rows\"",
                "data-part-of=\"options\"",
                "inputmode=\"decimal\"",
                "inputmode=\"numeric\"",
            ];
            let says = tag.contains(" maxlength=\"") || tag.contains(" data-max=\"");
            assert!(says || free.iter().any(|name| tag.contains(name)), "{name}: <{tag}>");
        }
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
