//! Writes every sample of the customer's pages, mails, texts and of the parts, with their style sheets and scripts, into
//! the folder named by the argument: `cargo run -p parlor-templates --example samples -- target/samples`.
//! For looking at them in a browser; `python3 -m http.server` in that folder serves the scripts too.

use std::path::PathBuf;
use std::{env, fs, io};

use maud::{Render, html};
use parlor_templates::{Accent, Lang, Shell, assets, customer, mail::Mail, parts, text::Text};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/samples".to_owned()));
    fs::create_dir_all(folder.join("static"))?;
    for asset in assets::ALL {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.body)?;
    }
    let write = |name: &str, text: String| {
        fs::write(folder.join(format!("{name}.html")), text.replace("\"/static/", "\"static/"))
    };
    for (name, page) in customer::samples() {
        write(&name, page.into_string())?;
    }
    for (name, mail) in Mail::samples() {
        let letter = mail.render();
        write(name, letter.html)?;
        fs::write(folder.join(format!("{name}.txt")), format!("Subject: {}\n\n{}", letter.subject, letter.text))?;
    }
    let texts: Vec<String> = Text::samples().into_iter().map(|(_, text)| text.render()).collect();
    fs::write(folder.join("texts.txt"), texts.join("\n"))?;
    let body = html! { main.stack { @for (name, part) in parts::samples() { h2 { (name) } (part) } } };
    let page = Shell {
        lang: Lang::En,
        title: "Parts",
        accent: Accent::Default,
        css: &["console.css"],
        js: &[],
        reason: None,
        live: None,
        class: "",
        data: &[],
        body,
    };
    write("parts", page.render().into_string())
}
