//! Mails to customers (R5, R7, R23): a subject, an HTML part and a text part written by hand.
//!
//! 600 px, one button, the link also as text, and the reason why it came. Mail programs know no style sheet of ours, so
//! this is the one place with inline styles and hexadecimal colours; they come from the company's [`crate::Accent`] all the same.
//! A PIN is never in a mail.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::customer::{Brand, sample};
use crate::lang::Lang;
use crate::names::first_name;
use crate::times;
use crate::words::{customer, mail as words};

/// What a message to the customer is about, be it a mail or a text message.
#[derive(Clone, PartialEq, Eq)]
pub enum Purpose {
    Invitation {
        /// The whole address, token included.
        link: String,
        /// How long the link works.
        until: Option<Timestamp>,
        /// Whether a PIN will be asked for.
        pin: bool,
        /// Whether something waits to be looked at, filled in or signed.
        work: bool,
    },
    /// R5: the link that the customer asked for.
    NewLink {
        /// The whole address, token included.
        link: String,
        /// How long the link works.
        until: Option<Timestamp>,
    },
    /// R4: the session goes on, and the agent asked to say so.
    Renewed {
        /// The whole address, token included.
        link: String,
        /// How long the link works.
        until: Option<Timestamp>,
    },
    /// R7: the second method.
    Code {
        /// The digits.
        code: String,
        /// How long they work.
        minutes: u32,
    },
    /// R23: unfinished work.
    Reminder {
        /// The whole address, token included.
        link: String,
    },
    /// R23: something new while the customer was away.
    Update {
        /// The whole address, token included.
        link: String,
    },
}

/// Links and codes are secrets: a debug print says what kind of message it is and nothing else.
impl std::fmt::Debug for Purpose {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Invitation { .. } => "Invitation",
            Self::NewLink { .. } => "NewLink",
            Self::Renewed { .. } => "Renewed",
            Self::Code { .. } => "Code",
            Self::Reminder { .. } => "Reminder",
            Self::Update { .. } => "Update",
        })
    }
}

impl Purpose {
    /// The link in it, if it carries one.
    pub(crate) fn link(&self) -> Option<&str> {
        match self {
            Self::Invitation { link, .. }
            | Self::NewLink { link, .. }
            | Self::Renewed { link, .. }
            | Self::Reminder { link }
            | Self::Update { link } => Some(link),
            Self::Code { .. } => None,
        }
    }

    fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Invitation { until, .. } | Self::NewLink { until, .. } | Self::Renewed { until, .. } => *until,
            Self::Code { .. } | Self::Reminder { .. } | Self::Update { .. } => None,
        }
    }
}

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/// A mail to a customer.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The language of the mail.
    pub lang: Lang,
    /// Who writes.
    pub brand: Brand,
    /// The customer's name; the mail greets by its first word.
    pub customer: String,
    /// The owner's name; the mail shows its first word.
    pub agent: String,
    /// What it is about.
    pub purpose: Purpose,
}

/// A mail as it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject: one line, no secret.
    pub subject: String,
    /// The HTML part, a whole document.
    pub html: String,
    /// The text part.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Letter").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// What a mail says, before it is dressed.
pub(crate) struct Said {
    pub(crate) subject: String,
    pub(crate) preview: String,
    pub(crate) hello: String,
    pub(crate) body: Vec<String>,
    pub(crate) until: Option<String>,
    pub(crate) keep: Option<String>,
    pub(crate) why: String,
}

/// A mail to be dressed: what it says, and the one thing that is to be done with it.
pub(crate) struct Sheet<'a> {
    pub(crate) lang: Lang,
    pub(crate) brand: &'a Brand,
    pub(crate) said: Said,
    /// The whole address that the button leads to.
    pub(crate) link: Option<&'a str>,
    /// The digits, in place of a link.
    pub(crate) code: Option<&'a str>,
    /// What the button says.
    pub(crate) button: &'a str,
    /// Whether the link opens what is the reader's alone.
    pub(crate) private: bool,
}

impl Mail {
    /// The mail, ready to be sent.
    pub fn render(&self) -> Letter {
        self.sheet().render()
    }

    fn sheet(&self) -> Sheet<'_> {
        let code = match &self.purpose {
            Purpose::Code { code, .. } => Some(code.as_str()),
            _ => None,
        };
        let (link, button) = (self.purpose.link(), customer::open_page(self.lang));
        Sheet { lang: self.lang, brand: &self.brand, said: self.said(), link, code, button, private: true }
    }

    /// The HTML part as a mail program shows it: below the lines of its envelope, of which the `subject` is the last.
    pub(crate) fn with_envelope(&self, lines: &[(&str, &str)], subject: &str) -> Markup {
        let sheet = self.sheet();
        let lines = lines.iter().copied().chain([(subject, sheet.said.subject.as_str())]);
        let above = html! {
            dl.ink style={ "margin:0;padding:12px 24px;border-bottom:1px solid #8a93a1;color:#1c222c;font-size:14px;line-height:1.55;" (FONT) } {
                @for (name, value) in lines {
                    div style="display:flex;flex-wrap:wrap;gap:0 8px" { dt.soft style="color:#565e6c" { (name) } dd style="margin:0" { bdi { (value) } } }
                }
            }
        };
        sheet.html(Some(&above))
    }

    fn said(&self) -> Said {
        let lang = self.lang;
        let first = |name: &str| one_line(first_name(name));
        let (agent, customer, company) = (first(&self.agent), one_line(&self.customer), one_line(&self.brand.company));
        let (agent, company) = (agent.as_str(), company.as_str());
        let why = || words::why(lang, agent, company).to_string();
        let preview = || words::invitation_preview(lang).to_owned();
        let left_it = || words::new_link_preview(lang).to_owned();
        let (subject, preview, body, why) = match &self.purpose {
            Purpose::Invitation { pin, work, .. } => {
                let mut body = vec![if *work {
                    words::invitation(lang, agent, company).to_string()
                } else {
                    words::invitation_talk(lang, agent, company).to_string()
                }];
                body.extend(pin.then(|| words::pin(lang, agent).to_string()));
                (customer::opening_title(lang, agent, company).to_string(), preview(), body, why())
            }
            Purpose::NewLink { .. } => (
                words::new_link_subject(lang, company).to_string(),
                left_it(),
                vec![words::new_link(lang, agent, company).to_string()],
                words::new_link_why(lang).to_owned(),
            ),
            Purpose::Renewed { .. } => (
                words::renewed_subject(lang, company).to_string(),
                left_it(),
                vec![words::renewed(lang, agent, company).to_string()],
                why(),
            ),
            Purpose::Code { minutes, .. } => (
                words::code_subject(lang, company).to_string(),
                words::code_preview(lang, u64::from(*minutes)).to_string(),
                vec![words::code(lang, company).to_string()],
                words::code_why(lang, company).to_string(),
            ),
            Purpose::Reminder { .. } => (
                words::reminder_subject(lang, company).to_string(),
                preview(),
                vec![words::reminder(lang).to_owned()],
                why(),
            ),
            Purpose::Update { .. } => (
                words::update_subject(lang, company).to_string(),
                preview(),
                vec![words::update(lang, agent).to_string()],
                why(),
            ),
        };
        let until = self.purpose.until().map(|until| words::until(lang, &times::moment(lang, until)).to_string());
        let keep = match self.purpose {
            Purpose::Code { minutes, .. } => Some(words::code_keep(lang, u64::from(minutes)).to_string()),
            _ => None,
        };
        Said { subject, preview, hello: words::hello(lang, &customer).to_string(), body, until, keep, why }
    }

    /// Every kind of mail.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let link = "https://app.example.net/s/7k2m9qwx4t0p3v8n5r1jd6hbfzcgys.q8w4e2r6t0y1u3i5o7p9a".to_owned();
        let mail = |purpose| Self {
            lang: Lang::En,
            brand: sample::brand(),
            customer: "Mara Quist".to_owned(),
            agent: "Nina Okafor".to_owned(),
            purpose,
        };
        let until = Some(sample::at(168));
        let invitation = Purpose::Invitation { link: link.clone(), until, pin: true, work: true };
        vec![
            ("mail-invitation", mail(invitation.clone())),
            ("mail-invitation-de", Self { lang: Lang::De, brand: sample::light(), ..mail(invitation.clone()) }),
            ("mail-invitation-es", Self { lang: Lang::Es, ..mail(invitation.clone()) }),
            ("mail-invitation-fr", Self { lang: Lang::Fr, ..mail(invitation.clone()) }),
            (
                "mail-invitation-ar",
                Self {
                    lang: Lang::Ar,
                    brand: sample::arabic(),
                    customer: "سلمى".to_owned(),
                    agent: "ليلى حداد".to_owned(),
                    ..mail(invitation)
                },
            ),
            ("mail-new-link", mail(Purpose::NewLink { link: link.clone(), until })),
            ("mail-renewed", mail(Purpose::Renewed { link: link.clone(), until: None })),
            ("mail-code", mail(Purpose::Code { code: "482913".to_owned(), minutes: 10 })),
            ("mail-reminder", mail(Purpose::Reminder { link: link.clone() })),
            ("mail-update", mail(Purpose::Update { link })),
        ]
    }
}

impl Sheet<'_> {
    /// The mail, ready to be sent.
    pub(crate) fn render(&self) -> Letter {
        Letter { html: self.html(None).into_string(), text: self.text(), subject: self.said.subject.clone() }
    }

    /// The text part: short lines are left to the reader's program, paragraphs are ours.
    fn text(&self) -> String {
        let said = &self.said;
        let mut parts = vec![said.hello.clone()];
        parts.extend(said.body.iter().cloned());
        match self.code {
            Some(code) => parts.push(format!("    {code}")),
            None => parts.extend(self.link.map(str::to_owned)),
        }
        parts.extend(said.keep.clone());
        if self.link.is_some() && self.private {
            let only_you = customer::only_you(self.lang);
            parts.push(said.until.as_ref().map_or_else(|| only_you.to_owned(), |until| format!("{until} {only_you}")));
        }
        parts.push(format!("-- \n{}\n{}", one_line(&self.brand.company), said.why));
        let mut text = parts.join("\n\n");
        text.push('\n');
        text
    }

    /// The HTML part; `above` is what a program shows over it.
    fn html(&self, above: Option<&Markup>) -> Markup {
        let (lang, said) = (self.lang, &self.said);
        let (accent, dark) = (self.brand.accent, self.brand.accent.dark_hex());
        let ((button, on_button), link_colour) = (accent.button_hex(), accent.link_hex());
        // A light accent is the company's on a dark ground, too.
        let (dark_button, on_dark) =
            if accent.sheet().is_some() { (button.as_str(), on_button) } else { (dark.as_str(), "#0d131c") };
        let side = if lang == Lang::Ar { "right" } else { "left" };
        // Programs that turn colours round by themselves are told that we do it; the others get readable greys either way.
        let style = format!(
            ":root{{color-scheme:light dark;supported-color-schemes:light dark}}\
             @media(prefers-color-scheme:dark){{.ground{{background:#12161d!important}}.sheet{{background:#1b212b!important;border-color:#323a46!important}}\
             .ink{{color:#e9edf4!important}}.soft{{color:#a8b0bd!important}}.go{{background:{dark_button}!important;color:{on_dark}!important}}.link{{color:{dark}!important}}.code{{background:#12161d!important;color:#e9edf4!important}}}}"
        );
        html! {
            (DOCTYPE)
            html lang=(lang.code()) dir=(lang.dir()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="supported-color-schemes" content="light dark";
                    meta name="x-apple-disable-message-reformatting";
                    meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                    title { (said.subject) }
                    style { (PreEscaped(style)) }
                }
                body.ground style="margin:0;padding:0;background:#f4f5f8" {
                    @if let Some(above) = above { (above) }
                    // Shown after the subject in lists, and then not again.
                    div style="display:none;max-height:0;overflow:hidden;opacity:0" { (said.preview) }
                    (PreEscaped("<!--[if mso]><table role=\"presentation\" width=\"600\" align=\"center\"><tr><td><![endif]-->"))
                    div role="article" aria-label=(said.subject) lang=(lang.code()) dir=(lang.dir())
                        style={ "max-width:600px;margin:0 auto;padding:24px 12px;text-align:" (side) ";font-size:16px;line-height:1.55;overflow-wrap:anywhere;" (FONT) } {
                        div style="padding:0 12px 16px" {
                            @if let Some(logo) = &self.brand.logo {
                                img src=(logo) alt="" height="32" style="height:32px;vertical-align:middle;border:0;margin:0 8px 0 0";
                            }
                            strong.ink style="color:#1c222c;font-size:16px" { (self.brand.company) }
                        }
                        div.sheet style="background:#ffffff;border:1px solid #dfe2e8;border-radius:12px;padding:28px 24px" {
                            p.ink style="margin:0 0 16px;color:#1c222c" { (said.hello) }
                            @for paragraph in &said.body { p.ink style="margin:0 0 16px;color:#1c222c" { (paragraph) } }
                            @match self.code {
                                Some(code) => {
                                    p.code dir="ltr" style="margin:8px 0 24px;padding:16px;background:#eef0f5;color:#1c222c;border-radius:8px;text-align:center;font-size:30px;line-height:1.2;font-weight:700;letter-spacing:6px" { (code) }
                                }
                                None => {
                                    @if let Some(link) = self.link {
                                        p style="margin:8px 0 24px" {
                                            a.go href=(link) style={ "display:inline-block;padding:14px 28px;background:" (button) ";color:" (on_button) ";border-radius:8px;font-weight:600;text-decoration:none;mso-padding-alt:0" } {
                                                (self.button)
                                            }
                                        }
                                        p.soft style="margin:0 0 4px;color:#565e6c;font-size:14px" { (words::address(lang)) }
                                        p dir="ltr" style={ "margin:0 0 16px;font-size:14px;word-break:break-all;text-align:" (side) } {
                                            a.link href=(link) style={ "color:" (link_colour) } { (link) }
                                        }
                                    }
                                }
                            }
                            @if let Some(keep) = &said.keep { p.soft style="margin:0;color:#565e6c;font-size:14px" { (keep) } }
                            @if self.link.is_some() && self.private {
                                p.soft style="margin:0;color:#565e6c;font-size:14px" {
                                    @if let Some(until) = &said.until { (until) " " }
                                    (customer::only_you(lang))
                                }
                            }
                        }
                        p.soft style="margin:16px 12px 0;color:#565e6c;font-size:13px" { (said.why) }
                    }
                    (PreEscaped("<!--[if mso]></td></tr></table><![endif]-->"))
                }
            }
        }
    }
}

/// A name as a header can carry it: no line breaks or other controls.
pub(crate) fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_is_complete_in_both_parts() {
        for (name, mail) in Mail::samples() {
            let letter = mail.render();
            for part in [&letter.subject, &letter.html, &letter.text] {
                assert!(!part.contains('{') || part.contains(":root{"), "{name}: {part}");
                assert!(!part.to_lowercase().contains("parlor"), "{name}");
            }
            assert!(
                !letter.subject.contains('\n') && letter.subject.chars().count() <= 100,
                "{name}: {}",
                letter.subject
            );
            match &mail.purpose {
                Purpose::Code { code, .. } => {
                    assert!(letter.text.contains(code.as_str()) && letter.html.contains(code.as_str()), "{name}");
                    assert!(
                        !letter.subject.contains(code.as_str()),
                        "{name}: codes stay out of lists and lock screens"
                    );
                }
                other => {
                    let link = other.link().expect("a link");
                    assert!(letter.text.contains(link) && letter.html.matches(link).count() == 3, "{name}");
                    assert_eq!(letter.html.matches("class=\"go\"").count(), 1, "{name} has one button");
                }
            }
        }
    }

    #[test]
    fn a_name_cannot_add_a_header_or_markup() {
        let mut mail = Mail::samples().remove(0).1;
        "Acme\r\nBcc: a@b.c <b>".clone_into(&mut mail.brand.company);
        let letter = mail.render();
        assert!(!letter.subject.contains(['\r', '\n']) && !letter.html.contains("<b>"), "{}", letter.subject);
    }

    #[test]
    fn debug_shows_no_secret() {
        for (_, mail) in Mail::samples() {
            let shown = format!("{mail:?} {:?}", mail.render());
            assert!(!shown.contains("/s/") && !shown.contains("482913"), "{shown}");
        }
    }
}
