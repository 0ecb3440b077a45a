//! `format:` of a text: what it must look like.
//!
//! The real thing: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go, kube-openapi's pkg/validation/strfmt.
//! Left out: bsonobjectid, isbn, creditcard, ssn and rgbcolor are taken as they come; k8s-short-name and k8s-long-name are of a later release.

use super::Schema;
use crate::api::kinds::names;
use crate::api::time;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Formats of texts, without dashes, as upstream compares them.
const TEXTS: [&str; 19] = [
    "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5",
    "hexcolor", "byte", "password", "date", "duration", "datetime", "isbn", "ssn",
];

/// The schema's format, if upstream checks it for the schema's type; else empty.
pub(super) fn known(s: Schema<'_>) -> &str {
    let format = s.text("format");
    if format.is_empty() {
        return "";
    }
    let type_ = if s.is("x-kubernetes-int-or-string") {
        "any"
    } else {
        s.type_()
    };
    let is_known = match type_ {
        "" | "string" => TEXTS.contains(&format.replace('-', "").as_str()),
        "integer" => matches!(format, "int32" | "int64"),
        "number" => matches!(format, "float" | "double"),
        _ => false,
    };
    if is_known { format } else { "" }
}

/// Does the text look like it?
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format.replace('-', "").as_str() {
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "cidr" => names::cidr(text).is_empty(),
        "mac" => is_mac(text),
        "uuid" => is_uuid(text, None),
        "uuid3" => is_uuid(text, Some(b'3')),
        "uuid4" => is_uuid(text, Some(b'4')),
        "uuid5" => is_uuid(text, Some(b'5')),
        "hexcolor" => is_hex_colour(text),
        "byte" => is_base64(text),
        "date" => time::is_date(text),
        "datetime" => is_date_time(text),
        "duration" => is_duration(text),
        "email" => is_email(text),
        "hostname" => is_hostname(text),
        "uri" => is_uri(text),
        _ => true,
    }
}

fn is_mac(text: &str) -> bool {
    let separator = if text.contains('-') { '-' } else { ':' };
    let pairs: Vec<&str> = text.split(separator).collect();
    let is_pair = |p: &&str| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit());
    matches!(pairs.len(), 6 | 8 | 20) && pairs.iter().all(is_pair)
}

/// 32 hexadecimal digits, the groups of 8-4-4-4-12 with or without dashes between them.
fn is_uuid(text: &str, version: Option<u8>) -> bool {
    let mut rest = text;
    let mut digits = Vec::new();
    for (index, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((group, after)) = rest.split_at_checked(length) else {
            return false;
        };
        digits.extend(group.bytes());
        rest = after;
    }
    let variant = || matches!(digits[16].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b');
    rest.is_empty()
        && digits.iter().all(u8::is_ascii_hexdigit)
        && version.is_none_or(|v| digits[12] == v && (v == b'3' || variant()))
}

fn is_hex_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let belongs = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    text.len().is_multiple_of(4) && padding <= 2 && body.bytes().all(belongs)
}

fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else {
        return false;
    };
    let rest = rest.strip_prefix(['T', 't', ' ']);
    rest.is_some_and(|rest| time::parse(&format!("{date}T{}", rest.to_ascii_uppercase())).is_some())
}

/// Go's durations (`1h30m`, `-1.5s`), or a number with a unit in words (`22 ns`, `3 days`).
fn is_duration(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['-', '+']);
    if unsigned == "0" {
        return true;
    }
    const UNITS: [&str; 24] = [
        "ns", "us", "µs", "μs", "ms", "s", "m", "h", "nano", "nanos", "micro", "micros", "milli",
        "millis", "sec", "second", "seconds", "min", "minute", "minutes", "hour", "hours", "day",
        "days",
    ];
    let mut rest = unsigned;
    while !rest.is_empty() {
        let number = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let after = rest[number..].trim_start();
        let unit = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let is_unit = UNITS.contains(&&after[..unit]) || matches!(&after[..unit], "d" | "w");
        if number == 0 || !is_unit {
            return false;
        }
        rest = &after[unit..];
    }
    !unsigned.is_empty()
}

fn is_email(text: &str) -> bool {
    let address = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(start), Some(body)) => &body[start + 1..],
        _ => text,
    };
    let Some((local, host)) = address.rsplit_once('@') else {
        return false;
    };
    let plain = |s: &str| !s.is_empty() && !s.contains(char::is_whitespace) && !s.contains('@');
    plain(local) && plain(host)
}

fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 255 && text.split('.').all(is_label)
}

/// Go's `url.ParseRequestURI`: an absolute path, or a scheme and something after it.
fn is_uri(text: &str) -> bool {
    if text.contains(|c: char| c.is_control() || c == ' ') {
        return false;
    }
    if text.starts_with('/') {
        return true;
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(inner)
        && !rest.is_empty()
}
