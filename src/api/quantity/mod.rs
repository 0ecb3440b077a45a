//! Amounts of resources: `100m`, `1.5`, `200Mi`. Parsed, compared and printed with integers only.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/api/resource/{quantity,suffix,amount}.go.
//! Left out: amounts below a billionth and above 2^63-1 are rounded up and capped, as upstream does, when read, not when added.

mod digits;

use digits::{div_away_from_zero, magnitude};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What upstream says of a text that is not a number with a suffix.
pub const FORMAT_WRONG: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/// What upstream says of a suffix that is none of its own.
pub const SUFFIX_WRONG: &str = "unable to parse quantity's suffix";
/// What upstream says of digits that are no number.
pub const NUMERIC_WRONG: &str = "unable to parse numeric part of quantity";

/// Resource names and their amounts: requests, limits, capacity.
pub type ResourceList = BTreeMap<String, Quantity>;

const NANO: i128 = 1_000_000_000;
const AMOUNT_MAX: i128 = (i64::MAX as i128) * NANO;

/// Thousandths of a core, rounded up; 0 for a text that is no quantity.
#[must_use]
pub fn cpu_milli(quantity: &Quantity) -> i64 {
    let text = quantity.0.as_str();
    if let Some(digits) = text.strip_suffix('m').and_then(small_integer) {
        return digits;
    }
    if let Some(whole) = small_units(text) {
        return whole.saturating_mul(1000);
    }
    Amount::parse(text).map_or(0, |amount| amount.scaled_up(NANO / 1000))
}

/// Whole units (bytes, pods), rounded up; 0 for a text that is no quantity.
#[must_use]
pub fn bytes(quantity: &Quantity) -> i64 {
    let text = quantity.0.as_str();
    small_units(text)
        .unwrap_or_else(|| Amount::parse(text).map_or(0, |amount| amount.scaled_up(NANO)))
}

/// Is the text a quantity? The error is upstream's sentence.
///
/// # Errors
/// [`FORMAT_WRONG`], [`SUFFIX_WRONG`] or [`NUMERIC_WRONG`].
pub fn check(text: &str) -> Result<(), &'static str> {
    Amount::parse(text).map(|_| ())
}

/// Which of two amounts is larger; texts that are no quantities count as zero.
#[must_use]
pub fn compare(a: &Quantity, b: &Quantity) -> Ordering {
    if a.0 == b.0 {
        return Ordering::Equal;
    }
    nanos(a).cmp(&nanos(b))
}

/// Is it exactly zero (or no quantity)?
#[must_use]
pub fn is_zero(quantity: &Quantity) -> bool {
    nanos(quantity) == 0
}

/// Is it below zero?
#[must_use]
pub fn is_negative(quantity: &Quantity) -> bool {
    quantity.0.starts_with('-') && nanos(quantity) < 0
}

/// Has it no part smaller than one?
#[must_use]
pub fn is_whole(quantity: &Quantity) -> bool {
    small_integer(&quantity.0).is_some() || nanos(quantity) % NANO == 0
}

/// The sum of two amounts, in the format of the first unless that is zero.
#[must_use]
pub fn add(a: &Quantity, b: &Quantity) -> Quantity {
    let (Ok(mut sum), Ok(other)) = (Amount::parse(&a.0), Amount::parse(&b.0)) else {
        return a.clone();
    };
    if sum.nanos == 0 {
        sum.format = other.format;
    }
    sum.nanos = (sum.nanos + other.nanos).clamp(-AMOUNT_MAX, AMOUNT_MAX);
    Quantity(sum.canonical())
}

/// The first amount less the second, in the format of the first unless that is zero.
#[must_use]
pub fn subtract(a: &Quantity, b: &Quantity) -> Quantity {
    let (Ok(mut rest), Ok(other)) = (Amount::parse(&a.0), Amount::parse(&b.0)) else {
        return a.clone();
    };
    if rest.nanos == 0 {
        rest.format = other.format;
    }
    rest.nanos = (rest.nanos - other.nanos).clamp(-AMOUNT_MAX, AMOUNT_MAX);
    Quantity(rest.canonical())
}

/// Rewrites the text as the API server prints it (`0.5` as `500m`, `1024Mi` as `1Gi`), rounded up to thousandths. Texts that are no
/// quantities are left alone, for validation to find.
pub fn canonicalize(quantity: &mut Quantity) {
    if is_plainly_canonical(&quantity.0) {
        return;
    }
    let Ok(mut amount) = Amount::parse(&quantity.0) else {
        return;
    };
    let milli = NANO / 1000;
    amount.nanos = div_away_from_zero(amount.nanos, milli) * milli;
    let text = amount.canonical();
    if text != quantity.0 {
        quantity.0 = text;
    }
}

/// [`canonicalize`] for every amount of a list. The real thing: `SetDefaults_ResourceList`.
pub fn canonicalize_all(list: &mut Option<ResourceList>) {
    for quantity in list.iter_mut().flat_map(BTreeMap::values_mut) {
        canonicalize(quantity);
    }
}

/// `bytes` as the API server would print them with a binary suffix: `8Gi`.
#[must_use]
pub fn from_bytes(bytes: i64) -> Quantity {
    let amount = Amount {
        nanos: i128::from(bytes) * NANO,
        format: Format::BinarySi,
    };
    Quantity(amount.canonical())
}

/// `milli` thousandths as the API server would print them: `2`, `250m`.
#[must_use]
pub fn from_milli(milli: i64) -> Quantity {
    let amount = Amount {
        nanos: i128::from(milli) * (NANO / 1000),
        format: Format::DecimalSi,
    };
    Quantity(amount.canonical())
}

fn nanos(quantity: &Quantity) -> i128 {
    let text = quantity.0.as_str();
    if let Some(milli) = text.strip_suffix('m').and_then(small_integer) {
        return i128::from(milli) * (NANO / 1000);
    }
    if let Some(units) = small_units(text) {
        return i128::from(units) * NANO;
    }
    Amount::parse(text).map_or(0, |amount| amount.nanos)
}

/// The commonest quantities of whole units, read without ado: `4`, `200Mi`.
fn small_units(text: &str) -> Option<i64> {
    let (digits, shift) = match text.as_bytes() {
        [.., b'K', b'i'] => (&text[..text.len() - 2], 10),
        [.., b'M', b'i'] => (&text[..text.len() - 2], 20),
        [.., b'G', b'i'] => (&text[..text.len() - 2], 30),
        _ => (text, 0),
    };
    small_integer(digits)?.checked_mul(1 << shift)
}

/// Nearly all quantities that components write: up to nine digits, no suffix or a common one, and nothing to shorten.
fn is_plainly_canonical(text: &str) -> bool {
    let (digits, binary) = match text.as_bytes() {
        [digits @ .., b'K' | b'M' | b'G', b'i'] => (digits, true),
        [digits @ .., b'm' | b'k' | b'M' | b'G'] => (digits, false),
        digits => (digits, false),
    };
    let first_fine = matches!(digits.first(), Some(b'1'..=b'9'));
    if !first_fine || digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return text == "0";
    }
    if binary {
        return digits.len() <= 3;
    }
    !digits.ends_with(b"000")
}

fn small_integer(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > 12 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(bytes.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    DecimalSi,
    BinarySi,
    DecimalExponent,
}

/// A parsed quantity: billionths, and how it wants to be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    nanos: i128,
    format: Format,
}

impl Amount {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err(FORMAT_WRONG);
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        if number.is_empty() || !is_suffix_text(suffix) {
            return Err(FORMAT_WRONG);
        }
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return Err(NUMERIC_WRONG);
        }
        let (scale, format) = suffix_of(suffix).ok_or(SUFFIX_WRONG)?;
        let magnitude = magnitude(whole, fraction, scale);
        let nanos = if text.starts_with('-') {
            -magnitude
        } else {
            magnitude
        };
        let below_one = format == Format::BinarySi && (1..NANO).contains(&magnitude);
        let format = if below_one { Format::DecimalSi } else { format };
        Ok(Self { nanos, format })
    }

    fn scaled_up(self, unit: i128) -> i64 {
        let scaled = div_away_from_zero(self.nanos, unit);
        i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
    }

    /// As `CanonicalizeBytes` prints it: no fraction, the largest suffix that loses nothing.
    fn canonical(self) -> String {
        let binary = self.format == Format::BinarySi
            && self.nanos.abs() >= 1024 * NANO
            && self.nanos % NANO == 0;
        let mut text = String::new();
        if self.nanos == 0 {
            text.push('0');
        } else if binary {
            let (mut number, mut power) = (self.nanos / NANO, 0);
            while number % 1024 == 0 && power < 6 {
                number /= 1024;
                power += 1;
            }
            let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power];
            let _ = write!(text, "{number}{suffix}");
        } else {
            let (mut number, mut power) = (self.nanos, 0);
            while number % 1000 == 0 && power < 9 {
                number /= 1000;
                power += 1;
            }
            let _ = write!(text, "{number}");
            if self.format != Format::DecimalExponent {
                text.push_str(["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][power]);
            } else if power != 3 {
                let exponent = 3 * i32::try_from(power).expect("at most nine") - 9;
                let _ = write!(text, "e{exponent}");
            }
        }
        text
    }
}

/// Does the rest of the text look like `[eEinumkKMGTP]*[-+]?[0-9]*`?
fn is_suffix_text(suffix: &str) -> bool {
    let letters = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let digits = letters.strip_prefix(['+', '-']).unwrap_or(letters);
    digits.bytes().all(|b| b.is_ascii_digit())
}

/// How many times ten or two a suffix is, as (base, exponent), and the format that it asks for.
fn suffix_of(suffix: &str) -> Option<((i128, i32), Format)> {
    let decimal = |exponent| Some(((10, exponent), Format::DecimalSi));
    let binary = |exponent| Some(((2, exponent), Format::BinarySi));
    match suffix {
        "" => decimal(0),
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            // As upstream: read as 64 bits, kept as 32.
            let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            Some(((10, exponent as i32), Format::DecimalExponent))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quantity {
        Quantity(text.to_owned())
    }

    #[test]
    fn prints_as_the_api_server_does() {
        // From quantity_test.go and the examples in its documentation.
        for (text, want) in [
            ("0", "0"),
            ("0.5", "500m"),
            ("1.5", "1500m"),
            ("1000m", "1"),
            ("100m", "100m"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("512Ki", "512Ki"),
            ("1000", "1k"),
            ("100000", "100k"),
            ("1536", "1536"),
            ("1e3", "1e3"),
            ("1E6", "1e6"),
            ("12e-3", "12e-3"),
            ("0.5Mi", "512Ki"),
            ("0.5Ki", "512"),
            ("1Ki", "1Ki"),
            ("0.0001", "1m"),
            ("100Ei", "9223372036854775807"),
            ("-1.5", "-1500m"),
            ("+3", "3"),
            ("1.", "1"),
            (".5", "500m"),
            ("nonsense", "nonsense"),
            // More digits than a number holds.
            ("1.0000000000000000000000000000000000000000", "1"),
            ("0000000000000000000000000000000000000001Ki", "1Ki"),
            ("0.00000000000000000000000000000000000000001Ei", "1m"),
            (
                "1.00000000000000000000000000000000000000001Gi",
                "1073741824001m",
            ),
            ("7.99999999999999999999Ei", "9223372036854775807"),
            ("0.50000000000000000000000000000Ei", "512Pi"),
            ("123456789012345678901234567890e-28", "12346e-3"),
            ("1e999999999", "9223372036854775807"),
            ("1e-999999999", "1e-3"),
            ("0e999999999", "0"),
        ] {
            let mut quantity = q(text);
            canonicalize(&mut quantity);
            assert_eq!(quantity.0, want, "{text}");
            canonicalize(&mut quantity);
            assert_eq!(quantity.0, want, "{text} again");
        }
    }

    #[test]
    fn counts_in_thousandths_and_bytes_rounding_up() {
        for (text, milli, whole) in [
            ("100m", 100, 1),
            ("2", 2000, 2),
            ("0.1", 100, 1),
            ("1500u", 2, 1),
            ("1k", 1_000_000, 1000),
            ("200Mi", 209_715_200_000, 209_715_200),
            ("1Gi", 1_073_741_824_000, 1_073_741_824),
            ("1.5Gi", 1_610_612_736_000, 1_610_612_736),
            ("1e3", 1_000_000, 1000),
            ("-1", -1000, -1),
        ] {
            assert_eq!(cpu_milli(&q(text)), milli, "{text}");
            assert_eq!(bytes(&q(text)), whole, "{text}");
        }
    }

    #[test]
    fn refuses_with_upstreams_words() {
        for (text, want) in [
            ("", FORMAT_WRONG),
            ("lots", FORMAT_WRONG),
            ("1 Gi", FORMAT_WRONG),
            ("1Gb", FORMAT_WRONG),
            ("1mi", SUFFIX_WRONG),
            ("1KI", FORMAT_WRONG),
            ("1.1.1", NUMERIC_WRONG),
            ("1e", SUFFIX_WRONG),
        ] {
            assert_eq!(check(text), Err(want), "{text}");
        }
    }

    #[test]
    fn compares_across_formats() {
        for (a, b, want) in [
            ("1", "1000m", Ordering::Equal),
            ("1Gi", "1G", Ordering::Greater),
            ("100m", "0.2", Ordering::Less),
        ] {
            assert_eq!(compare(&q(a), &q(b)), want, "{a} {b}");
        }
        assert_eq!(add(&q("500m"), &q("0.5")), q("1"));
        assert_eq!(add(&q("0"), &q("1Gi")), q("1Gi"));
        assert_eq!(subtract(&q("2Gi"), &q("1Gi")), q("1Gi"));
        assert_eq!(subtract(&q("1"), &q("1500m")), q("-500m"));
        assert_eq!(from_bytes(8 << 30), q("8Gi"));
        assert_eq!(from_milli(250), q("250m"));
    }
}
