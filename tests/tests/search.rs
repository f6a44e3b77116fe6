//! The search of sessions (R20): what it finds, for whom, and that it leaves nothing behind.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use parlor_domain::{
    Actor, Agent, Contact, Decision, Origin, Role, Session, SessionId, Settings, TeamId,
    session::{Context, Customer, NewSession, SearchChange},
};
use parlor_store::{CommitError, Extras, ReadBatch, fold};
use parlor_tests::Installation;
use proptest::{collection::vec, prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};

/// A planned session of `agent`'s, under `team`'s settings.
pub(crate) async fn plan(
    installation: &Installation,
    agent: &Agent,
    team: &TeamId,
    name: &str,
    contact: Value,
    reference: Option<&str>,
) -> SessionId {
    let random = &installation.runtime.entropy;
    let new = NewSession {
        agent_email: None,
        language: None,
        id: SessionId::generate_for(team, random),
        customer: Customer { name: name.to_owned(), contact: serde_json::from_value::<Contact>(contact).unwrap() },
        channel: None,
        agent: agent.id.clone(),
        agent_name: agent.name.clone(),
        pin: None,
        reference: reference.map(str::to_owned),
        metadata: BTreeMap::new(),
    };
    let id = new.id.clone();
    let context = Context { actor: Actor::System, origin: Origin::default(), now: installation.runtime.clock.now() };
    let decision = Session::create(new, None, &Settings::default(), &context).unwrap();
    installation.store.commit(&decision, &Extras::default()).await.unwrap();
    id
}

async fn named(installation: &Installation, name: &str) -> SessionId {
    plan(installation, &installation.agent, &installation.team, name, json!({"email": "zz@zz.example"}), None).await
}

fn address(typed: &str, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", typed).extend_pairs(more);
    format!("/v1/sessions?{}", query.finish())
}

/// Everything that a search finds, page by page, each session once.
async fn found(installation: &Installation, typed: &str, more: &[(&str, &str)]) -> BTreeSet<String> {
    let (mut ids, mut pages) = (BTreeSet::new(), 0);
    let mut cursor = None::<String>;
    loop {
        let asked: Vec<_> = more.iter().copied().chain(cursor.as_deref().map(|cursor| ("cursor", cursor))).collect();
        let page = installation.get(&address(typed, &asked)).await;
        for item in page["items"].as_array().unwrap() {
            assert!(ids.insert(item["id"].as_str().unwrap().to_owned()), "{typed}: shown twice");
        }
        pages += 1;
        assert!(pages < 100, "{typed}: it goes on and on");
        let Some(next) = page["next_cursor"].as_str() else { return ids };
        cursor = Some(next.to_owned());
    }
}

async fn finds(installation: &Installation, typed: &str, session: &SessionId) -> bool {
    found(installation, typed, &[]).await.contains(session.as_str())
}

/// The sort keys of every entry of the search.
async fn entries(installation: &Installation) -> Vec<String> {
    let (client, table) = (installation.runtime.aws.dynamodb(), &installation.runtime.config.core_table);
    let items = client.scan().table_name(table).send().await.unwrap().items.unwrap_or_default();
    let of_search = items.iter().filter(|item| item["pk"].as_s().unwrap().starts_with("F#"));
    of_search.map(|item| item["sk"].as_s().unwrap().clone()).collect()
}

/// What a command will decide that gives the customer another name.
fn renamed(session: &Session, name: &str) -> Decision {
    let mut decision = session.unchanged();
    decision.search = Some(SearchChange { before: Some(session.found_by()) });
    name.clone_into(&mut decision.session.customer.name);
    decision.session.version += 1;
    decision
}

async fn document(installation: &Installation, id: &SessionId) -> Session {
    installation.store.read(ReadBatch::new().session_alone(id)).await.unwrap().document(id).unwrap().unwrap()
}

/// Names of few letters, so that many begin alike.
fn names() -> impl Strategy<Value = Vec<String>> {
    vec("[abAéß]{1,3}( |-)[abc]{1,2}|[abAéß]{1,3}( [abcø]{1,3}){0,3}", 60)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_every_start_of_every_word_finds_a_name_and_nothing_else_does() {
    let installation = Installation::start().await;
    let mut runner = TestRunner::deterministic();
    let names = names().new_tree(&mut runner).unwrap().current();
    let mut people = BTreeMap::new();
    for name in &names {
        people.insert(named(&installation, name).await.to_string(), fold(name));
    }
    let words = |text: &str| fold(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // For each name: some of its words, each begun, in any order; and what nobody may be called.
    let mut searches: Vec<String> =
        vec(" ?[abcéßoz]{1,3}( [abc]{1,2}){0,2} ?", 20).new_tree(&mut runner).unwrap().current();
    for name in names.iter().step_by(2) {
        let mut begun = words(name);
        begun = Just(begun).prop_shuffle().new_tree(&mut runner).unwrap().current();
        let kept = (1..=begun.len()).new_tree(&mut runner).unwrap().current();
        let starts = begun.iter().take(kept).map(|word| {
            let letters = (1..=word.chars().count()).new_tree(&mut runner).unwrap().current();
            word.chars().take(letters).collect::<String>()
        });
        searches.push(starts.collect::<Vec<_>>().join(" "));
    }
    for typed in &searches {
        let starts = |name: &String| words(typed).iter().all(|word| name.contains(&format!(" {word}")));
        let expected: BTreeSet<String> =
            people.iter().filter(|(_, name)| starts(name)).map(|(id, _)| id.clone()).collect();
        assert_eq!(found(&installation, typed, &[("limit", "7")]).await, expected, "{typed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_session_is_found_by_address_number_and_reference() {
    let installation = Installation::start().await;
    let contact = json!({"email": "mara.quist@example.net", "phone": "+4915112345678"});
    let (agent, team) = (&installation.agent, &installation.team);
    let mara = plan(&installation, agent, team, "Mara Quist", contact, Some("Case-1042/b")).await;
    let ola = plan(&installation, agent, team, "Ola 8765", json!({"phone": "+33612345699"}), Some("x 1042")).await;
    for typed in [
        "mara.q",
        "MARA.QUIST@EXAMPLE.NET",
        "mara.quist@",
        "5678",
        "345678",
        "+49 151 1234 5678",
        "1234-5678",
        "case",
        "CASE-1042",
        "case 1042 b",
        "quist",
    ] {
        assert!(finds(&installation, typed, &mara).await, "{typed}");
        assert!(!finds(&installation, typed, &ola).await, "{typed}");
    }
    // The numbers of neither end so, and what stands within a reference does not begin it.
    for typed in ["678", "1234", "+49 151", "example.net", "1042", "@example.net"] {
        assert!(!finds(&installation, typed, &mara).await, "{typed}");
    }
    assert!(finds(&installation, "8765", &ola).await && !finds(&installation, "8765", &mara).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_what_could_be_nothing_costs_no_request_and_a_search_costs_two() {
    let installation = Installation::start().await;
    for _ in 0..3 {
        named(&installation, "Mara Quist").await;
    }
    // The use of the key is noted beside its first request, and nobody waits for that.
    let _ = installation.get(&address("mara", &[])).await;
    let noted = async {
        while !installation.requests_of("session-read").contains("UpdateItem") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), noted).await.unwrap();
    for (typed, requests) in [
        ("%", "BatchGetItem 1"),
        ("nobody", "BatchGetItem 1, Query 1"),
        ("mara", "BatchGetItem 2, Query 1"),
        ("q mara", "BatchGetItem 2, Query 2"),
    ] {
        installation.stack.reset_requests();
        let page = installation.get(&address(typed, &[])).await;
        assert_eq!(page["items"].as_array().unwrap().len(), if typed.contains("mara") { 3 } else { 0 });
        assert_eq!(installation.requests_of("session-read"), requests, "{typed}");
    }
    assert_eq!(found(&installation, "mara", &[("state", "ended")]).await.len(), 0);
    assert_eq!(found(&installation, "mara", &[("state", "planned"), ("limit", "1")]).await.len(), 3);
    // Neither is another search's place, nor one that was made up, a reason to fail.
    for cursor in ["9.enp6", "0.enp6", "0.", "0.____"] {
        let (status, _) = installation.call(reqwest::Method::GET, &address("mara", &[("cursor", cursor)]), None).await;
        assert!(status.is_success() || status == 400, "{cursor}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_sessions_from_before_the_search_are_found_from_their_next_change_on() {
    let installation = Installation::start().await;
    let session = named(&installation, "Anna Straße").await;
    let (client, table) = (installation.runtime.aws.dynamodb(), &installation.runtime.config.core_table);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let items = client.scan().table_name(table).send().await.unwrap().items.unwrap_or_default();
    for item in items {
        let key =
            [("pk", item["pk"].clone()), ("sk", item["sk"].clone())].map(|(name, value)| (name.to_owned(), value));
        if item["pk"].as_s().unwrap().starts_with("F#") {
            client.delete_item().table_name(table).set_key(Some(key.into())).send().await.unwrap();
        } else if item["pk"] == text(&format!("S#{session}")) && item["sk"] == text("S") {
            let mut document: Value = serde_json::from_str(item["doc"].as_s().unwrap()).unwrap();
            assert!(document.as_object_mut().unwrap().remove("search_form").is_some());
            let mut old = item.clone();
            old.extend([
                ("doc".to_owned(), text(&document.to_string())),
                ("name_fold".to_owned(), text(" anna strasse")),
            ]);
            client.put_item().table_name(table).set_item(Some(old)).send().await.unwrap();
        }
    }
    assert!(!finds(&installation, "strasse", &session).await);
    installation.post(&format!("/v1/sessions/{session}/invite"), json!({})).await;
    for typed in ["Straße", "strasse", "anna str", "zz@zz"] {
        assert!(finds(&installation, typed, &session).await, "{typed}");
    }
    let key = [("pk", text(&format!("S#{session}"))), ("sk", text("S"))].map(|(name, key)| (name.to_owned(), key));
    let item = client.get_item().table_name(table).set_key(Some(key.into())).send().await.unwrap().item.unwrap();
    assert!(!item.contains_key("name_fold"), "nothing reads it any more");
    // What was indexed is not indexed again.
    let entries_before = entries(&installation).await;
    installation.stack.reset_requests();
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    assert_eq!(entries(&installation).await, entries_before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_racing_renames_leave_no_entry_behind() {
    let installation = Installation::start().await;
    let session = named(&installation, "Mara Quist").await;
    for round in 0..6 {
        let document = document(&installation, &session).await;
        let names = ["Ola Berg", "Priya Raman Iyer", "Mara Quist"].map(|name| format!("{name} {round}"));
        let decisions = names.each_ref().map(|name| renamed(&document, name));
        let extras = Extras::default();
        let commits = decisions.iter().map(|decision| installation.store.commit(decision, &extras));
        let results = futures_util::future::join_all(commits).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "exactly one wins");
        let lost = |result: &Result<(), CommitError>| matches!(result, Ok(()) | Err(CommitError::LostRace));
        assert!(results.iter().all(lost), "{results:?}");
    }
    let now = document(&installation, &session).await;
    let words = fold(&now.customer.name).split_whitespace().count();
    let left = entries(&installation).await;
    assert_eq!(left.len(), (words + 1) * 3, "each word and the address, in three scopes: {left:?}");
    let first = fold(&now.customer.name).split_whitespace().next().unwrap().to_owned();
    for typed in ["ola", "priya", "mara"] {
        assert_eq!(finds(&installation, typed, &session).await, typed == first, "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_search_finds_what_its_scope_holds_and_moves_with_the_owner() {
    let installation = Installation::start().await;
    let other_team = TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&other_team, "Another").await.unwrap();
    let omar = installation.member("Omar Haddad", Role::Agent).await;
    let contact = || json!({"email": "mara@example.net"});
    let (nina, team) = (&installation.agent, &installation.team);
    let ninas = plan(&installation, nina, team, "Mara Quist", contact(), None).await;
    let omars = plan(&installation, &omar, team, "Mara Berg", contact(), None).await;
    let elsewhere = plan(&installation, nina, &other_team, "Mara Roy", contact(), None).await;
    let all = |ids: &[&SessionId]| ids.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let scoped = async |scope: &str| found(&installation, "mara", &[("scope", scope)]).await;
    assert_eq!(scoped("my").await, all(&[&ninas, &elsewhere]));
    assert_eq!(scoped("team").await, all(&[&ninas, &omars]));
    assert_eq!(scoped("all").await, all(&[&ninas, &omars, &elsewhere]));

    let browser = installation.signed_in(nina).await;
    for scope in ["team", "all"] {
        assert_eq!(browser.get(&address("mara", &[("scope", scope)])).await.status, 403, "{scope}");
    }
    let document = document(&installation, &ninas).await;
    let mut decision = renamed(&document, "Mara Quist");
    decision.session.agent = omar.id.clone();
    installation.store.commit(&decision, &Extras::default()).await.unwrap();
    assert_eq!(scoped("my").await, all(&[&elsewhere]));
    assert_eq!(entries(&installation).await.len(), 3 * 3 * 3);
    let page = installation.signed_in(&omar).await.get("/console?fragment=history&q=quist").await;
    assert!(page.text.contains("Mara <mark>Quist</mark>"), "{}", page.text);
    let page = browser.get("/console?fragment=history&q=quist").await;
    assert!(!page.text.contains("Mara"), "{}", page.text);
}
