//! Writes the form that the browser tests send, into the file named by the argument.

use std::{env, fs, io};

fn main() -> io::Result<()> {
    let path = env::args().nth(1).unwrap_or_else(|| "tests/browser/agreement.pdf".to_owned());
    fs::write(path, parlor_pdf_tests::agreement().bytes())
}
