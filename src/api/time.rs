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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_there_and_back() {
        assert_eq!(time(61_500).0.to_string(), "2025-01-01T00:01:01Z");
        assert_eq!(ms(&time(61_500)), 61_000);
        assert_eq!(ms_of(micro_time(61_500).0), 61_500);
    }
}
