//! Mails to members of staff: the invitation, and what is about their password.
//!
//! Dressed like customers' mails ([`crate::mail`]). The links in them open an account, so each says how long it works, and what to
//! do if one did not ask for it.

use jiff::Timestamp;

use crate::customer::{Brand, sample};
use crate::lang::Lang;
use crate::mail::{Letter, Said, Sheet, one_line};
use crate::times;
use crate::words::{account as words, mail};

/// What a mail to a member of staff is about.
#[derive(Clone, PartialEq, Eq)]
pub enum StaffPurpose {
    Invitation {
        /// The whole address, token included.
        link: String,
        /// How long the link works.
        until: Timestamp,
        /// Who invites; none where a program does.
        by: Option<String>,
    },
    Reset {
        /// The whole address, token included.
        link: String,
        /// How long the link works.
        until: Timestamp,
    },
    PasswordChanged {
        /// Where to ask for another password, if somebody else did it.
        link: String,
    },
}

/// Links are secrets: a debug print says what kind of mail it is and nothing else.
impl std::fmt::Debug for StaffPurpose {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Invitation { .. } => "Invitation",
            Self::Reset { .. } => "Reset",
            Self::PasswordChanged { .. } => "PasswordChanged",
        })
    }
}

/// A mail to a member of staff.
#[derive(Debug, Clone)]
pub struct StaffMail {
    pub lang: Lang,
    /// The company.
    pub brand: Brand,
    /// Their whole name, as an admin wrote it.
    pub name: String,
    /// The address that they sign in with.
    pub email: String,
    pub purpose: StaffPurpose,
}

impl StaffMail {
    /// The mail, ready to be sent.
    pub fn render(&self) -> Letter {
        let lang = self.lang;
        let (name, company) = (one_line(&self.name), one_line(&self.brand.company));
        let company = company.as_str();
        let (subject, preview, body, why, link, until, button) = match &self.purpose {
            StaffPurpose::Invitation { link, until, by } => {
                let invited = match by {
                    Some(by) => words::invited_by(lang, &one_line(by), company).to_string(),
                    None => words::invited(lang, company).to_string(),
                };
                (
                    words::invitation_subject(lang, company).to_string(),
                    words::invitation_preview(lang).to_owned(),
                    vec![invited, words::invitation_how(lang, &self.email).to_string()],
                    words::invitation_why(lang, company).to_string(),
                    link,
                    Some(*until),
                    words::choose_password(lang),
                )
            }
            StaffPurpose::Reset { link, until } => (
                words::reset_subject(lang, company).to_string(),
                words::reset_preview(lang).to_owned(),
                vec![words::reset(lang, company).to_string()],
                words::reset_why(lang).to_owned(),
                link,
                Some(*until),
                words::choose_password(lang),
            ),
            StaffPurpose::PasswordChanged { link } => (
                words::changed_subject(lang, company).to_string(),
                words::changed_preview(lang).to_owned(),
                vec![words::changed(lang, company).to_string(), words::changed_not_you(lang).to_owned()],
                words::changed_why(lang, company).to_string(),
                link,
                None,
                words::ask_for_password(lang),
            ),
        };
        let private = until.is_some();
        let until = until.map(|until| mail::until(lang, &times::moment(lang, until)).to_string());
        let said = Said { subject, preview, hello: mail::hello(lang, &name).to_string(), body, until, keep: None, why };
        Sheet { lang, brand: &self.brand, said, link: Some(link), code: None, button, private }.render()
    }

    /// Every kind of mail.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let mail = |purpose| Self {
            lang: Lang::En,
            brand: sample::brand(),
            name: "Tom Reed".to_owned(),
            email: "tom@example.net".to_owned(),
            purpose,
        };
        let invitation = StaffPurpose::Invitation {
            link: "https://app.example.net/invitation/agnt000000000002q8w4e2r6t0y1u3i5o7p9a".to_owned(),
            until: sample::at(168),
            by: Some("Ada Winter".to_owned()),
        };
        let link = "https://app.example.net/reset/agnt000000000002q8w4e2r6t0y1u3i5o7p9a".to_owned();
        vec![
            ("mail-staff-invitation", mail(invitation.clone())),
            ("mail-staff-invitation-ar", Self { lang: Lang::Ar, brand: sample::arabic(), ..mail(invitation) }),
            ("mail-staff-reset", mail(StaffPurpose::Reset { link, until: sample::at(1) })),
            (
                "mail-staff-password",
                mail(StaffPurpose::PasswordChanged { link: "https://app.example.net/forgot-password".to_owned() }),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_is_complete_in_both_parts_and_shows_no_secret() {
        for (name, mail) in StaffMail::samples() {
            let letter = mail.render();
            let (StaffPurpose::Invitation { link, .. }
            | StaffPurpose::Reset { link, .. }
            | StaffPurpose::PasswordChanged { link }) = &mail.purpose;
            assert!(letter.text.contains(link) && letter.html.matches(link.as_str()).count() == 3, "{name}");
            assert_eq!(letter.html.matches("class=\"go\"").count(), 1, "{name} has one button");
            assert!(!letter.subject.contains('\n') && letter.subject.chars().count() <= 100, "{name}");
            assert!(!format!("{mail:?} {letter:?}").contains("q8w4e2"), "{name}");
        }
    }
}
