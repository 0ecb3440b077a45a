//! The native command line: `kubeloop run`, `serve`, `ctl` and `bench`.
//!
//! Exit codes: 0 done, 1 refused (wrong words, wrong files, refused objects), 2 not settled in the time given.
//!
//! Left out: `lesson`.

#![allow(
    clippy::print_stdout,
    reason = "printing is what a command line is for"
)]
#![allow(unreachable_pub, reason = "a binary has no outside")]

mod bench;
mod ctl;
mod diagnostics;
mod run;
mod serve;
mod sources;
mod terminal;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Objects are many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Kubernetes' control plane as a teaching instrument, without a cluster.
#[derive(Parser)]
#[command(name = "kubeloop", version, about, arg_required_else_help = true)]
#[command(after_help = "Examples:
  kubeloop run web.yaml                       apply, run until settled, print what came of it
  kubeloop run web.yaml -o trace              every step: who, why, what differed, what was done
  kubeloop serve --kubeconfig k.conf          the Kubernetes API on a port, for the real kubectl
  kubeloop ctl settle                         tell a running server's simulation
  kubeloop bench --nodes 100 --pods 5000      how fast it is on this machine")]
struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Options),
    Bench(bench::Options),
    Ctl(ctl::Options),
    Serve(serve::Options),
}

fn main() -> ExitCode {
    let words = match Words::try_parse() {
        Ok(words) => words,
        Err(error) => {
            let refused = error.use_stderr();
            // Nothing is left to be done if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(u8::from(refused));
        }
    };
    match words.command {
        Command::Run(options) => run::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Ctl(options) => ctl::run(&options),
        Command::Serve(options) => serve::run(&options),
    }
}
