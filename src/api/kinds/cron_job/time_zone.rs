//! `spec.timeZone`: a name of the IANA time zone database.
//!
//! The real thing: pkg/apis/batch/validation/validation.go (`validateTimeZone`), Go's time.LoadLocation.

/// The names of the database's zones and links, one a line, sorted.
const NAMES: &str = include_str!("time_zones.txt");

/// The longest part of a name.
const PART_LENGTH_MAX: usize = 14;

/// Everything wrong with the name.
pub(super) fn wrong(zone: &str) -> Vec<String> {
    if zone.is_empty() {
        return vec!["timeZone must be nil or non-empty string".to_owned()];
    }
    if !zone.split('/').all(is_part) {
        return vec![unknown(zone)];
    }
    let mut wrong = Vec::new();
    if zone.eq_ignore_ascii_case("Local") {
        let text =
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        wrong.push(text.to_owned());
    }
    wrong.extend(load(zone).err());
    wrong
}

/// Is there such a zone?
///
/// # Errors
/// What Go says if there is none.
pub(super) fn load(zone: &str) -> Result<(), String> {
    let known = matches!(zone, "" | "Local") || NAMES.lines().any(|name| name == zone);
    if known { Ok(()) } else { Err(unknown(zone)) }
}

fn unknown(zone: &str) -> String {
    format!("unknown time zone {zone}")
}

fn is_part(part: &str) -> bool {
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    let length = (1..=PART_LENGTH_MAX).contains(&part.len());
    length && part.bytes().all(fine) && !matches!(part, "." | "..") && !part.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_database() {
        assert!(NAMES.lines().is_sorted());
        let explicit =
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        for (zone, want) in [
            ("Europe/Vienna", vec![]),
            ("America/Argentina/Ushuaia", vec![]),
            ("Etc/GMT+5", vec![]),
            ("UTC", vec![]),
            ("", vec!["timeZone must be nil or non-empty string"]),
            ("Mars/Olympus", vec!["unknown time zone Mars/Olympus"]),
            ("../etc", vec!["unknown time zone ../etc"]),
            ("europe/vienna", vec!["unknown time zone europe/vienna"]),
            ("Local", vec![explicit]),
            ("local", vec![explicit, "unknown time zone local"]),
        ] {
            assert_eq!(wrong(zone), want, "{zone}");
        }
    }
}
