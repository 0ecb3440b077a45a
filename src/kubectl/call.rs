//! One run of one command, and what commands do with it: ask the server, read what `-f` names, and say what went wrong.
//!
//! The real thing: kubectl's pkg/cmd/util/{factory_client_access,helpers}.go; client-go's rest/warnings.go.

use super::flags::Given;
use super::refusal::Refusal;
use super::{ADMIN, Accept, Files, Output, Server, definitions};
use crate::api::custom::{Definition, Definitions};
use crate::api::{Kind, List, Reply, Request, User, yaml};

/// At most so many objects are asked for at once: kubectl's `--chunk-size`.
pub(super) const CHUNK: u64 = 500;

/// One run of one command: its words, its files, and the server.
pub(super) struct Call<'a> {
    pub(super) given: Given,
    pub(super) files: Files<'a>,
    pub(super) server: &'a mut dyn Server,
    /// What went wrong, to be told at the end.
    refused: Vec<Refusal>,
    /// What was warned of.
    warned: Vec<String>,
    pub(super) out: Output,
}

impl<'a> Call<'a> {
    /// Nothing is printed yet.
    pub(super) fn new(given: Given, files: Files<'a>, server: &'a mut dyn Server) -> Self {
        Self {
            given,
            files,
            server,
            refused: Vec::new(),
            warned: Vec::new(),
            out: Output::default(),
        }
    }

    /// What it printed, and behind it what went wrong.
    pub(super) fn told(self) -> Output {
        let mut out = self.out;
        match &self.refused[..] {
            [alone] => out.fail(alone.text()),
            several => several
                .iter()
                .for_each(|one| out.fail(one.text_of_several())),
        }
        out
    }
}

impl Call<'_> {
    /// `-n`, or `default`.
    pub(super) fn namespace(&self) -> String {
        let said = self.given.get("namespace");
        let said = said.filter(|namespace| !namespace.is_empty());
        said.unwrap_or("default").to_owned()
    }

    /// The kinds that the cluster defines.
    pub(super) fn kinds(&mut self) -> Definitions {
        let server = &mut self.server;
        definitions(&mut |request| server.send(request.by(User::from(ADMIN))))
    }

    /// Something went wrong, and the command goes on: it is told at its end.
    pub(super) fn refuse(&mut self, why: impl Into<Refusal>) {
        self.refused.push(why.into());
        self.out.code = 1;
    }

    /// Sends a request as the administrator and prints its warnings.
    pub(super) fn send(&mut self, request: Request) -> Result<Reply, Refusal> {
        self.send_for(request, Accept::Json)
    }

    /// The same, for an answer in this form. Of custom kinds it speaks in the version that the server prefers.
    pub(super) fn send_for(&mut self, request: Request, accept: Accept) -> Result<Reply, Refusal> {
        if let Some(why) = request.path_error() {
            return Err(Refusal::Client(why));
        }
        let request = match request.key.kind {
            kind @ Kind::Custom(_) if request.api_version.is_empty() => {
                let kinds = self.kinds();
                let version = kinds.get(kind).map(Definition::preferred_api_version);
                request.speaking(&version.unwrap_or_default())
            }
            _ => request,
        };
        let mut request = Request {
            dry_run: request.dry_run || self.given.get("dry-run") == Some("server"),
            ..request.by(User::from(ADMIN))
        };
        if request.field_manager.is_empty() {
            request.field_manager = "kubectl".into();
        }
        let answer = self.server.send_for(request, accept);
        self.warn_of(&answer.warnings);
        answer.result.map_err(Refusal::Server)
    }

    /// Prints what the server warns of, each once.
    pub(super) fn warn_of(&mut self, warnings: &[String]) {
        for warning in warnings {
            if !self.warned.contains(warning) {
                self.out.warn(format!("Warning: {warning}"));
                self.warned.push(warning.clone());
            }
        }
    }

    /// Reads a list to its end, a chunk at a time.
    pub(super) fn list(&mut self, mut request: Request, accept: Accept) -> Result<List, Refusal> {
        request.select.limit = CHUNK;
        let mut whole = List::default();
        loop {
            let Reply::List(list) = self.send_for(request.clone(), accept)? else {
                return Ok(whole);
            };
            whole.items.extend(list.items);
            whole.revision = list.revision;
            if list.continue_token.is_empty() {
                return Ok(whole);
            }
            request.select.continue_token = list.continue_token;
        }
    }

    /// The same of what selectors choose: what the server says against it is told with them.
    pub(super) fn select(&mut self, request: Request, accept: Accept) -> Result<List, Refusal> {
        let list = self.list(request.clone(), accept);
        list.map_err(|why| why.of_list(&request))
    }

    /// ` (server dry run)`, behind what was done, if it was not.
    pub(super) fn dry_run_note(&self) -> &'static str {
        match self.given.get("dry-run") {
            Some("server") => " (server dry run)",
            Some("client") => " (dry run)",
            _ => "",
        }
    }
}

/// With what kubectl ends what it says of a wrong use of a command.
const HELP: &str = " -h' for help and examples";

/// What kubectl says of a wrong use of a command.
pub(super) fn usage_error(command: &str, why: impl std::fmt::Display) -> String {
    format!("{why}\nSee 'kubectl {command}{HELP}")
}

/// Is this what it says of a wrong use?
pub(super) fn is_usage_error(error: &str) -> bool {
    error.ends_with(HELP)
}

/// Refuses words beside `-f`.
pub(super) fn no_words(call: &Call<'_>, command: &str) -> Result<(), String> {
    match &call.given.args[..] {
        [] => Ok(()),
        words => {
            let why = format!("Unexpected args: [{}]", words.join(" "));
            Err(usage_error(command, why))
        }
    }
}

/// The documents that `-f` names, and what kubectl calls the place that they come from.
pub(super) fn documents(call: &Call<'_>) -> Result<(Vec<yaml::Document>, String), String> {
    let path = call.given.get("filename").unwrap_or_default();
    let found = call.files.iter().find(|(name, _)| *name == path);
    let Some((_, text)) = found else {
        return Err(format!("the path {path:?} does not exist"));
    };
    let source = if path == "-" { "STDIN" } else { path };
    let (documents, errors) = yaml::parse(text);
    match errors.first() {
        Some(error) => Err(format!("error parsing {source}: {error}")),
        None => Ok((documents, source.to_owned())),
    }
}
