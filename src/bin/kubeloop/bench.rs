//! `kubeloop bench`: one Deployment from apply until all its pods are Ready, measured.

use crate::terminal::Progress;
use clap::Args;
use k8s_openapi::api::apps::v1::Deployment;
use kubeloop::api::{Body, Key, Kind, Object, Request, Verb};
use kubeloop::kubectl::ADMIN;
use kubeloop::sim::{Cluster, ClusterOptions, Pace};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// How many pods a node takes: `maxPods`, the kubelet's default.
const PODS_PER_NODE: u32 = 110;

/// Measure: one Deployment from apply until all its pods are Ready.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeloop bench --nodes 50 --pods 1000
  kubeloop bench --nodes 1000 --pods 50000 --json

JSON: {\"nodes\", \"pods\", \"wall_ms\", \"steps\", \"us_per_step\", \"peak_memory_bytes\", \"virtual_ms\"}
peak_memory_bytes is null where the system does not tell.")]
pub struct Options {
    /// How many nodes there are
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=5000))]
    nodes: u32,
    /// How many replicas the Deployment has
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=150_000))]
    pods: u32,
    /// The seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

/// What was measured.
struct Measured {
    wall_ms: f64,
    steps: u64,
    virtual_ms: u64,
}

/// Runs the benchmark and prints its figures.
pub fn run(options: &Options) -> ExitCode {
    if options.pods > options.nodes * PODS_PER_NODE {
        eprintln!(
            "error: {} nodes take {} pods at most ({PODS_PER_NODE} each)",
            options.nodes,
            options.nodes * PODS_PER_NODE
        );
        return ExitCode::from(1);
    }
    match measure(options) {
        Ok(measured) => {
            print(options, &measured);
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn measure(options: &Options) -> Result<Measured, String> {
    let mut cluster = Cluster::booted(ClusterOptions {
        nodes: options.nodes,
        seed: options.seed,
        ..ClusterOptions::default()
    });
    let began_ms = cluster.now_ms();
    let mut progress = Progress::new();
    let clock = Instant::now();
    cluster.submit(deployment(options.pods));
    let (mut steps, mut ready) = (1, 0);
    while ready < options.pods {
        if cluster.is_settled() {
            return Err(format!(
                "settled with {ready} of {} pods ready",
                options.pods
            ));
        }
        let step = cluster
            .step_default(Pace::Turn)
            .ok_or("nothing can happen any more")?;
        steps += 1;
        if step.revision_after > step.revision_before {
            ready = ready_replicas(&cluster);
        }
        if steps % 1024 == 0 {
            progress.show(|| format!("{steps} steps, {ready} of {} pods ready", options.pods));
        }
    }
    Ok(Measured {
        wall_ms: clock.elapsed().as_micros() as f64 / 1000.0,
        steps,
        virtual_ms: cluster.now_ms() - began_ms,
    })
}

fn deployment(replicas: u32) -> Request {
    let labels = json!({"app": "bench"});
    let body = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "bench"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "nginx", "image": "nginx:1.14.2"}]}}
        }
    });
    Request::new(
        Verb::Create,
        Key::new(Kind::Deployment, "default", ""),
        Body::Document(Arc::new(body)),
    )
    .by(ADMIN)
}

fn ready_replicas(cluster: &Cluster) -> u32 {
    let object = cluster
        .store()
        .head()
        .table(Kind::Deployment)
        .get("default", "bench");
    let status = object
        .and_then(Object::get::<Deployment>)
        .and_then(|deployment| deployment.status.as_ref());
    let ready = status
        .and_then(|status| status.ready_replicas)
        .unwrap_or_default();
    u32::try_from(ready).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn print(options: &Options, measured: &Measured) {
    let us_per_step = measured.wall_ms * 1000.0 / measured.steps as f64;
    let memory = peak_memory_bytes();
    if options.json {
        let line = json!({
            "nodes": options.nodes, "pods": options.pods, "wall_ms": measured.wall_ms, "steps": measured.steps,
            "us_per_step": (us_per_step * 1000.0).round() / 1000.0, "peak_memory_bytes": memory, "virtual_ms": measured.virtual_ms
        });
        println!("{line}");
        return;
    }
    println!(
        "{} nodes, {} pods, from apply to all Ready",
        options.nodes, options.pods
    );
    println!("wall time     {:>10.3} s", measured.wall_ms / 1000.0);
    println!("steps         {:>10}", measured.steps);
    println!("per step      {us_per_step:>10.2} µs");
    match memory {
        Some(bytes) => println!("peak memory   {:>10.1} MB", bytes as f64 / 1e6),
        None => println!("peak memory   not told by this system"),
    }
    println!(
        "cluster time  {:>10.3} s",
        measured.virtual_ms as f64 / 1000.0
    );
}

/// The largest the process has been: `VmHWM` of Linux's /proc.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
