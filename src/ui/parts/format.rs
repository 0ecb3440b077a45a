//! Times and names as the page shows them.

use crate::api::time::Ms;
use crate::sim::ProcessId;

/// `0:00:12.345`.
#[must_use]
pub fn clock(ms: Ms) -> String {
    format!(
        "{}:{:02}:{:02}.{:03}",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000
    )
}

/// A length of time: `3 ms`, `2.4 s`, `5 min`.
#[must_use]
pub fn span(ms: Ms) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms / 100 % 10),
        _ => format!("{} min", ms / 60_000),
    }
}

/// `replicaset`, `n1 kubelet`: a process as people call it.
#[must_use]
pub fn who(process: &ProcessId) -> String {
    let name = crate::scene::short_name(process.component);
    if process.node.is_empty() {
        name.to_owned()
    } else {
        format!("{} {name}", process.node)
    }
}

/// `26,140`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(clock(3_725_004), "1:02:05.004");
        assert_eq!(
            [span(999), span(2_450), span(300_000)],
            ["999 ms", "2.4 s", "5 min"]
        );
        assert_eq!(
            [thousands(7), thousands(1_000), thousands(26_140_000)],
            ["7", "1,000", "26,140,000"]
        );
    }
}
