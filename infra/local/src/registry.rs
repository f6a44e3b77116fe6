//! Every function there is, one line each. A function that is not here answers 500, as if it had not been uploaded.

use parlor_web::described_rows::DescribedRow;

use crate::invoke::{Entry, event, web};

/// Every row of every function behind the HTTP API, with the function's name.
#[must_use]
pub fn rows() -> Vec<(&'static str, DescribedRow)> {
    let of = |entry: Entry| (entry.rows)().into_iter().map(move |row| (entry.name, row));
    entries().into_iter().flat_map(of).collect()
}

/// All of them, in the template's order.
pub(crate) fn entries() -> Vec<Entry> {
    vec![
        web::<agent_auth::AgentAuth>(),
        web::<agent_console::AgentConsole>(),
        web::<customer_entry::CustomerEntry>(),
        web::<customer_pin::CustomerPin>(),
        web::<customer_room::CustomerRoom>(),
        web::<customer_work::CustomerWork>(),
        web::<session_start::SessionStart>(),
        web::<session_read::SessionRead>(),
        web::<session_invite::SessionInvite>(),
        web::<session_end::SessionEnd>(),
        web::<session_renew::SessionRenew>(),
        web::<session_customer::SessionCustomer>(),
        web::<session_messages::SessionMessages>(),
        web::<settings::SettingsApi>(),
        web::<webhooks::WebhookApi>(),
        web::<people::PeopleApi>(),
        web::<static_files::StaticFiles>(),
        web::<admin_console::AdminConsole>(),
        web::<first_steps::FirstSteps>(),
        web::<interactions::Interactions>(),
        web::<keys::Keys>(),
        web::<library::Library>(),
        web::<files::Files>(),
        web::<customer_files::CustomerFiles>(),
        web::<verify_document::VerifyDocument>(),
        web::<logo_file::LogoFile>(),
        event::<document_read::DocumentRead>(),
        event::<document_finish::DocumentFinish>(),
        event::<document_sign::DocumentSign>(),
        event::<document_join::DocumentJoin>(),
        event::<pack_files::PackFiles>(),
        event::<document_file::DocumentFile>(),
        event::<live_connect::LiveConnect>(),
        event::<live_message::LiveMessage>(),
        event::<live_disconnect::LiveDisconnect>(),
        event::<deliver::Deliver>(),
        event::<deliver_webhooks::DeliverWebhooks>(),
        event::<sweep_inactivity::SweepInactivity>(),
        event::<sweep_access::SweepAccess>(),
        event::<apply_retention::ApplyRetention>(),
        event::<send_reminders::SendReminders>(),
        event::<retry_deliveries::RetryDeliveries>(),
        event::<retry_webhooks::RetryWebhooks>(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use parlor_web::documentation::placeholders;

    use super::*;
    use crate::template::{DEFAULT_ROUTE, Template};

    #[test]
    fn what_is_deployed_is_what_runs_here() {
        let template = Template::embedded().unwrap();
        let deployed: BTreeSet<&str> = template.functions.keys().map(String::as_str).collect();
        let here: BTreeSet<&str> = entries().iter().map(|entry| entry.name).collect();
        assert_eq!(deployed, here);
    }

    #[test]
    fn each_row_is_an_event_of_its_function_and_each_event_a_row() {
        let template = Template::embedded().unwrap();
        let name = |method: &str, path: &str, function: &str| format!("{function}: {method} {path}");
        let rows: BTreeSet<String> =
            rows().iter().map(|(function, row)| name(row.method.as_str(), row.path, function)).collect();
        // A HEAD is answered by the row of the GET; which pages are asked for that way the journeys know.
        let (heads, events): (Vec<_>, Vec<_>) = template.routes.iter().partition(|route| route.method == "HEAD");
        let events = events
            .iter()
            .filter(|route| route.path != DEFAULT_ROUTE)
            .map(|route| name(&route.method, &route.path, &route.function));
        assert_eq!(rows, events.collect());
        for head in heads {
            assert!(rows.contains(&name("GET", &head.path, &head.function)), "{head:?}");
        }
    }

    #[test]
    fn a_handler_takes_each_part_of_its_path_and_no_two_rows_are_one() {
        let mut seen = BTreeSet::new();
        for (function, row) in rows() {
            assert_eq!(row.takes, placeholders(row.path).count(), "{function}: {} {}", row.method, row.path);
            assert!(seen.insert((row.method.to_string(), row.path)), "{function}: {} {}", row.method, row.path);
        }
    }
}
