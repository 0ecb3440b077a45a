//! Tokens that are asked for, shown and doubted.

use super::*;

fn store() -> Snapshot {
    let mut snapshot = Snapshot::default();
    for document in [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "this-cluster"}}),
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "uid": "u-n1"}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "bot", "namespace": "ci", "uid": "u-bot"}}),
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "ci", "uid": "u-web"},
            "spec": {"serviceAccountName": "bot", "nodeName": "n1", "containers": []}}),
    ] {
        put(&mut snapshot, document);
    }
    snapshot
}

fn put(snapshot: &mut Snapshot, document: Value) {
    let kind = document["kind"]
        .as_str()
        .and_then(|kind| Kind::of("v1", kind))
        .expect("a kind");
    let object = kind.deserialize(document).expect("an object");
    snapshot.table_mut(kind).insert(object);
}

fn bot() -> Key {
    Key::new(Kind::ServiceAccount, "ci", "bot")
}

fn token(spec: Value, snapshot: &Snapshot) -> String {
    let answer = request(&json!({ "spec": spec }), &bot(), snapshot, 5000).expect("a token");
    answer["status"]["token"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_token_says_whose_it_is() {
    let store = store();
    let answer = request(&json!({}), &bot(), &store, 5000).expect("a token");
    assert_eq!(
        answer["status"]["expirationTimestamp"],
        "2025-01-01T01:00:05Z"
    );
    assert_eq!(answer["spec"]["audiences"], json!([ISSUER]));
    let token = token(json!({}), &store);
    assert_eq!(
        token, answer["status"]["token"],
        "the same question, the same token"
    );
    let claims = decode(token.split('.').nth(1).expect("three parts")).expect("base64");
    let mut claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["jti"] = json!("");
    assert_eq!(
        claims.to_string(),
        r#"{"aud":["https://kubernetes.default.svc.cluster.local"],"exp":1735693205,"iat":1735689605,"iss":"https://kubernetes.default.svc.cluster.local","jti":"","kubernetes.io":{"namespace":"ci","serviceaccount":{"name":"bot","uid":"u-bot"}},"nbf":1735689605,"sub":"system:serviceaccount:ci:bot"}"#
    );
    let who = verify(&token, &[], &store, 6000)
        .expect("a good token")
        .expect("ours");
    assert_eq!(who.user, "system:serviceaccount:ci:bot");
    assert_eq!(
        who.identity.groups.join(" "),
        "system:serviceaccounts system:serviceaccounts:ci system:authenticated"
    );
    assert_eq!(who.identity.uid, "u-bot");
    assert_eq!(who.audiences, [ISSUER]);
}

#[test]
fn a_bound_token_names_its_pod_and_dies_with_it() {
    let mut store = store();
    let bound = json!({"boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"}});
    let token = token(bound, &store);
    let who = verify(&token, &[], &store, 6000)
        .expect("a good token")
        .expect("ours");
    let extra =
        |key: &str| who.identity.extra[&format!("authentication.kubernetes.io/{key}")][0].clone();
    let all = ["pod-name", "pod-uid", "node-name", "node-uid"].map(extra);
    assert_eq!(all, ["web", "u-web", "n1", "u-n1"]);
    store.table_mut(Kind::Pod).remove("ci", "web");
    assert!(
        verify(&token, &[], &store, 6000).is_err(),
        "the pod is gone"
    );
}

#[test]
fn tokens_are_doubted() {
    let store = store();
    let good = token(
        json!({"audiences": ["vault"], "expirationSeconds": 600}),
        &store,
    );
    let mut forged = good.clone();
    forged.replace_range(good.len() - 4.., "AAAA");
    let mut elsewhere = store.clone();
    put(
        &mut elsewhere,
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "another"}}),
    );
    let mut renewed = store.clone();
    put(
        &mut renewed,
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "bot", "namespace": "ci", "uid": "u-2"}}),
    );
    assert!(verify(&good, &["vault"], &store, 604_000).is_ok_and(|who| who.is_some()));
    for (name, token, audience, snapshot, now_ms, why) in [
        (
            "forged",
            &forged,
            "vault",
            &store,
            6000,
            "invalid signature",
        ),
        (
            "another cluster's",
            &good,
            "vault",
            &elsewhere,
            6000,
            "invalid signature",
        ),
        (
            "expired",
            &good,
            "vault",
            &store,
            605_000,
            "service account token has expired",
        ),
        (
            "for another",
            &good,
            "api",
            &store,
            6000,
            "token audiences [\"vault\"] is invalid for the target audiences [\"api\"]",
        ),
        (
            "of another account",
            &good,
            "vault",
            &renewed,
            6000,
            "service account token has been invalidated",
        ),
    ] {
        let got = verify(token, &[audience], snapshot, now_ms);
        assert_eq!(got, Err(format!("[invalid bearer token, {why}]")), "{name}");
    }
    for other in ["", "abc", "a.b.c", "é.é.é"] {
        assert_eq!(verify(other, &[], &store, 0), Ok(None), "{other}");
    }
}

#[test]
fn requests_for_tokens_are_checked() {
    let store = store();
    let nobody = Key::new(Kind::ServiceAccount, "ci", "nobody");
    for (spec, account, want) in [
        (json!({}), &nobody, "serviceaccounts \"nobody\" not found"),
        (
            json!({"expirationSeconds": 60}),
            &bot(),
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes",
        ),
        (
            json!({"boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "x"}}),
            &bot(),
            "pods \"x\" not found",
        ),
        (
            json!({"boundObjectRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}}),
            &bot(),
            "cannot bind token to object of type apps/v1, Kind=Deployment",
        ),
        (
            json!({"boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "other"}}),
            &bot(),
            "Operation cannot be fulfilled on pods \"web\": the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated",
        ),
    ] {
        let got = request(&json!({ "spec": spec }), account, &store, 0).expect_err(want);
        assert_eq!(got.message, want);
    }
}
