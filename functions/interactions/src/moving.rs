//! POST `/v1/sessions/{id}/interactions/{iid}/move`: another place among what there is to do.

use parlor_domain::{InteractionId, SessionId, interaction::WorkCommand};
use parlor_web::{ApiError, ApiRequest, ApiResponse, Code, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{InteractionsState, change};

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MoveInteraction", description = "Where it is to stand.")]
pub(crate) struct Move {
    /// The interaction of the session that it is to stand before. `null`, or without it: behind all others.
    #[serde(default)]
    before: Option<String>,
}

pub(crate) async fn put_before(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    interaction: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let Move { before } = request.input()?;
    let before = before.map(|before| before.parse::<InteractionId>()).transpose();
    let before = before.map_err(|_| {
        Problem::new(Code::UnknownInteraction, "No interaction of this session has the id in `before`.").about("before")
    })?;
    change(state, request, session, interaction, |own| WorkCommand::Move(own, before.clone())).await
}
