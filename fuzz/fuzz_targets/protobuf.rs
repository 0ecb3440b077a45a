//! `cargo fuzz run protobuf`: see [`kubeloop_fuzz::protobuf`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kubeloop_fuzz::protobuf::check(data));
