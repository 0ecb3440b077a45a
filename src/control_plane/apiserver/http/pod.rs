//! What a client asks of a running pod: its log, a command in it, its terminal, a port.
//!
//! The real thing: pkg/registry/core/pod/{rest/log.go,rest/subresources.go,strategy.go}, pkg/apis/core/validation/validation.go (`ValidatePodLogOptions`).

use super::Reader;
use crate::api::{Key, Kind, Reason, Status, Verb, time};

/// Subresources that are streams rather than documents.
const STREAMS: [&str; 4] = ["attach", "exec", "log", "portforward"];

pub(super) fn is_stream(name: &str) -> bool {
    STREAMS.contains(&name)
}

/// Something asked of a pod's container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodCall {
    /// The pod.
    pub pod: Key,
    /// The container; empty for the only one.
    pub container: String,
    /// As RBAC sees it: `get` or `create`, by the request's method.
    pub verb: Verb,
    /// What is asked.
    pub asks: PodAsk,
}

/// What is asked of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PodAsk {
    /// What it has printed, and perhaps what it will print.
    Log(LogOptions),
    /// To run a command.
    Exec {
        /// Its words.
        command: Vec<String>,
        /// Does the client send input?
        stdin: bool,
        /// Is there a terminal at the client's end?
        tty: bool,
    },
    /// What it prints from now on.
    Attach,
    /// A port of the pod.
    PortForward,
}

impl PodAsk {
    /// The subresource, as URLs and RBAC spell it.
    #[must_use]
    pub fn subresource(&self) -> &'static str {
        match self {
            Self::Log(_) => "log",
            Self::Exec { .. } => "exec",
            Self::Attach => "attach",
            Self::PortForward => "portforward",
        }
    }
}

/// `PodLogOptions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
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
    let query = &reader.query;
    if !matches!(verb, Verb::Get | Verb::Create) || (name == "log" && verb != Verb::Get) {
        return Err(super::answer::not_allowed());
    }
    let asks = match name {
        "exec" => {
            let command: Vec<String> = query.all("command").map(str::to_owned).collect();
            if command.is_empty() {
                return Err(Status::bad_request(
                    "you must specify at least 1 command for the container",
                ));
            }
            PodAsk::Exec {
                command,
                stdin: query.is_set("stdin"),
                tty: query.is_set("tty"),
            }
        }
        "portforward" => PodAsk::PortForward,
        "attach" => PodAsk::Attach,
        _ => PodAsk::Log(log_options(reader)?),
    };
    Ok(PodCall {
        pod,
        container: query.get("container").to_owned(),
        verb,
        asks,
    })
}

fn log_options(reader: &Reader<'_>) -> Result<LogOptions, Status> {
    let query = &reader.query;
    let since_time = query.get("sinceTime");
    if !since_time.is_empty() && time::parse(since_time).is_none() {
        return Err(Status::bad_request(time::parse_error(since_time)));
    }
    let options = LogOptions {
        follows: query.is_set("follow"),
        previous: query.is_set("previous"),
        timestamps: query.is_set("timestamps"),
        tail_lines: positive(reader, "tailLines", 0)?,
        since_seconds: positive(reader, "sinceSeconds", 1)?,
        since_time: since_time.to_owned(),
        limit_bytes: positive(reader, "limitBytes", 1)?,
    };
    if options.since_seconds.is_some() && !options.since_time.is_empty() {
        let why = "sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified";
        return Err(invalid(&reader.target.name, why));
    }
    Ok(options)
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
        Err(invalid(
            &reader.target.name,
            &format!("{name}: Invalid value: {number}: {than}"),
        ))
    }
}

fn invalid(pod: &str, why: &str) -> Status {
    Status::new(
        Reason::Invalid,
        format!("PodLogOptions {pod:?} is invalid: {why}"),
    )
}
