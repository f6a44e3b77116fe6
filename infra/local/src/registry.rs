//! Every function there is, one line each. A function that is not here answers 500, as if it had not been uploaded.

use crate::invoke::{Entry, event, http};

/// All of them, in the template's order.
pub(crate) fn entries() -> Vec<Entry> {
    vec![
        http::<agent_auth::AgentAuth>(),
        http::<agent_console::AgentConsole>(),
        http::<customer_entry::CustomerEntry>(),
        http::<customer_pin::CustomerPin>(),
        http::<customer_room::CustomerRoom>(),
        http::<session_start::SessionStart>(),
        http::<session_read::SessionRead>(),
        http::<session_invite::SessionInvite>(),
        http::<session_end::SessionEnd>(),
        http::<session_renew::SessionRenew>(),
        http::<session_customer::SessionCustomer>(),
        http::<session_messages::SessionMessages>(),
        http::<settings::SettingsApi>(),
        http::<webhooks::WebhookApi>(),
        http::<static_files::StaticFiles>(),
        event::<live_connect::LiveConnect>(),
        event::<live_message::LiveMessage>(),
        event::<live_disconnect::LiveDisconnect>(),
        event::<deliver::Deliver>(),
        event::<deliver_webhooks::DeliverWebhooks>(),
        event::<sweep_inactivity::SweepInactivity>(),
        event::<sweep_access::SweepAccess>(),
        event::<retry_deliveries::RetryDeliveries>(),
        event::<retry_webhooks::RetryWebhooks>(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::template::Template;

    #[test]
    fn what_is_deployed_is_what_runs_here() {
        let template = Template::embedded().unwrap();
        let deployed: BTreeSet<&str> = template.functions.keys().map(String::as_str).collect();
        let here: BTreeSet<&str> = entries().iter().map(|entry| entry.name).collect();
        assert_eq!(deployed, here);
    }
}
