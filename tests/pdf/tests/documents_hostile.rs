//! Files that mean harm: nobody dies of them, nothing hangs, memory is bounded, and each has its answer.

#![allow(missing_docs, clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests only")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use futures_util::FutureExt as _;
use image::{DynamicImage, ImageFormat, RgbImage};
use parlor_documents::{Fonts, Joined as JoinedDocuments, Limits, Original, Refusal, Value, Values};
use parlor_drawing::{Bounds, Failed, ReadReport, ReadTask, Reader, read};
use parlor_form::JoinWords;
use parlor_objects::{Folder as Files, Objects as _};
use parlor_pdf_tests::hostile::{crafted, mutant};
use parlor_pdf_tests::outside::Folder;
use parlor_pdf_tests::{evidence, government, photo, turned};

fn reader() -> Reader {
    // Drawing in a build that is not optimised gets the time of one that is.
    Reader::new(env!("CARGO_BIN_EXE_document-child").into(), Bounds::default())
}

/// Runs something for each number on two threads; fails naming the number that panicked or took longer than `limit`.
fn each(count: u64, limit: Duration, run: impl Fn(u64) + Send + Sync + 'static) {
    let run = std::sync::Arc::new(run);
    let workers: Vec<_> = (0..2)
        .map(|worker| {
            let (run, (send, receive)) = (run.clone(), channel());
            std::thread::spawn(move || {
                for number in (worker..count).step_by(2) {
                    let _ = send.send(number);
                    run(number);
                }
            });
            receive
        })
        .collect();
    for (worker, receive) in workers.into_iter().enumerate() {
        let mut last = None;
        loop {
            match receive.recv_timeout(limit) {
                Ok(number) => last = Some(number),
                Err(RecvTimeoutError::Timeout) => panic!("number {last:?} hangs"),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let done = (worker as u64..count).step_by(2).last();
        assert!(last == done, "number {last:?} panicked");
    }
}

/// How many mutants a test takes: `usual`, or what `PARLOR_MUTANTS` says.
fn mutants(usual: u64) -> u64 {
    std::env::var("PARLOR_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn r21_crafted_files_have_each_their_answer() {
    for (what, bytes, refusal) in crafted() {
        let said = reader().read(&bytes);
        match (&said, refusal) {
            (Err(Failed::Refused(said)), Some(refusal)) => assert_eq!(*said, refusal, "{what}"),
            (Ok(document), None) => {
                // Drawn, or told from what can be drawn; the document works by its fields.
                let drawn = document.draw(1, 600);
                println!("{what}: {:?}", drawn.as_ref().map(|drawn| drawn.bytes.len()));
                assert!(matches!(drawn, Ok(_) | Err(Failed::TooSlow | Failed::Died)), "{what}: {drawn:?}");
            }
            _ => panic!("{what}: {said:?}"),
        }
    }
}

#[test]
fn r21_crafted_files_that_are_taken_are_completed() {
    for (what, bytes, _) in crafted().into_iter().filter(|(_, _, refusal)| refusal.is_none()) {
        let original = Original::open(&bytes, &Limits::default()).unwrap();
        let form = original.form().unwrap();
        let fields = form.fields;
        let values: Values = fields.iter().map(|field| (field.name.clone(), Value::Text("x".to_owned()))).collect();
        let finished = original.finish(&fields, &values, &Fonts::shipped(), &evidence(), parlor_pdf_tests::at());
        assert!(finished.is_ok_and(|finished| finished.pdf.starts_with(b"%PDF-")), "{what}");
    }
}

/// Documents with forms, written in each way that mutants are made of.
fn originals() -> [Vec<u8>; 5] {
    [government().bytes(), government().packed(), government().encrypted("", 256), turned().bytes(), turned().packed()]
}

#[test]
fn r21_mutants_of_forms_end_nobody_who_reads_or_completes_them() {
    let originals = originals();
    let counts: std::sync::Arc<[AtomicUsize; 3]> = std::sync::Arc::default();
    let counted = counts.clone();
    each(mutants(3_000), Duration::from_secs(20), move |seed| {
        let original = &originals[seed as usize % originals.len()];
        let bytes = mutant(original, &originals[(seed as usize / 7) % originals.len()], seed);
        let Ok(opened) = Original::open(&bytes, &Limits::default()) else {
            counted[0].fetch_add(1, Ordering::Relaxed);
            return;
        };
        let Ok(form) = opened.form() else { return };
        let values: Values =
            form.fields.iter().map(|field| (field.name.clone(), Value::Text("Mara".to_owned()))).collect();
        match opened.finish(&form.fields, &values, &Fonts::shipped(), &evidence(), parlor_pdf_tests::at()) {
            Ok(finished) => {
                let [_, hole, end, length] = finished.ranges;
                assert!(hole < end && end + length == finished.pdf.len(), "mutant {seed}");
                counted[1].fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {
                counted[2].fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let [refused, completed, unfinished] = [0, 1, 2].map(|place| counts[place].load(Ordering::Relaxed));
    println!("{refused} refused, {completed} completed, {unfinished} not finished");
    assert!(refused > 100 && completed > 500, "{refused} refused, {completed} completed");
}

#[test]
fn r21_mutants_of_forms_are_drawn_or_refused_in_a_child() {
    let originals = [government().bytes(), government().packed(), turned().bytes()];
    each(mutants(240), Duration::from_secs(30), move |seed| {
        let original = &originals[seed as usize % originals.len()];
        let bytes = mutant(original, &originals[(seed as usize / 7) % originals.len()], 1_000_000 + seed);
        match reader().read(&bytes) {
            Ok(document) => {
                let drawn = document.draw(1, 300);
                assert!(matches!(drawn, Ok(_) | Err(Failed::TooSlow | Failed::Died)), "mutant {seed}: {drawn:?}");
            }
            Err(Failed::Refused(_)) => {}
            Err(other) => panic!("mutant {seed}: {other:?}"),
        }
    });
}

/// A small picture in each way that mutants are made of.
fn pictures() -> [Vec<u8>; 3] {
    let picture = DynamicImage::from(RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, 7])));
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].map(|kind| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, kind).unwrap();
        bytes.into_inner()
    })
}

/// As `document-read` does it: from the file that came to the report, in children that are bounded.
#[test]
fn r21_mutants_go_the_way_of_an_upload_and_each_has_a_report() {
    let folder = Folder::new("mutants");
    let files = Files::new(folder.path().to_path_buf());
    let originals: Vec<Vec<u8>> = pictures().into_iter().chain(originals()).collect();
    let counts: std::sync::Arc<[AtomicUsize; 3]> = std::sync::Arc::default();
    let counted = counts.clone();
    each(mutants(120), Duration::from_mins(1), move |seed| {
        let original = &originals[seed as usize % originals.len()];
        let bytes = mutant(original, &originals[(seed as usize / 7) % originals.len()], 3_000_000 + seed);
        let task = ReadTask { from: format!("in/{seed}"), to: format!("out/{seed}"), width: 100 };
        files.put(&task.from, bytes, "application/pdf").now_or_never().unwrap().unwrap();
        let report = read(&task, &files, &reader()).now_or_never().unwrap().unwrap();
        let (kind, made) = match &report {
            ReadReport::Read { form, pictures } => {
                assert_eq!(form.pages.len(), pictures.len(), "mutant {seed}");
                (0, pictures.iter().flatten().map(|picture| picture.key.clone()).collect::<Vec<_>>())
            }
            ReadReport::Picture { picture, .. } => (1, vec![picture.key.clone()]),
            ReadReport::Refused(_) | ReadReport::Unreadable => (2, vec![]),
        };
        counted[kind].fetch_add(1, Ordering::Relaxed);
        let get = |key: &str| files.get(key, 20_000_000).now_or_never().unwrap().unwrap();
        let written: ReadReport = serde_json::from_slice(&get(&format!("out/{seed}/form.json"))).unwrap();
        assert_eq!(written, report, "mutant {seed}");
        for key in made {
            assert!(!get(&key).is_empty(), "mutant {seed}");
        }
    });
    let [read, pictures, refused] = [0, 1, 2].map(|place| counts[place].load(Ordering::Relaxed));
    println!("{read} read, {pictures} written anew, {refused} refused");
    assert!(read > 5 && pictures > 1 && refused > 5, "{read} read, {pictures} written anew, {refused} refused");
}

#[test]
fn r21_mutants_of_pictures_end_nobody() {
    let encoded = pictures();
    each(mutants(3_000), Duration::from_secs(20), move |seed| {
        let original = &encoded[seed as usize % encoded.len()];
        let bytes = mutant(original, &encoded[(seed as usize / 5) % encoded.len()], seed);
        // Four megapixels are enough to see that claims are looked at.
        let limits = parlor_images::Limits { pixels: 4_000_000, ..parlor_images::Limits::default() };
        if let Ok(picture) = parlor_images::clean(&bytes, &limits) {
            assert!(picture.width <= 3_508 && parlor_images::pdf(&[picture]).is_ok(), "mutant {seed}");
        }
    });
}

#[test]
fn r21_mutants_end_nobody_who_joins_them() {
    let originals = originals();
    let photo = parlor_images::clean(&photo("front"), &parlor_images::Limits::default()).unwrap().bytes;
    let words = JoinWords { title: "Not in this file".into(), note: "Sent.".into(), right_to_left: false };
    let counts: std::sync::Arc<[AtomicUsize; 2]> = std::sync::Arc::default();
    let counted = counts.clone();
    each(mutants(2_000), Duration::from_secs(20), move |seed| {
        let mut joined = JoinedDocuments::default();
        // What the child does with the parts of a task, one after the other.
        if seed % 4 == 3 {
            let bytes = mutant(&photo, &originals[0], 2_000_000 + seed);
            let written = parlor_images::written(bytes).ok().and_then(|picture| parlor_images::pdf(&[picture]).ok());
            if let Some(page) = written {
                joined.add_own(&page).unwrap();
            }
        } else {
            let original = &originals[seed as usize % originals.len()];
            let bytes = mutant(original, &originals[(seed as usize / 7) % originals.len()], 2_000_000 + seed);
            let limits = Limits { signed: true, ..Limits::default() };
            if let Ok(opened) = Original::open(&bytes, &limits) {
                // One that fails half way is left with all that was put together.
                if joined.add(opened, &Fonts::shipped()).is_err() {
                    joined = JoinedDocuments::default();
                }
            }
        }
        counted[usize::from(joined.pages() > 0)].fetch_add(1, Ordering::Relaxed);
        joined.add_note(&words, "form.pdf", &Fonts::shipped()).unwrap();
        let pages = joined.pages();
        let written = joined.write().unwrap();
        let read = lopdf::Document::load_mem(&written).unwrap();
        // A page that a file names often is one object, and lopdf itself walks no further than there are objects.
        let root = read.catalog().and_then(|catalog| catalog.get_deref(b"Pages", &read)).unwrap();
        let kids = root.as_dict().and_then(|root| root.get(b"Kids")).and_then(lopdf::Object::as_array).unwrap();
        assert_eq!(kids.len(), pages, "mutant {seed}");
        assert!(kids.iter().all(|kid| kid.as_reference().is_ok_and(|id| read.has_object(id))), "mutant {seed}");
    });
    let [left_out, put_in] = [0, 1].map(|place| counts[place].load(Ordering::Relaxed));
    println!("{put_in} put in, {left_out} left out");
    assert!(left_out > 100 && put_in > 500, "{put_in} put in, {left_out} left out");
}

#[test]
fn r21_two_hundred_megabytes_are_refused_by_their_length() {
    assert_eq!(Original::open(&vec![b'%'; 200_000_000], &Limits::default()).err(), Some(Refusal::TooBig));
}
