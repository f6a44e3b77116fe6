//! A drawn signature: what of SVG's path data is taken.

use parlor_form::Strokes;

/// The longest path, in bytes.
pub(super) const PATH_MAX: usize = 20_000;
/// How far a pad reaches, in its own units.
const FAR: f32 = 20_000.0;

/// Whether it is a drawing: moves, lines and curves between plain numbers, at least one of them drawn, by a pen of some width.
pub(super) fn are_drawn(strokes: &Strokes) -> bool {
    let Strokes { path, pen } = strokes;
    (0.1..=100.0).contains(pen) && path.len() <= PATH_MAX && segments(path).is_some_and(|drawn| drawn > 0)
}

/// How many lines and curves a path has; nothing for what is no path.
fn segments(path: &str) -> Option<usize> {
    let mut rest = path.trim_start();
    let mut drawn = 0;
    let mut begun = false;
    while let Some(command) = rest.chars().next() {
        rest = &rest[command.len_utf8()..];
        let takes = match command.to_ascii_uppercase() {
            'M' | 'L' => 2,
            'Q' => 4,
            'C' => 6,
            'Z' => 0,
            _ => return None,
        };
        if !begun && command != 'M' {
            return None;
        }
        begun = true;
        let mut numbers = 0_usize;
        loop {
            rest = rest.trim_start_matches([' ', ',', '\n', '\t']);
            let Some(length) = number_length(rest) else { break };
            let number: f32 = rest[..length].parse().ok()?;
            if number.abs() > FAR {
                return None;
            }
            numbers += 1;
            rest = &rest[length..];
        }
        let fits = if takes == 0 { numbers == 0 } else { numbers > 0 && numbers.is_multiple_of(takes) };
        if !fits {
            return None;
        }
        let lines = numbers.checked_div(takes).unwrap_or_default();
        drawn += lines.saturating_sub(usize::from(command.eq_ignore_ascii_case(&'M')));
    }
    Some(drawn)
}

/// How long the number at the beginning is, as `-1.5`; exponents are not written by any pad.
fn number_length(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    let mut points = 0;
    let digits = text[sign..].bytes().take_while(|byte| {
        points += usize::from(*byte == b'.');
        byte.is_ascii_digit() || (*byte == b'.' && points == 1)
    });
    let length = digits.count();
    (text[sign..sign + length].bytes().any(|byte| byte.is_ascii_digit())).then_some(sign + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_a_signature_is_a_path_of_plain_numbers() {
        let are = |path: &str, pen: f32| are_drawn(&Strokes { path: path.into(), pen });
        for path in ["M1 2L3 4", "M1,2 L3,4 5,6M-7 .5l.25-1", "M1 2Q3 4 5 6C1 1 2 2 3 3Z", " M 1 2 3 4"] {
            assert!(are(path, 2.5), "{path}");
        }
        for path in [
            "",
            "M1 2",
            "L1 2",
            "M1 2L3",
            "M1 2 A1 1 0 0 0 2 2",
            "M1 2L3 4;",
            "<svg>",
            "M1e9 2L3 4",
            "M99999 2L3 4",
            "M1 2Z3",
            "M1 2L- 4",
            "ä",
            "M1 2L3 NaN",
        ] {
            assert!(!are(path, 2.5), "{path}");
        }
        for pen in [0.0, -1.0, 1_000.0, f32::NAN, f32::INFINITY] {
            assert!(!are("M1 2L3 4", pen), "{pen}");
        }
        assert!(!are(&format!("M1 2{}", "L3 4".repeat(PATH_MAX / 4)), 2.5), "too long");
    }
}
