//! What must hold of any input, however wrong: no panic, no stall, and an answer that makes sense. Each module has one `check`, which
//! the fuzzer calls with bytes of its own making (`make fuzz`) and `tests/hostile.rs` with the seeds.

pub mod codec;
pub mod json;
pub mod patch;
pub mod protobuf;
pub mod quantities;
pub mod selectors;
pub mod server;
pub mod yaml;
