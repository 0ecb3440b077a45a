//! Sessions of kubectl, several side by side: each has a server of its own.

use crate::terminal::has_kubectl;
use std::sync::Mutex;

/// How many sessions run at once.
const WORKERS: usize = 3;

/// Runs the sessions, the last first, and fails with all that `run` finds wrong. Those are left out whose name has not `KUBECTL_TEST` in it;
/// without a kubectl, all are.
pub(crate) fn check<S: Send>(
    sessions: Vec<(String, S)>,
    run: impl Fn(&str, &S) -> Vec<String> + Sync,
) {
    if !has_kubectl() {
        return;
    }
    let only = std::env::var("KUBECTL_TEST").unwrap_or_default();
    let mut sessions = sessions;
    sessions.retain(|(name, _)| name.contains(&only));
    assert!(!sessions.is_empty(), "no session has {only:?} in its name");
    let queue = Mutex::new(sessions);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics").pop();
                    let Some((name, session)) = next else { break };
                    let said = run(&name, &session);
                    wrong.lock().expect("no worker panics").extend(said);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no worker panics");
    assert!(
        wrong.is_empty(),
        "{} commands print something else (- what is wanted, + what is printed)\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
