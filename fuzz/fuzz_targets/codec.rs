//! `cargo fuzz run codec`: see [`kubeloop_fuzz::codec`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::codec::check(data));
