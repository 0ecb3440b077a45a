//! The digits of a quantity as billionths, exactly, however many there are.
//!
//! The real thing: gopkg.in/inf.v0, into which staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go falls back.

use super::AMOUNT_MAX;

/// Billionths of `whole.fraction` times `base^exponent`, rounded up, capped at 2^63-1 units.
pub(super) fn magnitude(whole: &str, fraction: &str, (base, exponent): (i128, i32)) -> i128 {
    const DIGITS_MAX: usize = 19;
    if whole.len() + fraction.len() > DIGITS_MAX {
        return magnitude_of_many(whole, fraction, (base, exponent));
    }
    let mut number: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        number = number
            .saturating_mul(10)
            .saturating_add(i128::from(digit - b'0'));
    }
    let binary_factor = if base == 2 { 1i128 << exponent } else { 1 };
    let decimal_exponent = 9 - i64::try_from(fraction.len()).unwrap_or(i64::MAX)
        + if base == 10 { i64::from(exponent) } else { 0 };
    let number = number.saturating_mul(binary_factor);
    let power = |n: i64| {
        u32::try_from(n)
            .ok()
            .and_then(|n| 10i128.checked_pow(n))
            .unwrap_or(i128::MAX)
    };
    let nanos = if decimal_exponent >= 0 {
        number.saturating_mul(power(decimal_exponent))
    } else {
        div_away_from_zero(number, power(-decimal_exponent))
    };
    nanos.min(AMOUNT_MAX)
}

/// The same for more digits than fit into a number, digit by digit.
fn magnitude_of_many(whole: &str, fraction: &str, (base, exponent): (i128, i32)) -> i128 {
    const PLACES_MAX: i64 = 30;
    let text = whole.bytes().chain(fraction.bytes());
    let mut digits: Vec<u8> = text.map(|d| d - b'0').skip_while(|d| *d == 0).collect();
    if digits.is_empty() {
        return 0;
    }
    let (powers_of_1024, decimal) = match base {
        2 => (exponent / 10, 0),
        _ => (0, exponent),
    };
    for _ in 0..powers_of_1024 {
        multiply(&mut digits, 1024);
    }
    // How many of the digits stand before the point, in billionths.
    let lengths = (i64::try_from(digits.len()), i64::try_from(fraction.len()));
    let (Ok(length), Ok(behind)) = lengths else {
        return AMOUNT_MAX;
    };
    let places = length - behind + i64::from(decimal) + 9;
    if places > PLACES_MAX {
        return AMOUNT_MAX;
    }
    let kept = usize::try_from(places).unwrap_or(0).min(digits.len());
    let mut number: i128 = digits[..kept]
        .iter()
        .fold(0, |n, d| n * 10 + i128::from(*d));
    for _ in length..places {
        number *= 10;
    }
    if digits[kept..].iter().any(|d| *d > 0) {
        number += 1;
    }
    number.min(AMOUNT_MAX)
}

/// Multiplies a number that is written down, its first digit first.
fn multiply(digits: &mut Vec<u8>, by: u32) {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        carry += u32::from(*digit) * by;
        *digit = (carry % 10) as u8;
        carry /= 10;
    }
    let mut front = Vec::new();
    while carry > 0 {
        front.push((carry % 10) as u8);
        carry /= 10;
    }
    digits.splice(0..0, front.into_iter().rev());
}

/// Rounded away from zero.
pub(super) fn div_away_from_zero(n: i128, by: i128) -> i128 {
    let quotient = n / by;
    if n % by == 0 {
        quotient
    } else {
        quotient + n.signum()
    }
}
