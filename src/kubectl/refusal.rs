//! What kubectl says when the API server refuses.
//!
//! The real thing: kubectl's pkg/cmd/util/helpers.go (`checkErr`, `StandardErrorMessage`, `MultilineError`, `AddSourceToErr`).

use crate::api::{Reason, Status};

/// The text on stderr, without a newline at its end: `Error from server (NotFound): pods "x" not found`.
#[must_use]
pub fn text(status: &Status) -> String {
    match status.reason {
        Reason::Invalid => invalid(status),
        Reason::Unknown => format!("Error from server: {}", status.message),
        _ => format!(
            "Error from server ({:?}): {}",
            status.reason, status.message
        ),
    }
}

/// The same while doing something with what a file says: `error when creating "web.yaml"`.
#[must_use]
pub fn text_when(status: &Status, doing: &str, source: &str) -> String {
    let message = format!("error when {doing} {source:?}: {}", status.message);
    text(&Status {
        message,
        ..status.clone()
    })
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
            text_when(&bad, "creating", "web.yaml"),
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
}
