//! The fields of Kubernetes' types, by group. Written by tools/types.mjs.

mod admissionregistration_v1;
mod apiextensions_v1;
mod apiregistration_v1;
mod apps_v1;
mod authentication_v1;
mod authorization_v1;
mod autoscaling_v1;
mod autoscaling_v2;
mod batch_v1;
mod certificates_v1;
mod coordination_v1;
mod core_v1_a;
mod core_v1_b;
mod discovery_v1;
mod events_v1;
mod flowcontrol_v1;
mod meta_v1;
mod networking_v1;
mod node_v1;
mod policy_v1;
mod rbac_v1;
mod scheduling_v1;
mod storage_v1;
