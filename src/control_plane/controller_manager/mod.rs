//! kube-controller-manager: one file per controller. Add one: its file, its `mod` line, its line in [`ALL`].
//!
//! The real thing: cmd/kube-controller-manager/app/controllermanager.go.

use crate::component::AnyComponent;

/// Every controller, in the order of the diagram.
pub static ALL: &[&dyn AnyComponent] = &[];
