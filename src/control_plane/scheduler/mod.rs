//! kube-scheduler: takes one pod at a time and finds it a node.
//!
//! The real thing: pkg/scheduler/schedule_one.go.
