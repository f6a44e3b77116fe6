//! What is drawn of a document while it is filled in: all but the fields that people fill in, over which the page lays inputs.

use lopdf::Object;

use crate::fields::widgets;
use crate::pdf;
use parlor_form::Refusal;

use crate::preflight::Original;

impl Original {
    /// The document decrypted, without the places of fields that [`form`](Self::form) lists. What is left of a form, fixed
    /// values for instance, stays.
    pub fn to_draw(&self) -> Result<Vec<u8>, Refusal> {
        let inputs: Vec<_> =
            widgets(self).iter().filter(|widget| widget.is_input()).filter_map(|widget| widget.id).collect();
        let mut document = self.document.clone();
        for sheet in &self.sheets {
            let Ok(page) = self.document.get_dictionary(sheet.id) else { continue };
            let entries = pdf::get(&self.document, page, "Annots").and_then(|entries| entries.as_array().ok());
            let stays = |entry: &&Object| entry.as_reference().map_or(true, |id| !inputs.contains(&id));
            let kept: Vec<Object> = entries.into_iter().flatten().filter(stays).cloned().collect();
            if let Ok(page) = document.get_dictionary_mut(sheet.id) {
                page.set("Annots", kept);
            }
        }
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).map_err(|_| Refusal::Damaged)?;
        Ok(bytes)
    }
}
