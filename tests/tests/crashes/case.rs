//! What an operation is tried on, and how it is laid out.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parlor_domain::{LinkToken, Role, SessionId, TeamId, UploadId, webhook::MAX_ATTEMPTS};
use parlor_store::ReadBatch;
use parlor_tests::{Browser, Conduct, Endpoint, Installation, Line, Receiver, Staff, documents, form::fields};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    EMAIL, PIN, STAFF,
    operations::Operation::{self, *},
    run::NEW,
    steps::{agent, customer, everything, line, lists, questions, refuse, says, talk},
};

/// What an operation is tried on.
pub(crate) struct Case {
    pub(crate) session: SessionId,
    pub(crate) team: TeamId,
    /// The way in of the customer, or of the first admin.
    pub(crate) link: String,
    pub(crate) browser: Browser,
    /// Makes a program's repetition one.
    pub(crate) key: String,
    /// What there is for the customer to do.
    pub(crate) interaction: String,
    /// What is changed, as it was read before.
    pub(crate) document: Value,
    /// Its version, for `If-Match`.
    pub(crate) version: String,
    /// The agent's side of the open room, and the customer's.
    pub(crate) lines: Vec<Line>,
    /// The event that a page has seen last.
    pub(crate) seen: u64,
    /// Somebody who signs in.
    pub(crate) staff: Option<Staff>,
    /// The token of a page's form, and the cookie of whoever sends it.
    pub(crate) csrf: String,
    pub(crate) cookie: String,
    /// Who listens for webhooks, before there is an endpoint.
    pub(crate) receiver: Option<Receiver>,
    pub(crate) endpoint: Option<Endpoint>,
    /// Whether the invocation died.
    pub(crate) died: Arc<AtomicBool>,
}

impl Case {
    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.endpoint.as_ref().unwrap()
    }

    pub(crate) fn has_died(&self) -> bool {
        self.died.load(Ordering::Relaxed)
    }

    /// A path in the API about the session.
    pub(crate) fn about(&self, what: &str) -> String {
        format!("/v1/sessions/{}{what}", self.session)
    }
}

impl Operation {
    /// The method and the path of the request that it is, with the query.
    pub(crate) fn request(self, case: &Case) -> (Method, String) {
        let (method, route) = self.way().split_once(' ').unwrap();
        let id = match route.split('/').nth(2) {
            Some("webhooks") => case.endpoint.as_ref().map(|endpoint| endpoint.id.clone()).unwrap_or_default(),
            Some("keys" | "library" | "logos") => case.link.clone(),
            Some("teams") => case.team.to_string(),
            Some("people") => case.staff.as_ref().map(|staff| staff.agent.id.to_string()).unwrap_or_default(),
            _ => case.session.to_string(),
        };
        let query = match self {
            HistoryAsOneTypes => "?fragment=history&q=ma",
            AgentRoomChanges => "?fragment=room",
            _ => "",
        };
        let token = case.link.rsplit('/').next().unwrap_or_default();
        let link = LinkToken::parse(token).map(|token| token.secret.hash().as_str().to_owned()).unwrap_or_default();
        let path = route
            .replace("{id}", &id)
            .replace("{link}", &link)
            .replace("{pid}", &case.link)
            .replace("{file}", &format!("{}.png", case.link))
            .replace("{aid}", &case.link)
            .replace("{session}", case.session.as_str())
            .replace("{token}", token)
            .replace("{event}", &format!("{}-{}", case.session, case.seen))
            .replace("{seq}", &case.seen.to_string())
            .replace("{iid}", &case.interaction)
            .replace("{interaction}", &case.interaction);
        (method.parse().unwrap(), format!("{path}{query}"))
    }

    /// How customers of its session prove who they are.
    fn authentication(self) -> &'static str {
        match self {
            PinPage | PinPageHead | WrongPin | RightPin | ResetPin | ShowPin => "pin",
            CodePage | CodePageHead | SendCode | EnterCode => "otp",
            _ => "none",
        }
    }

    /// A session that is ready for it, and whatever else it takes.
    #[allow(clippy::match_same_arms, reason = "a line for each group of operations")]
    pub(crate) async fn prepare(self, installation: &Installation, number: usize) -> Case {
        let method = self.authentication();
        installation.settings(json!({"authentication": {"method": method}})).await;
        let mut body = json!({"customer": {"name": "Mara Quist", "email": EMAIL}});
        if method == "pin" {
            body["pin"] = json!(PIN);
        }
        if self == Invite {
            body["mode"] = json!("plan");
        }
        let colleague = match self {
            TakeOver | AskForSession | ApproveTransfer | DeclineTransfer | OwnerLeaves => {
                Some(installation.member("Sam Ode", Role::Supervisor).await)
            }
            _ => None,
        };
        if let Some(colleague) = &colleague {
            body["agent"] = json!(colleague.id);
        }
        let session: SessionId = installation.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap();
        let mut case = Case {
            session,
            team: installation.team.clone(),
            link: String::new(),
            browser: installation.browser(),
            key: format!("crash-{number}"),
            interaction: String::new(),
            document: Value::Null,
            version: String::new(),
            lines: vec![],
            seen: 0,
            staff: None,
            csrf: String::new(),
            cookie: String::new(),
            receiver: None,
            endpoint: None,
            died: Arc::default(),
        };
        match self {
            Start | DeliverMail | DeliverText | RetryDelivery | Read | List | TeamFigures | ListEvents
            | ListMessages | Invite | Correct | CorrectByForm | GenerateLink | ListLinks | ReadSettings
            | ReadTeamSettings | SignInWrongly | TakeOver | ListPeople | InvitePerson | ListTeams | CreateTeam
            | RenameTeam | RenameTeamByForm | DeliverToStaff | ListKeys | CreateKey => {}
            MakeInteraction | AnnounceUpload | AddParticipant | VerifyPage | Verify => {}
            ListLibrary | CreateEntry | AnnounceLibraryUpload => {}
            ReadEntry | ChangeEntry | RemoveEntry | PublishEntry => {
                let text = json!({"kind": "text", "title": "Welcome", "text": "Hello"});
                let made = installation.post("/v1/library", text).await;
                made["id"].as_str().unwrap().clone_into(&mut case.link);
                case.version = installation.etag(&self.request(&case).1.replace("/publish", "")).await;
            }
            ReadDocument | FinishDocument | SignDocument | JoinFiles | PackArchive | AnnounceLogo | WriteLogo => {}
            ReadLogo | LogoFile | LogoFileHead => case.link = documents::logo(&installation.runtime).await.to_string(),
            RevokeKey | RevokeKeyAtPage => {
                let body = json!({"name": case.key, "scopes": ["read"]});
                installation.post("/v1/keys", body).await["id"].as_str().unwrap().clone_into(&mut case.link);
                if self == RevokeKeyAtPage {
                    let admin = installation.member("Ada Ode", Role::Admin).await;
                    case.browser = installation.signed_in(&admin).await;
                    case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
                }
            }
            ListInteractions | ReadInteraction | SendInteraction | WithdrawInteraction | Remind => {
                self.interaction(installation, &mut case).await;
            }
            // One that was made before it, where there is one.
            MoveInteraction => {
                self.interaction(installation, &mut case).await;
                let first = std::mem::take(&mut case.interaction);
                self.interaction(installation, &mut case).await;
                case.link = first;
            }
            SetOrder => self.participant(installation, &mut case).await,
            ListParticipants | RemoveParticipant | RemoveParticipantByForm | InviteParticipant | ReleaseParticipant => {
                self.participant(installation, &mut case).await;
            }
            AssignInteraction => {
                self.participant(installation, &mut case).await;
                self.interaction(installation, &mut case).await;
            }
            Accept | SendBack | AddFile => {
                case.browser = installation.joined(&case.session).await;
                self.request_for_files(installation, &mut case).await;
            }
            ReadResult | FileDocument | HandOver | MakeArchive | ReadArchive => {
                self.signing(installation, &mut case).await;
            }
            FileJoined => {
                let (store, runtime) = (&installation.store, &installation.runtime);
                let own = documents::sent_for_good(store, runtime, &case.session).await;
                case.link = own.completed_at.unwrap().to_string();
                case.interaction = own.id.to_string();
            }
            ResultPage => {
                case.browser = installation.joined(&case.session).await;
                self.signing(installation, &mut case).await;
            }
            PlaceFields | FieldsPage | PlaceFieldsAtPage => {
                let (store, runtime) = (&installation.store, &installation.runtime);
                let draft = documents::draft(store, runtime, &case.session).await;
                case.interaction = draft.id.to_string();
                case.version = format!("\"{}\"", draft.version);
                case.browser = installation.signed_in(&installation.agent).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
            }
            EntryFieldsPage | PlaceEntryFieldsAtPage => {
                let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
                case.browser = installation.signed_in(&supervisor).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
                let (store, runtime) = (&installation.store, &installation.runtime);
                case.link = documents::entry(store, runtime, &case.team).await.to_string();
            }
            Answers => {
                case.browser = installation.signed_in(&installation.agent).await;
                self.interaction(installation, &mut case).await;
            }
            AnnounceCustomersUpload => case.browser = installation.joined(&case.session).await,
            Attach | MessageFile | AttachedFile | AttachedThumbnail => {
                case.browser = installation.joined(&case.session).await;
                self.attachment(installation, &mut case).await;
            }
            Interaction | InteractionHead | SaveFirst | SaveFurther | Complete | Decline => {
                case.browser = installation.joined(&case.session).await;
                self.interaction(installation, &mut case).await;
            }
            SaveSettings | SaveTeamSettings => self.document(installation, &mut case).await,
            InvitationPage | AcceptInvitation | InviteAgain | RetryToStaff | AskForPassword | ResetPage
            | ResetPassword | SaveProfile | PutFirstStepsAway | ChangePassword | EndSignIn | EndOtherSignIns
            | ChangePerson | ChangePersonByForm | Deactivate | Reactivate | SignPersonOut => {
                self.person(installation, &mut case).await;
            }
            LibraryPage | NewEntryPage | EntryPage | CreateEntryAtPage | SaveEntryAtPage => {
                let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
                case.browser = installation.signed_in(&supervisor).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
                let text = json!({"kind": "text", "title": "Welcome", "text": "Hello"});
                let made = installation.post("/v1/library", text).await;
                made["id"].as_str().unwrap().clone_into(&mut case.link);
            }
            FirstStepsPage | KeysPage | MakeKeyAtPage | PeoplePage | NewPersonPage | PersonPage | TeamsPage
            | ImportPage | Import => {
                let admin = installation.member("Ada Ode", Role::Admin).await;
                case.browser = installation.signed_in(&admin).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
                case.staff = Some(Staff { agent: installation.agent.clone(), password: NEW.to_owned() });
            }
            SignIn => case.staff = Some(installation.staff("Nina Okafor", Role::Agent).await),
            RevokeLink => case.link = installation.link(&case.session).await,
            SetupPage | Setup => case.link = installation.setup_link().await,
            SignOut | ShowPin | Console | Me | HistoryAsOneTypes | AgentRoom | AgentRoomChanges | AgentTicket | Row
            | ListsTicket | LiveListsConnect | LiveListen | LiveListsDisconnect => {
                case.browser = installation.signed_in(&installation.agent).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
                case.cookie = case.browser.cookie(STAFF).unwrap();
                if matches!(self, LiveListen | LiveListsDisconnect) {
                    case.lines = vec![lists(installation, &case).await.unwrap()];
                }
            }
            SettingsPage | SaveSettingsForm | TeamSettingsPage | SaveTeamSettingsForm | PreviewSettings
            | PreviewTeamSettings => {
                let admin = installation.member("Ada Ode", Role::Admin).await;
                case.browser = installation.signed_in(&admin).await;
                let path = self.request(&case).1;
                let page = case.browser.get(path.strip_suffix("/preview").unwrap_or(&path)).await;
                let form = fields(&page.text, "settings");
                case.document = form.into_iter().map(|(name, text)| (name, json!(text))).collect();
            }
            TeamBoard | TeamFiguresPage => {
                let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
                case.browser = installation.signed_in(&supervisor).await;
            }
            KeepOpen | ReleaseDevice | CustomerRoom | CustomerRoomHead | CustomerTicket | NewLinkFromRoom => {
                case.browser = installation.joined(&case.session).await;
            }
            AskForSession | ApproveTransfer | DeclineTransfer | OwnerLeaves => {
                let browser = installation.signed_in(colleague.as_ref().unwrap()).await;
                let path = format!("/console/s/{}/live", case.session);
                case.lines = vec![line(installation, &browser, &path, &case.session).await.unwrap()];
                if self != AskForSession {
                    installation.post(&case.about("/transfer"), json!({})).await;
                }
            }
            Renew | EraseSession => drop(installation.post(&case.about("/end"), json!({})).await),
            RemindBySchedule => {
                let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let reminders = json!({"enabled": true, "first_after_minutes": 8, "weekdays": days, "from": "00:00", "to": "23:59"});
                installation.settings(json!({"channels": {"reminders": reminders}})).await;
                installation.post(&case.about("/interactions"), questions()).await;
            }
            NotifyBySchedule => {
                installation.joined(&case.session).await;
                says(installation, &case).await;
            }
            NoteNews => drop(installation.joined(&case.session).await),
            ApplyRetention => {
                installation.settings(json!({"data": {"retention_minutes": 10}})).await;
                installation.post(&case.about("/messages"), json!({"text": "Good morning"})).await;
                installation.post(&case.about("/end"), json!({})).await;
            }
            Post | End | PostByForm | SweepInactivity | LiveConnect | LiveHello | LiveResume | LiveMessage
            | LivePing | LiveTyping | LiveDisconnect => self.room(installation, &mut case).await,
            SweepAccess => {
                let access = json!({"level": "full_timed", "minutes": 10, "then_limited_minutes": 10});
                installation.settings(json!({"end": {"customer_access": access}})).await;
                installation.post(&case.about("/end"), json!({})).await;
            }
            OpeningPage | OpeningPageHead | Continue | NewLink | PinPage | PinPageHead | WrongPin | RightPin
            | ResetPin | CodePage | CodePageHead | SendCode | EnterCode => {
                case.link = installation.link(&case.session).await;
                case.browser.get(&case.link).await;
                if method == "otp" {
                    case.browser.post(&format!("{}/continue", case.link), &[]).await;
                    installation.stack.advance(31).await;
                }
            }
            CreateWebhook => case.receiver = Some(Receiver::start().await),
            WebhooksPage | MakeWebhookAtPage | WebhookPage | ActAtWebhookPage | DeliveryPage | SendAgainAtPage => {
                if self == MakeWebhookAtPage {
                    case.receiver = Some(Receiver::start().await);
                } else {
                    self.endpoint(installation, &mut case).await;
                }
                let admin = installation.member("Ada Ode", Role::Admin).await;
                case.browser = installation.signed_in(&admin).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
            }
            ListWebhooks
            | ReadWebhook
            | ChangeWebhook
            | EnableWebhook
            | DeleteWebhook
            | RotateSecret
            | ReplaySince
            | ListDeliveries
            | ReadDelivery
            | ReplayDelivery
            | TestWebhook
            | DeliverWebhook
            | DeliverWebhookRefused
            | DeliverWebhookGone
            | RetryWebhook
            | RetryWebhookGone
            | RetryWebhookGivenUp
            | RetryWebhookReplay => {
                self.endpoint(installation, &mut case).await;
            }
        }
        case
    }

    /// Somebody whom it is about: invited, or with a password, and perhaps signed in.
    async fn person(self, installation: &Installation, case: &mut Case) {
        case.staff = Some(installation.staff("Tom Reed", Role::Agent).await);
        let staff = case.staff.as_ref().unwrap();
        match self {
            InvitationPage | AcceptInvitation | InviteAgain => {
                let body =
                    json!({"name": "Lea Roy", "email": format!("{}@parlor.example", case.key), "teams": [case.team]});
                let person = installation.post("/v1/people", body).await;
                let id = person["id"].as_str().unwrap();
                case.link = installation.mailed_link(&format!("{}@parlor.example", case.key)).await;
                let found = installation.store.read(ReadBatch::new().agent(&id.parse().unwrap())).await.unwrap();
                let agent = found.agent(&id.parse().unwrap()).unwrap().unwrap();
                case.staff = Some(Staff { agent, password: NEW.to_owned() });
            }
            ResetPage | ResetPassword => {
                let email = staff.agent.email.as_str().to_owned();
                installation.browser().post("/forgot-password", &[("email", &email)]).await;
                case.link = installation.mailed_link(&email).await;
            }
            SaveProfile | PutFirstStepsAway | ChangePassword | EndSignIn | EndOtherSignIns | SignPersonOut
            | Deactivate => {
                case.browser = installation.signed_in(&staff.agent).await;
                case.csrf = case.browser.get("/console").await.hidden("csrf").unwrap();
                case.cookie = case.browser.cookie(STAFF).unwrap();
                if self == PutFirstStepsAway {
                    installation.first_steps_of(&staff.agent.id).await;
                }
                if matches!(self, EndOtherSignIns | EndSignIn | ChangePassword) {
                    // Another browser's, which ends.
                    let other = installation.sign_in(&staff.agent).await;
                    case.document = json!(other.login);
                    case.cookie = other.reveal();
                }
            }
            Reactivate => {
                let path = format!("/v1/people/{}/deactivate", staff.agent.id);
                installation.post(&path, json!({})).await;
            }
            _ => {}
        }
    }

    /// The settings that it saves, and their version.
    async fn document(self, installation: &Installation, case: &mut Case) {
        let (_, path) = self.request(case);
        case.document = installation.get(&path).await;
        case.version = installation.etag(&path).await;
    }

    /// Somebody beside the customer.
    async fn participant(self, installation: &Installation, case: &mut Case) {
        let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
        let added = installation.post(&case.about("/participants"), person).await;
        added["id"].as_str().unwrap().clone_into(&mut case.link);
    }

    /// Something for the customer to do, which they began where that is needed.
    async fn interaction(self, installation: &Installation, case: &mut Case) {
        let mut body = questions();
        body["send"] = json!(self != SendInteraction);
        let made = installation.post(&case.about("/interactions"), body).await;
        made["id"].as_str().unwrap().clone_into(&mut case.interaction);
        if self == SaveFurther {
            let path = format!("/r/{}/i/{}/save", case.session, case.interaction);
            assert_eq!(case.browser.post(&path, &[("step", "a"), ("a.name", "M")]).await.status, 303);
        }
    }

    /// A request for a photo that has come; where that is to be judged, it was added and sent for good.
    async fn request_for_files(self, installation: &Installation, case: &mut Case) {
        let made = installation.post(&case.about("/interactions"), json!({"kind": "request", "what": "A photo"})).await;
        made["id"].as_str().unwrap().clone_into(&mut case.interaction);
        let upload = documents::looked_at(&installation.store, &installation.runtime, &case.session).await;
        case.link = upload.to_string();
        if self != AddFile {
            let own = format!("/r/{}/i/{}", case.session, case.interaction);
            let fields = [("do", "add"), ("file", case.link.as_str())];
            assert_eq!(case.browser.post(&format!("{own}/files"), &fields).await.status, 303);
            assert_eq!(case.browser.post(&format!("{own}/complete"), &[]).await.status, 303);
        }
    }

    /// A photo that has come; where one is to be opened, it goes with a message.
    async fn attachment(self, installation: &Installation, case: &mut Case) {
        let upload = documents::looked_at(&installation.store, &installation.runtime, &case.session).await;
        case.link = upload.to_string();
        if self != Attach {
            let fields = [("id", "file"), ("text", ""), ("attachment", case.link.as_str())];
            let page = case.browser.post(&format!("/r/{}/attachments", case.session), &fields).await;
            let posted: serde_json::Value = serde_json::from_str(&page.text).unwrap();
            case.seen = posted["seq"].as_u64().unwrap();
        }
    }

    /// A completed document, whose signed file is there where that is what is asked for.
    async fn signing(self, installation: &Installation, case: &mut Case) {
        let (store, runtime) = (&installation.store, &installation.runtime);
        let upload = UploadId::generate(&runtime.entropy);
        let id = documents::completed(store, runtime, &case.session, &upload).await;
        if matches!(self, ResultPage | ReadResult | MakeArchive | ReadArchive) {
            documents::filed(store, runtime, &case.session, &id).await;
        }
        case.interaction = id.to_string();
        if self == ReadArchive {
            let made = installation.post(&case.about("/archives"), json!({})).await;
            made["id"].as_str().unwrap().clone_into(&mut case.link);
            installation.stack.settle().await;
        }
    }

    /// The open room: both sides are there.
    async fn room(self, installation: &Installation, case: &mut Case) {
        case.browser = installation.joined(&case.session).await;
        if self == LiveResume {
            // Said while the customer's page was away.
            let answer = installation.post(&case.about("/messages"), json!({"text": "Are you there?"})).await;
            case.seen = answer["seq"].as_u64().unwrap() - 1;
        }
        case.lines = vec![agent(installation, case).await.unwrap(), customer(installation, case).await.unwrap()];
        if self == SweepInactivity {
            installation.settings(json!({"end": {"inactivity_minutes": 10}})).await;
            // What the sweep goes by is read with the session; the timer is armed by the next action.
            installation.post(&case.about("/keep-open"), json!({})).await;
        }
    }

    /// A webhook endpoint, with what happened to it before.
    async fn endpoint(self, installation: &Installation, case: &mut Case) {
        let types: &[&str] = if self == RetryWebhookGivenUp { &["message"] } else { &["message", "session.ended"] };
        let endpoint = Endpoint::new(installation, types).await;
        let receiver = endpoint.receiver.clone();
        let path = endpoint.path("");
        case.endpoint = Some(endpoint);
        match self {
            DeliverWebhook => return,
            DeliverWebhookRefused => return refuse(&receiver, 1),
            DeliverWebhookGone => return receiver.answers(Conduct::Status(410)),
            RetryWebhook => refuse(&receiver, 2),
            RetryWebhookGone | RetryWebhookGivenUp => receiver.answers(Conduct::Status(500)),
            _ => {}
        }
        talk(installation, case).await;
        let message =
            installation.events(&case.session).await.into_iter().find(|event| event.kind.name() == "message").unwrap();
        case.seen = message.seq;
        match self {
            RetryWebhookGone => receiver.answers(Conduct::Status(410)),
            RetryWebhookGivenUp => {
                // All attempts but the last.
                for _ in 2..MAX_ATTEMPTS {
                    installation.stack.advance(6 * 3600).await;
                }
            }
            RetryWebhookReplay => {
                installation.post(&format!("{path}/replay"), everything()).await;
            }
            ChangeWebhook => case.version = installation.etag(&path).await,
            EnableWebhook => {
                case.endpoint().change(installation, json!({"enabled": false})).await;
                case.version = installation.etag(&path).await;
            }
            _ => {}
        }
    }
}
