//! The upper box of the architecture diagram: what decides.

pub mod apiserver;
pub mod controller_manager;
pub mod etcd;
pub mod scheduler;
