//! `kubeloop serve` and `kubeloop ctl` as their users have them: the real binary on a port of its own, asked over HTTP, told to go on, killed.
//!
//! What the API answers is tested where it is made; here stands what only a process can get wrong.

#[path = "serve/access.rs"]
mod access;
#[path = "serve/ask.rs"]
mod ask;
#[path = "serve/ctl.rs"]
mod ctl;
#[path = "serve/options.rs"]
mod options;
#[path = "serve/server.rs"]
mod server;
#[path = "serve/socket.rs"]
mod socket;
#[path = "serve/speed.rs"]
mod speed;
#[path = "serve/state.rs"]
mod state;
