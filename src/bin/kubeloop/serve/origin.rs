//! For whom requests are: only for this machine, and not from other web pages. A page elsewhere may have its name lead here (DNS rebinding), but
//! its browser goes on to send that name.

use axum::http::{HeaderMap, HeaderValue, header};
use std::net::IpAddr;

/// Refuses what another web page might make a browser send here; `named` is the host that the request's own line names, if it does.
pub fn check(named: Option<&str>, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let hosts: Vec<String> = headers.get_all(header::HOST).iter().map(text).collect();
    let mut all = hosts.iter().map(String::as_str).chain(named);
    if hosts.len() != 1 || !all.all(is_own) {
        return Err("this server answers requests for localhost only\n");
    }
    match headers.get(header::ORIGIN).map(text) {
        None => Ok(()),
        Some(origin) => {
            let rest = origin.split_once("://").map_or("", |(_, rest)| rest);
            if rest == hosts[0] {
                Ok(())
            } else {
                Err("this server does not answer other web pages\n")
            }
        }
    }
}

/// Is this host one that only this machine goes by, or a bare address?
fn is_own(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_for_this_machine_are_answered() {
        let own = "127.0.0.1:8001";
        let cases = [
            ("by address", &[own][..], None, None, true),
            ("by name", &["localhost:8001"], None, None, true),
            ("without a port", &["localhost"], None, None, true),
            ("IPv6", &["[::1]:8001"], None, None, true),
            ("another name", &["kubernetes.example"], None, None, false),
            (
                "one that looks alike",
                &["127.0.0.1.example:8001"],
                None,
                None,
                false,
            ),
            (
                "another name at home",
                &["localhost.example"],
                None,
                None,
                false,
            ),
            ("no name", &[], None, None, false),
            ("two names", &[own, "kubernetes.example"], None, None, false),
            (
                "in the first line",
                &[own],
                Some("kubernetes.example"),
                None,
                false,
            ),
            ("own in the first line", &[own], Some(own), None, true),
            (
                "its own page",
                &[own],
                None,
                Some("http://127.0.0.1:8001"),
                true,
            ),
            (
                "its own page, safely",
                &[own],
                None,
                Some("https://127.0.0.1:8001"),
                true,
            ),
            (
                "another page",
                &[own],
                None,
                Some("http://evil.example"),
                false,
            ),
            (
                "another port's page",
                &[own],
                None,
                Some("http://127.0.0.1:8080"),
                false,
            ),
            ("a page without origin", &[own], None, Some("null"), false),
            ("no origin at all", &[own], None, Some(""), false),
        ];
        for (name, hosts, named, origin, want) in cases {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_static(host));
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(check(named, &headers).is_ok(), want, "{name}");
        }
    }
}
