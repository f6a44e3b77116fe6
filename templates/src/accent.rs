//! A company's accent, reduced to the hue that the whole palette is computed from.

/// How much of the palette's chroma each hue (in steps of ten degrees) can carry inside sRGB; `.hue-N` in `tokens.css`
/// says the same, and a test holds the two together.
const VIVID: [f64; 36] = [
    1., 1., 1., 1., 0.9, 0.75, 0.65, 0.6, 0.55, 0.55, 0.6, 0.6, 0.65, 0.75, 0.9, 0.75, 0.65, 0.55, 0.5, 0.45, 0.45,
    0.45, 0.5, 0.55, 0.65, 0.8, 0.9, 0.9, 0.9, 1., 1., 1., 1., 1., 1., 1.,
];

/// The hue of a company's pages and mails. Lightness and chroma are ours, so contrast holds whatever colour a company picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Accent {
    /// The default hue: a calm blue.
    #[default]
    Default,
    /// A hue in steps of ten degrees of OKLCH, 0 to 35.
    Hue(u8),
    /// A company whose colour is a dark grey or black.
    None,
    /// A light colour: what is filled with it has it as it was given, with dark text. Text and lines in the accent, which
    /// it would be too light for, have its hue.
    Light {
        /// The hue as in [`Accent::Hue`]; nothing for a light grey or white.
        hue: Option<u8>,
        /// Red, green and blue.
        rgb: [u8; 3],
    },
}

/// The least contrast of text with its ground (WCAG 2.2, 1.4.3).
const READABLE: f64 = 4.5;
/// What is written on a light accent, and what the accent becomes under the pointer.
const ON_LIGHT: &str = "#000000";

impl Accent {
    /// The accent for a colour like `#0b5fff` (or `#06f`); nothing if it is not one.
    pub fn from_hex(text: &str) -> Option<Self> {
        let rgb = rgb(text.strip_prefix('#')?)?;
        let linear = rgb.map(|value| to_linear(f64::from(value) / 255.));
        let hue = hue(linear);
        let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        Some(match hue {
            hue if 1.05 / (luminance + 0.05) < READABLE => Self::Light { hue, rgb },
            Some(step) => Self::Hue(step),
            None => Self::None,
        })
    }

    /// The address of a style sheet with a company's own light accent; nothing for an accent that needs none.
    pub fn sheet(self) -> Option<String> {
        match self {
            Self::Light { rgb: [red, green, blue], .. } => {
                Some(format!("/static/accent.{red:02x}{green:02x}{blue:02x}.css"))
            }
            _ => None,
        }
    }

    /// What is served at [`Accent::sheet`] for a file of that name; nothing for other names. It is the same for ever.
    pub fn stylesheet(file: &str) -> Option<String> {
        let hex = file.strip_prefix("accent.")?.strip_suffix(".css").filter(|hex| hex.len() == 6)?;
        let Self::Light { rgb: [red, green, blue], .. } = Self::from_hex(&format!("#{hex}"))? else { return None };
        let fill = format!("#{red:02x}{green:02x}{blue:02x}");
        // A quarter of the way to black, under the pointer.
        let strong = format!("color-mix(in srgb,{fill},#000 12%)");
        Some(format!(
            ":root{{--fill:{fill};--fill-strong:{fill};--on-fill:{ON_LIGHT}}}@supports (color:{strong}){{:root{{--fill-strong:{strong}}}}}"
        ))
    }

    /// The class on `<html>` that sets the hue; `tokens.css` has one for each step, so a strict `style-src` is enough.
    pub fn class(self) -> String {
        match self {
            Self::Default => "hue-260".to_owned(),
            Self::Hue(step) | Self::Light { hue: Some(step), .. } => format!("hue-{}", u16::from(step % 36) * 10),
            Self::None | Self::Light { hue: None, .. } => "hue-none".to_owned(),
        }
    }

    /// The colours of a button and of the text on it, as mail programs understand them: `#rrggbb`. A light accent's hold on
    /// a dark ground, too; for others there is [`Accent::dark_hex`].
    pub fn button_hex(self) -> (String, &'static str) {
        match self {
            Self::Light { rgb: [red, green, blue], .. } => (format!("#{red:02x}{green:02x}{blue:02x}"), ON_LIGHT),
            _ => (self.link_hex(), "#ffffff"),
        }
    }

    /// The contrast of a button's text with the button (WCAG 2.2, 1.4.3), and whether the text is dark.
    pub fn contrast(self) -> (f64, bool) {
        let (fill, text) = self.button_hex();
        let [ground, letters] = [fill.as_str(), text].map(luminance);
        ((ground.max(letters) + 0.05) / (ground.min(letters) + 0.05), text == ON_LIGHT)
    }

    /// The colour of accented text on a light ground: `#rrggbb`.
    pub fn link_hex(self) -> String {
        self.hex(0.50, 0.17)
    }

    /// The colour of accented text and buttons on a dark ground: `#rrggbb`.
    pub fn dark_hex(self) -> String {
        self.hex(0.78, 0.12)
    }

    fn hex(self, lightness: f64, chroma: f64) -> String {
        let (step, vivid) = match self {
            Self::Default => (26, VIVID[26]),
            Self::Hue(step) | Self::Light { hue: Some(step), .. } => (step % 36, VIVID[usize::from(step % 36)]),
            Self::None | Self::Light { hue: None, .. } => (0, 0.),
        };
        let [red, green, blue] = oklch(lightness, chroma * vivid, f64::from(step) * 10.).map(|value| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
            let byte = (from_linear(value.clamp(0., 1.)) * 255.).round() as u8;
            byte
        });
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The relative luminance of a colour of ours, `#rrggbb` (WCAG 2.2).
fn luminance(hex: &str) -> f64 {
    let channels = hex.strip_prefix('#').and_then(rgb).unwrap_or_default();
    let [red, green, blue] = channels.map(|value| to_linear(f64::from(value) / 255.));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The channels of `06f` or `0066ff`.
fn rgb(digits: &str) -> Option<[u8; 3]> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |at: usize| match digits.len() {
        6 => u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok(),
        3 => u8::from_str_radix(&digits[at..=at], 16).ok().map(|value| value * 17),
        _ => None,
    };
    Some([channel(0)?, channel(1)?, channel(2)?])
}

/// The hue of a linear sRGB colour in steps of ten degrees of OKLCH; nothing for a grey.
fn hue([red, green, blue]: [f64; 3]) -> Option<u8> {
    let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
    let medium = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
    let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
    let a = 1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short;
    let b = 0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short;
    if a.hypot(b) < 0.02 {
        return None;
    }
    let degrees = b.atan2(a).to_degrees().rem_euclid(360.);
    // Rounded to 0..=36, where 36 is 0 again.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 36 by the line above")]
    let step = (degrees / 10.).round() as u8 % 36;
    Some(step)
}

fn to_linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn from_linear(value: f64) -> f64 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1. / 2.4) - 0.055 }
}

/// OKLCH to linear sRGB.
fn oklch(lightness: f64, chroma: f64, degrees: f64) -> [f64; 3] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_gives_its_hue() {
        assert_eq!(Accent::from_hex("#0b5fff"), Some(Accent::Hue(26)));
        assert_eq!(Accent::from_hex("#f00"), Some(Accent::Light { hue: Some(3), rgb: [255, 0, 0] }));
        assert_eq!(Accent::from_hex("#a00"), Some(Accent::Hue(3)));
        assert_eq!(Accent::from_hex("#00a651"), Some(Accent::Light { hue: Some(15), rgb: [0, 0xa6, 0x51] }));
        assert_eq!(Accent::from_hex("#006b35"), Some(Accent::Hue(15)));
        assert_eq!(Accent::from_hex("#606060"), Some(Accent::None));
        for wrong in ["", "#", "#12", "#12345", "0b5fff", "#gggggg", "#ééé", "#+1+1+1"] {
            assert_eq!(Accent::from_hex(wrong), None, "{wrong}");
        }
    }

    /// Whatever is given, the text on what is filled with it can be read, and a light one stays what it is.
    #[test]
    fn a_light_accent_is_used_as_given_with_dark_text() {
        let yellow = Accent::from_hex("#ffd400").unwrap();
        assert_eq!((yellow.button_hex(), yellow.class().as_str()), (("#ffd400".to_owned(), "#000000"), "hue-90"));
        assert_eq!(yellow.sheet().as_deref(), Some("/static/accent.ffd400.css"));
        let sheet = Accent::stylesheet("accent.ffd400.css").unwrap();
        assert!(sheet.starts_with(":root{--fill:#ffd400;") && sheet.contains("--on-fill:#000000"), "{sheet}");
        for none in ["accent.123456.css", "accent.ffd400.js", "accent.fd4.css", "accent.}}}}}}.css", "customer.css"] {
            assert_eq!(Accent::stylesheet(none), None, "{none}");
        }
        let blue = Accent::from_hex("#0b5fff").unwrap();
        assert_eq!((blue.sheet(), blue.button_hex().1), (None, "#ffffff"));
        for (red, green, blue) in (0..=255).step_by(15).flat_map(|red| {
            (0..=255).step_by(15).flat_map(move |green| (0..=255).step_by(15).map(move |blue| (red, green, blue)))
        }) {
            let given = format!("#{red:02x}{green:02x}{blue:02x}");
            let (fill, text) = Accent::from_hex(&given).unwrap().button_hex();
            let (contrast, is_dark) = Accent::from_hex(&given).unwrap().contrast();
            assert_eq!(is_dark, text == "#000000");
            assert!(contrast >= READABLE, "{given}: {text} on {fill} is {contrast:.2}");
        }
    }

    #[test]
    fn tokens_hold_the_same_hues() {
        let tokens = include_str!("../static/css/tokens.css");
        for (step, vivid) in VIVID.iter().enumerate() {
            let rule = format!(".hue-{0} {{\n  --hue: {0};\n  --vivid: {vivid};\n}}", step * 10);
            assert!(tokens.contains(&rule), "{rule}");
        }
    }

    /// Contrast of text on its ground, for every hue a company can have, light and dark (WCAG 2.2: 4.5 for text).
    #[test]
    fn every_hue_is_readable() {
        let luminance = |[red, green, blue]: [f64; 3]| {
            0.2126 * red.clamp(0., 1.) + 0.7152 * green.clamp(0., 1.) + 0.0722 * blue.clamp(0., 1.)
        };
        for (step, vivid) in (0_u8..).zip(VIVID) {
            let hue = f64::from(step) * 10.;
            let pairs = [
                ((1., 0.), (0.50, 0.17 * vivid)),
                ((0.98, 0.004), (0.50, 0.17 * vivid)),
                ((0.955, 0.025 * vivid), (0.43, 0.15 * vivid)),
                ((0.955, 0.025 * vivid), (0.50, 0.17 * vivid)),
                ((0.955, 0.008), (0.47, 0.025)),
                ((0.955, 0.025 * vivid), (0.47, 0.025)),
                ((0.19, 0.02), (0.78, 0.12 * vivid)),
                ((0.235, 0.016), (0.78, 0.12 * vivid)),
                ((0.30, 0.06 * vivid), (0.85, 0.08 * vivid)),
                ((0.30, 0.06 * vivid), (0.76, 0.015)),
                ((0.235, 0.016), (0.76, 0.015)),
            ];
            for (ground, text) in pairs {
                let [one, two] =
                    [ground, text].map(|(lightness, chroma)| luminance(oklch(lightness, chroma, hue)) + 0.05);
                let contrast = if one > two { one / two } else { two / one };
                assert!(contrast >= 4.5, "{ground:?} under {text:?} at {hue}: {contrast:.2}");
            }
        }
    }
}
