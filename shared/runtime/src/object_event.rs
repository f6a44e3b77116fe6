use lambda_runtime::Error;
use serde::Deserialize;

/// An object was written. S3 tells `EventBridge`, and a rule of the template hands it on to the function whose prefix it is. An
/// event may come twice, and two of one key in any order.
///
/// Of what it says only the key counts: which bucket it is, the function knows.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ObjectEvent {
    detail: Detail,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Detail {
    #[serde(alias = "s3ObjectDetails")]
    object: Object,
    #[serde(default, rename = "scanResultDetails")]
    scan: Option<Scan>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Object {
    #[serde(alias = "objectKey")]
    key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Scan {
    #[serde(rename = "scanResultStatus")]
    status: String,
}

impl ObjectEvent {
    /// The object's key, as it is: `EventBridge` encodes nothing in it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.detail.object.key
    }

    /// Whether a virus scanner let it through; nothing where none was asked. `GuardDuty` says so in an event of its own, and other
    /// scanners in the same form. What cannot be scanned is not let through either.
    /// <https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html>
    #[must_use]
    pub fn is_clean(&self) -> Option<bool> {
        self.detail.scan.as_ref().map(|scan| scan.status == "NO_THREATS_FOUND")
    }

    /// What stands between `prefix` and `suffix` in the key.
    ///
    /// # Errors
    /// The key is another. The rule hands on no such event, so nothing is gained by trying again.
    pub fn between(&self, prefix: &str, suffix: &str) -> Result<&str, Error> {
        let name = self.key().strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
        name.filter(|name| !name.is_empty()).ok_or_else(|| "the object is none of this function's".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_read_and_the_rest_is_left() {
        let event = serde_json::json!({
            "version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "account": "000000000000",
            "time": "2026-11-28T12:00:00Z", "region": "us-east-1", "resources": ["arn:aws:s3:::files"],
            "detail": {"version": "0", "bucket": {"name": "files"}, "object": {"key": "uploads/up_1", "size": 5},
                "request-id": "1", "requester": "000000000000", "reason": "PutObject"},
        });
        let event: ObjectEvent = serde_json::from_value(event).unwrap();
        assert_eq!((event.key(), event.is_clean()), ("uploads/up_1", None));
        assert_eq!(event.between("uploads/", "").unwrap(), "up_1");
        assert!(event.between("uploads/", ".json").is_err() && event.between("uploads/up_1", "").is_err());
    }

    #[test]
    fn only_a_scanner_that_found_nothing_lets_a_file_through() {
        let statuses = ["NO_THREATS_FOUND", "THREATS_FOUND", "UNSUPPORTED", "ACCESS_DENIED", "FAILED", ""];
        for (at, status) in statuses.into_iter().enumerate() {
            let event = serde_json::json!({
                "version": "0", "id": "1", "detail-type": "GuardDuty Malware Protection Object Scan Result",
                "source": "aws.guardduty", "account": "000000000000", "time": "2026-11-29T12:00:00Z", "region": "us-east-1",
                "resources": ["arn:aws:guardduty:us-east-1:000000000000:malware-protection-plan/1"],
                "detail": {
                    "schemaVersion": "1.0", "scanStatus": "COMPLETED", "resourceType": "S3_OBJECT",
                    "s3ObjectDetails": {"bucketName": "files", "objectKey": "uploads/up_1", "eTag": "1", "s3Throttled": false},
                    "scanResultDetails": {"scanResultStatus": status, "threats": null},
                },
            });
            let event: ObjectEvent = serde_json::from_value(event).unwrap();
            assert_eq!((event.key(), event.is_clean()), ("uploads/up_1", Some(at == 0)), "{status}");
        }
    }
}
