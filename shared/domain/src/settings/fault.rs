//! Why a value of the settings has no meaning.

/// Why a value has no meaning, alone or beside others. Its text is the API's; a form says the same in its reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not a whole number in these limits.
    #[error("must be from {least} to {most}")]
    Range {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// Not a whole number of minutes.
    #[error("must be at least 1")]
    Minutes,
    /// Not a whole number of minutes, where there may be none.
    #[error("must be at least 1, or null for none")]
    OptionalMinutes,
    /// Blank, or longer than this.
    #[error("must not be empty or longer than {most} characters; null is the default")]
    Length {
        /// How many characters there may be.
        most: usize,
    },
    /// Not an https address.
    #[error("must be an https URL, like https://example.com/page, without a user or a password")]
    Address,
    /// Neither an https address nor a path of this installation.
    #[error(
        "must be an https URL, like https://example.com/page, without a user or a password, or a path of this installation"
    )]
    AddressOrFile,
    /// Not an e-mail address.
    #[error("must be an e-mail address, like help@example.com")]
    Email,
    /// Not a colour.
    #[error("must be a colour like #1a6b54")]
    Colour,
    /// Not a country.
    #[error("must be a country's two capital letters, like DE")]
    Country,
    /// Not one of the words.
    #[error("must be one of the choices")]
    NoChoice,
    /// Not a time zone.
    #[error("must be a time zone like Europe/Berlin")]
    TimeZone,
    /// Not a time of day.
    #[error("must be a time like 09:00")]
    TimeOfDay,
    /// Reminders end before they begin.
    #[error("must be a time like 18:00, after `from`")]
    NotAfter,
    /// Reminders on no day.
    #[error("needs at least one day")]
    NoDays,
    /// The chosen level of access has a duration, and none is given (R2).
    #[error("this level needs a duration in minutes")]
    NeedsDuration,
    /// The chosen level of access has no duration (R2).
    #[error("only `full_timed` and `limited` have a duration")]
    HasNoDuration,
    /// Limited access follows `full_timed` alone (R2).
    #[error("only `full_timed` continues to limited access")]
    OnlyAfterTimed,
    /// Attachments and chat go with full access alone (R2).
    #[error("only `full` and `full_timed` can allow this")]
    OnlyWhenFull,
    /// Text messages are off.
    #[error("text messages are off (`channels.sms`)")]
    SmsOff,
}
