//! Load: many clients that write and watch at once, through the port of `kubeloop serve --speed max`. No event of a watch is lost, told twice
//! or out of order; what was acknowledged can be read; and how long requests take is measured against Kubernetes' own objectives.
//!
//! `make load CLIENTS=200 SECONDS=60` is the whole of it, on a release build. A plain `cargo test --test load` is a short one, which measures
//! without judging how long anything took: other tests run beside it. `LOAD_CLIENTS`, `LOAD_SECONDS`, `LOAD_NODES`, `LOAD_SEED` and `LOAD_SLO=1`
//! (judge) say the same to cargo.
//!
//! The real thing: kubernetes/community sig-scalability/slos/{api_call_latency,watch_latency}.md; kubernetes/perf-tests' clusterloader2.

#[path = "load/client.rs"]
mod client;
#[path = "load/connection.rs"]
mod connection;
#[path = "load/history.rs"]
mod history;
#[path = "load/objects.rs"]
mod objects;
#[path = "load/report.rs"]
mod report;
#[path = "serve/server.rs"]
mod server;
#[path = "load/watcher.rs"]
mod watcher;

use client::{Client, Done, count_of};
use connection::Connection;
use history::{All, History, Told};
use objects::{NAMESPACES, RESOURCES, Resource, Scope};
use report::Report;
use server::{Folder, Server};
use std::sync::Arc;
use std::time::{Duration, Instant};
use watcher::{End, Temper, Watcher};

/// How much of what there is to do.
#[derive(Clone, Copy, Debug)]
struct Load {
    clients: usize,
    time: Duration,
    nodes: usize,
    seed: u64,
    judges: bool,
}

impl Load {
    fn of_the_environment() -> Self {
        let number = |name: &str, otherwise: usize| {
            let given = std::env::var(name).ok().filter(|text| !text.is_empty());
            given.map_or(otherwise, |text| {
                let number = text.parse();
                number.unwrap_or_else(|error| panic!("{name}={text}: {error}"))
            })
        };
        Self {
            clients: number("LOAD_CLIENTS", 24),
            time: Duration::from_secs(number("LOAD_SECONDS", 3) as u64),
            nodes: number("LOAD_NODES", 10),
            seed: number("LOAD_SEED", 1) as u64,
            judges: number("LOAD_SLO", 0) > 0,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_write_and_watch_at_once() {
    let load = Load::of_the_environment();
    let folder = Folder::new();
    let nodes = load.nodes.to_string();
    let server = Server::start(folder.path(), &["--speed", "max", "--nodes", &nodes]);
    let mut admin = Connection::open(&server.address, &server.token).await;
    objects::prepare(&mut admin).await;
    let mut before = Vec::new();
    for resource in RESOURCES {
        for namespace in NAMESPACES {
            let objects = admin.list(*resource, namespace).await;
            before.extend(objects.into_iter().map(|object| (*resource, object)));
        }
    }
    let from = admin.revision().await;

    let history = Arc::new(History::default());
    let (end, ends) = tokio::sync::watch::channel(None::<End>);
    let watchers: Vec<_> = (0..load.clients)
        .map(|index| {
            let watcher = Watcher {
                scope: Scope::of(index),
                temper: Temper::of(index),
                from,
                history: Arc::clone(&history),
                end: ends.clone(),
            };
            let (address, token) = (server.address.clone(), server.token.clone());
            tokio::spawn(watcher.watch(address, token))
        })
        .collect();

    let begun = Instant::now();
    let clients: Vec<_> = (0..load.clients)
        .map(|index| {
            let client = Client::new(index, load.seed, begun + load.time);
            let (address, token) = (server.address.clone(), server.token.clone());
            tokio::spawn(client.run(address, token))
        })
        .collect();
    let mut done = Vec::new();
    for client in clients {
        done.push(client.await.expect("the client is content"));
    }
    let lasted = begun.elapsed();
    let settling = Instant::now();
    let settled = admin.settle().await;
    assert_eq!(settled["settled"], true, "{settled}");
    let settling = settling.elapsed();
    let last = objects::close(&mut admin).await;
    end.send(Some(End { last }))
        .expect("the watchers are there");
    let mut told: Vec<Told> = Vec::new();
    for watcher in watchers {
        told.push(watcher.await.expect("the watch is as it should be"));
    }
    admin.settle().await;

    let said = server.said.lock().map(|said| said.clone());
    let said = said.expect("nobody panics while writing");
    assert_eq!(said.lines().count(), 2, "it complains of something: {said}");
    let all = history.of_all(&before, &told);
    check(&mut admin, &all, &told, &done).await;
    let report = Report::new(&history, &told, &done, lasted, settling, server.child.id());
    eprintln!(
        "{} clients for {} s, {} nodes, a {} build\n{report}",
        load.clients,
        load.time.as_secs(),
        load.nodes,
        if cfg!(debug_assertions) {
            "debug"
        } else {
            "release"
        },
    );
    if load.judges {
        report.judge();
    }
}

/// What was told is what happened, what was acknowledged is among it, and what is there is what came of it.
async fn check(admin: &mut Connection, all: &All, told: &[Told], done: &[Done]) {
    for told in told {
        all.check_watch(told);
    }
    for done in done {
        all.check_acknowledged(&done.acknowledged);
    }
    let deleted = done.iter().map(|done| done.deleted).sum();
    all.check_deleted(deleted);
    for resource in RESOURCES {
        for namespace in NAMESPACES {
            let listed = admin.list(*resource, namespace).await;
            all.check_listed(*resource, namespace, &listed);
            for done in done {
                done.check_listed(*resource, namespace, &listed);
            }
            for item in listed.iter().filter(|_| *resource == Resource::ConfigMap) {
                let name = item["metadata"]["name"].as_str().unwrap_or_default();
                if name.starts_with("shared-") {
                    let counted = done.iter().map(|done| done.counted(namespace, name));
                    let counted: u64 = counted.sum();
                    assert_eq!(count_of(item), counted, "nobody's count was lost: {item}");
                }
            }
        }
    }
}
