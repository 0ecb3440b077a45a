//! What a client asks of a running pod: its log, a command in it, its terminal, a port.
//!
//! The real thing: pkg/registry/core/pod/{rest/log.go,rest/subresources.go,strategy.go}, pkg/apis/core/validation/validation.go (`ValidatePodLogOptions`).

use super::Reader;
use crate::api::{Key, Kind, Reason, Status, User, Verb, time};

/// Subresources that are streams rather than documents.
const STREAMS: [&str; 4] = ["attach", "exec", "log", "portforward"];

pub(super) fn is_stream(name: &str) -> bool {
    STREAMS.contains(&name)
}

/// A stream of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PodCall {
    /// What a container has printed, and perhaps what it will print.
    Log(LogOptions),
    /// A command in a container.
    Exec {
        /// The pod.
        pod: Key,
        /// Who asks.
        user: User,
        /// The container; empty for the only one.
        container: String,
        /// Its words.
        command: Vec<String>,
        /// Does the client send input?
        stdin: bool,
    },
    /// What a container prints from now on.
    Attach(LogOptions),
    /// A port of the pod.
    PortForward {
        /// The pod.
        pod: Key,
        /// Who asks.
        user: User,
    },
}

impl PodCall {
    /// What RBAC is asked: the verb, the pod and the subresource.
    #[must_use]
    pub fn target(&self) -> (&User, Verb, &Key, &'static str) {
        match self {
            Self::Log(options) => (&options.user, Verb::Get, &options.pod, "log"),
            Self::Attach(options) => (&options.user, options.verb, &options.pod, "attach"),
            Self::Exec { pod, user, .. } => (user, Verb::Get, pod, "exec"),
            Self::PortForward { pod, user } => (user, Verb::Get, pod, "portforward"),
        }
    }
}

/// `PodLogOptions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// The pod.
    pub pod: Key,
    /// Who asks.
    pub user: User,
    /// As RBAC sees it.
    pub verb: Verb,
    /// The container; empty for the only one.
    pub container: String,
    /// On and on, until the container ends?
    pub follows: bool,
    /// Of the container before this one?
    pub previous: bool,
    /// Each line with its time?
    pub timestamps: bool,
    /// Only so many of the last lines.
    pub tail_lines: Option<u64>,
    /// Only lines of the last so many seconds.
    pub since_seconds: Option<u64>,
    /// Only lines since then, in RFC 3339.
    pub since_time: String,
    /// At most so many bytes.
    pub limit_bytes: Option<u64>,
}

pub(super) fn read(reader: &Reader<'_>, name: &str, verb: Verb) -> Result<PodCall, Status> {
    let pod = Key::new(
        Kind::Pod,
        reader.target.namespace.as_str(),
        reader.target.name.as_str(),
    );
    let (query, user) = (&reader.query, reader.user.clone());
    let container = query.get("container").to_owned();
    if !matches!(verb, Verb::Get | Verb::Create) || (name == "log" && verb != Verb::Get) {
        return Err(super::answer::not_allowed());
    }
    match name {
        "exec" => {
            let command: Vec<String> = query.all("command").map(str::to_owned).collect();
            if command.is_empty() {
                return Err(Status::bad_request(
                    "you must specify at least 1 command for the container",
                ));
            }
            Ok(PodCall::Exec {
                pod,
                user,
                container,
                command,
                stdin: query.is_set("stdin"),
            })
        }
        "portforward" => Ok(PodCall::PortForward { pod, user }),
        _ => {
            let since_time = query.get("sinceTime");
            if !since_time.is_empty() && time::parse(since_time).is_none() {
                return Err(Status::bad_request(time::parse_error(since_time)));
            }
            let options = LogOptions {
                pod,
                user,
                verb,
                container,
                follows: name == "attach" || query.is_set("follow"),
                previous: query.is_set("previous"),
                timestamps: query.is_set("timestamps"),
                tail_lines: positive(reader, "tailLines", 0)?,
                since_seconds: positive(reader, "sinceSeconds", 1)?,
                since_time: since_time.to_owned(),
                limit_bytes: positive(reader, "limitBytes", 1)?,
            };
            if options.since_seconds.is_some() && !options.since_time.is_empty() {
                return Err(invalid(
                    &options.pod,
                    "sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
                ));
            }
            Ok(if name == "attach" {
                PodCall::Attach(options)
            } else {
                PodCall::Log(options)
            })
        }
    }
}

fn positive(reader: &Reader<'_>, name: &str, least: u64) -> Result<Option<u64>, Status> {
    let Some(number) = reader.query.number(name)? else {
        return Ok(None);
    };
    if let Some(number) = u64::try_from(number).ok().filter(|n| *n >= least) {
        Ok(Some(number))
    } else {
        let than = if least == 0 {
            "must be greater than or equal to 0"
        } else {
            "must be greater than 0"
        };
        let pod = Key::new(Kind::Pod, "", reader.target.name.as_str());
        Err(invalid(
            &pod,
            &format!("{name}: Invalid value: {number}: {than}"),
        ))
    }
}

fn invalid(pod: &Key, why: &str) -> Status {
    Status::new(
        Reason::Invalid,
        format!("PodLogOptions {:?} is invalid: {why}", pod.name),
    )
}
