//! `kubeloop serve`: the cluster behind a port, for the real kubectl and for controllers in any language.
//!
//! Loopback only, unless `--listen` says otherwise; requests for another host or from another web page are refused.

mod connections;
mod control;
mod encodings;
mod engine;
mod origin;
mod state;
mod streams;
mod websocket;

use crate::diagnostics::{self, Finding};
use crate::sources;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{self, State, WebSocketUpgrade};
use axum::http::uri::Authority;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use clap::Args;
use connections::{Connections, Identity};
use control::Access;
use engine::{Engine, Speed};
use kubeloop::api::time::{BEGINNING_S, Ms};
use kubeloop::api::{Reason, Request, Status, yaml};
use kubeloop::control_plane::apiserver::http as codec;
use kubeloop::control_plane::apiserver::protobuf;
use kubeloop::kubectl::{ADMIN, Server as _, apply};
use kubeloop::sim::port::{Credentials, Exchange, Port, User};
use kubeloop::sim::{ClusterOptions, Timeline};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A request's body may be a little longer than what the API server takes, so that it can say so.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Serve the Kubernetes API of a simulated cluster.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeloop serve --kubeconfig k.conf                 then: kubectl --kubeconfig k.conf get nodes
  kubeloop serve web.yaml --speed max                apply, settle, stand still until somebody does something
  kubeloop serve --speed 10 --state cluster.state    ten times as fast as the clock; goes on where it was left

What the simulation itself can be told (settle, advance, node-down, …) is said by kubeloop ctl, or over HTTP under /kubeloop/v1/.")]
pub struct Options {
    /// Manifests to apply at the start: files, folders or - for standard input
    #[arg(value_name = "FILE|DIR|-")]
    paths: Vec<String>,
    /// The port; 0 takes any that is free
    #[arg(long, default_value_t = 8001)]
    port: u16,
    /// The address to listen on; anything but a loopback address lets others in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// How many nodes the cluster has
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=5000))]
    nodes: u32,
    /// The seed of everything random: names, uids, ties
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast the cluster's time passes: times the clock, or `max`: every consequence at once
    #[arg(long, default_value = "1", value_parser = Speed::parse)]
    speed: Speed,
    /// Write a kubeconfig with an administrator's token to this file
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Tokens that are let in: a CSV file of token,user,uid,"group1,group2"
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Go on with the cluster in this file, and keep it there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Options) -> ExitCode {
    match listen(options).and_then(|(listener, address)| {
        let (engine, identity) = prepare(options, address)?;
        Ok((listener, address, engine, identity))
    }) {
        Ok((listener, address, engine, identity)) => {
            serve(options, (listener, address), engine, identity)
        }
        Err(Refused::Said) => ExitCode::from(1),
        Err(Refused::Because(why)) => {
            eprintln!("error: {why}");
            ExitCode::from(1)
        }
    }
}

/// Why the server does not start.
enum Refused {
    /// It has been said.
    Said,
    /// This is to be said.
    Because(String),
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

/// Takes the port before anything else, so that a second server neither writes a kubeconfig nor touches the first one's state.
fn listen(options: &Options) -> Result<(TcpListener, SocketAddr), Refused> {
    let address = SocketAddr::new(options.listen, options.port);
    let why = |error: io::Error| {
        format!("cannot listen on {address}: {error} (--port chooses another port)")
    };
    let listener = TcpListener::bind(address).map_err(why)?;
    listener.set_nonblocking(true).map_err(why)?;
    let address = listener.local_addr().map_err(why)?;
    Ok((listener, address))
}

fn prepare(options: &Options, address: SocketAddr) -> Result<(Arc<Engine>, Identity), Refused> {
    let mut credentials = Credentials::default();
    if let Some(path) = &options.token_file {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let name = path.display().to_string();
        let (read, warnings) = credentials.read(&name, &text)?;
        credentials = read;
        for warning in warnings {
            eprintln!("warning: {warning}");
        }
    }
    let token = random_token()?;
    let admin = User::new("kubernetes-admin", &["system:masters"]);
    credentials = credentials.with(&token, admin);
    let cluster = ClusterOptions {
        nodes: options.nodes,
        seed: options.seed,
        starts_at_ms: since_the_beginning_ms(),
    };
    let (mut timeline, journal) = match &options.state {
        Some(path) => {
            let (timeline, journal) = state::open(path, cluster)?;
            (timeline, Some(journal))
        }
        None => (Timeline::new(cluster), None),
    };
    if !options.paths.is_empty() {
        apply_all(&options.paths, &mut timeline)?;
    }
    let port =
        Port::new(timeline, credentials, &address.to_string()).with_protobuf(protobuf::decode);
    let identity = Identity::new(address)?;
    if let Some(path) = &options.kubeconfig {
        std::fs::write(path, kubeconfig(address, &token, &identity.authority))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let engine = Engine::new(port, options.speed, journal);
    Ok((Arc::new(engine), identity))
}

/// The clock, as the cluster counts: a served cluster is as old as its clients think.
fn since_the_beginning_ms() -> Ms {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let beginning = Duration::from_secs(BEGINNING_S.unsigned_abs());
    now.saturating_sub(beginning).as_secs() * 1000
}

fn apply_all(paths: &[String], timeline: &mut Timeline) -> Result<(), Refused> {
    let sources = sources::read(paths).map_err(|errors| errors.join("\n"))?;
    let mut findings = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let (documents, errors) = yaml::parse_bytes(&source.bytes);
        let errors = errors.into_iter();
        findings.extend(errors.map(|error| Finding::of_text(index, error)));
        for document in documents {
            let mut send = |request: Request| timeline.send(request.by(ADMIN));
            let options = apply::Options::default();
            if let Err(refused) = apply::apply(&document.value, &options, &mut send) {
                let text = refused.text(&source.name);
                let refusals = Finding::of_refusal(index, &document, &refused.status, text);
                findings.extend(refusals);
            }
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    diagnostics::print(findings, &sources);
    Err(Refused::Said)
}

/// A token that nobody can guess.
fn random_token() -> Result<String, String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn kubeconfig(address: SocketAddr, token: &str, authority: &str) -> String {
    let authority = base64::engine::general_purpose::STANDARD.encode(authority);
    let host = if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    };
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: kubeloop
  cluster:
    server: https://{host}
    certificate-authority-data: {authority}
users:
- name: kubernetes-admin
  user:
    token: {token}
contexts:
- name: kubernetes-admin@kubeloop
  context:
    cluster: kubeloop
    user: kubernetes-admin
current-context: kubernetes-admin@kubeloop
"
    )
}

fn serve(
    options: &Options,
    (listener, address): (TcpListener, SocketAddr),
    engine: Arc<Engine>,
    identity: Identity,
) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(1);
        }
    };
    let code = runtime.block_on(async {
        let connections = tokio::net::TcpListener::from_std(listener)
            .and_then(|listener| Connections::new(listener, identity));
        let connections = match connections {
            Ok(connections) => connections,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(1);
            }
        };
        let thread = engine.start().expect("it was not started before");
        eprintln!("Serving the Kubernetes API on https://{address} and http://{address}");
        if let Some(path) = &options.kubeconfig {
            eprintln!("  kubectl --kubeconfig {} get nodes", path.display());
        }
        let access = if address.ip().is_loopback() {
            Access::Anyone
        } else {
            Access::Masters
        };
        let router = Router::new()
            .fallback(answer)
            .with_state((Arc::clone(&engine), access));
        // Clients that still watch are not waited for.
        let served = tokio::select! {
            served = axum::serve(connections, router) => served,
            () = stopped() => Ok(()),
        };
        engine.stop();
        // The engine's thread writes down what is left before it ends.
        let joined = thread.join();
        match (served, joined) {
            (Ok(()), Ok(())) => ExitCode::SUCCESS,
            (Err(error), _) => {
                eprintln!("error: {error}");
                ExitCode::from(1)
            }
            (Ok(()), Err(_)) => ExitCode::from(1),
        }
    });
    runtime.shutdown_background();
    code
}

/// Ctrl-C or SIGTERM.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// Every request comes here.
async fn answer(
    State((engine, access)): State<(Arc<Engine>, Access)>,
    request: extract::Request,
) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let named = parts.uri.authority().map(Authority::as_str);
    if let Err(why) = origin::check(named, &parts.headers) {
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "Request entity too large").into_response();
    };
    let path = parts.uri.path().to_owned();
    if let Some(call) = format!("{path}/").strip_prefix("/kubeloop/v1/") {
        let call = call.strip_suffix('/').unwrap_or(call);
        return control::answer((&engine, access), &parts, call, &bytes).await;
    }
    let upgrade = take_upgrade(&mut parts).await;
    let request = axum::http::Request::from_parts(parts, bytes.to_vec());
    let Some(exchange) = engine.exchange(request).await else {
        let status = Status::new(Reason::InternalError, "the request could not be answered");
        return codec::refusal(&status).map(Body::from);
    };
    match exchange {
        Exchange::Answered(response) => response.map(Body::from),
        Exchange::Watch(watch) => streams::changes(engine, *watch),
        Exchange::Log(log) => streams::log(engine, *log),
        Exchange::Exec(exec) => match upgrade {
            Some(upgrade) => websocket::converse(upgrade, engine, *exec),
            None => no_web_socket(),
        },
        Exchange::Attach(attach) => match upgrade {
            Some(upgrade) => websocket::attach(upgrade, engine, *attach),
            None => no_web_socket(),
        },
    }
}

fn no_web_socket() -> Response<Body> {
    let why = "SPDY is not spoken here: kubectl 1.30 and newer exec and attach over a WebSocket, unless KUBECTL_REMOTE_COMMAND_WEBSOCKETS is false";
    codec::refusal(&Status::bad_request(why)).map(Body::from)
}

async fn take_upgrade(parts: &mut axum::http::request::Parts) -> Option<WebSocketUpgrade> {
    use axum::extract::FromRequestParts as _;
    parts.headers.get(header::UPGRADE)?;
    WebSocketUpgrade::from_request_parts(parts, &()).await.ok()
}
