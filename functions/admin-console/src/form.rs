//! What a form of settings says: read into a draft, with what was typed and is no value.

use std::collections::BTreeMap;

use parlor_domain::settings::{Draft, FIELDS, Fault, Field, Typed};

/// A form, read.
#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) draft: Draft,
    /// What was typed, where it is no value.
    pub(crate) typed: Vec<(&'static Field, Typed)>,
    /// What is wrong with that.
    pub(crate) faults: Vec<(&'static Field, Fault)>,
}

/// The fields of a form over the document that it was made from. Keys that the form does not have stay as they are.
pub(crate) fn read(sent: &BTreeMap<String, String>, base: &Draft) -> Filled {
    let mut draft = base.clone();
    let (mut typed, mut faults) = (vec![], vec![]);
    for field in FIELDS {
        let said = Typed::read(field, |name| sent.get(name).map(String::as_str));
        match said.value(field) {
            Ok(value) => {
                draft.reset(field);
                draft.put(field, value, sent.contains_key(&format!("own.{}", field.key)));
            }
            Err(fault) => {
                typed.push((field, said));
                faults.push((field, fault));
            }
        }
    }
    // What has no meaning beside the rest is not saved, whatever is typed there.
    typed.retain(|(field, _)| draft.offers(field));
    faults.retain(|(field, _)| draft.offers(field));
    for (field, _) in &typed {
        let value = draft.value(field).clone();
        draft.put(field, value, true);
    }
    Filled { draft, typed, faults }
}

impl Filled {
    /// Everything that is wrong with it, each field once.
    pub(crate) fn all_faults(&mut self) {
        for (field, fault) in self.draft.faults().unwrap_or_default() {
            if !self.faults.iter().any(|(known, _)| *known == field) {
                self.faults.push((field, fault));
            }
        }
    }

    /// Lets go of what was typed in a field, whose value is another now.
    pub(crate) fn forget(&mut self, field: &'static Field) {
        self.typed.retain(|(known, _)| *known != field);
        self.faults.retain(|(known, _)| *known != field);
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{Settings, settings::Overrides};
    use serde_json::json;

    use super::*;

    /// What a browser sends of a form that shows `draft`.
    fn shown(draft: &Draft) -> BTreeMap<String, String> {
        let mut sent = BTreeMap::new();
        for field in FIELDS {
            sent.extend(Typed::of(field, draft.value(field)).sent(field));
            if draft.is_own(field) {
                sent.insert(format!("own.{}", field.key), "on".into());
            }
        }
        sent
    }

    #[test]
    fn r19_a_form_that_nobody_touched_saves_what_was_there() {
        let system = Settings::default();
        let team = json!({"channels": {"sms": true, "update_notices": false}, "authentication": {"method": "pin"}});
        let draft = Draft::of_team(&system, &Overrides::stored(team.clone())).unwrap();
        let filled = read(&shown(&draft), &draft);
        assert_eq!((filled.draft.document(), filled.faults), (team, vec![]));
        let draft = Draft::of_system(&system);
        assert_eq!(read(&shown(&draft), &draft).draft.document(), system.to_value());
    }

    #[test]
    fn r19_what_is_typed_stays_and_is_found_fault_with_where_it_counts() {
        let draft = Draft::of_system(&Settings::default());
        let mut sent = shown(&draft);
        sent.insert("authentication.max_attempts".into(), "many".into());
        assert_eq!(read(&sent, &draft).faults, [], "without a PIN there are no tries");
        sent.insert("authentication.method".into(), "pin".into());
        let filled = read(&sent, &draft);
        assert_eq!(filled.faults.len(), 1);
        assert_eq!(filled.typed[0].1, Typed::Text("many".into()));
    }
}
