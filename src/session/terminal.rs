//! The terminal: `kubectl` as people type it, what it prints, and what it puts on the wire.

use super::{Session, USER};
use crate::kubectl::completion::{Completion, complete};
use crate::kubectl::wire::Wire;
use crate::kubectl::{run, words};
use crate::sim::port::Said;
use http::{HeaderMap, Request, Response};
use serde_json::Value;

/// What the text in the editor is called: `kubectl apply -f manifest.yaml`.
pub const MANIFEST: &str = "manifest.yaml";

/// So many commands are kept.
const KEPT: usize = 100;

/// Of a longer body only so many bytes are kept.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A command that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Counts all commands of the session.
    pub number: usize,
    /// As it was typed, with `kubectl` before it.
    pub line: String,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    /// Its exit code.
    pub code: u8,
    /// What it said to the API server, and what that answered.
    pub exchanges: Vec<Exchange>,
}

/// A request on the wire, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// `GET /api/v1/namespaces/default/pods?limit=500`, with its headers and body.
    pub sent: Message,
    /// `200 OK`, with its headers and body.
    pub received: Message,
    /// Was it refused?
    pub is_refused: bool,
}

/// One half of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The line before the headers.
    pub head: String,
    /// `Accept: application/json`, in the order in which they were written.
    pub headers: Vec<String>,
    /// The body, JSON indented; of a long one its beginning.
    pub body: String,
    /// How many bytes of the body are not shown.
    pub hidden_bytes: usize,
}

impl From<&Said> for Exchange {
    fn from(said: &Said) -> Self {
        let Said {
            request, response, ..
        } = said;
        Self {
            sent: Message::sent(request),
            received: Message::received(response),
            is_refused: !response.status().is_success(),
        }
    }
}

impl Message {
    fn sent(request: &Request<Vec<u8>>) -> Self {
        let head = format!("{} {}", request.method(), request.uri());
        Self::new(head, request.headers(), request.body())
    }

    fn received(response: &Response<Vec<u8>>) -> Self {
        Self::new(
            response.status().to_string(),
            response.headers(),
            response.body(),
        )
    }

    fn new(head: String, headers: &HeaderMap, body: &[u8]) -> Self {
        let headers = headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            format!("{name}: {value}")
        });
        let headers = headers.collect();
        let (body, hidden_bytes) = shown(body);
        Self {
            head,
            headers,
            body,
            hidden_bytes,
        }
    }
}

/// A body as a person reads it, and how much of it is left out.
fn shown(body: &[u8]) -> (String, usize) {
    if body.len() > BODY_BYTES_MAX {
        let begin = String::from_utf8_lossy(&body[..BODY_BYTES_MAX]);
        return (begin.into_owned(), body.len() - BODY_BYTES_MAX);
    }
    let indented = serde_json::from_slice::<Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value));
    let text = indented.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned());
    (text, 0)
}

impl Session {
    /// The commands that were run in the terminal, oldest first.
    #[must_use]
    pub fn terminal(&self) -> &[Ran] {
        &self.terminal
    }

    /// What could stand at the end of this line of the terminal.
    #[must_use]
    pub fn complete(&self, line: &str) -> Completion {
        let files = [(MANIFEST, self.yaml.as_str())];
        let cluster = self.timeline.cluster();
        complete(line, &files, &|request| cluster.ask(&request.by(USER)))
    }

    /// Runs a line, with or without the word `kubectl`. `clear` forgets what was run.
    pub(super) fn kubectl(&mut self, line: &str) {
        let line = line.trim();
        if line == "clear" {
            self.terminal.clear();
            return;
        }
        let cursor = self.timeline.cursor();
        let rest = line.strip_prefix("kubectl").unwrap_or(line);
        let is_word = rest.is_empty() || rest.starts_with(char::is_whitespace);
        let arguments = if is_word { rest.trim() } else { line };
        let number = self.terminal.last().map_or(0, |ran| ran.number + 1);
        let mut ran = Ran {
            number,
            line: format!("kubectl {arguments}").trim_end().to_owned(),
            stdout: String::new(),
            stderr: String::new(),
            code: 0,
            exchanges: Vec::new(),
        };
        match words(arguments) {
            Ok(words) => {
                let files = [(MANIFEST, self.yaml.as_str())];
                let mut wire = Wire::new(&mut self.timeline);
                let output = run(&words, &files, &mut wire);
                ran.exchanges = wire.said.iter().map(Exchange::from).collect();
                (ran.stdout, ran.stderr, ran.code) = (output.stdout, output.stderr, output.code);
            }
            Err(error) => {
                ran.stderr = format!("error: {error}\n");
                ran.code = 1;
            }
        }
        if self.timeline.cursor() != cursor {
            (self.goal, self.stopped) = (None, None);
        }
        if self.terminal.len() == KEPT {
            self.terminal.remove(0);
        }
        self.terminal.push(ran);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Action, Goal};

    fn typed(session: &mut Session, line: &str) -> Ran {
        session.apply(Action::Kubectl(line.to_owned()));
        session.terminal().last().expect("it was run").clone()
    }

    #[test]
    fn a_line_is_run_and_what_it_sends_is_kept() {
        let mut session = Session::default();
        let ran = typed(&mut session, "  kubectl  apply -f manifest.yaml ");
        assert_eq!(ran.line, "kubectl apply -f manifest.yaml");
        assert_eq!(ran.stdout, "deployment.apps/nginx-deployment created\n");
        assert_eq!((ran.stderr.as_str(), ran.code), ("", 0));
        let heads: Vec<(&str, &str, bool)> = ran
            .exchanges
            .iter()
            .map(|each| {
                (
                    each.sent.head.as_str(),
                    each.received.head.as_str(),
                    each.is_refused,
                )
            })
            .collect();
        let deployments = "/apis/apps/v1/namespaces/default/deployments";
        let options = "?fieldManager=kubectl-client-side-apply&fieldValidation=Strict";
        assert_eq!(
            heads,
            [
                (
                    format!("GET {deployments}/nginx-deployment").as_str(),
                    "404 Not Found",
                    true
                ),
                (
                    format!("POST {deployments}{options}").as_str(),
                    "201 Created",
                    false
                ),
            ]
        );
        let sent = &ran.exchanges[1].sent;
        assert!(
            sent.headers
                .contains(&"accept: application/json".to_owned()),
            "{sent:?}"
        );
        assert!(
            sent.body.contains("\n  \"kind\": \"Deployment\""),
            "{}",
            sent.body
        );
        assert_eq!(session.timeline().cursor(), 1, "it is a step of the run");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut session = Session::default();
        for (line, want) in [
            ("get pods", "No resources found in default namespace.\n"),
            ("kubectl get 'pods", "error: a ' is not closed\n"),
            (
                "kubectlx",
                "error: unknown command \"kubectlx\" for \"kubectl\"\n",
            ),
            (
                "apply -f other.yaml",
                "error: the path \"other.yaml\" does not exist\n",
            ),
        ] {
            let ran = typed(&mut session, line);
            assert_eq!(ran.stderr, want, "{line}");
        }
        session.apply(Action::Kubectl("clear".to_owned()));
        assert!(session.terminal().is_empty());
    }

    #[test]
    fn a_run_goes_on_while_somebody_only_looks() {
        let mut session = Session::default();
        session.apply(Action::Run(Goal::On));
        typed(&mut session, "get nodes");
        assert_eq!(session.goal, Some(Goal::On));
        typed(&mut session, "create ns x");
        assert_eq!(session.goal, None);
    }

    #[test]
    fn of_much_that_was_said_the_beginning_is_kept() {
        let (text, hidden) = shown(&vec![b'x'; BODY_BYTES_MAX + 5]);
        assert_eq!((text.len(), hidden), (BODY_BYTES_MAX, 5));
        let mut session = Session::default();
        for _ in 0..KEPT + 3 {
            typed(&mut session, "get ns");
        }
        assert_eq!(session.terminal().len(), KEPT);
        let numbers: Vec<usize> = session.terminal().iter().map(|ran| ran.number).collect();
        assert_eq!(numbers, (3..KEPT + 3).collect::<Vec<_>>());
    }
}
