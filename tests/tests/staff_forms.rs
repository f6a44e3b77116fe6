//! Forms of staff's pages: every form that a role finds is posted with what nobody types. No function fails, whoever posts without
//! the page's token is refused, and nothing of another team is read or changed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use parlor_domain::{Agent, AgentId, Role, TeamId};
use parlor_store::NewAgent;
use parlor_tests::{
    Browser, Installation, documents,
    form::{Form, posting},
};
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};

/// What nobody types: beyond every bound, in no order, of no alphabet.
fn typed() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        " \t ",
        "\0",
        "-1",
        "0",
        "1e999",
        "NaN",
        "99999999999999999999",
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "-009999-01-01T00:00:00Z",
        "2026-02-30",
        "\u{200b}\u{202e}fdp\u{2066}",
        "a\r\nSet-Cookie: x=1",
        "[[[[{\"steps\":[{\"id\":1}]}",
        "//evil.example/\\..",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(["é".repeat(6_000), "[".repeat(5_000)]);
    all
}

/// Whoever walks through the pages.
struct Walker<'a> {
    installation: &'a Installation,
    agent: Agent,
    browser: Browser,
    csrf: String,
    client: Client,
    /// How many forms were posted.
    posted: usize,
    /// What went wrong.
    wrong: Vec<String>,
}

impl<'a> Walker<'a> {
    async fn of(installation: &'a Installation, agent: Agent) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let browser = installation.browser();
        let mut walker = Self { installation, agent, browser, csrf: String::new(), client, posted: 0, wrong: vec![] };
        walker.sign_in().await;
        walker
    }

    async fn sign_in(&mut self) {
        self.browser = self.installation.signed_in(&self.agent).await;
        self.csrf = self.browser.get("/me").await.hidden("csrf").unwrap();
    }

    /// Posts a form as a browser does; the status, and where that leads.
    async fn post(&mut self, action: &str, fields: &[(String, String)]) -> (u16, String) {
        let base = self.installation.stack.url();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{base}{action}")).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded").header("accept", "text/html");
        let request = request.header("origin", base).header("sec-fetch-site", "same-origin");
        let answer = request.header("cookie", self.browser.cookie_header()).send().await.unwrap();
        self.posted += 1;
        let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let (status, length) = (answer.status().as_u16(), answer.bytes().await.unwrap().len());
        let said = || {
            let short =
                |(name, value): &(String, String)| format!("{name}={:?}", value.chars().take(40).collect::<String>());
            fields.iter().map(short).collect::<Vec<_>>().join(" ")
        };
        if status >= 500 || (status >= 400 && length == 0) || (status == 303 && location.starts_with("//")) {
            self.wrong.push(format!("{action} {}: {status} {location}", said()));
        }
        if location.starts_with("/login") {
            // It was a form that signs out.
            self.sign_in().await;
        }
        (status, location)
    }

    /// A form as its page gave it, with a token that counts and a key that nobody used.
    fn fresh(&self, form: &Form) -> Vec<(String, String)> {
        let mut fields = form.fields.clone();
        for (name, value) in &mut fields {
            match name.as_str() {
                "csrf" => value.clone_from(&self.csrf),
                "idempotency_key" => *value = format!("fresh-{}", self.posted),
                _ => {}
            }
        }
        fields
    }

    /// Every page that links lead to, each shape of an address once, with its forms.
    async fn forms(&mut self, starts: &[String]) -> Vec<Form> {
        let mut waiting: VecDeque<String> = starts.iter().cloned().collect();
        let (mut pages, mut shapes, mut forms) = (BTreeSet::new(), BTreeSet::new(), vec![]);
        while let Some(path) = waiting.pop_front() {
            if !pages.insert(shape(&path)) {
                continue;
            }
            let page = self.browser.get(&path).await;
            if page.status >= 500 {
                self.wrong.push(format!("GET {path}: {}", page.status));
            }
            for form in posting(&page.text) {
                if form.action != "/logout" && shapes.insert(form.shape()) {
                    forms.push(form);
                }
            }
            let links = page.text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            waiting.extend(links.filter(|link| is_page(link)).map(|link| link.replace("&amp;", "&")));
            waiting.extend((!page.location.is_empty() && is_page(&page.location)).then(|| page.location.clone()));
        }
        forms
    }

    /// Posts one form in every wrong way.
    async fn attack(&mut self, form: &Form, values: &[String]) {
        let plain = |fields: &[(String, String)], name: &str, value: &str| {
            let mut fields = fields.to_vec();
            fields.retain(|(known, _)| known != name);
            fields.push((name.to_owned(), value.to_owned()));
            fields
        };
        // Without the page's token nothing is done, whatever else is right.
        for fields in [plain(&self.fresh(form), "csrf", "0"), plain(&self.fresh(form), "csrf", ""), vec![]] {
            let (status, location) = self.post(&form.action, &fields).await;
            if !(400..500).contains(&status) {
                self.wrong.push(format!("{} without its token: {status} {location}", form.action));
            }
        }
        let mut names: Vec<String> =
            form.fields.iter().map(|(name, _)| name.clone()).filter(|name| name != "csrf").collect();
        names.extend(form.buttons.iter().map(|(name, _)| name.clone()));
        names.dedup();
        // Each field gets some of them, of a long form fewer, and each value is in some field.
        let each = if names.len() > 12 { 2 } else { 8 };
        for (at, name) in names.iter().enumerate() {
            for turn in 0..each {
                let value = &values[(at * 7 + turn * 5) % values.len()];
                let fields = plain(&self.fresh(form), name, value);
                self.post(&form.action, &fields).await;
            }
            let mut fields = self.fresh(form);
            fields.retain(|(known, _)| known != name);
            self.post(&form.action, &fields).await;
            let mut fields = self.fresh(form);
            fields.push((name.clone(), values[at % values.len()].clone()));
            self.post(&form.action, &fields).await;
        }
        let last = names.last().cloned().unwrap_or_else(|| "x".to_owned());
        let fields = plain(&self.fresh(form), &last, &"x".repeat(1_000_000));
        let (status, _) = self.post(&form.action, &fields).await;
        if !(400..500).contains(&status) {
            self.wrong.push(format!("{} with a megabyte: {status}", form.action));
        }
        // Everything at once.
        let mut fields = self.fresh(form);
        for (at, (_, value)) in fields.iter_mut().enumerate().filter(|(_, (name, _))| name != "csrf") {
            value.clone_from(&values[(at * 3) % values.len()]);
        }
        self.post(&form.action, &fields).await;
    }
}

/// What a form is, whatever thing it is about.
trait Shape {
    fn shape(&self) -> String;
}

impl Shape for Form {
    fn shape(&self) -> String {
        let names: BTreeSet<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        // Boxes of teams and buttons of fields have ids in their names.
        let names: BTreeSet<String> =
            names.into_iter().map(|name| name.split('-').next().unwrap().to_owned()).collect();
        format!("{} {names:?}", shape(&self.action))
    }
}

/// Whether it leaves nothing to do in the session.
fn ends(form: &Form) -> bool {
    ["/end", "/erase", "/discard"].iter().any(|end| form.action.ends_with(end))
}

/// A page of staff's that a link leads to.
fn is_page(link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    ["/console", "/admin", "/me"].iter().any(|start| path == *start || path.starts_with(&format!("{start}/")))
}

/// An address without what is of one thing alone.
fn shape(address: &str) -> String {
    let (path, query) = address.split('#').next().unwrap_or_default().split_once('?').unwrap_or((address, ""));
    let mut before = "";
    let parts = path.split('/').map(|part| {
        let is_id = part.len() > 11 && part.bytes().any(|byte| byte.is_ascii_digit());
        let shown = if is_id || before == "teams" { "*" } else { part };
        before = part;
        shown
    });
    let parts: Vec<&str> = parts.collect();
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", parts.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

/// Somebody of another team.
async fn elsewhere(installation: &Installation, team: &TeamId, name: &str, role: Role) -> Agent {
    let id = AgentId::generate(&installation.runtime.entropy);
    let agent = Agent::new(id.clone(), name, format!("{id}@example.org").parse().unwrap(), role, team.clone());
    let new = NewAgent { agent: agent.clone(), password: "none".into() };
    installation.store.create_agent(&new).await.unwrap();
    agent
}

/// What a session has, and where it is.
struct Things {
    session: String,
    interaction: String,
    participant: String,
    entry: String,
    team: String,
}

impl Things {
    /// Of a session that is there: a document to place fields on, something sent, somebody else, and a document of the library.
    async fn lay_out(
        installation: &Installation,
        walker: Option<&mut Walker<'_>>,
        session: &str,
        team: &TeamId,
    ) -> Self {
        let id = session.parse().unwrap();
        let draft = documents::draft(&installation.store, &installation.runtime, &id).await;
        documents::sent_for_good(&installation.store, &installation.runtime, &id).await;
        let entry = documents::entry(&installation.store, &installation.runtime, team).await;
        let (people, name) = (format!("/v1/sessions/{session}/participants"), "Ada Quist");
        let person = [("name", name), ("email", "ada.quist@example.net"), ("channel", "email")];
        if let Some(walker) = walker {
            let mut fields: Vec<_> = person.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            fields.push(("csrf".to_owned(), walker.csrf.clone()));
            assert_eq!(walker.post(&people, &fields).await.0, 303);
        } else {
            installation.post(&people, json!({"name": name, "email": "ada.quist@example.net"})).await;
        }
        let found = installation.store.read(parlor_store::ReadBatch::new().session(&id)).await.unwrap();
        let whole = found.session(&id).unwrap().unwrap().session;
        let participant = whole.participants.first().unwrap().id.to_string();
        let (interaction, entry) = (draft.id.to_string(), entry.to_string());
        Self { session: session.to_owned(), interaction, participant, entry, team: team.to_string() }
    }

    fn ids(&self) -> [&String; 5] {
        [&self.session, &self.interaction, &self.participant, &self.entry, &self.team]
    }

    /// All that there is of it, as it is now.
    async fn state(&self, installation: &Installation) -> Vec<Value> {
        let (session, entry, team) = (&self.session, &self.entry, &self.team);
        let mut all = vec![];
        for path in [
            format!("/v1/sessions/{session}"),
            format!("/v1/sessions/{session}/events"),
            format!("/v1/sessions/{session}/interactions"),
            format!("/v1/sessions/{session}/interactions/{}?values=true", self.interaction),
            format!("/v1/sessions/{session}/participants"),
            format!("/v1/sessions/{session}/links"),
            format!("/v1/library/{entry}"),
            format!("/v1/library?team={team}"),
            format!("/v1/teams/{team}/settings"),
            "/v1/settings".to_owned(),
        ] {
            all.push(installation.get(&path).await);
        }
        all
    }
}

/// Pages that no link of a session's own leads to.
fn starts(own: &Things) -> Vec<String> {
    let (session, interaction, entry) = (&own.session, &own.interaction, &own.entry);
    [
        "/console".to_owned(),
        "/me".to_owned(),
        "/admin".to_owned(),
        format!("/console/s/{session}"),
        format!("/console/s/{session}/i/{interaction}/fields"),
        format!("/admin/library/{entry}"),
        format!("/admin/library/{entry}/fields"),
    ]
    .to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_whatever_staff_post_no_function_fails_and_nothing_of_another_team_changes() {
    let installation = Installation::start().await;
    let theirs = installation.session(None).await;
    let foreign = Things::lay_out(&installation, None, theirs.as_str(), &installation.team).await;
    installation.post("/v1/webhooks", json!({"url": "https://example.com/hook", "events": ["session.ended"]})).await;
    let before = foreign.state(&installation).await;
    let team = TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&team, "City Branch").await.unwrap();
    let values = typed();
    let (mut wrong, mut counts, mut done) = (vec![], BTreeMap::new(), BTreeSet::new());
    for (name, role) in [("Tom Reed", Role::Agent), ("Sam Ode", Role::Supervisor), ("Lea Roy", Role::Admin)] {
        let agent = elsewhere(&installation, &team, name, role).await;
        let mut walker = Walker::of(&installation, agent).await;
        let fields = [("name", "Mara Quist"), ("email", "mara@example.net"), ("csrf", walker.csrf.as_str())];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (status, location) = walker.post("/v1/sessions", &fields).await;
        assert_eq!(status, 303, "{location}");
        let session = location.trim_start_matches("/console/s/").split('?').next().unwrap().to_owned();
        let own = Things::lay_out(&installation, Some(&mut walker), &session, &team).await;
        let forms = walker.forms(&starts(&own)).await;
        for form in &forms {
            // What ends or erases the session comes last; and what a role before could do, another does no worse.
            if !ends(form) && done.insert(form.shape()) {
                walker.attack(form, &values).await;
            }
            if role == Role::Admin {
                continue;
            }
            // The same form for what is another team's.
            for (ours, others) in own.ids().into_iter().zip(foreign.ids()) {
                let action = form.action.replace(ours.as_str(), others);
                let mut fields = walker.fresh(form);
                let mut is_other = action != form.action;
                for (_, value) in &mut fields {
                    is_other |= value == ours;
                    *value = value.replace(ours.as_str(), others);
                }
                if is_other {
                    let (status, location) = walker.post(&action, &fields).await;
                    if !(400..500).contains(&status) {
                        walker.wrong.push(format!("{action} of another team: {status} {location}"));
                    }
                }
            }
        }
        if role != Role::Admin {
            for (ours, others) in own.ids().into_iter().zip(foreign.ids()) {
                for page in starts(&own).iter().filter(|page| page.contains(ours.as_str())) {
                    let page = page.replace(ours.as_str(), others);
                    let answer = walker.browser.get(&page).await;
                    if !matches!(answer.status, 400..500) {
                        walker.wrong.push(format!("GET {page} of another team: {}", answer.status));
                    }
                }
            }
            assert_eq!(foreign.state(&installation).await, before, "{name} changed what is another team's");
        }
        for form in forms.iter().filter(|form| ends(form)) {
            if done.insert(form.shape()) {
                walker.attack(form, &values).await;
            }
        }
        counts.insert(name, (forms.len(), walker.posted));
        wrong.append(&mut walker.wrong);
    }
    println!("forms and posts: {counts:?}");
    for known in
        ["/admin/settings?", "/admin/people/import?", "/v1/sessions/*/end?", "/console/s/*/i/*/fields?", "/admin/keys?"]
    {
        assert!(done.iter().any(|shape| shape.starts_with(known)), "no form for {known}: {done:#?}");
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
