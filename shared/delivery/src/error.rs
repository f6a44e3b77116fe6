//! Why a message could not be sent, and whether it is worth trying again.

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};

/// Why an attempt failed. The texts name the service's code and never an address, a token or the message: the agent sees
/// them in the timeline and they stand in logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The service will never take this message: a bad address, a suppressed one, a refused content.
    #[error("the service refused the message ({code})")]
    Refused {
        /// The service's code.
        code: String,
    },
    /// The service will take no message of ours until an operator does something.
    #[error("sending is not set up ({code})")]
    NotSetUp {
        /// The service's code.
        code: String,
    },
    /// Not reached, throttled, paused, failing: another attempt may succeed.
    #[error("the service was not available ({code})")]
    Unavailable {
        /// The service's code, or the kind of connection failure.
        code: String,
    },
    /// The entry's secret does not open: it was sealed with another key, or is gone.
    #[error("the message could not be read")]
    Unreadable,
    /// The code in it is good no longer.
    #[error("the code expired before it could be sent")]
    Expired,
}

impl SendError {
    /// Whether another attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether an operator has to hear of it: anything but what is wrong with one recipient.
    #[must_use]
    pub fn concerns_operators(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Expired => false,
            Self::NotSetUp { .. } | Self::Unavailable { .. } | Self::Unreadable => true,
        }
    }

    /// No answer within the time that an attempt has.
    pub(crate) fn timed_out() -> Self {
        Self::Unavailable { code: "timed out".to_owned() }
    }

    pub(crate) fn from_sdk<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        let unavailable = |code: &str| Self::Unavailable { code: code.to_owned() };
        match error {
            SdkError::ServiceError(service) => Self::from_code(service.err().code().unwrap_or("unknown")),
            SdkError::TimeoutError(_) => Self::timed_out(),
            SdkError::DispatchFailure(_) => unavailable("not reached"),
            // Nothing was sent: an argument of ours does not fit into a request, and will not the next time.
            SdkError::ConstructionFailure(_) => Self::Refused { code: "no request".to_owned() },
            _ => unavailable("no proper answer"),
        }
    }

    /// By the codes of SES v2 `SendEmail` and SNS `Publish`. What is not listed is taken as transient: giving up a
    /// message that could have been sent is worse than trying in vain for half a day.
    fn from_code(code: &str) -> Self {
        let code = code.to_owned();
        match code.as_str() {
            "MessageRejected"
            | "BadRequestException"
            | "InvalidParameter"
            | "InvalidParameterException"
            | "ParameterValueInvalid"
            | "InvalidParameterValueException"
            | "ValidationException"
            | "OptedOutException"
            | "EndpointDisabled" => Self::Refused { code },
            "MailFromDomainNotVerified" | "MailFromDomainNotVerifiedException" | "NotFound" | "NotFoundException" => {
                Self::NotSetUp { code }
            }
            _ => Self::Unavailable { code },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for (code, transient, operators) in [
            ("MessageRejected", false, false),
            ("InvalidParameter", false, false),
            ("MailFromDomainNotVerifiedException", false, true),
            ("TooManyRequestsException", true, true),
            ("SendingPausedException", true, true),
            ("InternalError", true, true),
            ("SomethingNew", true, true),
        ] {
            let error = SendError::from_code(code);
            assert_eq!((error.is_transient(), error.concerns_operators()), (transient, operators), "{code}");
            assert!(error.to_string().contains(code));
        }
    }

    /// Pages say a reason in their reader's language by how it begins.
    #[test]
    fn r23_every_reason_is_of_a_known_kind() {
        use parlor_domain::outbox::FailureKind::{self, Expired, NotSetUp, Refused, Unavailable, Unreadable};
        let code = || "X".to_owned();
        for (error, kind) in [
            (SendError::Refused { code: code() }, (Refused, Some("X"))),
            (SendError::NotSetUp { code: code() }, (NotSetUp, Some("X"))),
            (SendError::Unavailable { code: code() }, (Unavailable, Some("X"))),
            (SendError::Unreadable, (Unreadable, None)),
            (SendError::Expired, (Expired, None)),
        ] {
            assert_eq!(FailureKind::of(&error.to_string()), Some(kind));
        }
        assert_eq!(FailureKind::of("the service gave no answer"), Some((Unavailable, None)));
        assert_eq!(FailureKind::of("mailbox full"), None);
    }
}
