//! `cargo fuzz run yaml`: see [`kubeloop_fuzz::yaml`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::yaml::check(data));
