//! An invited person comes in: `GET /invitation/{token}`, `POST /invitation/{token}`.

use maud::{Markup, html};

use super::bare;
use super::forms::FieldError;
use super::login::password;
use crate::components::{Banner, Button, Field, Tone};
use crate::lang::Lang;
use crate::words::{account, console as words};

/// The page behind an invitation's link. Its form posts `csrf`, `name` and `password`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invitation {
    pub lang: Lang,
    /// A token bound to a cookie of this page.
    pub csrf: String,
    /// Where the form posts to: the address of this page.
    pub action: String,
    /// The address that was invited, which the account is of.
    pub email: String,
    /// As the admin wrote it, or as it was typed.
    pub name: String,
    /// Field and sentence. Fields: `name`, `password`.
    pub errors: Vec<FieldError>,
    /// The link is good no longer; nothing but a way to sign in is shown.
    pub gone: bool,
}

impl Invitation {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        if self.gone {
            return gone(lang, account::invitation_gone(lang), account::back_to_sign_in(lang), "/login");
        }
        let body = html! {
            h1 { (account::welcome(lang)) }
            p.muted { (account::welcome_lead(lang, &self.email)) }
            @for error in self.errors.iter().filter(|error| error.field.is_none()) {
                (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (error.message) } }) })
            }
            form.stack method="post" action=(self.action) data-door {
                input type="hidden" name="csrf" value=(self.csrf);
                // Password managers keep the address beside the password.
                input type="hidden" name="email" value=(self.email) autocomplete="username";
                (Field { value: &self.name, autocomplete: Some("name"), required: true, hint: Some(words::your_name_hint(lang)), maxlength: Some(120),
                    error: FieldError::of(&self.errors, "name"), ..Field::new(words::your_name(lang), "name") })
                (password(lang, words::password(lang), "new-password", Some(words::password_hint(lang)), FieldError::of(&self.errors, "password"), true))
                (Button::primary(words::create_account(lang)).wide())
            }
        };
        bare::page(lang, account::welcome(lang), None, body)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            csrf: "c3JmLXNhbXBsZQ".to_owned(),
            action: "/invitation/8h2k5m".to_owned(),
            email: "tom@example.net".to_owned(),
            name: "Tom Reed".to_owned(),
            ..Self::default()
        };
        let errors = vec![FieldError::new("password", account::password_common(Lang::En))];
        vec![
            ("empty", empty.clone()),
            ("errors", Self { errors, ..empty.clone() }),
            ("ar", Self { lang: Lang::Ar, ..empty.clone() }),
            ("gone", Self { gone: true, ..empty }),
        ]
    }
}

/// A link that opens nothing, why, and a way on.
pub(super) fn gone(lang: Lang, why: &str, way: &str, href: &str) -> Markup {
    let body = html! {
        h1 { (account::link_gone(lang)) }
        p.muted { (why) }
        (Button::primary(way).href(href).wide())
    };
    bare::page(lang, account::link_gone(lang), None, body)
}
