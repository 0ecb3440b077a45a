//! The cluster as text: `kubectl`'s commands and what they print.
//!
//! **Architecture invariant:** everything that is said to the cluster from here is a request to the API server, as anyone else's.

pub mod duration;
pub mod printers;
