//! `cargo xtask new-function NAME`: a function's package, and its entry wherever functions are listed.
//!
//! The function answers one GET and asks nobody anything: it compiles and runs at once, and is then changed into what it is
//! to be. CONTRIBUTING.md goes on from here.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Failure, cargo, root, succeeds};

// What is written, for a function called `new-function`.
const MANIFEST: &str = r#"[package]
name = "new-function"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[lints]
workspace = true

# Start-up only: there is nothing in it to test, and a test program less to link.
[[bin]]
name = "new-function"
path = "src/main.rs"
test = false

[dependencies]
parlor-runtime.workspace = true
parlor-web.workspace = true
lambda_http.workspace = true
lambda_runtime.workspace = true
tokio.workspace = true
"#;

const MAIN: &str = r#"//! Starts the function: everything is built here, in init, and nothing per request.

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_http::<parlor_web::Router<new_function::NewFunction>>().await
}
"#;

const LIB: &str = r#"//! GET `/new-function`: says that it is there.

use lambda_http::{Body, Response, http::Method};
use parlor_web::{
    AppState, Rows, WebFunction,
    customer::{PageError, Visit},
};

/// Says that it is there.
#[derive(Debug)]
pub struct NewFunction;

impl WebFunction for NewFunction {
    const NAME: &'static str = "new-function";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/new-function", show)
    }
}

async fn show(_: &AppState, _: &Visit) -> Result<Response<Body>, PageError> {
    Ok(Response::new(Body::from("new-function is here\n")))
}
"#;

const SECTION: &str = r#"  NewFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: new-function } }
    Properties:
      CodeUri: ../functions/new-function
      Description: "Says that it is there"
      LoggingConfig: { LogGroup: !Ref NewFunctionLogs }

"#;

const ROUTE: &str = r##"          /new-function:
            get: { x-amazon-apigateway-integration: { $ref: "#/components/x-amazon-apigateway-integrations/NewFunction" } }
"##;

const INTEGRATION: &str = r#"            NewFunction:
              type: aws_proxy
              httpMethod: POST
              payloadFormatVersion: "2.0"
              uri: !Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${NewFunctionAliaslive}/invocations"
"#;

/// Before this the template's routes end.
const AFTER_ROUTES: &str = "          # Whatever no other route takes:";

/// With this the template's functions that answer routes begin, in how they are called.
const FIRST_INTEGRATION: &str = "            CustomerEntry:\n";

/// Before this the template's functions behind the HTTP API end.
const AFTER_PAGES: &str = "  # --- The live connection ---";

const WHAT_IS_LEFT: &str = "\
`cargo run` serves it now, at /new-function. What is left:

  functions/new-function/src/lib.rs       what it does
  infra/template.yaml                     its routes (in `HttpApi`), its description, and what its role may do (`Policies`)
  tests/tests/crashes/operations.rs       its routes, or why they are left out
  tests/tests/budgets.rs, docs/budgets.md what its operations cost
  tests/bench/src/cases.rs                what it is measured with
  infra/xtask/src/platform.rs             the journeys that use it
  docs/ARCHITECTURE.md                    if the walk goes through it

The tests ask for most of it; CONTRIBUTING.md says for which.
";

/// Makes the function in this repository.
pub(crate) fn run(name: &str) -> Result<bool, Failure> {
    for path in make(&root(), name)? {
        println!("{}", path.display());
    }
    // The lock file lists the workspace's own packages, too, and the tests build with it as it is.
    if !succeeds(cargo().args(["update", "--workspace", "--offline", "--quiet"]))? {
        println!("Cargo.lock could not be brought up to date (above); `cargo check` will");
    }
    print!("\n{}", WHAT_IS_LEFT.replace("new-function", name));
    Ok(true)
}

/// Makes it under `root`, and answers with what was made or changed. Nothing is written unless all of it can be.
fn make(root: &Path, name: &str) -> Result<Vec<PathBuf>, Failure> {
    let words: Vec<&str> = name.split('-').collect();
    let word_is_one =
        |word: &&str| word.starts_with(|first: char| first.is_ascii_lowercase()) && word.bytes().all(is_plain);
    if !words.iter().all(word_is_one) {
        return Err(Failure::new(format!(
            "`{name}` is no name for a function: small letters and digits, words-like-this"
        )));
    }
    let folder = root.join("functions").join(name);
    if folder.exists() {
        return Err(Failure::new(format!("{} is there already", folder.display())));
    }
    let kind: String = words.iter().map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let code = name.replace('-', "_");
    let filled =
        |text: &str| text.replace("NewFunction", &kind).replace("new_function", &code).replace("new-function", name);
    let mut files = vec![
        (folder.join("Cargo.toml"), filled(MANIFEST)),
        (folder.join("src/lib.rs"), filled(LIB)),
        (folder.join("src/main.rs"), filled(MAIN)),
    ];
    let mut edit = |path: &str, edits: &[(&str, Place, String)]| {
        let path = root.join(path);
        let mut text =
            fs::read_to_string(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        for (anchor, place, line) in edits {
            text = insert(&text, anchor, *place, line)
                .ok_or_else(|| Failure::new(format!("{} has no `{anchor}`", path.display())))?;
        }
        files.push((path, text));
        Ok::<(), Failure>(())
    };
    edit(
        "Cargo.toml",
        &[("path = \"functions/", Place::AfterLast, format!("{name} = {{ path = \"functions/{name}\" }}\n"))],
    )?;
    edit("infra/local/Cargo.toml", &[("# Our libraries.", Place::Before, format!("{name}.workspace = true\n"))])?;
    edit(
        "infra/local/src/registry.rs",
        &[("web::<", Place::AfterLast, format!("        web::<{code}::{kind}>(),\n"))],
    )?;
    edit(
        "infra/template.yaml",
        &[
            (AFTER_ROUTES, Place::Before, filled(ROUTE)),
            (FIRST_INTEGRATION, Place::Before, filled(INTEGRATION)),
            (AFTER_PAGES, Place::Before, filled(SECTION)),
            // In the lists of those that the gateway calls and of those that have a log, which are YAML's: a line of its own is as
            // good as another.
            ("        CustomerEntry, CustomerPin,", Place::Before, format!("        {kind},\n")),
            ("        AdminConsole,\n", Place::Before, format!("        {kind},\n")),
        ],
    )?;
    for (path, text) in &files {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
        written.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    }
    Ok(files.into_iter().map(|(path, _)| path.strip_prefix(root).map(Path::to_path_buf).unwrap_or(path)).collect())
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[derive(Clone, Copy)]
enum Place {
    /// Before the first line that has the anchor in it.
    Before,
    /// After the last one.
    AfterLast,
}

/// `text` with `line` beside the line that has `anchor` in it.
fn insert(text: &str, anchor: &str, place: Place, line: &str) -> Option<String> {
    let at = match place {
        Place::Before => text[..text.find(anchor)?].rfind('\n')? + 1,
        Place::AfterLast => {
            let found = text.rfind(anchor)?;
            found + text[found..].find('\n')? + 1
        }
    };
    Some([&text[..at], line, &text[at..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that list functions, as they are, in a folder of the test's own.
    fn repository(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("parlor-new-function-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for file in ["Cargo.toml", "infra/local/Cargo.toml", "infra/local/src/registry.rs", "infra/template.yaml"] {
            let copy = folder.join(file);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(root().join(file), copy).unwrap();
        }
        folder
    }

    #[test]
    fn a_function_is_made_and_listed_everywhere() {
        let folder = repository("made");
        assert_eq!(make(&folder, "session-note2").unwrap().len(), 7);
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
        for (file, line) in [
            ("functions/session-note2/src/main.rs", "run_http::<parlor_web::Router<session_note2::SessionNote2>>()"),
            ("functions/session-note2/src/lib.rs", "const NAME: &'static str = \"session-note2\";"),
            ("Cargo.toml", "\nsession-note2 = { path = \"functions/session-note2\" }\n\n"),
            ("infra/local/Cargo.toml", "\nsession-note2.workspace = true\n# Our libraries.\n"),
            ("infra/local/src/registry.rs", "        web::<session_note2::SessionNote2>(),\n        event::<"),
            ("infra/template.yaml", "          /session-note2:\n            get: { x-amazon-apigateway-integration:"),
            (
                "infra/template.yaml",
                "x-amazon-apigateway-integrations/SessionNote2\" } }\n          # Whatever no other route",
            ),
            ("infra/template.yaml", "functions/${SessionNote2Aliaslive}/invocations\"\n            CustomerEntry:\n"),
            ("infra/template.yaml", "\n        SessionNote2,\n        CustomerEntry,"),
            ("infra/template.yaml", "\n        SessionNote2,\n        AdminConsole,\n"),
            ("infra/template.yaml", "LogGroup: !Ref SessionNote2Logs }\n\n  # --- The live connection ---"),
        ] {
            assert!(read(file).contains(line), "{file} has no {line}");
        }
        // What is written has nothing of its pattern left in it.
        for file in ["Cargo.toml", "src/lib.rs", "src/main.rs"] {
            let text = read(&format!("functions/session-note2/{file}"));
            assert!(!["new-function", "new_function", "NewFunction"].iter().any(|word| text.contains(word)), "{file}");
        }
        assert!(make(&folder, "session-note2").is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_name_or_has_no_place_changes_nothing() {
        let folder = repository("refused");
        for name in ["", "Note", "session--note", "session_note", "2nd", "../note"] {
            assert!(make(&folder, name).is_err(), "{name}");
        }
        fs::write(folder.join("infra/local/src/registry.rs"), "").unwrap();
        assert!(make(&folder, "session-note").is_err());
        assert!(!folder.join("functions").exists());
        assert!(!fs::read_to_string(folder.join("Cargo.toml")).unwrap().contains("session-note"));
        fs::remove_dir_all(folder).unwrap();
    }
}
