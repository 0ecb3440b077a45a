//! `--dry-run`: what it may be, and what it is meant to be where it is given in a form of former times.
//!
//! The real thing: kubectl's pkg/cmd/util/helpers.go (`GetDryRunStrategy`), which warns through k8s.io/klog.

use super::Command;
use super::flags::{self, Flag, Given, optional};
use crate::api::time::{self, Ms};

/// Its value if it is given without one.
const BARE: &str = "unchanged";

/// The flag of commands that change something on the server.
pub(super) const DRY_RUN: Flag = optional(
    "dry-run",
    "server",
    BARE,
    "answer as if it were done, and change nothing",
);

/// The same of those that make something, and can stop before they send it.
pub(super) const DRY_RUN_HERE: Flag = optional(
    "dry-run",
    "client|server",
    BARE,
    "say what would be sent, or what would come of it, and change nothing",
);

/// What is meant by a form of former times, and what kubectl warns of then; nothing if it is given as it should be, or not.
///
/// # Errors
/// It cannot be that.
pub(super) fn read(
    command: &Command,
    given: &Given,
    now_ms: Ms,
) -> Result<Option<(&'static str, String)>, String> {
    let Some(said) = given.get("dry-run") else {
        return Ok(None);
    };
    // The lines of helpers.go as of 1.32.4.
    let (is_meant, former) = match said {
        "none" => ("none", None),
        "client" => ("client", None),
        "server" => ("server", None),
        BARE => {
            let why = "--dry-run is deprecated and can be replaced with --dry-run=client.";
            ("client", Some((703, why.to_owned())))
        }
        text if flags::TRUE.contains(&text) => ("client", Some((717, boolean(text, "client")))),
        text if flags::FALSE.contains(&text) => ("none", Some((720, boolean(text, "none")))),
        other => {
            return Err(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ));
        }
    };
    if is_meant == "client" && !command.flags.contains(&DRY_RUN_HERE) {
        return Err(format!(
            "kubectl {} --dry-run=client is not simulated here; --dry-run=server is",
            command.name
        ));
    }
    Ok(former.map(|(line, why)| (is_meant, warning(line, &why, now_ms))))
}

fn boolean(said: &str, is_meant: &str) -> String {
    format!(
        "--dry-run={said} is deprecated (boolean value) and can be replaced with --dry-run={is_meant}."
    )
}

/// A line of kubectl's log: what it is, when, by which process, and where it is written.
fn warning(line: u32, why: &str, now_ms: Ms) -> String {
    const PROCESS: u32 = 1;
    let now = time::rfc3339_micro(time::micro_time(now_ms).0);
    let (month, day, clock) = (&now[5..7], &now[8..10], now[11..].trim_end_matches('Z'));
    format!("W{month}{day} {clock} {PROCESS:>7} helpers.go:{line}] {why}")
}

#[cfg(test)]
mod tests {
    use crate::kubectl::run;
    use crate::sim::{Cluster, ClusterOptions};

    #[test]
    fn forms_of_former_times_are_understood_and_warned_of() {
        let bare =
            "helpers.go:703] --dry-run is deprecated and can be replaced with --dry-run=client.\n";
        let cases = [
            (
                "create ns x --dry-run",
                "namespace/x created (dry run)\n",
                bare,
            ),
            (
                "create ns x --dry-run=true",
                "namespace/x created (dry run)\n",
                "helpers.go:717] --dry-run=true is deprecated (boolean value) and can be replaced with --dry-run=client.\n",
            ),
            (
                "create ns x --dry-run=f",
                "namespace/x created\n",
                "helpers.go:720] --dry-run=f is deprecated (boolean value) and can be replaced with --dry-run=none.\n",
            ),
            (
                "create ns x --dry-run=client",
                "namespace/x created (dry run)\n",
                "",
            ),
            (
                "create ns x --dry-run client",
                "",
                "error: exactly one NAME is required, got 2\nSee 'kubectl create namespace -h' for help and examples\n",
            ),
            (
                "create ns x --dry-run=",
                "",
                "error: Invalid dry-run value (). Must be \"none\", \"server\", or \"client\".\n",
            ),
            (
                "delete ns x --dry-run",
                "",
                "error: kubectl delete --dry-run=client is not simulated here; --dry-run=server is\n",
            ),
        ];
        for (line, out, err) in cases {
            let mut cluster = Cluster::booted(ClusterOptions::default());
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let output = run(&words, &[], &mut cluster);
            assert_eq!(output.stdout, out, "{line}");
            let said = match output.stderr.strip_prefix('W') {
                Some(logged) => &logged[logged.find("helpers").expect("a file")..],
                None => &output.stderr,
            };
            assert_eq!(said, err, "{line}");
        }
        let words = ["create", "ns", "x", "--dry-run"].map(str::to_owned);
        let mut cluster = Cluster::new(ClusterOptions::default());
        let stderr = run(&words, &[], &mut cluster).stderr;
        assert!(
            stderr.starts_with("W0101 00:00:00.000000       1 helpers.go:703] "),
            "{stderr}"
        );
    }
}
