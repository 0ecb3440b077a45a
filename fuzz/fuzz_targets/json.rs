//! `cargo fuzz run json`: see [`kubeloop_fuzz::json`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::json::check(data));
