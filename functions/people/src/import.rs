//! GET and POST `/admin/people/import`: people from rows of comma-separated values. Every row is looked at and shown; those in
//! order are invited once the admin says so, each in a write of its own, as a single invitation is.

use std::collections::BTreeSet;

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{EmailAddress, Role, TeamId, names::valid_name, people::MAX_TEAMS};
use parlor_store::{ListedTeam, ReadResult, StoreError, fold};
use parlor_templates::admin::{IMPORT_ROWS, ImportFault, ImportPage, ImportRow, RowFault, RowState, Section};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, AppState, Payload, api_request::lang, html, staff_page,
};

use crate::{input::Invitee, invite};

/// Most rows at once: their addresses are asked for in one request.
const MOST: usize = IMPORT_ROWS;

/// A row, and what is in it once it is in order.
struct Row {
    shown: ImportRow,
    invitee: Option<Invitee>,
}

/// GET. One `BatchGetItem`.
pub(crate) async fn page(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let found = app.store.read(AdminContext::keys(&cookie)).await?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    Ok(shown(app, &context, String::new(), vec![], None))
}

fn shown(
    app: &AppState,
    context: &AdminContext,
    text: String,
    rows: Vec<Row>,
    fault: Option<ImportFault>,
) -> Response<Body> {
    let rows = rows.into_iter().map(|row| row.shown).collect();
    let view = ImportPage { frame: context.frame(app, Section::People), text, rows, fault };
    html(StatusCode::OK, view.render(), None)
}

/// POST: looks at every row, and with `confirm` invites those in order. One `BatchGetItem` for whoever asks and the addresses and
/// one `Query` of the teams, side by side; then one `TransactWriteItems` for each who is invited.
pub(crate) async fn submit(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let request = ApiRequest::read(page, app)?;
    let Payload::Form(fields) = &request.payload else { return Err(ApiError::MediaType.into()) };
    let text = fields.get("rows").cloned().unwrap_or_default();
    let read = records(&text);
    let emails = read.iter().flatten().filter_map(|record| record.email.parse::<EmailAddress>().ok());
    let batch = emails.fold(AdminContext::keys(&cookie), |batch, email| batch.credentials(&email));
    let (found, teams) = tokio::try_join!(app.store.read(batch), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    context.check_csrf(&request, app)?;
    let records = match read {
        Ok(records) => records,
        Err(fault) => return Ok(shown(app, &context, text, vec![], Some(fault))),
    };
    let mut rows = judge(records, &teams, &context.found)?;
    if fields.contains_key("confirm") {
        invite_all(app, &request, &context, &mut rows).await?;
    }
    Ok(shown(app, &context, text, rows, None))
}

async fn invite_all(
    app: &AppState,
    request: &ApiRequest,
    context: &AdminContext,
    rows: &mut [Row],
) -> Result<(), ApiError> {
    for row in rows {
        let Some(invitee) = row.invitee.take() else { continue };
        row.shown.state = match invite::write(app, request, &context.caller, &invitee).await {
            Ok(()) => RowState::Invited,
            Err(ApiError::Store(StoreError::Condition(_))) => RowState::Fault(RowFault::Taken),
            Err(error) => return Err(error),
        };
    }
    Ok(())
}

/// A row as it was written.
#[derive(Debug, Default)]
struct Record {
    number: u64,
    name: String,
    email: String,
    role: String,
    teams: String,
    settings_of: String,
    broken: bool,
}

/// The rows behind the one that names the columns.
fn records(text: &str) -> Result<Vec<Record>, ImportFault> {
    let text = text.trim_start_matches('\u{feff}');
    // Some programs for tables say first what parts the columns. It is a row of the file all the same.
    let (skipped, text) = match text.split_once('\n') {
        Some((first, rest)) if first.trim_end().trim_matches('"').starts_with("sep=") => (1, rest),
        _ => (0, text),
    };
    // Programs for tables write a semicolon where a comma is the decimal mark.
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().find(|mark| first.contains(char::from(*mark))).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| ImportFault::Columns)?.clone();
    let column = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
    let (Some(name), Some(email), Some(teams)) = (column("name"), column("email"), column("teams")) else {
        return Err(ImportFault::Columns);
    };
    let (role, settings_of) = (column("role"), column("settings_of"));
    let mut records = vec![];
    let mut rows = reader.into_records();
    loop {
        let number = skipped + line(text, rows.reader().position().byte());
        let Some(record) = rows.next() else { break };
        // Rows in which nothing stands are what is left of a larger table.
        if record.as_ref().is_ok_and(|record| record.iter().all(str::is_empty)) {
            continue;
        }
        if records.len() >= MOST {
            return Err(ImportFault::TooMany(MOST as u64));
        }
        records.push(match record {
            Err(_) => Record { number, broken: true, ..Record::default() },
            Ok(record) => {
                let field = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default().to_owned();
                Record {
                    number,
                    name: field(Some(name)),
                    email: field(Some(email)),
                    role: field(role),
                    teams: field(Some(teams)),
                    settings_of: field(settings_of),
                    broken: false,
                }
            }
        });
    }
    Ok(records)
}

/// The line on which the row begins that is read next, from 1: empty ones before it are passed over.
fn line(text: &str, read: u64) -> u64 {
    let read = usize::try_from(read).unwrap_or(usize::MAX);
    let begins = text.bytes().skip(read).take_while(|byte| matches!(byte, b'\r' | b'\n')).count() + read;
    text.bytes().take(begins).filter(|byte| *byte == b'\n').count() as u64 + 1
}

fn judge(records: Vec<Record>, teams: &[ListedTeam], found: &ReadResult) -> Result<Vec<Row>, StoreError> {
    let mut seen = BTreeSet::new();
    records.into_iter().map(|record| judged(record, teams, found, &mut seen)).collect()
}

fn judged(
    record: Record,
    teams: &[ListedTeam],
    found: &ReadResult,
    seen: &mut BTreeSet<String>,
) -> Result<Row, StoreError> {
    let email = record.email.parse::<EmailAddress>();
    let role = match record.role.to_ascii_lowercase().as_str() {
        "" | "agent" => Some(Role::Agent),
        "supervisor" => Some(Role::Supervisor),
        "admin" => Some(Role::Admin),
        _ => None,
    };
    let (own, others) = (named(&record.teams, teams), named(&record.settings_of, teams));
    let taken = match &email {
        Ok(email) => found.credentials(email)?.is_some(),
        Err(_) => false,
    };
    let twice = email.as_ref().is_ok_and(|email| !seen.insert(email.as_str().to_owned()));
    let state = match (valid_name(&record.name), &email, role, &own, &others) {
        _ if record.broken => Err(RowFault::Broken),
        _ if [&record.name, &record.email, &record.teams].iter().any(|text| text.contains('\u{fffd}')) => {
            Err(RowFault::Letters)
        }
        (Err(_), ..) => Err(RowFault::Name),
        // What a table makes of it when it is opened there again is not what anybody is called.
        (Ok(name), ..) if name.starts_with(['=', '+', '-', '@', '#']) => Err(RowFault::Formula),
        (_, Err(_), ..) => Err(RowFault::Email),
        (_, _, None, ..) => Err(RowFault::Role),
        (Ok(name), Ok(email), Some(role), Some(own), Some(others))
            if !own.is_empty() && own.len() + others.len() <= MAX_TEAMS =>
        {
            if twice {
                Err(RowFault::Twice)
            } else if taken {
                Err(RowFault::Taken)
            } else {
                Ok(Invitee {
                    name: name.to_owned(),
                    email: email.clone(),
                    role,
                    teams: own.clone(),
                    settings_of: others.clone(),
                })
            }
        }
        (.., Some(own), _) if own.is_empty() => Err(RowFault::NoTeam),
        _ => Err(RowFault::Team),
    };
    let shown = ImportRow {
        number: record.number,
        name: record.name,
        email: record.email,
        role: role.ok_or(record.role),
        teams: record.teams,
        state: state.as_ref().map_or_else(|fault| RowState::Fault(*fault), |_| RowState::Good),
    };
    Ok(Row { shown, invitee: state.ok() })
}

/// The teams of a field, by id or name, each once; nothing if one of them is not there.
fn named(field: &str, teams: &[ListedTeam]) -> Option<Vec<TeamId>> {
    let mut ids = vec![];
    for part in field.split([';', '|']).map(str::trim).filter(|part| !part.is_empty()) {
        let folded = fold(part);
        let team = teams.iter().find(|team| team.id.as_str() == part || fold(&team.name) == folded)?;
        if !ids.contains(&team.id) {
            ids.push(team.id.clone());
        }
    }
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(text: &str) -> Vec<RowState> {
        let teams = [("1end1n", "Lending"), ("c1a1ms", "Schäden")]
            .map(|(id, name)| ListedTeam { id: id.parse().unwrap(), name: name.into() });
        let rows = judge(records(text).unwrap(), &teams, &ReadResult::default()).unwrap();
        rows.iter().map(|row| row.shown.state).collect()
    }

    #[test]
    fn every_row_is_judged_by_itself() {
        use RowFault::{Email, Formula, Letters, Name, NoTeam, Role, Team, Twice};

        let text = "\u{feff}name,email,role,teams,settings_of\n\
            Tom Reed,tom@example.com,agent,Lending,\n\
            \"Roy, Lea\",lea@example.com,Admin,schaden; 1end1n,\n\
            ,nobody@example.com,agent,Lending,\n\
            Eve,no address,agent,Lending,\n\
            Eve,eve@example.com,owner,Lending,\n\
            Eve,eve@example.com,agent,Elsewhere,\n\
            Eve,eve@example.com,agent,,\n\
            Tom Reed,TOM@example.com,agent,Lending,\n\
            =1+1,eve@example.com,agent,Lending,\n\
            #REF!,eve@example.com,agent,Lending,\n\
            M\u{fffd}ller,mueller@example.com,agent,Lending,\n";
        let faults = [Name, Email, Role, Team, NoTeam, Twice, Formula, Formula, Letters].map(RowState::Fault);
        assert_eq!(states(text), [[RowState::Good; 2].as_slice(), &faults].concat());
    }

    #[test]
    fn semicolons_part_columns_where_the_first_row_says_so() {
        assert_eq!(states("Name;Email;Teams\nTom;tom@example.com;Lending|Schäden\n"), [RowState::Good]);
    }

    #[test]
    fn rows_are_numbered_as_the_table_shows_them() {
        let text =
            "sep=;\r\nname;email;teams\r\nTom;tom@example.com;Lending\r\n;;\r\n\r\nEve;eve@example.com;Lending\r\n";
        let numbers: Vec<_> = records(text).unwrap().iter().map(|record| record.number).collect();
        assert_eq!(numbers, [3, 6]);
        let text = "name,email,teams\n\"Tom\nReed\",tom@example.com,Lending\n";
        assert_eq!(states(text), [RowState::Fault(RowFault::Name)], "a name is one line");
    }

    #[test]
    fn what_names_no_columns_or_is_too_long_is_not_read() {
        assert_eq!(records("Tom Reed,tom@example.com\n").unwrap_err(), ImportFault::Columns);
        assert_eq!(records("").unwrap_err(), ImportFault::Columns);
        let long = format!("name,email,teams\n{}", "Tom,tom@example.com,Lending\n".repeat(MOST + 1));
        assert_eq!(records(&long).unwrap_err(), ImportFault::TooMany(MOST as u64));
    }
}
