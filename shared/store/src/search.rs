//! The search of sessions, in an index of its own (R20).
//!
//! Each session has an entry for each term that it is found by, in each of the three scopes that it is in: its owner's
//! sessions, its team's and all. Entries that begin alike are neighbours, so one `Query` of bounded size finds what begins
//! with what was typed, or finds that nothing does, however many sessions there are. An entry says no more than which
//! session it leads to: the sessions themselves are read after that, and say what is shown. `docs/adr/0023` says why.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use parlor_domain::{
    Contact, EmailAddress, PhoneNumber, Session, SessionId,
    session::{FoundBy, SearchChange},
};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Cursor, Page, Query, ReadBatch, Scope, Store, StoreError, Summary,
    history::summary,
    keys::{Key, text},
};

/// Words of a search that are looked for; DynamoDB refuses expressions that grow with what somebody types.
pub const SEARCH_WORDS: usize = 20;
/// Words of a name that a search can begin with. One transaction writes, and deletes, an entry for each in three scopes.
const NAME_WORDS: usize = 6;
/// The fewest digits that are taken for the end of a phone number.
const DIGITS: usize = 4;
/// The longest term, in bytes: a sort key has at most 1,024, and an entry's goes on behind the term.
const TERM_BYTES: usize = 600;
/// The most entries that a request looks at where it filters what it finds.
const LOOKED_AT: usize = 250;

/// What a phone number's digits begin with, so that no word is taken for them.
const PHONE: char = '#';
/// What stands between a term and what tells its entries apart.
const BEHIND: char = '!';
/// The length of an entry's sort key behind its term: [`BEHIND`], the time, the session's id.
const TAIL: usize = 1 + 16 + 26;
/// Sorts behind whatever begins with a prefix.
const LAST: char = '\u{10ffff}';

/// A name as it is searched: case and accents aside, letters of the Latin script as ASCII has them (ß as ss, ø as o, ı as i), each
/// word behind a space, so that the start of any word is found by looking for a space and what was typed (R20). What is
/// searched for is folded the same way, so either spelling finds the other.
#[must_use]
pub fn fold(name: &str) -> String {
    let lower = name.to_lowercase();
    let plain = lower.nfkd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter));
    let mut folded = String::with_capacity(lower.len());
    for letter in plain {
        match letter {
            // Within these bounds the compiler drops the library's tables of all other scripts, 200 KB of each function.
            '\u{80}'..'\u{300}' => folded.push_str(any_ascii::any_ascii_char(letter)),
            // The same letter at the end of a word, which what is typed may not have reached.
            'ς' => folded.push('σ'),
            _ => folded.push(letter),
        }
    }
    let lower = folded.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(String::new(), |text, word| text + " " + word)
}

/// Something that a session is found by the start of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Term {
    text: String,
    /// The folded name, where it is a name's: for the other words of a search.
    name: Option<String>,
}

/// All that a session is found by: each word of the name with the others behind it, the address, the phone number's digits
/// from the last to the first, and the reference.
fn terms(name: &str, contact: &Contact, reference: Option<&str>) -> BTreeSet<Term> {
    let folded = fold(name);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let by_name = (0..words.len().min(NAME_WORDS)).map(|first| {
        let others = words.iter().enumerate().filter(|(place, _)| *place != first).map(|(_, word)| *word);
        let text = std::iter::once(words[first]).chain(others).collect::<Vec<_>>().join(" ");
        Term { text: cut(&text), name: Some(folded.clone()) }
    });
    let email = contact.email.as_ref().map(|email| email.as_str().to_lowercase());
    let phone = contact.phone.as_ref().map(PhoneNumber::as_str).map(backwards);
    let reference = reference.map(phrase);
    let others = [email, phone, reference].into_iter().flatten().filter(|text| !text.is_empty());
    by_name.chain(others.map(|text| Term { text: cut(&text), name: None })).collect()
}

fn phrase(text: &str) -> String {
    fold(text).trim_start().to_owned()
}

fn backwards(digits: &str) -> String {
    std::iter::once(PHONE).chain(digits.chars().rev().filter(char::is_ascii_digit)).collect()
}

fn cut(term: &str) -> String {
    term[..term.floor_char_boundary(TERM_BYTES)].to_owned()
}

/// One `Query` of a search: entries that begin with `prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Probe {
    prefix: String,
    /// Only names that have words which begin with these, too.
    others: Vec<String>,
}

impl Probe {
    fn of(prefix: &str) -> Self {
        Self { prefix: cut(prefix), others: vec![] }
    }

    fn takes(&self, term: &Term) -> bool {
        let has = |word: &String| term.name.as_ref().is_some_and(|name| name.contains(&format!(" {word}")));
        term.text.starts_with(&self.prefix) && self.others.iter().all(has)
    }
}

/// The queries of a search, in the order in which pages show what they find. None where nothing was typed that could be
/// found.
fn probes(typed: &str) -> Vec<Probe> {
    let plain = typed.trim().to_lowercase();
    let one_piece = !plain.contains(char::is_whitespace);
    let folded = fold(typed);
    let words: Vec<&str> = folded.split_whitespace().take(SEARCH_WORDS).collect();
    if words.is_empty() {
        return vec![];
    }
    if one_piece && plain.contains('@') {
        // A whole address as it is kept: its domain in ASCII.
        let kept = plain.parse::<EmailAddress>().map_or(plain, |email| email.as_str().to_lowercase());
        return vec![Probe::of(&kept)];
    }
    let whole = words.join(" ");
    let mut probes = vec![Probe::of(&whole)];
    if one_piece && plain.is_ascii() && plain != whole {
        // As the part of an address before the @ is written.
        probes.push(Probe::of(&plain));
    }
    if words.len() > 1 {
        // The longest is the rarest, as a rule.
        let longest = words.iter().enumerate().rev().max_by_key(|(_, word)| word.len()).map_or(0, |(place, _)| place);
        let others =
            words.iter().enumerate().filter(|(place, _)| *place != longest).map(|(_, word)| (*word).to_owned());
        probes.push(Probe { prefix: cut(words[longest]), others: others.collect() });
    }
    let digits = words.concat();
    if digits.len() >= DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        probes.push(Probe::of(&backwards(&digits)));
    }
    probes
}

/// Where a search shows a session, if at all: with the first query that finds it, at the first of the terms by which it
/// does. So it is shown once, on whichever page that is.
fn place(probes: &[Probe], session: &Summary) -> Option<(usize, String)> {
    let terms = terms(&session.name, &session.contact, session.reference.as_deref());
    let found = |probe: &Probe| terms.iter().find(|term| probe.takes(term)).map(|term| term.text.clone());
    probes.iter().enumerate().find_map(|(place, probe)| Some((place, found(probe)?)))
}

/// The partition of a scope's entries for terms that begin like this one. Its first letter is in it, so that a large
/// installation's entries are spread over as many partitions as there are letters, and a search still asks one of them.
fn partition(scope: &str, term: &str) -> String {
    let letters = if term.starts_with(PHONE) { 2 } else { 1 };
    let first: String = term.chars().take(letters).collect();
    format!("F#{scope}#{first}")
}

/// The names of a scope's partitions.
fn names(scope: &Scope) -> Vec<String> {
    match scope {
        Scope::Agent(agent) => vec![format!("A#{agent}")],
        Scope::Teams(teams) => teams.iter().map(|team| format!("T#{team}")).collect(),
        Scope::All => vec!["ALL".to_owned()],
    }
}

fn holds(scope: &Scope, session: &Summary) -> bool {
    match scope {
        Scope::Agent(agent) => session.agent == *agent,
        Scope::Teams(teams) => teams.contains(&session.id.team()),
        Scope::All => true,
    }
}

/// A session's entries: their keys, and the folded name where the entry is a name's. Among equal terms the newest session
/// comes first.
fn entries(id: &SessionId, created_at: Timestamp, found_by: &FoundBy) -> BTreeMap<(String, String), Option<String>> {
    let ago = 9_999_999_999_999_999 - created_at.as_microsecond();
    let scopes = [Scope::Agent(found_by.agent.clone()), Scope::Teams(vec![id.team()]), Scope::All];
    let scopes: Vec<String> = scopes.iter().flat_map(names).collect();
    let mut entries = BTreeMap::new();
    for term in terms(&found_by.name, &found_by.contact, found_by.reference.as_deref()) {
        for scope in &scopes {
            let sk = format!("{}{BEHIND}{ago:016}{id}", term.text);
            entries.insert((partition(scope, &term.text), sk), term.name.clone());
        }
    }
    entries
}

/// The term and the session of an entry's sort key.
fn parse(sk: &str) -> Option<(&str, SessionId)> {
    let (term, tail) = sk.split_at_checked(sk.len().checked_sub(TAIL)?)?;
    Some((term, tail.get(17..)?.parse().ok()?))
}

/// What a probe found: sort keys in order, and where to go on if there may be more.
struct Probed {
    entries: Vec<String>,
    more: Option<String>,
}

impl Store {
    /// What is written so that a session is found by what it is found by now, and by nothing else.
    pub(crate) fn learn(&self, session: &Session, change: &SearchChange) -> Result<Vec<TransactWriteItem>, StoreError> {
        let entries = |found_by: &FoundBy| entries(&session.id, session.created_at, found_by);
        let before = change.before.as_ref().map(entries).unwrap_or_default();
        let now = entries(&session.found_by());
        let key = |(pk, sk): &(String, String)| Key { pk: pk.clone(), sk: sk.clone() };
        let mut writes = Vec::new();
        for (at, name) in now.iter().filter(|(at, name)| before.get(*at) != Some(*name)) {
            let mut item = key(at).to_item();
            item.extend(name.as_ref().map(|name| ("name".to_owned(), text(name))));
            writes.push(self.put(item)?);
        }
        for at in before.keys().filter(|at| !now.contains_key(*at)) {
            writes.push(self.delete(&key(at))?);
        }
        Ok(writes)
    }

    /// One page of what `typed` finds: what begins with it first, in the order of the alphabet, the newest first among equals.
    pub(crate) async fn search(&self, typed: &str, query: &Query) -> Result<Page, StoreError> {
        let probes = probes(typed);
        let (first, after) = match &query.from {
            Some(Cursor::Further { probe, entry }) => (*probe, entry.as_str()),
            _ => (0, ""),
        };
        let asked = probes.iter().enumerate().skip(first).map(|(place, probe)| {
            let after = if place == first { after } else { "" };
            self.probe(&query.scope, probe, after, query.limit)
        });
        let mut taken = Vec::new();
        let mut next = None;
        for (probe, found) in (first..).zip(try_join_all(asked).await?) {
            let room = query.limit - taken.len();
            let cut = found.entries.len() > room;
            let more = if cut { found.entries[..room].last().cloned().or(Some(String::new())) } else { found.more };
            taken.extend(found.entries.into_iter().take(room).map(|entry| (probe, entry)));
            if let Some(entry) = more {
                next = Some(Cursor::Further { probe, entry });
                break;
            }
        }
        let entries = taken.iter().filter_map(|(probe, entry)| Some((*probe, parse(entry)?)));
        let keys = entries.clone().fold(ReadBatch::new().eventually(), |keys, (_, (_, id))| keys.session_alone(&id));
        let sessions = self.read(keys).await?;
        let mut items = Vec::new();
        for (probe, (term, id)) in entries {
            let Some(item) = sessions.item(&Key::session(&id)) else { continue };
            let (session, presence) = summary(item)?;
            let wanted = query.state.is_none_or(|state| session.state == state) && holds(&query.scope, &session);
            if wanted && place(&probes, &session).is_some_and(|place| (place.0, place.1.as_str()) == (probe, term)) {
                items.push((session, presence));
            }
        }
        Ok(Page { items, next })
    }

    /// The entries of a scope that a probe finds behind `after`, or from the first on where that is empty: in the partitions of
    /// several teams side by side.
    async fn probe(&self, scope: &Scope, probe: &Probe, after: &str, limit: usize) -> Result<Probed, StoreError> {
        let filter: Vec<_> = (0..probe.others.len()).map(|place| format!("contains(#name, :word{place})")).collect();
        let looked_at = if filter.is_empty() { limit } else { LOOKED_AT };
        // Nothing stands between an entry's key and itself with a blank behind it. What is no such key is another search's.
        let from = if after.starts_with(&probe.prefix) { format!("{after} ") } else { probe.prefix.clone() };
        let to = format!("{}{LAST}", probe.prefix);
        // Behind the last key that there can be: a place that somebody made up. DynamoDB refuses to look from there back.
        if from > to {
            return Ok(Probed { entries: vec![], more: None });
        }
        let asked = names(scope).into_iter().map(|name| {
            let mut request = self
                .client
                .query()
                .table_name(&self.core)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(&partition(&name, &probe.prefix)))
                .expression_attribute_values(":from", text(&from))
                .expression_attribute_values(":to", text(&to))
                .limit(i32::try_from(looked_at).unwrap_or(i32::MAX));
            if !filter.is_empty() {
                request = request.filter_expression(filter.join(" AND ")).expression_attribute_names("#name", "name");
                for (place, word) in probe.others.iter().enumerate() {
                    request = request.expression_attribute_values(format!(":word{place}"), text(&format!(" {word}")));
                }
            }
            async move {
                let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query search", &error))?;
                let more = answer.last_evaluated_key.as_ref().and_then(Key::of).map(|key| key.sk);
                let keys = answer.items.unwrap_or_default();
                let entries: Vec<String> = keys.iter().filter_map(Key::of).map(|key| key.sk).collect();
                Ok::<_, StoreError>((entries, more))
            }
        });
        let answers = try_join_all(asked).await?;
        // What one team has behind its last key is not known: nothing behind that of any other is shown before it.
        let more = answers.iter().filter_map(|(_, more)| more.clone()).min();
        let entries = answers.into_iter().flat_map(|(entries, _)| entries);
        let mut entries: Vec<String> = entries.filter(|entry| more.as_ref().is_none_or(|more| entry <= more)).collect();
        entries.sort();
        Ok(Probed { entries, more })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_names_fold() {
        for (name, folded) in [
            ("  Márà  O'Quist-Łoś ", " mara o quist los"),
            ("Straße STRASSE strasse", " strasse strasse strasse"),
            ("Søren SÖREN", " soren soren"),
            ("Yıldız YILDIZ İpek", " yildiz yildiz ipek"),
            ("Ærø Œuvre Đặng Þór Ŋ Əliyev", " aero oeuvre dang thor ng eliyev"),
            ("ﬁn Ｍａｒａ ſ", " fin mara s"),
            ("Νίκος ΝΙΚΟΣ", " νικοσ νικοσ"),
            ("Иван Й", " иван и"),
            ("李 明", " 李 明"),
            ("ليلى", " ليلى"),
            ("", ""),
            ("% _ * ' \u{200b} ß%", " ss"),
        ] {
            assert_eq!(fold(name), folded);
        }
    }

    fn contact(email: &str, phone: &str) -> Contact {
        Contact { email: email.parse().ok(), phone: PhoneNumber::read(phone, None).ok() }
    }

    fn texts(name: &str, contact: &Contact, reference: Option<&str>) -> Vec<String> {
        terms(name, contact, reference).into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn r20_a_session_has_a_term_for_each_way_in() {
        let found = texts("Mara Q. Quist", &contact("Mara@Example.net", "+4915112345678"), Some("Case-1042"));
        assert_eq!(
            found,
            ["#8765432115194", "case 1042", "mara q quist", "mara@example.net", "q mara quist", "quist mara q"]
        );
        assert_eq!(texts("Mara Mara", &contact("", ""), Some("…")), ["mara mara"]);
        assert_eq!(texts("a b c d e f g h", &contact("", ""), None).len(), NAME_WORDS);
        assert!(texts("…", &contact("", ""), None).is_empty());
        // 120 of the letter that folding makes the longest.
        let long = texts(&"\u{fdfa}".repeat(120), &contact("", ""), None);
        assert!(long.iter().all(|term| term.len() <= TERM_BYTES), "{long:?}");
    }

    #[test]
    fn r20_what_was_typed_becomes_few_queries() {
        let asked = |typed: &str| {
            probes(typed)
                .into_iter()
                .map(|probe| format!("{}|{}", probe.prefix, probe.others.join(",")))
                .collect::<Vec<_>>()
        };
        assert_eq!(asked(" Márà "), ["mara|"]);
        assert_eq!(asked("mara q"), ["mara q|", "mara|q"]);
        assert_eq!(asked("q mara"), ["q mara|", "mara|q"]);
        assert_eq!(asked("Mara.Quist"), ["mara quist|", "mara.quist|", "quist|mara"]);
        assert_eq!(asked("MARA@Exam"), ["mara@exam|"]);
        assert_eq!(asked("user@München.example"), ["user@xn--mnchen-3ya.example|"]);
        assert_eq!(asked("5678"), ["5678|", "#8765|"]);
        assert_eq!(asked("+49 151"), ["49 151|", "151|49", "#15194|"]);
        assert_eq!(asked("567"), ["567|"]);
        for nothing in ["", "%", "  ", "%%%__", "\u{200b}", "…", "@"] {
            assert!(probes(nothing).is_empty(), "{nothing:?}");
        }
        assert!(probes(&"a ".repeat(500)).iter().all(|probe| probe.others.len() < SEARCH_WORDS));
    }

    #[test]
    fn r20_an_entry_leads_to_its_session() {
        let id: SessionId = "1end1n0123456789abcdefghjk".parse().unwrap();
        let found_by = FoundBy {
            agent: "agent00000000000".parse().unwrap(),
            name: "Mara Quist".into(),
            contact: contact("mara@example.net", "+4915112345678"),
            reference: None,
        };
        let entries = entries(&id, "2026-01-05T10:00:00Z".parse().unwrap(), &found_by);
        assert_eq!(entries.len(), 4 * 3);
        for (pk, sk) in entries.keys() {
            assert_eq!(parse(sk).unwrap().1, id);
            assert!(pk.starts_with("F#"));
        }
        let pks: BTreeSet<&str> = entries.keys().map(|(pk, _)| pk.as_str()).collect();
        assert!(pks.contains("F#ALL##8") && pks.contains("F#T#1end1n#q") && pks.contains("F#A#agent00000000000#m"));
        assert_eq!(parse("short"), None);
    }
}
