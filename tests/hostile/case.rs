//! One hostile request, what is to be answered, and how long that may take.

use super::checks::server::{self, Server};
use http::{HeaderName, HeaderValue};
use std::fs;
use std::time::{Duration, Instant};

/// No answer takes longer, of the processor's time.
const SECONDS_MAX: Duration = Duration::from_secs(15);

/// A request and its answer.
pub(crate) struct Case {
    name: &'static str,
    line: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    want: String,
}

impl Case {
    /// `line` is the method and the address; `want` is `200`, or code, reason and message: `400 BadRequest: why`. A message that ends in `…`
    /// is the beginning of the real one.
    pub(crate) fn new(
        name: &'static str,
        line: impl Into<String>,
        want: impl Into<String>,
    ) -> Self {
        Self {
            name,
            line: line.into(),
            headers: Vec::new(),
            body: Vec::new(),
            want: want.into(),
        }
    }

    /// With this body; JSON, unless a header says otherwise.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With this header, too.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Sends all of them to one server, one after another; afterwards it still works.
pub(crate) fn hold(cases: Vec<Case>) {
    let mut server = Server::new();
    let mut wrong = Vec::new();
    for case in cases {
        let got = within(case.name, SECONDS_MAX, || ask(&mut server, &case));
        let fits = match case.want.strip_suffix('…') {
            Some(beginning) => got.starts_with(beginning),
            None => got == case.want,
        };
        if !fits {
            let shown: String = got.chars().take(600).collect();
            wrong.push(format!(
                "{}\n   got: {shown}\n  want: {}",
                case.name, case.want
            ));
        }
    }
    server.still_answers();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn ask(server: &mut Server, case: &Case) -> String {
    let (method, uri) = case.line.split_once(' ').expect("a method and an address");
    let Some(mut request) = server.request(method, uri, &case.body) else {
        return "no request".to_owned();
    };
    for (name, value) in &case.headers {
        let value = HeaderValue::from_bytes(value).expect("bytes of a header");
        let name = HeaderName::from_static(name);
        if name == "authorization" {
            request.headers_mut().remove(&name);
        }
        request.headers_mut().append(name, value);
    }
    let Some(response) = server.answer(&request) else {
        return "a stream".to_owned();
    };
    let code = response.status().as_u16();
    match server::json(&response) {
        Some(said) if said["kind"] == "Status" && said["status"] == "Failure" => {
            let text = |field: &str| said[field].as_str().unwrap_or_default().to_owned();
            format!("{code} {}: {}", text("reason"), text("message"))
        }
        _ => code.to_string(),
    }
}

/// Does it, and fails if that takes the processor longer.
pub(crate) fn within<T>(name: &str, most: Duration, act: impl FnOnce() -> T) -> T {
    let (clock, before) = (Instant::now(), processor_time());
    let result = act();
    let took = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => clock.elapsed(),
    };
    // What comes near the bound is told of before it crosses it.
    if took > most / 4 {
        eprintln!("{name} takes {took:?}");
    }
    assert!(took < most, "{name} takes {took:?}");
    result
}

/// How long this thread has been running: other programs do not count. Linux says it.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}
