//! Asks the linker of the page's program to note which data is whose, for `tools/reach.mjs`. Native builds need nothing.
//!
//! wasm-opt warns that it sees the notes (a `linking` section): it does not keep them up to date, and nobody needs it to.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name, value| var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_ARCH", "wasm32") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bin=page=--emit-relocs");
    }
}
