//! `kubeloop ctl`: tells a server's simulation what the API cannot say. What each verb sends stands in `serve/control.rs`.

use clap::{Args, Subcommand};
use kubeloop::api::time::Ms;
use kubeloop::api::yaml;
use kubeloop::kubectl::duration;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// Tell a running server's simulation: settle, let time pass, break something.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeloop ctl settle                           run until nothing is left to do
  kubeloop ctl advance 90s                      let a minute and a half of the cluster's time pass
  kubeloop ctl node-down n2                     cut the power of a node
  kubeloop ctl container-exit web-0 nginx 1     a container's program exits
  kubeloop ctl metrics app=web 900 128          the pods of an app get work
  kubeloop ctl trace --from 100 --to 120        what happened, one JSON object to a line

Exit codes: 0 done, 1 refused, 2 not settled.")]
pub struct Options {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:8001", global = true)]
    server: String,
    /// A kubeconfig with a token, for a server that does not listen on loopback
    #[arg(long, value_name = "FILE", global = true)]
    kubeconfig: Option<PathBuf>,
    /// The namespace of pods that are named without one
    #[arg(short, long, default_value = "default", global = true)]
    namespace: String,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Where the cluster is, and what it waits for
    Status,
    /// Run until nothing is left to do
    Settle,
    /// Let the cluster's time pass: 90s, 5m, 1h30m
    Advance {
        #[arg(value_parser = duration::parse)]
        time: Ms,
    },
    /// Cut a node's power
    NodeDown { node: String },
    /// Give it power again; also mends what node-notready broke
    NodeUp { node: String },
    /// Break a node's container network: its kubelet says that it is not ready
    NodeNotready { node: String },
    /// Let a container's program exit
    ContainerExit {
        /// The pod, or namespace/pod
        pod: String,
        container: String,
        code: i32,
    },
    /// Give pods work
    Metrics {
        /// A pod, namespace/pod, or label=value for all that have the label
        pod: String,
        cpu_milli: u64,
        #[arg(default_value_t = 64)]
        memory_mi: u64,
    },
    /// Break or mend anything: {"fault": "cut-node", "node": "n1"}
    Fault { json: String },
    /// Take steps
    Step {
        #[arg(default_value_t = 1)]
        count: u64,
    },
    /// Go to a step, back or forth
    Seek { step: u64 },
    /// What happened, one JSON object to a line
    Trace {
        #[arg(long, default_value_t = 0)]
        from: u64,
        #[arg(long)]
        to: Option<u64>,
    },
}

/// Runs the command.
pub fn run(options: &Options) -> ExitCode {
    match say(options) {
        Ok(answer) => {
            print!("{answer}");
            let settled = serde_json::from_str::<Value>(&answer).ok();
            let settled = settled.and_then(|status| status["settled"].as_bool());
            let waited = matches!(options.verb, Verb::Settle);
            if waited && settled == Some(false) {
                return ExitCode::from(2);
            }
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(1)
        }
    }
}

fn say(options: &Options) -> Result<String, String> {
    let pods = |pod: &str| {
        if pod.contains('/') && !pod.contains('=') {
            pod.to_owned()
        } else {
            format!("{}/{pod}", options.namespace)
        }
    };
    match &options.verb {
        Verb::Status => get(options, "status"),
        Verb::Settle => post(options, "settle", None),
        Verb::Advance { time } => post(options, &format!("advance?ms={time}"), None),
        Verb::Step { count } => post(options, &format!("step?n={count}"), None),
        Verb::Seek { step } => post(options, &format!("seek?step={step}"), None),
        Verb::Trace { from, to } => {
            let to = to.map_or(String::new(), |to| format!("&to={to}"));
            get(options, &format!("trace?from={from}{to}"))
        }
        Verb::NodeDown { node } => fault(options, json!({"fault": "kill-node", "node": node})),
        Verb::NodeUp { node } => {
            let on = fault(options, json!({"fault": "start-node", "node": node}));
            let mended = fault(options, json!({"fault": "mend-runtime", "node": node}));
            mended.or(on)
        }
        Verb::NodeNotready { node } => {
            fault(options, json!({"fault": "break-runtime", "node": node}))
        }
        Verb::ContainerExit {
            pod,
            container,
            code,
        } => fault(
            options,
            json!({"fault": "kill-container", "pod": pods(pod), "container": container, "code": code}),
        ),
        Verb::Metrics {
            pod,
            cpu_milli,
            memory_mi,
        } => fault(
            options,
            json!({"fault": "load", "pod": pods(pod), "cpuMilli": cpu_milli, "memoryMi": memory_mi}),
        ),
        Verb::Fault { json } => {
            let spec = serde_json::from_str(json).map_err(|error| format!("{json}: {error}"))?;
            fault(options, spec)
        }
    }
}

fn fault(options: &Options, spec: Value) -> Result<String, String> {
    post(options, "fault", Some(spec))
}

fn get(options: &Options, path: &str) -> Result<String, String> {
    let mut request = agent().get(url(options, path));
    if let Some(bearer) = bearer(options)? {
        request = request.header("authorization", bearer);
    }
    read(request.call())
}

/// The token of the kubeconfig's first user, as a header.
fn bearer(options: &Options) -> Result<Option<String>, String> {
    let Some(path) = &options.kubeconfig else {
        return Ok(None);
    };
    let bytes =
        std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let (documents, _) = yaml::parse_bytes(&bytes);
    let config = documents.first().map(|document| &document.value);
    let token = config.and_then(|config| config.pointer("/users/0/user/token")?.as_str());
    let token = token.ok_or_else(|| format!("{}: there is no token in it", path.display()))?;
    Ok(Some(format!("Bearer {token}")))
}

fn post(options: &Options, path: &str, body: Option<Value>) -> Result<String, String> {
    let text = body.map(|body| body.to_string()).unwrap_or_default();
    let mut request = agent().post(url(options, path));
    if let Some(bearer) = bearer(options)? {
        request = request.header("authorization", bearer);
    }
    read(request.send(text))
}

fn agent() -> ureq::Agent {
    // A refusal's body says why, so it is read rather than thrown away; settling may take as long as it takes.
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

fn url(options: &Options, path: &str) -> String {
    format!(
        "{}/kubeloop/v1/{path}",
        options.server.trim_end_matches('/')
    )
}

fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<String, String> {
    let mut response =
        response.map_err(|error| format!("the server cannot be reached: {error}"))?;
    let text = response
        .body_mut()
        .with_config()
        .limit(u64::MAX)
        .read_to_string()
        .map_err(|error| error.to_string())?;
    if response.status().is_success() {
        return Ok(if text.ends_with('\n') {
            text
        } else {
            text + "\n"
        });
    }
    let said: Option<Value> = serde_json::from_str(&text).ok();
    let why = said.and_then(|json| json["error"].as_str().map(str::to_owned));
    Err(why.unwrap_or(text))
}
