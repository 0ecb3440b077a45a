//! How many pods more or fewer than desired a rollout may have.
//!
//! The real thing: pkg/controller/deployment/util/deployment_util.go, `ResolveFenceposts`, `MaxSurge`, `MaxUnavailable`,
//! `NewRSNewReplicas`; apimachinery's `intstr.GetScaledValueFromIntOrPercent`.

use super::{Sync, replicas_of};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

impl Sync<'_> {
    /// Pods beyond the desired number; 0 unless rolling.
    pub(super) fn max_surge(&self) -> i32 {
        self.fenceposts().0
    }

    /// Pods that may be missing; 0 unless rolling.
    pub(super) fn max_unavailable(&self) -> i32 {
        self.fenceposts().1.min(self.replicas())
    }

    /// The size that the new ReplicaSet may have now: up to the desired number, as long as all together stay within desired plus surge.
    pub(super) fn new_replicas(&self, current: i32) -> i32 {
        if self.strategy() == "Recreate" {
            return self.replicas();
        }
        let old = self.old.iter().map(|set| i64::from(replicas_of(set)));
        let total = old.sum::<i64>() + i64::from(current);
        let room = i64::from(self.replicas()) + i64::from(self.scaled_surge()) - total;
        let wanted = i64::from(self.replicas()) - i64::from(current);
        if room <= 0 {
            return current;
        }
        let grown = i64::from(current) + room.min(wanted);
        i32::try_from(grown).unwrap_or(i32::MAX)
    }

    fn fenceposts(&self) -> (i32, i32) {
        if self.strategy() != "RollingUpdate" {
            return (0, 0);
        }
        let rolling = self
            .spec
            .strategy
            .as_ref()
            .and_then(|s| s.rolling_update.as_ref());
        let unavailable = rolling.and_then(|r| r.max_unavailable.as_ref());
        resolve(
            self.scaled_surge(),
            scaled(unavailable, self.replicas(), Rounding::Down),
        )
    }

    fn scaled_surge(&self) -> i32 {
        let rolling = self
            .spec
            .strategy
            .as_ref()
            .and_then(|s| s.rolling_update.as_ref());
        let surge = rolling.and_then(|r| r.max_surge.as_ref());
        scaled(surge, self.replicas(), Rounding::Up)
    }
}

/// Both zero would never move: then one may be unavailable.
fn resolve(surge: i32, unavailable: i32) -> (i32, i32) {
    match (surge, unavailable) {
        (0, 0) => (0, 1),
        both => both,
    }
}

#[derive(Clone, Copy)]
enum Rounding {
    Up,
    Down,
}

/// A count, or a percentage of `total`; 0 if it is absent or illegible (validation lets neither through).
fn scaled(value: Option<&IntOrString>, total: i32, rounding: Rounding) -> i32 {
    let percent = match value {
        None => return 0,
        Some(IntOrString::Int(count)) => return *count,
        Some(IntOrString::String(text)) => {
            text.strip_suffix('%').and_then(|n| n.parse::<i64>().ok())
        }
    };
    let hundredfold = percent.unwrap_or(0).saturating_mul(i64::from(total));
    let whole = match rounding {
        Rounding::Up => hundredfold.saturating_add(99).div_euclid(100),
        Rounding::Down => hundredfold.div_euclid(100),
    };
    i32::try_from(whole).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surge_rounds_up_and_unavailable_down() {
        let text = |t: &str| IntOrString::String(t.to_owned());
        let cases = [
            (
                "counts",
                IntOrString::Int(2),
                IntOrString::Int(1),
                10,
                (2, 1),
            ),
            ("25% of 4", text("25%"), text("25%"), 4, (1, 1)),
            ("25% of 3", text("25%"), text("25%"), 3, (1, 0)),
            ("25% of 10", text("25%"), text("25%"), 10, (3, 2)),
            (
                "nothing would ever move",
                text("0%"),
                text("10%"),
                1,
                (0, 1),
            ),
            ("none desired", text("25%"), text("25%"), 0, (0, 1)),
        ];
        for (name, surge, unavailable, total, want) in cases {
            let surge = scaled(Some(&surge), total, Rounding::Up);
            let unavailable = scaled(Some(&unavailable), total, Rounding::Down);
            assert_eq!(resolve(surge, unavailable), want, "{name}");
        }
    }
}
