//! Makes wrong events of right ones. The same seed makes the same events.

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Value, json};

/// What is put in the place of a value, or into the middle of a text.
const TEXTS: &[&str] = &[
    "",
    " ",
    "<",
    "\"",
    "#",
    "?",
    "&",
    "=",
    "%",
    "%%",
    "%ff%fe",
    "%zz",
    "%00",
    "%C3%28",
    "..",
    "../..",
    "//",
    ":",
    "::1",
    "[",
    "]",
    "@",
    "\\",
    "{",
    "}",
    "|",
    "^",
    "`",
    "\u{0}",
    "\u{1}",
    "\u{7f}",
    "\r\n",
    "\t",
    "ü",
    "straße",
    "\u{202e}",
    "\u{feff}",
    "\u{200b}",
    "\u{1f600}",
    "http,https",
    "ftp",
    "a b",
    "null",
    "-1",
    "1e999",
    "*",
    "\"*\"",
    "W/\"1\"",
    "\"0\", \"1\"",
    "bytes=0-",
    "GET /",
    "CONNECT",
    "{}",
    "[]",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "Bearer ",
    "Bearer parlor_x",
    "Basic YTpi",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "a=1&a=2&a[]=3",
    "lang=%",
    "q=%25",
    "====",
    "Zg",
    "/w==",
];

/// Values of other types.
fn others() -> Vec<Value> {
    let mut deep = json!(1);
    for level in 0..200 {
        deep = if level % 2 == 0 { json!([deep]) } else { json!({ "a": deep }) };
    }
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5e300),
        json!([]),
        json!({}),
        json!([null, 1, {}]),
        json!({"a": null, "": 1}),
        deep,
    ]
}

/// Where something stands in an event.
type Place = Vec<String>;

pub(crate) struct Mutator {
    random: TestRng,
    others: Vec<Value>,
}

impl Mutator {
    pub(crate) fn new(seed: &str) -> Self {
        let mut bytes = [7; 32];
        for (byte, letter) in bytes.iter_mut().zip(seed.bytes()) {
            *byte = letter;
        }
        Self { random: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes), others: others() }
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.random.next_u64() % u64::try_from(most.max(1)).unwrap()).unwrap()
    }

    /// The text of an event that is wrong in one to three places; one in fifty stays as it is.
    pub(crate) fn mutate(&mut self, mut event: Value) -> String {
        if self.below(50) == 0 {
            return event.to_string();
        }
        for _ in 0..=self.below(3) {
            match self.below(10) {
                0..=5 => self.change(&mut event),
                6 | 7 => self.change_body(&mut event),
                8 => self.add_header(&mut event),
                _ => self.flood(&mut event),
            }
        }
        let text = event.to_string();
        // What JSON can say and a `Value` cannot hold.
        match self.below(40) {
            0 => text.replacen("example", "\\ud800", 1),
            1 => text.replacen("\"stage\":", "\"timeEpoch\":1e999,\"rawPath\":\"/\",\"stage\":", 1),
            2 => text.replacen("\"body\":", "\"body\":null,\"body\":", 1),
            _ => text,
        }
    }

    fn change(&mut self, value: &mut Value) {
        let mut places = vec![];
        collect(value, &mut vec![], &mut places);
        if places.is_empty() {
            return;
        }
        let place = places.swap_remove(self.below(places.len()));
        if self.below(4) == 0 {
            remove(value, &place);
            return;
        }
        let Some(found) = get(value, &place) else { return };
        let old = found.as_str().map(str::to_owned);
        let new = self.instead(old.as_deref());
        *found = new;
    }

    /// What stands there instead.
    fn instead(&mut self, old: Option<&str>) -> Value {
        let choice = self.below(TEXTS.len());
        match (self.below(8), old) {
            (0 | 1, _) => {
                let choice = self.below(self.others.len());
                self.others[choice].clone()
            }
            (2, _) => {
                let huge = if self.below(20) == 0 { 400_000 } else { 70_000 };
                ["a", "%", "ü", "/", " "][self.below(5)].repeat(huge).into()
            }
            (3..=5, Some(old)) => {
                let mut letters: Vec<char> = old.chars().collect();
                let at = self.below(letters.len() + 1);
                letters.splice(at..at, TEXTS[choice].chars());
                letters.into_iter().collect::<String>().into()
            }
            (6, Some(old)) => old.chars().take(self.below(old.len() + 1)).collect::<String>().into(),
            _ => TEXTS[choice].into(),
        }
    }

    /// Inside a body that is JSON.
    fn change_body(&mut self, event: &mut Value) {
        let body = event["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
        match body {
            Some(mut body) if body.is_object() => {
                self.change(&mut body);
                // With the service switched off every answer would be that it is.
                if body.pointer("/service/maintenance").is_some() {
                    body["service"]["maintenance"] = false.into();
                }
                event["body"] = body.to_string().into();
            }
            _ => self.change(event),
        }
    }

    fn add_header(&mut self, event: &mut Value) {
        const NAMES: &[&str] = &[
            "Content-Type",
            "content-length",
            "transfer-encoding",
            "x-forwarded-proto",
            "x-forwarded-host",
            "cookie",
            "host",
            "authorization",
            "range",
            "expect",
            "te",
            "ünicode",
            "",
            " ",
            "x y",
            "x\r\ny",
            "accept",
            "if-none-match",
            "idempotency-key",
            "x-http-method-override",
            "sec-fetch-site",
            "x-amzn-trace-id",
        ];
        let name = NAMES[self.below(NAMES.len())];
        let value = self.instead(Some("value"));
        if let Some(headers) = event["headers"].as_object_mut() {
            headers.insert(name.to_owned(), value);
        }
    }

    /// Very many of something.
    fn flood(&mut self, event: &mut Value) {
        let count = if self.below(50) == 0 { 40_000 } else { 300 };
        match self.below(3) {
            0 => {
                if let Some(headers) = event["headers"].as_object_mut() {
                    headers.extend((0..count).map(|number| (format!("x-{number}"), json!("1"))));
                }
            }
            1 => event["cookies"] = (0..count).map(|number| format!("c{number}=1")).collect(),
            _ => event["rawQueryString"] = "q=a&".repeat(count).into(),
        }
    }
}

fn collect(value: &Value, at: &mut Place, places: &mut Vec<Place>) {
    let mut step = |name: String, value: &Value, at: &mut Place| {
        at.push(name);
        places.push(at.clone());
        collect(value, at, places);
        at.pop();
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| step(name.clone(), value, at)),
        Value::Array(list) => list.iter().enumerate().for_each(|(name, value)| step(name.to_string(), value, at)),
        _ => {}
    }
}

fn get<'a>(value: &'a mut Value, place: &[String]) -> Option<&'a mut Value> {
    place.iter().try_fold(value, |value, name| match value {
        Value::Object(map) => map.get_mut(name),
        Value::Array(list) => list.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    })
}

fn remove(value: &mut Value, place: &[String]) {
    let Some((last, parents)) = place.split_last() else { return };
    match get(value, parents) {
        Some(Value::Object(map)) => {
            map.remove(last);
        }
        Some(Value::Array(list)) if last.parse::<usize>().is_ok_and(|at| at < list.len()) => {
            list.remove(last.parse().unwrap());
        }
        _ => {}
    }
}
