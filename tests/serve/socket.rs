//! WebSockets, byte by byte: when the server begins to talk.

use super::ask::{DEPLOYMENTS, PODS, serve, web};
use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A ping from the server, without data.
const PING: [u8; 2] = [0x89, 0];

/// The client's answer to it: masked, as all that clients say.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// What `echo hello` prints, on the channel of the standard output.
const HELLO: &[u8] = b"\x82\x07\x01hello\n";

#[test]
fn a_command_prints_nothing_before_its_client_reads() {
    let (_folder, server) = serve(&["--speed", "max"]);
    server.must(201, "POST", DEPLOYMENTS, &web(1));
    assert_eq!(server.told(&["settle"])["settled"], true);
    let pods = server.must(200, "GET", PODS, &Value::Null);
    let pod = pods["items"][0]["metadata"]["name"].as_str();
    let path = format!(
        "{PODS}/{}/exec?command=echo&command=hello&stdout=true",
        pod.expect("it has a pod")
    );

    let mut socket = TcpStream::connect(&server.address).expect("it listens");
    let ask = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n",
        server.address, server.token
    );
    socket.write_all(ask.as_bytes()).expect("sent");
    let head = head(&mut socket);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut frame = [0; 2];
    socket.read_exact(&mut frame).expect("a frame");
    assert_eq!(frame, PING);

    socket
        .set_read_timeout(Some(Duration::from_millis(300)))
        .expect("an option");
    let early = socket.read(&mut frame).expect_err("nobody reads yet");
    assert!(
        matches!(early.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{early}"
    );

    socket
        .set_read_timeout(Some(Duration::from_mins(1)))
        .expect("an option");
    socket.write_all(&PONG).expect("sent");
    let mut said = [0; HELLO.len()];
    socket.read_exact(&mut said).expect("the output");
    assert_eq!(said, HELLO);
}

/// The head of the answer; what follows it is left in the socket.
fn head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).expect("a head");
        head.extend(byte);
    }
    String::from_utf8(head).expect("text")
}
