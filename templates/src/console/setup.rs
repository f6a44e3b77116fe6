//! The first administrator, by a link that works once: `GET /setup/{token}`, `POST /setup/{token}`.

use maud::{Markup, html};

use super::bare;
use super::forms::FieldError;
use super::login::password;
use crate::components::{Banner, Button, Field, Tone};
use crate::lang::Lang;
use crate::words::console as words;

/// The page behind the one-time setup link. Its form posts `csrf`, `name`, `email` and `password`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setup {
    pub lang: Lang,
    /// A token bound to a cookie of this page.
    pub csrf: String,
    /// Where the form posts to: the address of this page, `/setup/{token}`.
    pub action: String,
    pub name: String,
    pub email: String,
    /// Field and sentence; without a field it stands above the form. Fields: `name`, `email`, `password`.
    pub errors: Vec<FieldError>,
    /// The link was used; nothing but a way to sign in is shown.
    pub used: bool,
}

impl Setup {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        if self.used {
            let body = html! {
                h1 { (words::setup_gone(lang)) }
                p.muted { (words::setup_gone_help(lang)) }
                (Button::primary(words::sign_in(lang)).href("/login").wide())
            };
            return bare::page(lang, words::setup_gone(lang), None, body);
        }
        let body = html! {
            h1 { (words::setup(lang)) }
            p.muted { (words::setup_lead(lang)) }
            @for error in self.errors.iter().filter(|error| error.field.is_none()) {
                (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (error.message) } }) })
            }
            form.stack method="post" action=(self.action) data-door {
                input type="hidden" name="csrf" value=(self.csrf);
                (Field { value: &self.name, autocomplete: Some("name"), required: true, maxlength: Some(120), autofocus: true, hint: Some(words::your_name_hint(lang)),
                    error: FieldError::of(&self.errors, "name"), ..Field::new(words::your_name(lang), "name") })
                (Field { kind: "email", value: &self.email, autocomplete: Some("username"), inputmode: Some("email"), required: true,
                    error: FieldError::of(&self.errors, "email"), ..Field::new(words::email(lang), "email") })
                (password(lang, words::password(lang), "new-password", Some(words::password_hint(lang)), FieldError::of(&self.errors, "password"), false))
                (Button::primary(words::create_account(lang)).wide())
            }
        };
        bare::page(lang, words::setup(lang), None, body)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self { csrf: "c3JmLXNhbXBsZQ".to_owned(), action: "/setup/8h2k5m".to_owned(), ..Self::default() };
        vec![
            ("empty", empty.clone()),
            (
                "errors",
                Self {
                    name: "Omar Haddad".to_owned(),
                    email: "omar@".to_owned(),
                    errors: vec![
                        FieldError::new("email", words::need_your_email(Lang::En)),
                        FieldError::new("password", words::password_too_short(Lang::En)),
                    ],
                    ..empty.clone()
                },
            ),
            ("empty-ar", Self { lang: Lang::Ar, ..empty.clone() }),
            ("used", Self { used: true, ..empty }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_tied_to_its_field() {
        let (_, view) = Setup::samples().remove(1);
        let text = view.render().into_string();
        assert!(text.contains("aria-describedby=\"password-error password-hint\""), "{text}");
        assert!(text.contains("value=\"omar@\""));
    }
}
