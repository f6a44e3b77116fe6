//! The first administrator, by a link that works once: `GET /setup/{token}`, `POST /setup/{token}`.

use maud::{Markup, html};

use super::door::shell;
use super::login::password;
use super::new_session::FieldError;
use super::words;
use crate::parts::{Banner, Button, Field, Tone};

/// The page behind the one-time setup link. Its form posts `csrf`, `name`, `email` and `password`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setup {
    /// A token bound to a cookie of this page.
    pub csrf: String,
    /// Where the form posts to: the address of this page, `/setup/{token}`.
    pub action: String,
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub email: String,
    /// Field and sentence; without a field it stands above the form. Fields: `name`, `email`, `password`.
    pub errors: Vec<FieldError>,
    /// The link was used; nothing but a way to sign in is shown.
    pub used: bool,
}

impl Setup {
    /// The page.
    pub fn render(&self) -> Markup {
        if self.used {
            let body = html! {
                h1 { (words::SETUP_GONE) }
                p.muted { (words::SETUP_GONE_HELP) }
                (Button::primary(words::SIGN_IN).href("/login").wide())
            };
            return shell(words::SETUP_GONE, None, body);
        }
        let body = html! {
            h1 { (words::SETUP) }
            p.muted { (words::SETUP_LEAD) }
            @for error in self.errors.iter().filter(|error| error.field.is_none()) {
                (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (error.message) } }) })
            }
            form.stack method="post" action=(self.action) data-door {
                input type="hidden" name="csrf" value=(self.csrf);
                (Field { value: &self.name, autocomplete: Some("name"), required: true, autofocus: true, maxlength: Some(120), hint: Some(words::YOUR_NAME_HINT),
                    error: FieldError::of(&self.errors, "name"), ..Field::new(words::YOUR_NAME, "name") })
                (Field { kind: "email", value: &self.email, autocomplete: Some("username"), inputmode: Some("email"), required: true,
                    error: FieldError::of(&self.errors, "email"), ..Field::new(words::EMAIL, "email") })
                (password(words::PASSWORD, "new-password", Some(words::PASSWORD_HINT), FieldError::of(&self.errors, "password"), false))
                (Button::primary(words::CREATE_ACCOUNT).wide())
            }
        };
        shell(words::SETUP, None, body)
    }

    /// Every state of the page.
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
                        FieldError::new("email", "Enter an address like name@example.com."),
                        FieldError::new("password", "This password is too short: use at least 12 characters."),
                    ],
                    ..empty.clone()
                },
            ),
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
