//! Lengths of time as people write them: `90s`, `5m`, `1h30m`, `1.5h`, `200ms`.
//!
//! The real thing: Go's `time.ParseDuration`.
//! Left out: micro- and nanoseconds; the model's clock counts milliseconds.

use crate::api::time::Ms;

/// The units, in milliseconds.
const UNITS: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// Reads a length of time.
///
/// # Errors
/// In Go's words.
///
/// ```
/// use kubeloop::kubectl::duration::parse;
/// assert_eq!(parse("1h30m"), Ok(5_400_000));
/// assert_eq!(parse("90"), Err("time: missing unit in duration \"90\"".to_owned()));
/// ```
pub fn parse(text: &str) -> Result<Ms, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let mut rest = text;
    let mut total: Ms = 0;
    if text == "0" {
        return Ok(0);
    }
    if text.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return Err(invalid());
        }
        let unit_len = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {text:?}"));
        }
        let Some((_, unit_ms)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("time: unknown unit {unit:?} in duration {text:?}"));
        };
        let ms = scaled(number, *unit_ms).ok_or_else(invalid)?;
        total = total.checked_add(ms).ok_or_else(invalid)?;
        rest = after;
    }
    Ok(total)
}

/// `1.5` times the unit, cut to whole milliseconds.
fn scaled(number: &str, unit_ms: u64) -> Option<Ms> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut ms = whole.checked_mul(unit_ms)?;
    let mut digit_worth = unit_ms;
    for digit in fraction.chars() {
        digit_worth /= 10;
        ms = ms.checked_add(u64::from(digit.to_digit(10)?) * digit_worth)?;
    }
    Some(ms)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let cases = [
            ("90s", Some(90_000)),
            ("5m", Some(300_000)),
            ("1h30m", Some(5_400_000)),
            ("1.5h", Some(5_400_000)),
            ("200ms", Some(200)),
            (".5s", Some(500)),
            ("0", Some(0)),
            ("", None),
            ("5", None),
            ("5d", None),
            ("-5s", None),
            ("s", None),
            ("99999999999999999999h", None),
            ("1..5s", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse(text).ok(), want, "{text}");
        }
    }
}
