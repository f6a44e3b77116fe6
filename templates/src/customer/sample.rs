//! What the samples of every view share.

use jiff::Timestamp;

use super::page::Brand;
use crate::accent::Accent;

pub(crate) fn brand() -> Brand {
    Brand { company: "Harbour Credit Union".to_owned(), accent: Accent::Default, logo: None }
}

pub(crate) fn light() -> Brand {
    Brand {
        company: "Grünwald & Söhne Versicherungsvermittlungsgesellschaft".to_owned(),
        accent: Accent::Light { hue: Some(9), rgb: [0xff, 0xd4, 0x00] },
        logo: None,
    }
}

pub(crate) fn arabic() -> Brand {
    Brand { company: "بنك الميناء".to_owned(), accent: Accent::Hue(3), logo: None }
}

/// Half an hour past 14:00 UTC on 21 November 2026, shifted by `hours`.
pub(crate) fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_795_271_400 + hours * 3600).unwrap_or_default()
}
