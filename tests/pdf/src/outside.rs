//! Other people's programs that open what we made. A test that needs one fails naming it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parlor_documents::{Evidence, Field, Finished, Fonts, Limits, Original, Values};
use parlor_signing::{Certificate, FileKey};

use futures_util::FutureExt as _;

/// A folder of one test's files, removed with it.
pub struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Left to be looked at after a failure.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("parlor-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, and says where.
    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Runs a program of the system's.
pub fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{program} is missing ({error}): `cargo xtask test --only documents` installs it")
    })
}

/// What a program printed, if it ended well.
pub fn said(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The Python that has pyHanko.
pub fn python() -> PathBuf {
    if let Some(python) = std::env::var_os("DOCUMENTS_PYTHON") {
        return python.into();
    }
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/documents/bin/python");
    assert!(python.exists(), "pyHanko is missing: `cargo xtask test --only documents` installs it");
    python
}

/// Whether qpdf finds nothing wrong with a file.
pub fn check(path: &Path) {
    said("qpdf", &["--check", &path.to_string_lossy()]);
}

/// The text of a page, as poppler reads it. Layout kept.
pub fn text(path: &Path, page: usize) -> String {
    let page = page.to_string();
    said("pdftotext", &["-f", &page, "-l", &page, "-layout", &path.to_string_lossy(), "-"])
}

/// A page as poppler draws it, 72 pixels to the inch, so that a pixel is a point: width, height, and grey values.
pub fn picture(path: &Path, page: usize) -> Picture {
    let page = page.to_string();
    let output = run("pdftoppm", &["-f", &page, "-l", &page, "-r", "72", "-cropbox", "-gray", &path.to_string_lossy()]);
    assert!(output.status.success(), "pdftoppm: {}", String::from_utf8_lossy(&output.stderr));
    Picture::pgm(&output.stdout)
}

/// A page as mupdf draws it.
pub fn second_picture(path: &Path, page: usize) -> Picture {
    let page = page.to_string();
    let output = run(
        "mutool",
        &["draw", "-q", "-r", "72", "-c", "gray", "-F", "pgm", "-o", "-", &path.to_string_lossy(), &page],
    );
    assert!(output.status.success(), "mutool: {}", String::from_utf8_lossy(&output.stderr));
    Picture::pgm(&output.stdout)
}

/// A grey picture.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub grey: Vec<u8>,
}

impl Picture {
    fn pgm(bytes: &[u8]) -> Self {
        let mut at = 0;
        let mut word = || {
            let start = at + bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).unwrap();
            at = start + bytes[start..].iter().position(u8::is_ascii_whitespace).unwrap();
            String::from_utf8_lossy(&bytes[start..at]).into_owned()
        };
        let (kind, width, height, depth) = (word(), word(), word(), word());
        assert_eq!((kind.as_str(), depth.as_str()), ("P5", "255"));
        let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
        Self { width, height, grey: bytes[at + 1..at + 1 + width * height].to_vec() }
    }

    /// How much of a rectangle is dark, from 0 to 1. The rectangle is that of a field: from the lower left corner, in points.
    pub fn ink(&self, [x, y, width, height]: [f32; 4]) -> f32 {
        let top = self.height as f32 - y - height;
        let (left, top) = (x.max(0.0) as usize, top.max(0.0) as usize);
        let (right, bottom) = ((left + width as usize).min(self.width), (top + height as usize).min(self.height));
        let mut dark = 0.0;
        for row in top..bottom {
            dark += self.grey[row * self.width + left..row * self.width + right]
                .iter()
                .map(|grey| 1.0 - f32::from(*grey) / 255.0)
                .sum::<f32>();
        }
        dark / ((right - left) * (bottom - top)).max(1) as f32
    }

    /// How much two pictures of one size differ, from 0 to 1, a little blur allowed.
    pub fn difference(&self, other: &Self) -> f32 {
        assert!(self.width.abs_diff(other.width) <= 1 && self.height.abs_diff(other.height) <= 1);
        let (width, height) = (self.width.min(other.width) / 4, self.height.min(other.height) / 4);
        let cell = |picture: &Self, x: usize, y: usize| -> f32 {
            let pixels = (0..16).map(|place| picture.grey[(y * 4 + place / 4) * picture.width + x * 4 + place % 4]);
            pixels.map(f32::from).sum::<f32>() / 16.0 / 255.0
        };
        let cells = (0..width * height).map(|place| (place % width, place / width));
        cells.map(|(x, y)| (cell(self, x, y) - cell(other, x, y)).abs()).sum::<f32>() / (width * height) as f32
    }
}

/// The key and the certificate of the tests.
pub fn signer() -> (FileKey, Certificate) {
    let key = FileKey::from_pkcs8(&FileKey::generate().unwrap()).unwrap();
    let (from, to) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2046-01-01T00:00:00Z".parse().unwrap());
    let certificate = Certificate::self_made(&key, "Parlor tests", [7; 16], from, to).now_or_never().unwrap().unwrap();
    (key, certificate)
}

pub fn sign(finished: Finished, key: &FileKey, certificate: &Certificate) -> Vec<u8> {
    parlor_signing::sign(finished.pdf, finished.ranges, key, certificate).now_or_never().unwrap().unwrap()
}

/// Fills a form in as it is, with its own fields.
pub fn complete(original: &[u8], values: &Values, fonts: &Fonts, evidence: &Evidence) -> (Finished, Vec<Field>) {
    let opened = Original::open(original, &Limits::default()).unwrap();
    let form = opened.form().unwrap();
    (opened.finish(&form.fields, values, fonts, evidence, crate::at()).unwrap(), form.fields)
}
