//! What is done, crashed and repeated: every way into a function that makes requests. `infra/template.yaml` has the ways.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use parlor_local::{Crash, template::Template};
use parlor_tests::Installation;

use Told::{Never, Once, OnceOrTwice};

/// How often the operation's event may be there after a crash and a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It writes nothing of a session.
    Never,
    Once(&'static str),
    /// Nobody can tell the repetition from another one of the same: a second try with a PIN, a second link.
    OnceOrTwice(&'static str),
}

/// Takes each operation with its way in, as [`WAYS`] spells it, and what it tells.
macro_rules! operations {
    ($($name:ident: $way:literal, $told:expr;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Operation { $($name),* }

        impl Operation {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            pub(crate) fn way(self) -> &'static str {
                match self { $(Self::$name => $way),* }
            }

            pub(crate) fn told(self) -> Told {
                match self { $(Self::$name => $told),* }
            }
        }
    };
}

operations! {
    Start: "POST /v1/sessions", Once("session.created");
    DeliverMail: "stream deliver", Once("session.created");
    DeliverText: "stream deliver", Once("session.created");
    RetryDelivery: "schedule retry-deliveries", Once("session.created");
    Read: "GET /v1/sessions/{id}", Never;
    List: "GET /v1/sessions", Never;
    TeamFigures: "GET /v1/teams/{id}/figures", Never;
    ListEvents: "GET /v1/sessions/{id}/events", Never;
    Invite: "POST /v1/sessions/{id}/invite", Once("session.invited");
    // The one that this test's own link is, and the operation's.
    GenerateLink: "POST /v1/sessions/{id}/links", Once("link.generated");
    ListLinks: "GET /v1/sessions/{id}/links", Never;
    RevokeLink: "POST /v1/sessions/{id}/links/{link}/revoke", Once("link.revoked");
    End: "POST /v1/sessions/{id}/end", Once("session.ended");
    KeepOpen: "POST /v1/sessions/{id}/keep-open", Once("session.kept_open");
    Renew: "POST /v1/sessions/{id}/renew", Once("session.renewed");
    TakeOver: "POST /v1/sessions/{id}/transfer", Once("session.transferred");
    // Of an owner who has the room open.
    AskForSession: "POST /v1/sessions/{id}/transfer", Once("session.transfer_requested");
    ApproveTransfer: "POST /v1/sessions/{id}/transfer/approve", Once("session.transferred");
    DeclineTransfer: "POST /v1/sessions/{id}/transfer/decline", Once("session.transfer_declined");
    ReleaseDevice: "POST /v1/sessions/{id}/device/release", Once("device.released");
    Correct: "PATCH /v1/sessions/{id}/customer", Once("session.reengaged");
    CorrectByForm: "POST /v1/sessions/{id}/customer", Once("session.reengaged");
    ResetPin: "POST /v1/sessions/{id}/pin/reset", Once("pin.reset");
    EraseSession: "POST /v1/sessions/{id}/erase", Once("session.erased");
    ShowPin: "GET /v1/sessions/{id}/pin", Never;
    AddParticipant: "POST /v1/sessions/{id}/participants", Once("participant.added");
    SetOrder: "POST /v1/sessions/{id}/participants/{pid}/order", Once("order.changed");
    ListParticipants: "GET /v1/sessions/{id}/participants", Never;
    RemoveParticipant: "DELETE /v1/sessions/{id}/participants/{pid}", Once("participant.removed");
    RemoveParticipantByForm: "POST /v1/sessions/{id}/participants/{pid}/remove", Once("participant.removed");
    InviteParticipant: "POST /v1/sessions/{id}/participants/{pid}/invite", Once("session.invited");
    ReleaseParticipant: "POST /v1/sessions/{id}/participants/{pid}/device/release", Once("link.revoked");
    Post: "POST /v1/sessions/{id}/messages", Once("message");
    ListMessages: "GET /v1/sessions/{id}/messages", Never;
    MessageFile: "GET /v1/sessions/{id}/messages/{seq}/file", Never;
    MakeInteraction: "POST /v1/sessions/{id}/interactions", Once("interaction.sent");
    ListInteractions: "GET /v1/sessions/{id}/interactions", Never;
    ReadInteraction: "GET /v1/sessions/{id}/interactions/{iid}", Never;
    ReadResult: "GET /v1/sessions/{id}/interactions/{iid}/result", Never;
    PlaceFields: "PUT /v1/sessions/{id}/interactions/{iid}/fields", Never;
    FieldsPage: "GET /console/s/{session}/i/{interaction}/fields", Never;
    PlaceFieldsAtPage: "POST /console/s/{session}/i/{interaction}/fields", Never;
    SendInteraction: "POST /v1/sessions/{id}/interactions/{iid}/send", Once("interaction.sent");
    WithdrawInteraction: "POST /v1/sessions/{id}/interactions/{iid}/withdraw", Once("interaction.withdrawn");
    MoveInteraction: "POST /v1/sessions/{id}/interactions/{iid}/move", Once("interaction.moved");
    AssignInteraction: "POST /v1/sessions/{id}/interactions/{iid}/assign", Once("interaction.assigned");
    Accept: "POST /v1/sessions/{id}/interactions/{iid}/accept", Once("interaction.accepted");
    SendBack: "POST /v1/sessions/{id}/interactions/{iid}/send-back", Once("interaction.sent_back");
    Remind: "POST /v1/sessions/{id}/interactions/{iid}/remind", Once("interaction.reminded");
    AnnounceUpload: "POST /v1/sessions/{id}/uploads", Never;
    AnnounceCustomersUpload: "POST /r/{session}/uploads", Never;
    AnnounceLogo: "POST /v1/logos", Never;
    WriteLogo: "object document-read", Never;
    ReadLogo: "GET /v1/logos/{id}", Never;
    LogoFile: "GET /logo/{file}", Never;
    LogoFileHead: "HEAD /logo/{file}", Never;
    MakeArchive: "POST /v1/sessions/{id}/archives", Never;
    ReadArchive: "GET /v1/sessions/{id}/archives/{aid}", Never;
    // Each is told by the bucket.
    ReadDocument: "object document-read", Never;
    FinishDocument: "object document-finish", Never;
    SignDocument: "object document-sign", Never;
    JoinFiles: "object document-join", Never;
    PackArchive: "object pack-files", Never;
    FileDocument: "object document-file", Once("interaction.signed");
    FileJoined: "object document-file", Once("interaction.joined");
    HandOver: "schedule document-file", Never;
    ReadSettings: "GET /v1/settings", Never;
    SaveSettings: "PUT /v1/settings", Never;
    ReadTeamSettings: "GET /v1/teams/{id}/settings", Never;
    SaveTeamSettings: "PUT /v1/teams/{id}/settings", Never;
    ListLibrary: "GET /v1/library", Never;
    CreateEntry: "POST /v1/library", Never;
    AnnounceLibraryUpload: "POST /v1/library/uploads", Never;
    ReadEntry: "GET /v1/library/{id}", Never;
    ChangeEntry: "PATCH /v1/library/{id}", Never;
    RemoveEntry: "DELETE /v1/library/{id}", Never;
    PublishEntry: "POST /v1/library/{id}/publish", Never;
    LibraryPage: "GET /admin/library", Never;
    NewEntryPage: "GET /admin/library/new", Never;
    EntryPage: "GET /admin/library/{id}", Never;
    CreateEntryAtPage: "POST /admin/library", Never;
    SaveEntryAtPage: "POST /admin/library/{id}", Never;
    EntryFieldsPage: "GET /admin/library/{id}/fields", Never;
    PlaceEntryFieldsAtPage: "POST /admin/library/{id}/fields", Never;
    ListKeys: "GET /v1/keys", Never;
    CreateKey: "POST /v1/keys", Never;
    RevokeKey: "DELETE /v1/keys/{id}", Never;
    FirstStepsPage: "GET /admin/start", Never;
    KeysPage: "GET /admin/keys", Never;
    MakeKeyAtPage: "POST /admin/keys", Never;
    RevokeKeyAtPage: "POST /admin/keys/{id}/revoke", Never;
    SettingsPage: "GET /admin/settings", Never;
    SaveSettingsForm: "POST /admin/settings", Never;
    TeamSettingsPage: "GET /admin/teams/{id}", Never;
    SaveTeamSettingsForm: "POST /admin/teams/{id}", Never;
    PreviewSettings: "POST /admin/settings/preview", Never;
    PreviewTeamSettings: "POST /admin/teams/{id}/preview", Never;
    SignIn: "POST /login", Never;
    SignInWrongly: "POST /login", Never;
    SignOut: "POST /logout", Never;
    SetupPage: "GET /setup/{token}", Never;
    Setup: "POST /setup/{token}", Never;
    InvitationPage: "GET /invitation/{token}", Never;
    AcceptInvitation: "POST /invitation/{token}", Never;
    AskForPassword: "POST /forgot-password", Never;
    ResetPage: "GET /reset/{token}", Never;
    ResetPassword: "POST /reset/{token}", Never;
    SaveProfile: "POST /me/profile", Never;
    PutFirstStepsAway: "POST /me/first-steps/away", Never;
    ChangePassword: "POST /me/password", Never;
    EndSignIn: "POST /me/sign-ins/end", Never;
    EndOtherSignIns: "POST /me/sign-ins/end-others", Never;
    Me: "GET /me", Never;
    PeoplePage: "GET /admin/people", Never;
    NewPersonPage: "GET /admin/people/new", Never;
    PersonPage: "GET /admin/people/{id}", Never;
    TeamsPage: "GET /admin/teams", Never;
    ImportPage: "GET /admin/people/import", Never;
    Import: "POST /admin/people/import", Never;
    ListPeople: "GET /v1/people", Never;
    InvitePerson: "POST /v1/people", Never;
    ChangePerson: "PATCH /v1/people/{id}", Never;
    ChangePersonByForm: "POST /v1/people/{id}", Never;
    InviteAgain: "POST /v1/people/{id}/invite", Never;
    Deactivate: "POST /v1/people/{id}/deactivate", Never;
    Reactivate: "POST /v1/people/{id}/reactivate", Never;
    SignPersonOut: "POST /v1/people/{id}/sign-out", Never;
    ListTeams: "GET /v1/teams", Never;
    CreateTeam: "POST /v1/teams", Never;
    RenameTeam: "PATCH /v1/teams/{id}", Never;
    RenameTeamByForm: "POST /v1/teams/{id}", Never;
    // Mails to staff, by the stream and by the schedule.
    DeliverToStaff: "stream deliver", Never;
    RetryToStaff: "schedule retry-deliveries", Never;
    Console: "GET /console", Never;
    HistoryAsOneTypes: "GET /console", Never;
    TeamBoard: "GET /console/team", Never;
    TeamFiguresPage: "GET /console/team/figures", Never;
    AgentRoom: "GET /console/s/{session}", Never;
    AgentRoomChanges: "GET /console/s/{session}", Never;
    AgentTicket: "GET /console/s/{session}/live", Never;
    Row: "GET /console/s/{session}/row", Never;
    ListsTicket: "GET /console/live", Never;
    Answers: "GET /console/s/{session}/i/{interaction}/answers", Never;
    VerifyPage: "GET /verify", Never;
    Verify: "POST /verify", Never;
    OpeningPage: "GET /s/{token}", Never;
    OpeningPageHead: "HEAD /s/{token}", Never;
    Continue: "POST /s/{token}/continue", Once("customer.joined");
    NewLink: "POST /s/{token}/new-link", OnceOrTwice("link.renewed");
    PinPage: "GET /s/{token}/pin", Never;
    PinPageHead: "HEAD /s/{token}/pin", Never;
    WrongPin: "POST /s/{token}/pin", OnceOrTwice("pin.wrong");
    RightPin: "POST /s/{token}/pin", Once("customer.joined");
    CodePage: "GET /s/{token}/otp", Never;
    CodePageHead: "HEAD /s/{token}/otp", Never;
    SendCode: "POST /s/{token}/otp/send", OnceOrTwice("code.sent");
    EnterCode: "POST /s/{token}/otp", Once("customer.joined");
    CustomerRoom: "GET /r/{session}", Never;
    CustomerRoomHead: "HEAD /r/{session}", Never;
    CustomerTicket: "GET /r/{session}/live", Never;
    Interaction: "GET /r/{session}/i/{interaction}", Never;
    ResultPage: "GET /r/{session}/i/{interaction}/result", Never;
    InteractionHead: "HEAD /r/{session}/i/{interaction}", Never;
    // The first time, and further ones, which no event tells of.
    SaveFirst: "POST /r/{session}/i/{interaction}/save", Once("interaction.started");
    SaveFurther: "POST /r/{session}/i/{interaction}/save", Never;
    AddFile: "POST /r/{session}/i/{interaction}/files", Once("interaction.started");
    Complete: "POST /r/{session}/i/{interaction}/complete", Once("interaction.completed");
    Decline: "POST /r/{session}/i/{interaction}/decline", Once("interaction.declined");
    PostByForm: "POST /r/{session}/messages", Once("message");
    Attach: "POST /r/{session}/attachments", Once("message");
    AttachedFile: "GET /r/{session}/messages/{seq}/file", Never;
    AttachedThumbnail: "GET /r/{session}/messages/{seq}/thumbnail", Never;
    NewLinkFromRoom: "POST /r/{session}/new-link", OnceOrTwice("link.renewed");
    LiveConnect: "live $connect", Never;
    // A page's lists, in place of a room.
    LiveListsConnect: "live $connect", Never;
    LiveListen: "live $default", Never;
    LiveListsDisconnect: "live $disconnect", Never;
    LiveHello: "live $default", Never;
    // Hello again, from the last event that was seen.
    LiveResume: "live $default", Never;
    LiveMessage: "live $default", Once("message");
    LivePing: "live $default", Never;
    LiveTyping: "live $default", Never;
    LiveDisconnect: "live $disconnect", Never;
    // It is handed over, or the request lapses.
    OwnerLeaves: "live $disconnect", Never;
    SweepInactivity: "schedule sweep-inactivity", Once("session.ended");
    SweepAccess: "schedule sweep-access", Once("access.changed");
    ApplyRetention: "schedule apply-retention", Once("session.erased");
    // A reminder of unfinished work, and a notice of what came while the customer was away.
    RemindBySchedule: "schedule send-reminders", Once("customer.reminded");
    NotifyBySchedule: "schedule send-reminders", Once("customer.notified");
    NoteNews: "stream deliver", Once("message");
    ListWebhooks: "GET /v1/webhooks", Never;
    CreateWebhook: "POST /v1/webhooks", Never;
    ReadWebhook: "GET /v1/webhooks/{id}", Never;
    ChangeWebhook: "PATCH /v1/webhooks/{id}", Never;
    EnableWebhook: "PATCH /v1/webhooks/{id}", Never;
    DeleteWebhook: "DELETE /v1/webhooks/{id}", Never;
    RotateSecret: "POST /v1/webhooks/{id}/rotate", Never;
    ReplaySince: "POST /v1/webhooks/{id}/replay", Never;
    TestWebhook: "POST /v1/webhooks/{id}/test", Never;
    ListDeliveries: "GET /v1/webhooks/{id}/deliveries", Never;
    ReadDelivery: "GET /v1/webhooks/{id}/deliveries/{event}", Never;
    ReplayDelivery: "POST /v1/webhooks/{id}/deliveries/{event}/replay", Never;
    WebhooksPage: "GET /admin/webhooks", Never;
    MakeWebhookAtPage: "POST /admin/webhooks", Never;
    WebhookPage: "GET /admin/webhooks/{id}", Never;
    ActAtWebhookPage: "POST /admin/webhooks/{id}", Never;
    DeliveryPage: "GET /admin/webhooks/{id}/deliveries/{event}", Never;
    SendAgainAtPage: "POST /admin/webhooks/{id}/deliveries/{event}", Never;
    // To an endpoint that takes everything, that refuses the first attempt, and that wants nothing any more.
    DeliverWebhook: "stream deliver-webhooks", Once("message");
    DeliverWebhookRefused: "stream deliver-webhooks", Once("message");
    DeliverWebhookGone: "stream deliver-webhooks", Once("message");
    // What the stream could not deliver: refused once more and then taken; not wanted any more; given up.
    RetryWebhook: "schedule retry-webhooks", Never;
    RetryWebhookGone: "schedule retry-webhooks", Never;
    RetryWebhookGivenUp: "schedule retry-webhooks", Never;
    // What `ReplaySince` asked for.
    RetryWebhookReplay: "schedule retry-webhooks", Never;
}

/// Ways whose functions make no request on them, so that there is no point at which to die, and why. A test asks each.
const WITHOUT_REQUESTS: [(&str, &str, &str); 10] = [
    ("GET /", "/", "leads to the console"),
    ("GET /admin", "/admin", "leads to the settings"),
    ("GET /login", "/login", "the form is the same for everybody"),
    ("GET /forgot-password", "/forgot-password", "the form is the same for everybody"),
    ("GET /static/{file}", "/static/nothing.css", "files are part of the program"),
    ("HEAD /static/{file}", "/static/nothing.css", "files are part of the program"),
    ("GET /v1/openapi.json", "/v1/openapi.json", "the document is part of the program"),
    ("GET /openapi.json", "/openapi.json", "the document is part of the program"),
    ("GET /docs", "/docs", "the page is part of the program"),
    ("ANY $default", "/nothing", "nobody is asked about an address that is nobody's"),
];

/// Every way into a function, with the function: `POST /login`, `live $connect`, `stream deliver`, `schedule sweep-access`,
/// `object document-read`.
static WAYS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let template = Template::embedded().unwrap();
    let routes = template.routes.into_iter().map(|route| (format!("{} {}", route.method, route.path), route.function));
    let live = template.live_routes.into_iter().map(|(key, function)| (format!("live {key}"), function));
    let streams =
        template.streams.into_iter().map(|mapping| (format!("stream {}", mapping.function), mapping.function));
    let schedules =
        template.schedules.into_iter().map(|schedule| (format!("schedule {}", schedule.function), schedule.function));
    let objects = template.object_rules.into_iter().map(|rule| (format!("object {}", rule.function), rule.function));
    let ways: BTreeMap<_, _> = routes.chain(live).chain(streams).chain(schedules).chain(objects).collect();
    let reached: BTreeSet<&String> = ways.values().collect();
    let deployed: BTreeSet<&String> = template.functions.keys().collect();
    assert_eq!(reached, deployed, "every function has a way in that is known here");
    ways
});

impl Operation {
    pub(crate) fn function(self) -> &'static str {
        WAYS.get(self.way()).unwrap_or_else(|| panic!("{self:?}: the template has no {}", self.way()))
    }

    /// The key by which API Gateway calls the function; nothing where something else does.
    pub(crate) fn route_key(self) -> Option<&'static str> {
        match self.way().split_once(' ').unwrap() {
            ("stream" | "schedule" | "object", _) => None,
            ("live", key) => Some(key),
            _ => Some(self.way()),
        }
    }

    /// The request that it is there for, where another function could have made it before: there has to be one to die at.
    pub(crate) fn purpose(self) -> Option<&'static str> {
        match self {
            Self::DeliverMail | Self::RetryDelivery | Self::DeliverToStaff | Self::RetryToStaff => Some("SendEmail"),
            Self::DeliverText => Some("Publish"),
            // The first one claims what is due, which the stream's own attempt has left.
            Self::RetryWebhook | Self::RetryWebhookGone | Self::RetryWebhookGivenUp | Self::RetryWebhookReplay => {
                Some("TransactWriteItems")
            }
            _ => None,
        }
    }
}

#[test]
fn every_way_into_a_function_is_an_operation_or_makes_no_request() {
    let claimed: BTreeSet<&str> = Operation::ALL.iter().map(|operation| operation.way()).collect();
    let exempt: BTreeSet<&str> = WITHOUT_REQUESTS.iter().map(|(way, ..)| *way).collect();
    let ways: BTreeSet<&str> = WAYS.keys().map(String::as_str).collect();
    let forgotten: Vec<_> = ways.iter().filter(|way| !claimed.contains(*way) && !exempt.contains(*way)).collect();
    assert!(forgotten.is_empty(), "no operation dies on these: {forgotten:?}");
    let unknown: Vec<_> = claimed.union(&exempt).filter(|way| !ways.contains(*way)).collect();
    assert!(unknown.is_empty(), "the template has no such ways: {unknown:?}");
    assert!(claimed.is_disjoint(&exempt));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_make_no_request_makes_none() {
    LazyLock::force(&crate::LOG);
    let installation = Installation::start().await;
    for (way, path, why) in WITHOUT_REQUESTS {
        let function = WAYS[way].clone();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        installation.stack.crash(move |of, _| {
            counted.fetch_add(usize::from(of == function), Ordering::Relaxed);
            Crash::None
        });
        let browser = installation.browser();
        let page = if way.starts_with("HEAD") { browser.head(path).await } else { browser.get(path).await };
        assert!(page.status < 500, "{way}: {}", page.status);
        assert_eq!(requests.load(Ordering::Relaxed), 0, "{way} ({why})");
    }
}
