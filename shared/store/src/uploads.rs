//! Files that somebody announced (R21): each an item beside its session, which goes with the session's content (R25), and the file
//! with it.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{SessionId, Upload, UploadId, upload::CUSTOMERS_FILES};

use crate::{
    Keep, ReadBatch, ReadResult, Store, StoreError,
    commit::{doc_item, incomplete},
    keys::{Key, number},
};

impl ReadBatch {
    /// A file that was announced for a session: one item.
    #[must_use]
    pub fn upload(self, session: &SessionId, id: &UploadId) -> Self {
        self.with(Key::upload(session, id))
    }
}

impl ReadResult {
    /// A file that was announced for a session; `None` if there is none of that id. Ask [`Upload::is_usable`]: what has expired
    /// may still be there.
    pub fn upload(&self, session: &SessionId, id: &UploadId) -> Result<Option<Upload>, StoreError> {
        self.get("upload", &Key::upload(session, id), "doc")
    }
}

impl Store {
    /// Notes a file that the session's customer is about to send from the device that was bound at `bound_at`, and counts it. One
    /// `TransactWriteItems`; [`StoreError::Condition`] when that device announced [`CUSTOMERS_FILES`] on this day already.
    pub async fn announce_customers_upload(
        &self,
        session: &SessionId,
        bound_at: Timestamp,
        upload: &Upload,
    ) -> Result<(), StoreError> {
        let item = doc_item("upload", &Key::upload(session, &upload.id), upload)?;
        let count = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::customers_uploads(session, bound_at, upload.at).to_item()))
            .update_expression("ADD #count :one SET #expires = :expires")
            .condition_expression("attribute_not_exists(#count) OR #count < :most")
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(CUSTOMERS_FILES))
            .expression_attribute_values(":expires", number(upload.usable_until().as_second()))
            .build()
            .map_err(|error| incomplete(&error))?;
        self.transact(vec![self.put_new(item)?, TransactWriteItem::builder().update(count).build()]).await
    }

    /// Notes a file that is about to come, and keeps the answer. One `TransactWriteItems`; [`StoreError::Condition`] when the
    /// answer is kept already.
    pub async fn announce_upload(
        &self,
        session: &SessionId,
        upload: &Upload,
        keep: Option<&Keep>,
    ) -> Result<(), StoreError> {
        let item = doc_item("upload", &Key::upload(session, &upload.id), upload)?;
        let mut writes = vec![self.put_new(item)?];
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }
}
