//! Virtual time as the API spells it: milliseconds since the cluster began, from a fixed first instant.
//!
//! The real thing: apimachinery's `metav1.Time` (whole seconds) and `metav1.MicroTime`.
//! Left out: the wall clock; a cluster's first instant is always 2025-01-01T00:00:00Z, so that the same run prints the same text.

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
    Time(Timestamp::from_second(seconds).expect("virtual time stays within jiff's years"))
}

/// `now_ms` as a `MicroTime`.
#[must_use]
pub fn micro_time(now_ms: Ms) -> MicroTime {
    let ms = BEGINNING_S * 1000 + i64::try_from(now_ms).expect("virtual time stays far below 2^63");
    MicroTime(Timestamp::from_millisecond(ms).expect("virtual time stays within jiff's years"))
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
