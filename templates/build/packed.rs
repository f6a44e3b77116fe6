//! The served files compressed as well as can be, once, at build time: what changes only with a deployment is not worth
//! compressing at each request, and a front that compresses does it in a hurry.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::assets;

/// The best that either coding has.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

/// The table of compressed files as the source of `assets::PACKED`. The bytes go into `out`.
pub(crate) fn table(static_dir: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let mut table = String::from("&[\n");
    for (name, path, body) in assets::bodies(static_dir)? {
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, BROTLI_QUALITY, BROTLI_WINDOW);
        brotli.write_all(body.as_bytes())?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(body.as_bytes())?;
        fs::write(out.join(format!("{name}.br")), brotli.into_inner())?;
        fs::write(out.join(format!("{name}.gz")), gzip.finish()?)?;
        writeln!(
            table,
            "    Packed {{ path: {path:?}, brotli: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.br\")), gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")) }},"
        )?;
    }
    table.push_str("]\n");
    Ok(table)
}
