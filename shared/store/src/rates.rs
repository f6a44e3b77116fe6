//! How many requests callers made in a minute, all processes together. In the table of what may be lost.

use aws_sdk_dynamodb::types::ReturnValue;
use parlor_domain::rate::Tell;

use crate::{
    Store, StoreError, document,
    keys::{Key, number},
};

/// Seconds that a minute's count is kept after the minute is over. Nobody asks for it then.
const KEPT: i64 = 60;

impl Store {
    /// Adds to the count of a caller in a minute; answers everybody's. One `UpdateItem`. Repeated after an answer that was lost,
    /// by the client itself too, it counts twice.
    pub async fn count_requests(&self, tell: &Tell) -> Result<u64, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.connections)
            .set_key(Some(Key::rate(tell).to_item()))
            .update_expression("ADD #count :count SET #expires = :expires")
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_values(":count", number(tell.count))
            .expression_attribute_values(":expires", number(tell.window.end() + KEPT))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        let answer = answer.map_err(|error| StoreError::from_sdk("UpdateItem rate", &error))?;
        let total = answer.attributes().map(|item| document::read_value("rate", item, "count")).transpose()?.flatten();
        total.ok_or_else(|| StoreError::Item { kind: "rate", reason: "no count".into() })
    }
}
