//! A customer's address, number and language as programs and people write them: read alike by every operation that takes
//! them, and refused with the field at fault (R13).

use parlor_domain::{Country, EmailAddress, Language, PhoneNumber};

use crate::{ApiError, Code, Problem, problem::capitalised};

/// An e-mail address; 422 `invalid-email` about `field` if it is none.
pub fn email(text: &str, field: &str) -> Result<EmailAddress, ApiError> {
    text.parse().map_err(|error| refused(Code::InvalidEmail, error, field))
}

/// A phone number, in international form or in the national one of `country`; 422 `invalid-phone` about `field` if it is
/// none.
pub fn phone(text: &str, country: Option<&Country>, field: &str) -> Result<PhoneNumber, ApiError> {
    PhoneNumber::read(text, country).map_err(|error| refused(Code::InvalidPhone, error, field))
}

/// A language tag (BCP 47); 422 `invalid-language` about `field` if it is none.
pub fn language(text: &str, field: &str) -> Result<Language, ApiError> {
    text.parse().map_err(|error| refused(Code::InvalidLanguage, error, field))
}

fn refused(code: Code, why: impl std::fmt::Display, field: &str) -> ApiError {
    Problem::new(code, capitalised(&why.to_string())).about(field).into()
}
