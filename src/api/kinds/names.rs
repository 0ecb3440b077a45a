//! What names may look like.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go.

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// `IsDNS1123Subdomain`: the detail of the error, or `None` if the name is fine.
#[must_use]
pub fn dns_subdomain(name: &str) -> Option<String> {
    if name.len() > 253 {
        return Some("must be no more than 253 characters".to_owned());
    }
    let fine = name.split('.').all(is_label_text);
    (!fine).then(|| SUBDOMAIN.to_owned())
}

/// Lower-case alphanumerics and `-`, beginning and ending with an alphanumeric.
#[must_use]
pub fn is_label_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    !bytes.is_empty()
        && bytes.iter().all(inner)
        && bytes[0] != b'-'
        && bytes[bytes.len() - 1] != b'-'
}
