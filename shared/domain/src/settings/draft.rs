//! A settings document while somebody works on it: what a form shows, what it saves, and what becomes of it when somebody else
//! saves first.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    Overrides, Settings, SettingsError,
    check::canonical,
    fault::Fault,
    fields::{FIELDS, Field, Needs},
    overlay::merge,
};

/// A document being changed: a value for each field, and in a team's which of them are its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The system's document, where this one is a team's.
    beneath: Option<Value>,
    /// Every field's value, as it would hold.
    values: Value,
    /// The keys that the team overrides.
    own: BTreeSet<&'static str>,
}

/// A field of which two documents say different things.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The field.
    pub field: &'static Field,
    /// What it was; `None` where a team inherited it.
    pub old: Option<Value>,
    /// What it is now; `None` where a team inherits it.
    pub new: Option<Value>,
}

impl Change {
    /// Every field by which `new` differs from `old`, two documents of the same kind.
    #[must_use]
    pub fn between(old: &Value, new: &Value) -> Vec<Self> {
        let changed = |field: &'static Field| {
            let (old, new) = (field.get(old), field.get(new));
            (old != new).then(|| Self { field, old: old.cloned(), new: new.cloned() })
        };
        FIELDS.iter().filter_map(changed).collect()
    }
}

/// What somebody else saved of a field that this draft was made without knowing.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// The field.
    pub field: &'static Field,
    /// What they saved; `None` where the team inherits it now.
    pub theirs: Option<Value>,
    /// Whether the draft had changed it, too, and to something else. Otherwise theirs was taken.
    pub both: bool,
}

/// Values for a few fields that go together. They are laid upon a draft; nothing is saved by it.
#[derive(Debug)]
pub struct Preset {
    /// Its name in forms and in the catalogue of words.
    pub name: &'static str,
    /// Keys, and their values as JSON.
    values: &'static [(&'static str, &'static str)],
}

/// All presets.
pub const PRESETS: [Preset; 2] = [
    Preset {
        name: "strict",
        values: &[
            ("authentication.method", "\"pin\""),
            ("authentication.max_attempts", "3"),
            ("authentication.lockout_minutes", "60"),
            ("authentication.max_lockouts", "2"),
            ("authentication.multi_device", "false"),
            ("authentication.consent.required", "true"),
            ("session.customer_access_minutes", "1440"),
            ("end.inactivity_minutes", "30"),
            ("end.renew_after_inactivity", "false"),
            ("end.renew_window_minutes", "1440"),
            ("end.customer_access.level", "\"none\""),
        ],
    },
    Preset {
        name: "quick",
        values: &[
            ("authentication.method", "\"none\""),
            ("authentication.multi_device", "true"),
            ("authentication.consent.required", "false"),
            ("session.customer_reengagement", "\"continue\""),
            ("session.customer_access_minutes", "10080"),
            ("end.agent_redirect", "\"stay\""),
            ("end.inactivity_minutes", "120"),
            ("end.renew_after_inactivity", "true"),
            ("end.renew_window_minutes", "null"),
            ("end.customer_access.level", "\"full_timed\""),
            ("end.customer_access.minutes", "1440"),
            ("end.customer_access.then_limited_minutes", "10080"),
            ("end.customer_access.chat", "true"),
        ],
    },
];

impl Draft {
    /// The system's document as it stands.
    #[must_use]
    pub fn of_system(settings: &Settings) -> Self {
        Self { beneath: None, values: settings.to_value(), own: BTreeSet::new() }
    }

    /// A team's document as it stands, with what a session runs under ([`Settings::of_team`]). What gave way to less than the
    /// system's is the team's own, so that saving what is shown opens nothing.
    ///
    /// # Errors
    /// The team's document cannot be read.
    pub fn of_team(system: &Settings, overrides: &Overrides) -> Result<Self, SettingsError> {
        let (values, beneath) = (system.of_team(overrides)?.to_value(), system.to_value());
        let is_own =
            |field: &&Field| field.get(overrides.as_value()).is_some() || field.get(&values) != field.get(&beneath);
        let own = FIELDS.iter().filter(is_own).map(|field| field.key).collect();
        Ok(Self { beneath: Some(beneath), values, own })
    }

    /// Whether it is a team's.
    #[must_use]
    pub fn is_team(&self) -> bool {
        self.beneath.is_some()
    }

    /// The field's value, as it would hold.
    #[must_use]
    pub fn value(&self, field: &Field) -> &Value {
        field.get(&self.values).unwrap_or(&Value::Null)
    }

    /// The system's value of the field, in a team's document.
    #[must_use]
    pub fn inherited(&self, field: &Field) -> Option<&Value> {
        field.get(self.beneath.as_ref()?)
    }

    /// Whether the team has a value of its own.
    #[must_use]
    pub fn is_own(&self, field: &Field) -> bool {
        self.own.contains(field.key)
    }

    /// What the document itself says of the field: nothing where a team inherits it.
    fn said(&self, field: &Field) -> Option<&Value> {
        (self.beneath.is_none() || self.is_own(field)).then(|| self.value(field))
    }

    /// Whether the field has a meaning beside the others.
    #[must_use]
    pub fn offers(&self, field: &Field) -> bool {
        let Some(needs) = field.needs else { return true };
        let is_on = |key| Field::of(key).is_some_and(|switch| *self.value(switch) == Value::Bool(true));
        Field::of(needs.key).is_some_and(|other| needs.hold(self.value(other))) || needs.or.is_some_and(is_on)
    }

    /// Whether a value waits for what it needs: all that the system says beside the access after the end, as teams inherit it and may
    /// switch on what it needs, and of a team's own its gates, as the system may ask for something again.
    fn keeps(&self, field: &Field) -> bool {
        if !self.is_team() {
            return !field.key.starts_with("end.customer_access.");
        }
        let is_inherited = |needs: Needs| !self.own.contains(needs.key);
        field.key.starts_with("authentication.") && field.needs.is_some_and(is_inherited)
    }

    /// Gives the field a value. A team's becomes its own by differing from the system's, or if `own` says that it is to.
    pub fn put(&mut self, field: &Field, value: Value, own: bool) {
        if let Some(known) = Field::of(field.key)
            && self.beneath.is_some()
            && (own || self.inherited(field) != Some(&value))
        {
            self.own.insert(known.key);
        }
        field.set(&mut self.values, value);
    }

    /// Lets a team's field be as in the system's; the system's own is as at first.
    pub fn reset(&mut self, field: &Field) {
        self.own.remove(field.key);
        let value = match &self.beneath {
            Some(system) => field.get(system).cloned(),
            None => field.get(&Settings::default().to_value()).cloned(),
        };
        field.set(&mut self.values, value.unwrap_or_default());
    }

    /// Lays a preset upon it.
    pub fn lay(&mut self, preset: &Preset) {
        for (key, value) in preset.values {
            if let (Some(field), Ok(value)) = (Field::of(key), serde_json::from_str(value)) {
                self.put(field, value, false);
            }
        }
    }

    /// What is saved. A team says nothing of a field that has no meaning beside the others, unless the system's value would then have
    /// none (R2). What the system says stays, for the teams that switch on what it needs; of the access after the end, what has no meaning
    /// says what it says at first. What a team says of its gates stays where it is the system that asks for nothing: it may ask again.
    #[must_use]
    pub fn document(&self) -> Value {
        let first = Settings::default().to_value();
        let mut document = Value::Object(Map::new());
        for field in FIELDS {
            let cleared = field.get(&first).cloned().unwrap_or_default();
            let said = if self.offers(field) || self.keeps(field) {
                self.said(field).cloned()
            } else {
                let inherited = self.inherited(field);
                let fits = inherited == Some(&cleared) || !field.key.starts_with("end.customer_access.");
                (inherited.is_none() || !fits).then_some(cleared)
            };
            if let Some(said) = said {
                field.set(&mut document, said);
            }
        }
        document
    }

    /// What a session would run under if it were saved. Values that have no meaning are in it, too ([`Self::faults`]).
    ///
    /// # Errors
    /// A value of another type than its field's.
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        let mut whole = self.beneath.clone().unwrap_or_default();
        merge(&mut whole, &self.document());
        Settings::shaped(whole)
    }

    /// Each field that has no meaning, and why; none for a draft that can be saved. Of a field with several faults the first.
    ///
    /// # Errors
    /// A value of another type than its field's.
    pub fn faults(&self) -> Result<Vec<(&'static Field, Fault)>, SettingsError> {
        let (document, settings) = (self.document(), self.settings()?);
        let mut found: Vec<(&'static Field, Fault)> = vec![];
        // The addresses that a save would refuse, of which a stored one is looked at less closely.
        let addresses = FIELDS.iter().filter_map(|field| {
            let mut alone = Value::Object(Map::new());
            field.set(&mut alone, field.get(&document)?.clone());
            canonical(&mut alone).err()
        });
        for error in settings.faults().chain(addresses) {
            if let SettingsError::Meaning { key, why } = error
                && let Some(field) = Field::of(key)
                && !found.iter().any(|(known, _)| *known == field)
            {
                found.push((field, why));
            }
        }
        Ok(found)
    }

    /// The same changes upon what somebody else saved meanwhile: what only they changed is taken; what both changed stays as it
    /// is here, and is named.
    #[must_use]
    pub fn upon(&self, base: &Self, theirs: &Self) -> (Self, Vec<Clash>) {
        let mut merged = Self { beneath: theirs.beneath.clone(), ..self.clone() };
        let mut clashes = vec![];
        for field in FIELDS {
            let (mine, base, new) = (self.said(field), base.said(field), theirs.said(field));
            let changed = new != base && new != mine;
            let both = changed && mine != base;
            if changed {
                clashes.push(Clash { field, theirs: new.cloned(), both });
            }
            if mine == base || mine == new {
                merged.take(field, theirs);
            } else if merged.is_team() && mine.is_none() {
                // As in the system's document as it is now.
                merged.reset(field);
            }
        }
        (merged, clashes)
    }

    /// Takes over what another draft says of a field.
    pub fn take(&mut self, field: &'static Field, other: &Self) {
        if other.is_own(field) {
            self.own.insert(field.key);
        } else {
            self.own.remove(field.key);
        }
        field.set(&mut self.values, other.value(field).clone());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{super::fields::Kind, *};

    fn team(document: Value) -> Draft {
        Draft::of_team(&Settings::default(), &Overrides::stored(document)).unwrap()
    }

    fn put(draft: &mut Draft, key: &str, value: Value) {
        draft.put(Field::of(key).unwrap(), value, false);
    }

    #[test]
    fn r19_a_draft_saves_what_it_was_made_of() {
        let system = Settings::default();
        assert_eq!(Draft::of_system(&system).document(), system.to_value());
        let document = json!({"authentication": {"method": "pin", "max_attempts": 3}, "channels": {"sms": true}});
        assert_eq!(team(document.clone()).document(), document);
        let mut changed = team(document);
        changed.reset(Field::of("channels.sms").unwrap());
        put(&mut changed, "history.search", json!(false));
        put(&mut changed, "history.recent", json!(true));
        assert_eq!(
            changed.document(),
            json!({"authentication": {"method": "pin", "max_attempts": 3}, "history": {"search": false}})
        );
    }

    #[test]
    fn r19_what_is_switched_off_takes_with_it_what_hangs_on_it() {
        let access =
            json!({"level": "full_timed", "minutes": 60, "then_limited_minutes": 5, "attachments": true, "chat": true});
        let system =
            json!({"end": {"customer_access": access}, "authentication": {"method": "pin", "max_attempts": 3}});
        let system = Settings::default().with(&Overrides::parse(system, &Settings::default()).unwrap()).unwrap();
        let mut draft = Draft::of_system(&system);
        put(&mut draft, "end.customer_access.level", json!("none"));
        put(&mut draft, "authentication.method", json!("none"));
        assert!(!draft.offers(Field::of("authentication.max_attempts").unwrap()));
        let saved = Settings::parse(draft.document()).unwrap();
        assert_eq!(saved.end.customer_access, Settings::default().end.customer_access);
        assert_eq!(saved.authentication.max_attempts, 3, "a team may ask for a PIN where the system does not");
        // A team's document says only what it has to: the system's duration would have no meaning beside its level.
        let mut draft = Draft::of_team(&system, &Overrides::none()).unwrap();
        put(&mut draft, "end.customer_access.level", json!("none"));
        put(&mut draft, "authentication.method", json!("none"));
        let nothing = json!({"level": "none", "minutes": null, "then_limited_minutes": null, "attachments": false, "chat": false});
        assert_eq!(
            draft.document(),
            json!({"authentication": {"method": "none"}, "end": {"customer_access": nothing}})
        );
        assert!(Overrides::parse(draft.document(), &system).is_ok());
    }

    #[test]
    fn r7_r19_the_tries_stay_where_something_is_entered_and_a_team_keeps_its_own() {
        let tries = json!({"max_attempts": 2, "lockout_minutes": 60, "max_lockouts": 1});
        let mut strict = Settings::default().to_value();
        merge(&mut strict, &json!({"authentication": tries}));
        merge(&mut strict, &json!({"authentication": {"multi_device": true}}));
        let system = Settings::parse(strict.clone()).unwrap();
        // Without a PIN a code is entered on another device.
        let mut draft = Draft::of_system(&system);
        assert!(draft.offers(Field::of("authentication.max_attempts").unwrap()));
        put(&mut draft, "branding.name", json!("Harbour"));
        assert_eq!(Settings::parse(draft.document()).unwrap().authentication, system.authentication);
        // What a team set while a PIN was asked for is there when it is again.
        let mut draft = team(json!({"authentication": tries}));
        put(&mut draft, "branding.name", json!("Harbour"));
        assert_eq!(draft.document(), json!({"authentication": tries, "branding": {"name": "Harbour"}}));
    }

    #[test]
    fn r7_r19_a_save_of_the_systems_form_changes_nothing_that_a_team_inherits() {
        let system = json!({
            "authentication": {
                "max_attempts": 2, "lockout_minutes": 60, "max_lockouts": 1,
                "consent": {"required": false, "text": "We record this."},
            },
            "end": {"renew_after_inactivity": false},
        });
        let system = Settings::default().with(&Overrides::stored(system)).unwrap();
        let team = Overrides::stored(json!({
            "authentication": {"method": "pin", "consent": {"required": true}}, "end": {"inactivity_minutes": 10},
        }));
        let before = system.with(&team).unwrap();
        let mut draft = Draft::of_system(&system);
        put(&mut draft, "history.search", json!(!system.history.search));
        let after = Settings::parse(draft.document()).unwrap().with(&team).unwrap();
        assert_eq!((after.authentication, after.end), (before.authentication, before.end));
    }

    #[test]
    fn r19_every_fault_is_named_at_once() {
        let mut draft = Draft::of_system(&Settings::default());
        put(&mut draft, "authentication.method", json!("pin"));
        put(&mut draft, "authentication.max_attempts", json!(0));
        put(&mut draft, "end.customer_access.level", json!("limited"));
        put(&mut draft, "end.customer_redirect", json!("https://user@evil.example/"));
        put(&mut draft, "branding.accent", json!("green"));
        put(&mut draft, "service.message", json!(" "));
        let faults: Vec<_> = draft.faults().unwrap().into_iter().map(|(field, why)| (field.key, why)).collect();
        assert_eq!(
            faults,
            [
                ("end.customer_access.minutes", Fault::NeedsDuration),
                ("authentication.max_attempts", Fault::Range { least: 1, most: 100 }),
                ("end.customer_redirect", Fault::Address),
                ("service.message", Fault::Length { most: 500 }),
                ("branding.accent", Fault::Colour),
            ]
        );
        put(&mut draft, "history.search", json!("yes"));
        assert!(draft.faults().is_err());
    }

    #[test]
    fn r19_what_two_save_at_once_is_laid_together_and_named_where_it_differs() {
        let base = team(json!({"channels": {"sms": false}, "branding": {"name": "Harbour"}}));
        let mut mine = base.clone();
        put(&mut mine, "branding.name", json!("Mine"));
        put(&mut mine, "history.search", json!(false));
        let theirs = team(json!({"branding": {"name": "Theirs"}, "history": {"search": false, "recent": false}}));
        let (merged, clashes) = mine.upon(&base, &theirs);
        let said: Vec<_> = clashes.iter().map(|clash| (clash.field.key, clash.theirs.clone(), clash.both)).collect();
        assert_eq!(
            said,
            [
                ("channels.sms", None, false),
                ("history.recent", Some(json!(false)), false),
                ("branding.name", Some(json!("Theirs")), true),
            ]
        );
        assert_eq!(
            merged.document(),
            json!({"branding": {"name": "Mine"}, "history": {"search": false, "recent": false}})
        );
    }

    #[test]
    fn r19_presets_have_a_meaning_wherever_they_are_laid() {
        let timed = json!({"end": {"customer_access": {"level": "limited", "minutes": 5}, "inactivity_minutes": 9}});
        for document in [json!({}), timed] {
            for preset in &PRESETS {
                for (key, _) in preset.values {
                    assert!(Field::of(key).is_some(), "{key}");
                }
                let mut draft = team(document.clone());
                draft.lay(preset);
                assert_eq!(draft.faults().unwrap(), []);
                assert!(Overrides::parse(draft.document(), &Settings::default()).is_ok(), "{}", preset.name);
            }
        }
    }

    /// A value that the field takes by itself.
    fn value(field: &'static Field) -> BoxedStrategy<Value> {
        let text =
            |most: usize| "[a-zé ]{0,40}x".prop_map(move |text| json!(text.chars().take(most).collect::<String>()));
        let or_null = |values: BoxedStrategy<Value>| prop_oneof![Just(Value::Null), values].boxed();
        match field.kind {
            Kind::Switch => any::<bool>().prop_map(Value::from).boxed(),
            Kind::Choice(words) => prop::sample::select(words).prop_map(Value::from).boxed(),
            Kind::Number { least, most } => (least..=most.min(1_000)).prop_map(Value::from).boxed(),
            // Which of the two has a meaning, the level says.
            Kind::Duration if field.get(&Settings::default().to_value()) == Some(&Value::Null) => {
                or_null((1_u32..100_000).prop_map(Value::from).boxed())
            }
            Kind::Duration => (1_u32..100_000).prop_map(Value::from).boxed(),
            Kind::OptionalDuration => or_null((1_u32..100_000).prop_map(Value::from).boxed()),
            Kind::Text { most, .. } => or_null(text(most).boxed()),
            Kind::Address { .. } => {
                or_null("[a-z]{1,9}".prop_map(|host| json!(format!("https://{host}.example/"))).boxed())
            }
            Kind::Email => or_null("[a-z]{1,9}".prop_map(|name| json!(format!("{name}@mail.example"))).boxed()),
            Kind::Colour => or_null("#[0-9a-f]{6}".prop_map(Value::from).boxed()),
            Kind::Country => or_null("[A-Z]{2}".prop_map(Value::from).boxed()),
            Kind::TimeOfDay => (0_u32..24, 0_u32..60).prop_map(|(h, m)| json!(format!("{h:02}:{m:02}"))).boxed(),
            Kind::TimeZone => prop::sample::select(&["UTC", "Europe/Berlin"][..]).prop_map(Value::from).boxed(),
            Kind::Days => prop::sample::subsequence(vec!["mon", "wed", "sun"], 0..=3).prop_map(Value::from).boxed(),
        }
    }

    /// A document with any of the fields.
    fn document() -> impl Strategy<Value = Value> {
        let fields: Vec<_> = FIELDS.iter().map(|field| prop::option::of(value(field))).collect();
        fields.prop_map(|values| {
            let mut document = json!({});
            for (field, value) in FIELDS.iter().zip(values) {
                if let Some(value) = value {
                    field.set(&mut document, value);
                }
            }
            document
        })
    }

    /// A system's document with a meaning, from any: what has none beside the rest is as at first.
    fn system(document: &Value) -> Settings {
        let mut draft = Draft::of_system(&Settings::default());
        for field in FIELDS {
            if let Some(value) = field.get(document) {
                draft.put(field, value.clone(), false);
            }
        }
        for (field, _) in draft.faults().unwrap() {
            draft.reset(field);
        }
        if draft.faults().unwrap().iter().any(|(field, _)| field.key.starts_with("end.customer_access.")) {
            draft.reset(Field::of("end.customer_access.level").unwrap());
        }
        Settings::parse(draft.document()).unwrap_or_default()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a team's document says, and whatever became of the system's since it was saved.
        #[test]
        fn r19_what_the_form_shows_is_what_a_session_runs_under(below in document(), team in document()) {
            let system = system(&below);
            let overrides = Overrides::stored(team.clone());
            let (shown, runs) = (Draft::of_team(&system, &overrides), system.of_team(&overrides));
            prop_assert_eq!(shown.is_ok(), runs.is_ok());
            if let (Ok(shown), Ok(runs)) = (shown, runs) {
                let runs = runs.to_value();
                for field in FIELDS {
                    prop_assert_eq!(Some(shown.value(field)), field.get(&runs), "{}", field.key);
                    let gave_way = shown.inherited(field) != Some(shown.value(field));
                    prop_assert_eq!(shown.is_own(field), field.get(&team).is_some() || gave_way, "{}", field.key);
                }
                // Saved as it is shown, it stays what it was, but for what nothing can come of.
                if shown.faults().unwrap().is_empty() {
                    let saved = Overrides::parse(shown.document(), &system).unwrap();
                    let after = system.of_team(&saved).unwrap().to_value();
                    for field in FIELDS.iter().filter(|field| shown.offers(field)) {
                        prop_assert_eq!(field.get(&after), Some(shown.value(field)), "{}", field.key);
                    }
                }
            }
        }

        /// What can be typed and has no fault is taken by the API, and is what the form showed.
        #[test]
        fn r19_what_the_form_finds_no_fault_with_is_saved(typed in document()) {
            let mut draft = Draft::of_system(&Settings::default());
            for field in FIELDS {
                if let Some(value) = field.get(&typed) {
                    draft.put(field, value.clone(), false);
                }
            }
            let faults = draft.faults().unwrap();
            let saved = Settings::parse(draft.document());
            prop_assert_eq!(faults.is_empty(), saved.is_ok(), "{:?} {:?}", faults, saved);
        }
    }
}
