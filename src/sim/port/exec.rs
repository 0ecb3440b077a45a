//! A command in a container, as a conversation over a WebSocket: the small shell answers.
//!
//! The real thing: staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand, staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
//! (`v5.channel.k8s.io`).
//! Left out: resizing a terminal, programs that read their input (only shells do), SPDY.

use super::Cluster;
use super::log::{attempts, place};
use crate::api::{Key, Name, Status};
use crate::node::container_runtime;
use serde_json::{Value, json};

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
    line: Vec<u8>,
    code: i32,
}

impl Exec {
    /// Finds the container.
    ///
    /// # Errors
    /// 404 for no such pod, 400 for no such container or one that does not run.
    pub fn open(
        pod: &Key,
        container: &str,
        command: &[String],
        stdin: bool,
        cluster: &Cluster,
    ) -> Result<Self, Status> {
        let place = place(cluster, pod, container)?;
        let runs = attempts(&place)
            .last()
            .is_some_and(|(_, container)| container.running_since().is_some());
        if !runs {
            let why = format!("container not found (\"{}\")", place.name);
            return Err(Status::new(crate::api::Reason::InternalError, why));
        }
        let shells = ["sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash"];
        let is_shell = stdin && command.len() == 1 && shells.contains(&command[0].as_str());
        Ok(Self {
            pod: pod.clone(),
            container: place.name,
            command: command.to_vec(),
            is_shell,
            line: Vec::new(),
            code: 0,
        })
    }

    /// What is to be sent at once; the last frame says how it ended, unless a shell waits for input.
    pub fn begin(&mut self, cluster: &Cluster) -> Vec<Frame> {
        if self.is_shell {
            return vec![said(STDOUT, "/ # ")];
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
                    frames.push(said(STDOUT, &format!("{line}\r\n")));
                    if let Some(code) = line.strip_prefix("exit") {
                        self.code = code.trim().parse().unwrap_or(self.code);
                        frames.push(self.end());
                        return frames;
                    }
                    if !line.is_empty() {
                        let words = ["sh", "-c", &line].map(Name::from);
                        self.run(&words, cluster, &mut frames);
                    }
                    frames.push(said(STDOUT, "/ # "));
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

    fn run(&mut self, words: &[Name], cluster: &Cluster, frames: &mut Vec<Frame>) {
        let place = place(cluster, &self.pod, &self.container);
        let newest = place
            .as_ref()
            .ok()
            .and_then(|place| attempts(place).last().copied());
        let Some((_, container)) = newest.filter(|(_, c)| c.running_since().is_some()) else {
            frames.push(said(STDERR, "the container is gone\n"));
            self.code = 137;
            return;
        };
        let now_ms = cluster.now_ms();
        let (lines, code) = container_runtime::exec_command(container, words, now_ms);
        self.code = code;
        for line in lines {
            frames.push(said(STDOUT, &format!("{line}\n")));
        }
    }

    /// How it ended.
    fn end(&self) -> Frame {
        let status: Value = if self.code == 0 {
            json!({"metadata": {}, "status": "Success"})
        } else {
            json!({
                "metadata": {},
                "status": "Failure",
                "message": format!("command terminated with non-zero exit code: exit status {}", self.code),
                "reason": "NonZeroExitCode",
                "details": {"causes": [{"reason": "ExitCode", "message": self.code.to_string()}]},
            })
        };
        said(ERROR, &status.to_string())
    }

    /// Does this frame end the conversation?
    #[must_use]
    pub fn is_end(frame: &[u8]) -> bool {
        frame.first() == Some(&ERROR)
    }
}

fn said(channel: u8, text: &str) -> Frame {
    let mut frame = vec![channel];
    frame.extend_from_slice(text.as_bytes());
    frame
}
