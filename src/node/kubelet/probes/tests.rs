//! Tests of the probes: when they are due, and what their results come to.

use super::*;

fn probing(kind: ProbeKind) -> Probing {
    Probing {
        container: 0,
        kind,
        verdict: kind.at_first(),
        last: Verdict::Unknown,
        in_a_row: 0,
        due_ms: Some(0),
    }
}

#[test]
fn thresholds() {
    use Verdict::{Failure as F, Success as S, Unknown as U};
    let table: &[(&str, ProbeKind, i32, i32, &[bool], &[Verdict])] = &[
        ("ready at once", ProbeKind::Readiness, 1, 3, &[true], &[S]),
        (
            "ready after two",
            ProbeKind::Readiness,
            2,
            3,
            &[true, true],
            &[F, S],
        ),
        (
            "a failure in between counts anew",
            ProbeKind::Readiness,
            2,
            3,
            &[true, false, true, true],
            &[F, F, F, S],
        ),
        (
            "unready after three",
            ProbeKind::Readiness,
            1,
            3,
            &[true, false, false, false],
            &[S, S, S, F],
        ),
        (
            "alive until three failures",
            ProbeKind::Liveness,
            1,
            3,
            &[false, false, true, false, false, false],
            &[S, S, S, S, S, F],
        ),
        (
            "startup",
            ProbeKind::Startup,
            1,
            3,
            &[false, false, true],
            &[U, U, S],
        ),
        (
            "never started",
            ProbeKind::Startup,
            1,
            2,
            &[false, false],
            &[U, F],
        ),
    ];
    for (name, kind, success, failure, results, want) in table {
        let probe = Probe {
            success_threshold: Some(*success),
            failure_threshold: Some(*failure),
            ..Probe::default()
        };
        let mut probing = probing(*kind);
        let verdicts: Vec<Verdict> = results
            .iter()
            .map(|ok| {
                probing.count(*ok, &probe);
                probing.verdict
            })
            .collect();
        assert_eq!(verdicts, *want, "{name}");
    }
}
