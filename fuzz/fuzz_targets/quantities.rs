//! `cargo fuzz run quantities`: see [`kubeloop_fuzz::quantities`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::quantities::check(data));
