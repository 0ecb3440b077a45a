//! What a bare word means: YAML 1.1 as Kubernetes reads it.
//!
//! The real thing: sigs.k8s.io/yaml/goyaml.v2/resolve.go `resolve`.
//! Left out: integers of more than 64 bits become the nearest floating-point number.

use serde_json::{Number, Value};

/// What kind of thing a scalar is, before it becomes JSON (which has no dates, infinities or merge keys).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Plain(Value),
    /// A date is a string in JSON, but must be quoted when written.
    Timestamp,
    /// Infinities and not-a-number, which JSON cannot hold.
    NotFinite(&'static str),
    /// `<<`.
    Merge,
}

impl Scalar {
    /// How messages name its type.
    pub(super) fn tag(&self) -> &'static str {
        match self {
            Self::Plain(Value::Null) => "!!null",
            Self::Plain(Value::Bool(_)) => "!!bool",
            Self::Plain(Value::Number(n)) if n.is_f64() => "!!float",
            Self::Plain(Value::Number(_)) => "!!int",
            Self::Plain(_) => "!!str",
            Self::Timestamp => "!!timestamp",
            Self::NotFinite(_) => "!!float",
            Self::Merge => "!!merge",
        }
    }
}

/// Reads an unquoted scalar without a tag.
pub(super) fn resolve(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Plain(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Plain(Value::Bool(false));
        }
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Plain(Value::Null),
        ".nan" | ".NaN" | ".NAN" => return Scalar::NotFinite("NaN"),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Scalar::NotFinite("+Inf");
        }
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::NotFinite("-Inf"),
        "<<" => return Scalar::Merge,
        _ => {}
    }
    let first = text.as_bytes()[0];
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return Scalar::Plain(text.into());
    }
    if is_timestamp(text) {
        return Scalar::Timestamp;
    }
    let plain = if first == b'.' {
        text.to_owned()
    } else {
        text.replace('_', "")
    };
    Scalar::Plain(number(&plain).map_or_else(|| text.into(), Value::Number))
}

/// An integer in any of Go's notations, or a decimal number with point or exponent.
fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some(magnitude) = integer(digits) {
        if !negative {
            return Some(magnitude.into());
        }
        if let Ok(value) = i64::try_from(-i128::from(magnitude)) {
            return Some(value.into());
        }
    }
    if !is_decimal(digits) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    json_number(value)
}

/// `12`, `0644`, `0o644`, `0x1f`, `0b101`.
fn integer(digits: &str) -> Option<u64> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// Digits with at most one point, and maybe an exponent: `1.5`, `.5`, `1.`, `1e3`, `08`.
fn is_decimal(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fine = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            all_digits(whole) && all_digits(fraction) && whole.len() + fraction.len() > 0
        }
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    let exponent_fine = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    mantissa_fine && exponent_fine
}

/// A number as Go writes it in JSON: whole ones without a point, so that `3.0` is 3. `None` for what is too large.
fn json_number(value: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and below 2^53"
        )]
        return Some((value as i64).into());
    }
    // Larger ones, too, up to where Go begins to write exponents: with the digits that it writes.
    if value.fract() == 0.0 && value.abs() < 1e21 {
        let digits = value.to_string();
        let whole = digits.parse::<i64>().map(Number::from);
        if let Ok(whole) = whole.or_else(|_| digits.parse::<u64>().map(Number::from)) {
            return Some(whole);
        }
    }
    Number::from_f64(value)
}

/// The forms of dates that Go's YAML knows: `2025-1-1`, and with a time behind `T`, `t` or a blank.
pub(super) fn is_timestamp(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let in_range = |text: &str, from: u32, to: u32| {
        let digits =
            !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        digits && text.parse().is_ok_and(|n: u32| (from..=to).contains(&n))
    };
    let date_fine = year.len() == 4
        && year.bytes().all(|b| b.is_ascii_digit())
        && in_range(month, 1, 12)
        && in_range(day, 1, 31);
    if !date_fine {
        return false;
    }
    let Some((separator, time)) = time else {
        return true;
    };
    let clock = match (separator, time.strip_suffix('Z')) {
        (" ", _) => time,
        (_, Some(clock)) => clock,
        (_, None) => {
            let Some(at) = time.rfind(['+', '-']) else {
                return false;
            };
            let Some((hours, minutes)) = time[at + 1..].split_once(':') else {
                return false;
            };
            if hours.len() != 2
                || minutes.len() != 2
                || !in_range(hours, 0, 24)
                || !in_range(minutes, 0, 60)
            {
                return false;
            }
            &time[..at]
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let (Some(hour), Some(minute), Some(second), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    in_range(hour, 0, 23)
        && in_range(minute, 0, 59)
        && in_range(second, 0, 59)
        && !fraction.is_empty()
        && fraction.bytes().all(|b| b.is_ascii_digit())
}
