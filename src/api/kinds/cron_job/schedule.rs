//! `spec.schedule`: five fields, or a word that stands for them.
//!
//! The real thing: github.com/robfig/cron v3, parser.go (`ParseStandard`), whose sentences the API server passes on.

use super::{duration, time_zone};

/// What one of the five fields may hold.
struct Field {
    min: u32,
    max: u32,
    /// Names of the values, beginning with the least.
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        min: 0,
        max: 59,
        names: &[],
    },
    Field {
        min: 0,
        max: 23,
        names: &[],
    },
    Field {
        min: 1,
        max: 31,
        names: &[],
    },
    Field {
        min: 1,
        max: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        min: 0,
        max: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const DESCRIPTORS: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// Is it a schedule?
///
/// # Errors
/// What the parser says.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("empty spec string".to_owned());
    }
    let mut rest = text;
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        let zone = text.split_once('=').map_or("", |(_, zone)| zone);
        let (zone, after) = zone.split_once(' ').unwrap_or((zone, ""));
        if let Err(why) = time_zone::load(zone) {
            return Err(format!("provided bad location {zone}: {why}"));
        }
        rest = after.trim();
    }
    if rest.starts_with('@') {
        return check_descriptor(rest);
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!(
            "expected exactly {} fields, found {}: [{}]",
            FIELDS.len(),
            fields.len(),
            fields.join(" ")
        ));
    }
    for (text, field) in fields.into_iter().zip(&FIELDS) {
        let mut parts = text.split(',').filter(|part| !part.is_empty());
        parts.try_for_each(|part| check_range(part, field))?;
    }
    Ok(())
}

fn check_descriptor(text: &str) -> Result<(), String> {
    if DESCRIPTORS.contains(&text) {
        return Ok(());
    }
    let Some(every) = text.strip_prefix("@every ") else {
        return Err(format!("unrecognized descriptor: {text}"));
    };
    duration::check(every).map_err(|why| format!("failed to parse duration {text}: {why}"))
}

/// `*`, `5`, `1-5`, `*/15`, `mon-fri`.
fn check_range(text: &str, field: &Field) -> Result<(), String> {
    let steps: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = steps[0].split('-').collect();
    let (start, mut end) = match ends.as_slice() {
        ["*" | "?", ..] => (field.min, field.max),
        [only] => {
            let value = number_or_name(only, field)?;
            (value, value)
        }
        [first, last] => (number_or_name(first, field)?, number_or_name(last, field)?),
        _ => {
            number_or_name(ends[0], field)?;
            return Err(format!("too many hyphens: {text}"));
        }
    };
    let step = match steps.as_slice() {
        [_] => 1,
        [_, step] => {
            let step = number(step)?;
            if ends.len() == 1 {
                end = field.max;
            }
            step
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if start < field.min {
        let min = field.min;
        return Err(format!(
            "beginning of range ({start}) below minimum ({min}): {text}"
        ));
    }
    if end > field.max {
        let max = field.max;
        return Err(format!(
            "end of range ({end}) above maximum ({max}): {text}"
        ));
    }
    if start > end {
        return Err(format!(
            "beginning of range ({start}) beyond end of range ({end}): {text}"
        ));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok(())
}

fn number_or_name(text: &str, field: &Field) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    let named = field.names.iter().zip(field.min..);
    let found = named.into_iter().find(|(name, _)| **name == lower);
    found.map_or_else(|| number(text), |(_, value)| Ok(value))
}

fn number(text: &str) -> Result<u32, String> {
    let parsed: i64 = text.parse().map_err(|_| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let why = if all_digits {
            "value out of range"
        } else {
            "invalid syntax"
        };
        format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {why}")
    })?;
    if parsed < 0 {
        return Err(format!("negative number ({parsed}) not allowed: {text}"));
    }
    Ok(u32::try_from(parsed).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_or_refused_as_upstream_does() {
        for (text, want) in [
            ("*/5 * * * *", Ok(())),
            ("0 2-4,8 1 JAN-mar mon", Ok(())),
            ("? 0/2 * * 0", Ok(())),
            ("@daily", Ok(())),
            ("@every 1h30m", Ok(())),
            ("TZ=Europe/Vienna 0 0 * * *", Ok(())),
            (
                "* * * *",
                Err("expected exactly 5 fields, found 4: [* * * *]"),
            ),
            (
                "60 * * * *",
                Err("end of range (60) above maximum (59): 60"),
            ),
            (
                "* * 0 * *",
                Err("beginning of range (0) below minimum (1): 0"),
            ),
            (
                "5-1 * * * *",
                Err("beginning of range (5) beyond end of range (1): 5-1"),
            ),
            (
                "*/0 * * * *",
                Err("step of range should be a positive number: */0"),
            ),
            ("*/1/2 * * * *", Err("too many slashes: */1/2")),
            ("1-2-3 * * * *", Err("too many hyphens: 1-2-3")),
            (
                "x * * * *",
                Err("failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ),
            ("* * * * 7", Err("end of range (7) above maximum (6): 7")),
            ("@never", Err("unrecognized descriptor: @never")),
            (
                "@every x",
                Err("failed to parse duration @every x: time: invalid duration \"x\""),
            ),
            (
                "TZ=Mars 0 0 * * *",
                Err("provided bad location Mars: unknown time zone Mars"),
            ),
            ("TZ=0", Err("provided bad location 0: unknown time zone 0")),
        ] {
            assert_eq!(check(text), want.map_err(str::to_owned), "{text}");
        }
    }
}
