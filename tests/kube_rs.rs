//! The Rust client `kube`, in process: its `Client` over a service that asks the model. What a controller written in Rust relies on.
//!
//! No network and no waiting: the cluster runs until it is settled after each request, as `kubeloop serve --speed max` does.

#[path = "kube_rs/apply.rs"]
mod apply;
#[path = "kube_rs/controller.rs"]
mod controller;
#[path = "kube_rs/coordination.rs"]
mod coordination;
#[path = "kube_rs/discovery.rs"]
mod discovery;
#[path = "kube_rs/objects.rs"]
mod objects;
#[path = "kube_rs/pods.rs"]
mod pods;
#[path = "kube_rs/watches.rs"]
mod watches;
#[path = "kube_rs/world.rs"]
mod world;
