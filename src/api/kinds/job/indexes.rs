//! Indexes of an Indexed job, as one text: `1,3-5,7`.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`validateIndexesFormat`, `parseIndexInterval`,
//! `validateFailedIndexesNotOverlapCompleted`).

/// How many indexes the text names, all below `completions`.
///
/// # Errors
/// Upstream's sentence about the first interval that is wrong.
pub(super) fn count(text: &str, completions: i32) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let (mut last, mut total) = (None, 0);
    for interval in text.split(',') {
        let (first, end) = parse(interval, completions)?;
        if let Some(last) = last.filter(|last| *last >= first) {
            return Err(disorder(last, first));
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

/// The first index that both texts name; intervals that are wrong are passed over.
pub(super) fn overlap(completed: &str, failed: &str, completions: i32) -> Option<i64> {
    let intervals = |text: &str| -> Vec<(i64, i64)> {
        let parsed = text.split(',').map(|part| parse(part, completions).ok());
        parsed.flatten().collect()
    };
    let (completed, failed) = (intervals(completed), intervals(failed));
    let (mut c, mut f) = (0, 0);
    while let (Some(&(c_first, c_end)), Some(&(f_first, f_end))) = (completed.get(c), failed.get(f))
    {
        if c_first <= f_end && f_first <= c_end {
            return Some(c_first.max(f_first));
        }
        if c_first <= f_first {
            c += 1;
        } else {
            f += 1;
        }
    }
    None
}

fn parse(interval: &str, completions: i32) -> Result<(i64, i64), String> {
    let limits: Vec<&str> = interval.split('-').collect();
    if limits.len() > 2 {
        return Err(format!(
            "the fragment {interval:?} violates the requirement that an index interval can have at most two parts separated by '-'"
        ));
    }
    let index = |text: &str| {
        let number: i64 = text
            .parse()
            .map_err(|_| format!("cannot convert string to integer for index: {text:?}"))?;
        if number >= i64::from(completions) {
            return Err(format!("too large index: {text:?}"));
        }
        Ok(number)
    };
    let first = index(limits[0])?;
    let Some(end) = limits.get(1) else {
        return Ok((first, first));
    };
    let end = index(end)?;
    if first >= end {
        return Err(disorder(first, end));
    }
    Ok((first, end))
}

fn disorder(previous: i64, current: i64) -> String {
    format!("non-increasing order, previous: {previous}, current: {current}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_counted_or_refused() {
        for (name, text, want) in [
            ("nothing", "", Ok(0)),
            ("one", "3", Ok(1)),
            ("intervals", "1,3-5,7", Ok(5)),
            (
                "three parts",
                "1-2-3",
                Err(
                    "the fragment \"1-2-3\" violates the requirement that an index interval can have at most two parts separated by '-'",
                ),
            ),
            (
                "no number",
                "1,x",
                Err("cannot convert string to integer for index: \"x\""),
            ),
            (
                "negative",
                "-1",
                Err("cannot convert string to integer for index: \"\""),
            ),
            ("too large", "10", Err("too large index: \"10\"")),
            ("too large an end", "1-10", Err("too large index: \"10\"")),
            (
                "backwards",
                "5-3",
                Err("non-increasing order, previous: 5, current: 3"),
            ),
            (
                "twice",
                "1-3,3",
                Err("non-increasing order, previous: 3, current: 3"),
            ),
        ] {
            assert_eq!(count(text, 10), want.map_err(str::to_owned), "{name}");
        }
    }

    #[test]
    fn an_index_cannot_both_complete_and_fail() {
        for (completed, failed, want) in [
            ("1,3-5", "2,6", None),
            ("1,3-5", "0,4-7", Some(4)),
            ("", "1", None),
            ("x,2", "2", Some(2)),
        ] {
            assert_eq!(overlap(completed, failed, 10), want, "{completed} {failed}");
        }
    }
}
