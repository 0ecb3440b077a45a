//! `cargo fuzz run selectors`: see [`kubeloop_fuzz::selectors`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::selectors::check(data));
