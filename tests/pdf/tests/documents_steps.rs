//! The three steps from an upload to a signed document, as functions do them, over a folder of files.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]

use futures_util::FutureExt as _;
use parlor_documents::{FinishError, FinishTask, Fonts, Refusal, Value, finish};
use parlor_drawing::{Bounds, ReadReport, ReadTask, Reader, read};
use parlor_objects::{Folder as Files, ObjectError, Objects as _};
use parlor_pdf_tests::outside::{Folder, check, said, signer};
use parlor_pdf_tests::{at, evidence, government};
use parlor_signing::{SignTask, sign_object};

fn now<T>(step: impl Future<Output = T>) -> T {
    step.now_or_never().unwrap()
}

fn reader() -> Reader {
    Reader::new(env!("CARGO_BIN_EXE_document-child").into(), Bounds::default())
}

#[test]
fn r21_a_document_goes_from_upload_to_signature_in_three_steps() {
    let folder = Folder::new("steps");
    let files = Files::new(folder.path().to_path_buf());
    now(files.put("in/loan.pdf", government().packed(), "application/pdf")).unwrap();

    let task = ReadTask { from: "in/loan.pdf".into(), to: "out/loan".into(), width: 390 };
    let report = now(read(&task, &files, &reader())).unwrap();
    let ReadReport::Read { form, pictures } = &report else { panic!("{report:?}") };
    assert_eq!((form.pages.len(), pictures.iter().flatten().count()), (6, 6));
    let picture = pictures[5].as_ref().unwrap();
    assert_eq!((picture.key.as_str(), picture.content_type.as_str()), ("out/loan/page-6", "image/webp"));
    assert!(now(files.get(&picture.key, 100_000)).unwrap().starts_with(b"RIFF"));
    let written: ReadReport =
        serde_json::from_slice(&now(files.get("out/loan/form.json", 1_000_000)).unwrap()).unwrap();
    assert_eq!(written, report);

    let original = now(files.get("in/loan.pdf", 1_000_000)).unwrap();
    let sha256 =
        parlor_documents::Original::open(&original, &parlor_documents::Limits::default()).unwrap().sha256().to_owned();
    let task = FinishTask {
        from: "in/loan.pdf".into(),
        sha256,
        fields: form.fields.clone(),
        values: [("applicant.name".to_owned(), Value::Text("Mara Quist".into()))].into(),
        evidence: evidence(),
        at: at(),
        to: "out/loan/completed.pdf".into(),
    };
    // As an event it is JSON.
    let task: FinishTask = serde_json::from_str(&serde_json::to_string(&task).unwrap()).unwrap();
    let finished = now(finish(task.clone(), &files, &Fonts::shipped())).unwrap();
    assert_eq!(now(finish(task.clone(), &files, &Fonts::shipped())).unwrap(), finished, "twice is the same");

    let (key, certificate) = signer();
    let sign = SignTask { from: finished.key, ranges: finished.ranges, to: "out/loan/signed.pdf".into() };
    let signed = now(sign_object(&sign, &files, &key, &certificate)).unwrap();
    let path = folder.path().join(&signed.key);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), signed.size as u64);
    check(&path);
    let report = said("pdfsig", &["-nocert", &path.to_string_lossy()]);
    assert!(report.contains("Signature is Valid.") && report.contains("Total document signed"), "{report}");

    // With a certificate that is not the key's nothing is written.
    let (other, _) = signer();
    let sign = SignTask { to: "out/loan/wrong.pdf".into(), ..sign };
    assert!(now(sign_object(&sign, &files, &other, &certificate)).is_err());
    assert!(matches!(now(files.get("out/loan/wrong.pdf", 1)), Err(ObjectError::Missing)));

    // Another file under the original's key is not completed.
    now(files.put("in/loan.pdf", government().bytes(), "application/pdf")).unwrap();
    assert!(matches!(now(finish(task, &files, &Fonts::shipped())), Err(FinishError::Changed)));
}

#[test]
fn r21_what_is_refused_is_said_in_a_file_too() {
    let folder = Folder::new("refused");
    let files = Files::new(folder.path().to_path_buf());
    let run = |from: &str| now(read(&ReadTask { from: from.into(), to: "out".into(), width: 390 }, &files, &reader()));
    now(files.put("gif", b"GIF89a".to_vec(), "image/gif")).unwrap();
    now(files.put("large", vec![0; 20_000_001], "application/pdf")).unwrap();
    assert_eq!(run("gif").unwrap(), ReadReport::Refused(Refusal::NotPdf));
    assert_eq!(now(files.get("out/form.json", 100)).unwrap(), br#"{"refused":"not-pdf"}"#);
    assert_eq!(run("large").unwrap(), ReadReport::Refused(Refusal::TooBig));
    assert!(matches!(run("nothing"), Err(ObjectError::Missing)));
    assert!(matches!(run("../../etc/passwd"), Err(ObjectError::BadKey)));
}

#[test]
fn r21_a_picture_that_was_sent_is_judged_by_what_is_in_it_and_written_anew() {
    let folder = Folder::new("pictures");
    let files = Files::new(folder.path().to_path_buf());
    let run = |from: &str| now(read(&ReadTask { from: from.into(), to: "out".into(), width: 390 }, &files, &reader()));
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(900, 600, image::Rgb([200, 40, 40]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    // What it is called says nothing.
    now(files.put("photo.pdf", png.into_inner(), "application/pdf")).unwrap();
    let ReadReport::Picture { picture, size, thumbnail, .. } = run("photo.pdf").unwrap() else { panic!() };
    assert_eq!((picture.key.as_str(), picture.content_type.as_str()), ("out/picture", "image/jpeg"));
    assert_eq!(now(files.get(&picture.key, 1_000_000)).unwrap().len() as u64, size);
    let small = now(files.get(&thumbnail.unwrap().key, 100_000)).unwrap();
    assert_eq!(image::load_from_memory(&small).unwrap().width(), 400);
    for (file, why) in [
        (&b"\0\0\0\x18ftypheic\0\0\0\0"[..], Refusal::Heic),
        (b"\xff\xd8\xff\xe0 and no more", Refusal::Damaged),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal::NotPdf),
    ] {
        now(files.put("file", file.to_vec(), "image/jpeg")).unwrap();
        assert_eq!(run("file").unwrap(), ReadReport::Refused(why));
    }
}
