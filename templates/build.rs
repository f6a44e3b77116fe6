//! Puts what stands beside the code into it: style sheets and scripts from `static/`, words from `i18n/`, and what
//! integrators read of `docs/`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/assets.rs"]
mod assets;
#[path = "build/catalogue.rs"]
mod catalogue;
#[path = "build/guide.rs"]
mod guide;
#[path = "build/packed.rs"]
mod packed;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("assets.rs"), assets::table(&here.join("static"))?)?;
    fs::write(out.join("paths.rs"), assets::paths(&here.join("static"))?)?;
    fs::write(out.join("packed.rs"), packed::table(&here.join("static"), &out)?)?;
    fs::write(out.join("webhooks.html"), guide::html(&here.join("../docs/webhooks.md"))?)?;
    match words(&here.join("i18n"))? {
        Ok(source) => fs::write(out.join("words.rs"), source)?,
        // Each in a line of its own, so that a translator sees all of them at once.
        Err(mistakes) => {
            for mistake in mistakes {
                println!("cargo::error={mistake}");
            }
        }
    }
    Ok(())
}

/// The accessors of the catalogue, or what is wrong with its files.
fn words(folder: &Path) -> Result<Result<String, Vec<String>>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for language in catalogue::LANGUAGES {
        let folder = folder.join(language.code);
        println!("cargo::rerun-if-changed={}", folder.display());
        let failed = |error| format!("{}: {error}", folder.display());
        let mut sections: Vec<PathBuf> = fs::read_dir(&folder)
            .map_err(failed)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        sections.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        sections.sort();
        let mut file = String::new();
        for path in sections {
            println!("cargo::rerun-if-changed={}", path.display());
            file.push_str(&fs::read_to_string(&path)?);
        }
        files.push(file);
    }
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    Ok(catalogue::Catalogue::read(&texts).map(|catalogue| catalogue.source()))
}
