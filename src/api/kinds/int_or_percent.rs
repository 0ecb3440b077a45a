//! A number of pods, or a share of them: `1`, `25%`.
//!
//! The real thing: pkg/apis/apps/validation/validation.go (`ValidatePositiveIntOrPercent`, `IsNotMoreThan100Percent`, `getIntOrPercentValue`).

use super::go;
use crate::api::check::{Errors, Path};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Is it a number that is not negative, or a percentage?
pub(super) fn check(value: &IntOrString, path: &Path<'_>, errors: &mut Errors) {
    match value {
        IntOrString::Int(number) => errors.non_negative(path, Some(*number)),
        IntOrString::String(_) if percent(value).is_some() => {}
        IntOrString::String(_) => {
            let value = go::int_or_string(value);
            let detail = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
            errors.invalid_go(path, &value, detail);
        }
    }
}

/// A percentage of more than all is wrong; a number may be as large as it likes.
pub(super) fn at_most_all(value: &IntOrString, path: &Path<'_>, errors: &mut Errors) {
    if percent(value).is_some_and(|p| p > 100) {
        let value = go::int_or_string(value);
        errors.invalid_go(path, &value, "must not be greater than 100%");
    }
}

/// The number, be it of pods or of hundredths; a text that is neither counts as the number in it, or 0.
pub(super) fn amount(value: &IntOrString) -> i64 {
    match value {
        IntOrString::Int(number) => i64::from(*number),
        IntOrString::String(text) => percent(value).unwrap_or_else(|| text.parse().unwrap_or(0)),
    }
}

/// As a cell shows it.
pub(super) fn text(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(text) => text.clone(),
    }
}

fn percent(value: &IntOrString) -> Option<i64> {
    let IntOrString::String(text) = value else {
        return None;
    };
    let digits = text.strip_suffix('%')?;
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_are_told_from_other_texts() {
        let text = |t: &str| IntOrString::String(t.to_owned());
        for (name, value, want_amount, want_errors) in [
            ("number", IntOrString::Int(3), 3, 0),
            ("negative", IntOrString::Int(-1), -1, 1),
            ("share", text("25%"), 25, 0),
            ("more than all", text("101%"), 101, 1),
            ("text", text("some"), 0, 1),
            ("number as text", text("5"), 5, 1),
            ("bare sign", text("%"), 0, 1),
        ] {
            let mut errors = Errors::new();
            let path = Path::root("spec");
            check(&value, &path, &mut errors);
            at_most_all(&value, &path, &mut errors);
            assert_eq!(errors.count(), want_errors, "{name}");
            assert_eq!(amount(&value), want_amount, "{name}");
        }
    }
}
