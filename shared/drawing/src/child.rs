//! The child's side: limits first, then one step.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use parlor_documents::{Fonts, Form, Joined, Limits, Original, Refusal};
use parlor_form::JoinWords;
use parlor_images::{NoPicture, Picture};
use rlimit::Resource;

use crate::page;
use crate::reader::{Pages, Step, Task};

/// The first argument of a child.
pub(crate) const MARK: &str = "--document-child";

/// Bytes that a child may write into one file. A document that is written anew has no more than it had, inflated.
const WRITTEN: u64 = 200_000_000;

/// If this process is a child of [`Reader`](crate::Reader), does its step and says how the process ends. Call it first.
pub fn child_main() -> Option<ExitCode> {
    let arguments: Vec<_> = std::env::args_os().skip(1).take(2).collect();
    let [mark, task] = arguments.as_slice() else { return None };
    if mark != OsStr::new(MARK) {
        return None;
    }
    Some(if step(Path::new(task)).is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn step(task: &Path) -> Option<()> {
    let Task { memory, seconds, step } = serde_json::from_slice(&fs::read(task).ok()?).ok()?;
    limit(memory, seconds).ok()?;
    match step {
        Step::Read { from, form, draw } => {
            let bytes = fs::read(from).ok()?;
            let said = read(&bytes, &draw);
            fs::write(form, serde_json::to_vec(&said).ok()?).ok()
        }
        Step::Draw { from, page, width, to } => {
            let bytes = fs::read(from).ok()?;
            fs::write(to, page::draw(bytes, page, width)?).ok()
        }
        Step::Picture { from, to, small, side, said } => {
            let picture = parlor_images::clean(&fs::read(from).ok()?, &parlor_images::Limits::default());
            if let Ok(picture) = &picture {
                fs::write(to, &picture.bytes).ok()?;
                // Without it the picture is shown by its name.
                if let Ok(bytes) = parlor_images::thumbnail(picture, side) {
                    fs::write(small, bytes).ok()?;
                }
            }
            say(picture, &said)
        }
        Step::Logo { from, to, said } => {
            let logo = parlor_images::logo(&fs::read(from).ok()?, &parlor_images::Limits::default());
            if let Ok(logo) = &logo {
                fs::write(to, &logo.bytes).ok()?;
            }
            say(logo, &said)
        }
        Step::Join { pages, words, to, said } => {
            let joined = join(&pages, &words);
            let count = joined.as_ref().and_then(|joined| u32::try_from(joined.pages()).ok());
            if let Some(joined) = joined {
                fs::write(to, joined.write().ok()?).ok()?;
            }
            fs::write(said, serde_json::to_vec(&count).ok()?).ok()
        }
    }
}

/// What a picture is that was written, or why there is none.
fn say(picture: Result<Picture, NoPicture>, said: &Path) -> Option<()> {
    let about = picture.map(|picture| (picture.content_type == "image/png", picture.width, picture.height));
    fs::write(said, serde_json::to_vec(&about).ok()?).ok()
}

/// All or nothing: what cannot be put in is told apart by whoever asks for it.
fn join(pages: &[Pages], words: &JoinWords) -> Option<Joined> {
    let (mut joined, fonts) = (Joined::default(), Fonts::shipped());
    for pages in pages {
        match pages {
            // Each by itself: a picture is in memory as long as it is drawn.
            Pages::Picture(from) => {
                let picture = parlor_images::written(fs::read(from).ok()?).ok()?;
                joined.add_own(&parlor_images::pdf(&[picture]).ok()?).ok()?;
            }
            Pages::Document(from) => {
                // The one that others signed stays as it came, beside the joined file.
                let limits = Limits { signed: true, ..Limits::default() };
                let original = Original::open(&fs::read(from).ok()?, &limits).ok()?;
                joined.add(original, &fonts).ok()?;
            }
            Pages::Note(name) => joined.add_note(words, name, &fonts).ok()?,
        }
    }
    Some(joined)
}

/// What the kernel holds from here on. A process that asks for more memory than allowed is told there is none, and aborts.
fn limit(memory: u64, seconds: u64) -> io::Result<()> {
    rlimit::setrlimit(Resource::CPU, seconds, seconds)?;
    rlimit::setrlimit(Resource::FSIZE, WRITTEN, WRITTEN)?;
    rlimit::setrlimit(Resource::CORE, 0, 0)?;
    let held = rlimit::setrlimit(Resource::AS, memory, memory);
    // macOS does not hold this one, and may not take it.
    if cfg!(target_os = "linux") { held } else { Ok(()) }
}

fn read(bytes: &[u8], draw: &Path) -> Result<Form, Refusal> {
    let original = Original::open(bytes, &Limits::default())?;
    let form = original.form()?;
    // Without it the document works by its fields, and no page is drawn.
    if let Ok(bytes) = original.to_draw() {
        let _ = fs::write(draw, bytes);
    }
    Ok(form)
}
