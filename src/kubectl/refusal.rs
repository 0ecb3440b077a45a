//! What kubectl says when nothing comes of a request.
//!
//! The real thing: kubectl's pkg/cmd/util/helpers.go (`checkErr`, `StandardErrorMessage`, `MultipleErrors`, `AddSourceToErr`).

use crate::api::{Reason, Request, Status};

/// Why nothing came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The API server refused.
    Server(Status),
    /// It was not sent.
    Client(String),
    /// It was not sent, and is one of those that kubectl keeps in a list even if it is alone there.
    Listed(String),
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self::Server(status)
    }
}

impl Refusal {
    /// Is this why the server refused?
    #[must_use]
    pub fn is(&self, reason: Reason) -> bool {
        matches!(self, Self::Server(status) if status.reason == reason)
    }

    /// Why, without who says it.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Server(status) => &status.message,
            Self::Client(message) | Self::Listed(message) => message,
        }
    }

    /// The same, of what lists objects: kubectl lists kinds one by one, and collects what goes wrong.
    #[must_use]
    pub fn listed(self) -> Self {
        match self {
            Self::Client(message) => Self::Listed(message),
            other => other,
        }
    }

    /// The same of a request that lists what selectors choose: kubectl says what it looked for.
    #[must_use]
    pub fn of_list(self, request: &Request) -> Self {
        let Self::Server(status) = self else {
            return self;
        };
        if !matches!(status.reason, Reason::BadRequest | Reason::NotFound) {
            return Self::Server(status);
        }
        let (info, select) = (request.key.kind.info(), &request.select);
        let (labels, fields) = (&select.label_selector, &select.field_selector);
        let which = if labels.is_empty() && fields.is_empty() {
            String::new()
        } else {
            format!(" that match label selector {labels:?}, field selector {fields:?}")
        };
        let verb = if which.is_empty() { "list" } else { "find" };
        let resource = format!("{}/{}, Resource={}", info.group, info.version, info.plural);
        let message = format!("Unable to {verb} {resource:?}{which}: {}", status.message);
        Self::Server(Status { message, ..status })
    }

    /// The text on stderr if this is all that went wrong, without a newline at its end.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Server(status) => text(status),
            Self::Client(message) => format!("error: {message}"),
            Self::Listed(message) => message.clone(),
        }
    }

    /// The text if it is one of several things that went wrong.
    #[must_use]
    pub fn text_of_several(&self) -> String {
        match self {
            Self::Server(status) => from_server(status),
            Self::Client(message) | Self::Listed(message) => message.clone(),
        }
    }

    /// The same refusal while doing something with what a file says: `error when creating "web.yaml"`.
    #[must_use]
    pub fn when(self, doing: &str, source: &str) -> Self {
        let message = format!("error when {doing} {source:?}: {}", self.message());
        match self {
            Self::Server(status) => Self::Server(Status { message, ..status }),
            Self::Client(_) => Self::Client(message),
            Self::Listed(_) => Self::Listed(message),
        }
    }
}

/// `Error from server (NotFound): pods "x" not found`.
fn text(status: &Status) -> String {
    match status.reason {
        Reason::Invalid => invalid(status),
        _ => from_server(status),
    }
}

fn from_server(status: &Status) -> String {
    match status.reason {
        Reason::Unknown => format!("Error from server: {}", status.message),
        reason => format!("Error from server ({reason:?}): {}", status.message),
    }
}

/// `The Pod "x" is invalid: …`: one cause on the same line, several in a list.
fn invalid(status: &Status) -> String {
    let subject = match status.kind {
        Some(kind) => format!("The {} {:?} is invalid", kind.info().name, status.name),
        None => "The request is invalid".to_owned(),
    };
    let mut causes: Vec<String> = Vec::new();
    for cause in &status.causes {
        let text = format!("{}: {}", cause.field, cause.message);
        if !causes.contains(&text) {
            causes.push(text);
        }
    }
    match &causes[..] {
        [] if status.kind.is_none() => format!("{subject}: {}", status.message),
        [] => subject,
        [cause] => format!("{subject}: {cause}"),
        _ => {
            let list: String = causes.iter().map(|cause| format!("\n* {cause}")).collect();
            format!("{subject}: {list}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::api::field::FieldError;

    #[test]
    fn refusals_read_as_kubectl_prints_them() {
        let missing = Status::not_found(Kind::Pod, "x");
        assert_eq!(
            text(&missing),
            "Error from server (NotFound): pods \"x\" not found"
        );
        let bad = Status::bad_request("no");
        assert_eq!(
            Refusal::from(bad).when("creating", "web.yaml").text(),
            "Error from server (BadRequest): error when creating \"web.yaml\": no"
        );
        let errors = [
            FieldError::required("spec.a", ""),
            FieldError::invalid("spec.b", -1, "must be positive"),
        ];
        let one = Status::invalid(Kind::Deployment, "web", &errors[..1]);
        assert_eq!(
            text(&one),
            "The Deployment \"web\" is invalid: spec.a: Required value"
        );
        let two = Status::invalid(Kind::Deployment, "web", &errors);
        assert_eq!(
            text(&two),
            "The Deployment \"web\" is invalid: \n* spec.a: Required value\n* spec.b: Invalid value: -1: must be positive"
        );
    }
    #[test]
    fn alone_and_with_others_the_same_reads_differently() {
        let errors = [FieldError::required("spec.a", "")];
        let cases = [
            (
                Refusal::Client("no".to_owned()),
                ["error: no", "no", "error: error when deleting \"x\": no"],
            ),
            (
                Refusal::Client("no".to_owned()).listed(),
                ["no", "no", "error when deleting \"x\": no"],
            ),
            (
                Refusal::from(Status::bad_request("no")).listed(),
                [
                    "Error from server (BadRequest): no",
                    "Error from server (BadRequest): no",
                    "Error from server (BadRequest): error when deleting \"x\": no",
                ],
            ),
            (
                Refusal::from(Status::invalid(Kind::Pod, "web", &errors)),
                [
                    "The Pod \"web\" is invalid: spec.a: Required value",
                    "Error from server (Invalid): Pod \"web\" is invalid: spec.a: Required value",
                    "The Pod \"web\" is invalid: spec.a: Required value",
                ],
            ),
        ];
        for (refusal, [alone, of_several, when]) in cases {
            assert_eq!(refusal.text(), alone);
            assert_eq!(refusal.text_of_several(), of_several);
            assert_eq!(refusal.when("deleting", "x").text(), when);
        }
    }
}
