//! A message's file (R21), and what waits beside the field where one is written.

use maud::{Markup, html};
use parlor_domain::Attachment;

use super::{Button, Icon};
use crate::assets::asset_url;
use crate::customer::file_size;
use crate::lang::Lang;
use crate::words::{attach as words, shared};

/// The file of a message, which opens at `{at}/file`. A picture keeps the room that it needs before it is there; it is at
/// `{at}/thumbnail` where `shown`, and otherwise a script asks for its address. `lib/attached.js` makes the same of messages that
/// arrive later.
pub(crate) fn attached(file: &Attachment, at: &str, shown: bool) -> Markup {
    html! {
        a.attached href={ (at) "/file" } {
            @if let (Some(width), Some(height)) = (file.width, file.height) {
                img src=[shown.then(|| format!("{at}/thumbnail"))] width=(width) height=(height) alt=(file.name) loading="lazy";
            } @else {
                (Icon::Document)
                span { bdi { (file.name) } br; span.small { (file_size(file.size)) } }
            }
        }
    }
}

/// The paper clip. Files have no way without a script, so it is there only with one.
pub(crate) fn clip(lang: Lang) -> Markup {
    html! {
        label.button.button-quiet.button-icon.clip title=(words::attach(lang)) {
            (Icon::Attach) span.unseen { (words::attach(lang)) }
            input.unseen id="clip" type="file" accept="image/jpeg,image/png,image/webp,application/pdf";
        }
    }
}

/// Where a file is announced, and where it is posted with its message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attaching<'a> {
    pub(crate) uploads: &'a str,
    pub(crate) post: &'a str,
    pub(crate) csrf: &'a str,
}

/// The file that waits for its message: shown by the script.
pub(crate) fn attaching(lang: Lang, to: Attaching<'_>) -> Markup {
    html! {
        div.attaching id="attaching" role="group" aria-label=(words::attach(lang)) hidden data-uploads=(to.uploads) data-post=(to.post) data-csrf=(to.csrf)
            data-preparing=(words::preparing(lang)) data-uploading=(words::uploading(lang, "{n}").plain()) data-offline=(shared::offline(lang)) data-ready=(words::ready(lang))
            data-checking=(words::checking(lang)) data-failed=(words::failed(lang)) data-slow=(words::slow(lang)) data-kind=(words::kind(lang))
            data-large=(words::large(lang)) data-empty=(words::empty(lang)) data-password=(words::password(lang)) data-damaged=(words::damaged(lang)) data-not-clean=(shared::not_clean(lang))
            data-closed=(words::closed(lang)) {
            canvas hidden {}
            div { bdi {} progress max="1" {} p.small role="status" {} }
            (Button::quiet(words::again(lang)).icon_only(Icon::Refresh).hook("again"))
            (Button::quiet(words::remove(lang)).icon_only(Icon::Close).hook("remove"))
        }
    }
}

/// The customer's script for files, which comes when there is one.
pub(crate) fn script() -> &'static str {
    asset_url("attach.js")
}
