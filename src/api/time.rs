//! Virtual time as the API spells it: milliseconds since the cluster began, from a fixed first instant.
//!
//! The real thing: apimachinery's `metav1.Time` (whole seconds) and `metav1.MicroTime`.
//! Left out: the wall clock; a cluster's first instant is always 2025-01-01T00:00:00Z, so that the same run prints the same text.

use super::field::Quoted;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};

/// The instant at which every cluster begins, in seconds since 1970: 2025-01-01T00:00:00Z.
pub const BEGINNING_S: i64 = 1_735_689_600;

/// Milliseconds of virtual time since the cluster began.
pub type Ms = u64;

/// `now_ms` as a `Time`, cut to whole seconds as the API server's JSON does.
#[must_use]
pub fn time(now_ms: Ms) -> Time {
    let seconds =
        BEGINNING_S + i64::try_from(now_ms / 1000).expect("virtual time stays far below 2^63");
    Time(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
}

/// `now_ms` as a `MicroTime`.
#[must_use]
pub fn micro_time(now_ms: Ms) -> MicroTime {
    let now_ms = i64::try_from(now_ms).unwrap_or(i64::MAX);
    let ms = now_ms.saturating_add(BEGINNING_S * 1000);
    MicroTime(Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX))
}

/// The virtual milliseconds of a `Time`; instants before the beginning count as the beginning.
#[must_use]
pub fn ms(time: &Time) -> Ms {
    ms_of(time.0)
}

/// The virtual milliseconds of any timestamp; instants before the beginning count as the beginning.
#[must_use]
pub fn ms_of(timestamp: Timestamp) -> Ms {
    u64::try_from(timestamp.as_millisecond() - BEGINNING_S * 1000).unwrap_or(0)
}

/// An instant as JSON spells a `Time`: `2025-01-01T00:00:07Z`.
#[must_use]
pub fn rfc3339(timestamp: Timestamp) -> String {
    format!("{}Z", date_and_time(timestamp.as_second()))
}

/// An instant as JSON spells a `MicroTime`: `2025-01-01T00:00:07.250000Z`.
#[must_use]
pub fn rfc3339_micro(timestamp: Timestamp) -> String {
    let micros = timestamp.as_microsecond();
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    format!("{}.{fraction:06}Z", date_and_time(seconds))
}

/// Days between 0000-03-01 and 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;
/// Days in 400 years, after which the calendar repeats itself.
const DAYS_PER_ERA: i64 = 146_097;

/// `2025-01-01T00:00:07`. Years are counted from March, so that the day that only some years have is the last.
fn date_and_time(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400) + DAYS_TO_1970;
    let (era, day) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let second = seconds.rem_euclid(86_400);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Days from 1970-01-01 to this date.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    era * DAYS_PER_ERA + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day
        - 1
        - DAYS_TO_1970
}

/// Reads RFC 3339 as Go does: `2025-01-01T00:00:07Z`, `2025-01-01T01:00:07.25+01:00`. `None` if it is no such instant.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let (date_and_time, rest) = text.split_at_checked(19)?;
    let numbers = date_and_time.split(['-', 'T', ':']);
    let numbers: Vec<i64> = numbers.map(whole).collect::<Option<_>>()?;
    let [year, month, day, hour, minute, second] = *numbers.as_slice() else {
        return None;
    };
    let marks = |at: usize| date_and_time.as_bytes()[at];
    let marked = [4, 7, 10, 13, 16].map(marks) == *b"--T::";
    let days = days_to(year, month, day);
    // Only dates that there are, are written as they were read: not the 31st of April.
    let exists =
        marked && rfc_date(days) == date_and_time[..10] && hour < 24 && minute < 60 && second < 60;
    let (fraction, zone) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("0", rest),
    };
    let nanosecond = format!("{fraction:0<9}").get(..9).and_then(whole)?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset_s(zone)?;
    let nanosecond = i32::try_from(nanosecond).ok()?;
    Timestamp::new(seconds, nanosecond)
        .ok()
        .filter(|_| exists && !fraction.is_empty())
}

/// Is it a date that there is: `2025-02-28`, not the 31st of April?
#[must_use]
pub fn is_date(text: &str) -> bool {
    let at_midnight = format!("{text}T00:00:00Z");
    text.len() == 10 && parse(&at_midnight).is_some()
}

fn rfc_date(days: i64) -> String {
    let mut text = date_and_time(days * 86_400);
    text.truncate(10);
    text
}

/// `Z`, `+01:00`: seconds east of Greenwich.
fn offset_s(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hour, minute) = zone[1..].split_once(':').filter(|_| zone.len() == 6)?;
    let (hour, minute) = (whole(hour)?, whole(minute)?);
    (hour < 24 && minute < 60).then_some(sign * (hour * 3600 + minute * 60))
}

/// A number of digits only.
fn whole(digits: &str) -> Option<i64> {
    digits
        .bytes()
        .all(|c| c.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// So many seconds of somebody's asking in milliseconds: none if there are fewer than none, and never so many that the end of them could
/// not be told.
#[must_use]
pub fn seconds_ms(seconds: impl Into<i64>) -> Ms {
    const SECONDS_MAX: u64 = 1 << 40;
    let seconds = u64::try_from(seconds.into()).unwrap_or(0);
    seconds.min(SECONDS_MAX) * 1000
}

/// What Go says of a text that is no instant in RFC 3339. The real thing: `time.ParseError`.
#[must_use]
pub fn parse_error(text: &str) -> String {
    let text = Quoted(text);
    format!("parsing time {text} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text} as \"2006\"")
}

/// How long something has lasted, as kubectl prints ages: `59s`, `2m5s`, `3h`, `2d3h`. The real thing: apimachinery's `duration.HumanDuration`.
#[must_use]
pub fn human_duration(ms: Ms) -> String {
    let seconds = ms / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |large: u64, unit: char, small: u64, small_unit: char| match small {
        0 => format!("{large}{unit}"),
        _ => format!("{large}{unit}{small}{small_unit}"),
    };
    match (seconds, hours) {
        (..120, _) => format!("{seconds}s"),
        (..600, _) => two(minutes, 'm', seconds % 60, 's'),
        (..10_800, _) => format!("{minutes}m"),
        (_, ..8) => two(hours, 'h', minutes % 60, 'm'),
        (_, ..48) => format!("{hours}h"),
        (_, ..192) => two(days, 'd', hours % 24, 'h'),
        (_, ..17_520) => format!("{days}d"),
        (_, ..70_080) => two(days / 365, 'y', days % 365, 'd'),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_there_and_back() {
        assert_eq!(time(61_500).0.to_string(), "2025-01-01T00:01:01Z");
        assert_eq!(ms(&time(61_500)), 61_000);
        assert_eq!(ms_of(micro_time(61_500).0), 61_500);
    }

    #[test]
    fn instants_are_read_as_go_reads_them() {
        for (text, want) in [
            ("2025-01-01T00:00:07Z", Some("2025-01-01T00:00:07.000000Z")),
            (
                "2025-01-01T01:00:07.25+01:30",
                Some("2024-12-31T23:30:07.250000Z"),
            ),
            (
                "2024-02-29T23:59:59.1234567Z",
                Some("2024-02-29T23:59:59.123456Z"),
            ),
            (
                "1969-12-31T23:59:59.5Z",
                Some("1969-12-31T23:59:59.500000Z"),
            ),
            ("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00.000000Z")),
            ("2023-02-29T00:00:00Z", None),
            ("2025-13-01T00:00:00Z", None),
            ("2025-01-01T24:00:00Z", None),
            ("2025-01-01T00:00:07", None),
            ("2025-01-01 00:00:07Z", None),
            ("2025-01-01T00:00:07.Z", None),
            ("2025-01-01T00:00:07z", None),
            ("2025-01-01T00:00:07+1:00", None),
            ("2025-01-01T0é:00:07Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse(text).map(rfc3339_micro).as_deref(), want, "{text}");
        }
        for days in (-719_000..800_000).step_by(97) {
            let timestamp = Timestamp::from_second(days * 86_400 + 61).expect("in range");
            assert_eq!(timestamp.to_string(), rfc3339(timestamp));
        }
    }

    #[test]
    fn ages_read_as_kubectl_prints_them() {
        let (second, minute, hour, day) = (1000, 60_000, 3_600_000, 86_400_000);
        for (ms, want) in [
            (0, "0s"),
            (119 * second, "119s"),
            (2 * minute, "2m"),
            (125 * second, "2m5s"),
            (10 * minute + second, "10m"),
            (179 * minute, "179m"),
            (3 * hour, "3h"),
            (3 * hour + 5 * minute, "3h5m"),
            (9 * hour + 5 * minute, "9h"),
            (2 * day + 3 * hour, "2d3h"),
            (10 * day + 3 * hour, "10d"),
            (3 * 365 * day + 2 * day, "3y2d"),
            (9 * 365 * day, "9y"),
        ] {
            assert_eq!(human_duration(ms), want, "{ms}");
        }
    }
}
