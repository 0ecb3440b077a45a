//! KubeLoop: Kubernetes' control plane as a teaching instrument. This page is the architecture as built.
//!
//! A pure-Rust model of the API server, etcd, scheduler, controllers, kubelets and kube-proxies runs in a browser tab, with nothing
//! behind it. A learner edits YAML and steps the loop that runs everything: **observe → diff → act**.
//!
//! # The loop
//!
//! ```text
//!                 write                    event                     wakes a key
//!   user ──▶ API server ──▶ etcd ──▶ (on its way) ──▶ informer's cache ──▶ work queue
//!                 ▲                                         │                  │
//!                 │                                         ▼                  ▼
//!                 └────────────── actions ◀──────────── Component::sync(key, seen)
//!                                                     observed · diff · actions
//! ```
//!
//! A [`Component`](component::Component) cannot act. It returns a [`Turn`](component::Turn): what it saw, what differs, and what should
//! be done. The cluster carries the actions out, so the trace cannot forget anything.
//!
//! ```
//! use kubeloop::api::{Kind, Request};
//! use kubeloop::sim::{Cluster, ClusterOptions, Pace, StepEvent};
//!
//! // Three nodes have registered; nobody has applied anything yet.
//! let mut cluster = Cluster::booted(ClusterOptions::default());
//! assert!(cluster.is_settled());
//!
//! // A user's request is answered at once, as a step of its own.
//! let step = cluster.submit(Request::list(Kind::Node, "").by("kubernetes-admin"));
//! assert!(matches!(step.event, StepEvent::User { .. }));
//!
//! // What could happen next? The first is what happens by default.
//! let choice = cluster.ready(10).first().map(|ready| ready.choice);
//! assert_eq!(choice, cluster.default_choice());
//! let _ = cluster.step_default(Pace::Phase);
//! ```
//!
//! # Code map
//!
//! | folder | what is in it |
//! |---|---|
//! | [`api`] | what can be said and stored: kinds, requests, selectors, quantities, YAML |
//! | [`component`] | what every box has in common: `Component`, `Seen`, `Turn`, and the machine under a node |
//! | [`control_plane`] | the upper box of the diagram: etcd, API server, scheduler, controllers |
//! | [`node`] | the lower box: kubelet, container runtime, kube-proxy |
//! | [`sim`] | not on the diagram: the cluster as one value, timeline, faults, invariants, trace; [`sim::port`]: the cluster behind HTTP, without a network |
//! | [`kubectl`] | the cluster as text: commands, tables, and the requests that they put on the wire |
//! | `session` | one person using the playground |
//! | `scene` | what is drawn where, as plain data |
//! | `ui` | the only Yew |
//!
//! ```text
//! api ◀ component ◀ control_plane, node ◀ sim ◀ kubectl ◀ session, scene ◀ ui
//! ```
//!
//! # Invariants
//!
//! * **Import only leftwards**, and boxes never import one another (API server → etcd excepted). `tests/tidy.rs` holds the list.
//! * **The API server is the only door.** Nothing else writes to etcd; every write has the next revision and an author.
//! * **The cluster is one value**: `Clone + PartialEq`, no threads, no wall clock, no chance but the seed. The same inputs give the same
//!   steps, to the byte; time travel, forks, links and tests are built on that.
//! * **Belief is a revision.** An informer's cache is the store as it was before the first event that has not reached it
//!   ([`sim::Cursor`]). Lag, a held watch and a lost event cost one number each.
//! * **A turn has phases** a learner can stop between ([`sim::Pace`]): observe and diff change nothing; act does one action at a time, so
//!   a crash between two of them is a fault one can choose. A turn with very many actions takes several steps at any pace.
//! * **HTTP is a codec** ([`control_plane::apiserver::http`]): bytes in, a request; an answer, bytes out; and the client's half, with which the
//!   page's terminal shows what kubectl sends. Only `bin/` opens a port.
//! * **Work per step does not grow with the cluster.** Indexes and tallies are kept with every write ([`api::Table`]).
//!
//! # Adding things
//!
//! A controller is a file in `control_plane/controller_manager` and a line in its `ALL`; a scheduler plugin a file in
//! `control_plane/scheduler/plugins` and a line in `FILTERS` or `SCORES`; a kind a file in `api/kinds` and a line in `kinds!`; a fault a
//! variant and a line in [`sim::faults::ALL`]; a command of the terminal a file in `kubectl` and a line in its `COMMANDS`; a tab of the page a file
//! in `ui/panels` and a line in its `ALL`; a story a file in `tests/scenarios`.

pub mod api;
pub mod component;
pub mod control_plane;
pub mod kubectl;
pub mod node;
pub mod scene;
pub mod session;
pub mod sim;
#[cfg(feature = "page")]
pub mod ui;
