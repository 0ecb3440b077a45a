//! A command in a container, as a conversation over a WebSocket: the small shell answers.
//!
//! The real thing: staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand, staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
//! (`v5.channel.k8s.io`).
//! Left out: resizing a terminal, programs that read their input (only shells do), SPDY; `tar` between a client and a container fails, and so
//! does `kubectl cp`.

use super::Cluster;
use super::log::Log;
use super::place::{Place, Refused, place};
use crate::api::{Key, Name};
use crate::node::container_runtime::{self, Stream};
use serde_json::json;

/// The protocols, the best first.
pub const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const CLOSE: u8 = 255;

/// One message: a channel's number, then its bytes.
pub type Frame = Vec<u8>;

/// A command that runs, or a shell that waits for one.
#[derive(Debug)]
pub struct Exec {
    pod: Key,
    container: String,
    /// The command; a shell if it is to read commands from its input.
    command: Vec<String>,
    is_shell: bool,
    has_input: bool,
    /// A terminal shows what is typed, and has one stream for all.
    has_terminal: bool,
    line: Vec<u8>,
    code: i32,
}

impl Exec {
    /// Is this command at a terminal, or a shell that reads its input?
    #[must_use]
    pub fn new(pod: &Key, command: &[String], stdin: bool, tty: bool) -> Self {
        let shells = ["sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash"];
        let is_shell = stdin && command.len() == 1 && shells.contains(&command[0].as_str());
        Self {
            pod: pod.clone(),
            container: String::new(),
            command: command.to_vec(),
            is_shell,
            has_input: stdin,
            has_terminal: tty,
            line: Vec::new(),
            code: 0,
        }
    }

    /// In this container, if it runs.
    pub(super) fn within(self, place: Place<'_>) -> Result<Self, Refused> {
        place.dial()?;
        if place.running().is_none() {
            let why = format!("container not found (\"{}\")", place.name);
            return Err(Refused::Kubelet(why));
        }
        Ok(Self {
            container: place.name,
            ..self
        })
    }

    /// May the client send input, wanted or not?
    #[must_use]
    pub fn has_input(&self) -> bool {
        self.has_input
    }

    /// What is to be sent at once; the last frame says how it ended, unless a shell waits for input.
    pub fn begin(&mut self, cluster: &Cluster) -> Vec<Frame> {
        if self.is_shell {
            return self.prompt().into_iter().collect();
        }
        let mut frames = Vec::new();
        let words: Vec<Name> = self.command.iter().map(Name::from).collect();
        self.run(&words, cluster, &mut frames);
        frames.push(self.end());
        frames
    }

    /// Takes a frame from the client. The last of the frames to be sent ends the conversation if it is on the error channel.
    pub fn take(&mut self, frame: &[u8], cluster: &Cluster) -> Vec<Frame> {
        match frame {
            [STDIN, input @ ..] if self.is_shell => self.read(input, cluster),
            [CLOSE, STDIN] if self.is_shell => vec![self.end()],
            _ => Vec::new(),
        }
    }

    fn read(&mut self, input: &[u8], cluster: &Cluster) -> Vec<Frame> {
        const LINE_MAX: usize = 64 * 1024;
        let mut frames = Vec::new();
        for byte in input {
            match byte {
                b'\r' | b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    let line = String::from_utf8_lossy(&line).trim().to_owned();
                    if self.has_terminal {
                        frames.push(said(STDOUT, &format!("{line}\r\n")));
                    }
                    if let Some(code) = line.strip_prefix("exit") {
                        self.code = code.trim().parse().unwrap_or(self.code);
                        frames.push(self.end());
                        return frames;
                    }
                    if !line.is_empty() {
                        let words = ["sh", "-c", &line].map(Name::from);
                        self.run(&words, cluster, &mut frames);
                    }
                    frames.extend(self.prompt());
                }
                4 if self.line.is_empty() => {
                    frames.push(self.end());
                    return frames;
                }
                127 => {
                    self.line.pop();
                }
                byte if self.line.len() < LINE_MAX => self.line.push(*byte),
                _ => {}
            }
        }
        frames
    }

    /// What a shell says when it waits for a command.
    fn prompt(&self) -> Option<Frame> {
        self.has_terminal.then(|| said(STDOUT, "/ # "))
    }

    fn run(&mut self, words: &[Name], cluster: &Cluster, frames: &mut Vec<Frame>) {
        let place = place(cluster, &self.pod, &self.container);
        let running = place.as_ref().ok().and_then(Place::running);
        let Some((_, container)) = running else {
            frames.push(said(STDERR, "the container is gone\n"));
            self.code = 137;
            return;
        };
        let ran = container_runtime::exec_command(container, words, cluster.now_ms());
        self.code = ran.code;
        for (stream, line) in ran.lines {
            let (channel, end) = match stream {
                _ if self.has_terminal => (STDOUT, "\r\n"),
                Stream::Stdout => (STDOUT, "\n"),
                Stream::Stderr => (STDERR, "\n"),
            };
            frames.push(said(channel, &format!("{line}{end}")));
        }
    }

    /// How it ended.
    fn end(&self) -> Frame {
        if self.code == 0 {
            return success();
        }
        let status = json!({
            "metadata": {},
            "status": "Failure",
            "message": format!("command terminated with non-zero exit code: exit status {}", self.code),
            "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": self.code.to_string()}]},
        });
        said(ERROR, &status.to_string())
    }
}

/// A client that sees what a container prints from now on, until it ends.
#[derive(Debug)]
pub struct Attach(Log);

impl Attach {
    /// To this container, if it runs.
    pub(super) fn open(place: &Place<'_>, cluster: &Cluster) -> Result<Self, Refused> {
        place.dial()?;
        if let Some((id, _)) = place.running() {
            return Ok(Self(Log::from_now(place.node.clone(), id, cluster)));
        }
        let metadata = &place.pod.metadata;
        Err(Refused::Kubelet(format!(
            "container {} not found in pod {}_{}",
            place.name,
            metadata.name.as_deref().unwrap_or_default(),
            metadata.namespace.as_deref().unwrap_or_default()
        )))
    }

    /// What is new since the last time; the last frame says that the container has ended, once it has.
    pub fn poll(&mut self, cluster: &Cluster) -> Vec<Frame> {
        let mut frame = vec![STDOUT];
        let goes_on = self.0.poll(cluster, &mut frame);
        let mut frames = Vec::new();
        if frame.len() > 1 {
            frames.push(frame);
        }
        if !goes_on {
            frames.push(success());
        }
        frames
    }
}

/// Does this frame end the conversation?
#[must_use]
pub fn is_end(frame: &[u8]) -> bool {
    frame.first() == Some(&ERROR)
}

/// Does a client say with this that it has no more input?
#[must_use]
pub fn closes_input(frame: &[u8]) -> bool {
    frame == [CLOSE, STDIN]
}

fn success() -> Frame {
    let status = json!({"metadata": {}, "status": "Success"});
    said(ERROR, &status.to_string())
}

fn said(channel: u8, text: &str) -> Frame {
    let mut frame = vec![channel];
    frame.extend_from_slice(text.as_bytes());
    frame
}
