//! Makes the table of served files; see `build/assets.rs`.

use std::path::Path;
use std::{env, fs};

#[path = "build/assets.rs"]
mod assets;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = assets::table(&Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("static"))?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("assets.rs"), table)?;
    Ok(())
}
