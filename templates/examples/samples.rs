//! Writes every sample of the pages, mails, texts and components, with their style sheets and scripts, into the folder
//! named by the argument: `cargo run -p parlor-templates --example samples -- target/samples`.
//! For looking at them in a browser, and for the browser tests to look at each; `python3 -m http.server` in that folder serves the scripts too.

use std::path::PathBuf;
use std::{env, fs, io};

use maud::{Render, html};
use parlor_templates::{
    Accent, Lang, Shell, admin, assets, components, console, customer, mail::Mail, reference::Reference, text::Text,
};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/samples".to_owned()));
    // A sample that was renamed must not be looked at for ever.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("static"))?;
    for asset in assets::ALL {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.body)?;
    }
    fs::write(folder.join("static/accent.ffd400.css"), Accent::stylesheet("accent.ffd400.css").unwrap_or_default())?;
    for (name, picture) in [
        ("sample-page-1.svg", include_str!("sample-page-1.svg")),
        ("sample-page-2.svg", include_str!("sample-page-2.svg")),
    ] {
        fs::write(folder.join("static").join(name), picture)?;
    }
    let write = |name: &str, text: String| {
        fs::write(folder.join(format!("{name}.html")), text.replace("\"/static/", "\"static/"))
    };
    for (name, page) in customer::samples() {
        write(&name, page.into_string())?;
    }
    for (name, page) in console::samples() {
        write(&format!("console-{name}"), page.into_string())?;
    }
    for (name, page) in admin::samples() {
        write(&name, page.into_string())?;
    }
    for (name, mail) in Mail::samples() {
        let letter = mail.render();
        write(name, letter.html)?;
        fs::write(folder.join(format!("{name}.txt")), format!("Subject: {}\n\n{}", letter.subject, letter.text))?;
    }
    let texts: Vec<String> = Text::samples().into_iter().map(|(_, text)| text.render()).collect();
    fs::write(folder.join("texts.txt"), texts.join("\n"))?;
    let document = serde_json::from_str(include_str!("../../docs/openapi.json"))?;
    write("reference", Reference::sample(&document).into_string())?;
    let body = html! { main.stack { @for (name, component) in components::samples() { h2 { (name) } (component) } } };
    let page = Shell {
        lang: Lang::En,
        title: "Parts",
        accent: Accent::Default,
        css: &["console.css"],
        js: &[],
        reason: None,
        live: None,
        refresh: None,
        class: "",
        data: &[],
        body,
    };
    write("parts", page.render().into_string())
}
