//! Protobuf bodies: whatever comes out is a document with a kind.

use kubeloop::control_plane::apiserver::protobuf;

/// Reads the bytes as the body of a request. Most random bytes lack the four magic ones, so the rest is read behind those, too.
pub fn check(data: &[u8]) {
    for bytes in [data, &[b"k8s\0", data].concat()] {
        match protobuf::decode(bytes) {
            Ok(document) => assert!(document["kind"].is_string(), "{document}"),
            Err(why) => assert!(!why.is_empty(), "a refusal says why"),
        }
    }
}
