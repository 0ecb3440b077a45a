//! What names, ports, paths and addresses may look like. Each rule returns everything that is wrong; an empty list costs nothing.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, pkg/apis/core/validation/validation.go.

use std::net::IpAddr;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const ENV_NAME: &str = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
const IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// `IsDNS1123Subdomain`: the detail of the error, or `None` if the name is fine.
#[must_use]
pub fn dns_subdomain(name: &str) -> Option<String> {
    subdomain(name).into_iter().next()
}

/// `IsDNS1123Subdomain`: `example.com`. What most objects may be called.
#[must_use]
pub fn subdomain(name: &str) -> Vec<String> {
    let mut wrong = too_long(name, 253);
    if !name.split('.').all(is_label_text) {
        wrong.push(SUBDOMAIN.to_owned());
    }
    wrong
}

/// `IsWildcardDNS1123Subdomain`: `*.example.com`.
#[must_use]
pub fn wildcard_subdomain(name: &str) -> Vec<String> {
    let mut wrong = too_long(name, 253);
    let rest = name.strip_prefix("*.");
    if !rest.is_some_and(|rest| rest.split('.').all(is_label_text)) {
        wrong.push(WILDCARD.to_owned());
    }
    wrong
}

/// `IsValidPathSegmentName`: what can stand in a URL's path. What roles and bindings may be called.
#[must_use]
pub fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let parts = ['/', '%'].into_iter().filter(|part| name.contains(*part));
    parts
        .map(|part| format!("may not contain '{part}'"))
        .collect()
}

/// `IsDNS1123Label`: `my-name`. What namespaces, containers and volumes may be called.
#[must_use]
pub fn label(name: &str) -> Vec<String> {
    let mut wrong = too_long(name, 63);
    if !is_label_text(name) {
        let dotted = name.split('.').all(is_label_text);
        let text = if dotted {
            "must not contain dots"
        } else {
            LABEL
        };
        wrong.push(text.to_owned());
    }
    wrong
}

/// `IsDNS1035Label`: like a label, beginning with a letter. What services may be called.
#[must_use]
pub fn label_1035(name: &str) -> Vec<String> {
    let mut wrong = too_long(name, 63);
    if !is_label_text(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        wrong.push(LABEL_1035.to_owned());
    }
    wrong
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

/// `IsConfigMapKey`: a key of a ConfigMap or Secret, which becomes a file's name.
#[must_use]
pub fn config_key(key: &str) -> Vec<String> {
    let mut wrong = too_long(key, 253);
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if key.is_empty() || !key.bytes().all(inner) {
        wrong.push(CONFIG_KEY.to_owned());
    }
    match key {
        "." => wrong.push("must not be '.'".to_owned()),
        ".." => wrong.push("must not be '..'".to_owned()),
        _ if key.starts_with("..") => wrong.push("must not start with '..'".to_owned()),
        _ => {}
    }
    wrong
}

/// `IsRelaxedEnvVarName`: the name of an environment variable.
#[must_use]
pub fn env_name(name: &str) -> Vec<String> {
    let fine = name.chars().all(|c| matches!(c, ' '..='~') && c != '=');
    if fine {
        return Vec::new();
    }
    vec![ENV_NAME.to_owned()]
}

/// `IsValidPortName`: an IANA service name.
#[must_use]
pub fn port_name(name: &str) -> Vec<String> {
    let mut wrong = too_long(name, 15);
    let mut check = |fine: bool, text: &str| {
        if !fine {
            wrong.push(text.to_owned());
        }
    };
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    check(
        !name.is_empty() && name.bytes().all(inner),
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
    );
    check(
        name.bytes().any(|b| b.is_ascii_lowercase()),
        "must contain at least one letter (a-z)",
    );
    check(!name.contains("--"), "must not contain consecutive hyphens");
    check(
        !name.starts_with('-') && !name.ends_with('-'),
        "must not begin or end with a hyphen",
    );
    wrong
}

/// `IsValidPortNum`.
#[must_use]
pub fn port_number(port: i32) -> Vec<String> {
    if (1..=65535).contains(&port) {
        return Vec::new();
    }
    vec![within(1, 65535)]
}

/// `IsHTTPHeaderName`.
#[must_use]
pub fn header_name(name: &str) -> Vec<String> {
    let fine = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fine {
        return Vec::new();
    }
    vec![HEADER.to_owned()]
}

/// `IsValidIP`.
#[must_use]
pub fn ip(text: &str) -> Vec<String> {
    if text.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    vec![IP.to_owned()]
}

/// `IsValidCIDR`.
#[must_use]
pub fn cidr(text: &str) -> Vec<String> {
    let parts = text.split_once('/').and_then(|(address, bits)| {
        let address = address.parse::<IpAddr>().ok()?;
        Some((address, bits.parse::<u8>().ok()?))
    });
    let fine = match parts {
        Some((IpAddr::V4(_), bits)) => bits <= 32,
        Some((IpAddr::V6(_), bits)) => bits <= 128,
        None => false,
    };
    if fine {
        return Vec::new();
    }
    vec![CIDR.to_owned()]
}

/// `ValidateNonSpecialIP`: an address that endpoints and external IPs may have.
#[must_use]
pub fn special_ip(text: &str) -> Vec<String> {
    let Ok(address) = text.parse::<IpAddr>() else {
        return vec!["must be a valid IP address".to_owned()];
    };
    let (link_local, link_local_multicast) = match address {
        IpAddr::V4(ip) => (ip.is_link_local(), ip.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(ip) => (
            ip.segments()[0] & 0xffc0 == 0xfe80,
            ip.segments()[0] == 0xff02,
        ),
    };
    let mut wrong = Vec::new();
    let mut refuse = |is: bool, text: &str| {
        if is {
            wrong.push(text.to_owned());
        }
    };
    refuse(
        address.is_unspecified(),
        &format!("may not be unspecified ({text})"),
    );
    refuse(
        address.is_loopback(),
        "may not be in the loopback range (127.0.0.0/8, ::1/128)",
    );
    refuse(
        link_local,
        "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
    );
    refuse(
        link_local_multicast,
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
    );
    wrong
}

/// `InclusiveRangeError`.
#[must_use]
pub fn within(low: i64, high: i64) -> String {
    format!("must be between {low} and {high}, inclusive")
}

fn too_long(text: &str, length_max: usize) -> Vec<String> {
    if text.len() <= length_max {
        return Vec::new();
    }
    vec![format!("must be no more than {length_max} characters")]
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rule = fn(&str) -> Vec<String>;

    #[test]
    fn rules_refuse_what_upstream_refuses() {
        let long = "a".repeat(64);
        let cases: &[(&str, Rule, &str, &[&str])] = &[
            ("subdomain", subdomain, "a.b-c.1", &[]),
            (
                "capital",
                subdomain,
                "Web",
                &["a lowercase RFC 1123 subdomain"],
            ),
            ("label", label, "web-1", &[]),
            ("dots", label, "web.1", &["must not contain dots"]),
            (
                "dash at the end",
                label,
                "web-",
                &["a lowercase RFC 1123 label"],
            ),
            (
                "long",
                label,
                &long,
                &["must be no more than 63 characters"],
            ),
            ("digit first", label_1035, "1web", &["a DNS-1035 label"]),
            ("key", config_key, "app.properties", &[]),
            ("slash in a key", config_key, "a/b", &["a valid config key"]),
            ("dots as a key", config_key, "..", &["must not be '..'"]),
            ("variable", env_name, "MY_VAR.x", &[]),
            (
                "equals",
                env_name,
                "A=B",
                &["a valid environment variable name"],
            ),
            ("port", port_name, "http-2", &[]),
            (
                "port number",
                port_name,
                "8080",
                &["must contain at least one letter"],
            ),
            (
                "long port",
                port_name,
                "a-very-long-port-name",
                &["must be no more than 15 characters"],
            ),
            ("ip", ip, "10.0.0.1", &[]),
            ("no ip", ip, "10.0.0.256", &["must be a valid IP address"]),
            ("cidr", cidr, "10.0.0.0/8", &[]),
            (
                "no cidr",
                cidr,
                "10.0.0.0/33",
                &["must be a valid CIDR value"],
            ),
            (
                "loopback",
                special_ip,
                "127.0.0.1",
                &["may not be in the loopback range"],
            ),
            (
                "link-local",
                special_ip,
                "169.254.1.1",
                &["may not be in the link-local range"],
            ),
        ];
        for (name, rule, text, want) in cases {
            let got = rule(text);
            assert_eq!(got.len(), want.len(), "{name}: {got:?}");
            assert!(
                got.iter().zip(*want).all(|(g, w)| g.starts_with(w)),
                "{name}: {got:?}"
            );
        }
    }
}
