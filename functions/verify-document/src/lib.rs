//! Whether a file is a document that was signed here (R21): GET `/verify` asks for the file, whose fingerprint the browser takes, and POST
//! answers. The file itself stays where it is.

use lambda_http::{
    Body, Response,
    http::{Method, StatusCode},
};
use parlor_domain::Settings;
use parlor_store::ReadBatch;
use parlor_templates::customer::{Verified, VerifyPage};
use parlor_web::{
    AppState, Rows, WebFunction,
    customer::{PageError, Visit, brand},
    html,
};

/// Where the page is.
const PATH: &str = "/verify";

/// Says whether a file was signed here.
#[derive(Debug)]
pub struct VerifyDocument;

impl WebFunction for VerifyDocument {
    const NAME: &'static str = "verify-document";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, PATH, ask).page(Method::POST, PATH, answer)
    }
}

/// The page that asks for the file: one `BatchGetItem`, for the company's name.
async fn ask(app: &AppState, visit: &Visit) -> Result<Response<Body>, PageError> {
    let found = app.store.read(ReadBatch::new().system()).await?;
    Ok(page(visit, &found.system()?.0, "", String::new(), None))
}

/// What is known of the file: one `BatchGetItem`, and a second one for the company that it was signed with.
async fn answer(app: &AppState, visit: &Visit) -> Result<Response<Body>, PageError> {
    let typed = visit.field("sha256");
    let Some(sha256) = fingerprint(typed) else {
        let found = app.store.read(ReadBatch::new().system()).await?;
        return Ok(page(visit, &found.system()?.0, "", typed.to_owned(), Some(Verified::NoFingerprint)));
    };
    let found = app.store.read(ReadBatch::new().system().signed(&sha256)).await?;
    let Some(signed) = found.signed(&sha256)? else {
        return Ok(page(visit, &found.system()?.0, "", sha256, Some(Verified::Unknown)));
    };
    let team = signed.session.team();
    let of_team = app.store.read(ReadBatch::new().team(&team)).await?;
    let (settings, team) = of_team.settings(&team)?;
    let verified = Verified::Here { title: signed.title, at: signed.completed_at };
    Ok(page(visit, &settings, &team, sha256, Some(verified)))
}

fn page(
    visit: &Visit,
    settings: &Settings,
    team: &str,
    fingerprint: String,
    verified: Option<Verified>,
) -> Response<Body> {
    let mut brand = brand(settings, team);
    if brand.company.is_empty() {
        "Parlor".clone_into(&mut brand.company);
    }
    let page = VerifyPage { lang: visit.lang, brand, path: PATH.to_owned(), fingerprint, verified };
    html(StatusCode::OK, page.render(), None)
}

/// A SHA-256 as programs print it: 64 hexadecimal digits, in either case, perhaps with blanks or colons between them.
fn fingerprint(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    let is_one = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| digits.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_a_fingerprint_is_taken_as_programs_print_it() {
        let plain = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let apart: Vec<String> =
            plain.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect();
        for typed in [plain.to_owned(), format!(" {plain}\n"), apart.join(":"), apart.join(" ")] {
            assert_eq!(fingerprint(&typed).as_deref(), Some(plain), "{typed}");
        }
        for typed in ["", "9f86", &plain[1..], &plain.replace('9', "g"), &format!("{plain}00")] {
            assert_eq!(fingerprint(typed), None, "{typed}");
        }
    }
}
