//! What a probe of a simulated container finds.
//!
//! The real thing: pkg/probe/{exec,http,tcp,grpc}; the texts of the failures are theirs, and those of the commands that are run.
//! Left out: response headers and bodies, TLS, gRPC service names.

use super::shell::{self, Stream};
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::Container;

/// What a probe does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeAction {
    /// Runs a command in the container.
    Exec(Vec<Name>),
    /// Asks for a URL; 200 to 399 is a success.
    Http {
        /// `http` or `https`.
        scheme: Name,
        /// The host; the pod's address unless the probe names one.
        host: Name,
        /// The port.
        port: i32,
        /// The path, with its slash.
        path: Name,
    },
    /// Opens a connection.
    Tcp {
        /// The host.
        host: Name,
        /// The port.
        port: i32,
    },
    /// Asks gRPC's health service.
    Grpc {
        /// The host.
        host: Name,
        /// The port.
        port: i32,
    },
}

/// What came of a probe: fine, or not and in which words.
pub type ProbeResult = Result<(), String>;

/// Probes a container now. One that does not run fails every probe.
pub fn probe(
    container: &Container,
    action: &ProbeAction,
    timeout_ms: Ms,
    now_ms: Ms,
) -> ProbeResult {
    let Some(started_ms) = container.running_since() else {
        return Err("container not running".to_owned());
    };
    let age_ms = now_ms.saturating_sub(started_ms);
    match action {
        ProbeAction::Exec(command) => exec(container, command, timeout_ms, age_ms),
        ProbeAction::Http {
            scheme,
            host,
            port,
            path,
        } => match http_code(container, *port, path, age_ms) {
            Some(200..=399) => Ok(()),
            Some(code) => Err(format!("HTTP probe failed with statuscode: {code}")),
            None => Err(format!(
                "Get \"{scheme}://{host}:{port}{path}\": dial tcp {host}:{port}: connect: connection refused"
            )),
        },
        ProbeAction::Tcp { host, port } => connect(container, *port, age_ms)
            .map_err(|()| format!("dial tcp {host}:{port}: connect: connection refused")),
        ProbeAction::Grpc { host, port } => {
            connect(container, *port, age_ms).map_err(|()| {
                format!("timeout: failed to connect service \"{host}:{port}\" within {}s: context deadline exceeded", timeout_ms / 1000)
            })?;
            if fails(container, age_ms) {
                return Err("service unhealthy (responded with \"NOT_SERVING\")".to_owned());
            }
            Ok(())
        }
    }
}

/// With which code a container answers an HTTP request now; `None` if it does not listen at that port.
#[must_use]
pub fn answers_http(container: &Container, port: i32, path: &str, now_ms: Ms) -> Option<u16> {
    let age_ms = now_ms.saturating_sub(container.running_since()?);
    http_code(container, port, path, age_ms)
}

fn http_code(container: &Container, port: i32, path: &str, age_ms: Ms) -> Option<u16> {
    connect(container, port, age_ms).ok()?;
    if fails(container, age_ms) {
        return Some(500);
    }
    let paths = &container.program.paths;
    let plain = path.split('?').next().unwrap_or(path);
    let is_known = paths.is_empty() || paths.iter().any(|known| known == plain);
    Some(if is_known { 200 } else { 404 })
}

/// When the program will next do something that may change a probe's verdict, if ever: nobody needs to wait for probes beyond that.
#[must_use]
pub fn verdict_changes_ms(container: &Container, now_ms: Ms) -> Option<Ms> {
    let started_ms = container.running_since()?;
    let program = &container.program;
    let files = program.files.iter().map(|(at_ms, _, _)| *at_ms);
    [Some(program.listens_from_ms), program.fails_from_ms]
        .into_iter()
        .flatten()
        .chain(files)
        .filter(|at_ms| *at_ms < Ms::MAX)
        .map(|at_ms| started_ms + at_ms)
        .filter(|at_ms| *at_ms > now_ms)
        .min()
}

fn fails(container: &Container, age_ms: Ms) -> bool {
    container
        .program
        .fails_from_ms
        .is_some_and(|from_ms| age_ms >= from_ms)
}

fn connect(container: &Container, port: i32, age_ms: Ms) -> Result<(), ()> {
    let program = &container.program;
    let listens = age_ms >= program.listens_from_ms;
    let is_its_port = program.ports.is_empty() || program.ports.contains(&port);
    if listens && is_its_port {
        Ok(())
    } else {
        Err(())
    }
}

/// Runs a command in a container to its end: how long it takes, and its exit code.
#[must_use]
pub fn run_command(container: &Container, command: &[Name], now_ms: Ms) -> (Ms, i32) {
    let age_ms = now_ms.saturating_sub(container.running_since().unwrap_or(now_ms));
    let script = shell::run_with(command, &container.program.files, age_ms);
    let takes_ms = script.ends_ms.map_or(Ms::MAX / 2, |end| end - age_ms);
    (takes_ms, script.code)
}

/// What a command said and how it ended, for someone who looked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its lines, in order.
    pub lines: Vec<(Stream, Name)>,
    /// Its exit code.
    pub code: i32,
}

/// Runs a command in a container for someone who looks on. One that never ends is broken off; one that would move files (`kubectl cp`) fails,
/// because a copy that was not made must not look like one.
#[must_use]
pub fn exec_command(container: &Container, command: &[Name], now_ms: Ms) -> Ran {
    const BROKEN_OFF: i32 = 130;
    /// As tar ends that cannot go on.
    const TAR_FAILED: i32 = 2;
    if shell::is_archive_of_stream(command) {
        let line = "kubeloop: tar is not simulated: containers here have no files to copy";
        return Ran {
            lines: vec![(Stream::Stderr, line.into())],
            code: TAR_FAILED,
        };
    }
    let age_ms = now_ms.saturating_sub(container.running_since().unwrap_or(now_ms));
    let script = shell::run_with(command, &container.program.files, age_ms);
    let lines = script.output.into_iter();
    Ran {
        lines: lines.map(|line| (line.stream, line.text)).collect(),
        code: script.ends_ms.map_or(BROKEN_OFF, |_| script.code),
    }
}

/// Runs the command in the small shell, with the files that the container's program has made so far.
fn exec(container: &Container, command: &[Name], timeout_ms: Ms, age_ms: Ms) -> ProbeResult {
    let script = shell::run_with(command, &container.program.files, age_ms);
    let takes_ms = script.ends_ms.map_or(Ms::MAX, |end| end - age_ms);
    if takes_ms > timeout_ms {
        let command: Vec<String> = command
            .iter()
            .map(std::string::ToString::to_string)
            .collect();
        return Err(format!(
            "command timed out: \"{}\" timed out after {}s",
            command.join(" "),
            timeout_ms / 1000
        ));
    }
    let is_about_files = command
        .iter()
        .any(|word| word.contains('/') && !word.ends_with("sh"));
    let unwell = !is_about_files
        && (age_ms < container.program.listens_from_ms
            && container.program.listens_from_ms < Ms::MAX
            || fails(container, age_ms));
    if script.code == 0 && !unwell {
        return Ok(());
    }
    let lines: Vec<&str> = script
        .output
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    Err(lines.join("\n"))
}
