//! Go's durations, `1h30m`, as far as a schedule needs them: is it one?
//!
//! The real thing: Go's time.ParseDuration.

const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

/// What Go says of a text that is no duration.
///
/// # Errors
/// The sentence.
pub(super) fn check(text: &str) -> Result<(), String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (digits, after) = rest.split_at(number.unwrap_or(rest.len()));
        let dots = digits.matches('.').count();
        if dots > 1 || digits.len() == dots {
            return Err(invalid());
        }
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, after) = after.split_at(unit_end.unwrap_or(after.len()));
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {text:?}"));
        }
        if !UNITS.contains(&unit) {
            return Err(format!("time: unknown unit {unit:?} in duration {text:?}"));
        }
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_go_reads_them() {
        for (text, want) in [
            ("1h30m", Ok(())),
            ("1.5s", Ok(())),
            ("0", Ok(())),
            ("", Err("time: invalid duration \"\"")),
            ("x", Err("time: invalid duration \"x\"")),
            ("5", Err("time: missing unit in duration \"5\"")),
            ("5d", Err("time: unknown unit \"d\" in duration \"5d\"")),
        ] {
            assert_eq!(check(text), want.map_err(str::to_owned), "{text}");
        }
    }
}
