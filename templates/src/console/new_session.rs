//! The New Session form (R1, R7, R11, R12, R13, R19), in a dialog or as a part of the page.

use maud::{Markup, html};
use parlor_domain::Channel;

use super::forms::{FieldError, Forms};
use crate::components::{Banner, Field, Icon, Tone};
use crate::lang::Lang;
use crate::words::console as words;

/// A team whose settings a session can be started under (R19), with what those settings mean for the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamChoice {
    pub id: String,
    pub name: String,
    /// The agent's own team.
    pub own: bool,
    /// Effective `channels.sms` (R13).
    pub sms: bool,
    /// Effective `channels.embedded` (R12): no invitation is sent.
    pub embedded: bool,
    /// Effective `authentication.method` is `pin` (R7).
    pub pin: bool,
    /// Effective `channels.default`.
    pub channel: Channel,
    /// Effective `channels.default_country` (R13): in whose national form numbers are understood.
    pub country: Option<String>,
}

/// The session that stands in the way while `single_active` is on (R10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocking {
    pub id: String,
    pub name: String,
}

/// The form. Posts `csrf`, `idempotency_key`, `name`, `channel` (`email` | `sms`), `email`, `phone`, `language`, `pin`, `team` and
/// `mode` (`start` | `plan`) to `/v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The teams whose settings the agent may use; at least their own.
    pub teams: Vec<TeamChoice>,
    /// The id of the chosen one.
    pub team: String,
    /// The chosen channel.
    pub channel: Channel,
    pub name: String,
    pub email: String,
    pub phone: String,
    /// Why it was refused.
    pub errors: Vec<FieldError>,
    /// R10: what has to end first. It may have ended since the page was made, so the buttons work and the server decides.
    pub blocking: Option<Blocking>,
}

impl NewSession {
    fn chosen(&self) -> Option<&TeamChoice> {
        self.teams.iter().find(|team| team.id == self.team).or_else(|| self.teams.first())
    }

    /// The form, without its heading.
    pub(super) fn form(&self, lang: Lang, forms: &Forms) -> Markup {
        let chosen = self.chosen();
        let sms = chosen.is_some_and(|team| team.sms);
        let embedded = chosen.is_some_and(|team| team.embedded);
        let pin = chosen.is_some_and(|team| team.pin);
        let country = chosen.and_then(|team| team.country.as_deref());
        let channel = if sms { self.channel } else { Channel::Email };
        // A refused form puts the caret where it has to be put right.
        let first = self.errors.iter().find_map(|error| error.field.as_deref());
        html! {
            form.new-form method="post" action="/v1/sessions" data-new data-embedded=(embedded) data-sms=(sms) data-pin=(pin) data-country=[country] {
                (forms.hidden("new"))
                div.form-errors role="alert" {
                    @for error in self.errors.iter().filter(|error| error.field.is_none()) {
                        (Banner::new(Tone::Bad, html! { p { (error.message) } }))
                    }
                }
                @if let Some(blocking) = &self.blocking {
                    (Banner::new(Tone::Warn, html! {
                        p { strong { (words::single_active(lang)) } }
                        p.small { (words::single_active_help(lang)) }
                        p { a href={ "/console/s/" (blocking.id) } { (words::single_active_open(lang, &html! { bdi { (blocking.name) } })) } }
                    }))
                } @else { p.muted.new-lead.not-embedded { (words::new_lead(lang)) } }
                div.new-embedded { (Banner { icon: Some(Icon::Link), ..Banner::new(Tone::Info, html! { p { strong { (words::embedded_notice(lang)) } } p.small { (words::embedded_notice_help(lang)) } }) }) }
                (Field { value: &self.name, autocomplete: Some("off"), required: true, maxlength: Some(120), autofocus: first.is_none_or(|field| field == "name"),
                    error: FieldError::of(&self.errors, "name"), ..Field::new(words::customer_name(lang), "name") })
                // Without an invitation there is no channel to send: both contacts count.
                fieldset.new-channel disabled[embedded] { (channel_choice(lang, channel, sms)) }
                div.new-contacts {
                    div.new-email { (Field { kind: "email", value: &self.email, autocomplete: Some("off"), inputmode: Some("email"), autofocus: first == Some("email"),
                        error: FieldError::of(&self.errors, "email"), ..Field::new(words::email(lang), "email") }) }
                    div.new-phone { (Field { kind: "tel", value: &self.phone, autocomplete: Some("off"), inputmode: Some("tel"), autofocus: first == Some("phone"), hint: Some(&phone_hint(lang, country)),
                        error: FieldError::of(&self.errors, "phone"), ..Field::new(words::customer_phone(lang), "phone") }) }
                }
                (language_choice(lang, "language", None))
                div.new-pin {
                    (Field { autocomplete: Some("off"), inputmode: Some("numeric"), pattern: Some("[0-9]{4,12}"), maxlength: Some(12), class: "digits", autofocus: first == Some("pin"), hint: Some(words::pin_hint(lang)),
                        error: FieldError::of(&self.errors, "pin"), ..Field::new(words::pin(lang), "pin") })
                    button.button type="button" data-do="suggest-pin" hidden { (words::suggest(lang)) }
                }
                @if self.teams.len() > 1 {
                    div.field {
                        label for="team" { (words::settings_of(lang)) }
                        select.input id="team" name="team" aria-describedby="team-hint" {
                            @for team in &self.teams {
                                option value=(team.id) selected[team.id == self.team] data-sms=(team.sms) data-embedded=(team.embedded) data-pin=(team.pin)
                                    data-channel=(team.channel.as_str()) data-country=[team.country.as_deref()] {
                                    (team.name) @if team.own { " (" (words::your_team(lang)) ")" }
                                }
                            }
                        }
                        p.field-hint id="team-hint" { (words::settings_of_hint(lang)) }
                    }
                } @else {
                    input type="hidden" name="team" value=(self.team);
                }
                div.new-foot {
                    p.small.muted.new-why id="new-why" role="status" { }
                    div.dialog-foot {
                        // Enter presses the first button of a form: it starts. The style sheet turns the two round.
                        button.button.button-primary type="submit" name="mode" value="start" aria-describedby="new-why" { (words::start(lang)) }
                        button.button type="submit" name="mode" value="plan" aria-describedby="new-plan-hint new-why" { (Icon::Calendar) (words::plan(lang)) }
                    }
                    p.small.muted.new-plan-hint id="new-plan-hint" {
                        span.not-embedded { (words::plan_hint(lang)) } span.only-embedded { (words::plan_hint_embedded(lang)) }
                    }
                }
            }
        }
    }

    /// An agent with one more team than their own.
    pub fn sample() -> Self {
        let team = |id: &str, name: &str, own, embedded, pin| TeamChoice {
            id: id.to_owned(),
            name: name.to_owned(),
            own,
            sms: true,
            embedded,
            pin,
            channel: Channel::Email,
            country: None,
        };
        Self {
            teams: vec![team("t4kx9w", "Mortgages", true, false, true), team("t7mm2c", "Savings", false, false, false)],
            team: "t4kx9w".to_owned(),
            channel: Channel::Email,
            name: String::new(),
            email: String::new(),
            phone: String::new(),
            errors: Vec::new(),
            blocking: None,
        }
    }

    /// Refused, with everything still in it.
    pub fn sample_refused() -> Self {
        Self {
            channel: Channel::Sms,
            name: "Mara Quist".to_owned(),
            phone: "07700 900123".to_owned(),
            errors: vec![
                FieldError::new("phone", words::bad_phone(Lang::En)),
                FieldError::new("pin", "Choose a PIN of 4 to 12 digits."),
            ],
            ..Self::sample()
        }
    }

    /// Under settings that send no invitation.
    pub fn sample_embedded() -> Self {
        let mut sample = Self::sample();
        sample.teams.truncate(1);
        sample.teams[0].embedded = true;
        sample.teams[0].pin = false;
        sample
    }

    /// With another session in the way.
    pub fn sample_blocked() -> Self {
        Self {
            blocking: Some(Blocking { id: "k3j9d2m5n8".to_owned(), name: "Mara Quist".to_owned() }),
            ..Self::sample()
        }
    }
}

/// How a number may be written. The script says the country's name.
pub(super) fn phone_hint(lang: Lang, country: Option<&str>) -> String {
    country.map_or_else(
        || words::phone_hint(lang).to_owned(),
        |country| words::phone_hint_national(lang, country).to_string(),
    )
}

/// E-mail or text message, as what a fieldset holds.
pub(super) fn channel_choice(lang: Lang, channel: Channel, sms: bool) -> Markup {
    let by_sms = channel == Channel::Sms;
    html! {
        legend { (words::invite_by(lang)) }
        div.segments {
            label { input type="radio" name="channel" value="email" checked[!by_sms]; span { (Icon::Mail) (words::by_email(lang)) } }
            label { input type="radio" name="channel" value="sms" checked[by_sms] disabled[!sms]; span { (Icon::Chat) (words::by_sms(lang)) } }
        }
    }
}

/// The customer's language (R26): one of ours, the browser's, or the one that is kept.
pub(super) fn language_choice(lang: Lang, id: &str, chosen: Option<&str>) -> Markup {
    let other = chosen.filter(|chosen| Lang::ALL.iter().all(|spoken| spoken.code() != *chosen));
    html! {
        div.field {
            label for=(id) { (words::customer_language(lang)) }
            select.input id=(id) name="language" {
                option value="" selected[chosen.is_none()] { (words::browser_language(lang)) }
                @for spoken in Lang::ALL {
                    option value=(spoken.code()) lang=(spoken.code()) selected[chosen == Some(spoken.code())] { (spoken.own_name()) }
                }
                @if let Some(other) = other { option value=(other) selected { (other) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_operation_is_there() {
        let text = NewSession::sample().form(Lang::En, &Forms::sample()).into_string();
        for name in ["csrf", "idempotency_key", "name", "channel", "email", "phone", "pin", "team", "mode"] {
            assert!(text.contains(&format!("name=\"{name}\"")), "{name}");
        }
    }

    #[test]
    fn r13_without_text_messages_there_is_no_choice_to_make() {
        let mut view = NewSession::sample();
        view.teams.iter_mut().for_each(|team| team.sms = false);
        view.channel = Channel::Sms;
        let text = view.form(Lang::En, &Forms::sample()).into_string();
        assert!(text.contains("data-sms=\"false\"") && text.contains("value=\"email\" checked"));
    }

    #[test]
    fn r7_a_pin_is_never_rendered() {
        let text = NewSession::sample_refused().form(Lang::En, &Forms::sample()).into_string();
        assert!(text.contains("name=\"pin\" type=\"text\" value=\"\""));
    }
}
