//! The two services that messages go by.

use std::time::Duration;

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use aws_sdk_sns::types::MessageAttributeValue;
use data_encoding::BASE64;
use parlor_templates::mail::Letter;

use crate::SendError;

/// How long one attempt may take, the SDK's own retries included. An attempt must be over before the next one is due:
/// this is what keeps two of them from overlapping.
pub const SEND_LIMIT: Duration = Duration::from_secs(20);

/// SES for mail, SNS for texts.
#[derive(Debug, Clone)]
pub(crate) struct Senders {
    pub(crate) ses: aws_sdk_sesv2::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) mail_from: String,
    pub(crate) mail_events: Option<String>,
    pub(crate) sms_sender: Option<String>,
}

impl Senders {
    /// Sends a mail in the name of `sender`, whose answers go to `reply_to`, a name and an address. One SES `SendEmail`.
    ///
    /// `Auto-Submitted` (RFC 3834) keeps answering machines quiet. There is no `List-Unsubscribe` (RFC 2369): these mails are single
    /// ones that somebody asked for or waits for, not a list's.
    pub(crate) async fn mail(
        &self,
        to: &str,
        sender: &str,
        reply_to: Option<(&str, &str)>,
        letter: Letter,
    ) -> Result<(), SendError> {
        let content = |text: String| {
            let content = Content::builder().data(text).charset("UTF-8").build();
            content.map_err(|_| SendError::Refused { code: "no request".to_owned() })
        };
        let body = Body::builder().html(content(letter.html)?).text(content(letter.text)?).build();
        let automatic = MessageHeader::builder().name("Auto-Submitted").value("auto-generated").build();
        let automatic = automatic.map_err(|_| SendError::Refused { code: "no request".to_owned() })?;
        let message = Message::builder().subject(content(letter.subject)?).body(body).headers(automatic).build();
        let request = self
            .ses
            .send_email()
            .from_email_address(mailbox(sender, &self.mail_from))
            .set_reply_to_addresses(reply_to.map(|(name, address)| vec![mailbox(name, address)]))
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .set_configuration_set_name(self.mail_events.clone())
            .send();
        match tokio::time::timeout(SEND_LIMIT, request).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(SendError::from_sdk(&error)),
            Err(_) => Err(SendError::timed_out()),
        }
    }

    /// Sends a text message. One SNS `Publish`.
    pub(crate) async fn text(&self, to: &str, text: String) -> Result<(), SendError> {
        let mut request = self
            .sns
            .publish()
            .phone_number(to)
            .message(text)
            .message_attributes("AWS.SNS.SMS.SMSType", attribute("Transactional")?);
        if let Some(sender) = &self.sms_sender {
            request = request.message_attributes("AWS.SNS.SMS.SenderID", attribute(sender)?);
        }
        match tokio::time::timeout(SEND_LIMIT, request.send()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(SendError::from_sdk(&error)),
            Err(_) => Err(SendError::timed_out()),
        }
    }
}

fn attribute(text: &str) -> Result<MessageAttributeValue, SendError> {
    let value = MessageAttributeValue::builder().data_type("String").string_value(text).build();
    value.map_err(|_| SendError::Refused { code: "no request".to_owned() })
}

/// `address` with a display name as RFC 5322 writes it, and as RFC 2047 does where the name is not ASCII.
fn mailbox(name: &str, address: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    match name.trim() {
        "" => address.to_owned(),
        ascii if ascii.is_ascii() => {
            let quoted: String =
                ascii.chars().flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c])).collect();
            format!("\"{quoted}\" <{address}>")
        }
        name => format!("{} <{address}>", encoded_words(name)),
    }
}

/// Encoded words of at most 75 characters, none of which splits a character.
fn encoded_words(name: &str) -> String {
    const BYTES: usize = 45;
    let mut chunks = vec![String::new()];
    for c in name.chars() {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + c.len_utf8() <= BYTES => chunk.push(c),
            _ => chunks.push(c.to_string()),
        }
    }
    let words: Vec<String> =
        chunks.iter().map(|chunk| format!("=?UTF-8?B?{}?=", BASE64.encode(chunk.as_bytes()))).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_becomes_a_display_name() {
        for (name, written) in [
            ("", "a@example.com"),
            ("Acme Bank", "\"Acme Bank\" <a@example.com>"),
            ("A \"B\" \\ C, D", "\"A \\\"B\\\" \\\\ C, D\" <a@example.com>"),
            ("Acme\r\nBcc: x@example.com", "\"AcmeBcc: x@example.com\" <a@example.com>"),
            ("Łódź", "=?UTF-8?B?xYHDs2TFug==?= <a@example.com>"),
        ] {
            assert_eq!(mailbox(name, "a@example.com"), written);
        }
    }

    #[test]
    fn long_names_are_split_between_characters() {
        let words = encoded_words(&"ш".repeat(60));
        for word in words.split(' ') {
            assert!(word.len() <= 75, "{word}");
            let inner = word.strip_prefix("=?UTF-8?B?").and_then(|word| word.strip_suffix("?=")).unwrap();
            assert!(String::from_utf8(BASE64.decode(inner.as_bytes()).unwrap()).is_ok());
        }
    }
}
