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
        http::<session_content::SessionContent>(),
        http::<admin::Admin>(),
        http::<static_files::StaticFiles>(),
        event::<live_connect::LiveConnect>(),
        event::<live_message::LiveMessage>(),
        event::<live_disconnect::LiveDisconnect>(),
        event::<deliver::Deliver>(),
        event::<sweep_inactivity::SweepInactivity>(),
        event::<sweep_access::SweepAccess>(),
        event::<retry_deliveries::RetryDeliveries>(),
    ]
}
