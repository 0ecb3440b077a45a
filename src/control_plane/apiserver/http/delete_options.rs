//! Is the body of a deletion a `DeleteOptions`, of any version?
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/apis/meta/internalversion/{register.go,scheme/register.go},
//! pkg/runtime/serializer/json/json.go (`Decode`), pkg/conversion/converter.go.

use crate::api::decode::interpret;
use crate::api::json::name_of;
use serde_json::Value;

/// Where the types of options and answers are registered.
const SCHEME: &str = "pkg/apis/meta/internalversion/scheme/register.go:27";

/// What goes by its name in every version.
const UNVERSIONED: &[&str] = &[
    "APIGroup",
    "APIGroupList",
    "APIResourceList",
    "APIVersions",
    "CreateOptions",
    "Status",
    "UpdateOptions",
];
/// What is known in `meta.k8s.io/v1` only.
const VERSIONED: &[&str] = &[
    "GetOptions",
    "ListOptions",
    "PartialObjectMetadata",
    "PartialObjectMetadataList",
    "PatchOptions",
    "Table",
    "TableOptions",
    "WatchEvent",
];

/// The document, if it is options of a deletion; a body that says nothing of its kind is taken for it.
///
/// # Errors
/// What Go says of anything else.
pub(super) fn checked(document: Value) -> Result<Value, String> {
    let (api_version, kind) = interpret(&document)?;
    if !matches!(kind, "" | "DeleteOptions") {
        let is_meta = matches!(api_version, "" | "meta.k8s.io/v1");
        return Err(
            if UNVERSIONED.contains(&kind) || is_meta && VERSIONED.contains(&kind) {
                format!("converting (v1.{kind}) to (v1.DeleteOptions): unknown conversion")
            } else {
                let version = if api_version.is_empty() {
                    "meta.k8s.io/v1"
                } else {
                    api_version
                };
                format!(
                    "no kind {kind:?} is registered for version {version:?} in scheme {SCHEME:?}"
                )
            },
        );
    }
    check_types(&document)?;
    Ok(document)
}

/// The fields have their types.
fn check_types(body: &Value) -> Result<(), String> {
    const FIELDS: [(&str, &str); 7] = [
        ("gracePeriodSeconds", "int64"),
        ("orphanDependents", "bool"),
        ("propagationPolicy", "string"),
        ("dryRun", "[]string"),
        ("preconditions", "v1.Preconditions"),
        ("preconditions.uid", "string"),
        ("preconditions.resourceVersion", "string"),
    ];
    let wrong =
        |found: &str, wanted: &str| Err(format!("json: cannot unmarshal {found} into Go {wanted}"));
    for (path, wanted) in FIELDS {
        let found = body.pointer(&format!("/{}", path.replace('.', "/")));
        let fits = match found {
            None | Some(Value::Null) => true,
            Some(Value::Bool(_)) => wanted == "bool",
            Some(Value::Number(number)) => wanted == "int64" && number.is_i64(),
            Some(Value::String(_)) => wanted == "string",
            Some(Value::Array(items)) => wanted == "[]string" && items.iter().all(Value::is_string),
            Some(Value::Object(_)) => wanted == "v1.Preconditions",
        };
        if let (false, Some(found)) = (fits, found) {
            let wanted = format!("struct field DeleteOptions.{path} of type {wanted}");
            return wrong(name_of(found), &wanted);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_options_of_a_deletion_are_taken_for_them() {
        let unknown = |kind: &str, version: &str| {
            Err(format!(
                "no kind \"{kind}\" is registered for version \"{version}\" in scheme \"{SCHEME}\""
            ))
        };
        let other = |kind: &str| {
            Err(format!(
                "converting (v1.{kind}) to (v1.DeleteOptions): unknown conversion"
            ))
        };
        let wrong = |why: &str| Err(format!("json: cannot unmarshal {why}"));
        let cases = [
            (json!(null), Ok(())),
            (json!({}), Ok(())),
            (json!({"kind": "DeleteOptions", "apiVersion": "v1"}), Ok(())),
            (
                json!({"kind": "DeleteOptions", "apiVersion": "batch/v1"}),
                Ok(()),
            ),
            (
                json!({"kind": "Job", "apiVersion": "batch/v1"}),
                unknown("Job", "batch/v1"),
            ),
            (json!({"kind": "Pod"}), unknown("Pod", "meta.k8s.io/v1")),
            (
                json!({"kind": "APIResourceList", "apiVersion": "v1"}),
                other("APIResourceList"),
            ),
            (json!({"kind": "Status", "apiVersion": "x/v1"}), other("Status")),
            (
                json!({"kind": "Table", "apiVersion": "v1"}),
                unknown("Table", "v1"),
            ),
            (
                json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1"}),
                other("Table"),
            ),
            (
                json!({"gracePeriodSeconds": "x"}),
                wrong("string into Go struct field DeleteOptions.gracePeriodSeconds of type int64"),
            ),
            (
                json!({"kind": true}),
                Err("couldn't get version/kind; json parse error: json: cannot unmarshal bool into Go struct field .kind of type string".to_owned()),
            ),
        ];
        for (document, want) in cases {
            let got = checked(document.clone()).map(|_| ());
            assert_eq!(got, want, "{document}");
        }
    }
}
