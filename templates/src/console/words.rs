//! Every word that staff read, in one place. English for now: a second language becomes a second set of these
//! constants and functions, and nothing else in the console has to change.
//!
//! House style: short, active, no jargon, no exclamation marks, no blame. A button says what happens.

#![expect(missing_docs, reason = "a constant's words say what it is")]

use jiff::{Timestamp, civil, tz::TimeZone};

use parlor_domain::{Actor, AgentId, Event, EventKind};

use super::{AuthState, Channel, Consent, EndedBy, Indicator, Role, State, Tier};

/// The product's name, which staff see and customers never do.
pub const PRODUCT: &str = "Parlor";

// Getting in.
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_LEAD: &str = "Use the e-mail address your team knows you by.";
pub const EMAIL: &str = "E-mail address";
pub const PASSWORD: &str = "Password";
pub const WRONG_LOGIN: &str = "This e-mail address and password do not go together.";
pub const WRONG_LOGIN_HELP: &str = "Check both and try again. An administrator can set a new password for you.";
pub const LOGIN_LOCKED: &str = "Too many tries for this address";
pub const LOGIN_LOCKED_HELP: &str = "To protect your account, signing in is paused";
pub const SIGNED_OUT: &str = "You are signed out";
pub const SIGNED_OUT_HELP: &str =
    "Sign in again to carry on. Your sessions and everything in them are as you left them.";
pub const SIGN_IN_TO_GO_ON: &str = "Sign in to go on to the page you opened.";
pub const SIGN_OUT: &str = "Sign out";
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";

// The first administrator.
pub const SETUP: &str = "Set up your company";
pub const SETUP_LEAD: &str =
    "You are the first one here. This makes you the administrator; the link that brought you works once.";
pub const YOUR_NAME: &str = "Your name";
pub const YOUR_NAME_HINT: &str = "Customers see your first name.";
pub const PASSWORD_HINT: &str = "At least 12 characters. A few unrelated words are easy to remember and hard to guess.";
pub const NEED_YOUR_NAME: &str = "Enter your name, in at most 120 characters.";
pub const NEED_YOUR_EMAIL: &str = "Enter an address like name@example.com.";
pub const PASSWORD_TOO_SHORT: &str = "This password is too short: use at least 12 characters.";
pub const PASSWORD_TOO_LONG: &str = "This password is too long: use at most 256 characters.";
pub const PASSWORD_IS_EMAIL: &str = "This is your e-mail address. Choose something that others do not know.";
pub const CREATE_ACCOUNT: &str = "Create account";
pub const SETUP_GONE: &str = "This setup link was used already";
pub const SETUP_GONE_HELP: &str = "An administrator exists. Sign in, or ask them for an account.";

// Pages that stand in the way.
pub const REFUSED: &str = "This did not work";
pub const CLOSED: &str = "Session closed";
pub const CLOSED_LOST: &str = "The live connection to this room was lost and could not be restored.";
pub const CLOSED_SIGNED_OUT: &str = "You were signed out, so this room stopped updating.";
pub const CLOSED_KEPT: &str = "What you typed is kept on this page. Reload to carry on where you left off.";
pub const CLOSED_SIGN_IN: &str = "The customer's side is not affected. Sign in again and you are back in the room.";
pub const RELOAD: &str = "Reload";
pub const DENIED: &str = "You cannot open this page";
pub const DENIED_HELP: &str = "Your role does not include it. An administrator can change that.";
pub const NOT_FOUND: &str = "There is nothing at this address";
pub const NOT_FOUND_HELP: &str =
    "The session may have been removed, it may belong to a team you do not see, or the address has a typing mistake.";
pub const DOWN: &str = "The service is down for a moment";
pub const DOWN_HELP: &str =
    "Nothing is lost: sessions stay as they are, and customers see a page that says the same. Try again in a minute.";
pub const MAINTENANCE: &str = "We are working on the service";
pub const TRY_AGAIN: &str = "Try again";
pub const STATUS_PAGE: &str = "Status page";
pub const TO_CONSOLE: &str = "Back to the console";
pub const TO_ROOM: &str = "Back to the room";

// The frame.
pub const CONSOLE: &str = "Console";
pub const HISTORY: &str = "History";
pub const SEARCH_HISTORY: &str = "Search by customer name";
pub const SEARCH: &str = "Search";
pub const CLEAR_SEARCH: &str = "Clear the search";
pub const RECENT: &str = "Recent sessions";
pub const FOUND: &str = "Found";
pub const SHOW_MORE: &str = "Show more";
pub const HISTORY_EMPTY: &str = "Your sessions will be listed here.";
pub const NOTHING_FOUND: &str = "No customer by that name";
pub const NOTHING_FOUND_HELP: &str = "Type the start of any part of the name.";
pub const COLLAPSE: &str = "Hide history";
pub const EXPAND: &str = "Show history";
pub const NEW_SESSION: &str = "New session";
pub const UPDATED: &str = "Updated since you were here";
pub const ADMINISTRATION: &str = "Administration";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const SKIP: &str = "Skip to the main part";
pub const CLOSE: &str = "Close";
pub const CANCEL: &str = "Cancel";

// Welcome.
pub const OPEN_SESSIONS: &str = "Your open sessions";
pub const WELCOME_NONE: &str = "No session is open";
pub const WELCOME_NONE_HELP: &str = "Start one and your customer gets a link to a private room with you.";
pub const WELCOME_FIRST: &str = "Start your first session";
pub const NO_JS_HISTORY: &str = "All sessions";

// The New Session dialog.
pub const NEW_LEAD: &str = "Your customer gets a link to a private room with you.";
pub const INVITE_BY: &str = "Invite by";
pub const BY_EMAIL: &str = "E-mail";
pub const BY_SMS: &str = "Text message";
pub const CUSTOMER_NAME: &str = "Customer name";
pub const CUSTOMER_EMAIL: &str = "E-mail address";
pub const CUSTOMER_PHONE: &str = "Mobile number";
pub const PHONE_HINT: &str = "With country code, such as +44 7700 900123.";
pub const EMBEDDED_NOTICE: &str = "No invitation will be sent";
pub const EMBEDDED_NOTICE_HELP: &str =
    "You pass the link on yourself: copy it in the room. Enter an e-mail address, a mobile number, or both.";
pub const PIN: &str = "PIN";
pub const PIN_HINT: &str = "4 to 12 digits. Tell your customer by another way than the invitation.";
pub const SUGGEST: &str = "Suggest";
pub const SETTINGS_OF: &str = "Settings of";
pub const SETTINGS_OF_HINT: &str = "Decides what this session offers. It cannot be changed later.";
pub const YOUR_TEAM: &str = "your team";
pub const START: &str = "Start";
pub const PLAN: &str = "Pre-plan";
pub const PLAN_HINT: &str = "Pre-plan sends nothing yet: you prepare first and invite when you are ready.";
pub const PLAN_HINT_EMBEDDED: &str =
    "Pre-plan opens the room for you only: you prepare first and open it to your customer when you are ready.";
pub const NEED_NAME: &str = "Enter the customer's name to start.";
pub const NEED_EMAIL: &str = "Enter an e-mail address to start.";
pub const NEED_PHONE: &str = "Enter a mobile number to start.";
pub const NEED_CONTACT: &str = "Enter an e-mail address or a mobile number to start.";
pub const NEED_PIN: &str = "Choose a PIN of 4 to 12 digits to start.";
pub const BAD_EMAIL: &str = "This does not look like an e-mail address yet.";
pub const BAD_PHONE: &str = "Enter the number with its country code, such as +44 7700 900123.";
pub const SINGLE_ACTIVE: &str = "You already have a session open";
pub const SINGLE_ACTIVE_HELP: &str = "Your team works on one session at a time. End it first, then start a new one.";
pub const SINGLE_ACTIVE_OPEN: &str = "Open that session";
pub const NOT_SENT: &str = "This could not be sent";
pub const OFFLINE_TRY: &str = "The service could not be reached. Nothing was lost; try again.";

// The room.
pub const END: &str = "End session";
pub const DISCARD: &str = "Discard";
pub const END_QUESTION: &str = "End this session?";
pub const DISCARD_QUESTION: &str = "Discard this plan?";
pub const DISCARD_HELP: &str = "Nobody was invited yet, so the customer will not notice. It cannot be brought back.";
pub const INVITE: &str = "Invite";
pub const INVITE_EMBEDDED: &str = "Open to the customer";
pub const INVITE_AGAIN: &str = "Send invitation again";
pub const MORE: &str = "More actions";
pub const GENERATE_URL: &str = "Generate session URL";
pub const URL_READY: &str = "The session URL is ready";
pub const URL_READY_HELP: &str =
    "Pass it on to your customer only: it opens their room. Links that were sent before keep working.";
pub const COPY_URL: &str = "Copy URL";
pub const COPIED: &str = "Copied";
pub const COPY_FAILED: &str = "Select the address and copy it by hand.";
pub const URL_LABEL: &str = "Session URL";
pub const RELEASE_DEVICE: &str = "Release device";
pub const RELEASE_HELP: &str =
    "The customer can then open the link on another device. The one they used is signed out.";
pub const RESET_PIN: &str = "Reset PIN";
pub const RESET_HELP: &str = "The count of wrong tries starts again, and the customer can enter the same PIN. Make sure first that you are talking to the right person.";
pub const PIN_SHOW_FAILED: &str = "The PIN could not be shown. Try again.";
pub const PIN_NOT_YOURS: &str = "Only the owner of the session can see the PIN.";
pub const PIN_NO_SCRIPT: &str = "Show the PIN";
pub const PIN_TELL: &str = "Tell it by another way than the invitation.";
pub const AUTHENTICATION: &str = "Authentication";
pub const CONSENT: &str = "Consent";
pub const DEVICE_BOUND: &str = "Device bound";
pub const DEVICE_FREE: &str = "No device yet";
pub const CONTENT: &str = "Content";
pub const ABOUT: &str = "About this session";
pub const NO_CONTENT: &str = "No documents or requests";
pub const NO_CONTENT_HELP: &str = "You and your customer can talk here. Nothing is waiting for them to do.";
pub const STREAM: &str = "What happened, and messages";
pub const NEW_BELOW: &str = "New";
pub const JUMP_NEW: &str = "Jump to the newest";
pub const STREAM_EMPTY: &str = "Nothing has happened yet.";
pub const EARLIER: &str = "Show earlier";
pub const MESSAGE: &str = "Message";
pub const SEND: &str = "Send";
pub const SENDING: &str = "Sending";
pub const SEND_FAILED: &str = "Not sent";
pub const RETRY: &str = "Send again";
pub const COMPOSER_HINT: &str = "Enter sends, Shift+Enter starts a new line";
pub const TYPING: &str = "is typing";
pub const RENEW: &str = "Renew session";
pub const RENEW_NOTIFY: &str = "Tell the customer";
pub const KEEP_OPEN: &str = "Keep open";
pub const INACTIVE: &str = "This session is about to end";
pub const INACTIVE_HELP: &str = "Nothing was done here for a while. It ends in";
pub const INACTIVE_NOW: &str = "It is ending now.";
pub const PIN_LOCKED: &str = "The PIN was wrong too often";
pub const PIN_BANNED: &str = "The PIN is blocked";
pub const PIN_BANNED_HELP: &str = "It was locked several times after wrong tries. Make sure that you are talking to the right person, then reset the PIN.";
pub const RECONNECTING: &str = "Connecting again. You can go on; what you write is sent once the connection is back.";
pub const SINGLE_KEYS: &str = "Use single keys as shortcuts";
pub const DONE_INVITE: &str = "The invitation is on its way";
pub const DONE_RELEASE: &str = "The device is released";
pub const DONE_RESET: &str = "The PIN is reset";
pub const DONE_RENEW: &str = "The session is open again";
pub const DONE_KEEP: &str = "The session stays open";
pub const DETAILS: &str = "Details";
pub const RELEASE_QUESTION: &str = "Release the device?";
pub const RESET_QUESTION: &str = "Reset the PIN?";
pub const MESSAGE_TOO_LONG: &str = "A message has at most 4,000 characters.";
pub const COMPOSER_CLOSED: &str = "This session is over, so nothing can be written.";
pub const DISCARDED: &str = "This plan was discarded";
pub const DISCARDED_HELP: &str = "Nobody was invited. Start a new session when you need one.";
pub const PLANNED_HELP: &str = "Prepare in peace. What you write now is there when they join.";
pub const NOT_RENEWABLE_INACTIVITY: &str =
    "Your settings do not allow renewing a session that ended by itself. Start a new one.";
pub const NOT_RENEWABLE_WINDOW: &str = "The time to renew this session has passed. Start a new one.";
pub const LINK_UNTIL: &str = "It works until";
pub const NOT_YET: &str = "Not yet";
pub const FACT_EMAIL: &str = "E-mail";
pub const FACT_PHONE: &str = "Mobile";
pub const FACT_OWNER: &str = "Owner";
pub const FACT_SETTINGS: &str = "Settings of";
pub const FACT_CREATED: &str = "Created";
pub const FACT_INVITED: &str = "Invited";
pub const FACT_JOINED: &str = "Joined";
pub const FACT_DEADLINE: &str = "Ends if nothing is done";

/// Rows of the shortcut sheet: the keys, each pressed after the other, and what they do.
pub const SHORTCUT_ROWS: [(&[&str], &str); 8] = [
    (&["/"], "Search history"),
    (&["n"], "New session"),
    (&["j"], "Next session in the list"),
    (&["k"], "Previous session in the list"),
    (&["g", "h"], "Go to the console's start page"),
    (&["e"], "End this session (asks first)"),
    (&["Esc"], "Close what is open, leave a field"),
    (&["?"], "This sheet"),
];

/// "Welcome, Nina".
pub fn welcome(first_name: &str) -> String {
    format!("Welcome, {first_name}")
}

/// The line under the greeting that sums the open sessions up.
pub fn open_summary(online: usize, waiting: usize) -> String {
    match (online, waiting) {
        (0, 0) => "Nobody is waiting for you right now.".to_owned(),
        (0, w) => format!("{} not joined yet.", customers(w)),
        (o, 0) => format!("{} online.", customers(o)),
        (o, w) => format!("{} online, {w} not joined yet.", customers(o)),
    }
}

fn customers(n: usize) -> String {
    if n == 1 { "1 customer".to_owned() } else { format!("{n} customers") }
}

/// The five states of R14, in words.
pub fn indicator(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::NeverJoined => "Never joined",
        Indicator::OnlineIncomplete => "Online, incomplete",
        Indicator::OfflineIncomplete => "Offline, incomplete",
        Indicator::OnlineComplete => "Online, complete",
        Indicator::OfflineComplete => "Offline, complete",
    }
}

/// A session's state as a chip says it.
pub fn state(state: State) -> &'static str {
    match state {
        State::Planned => "Planned",
        State::Invited => "Invited",
        State::Active => "Active",
        State::Ended => "Ended",
        State::Discarded => "Discarded",
    }
}

/// A role as the agent's own menu says it.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "Agent",
        Role::Supervisor => "Supervisor",
        Role::Admin => "Administrator",
    }
}

/// How the customer proves who they are (R6, R7).
pub fn authentication(state: AuthState) -> &'static str {
    match state {
        AuthState::NotAsked => "The link alone, no PIN",
        AuthState::PinWaiting => "PIN, not entered yet",
        AuthState::PinPassed => "PIN entered correctly",
        AuthState::CodeWaiting => "One-time code, not entered yet",
        AuthState::CodePassed => "One-time code entered correctly",
        AuthState::Locked => "Locked after wrong tries",
    }
}

/// Whether the customer agreed to what they were asked (R6).
pub fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::NotAsked => "Not asked for",
        Consent::Waiting => "Not given yet",
        Consent::Given => "Given",
    }
}

/// "Send by e-mail to mara@example.net": what the invitation button would do.
pub fn invitation_goes(channel: Channel, contact: &str) -> String {
    match channel {
        Channel::Email => format!("By e-mail to {contact}"),
        Channel::Sms => format!("By text message to {contact}"),
    }
}

/// Heading of the banner over an ended room.
pub fn ended_by(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Agent => "This session has ended",
        EndedBy::Inactivity => "This session ended because nothing was done in it",
        EndedBy::Api => "This session was ended by another system",
    }
}

/// What the customer can still do, without the time (R2).
pub fn tier(name: &str, tier: Tier) -> String {
    match tier {
        Tier::Full => format!("{name} can still view, fill in and complete everything"),
        Tier::Limited => format!("{name} can still review and download, but change nothing"),
        Tier::None => format!("{name} has no access any more"),
    }
}

/// What follows after the present tier (R2).
pub fn tier_then(tier: Tier) -> &'static str {
    match tier {
        Tier::Full => "then everything",
        Tier::Limited => "then reviewing and downloading only",
        Tier::None => "then no access",
    }
}

/// What the End dialog says will happen to the customer (R2).
pub fn end_effect(name: &str, tier: Tier, until: Option<&str>) -> String {
    match (tier, until) {
        (Tier::None, _) => format!("{name} loses access at once. You can renew the session later."),
        (Tier::Full, None) => {
            format!("{name} keeps full access without a time limit. You can renew the session later.")
        }
        (Tier::Full, Some(for_how_long)) => {
            format!("{name} can go on for {for_how_long}. You can renew the session later.")
        }
        (Tier::Limited, None) => {
            format!("{name} can still review and download. You can renew the session later.")
        }
        (Tier::Limited, Some(for_how_long)) => {
            format!("{name} can review and download for {for_how_long}. You can renew the session later.")
        }
    }
}

/// Over the room of a session that nobody was invited to yet.
pub fn planned(name: &str) -> String {
    format!("{name} is not invited yet")
}

/// Before the time of unlocking, in the notice of a locked PIN (R7).
pub fn pin_locked(name: &str) -> String {
    format!("{name} can try again at")
}

/// Placeholder of the composer.
pub fn write_to(name: &str) -> String {
    format!("Write to {name}")
}

/// Whose session it is, where it is not one's own.
pub fn owned_by(agent: &str) -> String {
    format!("{agent}'s session")
}

/// A duration in whole minutes, the way one says it: "45 minutes", "2 hours", "7 days".
pub fn duration(minutes: i64) -> String {
    let (n, unit) = match minutes {
        m if m >= 1440 && m % 1440 == 0 => (m / 1440, "day"),
        m if m >= 60 && m % 60 == 0 => (m / 60, "hour"),
        m => (m, "minute"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// Minutes and seconds left, as a countdown shows them: "1:59". Never negative.
pub fn countdown(until: Timestamp, now: Timestamp) -> String {
    let left = (until.as_second() - now.as_second()).max(0);
    format!("{}:{:02}", left / 60, left % 60)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn utc(at: Timestamp) -> civil::DateTime {
    TimeZone::UTC.to_datetime(at)
}

fn month(of: civil::DateTime) -> &'static str {
    // jiff's months run from 1 to 12, so the index is always inside.
    MONTHS.get(usize::try_from(of.month() - 1).unwrap_or(0)).copied().unwrap_or("")
}

/// How long ago, short enough for a list: "now", "5 min", "3 h", "yesterday", "12 Nov", "12 Nov 2025".
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - at.as_second();
    match seconds {
        s if s < 60 => "now".to_owned(),
        s if s < 3600 => format!("{} min", s / 60),
        s if s < 86_400 => format!("{} h", s / 3600),
        s if s < 172_800 => "yesterday".to_owned(),
        _ => date(at, now),
    }
}

/// A date, with its year only when it is not this one.
pub fn date(at: Timestamp, now: Timestamp) -> String {
    let (then, today) = (utc(at), utc(now));
    if then.year() == today.year() {
        format!("{} {}", then.day(), month(then))
    } else {
        format!("{} {} {}", then.day(), month(then), then.year())
    }
}

/// The heading over one day of the stream: "Today", "Yesterday", or the date. By the server's days (UTC); the page's
/// script puts it into the reader's own zone.
pub fn day(at: Timestamp, now: Timestamp) -> String {
    let (then, today) = (utc(at).date(), utc(now).date());
    if then == today {
        "Today".to_owned()
    } else if today.yesterday().is_ok_and(|y| y == then) {
        "Yesterday".to_owned()
    } else {
        date(at, now)
    }
}

/// The time of day in UTC: "14:05". The page's script puts it into the reader's own zone.
pub fn clock(at: Timestamp) -> String {
    let then = utc(at);
    format!("{:02}:{:02}", then.hour(), then.minute())
}

/// The exact time for hover and focus: "21 Nov 2026, 14:05 UTC".
pub fn exact(at: Timestamp) -> String {
    let then = utc(at);
    format!("{} {} {}, {:02}:{:02} UTC", then.day(), month(then), then.year(), then.hour(), then.minute())
}

/// Who did something, as `viewer` reads it.
pub fn actor(actor: &Actor, viewer: &AgentId, customer: &str) -> String {
    match actor {
        Actor::Agent { id, .. } if id == viewer => "You".to_owned(),
        Actor::Agent { name, .. } => super::first_name(name).to_owned(),
        Actor::Customer => customer.to_owned(),
        Actor::Api { .. } => "Another system".to_owned(),
        Actor::System => "Parlor".to_owned(),
    }
}

/// Who wrote a message, by full name.
pub fn writer(actor: &Actor, customer: &str) -> String {
    match actor {
        Actor::Agent { name, .. } => name.clone(),
        Actor::Customer => customer.to_owned(),
        Actor::Api { .. } => "Another system".to_owned(),
        Actor::System => PRODUCT.to_owned(),
    }
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mail",
        Channel::Sms => "text message",
    }
}

/// An event in words (R24), as `viewer` reads it; `customer` is a first name.
pub fn event(event: &Event, viewer: &AgentId, customer: &str) -> String {
    let who = actor(&event.actor, viewer, customer);
    match &event.kind {
        EventKind::Created { planned: true } => format!("{who} planned the session"),
        EventKind::Created { planned: false } => format!("{who} started the session"),
        EventKind::Invited { channel: Some(by) } => format!("Invited by {}", channel(*by)),
        EventKind::Invited { channel: None } => format!("{who} opened the session to {customer}"),
        EventKind::LinkGenerated => format!("{who} generated a session URL"),
        EventKind::LinkRenewed { channel: by } => {
            format!("{customer} asked for a new link, sent by {}", channel(*by))
        }
        EventKind::Consented => format!("{customer} gave consent"),
        EventKind::DeviceBound => format!("The session is bound to {customer}'s device"),
        EventKind::DeviceReleased => format!("{who} released the device"),
        EventKind::Joined => format!("{customer} joined"),
        EventKind::PinWrong => "A wrong PIN was entered".to_owned(),
        EventKind::PinLocked { .. } => "Too many wrong PINs: locked until".to_owned(),
        EventKind::PinBanned => "The PIN is blocked after repeated wrong tries".to_owned(),
        EventKind::PinReset => format!("{who} reset the PIN"),
        EventKind::CodeSent { channel: by } => {
            format!("A one-time code was sent by {}", channel(*by))
        }
        EventKind::Message { text, .. } => text.clone(),
        EventKind::KeptOpen => format!("{who} kept the session open"),
        EventKind::Ended { by: EndedBy::Inactivity, .. } => "The session ended after inactivity".to_owned(),
        EventKind::Ended { .. } => format!("{who} ended the session"),
        EventKind::Discarded => format!("{who} discarded the plan"),
        EventKind::Renewed => format!("{who} renewed the session"),
        EventKind::AccessChanged { tier: Tier::Full } => format!("{customer} has full access"),
        EventKind::AccessChanged { tier: Tier::Limited } => format!("{customer} can now review and download only"),
        EventKind::AccessChanged { tier: Tier::None } => {
            format!("{customer} has no access any more")
        }
        EventKind::DeliveryFailed { channel: by, reason } => {
            format!("The {} could not be delivered: {reason}", channel(*by))
        }
        EventKind::DeliverySuppressed { channel: by } => {
            format!("The {} was not sent, because text messages are switched off", channel(*by))
        }
    }
}
