//! HTTP requests, a few after another, to a server with a cluster behind it: authentication to storage, and what the components make of
//! what was stored. A text like this, cut at lines of four equals signs:
//!
//! ```text
//! PUT /api/v1/namespaces/default/configmaps/c?dryRun=All
//! Content-Type: application/json
//!
//! {"data": {}}
//! ```

use super::server::{Server, set};
use http::Request;

/// More requests are not sent.
const REQUESTS_MAX: usize = 4;

/// Sends what the bytes say, and looks at what became of it from several sides.
pub fn check(data: &[u8]) {
    let mut server = Server::new();
    let mut rest = data;
    for _ in 0..REQUESTS_MAX {
        let (one, more) = cut(rest, b"\n====\n");
        if let Some(request) = request(&server, one) {
            ask(&mut server, &request);
        }
        let Some(more) = more else { break };
        rest = more;
    }
    server.still_answers();
}

/// Before and behind the first of these marks.
fn cut<'d>(data: &'d [u8], mark: &[u8]) -> (&'d [u8], Option<&'d [u8]>) {
    let at = data.windows(mark.len()).position(|bytes| bytes == mark);
    at.map_or((data, None), |at| {
        (&data[..at], Some(&data[at + mark.len()..]))
    })
}

fn request(server: &Server, text: &[u8]) -> Option<Request<Vec<u8>>> {
    let (head, body) = cut(text, b"\n\n");
    let (first, mut headers) = cut(head, b"\n");
    let (method, uri) = std::str::from_utf8(first).ok()?.split_once(' ')?;
    let mut request = server.request(method, uri, body.unwrap_or_default())?;
    while let Some(rest) = headers {
        let (line, more) = cut(rest, b"\n");
        if let (name, Some(value)) = cut(line, b": ")
            && let Ok(name) = std::str::from_utf8(name)
        {
            set(&mut request, name, value);
        }
        headers = more;
    }
    Some(request)
}

fn ask(server: &mut Server, request: &Request<Vec<u8>>) {
    let response = server.answer(request);
    if request.method() == "GET" || response.is_none_or(|r| !r.status().is_success()) {
        return;
    }
    // It has changed something: as a table, as metadata, in YAML, and through what it sets off.
    let path = request.uri().path().to_owned();
    let looks = [
        "application/json;as=Table;v=v1;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
        "application/yaml",
    ];
    for accept in looks {
        if let Some(mut look) = server.request("GET", &path, b"") {
            set(&mut look, "accept", accept.as_bytes());
            server.answer(&look);
        }
    }
    server.run(10);
}
