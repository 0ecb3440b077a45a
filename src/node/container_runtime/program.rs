//! What a container does once it runs: from its image, its command and the pod's annotations.
//!
//! Images that are known by name behave as themselves: `nginx`, `httpd`, `redis`, `mysql`, `postgres`, `hpa-example` and `agnhost` are servers that stop
//! when asked; `pause` sleeps; `busybox`, `alpine`, `perl`, `python`, `debian` and `ubuntu` run their command in a [small shell](super::shell) and end with it
//! at once if they have none. Any other image is a server that listens on the ports that its container declares. With a command that the shell
//! knows (`sleep 30`, `exit 1`, `sh -c …`, `true`, `false`), every image runs that.
//!
//! Annotations of the pod steer it; `NAME.kubeloop.dev/…` is for the container NAME alone:
//!
//! | annotation | meaning |
//! |---|---|
//! | `kubeloop.dev/starts-in: 3s` | how long the runtime takes to start it |
//! | `kubeloop.dev/exits-after: 30s` | it ends by itself |
//! | `kubeloop.dev/exit-code: "1"` | with this code; alone: at once |
//! | `kubeloop.dev/ready-after: 10s` | it listens only from then on |
//! | `kubeloop.dev/fails-after: 60s` | from then on health checks get HTTP 500 |
//! | `kubeloop.dev/stops-in: 5s` | how long it takes to end after SIGTERM; `never` ignores it |
//! | `kubeloop.dev/log: "line"` | lines that it prints when it starts |
//!
//! The real thing: the images themselves; the OCI image configuration's `Entrypoint`, `Cmd` and `StopSignal`.
//! Left out: environment variables, mounted files and traffic do not change what a program does.

use super::{image, shell};
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::Program;
use std::sync::{Arc, LazyLock};

/// From the call to the running process, for most images.
const START_MS: Ms = 100;
/// From SIGTERM to the end, for servers that stop when asked.
const STOP_MS: Ms = 100;

/// How the container behaves. `annotations` without their prefix.
#[must_use]
pub(super) fn of(
    full_image: &str,
    command: &[Name],
    ports: &[i32],
    annotations: &[(Name, Name)],
) -> Arc<Program> {
    let repository = image::repository(full_image);
    let short = repository.rsplit('/').next().unwrap_or(repository);
    if annotations.is_empty() && command.is_empty() {
        match short {
            "nginx" => return Arc::clone(&NGINX),
            "pause" => return Arc::clone(&PAUSE),
            _ => {}
        }
    }
    let mut program = match short {
        _ if is_shell_command(command) => from_shell(command),
        "busybox" | "alpine" | "perl" | "python" | "debian" | "ubuntu" | "bash" => {
            from_shell(command)
        }
        "nginx" => (**NGINX).clone(),
        "pause" => (**PAUSE).clone(),
        "agnhost" => agnhost(command),
        _ => known_server(short).unwrap_or_else(|| server(ports, &[], "")),
    };
    for (name, value) in annotations {
        annotate(&mut program, name, value);
    }
    Arc::new(program)
}

static NGINX: LazyLock<Arc<Program>> = LazyLock::new(|| {
    Arc::new(server(
        &[80],
        &["/", "/index.html", "/50x.html"],
        "/docker-entrypoint.sh: Configuration complete; ready for start up",
    ))
});

static PAUSE: LazyLock<Arc<Program>> = LazyLock::new(|| {
    Arc::new(Program {
        starts_in_ms: START_MS,
        stops: Some((0, 0)),
        listens_from_ms: Ms::MAX,
        ..Program::default()
    })
});

fn server(ports: &[i32], paths: &[&'static str], line: &'static str) -> Program {
    let output = if line.is_empty() {
        Vec::new()
    } else {
        vec![(0, Name::new_static(line))]
    };
    Program {
        starts_in_ms: START_MS,
        stops: Some((STOP_MS, 0)),
        ports: ports.to_vec(),
        paths: paths.iter().copied().map(Name::new_static).collect(),
        output,
        ..Program::default()
    }
}

fn known_server(short: &str) -> Option<Program> {
    let program = match short {
        "httpd" => server(
            &[80],
            &["/", "/index.html"],
            "AH00094: Command line: 'httpd -D FOREGROUND'",
        ),
        "hpa-example" => server(
            &[80],
            &["/", "/index.php"],
            "AH00094: Command line: 'apache2 -D FOREGROUND'",
        ),
        "redis" => server(&[6379], &[], "* Ready to accept connections tcp"),
        "postgres" => Program {
            listens_from_ms: 2000,
            ..server(
                &[5432],
                &[],
                "database system is ready to accept connections",
            )
        },
        "mysql" => Program {
            listens_from_ms: 5000,
            stops: Some((1500, 0)),
            ..server(
                &[3306, 33060],
                &[],
                "[System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections.",
            )
        },
        _ => return None,
    };
    Some(program)
}

/// The end-to-end tests' all-in-one image: `liveness` answers `/healthz` for ten seconds and fails from then on.
fn agnhost(command: &[Name]) -> Program {
    let mut program = server(&[8080], &[], "");
    if command.iter().any(|word| word == "liveness") {
        program.fails_from_ms = Some(10_000);
    }
    program
}

fn is_shell_command(command: &[Name]) -> bool {
    let Some(first) = command.first() else {
        return false;
    };
    let name = first.rsplit('/').next().unwrap_or(first);
    matches!(
        name,
        "sh" | "bash" | "ash" | "sleep" | "true" | "false" | "exit" | "echo" | "cat" | "touch"
    )
}

fn from_shell(command: &[Name]) -> Program {
    let script = shell::run(command);
    let serves = command
        .iter()
        .any(|word| word.contains("http.server") || word.contains("nginx"));
    Program {
        starts_in_ms: START_MS,
        exits: script
            .ends_ms
            .filter(|_| !serves)
            .map(|ends_ms| (ends_ms, script.code)),
        stops: None,
        listens_from_ms: if serves { 0 } else { Ms::MAX },
        files: script.files,
        output: script
            .output
            .into_iter()
            .map(|line| (line.at_ms, line.text))
            .collect(),
        ..Program::default()
    }
}

fn annotate(program: &mut Program, name: &str, value: &str) {
    let duration = shell::duration_ms(value);
    match (name, duration) {
        ("starts-in", Some(ms)) => program.starts_in_ms = ms,
        ("exits-after", Some(ms)) => {
            program.exits = Some((ms, program.exits.map_or(0, |(_, code)| code)));
        }
        ("exit-code", _) => {
            let code = value.trim().parse().unwrap_or(0);
            program.exits = Some((program.exits.map_or(0, |(ms, _)| ms), code));
        }
        ("ready-after", Some(ms)) => program.listens_from_ms = ms,
        ("fails-after", Some(ms)) => program.fails_from_ms = Some(ms),
        ("stops-in", _) => {
            program.stops = duration
                .filter(|_| value != "never")
                .map(|ms| (ms, program.stops.map_or(0, |(_, code)| code)));
        }
        ("log", _) => {
            program.output = value.lines().map(|line| (0, Name::from(line))).collect();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_do() {
        let table: &[(&str, &[&str], &[(&str, &str)], Option<(Ms, i32)>, bool)] = &[
            ("nginx:1.14.2", &[], &[], None, true),
            ("example.com/shop", &["--port=80"], &[], None, true),
            (
                "example.com/shop",
                &["sleep", "3600"],
                &[],
                Some((3_600_000, 0)),
                false,
            ),
            ("busybox", &[], &[], Some((0, 0)), false),
            (
                "busybox",
                &["sh", "-c", "sleep 2; exit 3"],
                &[],
                Some((2000, 3)),
                false,
            ),
            ("busybox", &["false"], &[], Some((0, 1)), false),
            (
                "perl:5.34",
                &["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"],
                &[],
                Some((5000, 0)),
                false,
            ),
            (
                "nginx",
                &[],
                &[("exit-code", "1"), ("exits-after", "9s")],
                Some((9000, 1)),
                true,
            ),
            (
                "nginx",
                &[],
                &[("exits-after", "9s"), ("exit-code", "1")],
                Some((9000, 1)),
                true,
            ),
            ("nginx", &[], &[("stops-in", "never")], None, false),
        ];
        for (image, command, annotations, exits, stops) in table {
            let command: Vec<Name> = command.iter().map(|w| Name::from(*w)).collect();
            let annotations: Vec<(Name, Name)> = annotations
                .iter()
                .map(|(k, v)| (Name::from(*k), Name::from(*v)))
                .collect();
            let program = of(&image::full_name(image), &command, &[], &annotations);
            assert_eq!(
                (program.exits, program.stops.is_some()),
                (*exits, *stops),
                "{image} {command:?} {annotations:?}"
            );
        }
    }
}
