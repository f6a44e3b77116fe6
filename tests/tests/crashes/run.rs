//! Does an operation, as its caller does.

use std::sync::atomic::{AtomicBool, Ordering};

use parlor_objects::Objects as _;
use parlor_store::{ListScope, ReadBatch};
use parlor_tests::{Endpoint, Installation, Line, documents};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    EMAIL, PHONE, PIN,
    case::Case,
    check::is_settled,
    operations::Operation::{self, *},
    steps::{customer, everything, lists, questions, says, talk},
};

/// The password that somebody chooses.
pub(crate) const NEW: &str = "plinth otter marmalade";

/// The platform's own words for an invocation that died.
const DIED: &str = "Internal server error";

impl Operation {
    /// Does it; answers whether its caller would be content. A session that it starts is the case's from then on.
    #[allow(clippy::match_same_arms, reason = "a line for each group of operations")]
    pub(crate) async fn run(self, installation: &Installation, case: &mut Case) -> bool {
        match self {
            Start | DeliverMail | DeliverText | RetryDelivery => self.start(installation, case).await,
            Read | List | TeamFigures | ListEvents | ListMessages | ReadSettings | ReadTeamSettings | ListWebhooks
            | ReadWebhook | ListDeliveries | ReadDelivery | Invite | GenerateLink | ListLinks | RevokeLink | End
            | KeepOpen | Renew | EraseSession | TakeOver | AskForSession | ApproveTransfer | DeclineTransfer
            | Correct | CorrectByForm | ReleaseDevice | ResetPin | Post | CreateWebhook | RotateSecret
            | ReplaySince | ReplayDelivery | TestWebhook | ListKeys | CreateKey | ListPeople | InvitePerson
            | ChangePerson | ChangePersonByForm | InviteAgain | Deactivate | Reactivate | SignPersonOut | ListTeams
            | CreateTeam | RenameTeam | RenameTeamByForm => self.call(installation, case).await,
            AddParticipant
            | ListParticipants
            | RemoveParticipant
            | RemoveParticipantByForm
            | InviteParticipant
            | ReleaseParticipant
            | SetOrder
            | MoveInteraction
            | AssignInteraction => self.call(installation, case).await,
            MakeInteraction | ListInteractions | ReadInteraction | SendInteraction | WithdrawInteraction | Remind
            | ReadResult | AnnounceUpload | Accept | SendBack | MessageFile | PlaceFields | MakeArchive
            | ReadArchive => self.call(installation, case).await,
            ListLibrary | CreateEntry | AnnounceLibraryUpload | ReadEntry | PublishEntry | AnnounceLogo | ReadLogo => {
                self.call(installation, case).await
            }
            LogoFile => case.browser.get(&self.request(case).1).await.status == 200,
            LogoFileHead => case.browser.head(&self.request(case).1).await.status == 200,
            WriteLogo => {
                let files = installation.files();
                let logo = documents::photo(&case.key);
                files.put(&format!("sent-logos/{}", case.key), logo, "image/png").await.unwrap();
                installation.stack.settle().await;
                files.get(&format!("logos/{}.json", case.key), 1_000_000).await.is_ok()
            }
            VerifyPage => case.browser.get("/verify").await.status == 200,
            Verify => case.browser.post("/verify", &[("sha256", "07".repeat(32).as_str())]).await.status == 200,
            ResultPage | AttachedFile | AttachedThumbnail => {
                case.browser.get(&self.request(case).1).await.status == 303
            }
            FileDocument => {
                let (files, name) = (installation.files(), format!("signed/{}/{}", case.session, case.interaction));
                let report = json!({"key": format!("{name}.pdf"), "sha256": vec![7; 32], "size": 9});
                let report = report.to_string().into_bytes();
                files.put(&format!("{name}.json"), report, "application/json").await.unwrap();
                installation.stack.settle().await;
                true
            }
            FileJoined => {
                let (files, name) = (installation.files(), format!("joined/{}/{}", case.session, case.interaction));
                let report = json!({
                    "key": format!("{name}.pdf"), "sha256": "07".repeat(32), "size": 9, "pages": 1, "left_out": 0,
                    "at": case.link,
                });
                let report = report.to_string().into_bytes();
                files.put(&format!("{name}.json"), report, "application/json").await.unwrap();
                installation.stack.settle().await;
                true
            }
            HandOver => {
                installation.stack.advance(if case.has_died() { 600 } else { 150 }).await;
                let finish = format!("finish/{}/{}.json", case.session, case.interaction);
                installation.files().get(&finish, 1_000_000).await.is_ok()
            }
            Interaction | Answers => case.browser.get(&self.request(case).1).await.status == 200,
            SaveSettingsForm | SaveTeamSettingsForm | PreviewSettings | PreviewTeamSettings => {
                let mut form = case.document.as_object().unwrap().clone();
                form.insert("branding.name".into(), json!(case.key));
                let form: Vec<_> = form.iter().map(|(name, text)| (name.as_str(), text.as_str().unwrap())).collect();
                matches!(case.browser.post(&self.request(case).1, &form).await.status, 200 | 303)
            }
            AnnounceCustomersUpload => {
                let sha256 = "0".repeat(64);
                let fields =
                    [("name", "Loan.pdf"), ("size", "12"), ("content_type", "application/pdf"), ("sha256", &sha256)];
                case.browser.post(&self.request(case).1, &fields).await.status == 201
            }
            InteractionHead => case.browser.head(&self.request(case).1).await.status == 200,
            SaveSettings | SaveTeamSettings | ChangeWebhook | EnableWebhook | ChangeEntry => {
                self.change(installation, case).await
            }
            DeleteWebhook | RevokeKey | RemoveEntry => {
                let (method, path) = self.request(case);
                // Gone is gone.
                matches!(installation.tried(method, &path, None, &[]).await.0.as_u16(), 200 | 404)
            }
            ShowPin | SetupPage | SettingsPage | TeamSettingsPage | Console | HistoryAsOneTypes | TeamBoard
            | TeamFiguresPage | AgentRoom | AgentRoomChanges | AgentTicket | Row | ListsTicket | OpeningPage
            | PinPage | CodePage | CustomerRoom | CustomerTicket | InvitationPage | ResetPage | Me | PeoplePage
            | NewPersonPage | PersonPage | TeamsPage | ImportPage | KeysPage | LibraryPage | NewEntryPage
            | EntryPage | FieldsPage | EntryFieldsPage | FirstStepsPage | WebhooksPage | WebhookPage | DeliveryPage => {
                case.browser.get(&self.request(case).1).await.status == 200
            }
            OpeningPageHead | PinPageHead | CodePageHead | CustomerRoomHead => {
                case.browser.head(&self.request(case).1).await.status == 200
            }
            SignIn
            | SignInWrongly
            | SignOut
            | Setup
            | Continue
            | NewLink
            | WrongPin
            | RightPin
            | SendCode
            | EnterCode
            | PostByForm
            | NewLinkFromRoom
            | AcceptInvitation
            | AskForPassword
            | ResetPassword
            | SaveProfile
            | PutFirstStepsAway
            | ChangePassword
            | EndSignIn
            | EndOtherSignIns
            | Import
            | MakeKeyAtPage
            | RevokeKeyAtPage
            | CreateEntryAtPage
            | SaveEntryAtPage
            | MakeWebhookAtPage
            | ActAtWebhookPage
            | SendAgainAtPage
            | PlaceFieldsAtPage
            | PlaceEntryFieldsAtPage => self.submit(installation, case).await,
            ReadDocument | FinishDocument | SignDocument | JoinFiles | PackArchive => {
                self.step(installation, case).await
            }
            DeliverToStaff | RetryToStaff => self.mail_staff(installation, case).await,
            SaveFirst | SaveFurther | Complete | Decline | AddFile | Attach => self.submit(installation, case).await,
            LiveConnect => customer(installation, case).await.is_ok(),
            LiveHello | LiveResume | LiveMessage | LivePing | LiveTyping => self.say(case).await,
            LiveDisconnect => leave(case).await,
            OwnerLeaves => owner_leaves(installation, case).await,
            LiveListsConnect => lists(installation, case).await.is_ok(),
            LiveListen => {
                case.lines[0].say(json!({"type": "listen"})).await;
                hears(&mut case.lines[0], "listening").await
            }
            LiveListsDisconnect => close_lists(installation, case).await,
            RemindBySchedule | NotifyBySchedule => {
                installation.stack.advance(if case.has_died() { 300 } else { 600 }).await;
                true
            }
            NoteNews => says(installation, case).await,
            SweepInactivity | SweepAccess | ApplyRetention => {
                // The next run repeats it, a minute later.
                installation.stack.advance(if case.has_died() { 60 } else { 600 }).await;
                true
            }
            DeliverWebhook | DeliverWebhookRefused | DeliverWebhookGone => {
                let done = talk(installation, case).await;
                self.schedule(installation, case, 60).await;
                done
            }
            RetryWebhook | RetryWebhookGone | RetryWebhookReplay => self.schedule(installation, case, 60).await,
            RetryWebhookGivenUp => self.schedule(installation, case, 6 * 3600).await,
        }
    }

    /// A new session, and what is sent because of it.
    async fn start(self, installation: &Installation, case: &mut Case) -> bool {
        let contact = match self {
            DeliverText => json!({"name": "Mara Quist", "phone": PHONE}),
            _ => json!({"name": "Mara Quist", "email": EMAIL}),
        };
        let (body, key) = (json!({"customer": contact}), [("idempotency-key", case.key.as_str())]);
        let (status, answer) = installation.tried(Method::POST, "/v1/sessions", Some(body), &key).await;
        if status.is_success() {
            case.session = answer["id"].as_str().unwrap().parse().unwrap();
        }
        installation.stack.settle().await;
        if self == RetryDelivery {
            installation.stack.advance(90).await;
            installation.stack.advance(600).await;
        }
        status.is_success()
    }

    /// An invitation, and the mail that is sent because of it.
    async fn mail_staff(self, installation: &Installation, case: &mut Case) -> bool {
        let email = format!("{}@parlor.example", case.key);
        let body = json!({"name": "Lea Roy", "email": email, "teams": [case.team]});
        let key = [("idempotency-key", case.key.as_str())];
        let (status, _) = installation.tried(Method::POST, "/v1/people", Some(body), &key).await;
        installation.stack.settle().await;
        if self == RetryToStaff {
            installation.stack.advance(90).await;
            installation.stack.advance(600).await;
        }
        status.is_success()
    }

    /// What sets a step about documents going, and what has to come of it. An event that was not handled is handed on again.
    async fn step(self, installation: &Installation, case: &Case) -> bool {
        let (files, name) = (installation.files(), format!("{}/{}", case.session, case.key));
        let original = format!("uploads/{}", case.key);
        files.put(&original, documents::form(), "application/pdf").await.unwrap();
        let becomes = if self == ReadDocument {
            format!("read/{}/form.json", case.key)
        } else if self == PackArchive {
            let entry = json!({"name": "Consent.pdf", "content": {"file": original}});
            let task = json!({"entries": [entry], "to": format!("packed/{}.zip", case.session)}).to_string();
            files.put(&format!("pack/{}.json", case.session), task.into_bytes(), "application/json").await.unwrap();
            format!("packed/{}.json", case.session)
        } else if self == JoinFiles {
            let task = documents::join_task(&[&original], &name);
            files.put(&format!("join/{name}.json"), task, "application/json").await.unwrap();
            format!("joined/{name}.json")
        } else {
            let task = documents::finish_task(&original, &documents::form(), &name);
            files.put(&format!("finish/{name}.json"), task, "application/json").await.unwrap();
            if self == FinishDocument { format!("finished/{name}.json") } else { format!("signed/{name}.json") }
        };
        installation.stack.settle().await;
        files.get(&becomes, 1_000_000).await.is_ok()
    }

    /// By a program: a POST under its `Idempotency-Key`.
    async fn call(self, installation: &Installation, case: &mut Case) -> bool {
        let body = match self {
            Post => json!({"text": "Good morning", "id": "crash-1"}),
            SendBack => json!({"reason": "too dark"}),
            CreateKey => json!({"name": case.key, "scopes": ["read"]}),
            CreateWebhook => {
                json!({"url": case.receiver.as_ref().unwrap().url, "events": ["message", "session.ended"]})
            }
            InvitePerson => {
                let email = format!("{}@parlor.example", case.key);
                json!({"name": "Lea Roy", "email": email, "teams": [case.team]})
            }
            ChangePerson | ChangePersonByForm => json!({"role": "supervisor"}),
            AddParticipant => json!({"name": "Ada Quist", "email": "ada.quist@example.net"}),
            SetOrder => json!({"order": 2}),
            MoveInteraction => json!({"before": case.link}),
            AssignInteraction => json!({"assignee": case.link}),
            CreateTeam | RenameTeam | RenameTeamByForm => json!({"name": case.key}),
            MakeInteraction => questions(),
            PlaceFields => json!({"fields": [{"name": "a", "type": "text", "page": 1, "rect": [72, 500, 100, 20]}]}),
            CreateEntry => json!({"kind": "text", "title": case.key, "text": "Hello"}),
            AnnounceLogo => json!({
                "name": "logo.png", "size": 12, "content_type": "image/png", "sha256": "0".repeat(64),
            }),
            AnnounceUpload | AnnounceLibraryUpload => json!({
                "name": "Loan.pdf", "size": 12, "content_type": "application/pdf", "sha256": "0".repeat(64),
            }),
            Correct | CorrectByForm => json!({"name": "Mara Quist-Berg"}),
            RotateSecret => json!({"overlap_minutes": 60}),
            ReplaySince => everything(),
            _ => json!({}),
        };
        let (method, path) = self.request(case);
        let writes = matches!(method, Method::POST | Method::PATCH | Method::PUT);
        let body = (writes && !matches!(self, ReplayDelivery | TestWebhook)).then_some(body);
        let key = [("idempotency-key", case.key.as_str()), ("if-match", case.version.as_str())];
        let headers = match self {
            PublishEntry | PlaceFields => &key[..],
            _ if method == Method::POST => &key[..1],
            _ => &[],
        };
        let (status, answer) = installation.tried(method, &path, body, headers).await;
        if status.is_success() && matches!(self, CreateWebhook | RotateSecret) {
            let receiver = case.endpoint.take().map(|endpoint| endpoint.receiver).or(case.receiver.take());
            case.endpoint = Some(Endpoint::of(&answer, receiver.unwrap()));
        }
        status.is_success()
    }

    /// By a program, over the version that it read. Under the old version nothing is written twice; who reads again sees
    /// their own change.
    async fn change(self, installation: &Installation, case: &Case) -> bool {
        let (method, path) = self.request(case);
        let change = match self {
            ChangeWebhook => json!({"description": case.key}),
            EnableWebhook => json!({"enabled": true}),
            ChangeEntry => json!({"title": case.key}),
            SaveTeamSettings => json!({"branding": {"name": case.key}}),
            _ => {
                let mut document = case.document.clone();
                document["branding"]["name"] = json!(case.key);
                document
            }
        };
        let headers = [("if-match", case.version.as_str())];
        let (status, _) = installation.tried(method, &path, Some(change.clone()), &headers).await;
        let read = async || {
            let (status, now) = installation.tried(Method::GET, &path, None, &[]).await;
            status.is_success() && change.as_object().unwrap().iter().all(|(name, value)| now[name] == *value)
        };
        status.is_success() && read().await || status == 409 && read().await
    }

    /// A form of one of our pages.
    async fn submit(self, installation: &Installation, case: &Case) -> bool {
        let (_, path) = self.request(case);
        let password = case.staff.as_ref().map(|staff| staff.password.as_str()).unwrap_or_default();
        let email = case.staff.as_ref().map(|staff| staff.agent.email.as_str()).unwrap_or_default();
        let admin = format!("{}@parlor.example", case.key);
        let rows = format!("name,email,teams\nLea Roy,{admin},{}\n", case.team);
        let (mut code, csrf) = (String::new(), case.csrf.as_str());
        if self == EnterCode {
            let found = installation.store.read(ReadBatch::new().session(&case.session)).await.unwrap();
            // Entered already, if the first time took effect: then the link leads into the room.
            match found.session(&case.session).unwrap().unwrap().session.code {
                Some(_) => code = installation.code(&case.session).await,
                None => return case.browser.get(&case.link).await.status < 500,
            }
        }
        let fields = match self {
            SignIn => vec![("email", email), ("password", password)],
            SignInWrongly => vec![("email", "nobody@parlor.example"), ("password", "not the password")],
            SignOut => vec![("csrf", case.csrf.as_str())],
            Setup => vec![("name", "Ada Roy"), ("email", admin.as_str()), ("password", case.link.as_str())],
            MakeKeyAtPage => {
                let key = case.key.as_str();
                vec![("csrf", csrf), ("idempotency_key", key), ("name", key), ("scope_read", "on")]
            }
            CreateEntryAtPage | SaveEntryAtPage => {
                let (key, kind) = (case.key.as_str(), ("kind", "text"));
                let fields = [("csrf", csrf), ("idempotency_key", key), kind, ("title", key), ("text", "Hello")];
                fields.into_iter().chain([("revision", "1"), ("do", "publish")]).collect()
            }
            PlaceFieldsAtPage | PlaceEntryFieldsAtPage => {
                let fields = [("csrf", csrf), ("idempotency_key", case.key.as_str()), ("revision", "1"), ("page", "1")];
                let row = [("name-0", "a"), ("kind-0", "text"), ("page-0", "1"), ("left-0", "10"), ("top-0", "10")];
                fields.into_iter().chain(row).chain([("width-0", "20"), ("height-0", "3")]).collect()
            }
            MakeWebhookAtPage => {
                let url = case.receiver.as_ref().unwrap().url.as_str();
                vec![("csrf", csrf), ("idempotency_key", case.key.as_str()), ("url", url)]
            }
            ActAtWebhookPage | SendAgainAtPage => {
                vec![("csrf", csrf), ("idempotency_key", case.key.as_str()), ("do", "test")]
            }
            Import => vec![("csrf", csrf), ("confirm", "1"), ("rows", rows.as_str())],
            AcceptInvitation => vec![("name", "Lea Roy"), ("password", NEW)],
            AskForPassword => vec![("email", email)],
            ResetPassword => vec![("password", NEW)],
            SaveProfile => vec![("csrf", csrf), ("name", "Thomas Reed")],
            ChangePassword => {
                vec![("csrf", csrf), ("email", email), ("current", password), ("password", NEW)]
            }
            EndSignIn => vec![("csrf", csrf), ("id", case.document.as_str().unwrap())],
            EndOtherSignIns | RevokeKeyAtPage | PutFirstStepsAway => vec![("csrf", csrf)],
            WrongPin => vec![("code", "0000")],
            RightPin => vec![("code", PIN)],
            EnterCode => vec![("code", code.as_str())],
            PostByForm => vec![("text", "Good morning"), ("id", "crash-1")],
            SaveFirst | SaveFurther | Complete => vec![("step", "a"), ("a.name", "Mara")],
            Decline => vec![("reason", "not today")],
            AddFile => vec![("do", "add"), ("file", case.link.as_str())],
            Attach => vec![("id", "crash-1"), ("text", "Good morning"), ("attachment", case.link.as_str())],
            _ => vec![],
        };
        let content: &[u16] = match self {
            SignInWrongly => &[401, 429],
            // Used: by the first time, which took effect.
            Setup | AcceptInvitation | ResetPassword if case.has_died() => &[303, 410],
            // The second one asked for too soon is told to wait; the first one is on its way.
            NewLink => &[200, 429],
            NewLinkFromRoom | AskForPassword | Import => &[200],
            SendCode => &[303, 429],
            MakeKeyAtPage | MakeWebhookAtPage | Attach => &[201],
            // Gone is gone.
            RevokeKeyAtPage => &[303, 404],
            _ => &[303],
        };
        content.contains(&case.browser.post(&path, &fields).await.status)
    }

    /// A frame over the customer's live connection, and whatever has to come of it.
    async fn say(self, case: &mut Case) -> bool {
        let (seen, died) = (case.seen, case.died.clone());
        let [agent, own] = case.lines.as_mut_slice() else { panic!("the room is open") };
        match self {
            LiveHello => hello(own, 0).await.is_some(),
            LiveResume => hello(own, seen).await.is_some_and(|frames| {
                let missed: Vec<_> = frames.iter().filter(|frame| frame["type"] == "message").collect();
                assert!(missed.iter().all(|frame| frame["seq"] == seen + 1), "{missed:?}");
                // Twice where the answer to an earlier hello came late.
                !missed.is_empty()
            }),
            LiveTyping => {
                let again = died.load(Ordering::Relaxed);
                own.typing().await;
                // Nobody answers who types, but the platform says when the invocation died.
                let heard = tokio::select! {
                    typing = agent.until(&["typing"]) => typing.is_some(),
                    alive = hears(own, "pong") => alive,
                };
                if heard && !again && died.load(Ordering::Relaxed) {
                    // The other side heard of it before it died: what is said now must not die with it.
                    hears(own, "pong").await;
                }
                heard
            }
            LivePing => {
                own.say(json!({"type": "ping"})).await;
                hears(own, "pong").await
            }
            _ => {
                own.message("crash-1", "Good morning").await;
                let heard = hears(own, "message").await;
                if heard {
                    // The other side hears of it at the same time, so the invocation may still be at it.
                    tokio::select! {
                        _ = agent.until(&["message"]) => {}
                        () = dead(&died) => {}
                    }
                }
                heard
            }
        }
    }

    /// Lets the schedule run, `seconds` apart, until all is as it is to be, or the function died.
    async fn schedule(self, installation: &Installation, case: &Case, seconds: u32) -> bool {
        let before = case.has_died();
        for _ in 0..6 {
            if is_settled(self, installation, case).await || (case.has_died() && !before) {
                break;
            }
            installation.stack.advance(seconds).await;
        }
        is_settled(self, installation, case).await
    }
}

/// Waits for an answer of this type; not any more when the invocation died, or the connection is over.
async fn hears(own: &mut Line, kind: &str) -> bool {
    loop {
        match own.next().await {
            Some(frame) if frame["type"] == kind => return true,
            Some(frame) if frame["message"] == DIED => return false,
            Some(_) => {}
            None => return false,
        }
    }
}

/// Says hello: the whole answer; nothing when the invocation died.
async fn hello(own: &mut Line, since: u64) -> Option<Vec<Value>> {
    own.say(json!({"type": "hello", "since": since})).await;
    let mut answer: Vec<Value> = vec![];
    loop {
        let frame = own.next().await?;
        if frame["message"] == DIED {
            return None;
        }
        let last = frame["type"] == "presence";
        answer.push(frame);
        // A presence that the other side caused may come before; how things stand comes first in an answer.
        if last && answer.iter().any(|frame| frame["type"] == "session" && frame.get("event").is_none()) {
            return Some(answer);
        }
    }
}

/// The customer's page goes.
async fn leave(case: &mut Case) -> bool {
    if case.lines.len() < 2 {
        return true;
    }
    case.lines.pop().unwrap().close().await;
    let died = case.died.clone();
    // Whoever stays hears of it last, unless the function died.
    let told = async { while case.lines[0].expect("presence").await["customer"] == true {} };
    tokio::select! {
        () = told => {}
        () = dead(&died) => {}
    }
    true
}

/// The owner goes, of whom the session is asked for. What was not decided then, the schedule decides once the time is over.
async fn owner_leaves(installation: &Installation, case: &mut Case) -> bool {
    let Some(line) = case.lines.pop() else {
        installation.stack.advance(660).await;
        return true;
    };
    line.close().await;
    while installation.count_events(&case.session, "session.transferred").await == 0 && !case.has_died() {}
    true
}

/// The page with the lists goes.
async fn close_lists(installation: &Installation, case: &mut Case) -> bool {
    let Some(line) = case.lines.pop() else { return true };
    let listening = async || {
        let scopes = [ListScope::Agent(installation.agent.id.clone())];
        let now = installation.runtime.clock.now();
        installation.store.listeners(&scopes.clone().into(), now).await.unwrap().of(&scopes).len()
    };
    let before = listening().await;
    line.close().await;
    while listening().await == before && !case.has_died() {}
    true
}

/// Completes when the invocation died.
async fn dead(died: &AtomicBool) {
    while !died.load(Ordering::Relaxed) {
        tokio::task::yield_now().await;
    }
}
