//! Writes every sample page of the console, with its style sheets and scripts, into the folder named by the argument:
//! `cargo run -p parlor-templates --example console_samples -- target/samples`. For looking at them in a browser.

use std::path::PathBuf;
use std::{env, fs, io};

use parlor_templates::{assets, console};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/samples".to_owned()));
    fs::create_dir_all(folder.join("static"))?;
    for asset in assets::ALL {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.body)?;
    }
    for (name, page) in console::samples() {
        // Opened as files, the pages find their assets beside them; CORS keeps modules from files, so scripts are plain.
        let text = page.into_string().replace("\"/static/", "\"static/").replace("type=\"module\" src", "defer src");
        fs::write(folder.join(format!("{name}.html")), text)?;
    }
    Ok(())
}
