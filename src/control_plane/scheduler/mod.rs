//! kube-scheduler: takes one pod at a time and finds it a node.
//!
//! The real thing: pkg/scheduler/schedule_one.go.

use crate::component::AnyComponent;

/// The scheduler, as a list of one.
pub static ALL: &[&dyn AnyComponent] = &[];
