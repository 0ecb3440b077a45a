//! `cargo fuzz run patch`: see [`kubeloop_fuzz::patch`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::patch::check(data));
