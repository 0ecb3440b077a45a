//! Who is let in: from where, with which token, as whom.

use super::ask::{refused, serve};
use super::server::{Folder, Server};
use serde_json::{Value, json};
use std::fs;

const PODS: &str = "/api/v1/namespaces/default/pods";

/// A request as it stands on the wire; the answer's first line and the rest.
fn asked(server: &Server, path: &str, headers: &[(&str, &str)]) -> (String, String) {
    let mut text = format!("GET {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    let said = server.say(&format!("{text}Connection: close\r\n\r\n"));
    let (first, rest) = said.split_once("\r\n").expect("a first line");
    (first.to_owned(), rest.to_owned())
}

#[test]
fn other_hosts_and_other_pages_are_refused() {
    let (_folder, server) = serve(&[]);
    let own = server.address.as_str();
    let port = own.rsplit_once(':').expect("host and port").1;
    let (named, v6) = (format!("localhost:{port}"), format!("[::1]:{port}"));
    let (lookalike, evil) = (format!("{own}.example"), format!("evil.example:{port}"));
    let (page, other) = (format!("http://{own}"), format!("http://{evil}"));
    let bearer = format!("Bearer {}", server.token);
    let absolute = format!("http://{evil}/version");
    let fine = "HTTP/1.1 200 OK";
    let refused = "HTTP/1.1 403 Forbidden";
    for (name, path, headers, want) in [
        ("by address", "/version", &[("Host", own)][..], fine),
        ("by name", "/version", &[("Host", &named)], fine),
        ("IPv6", "/version", &[("Host", &v6)], fine),
        ("another name", "/version", &[("Host", &evil)], refused),
        (
            "one that looks alike",
            "/version",
            &[("Host", &lookalike)],
            refused,
        ),
        ("no name", "/version", &[], refused),
        (
            "another name in the first line",
            &absolute,
            &[("Host", own)],
            refused,
        ),
        (
            "its own page",
            "/version",
            &[("Host", own), ("Origin", &page)],
            fine,
        ),
        (
            "another page",
            "/version",
            &[("Host", own), ("Origin", &other)],
            refused,
        ),
        (
            "a page that leads here",
            "/version",
            &[("Host", &evil), ("Origin", &other)],
            refused,
        ),
        (
            "no page",
            "/version",
            &[("Host", own), ("Origin", "null")],
            refused,
        ),
        (
            "with a token",
            PODS,
            &[("Host", &evil), ("Authorization", &bearer)],
            refused,
        ),
        (
            "a page with a token",
            PODS,
            &[
                ("Host", own),
                ("Origin", &other),
                ("Authorization", &bearer),
            ],
            refused,
        ),
        (
            "ctl's from another page",
            "/kubeloop/v1/status",
            &[("Host", own), ("Origin", &other)],
            refused,
        ),
        (
            "ctl's by another name",
            "/kubeloop/v1/status",
            &[("Host", &evil)],
            refused,
        ),
    ] {
        let (first, _) = asked(&server, path, headers);
        assert_eq!(first, want, "{name}");
    }
}

#[test]
fn tokens() {
    let (_folder, server) = serve(&[]);
    let anonymous = r#"pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default""#;
    let own = format!("Bearer {}", server.token);
    let (small, wrong) = (own.replace("Bearer", "bearer"), format!("{own}0"));
    for (name, header, code, reason, message) in [
        ("none", None, 403, "Forbidden", anonymous),
        ("empty", Some(""), 403, "Forbidden", anonymous),
        ("a scheme only", Some("Bearer"), 403, "Forbidden", anonymous),
        (
            "another scheme",
            Some("Basic cm9vdDpyb290"),
            403,
            "Forbidden",
            anonymous,
        ),
        (
            "garbage",
            Some("Bearer garbage"),
            401,
            "Unauthorized",
            "Unauthorized",
        ),
        (
            "almost",
            Some(wrong.as_str()),
            401,
            "Unauthorized",
            "Unauthorized",
        ),
        (
            "not signed here",
            Some("Bearer a.b.c"),
            401,
            "Unauthorized",
            "Unauthorized",
        ),
        ("the administrator's", Some(own.as_str()), 200, "", ""),
        ("in small letters", Some(small.as_str()), 200, "", ""),
    ] {
        let headers: Vec<(&str, &str)> = header.map(|h| ("authorization", h)).into_iter().collect();
        let (is, text) = server.ask_with(&headers, "GET", PODS, &Value::Null);
        let said: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(is, code, "{name}: {said}");
        if code != 200 {
            assert_eq!(
                (&said["kind"], &said["code"]),
                (&json!("Status"), &json!(code)),
                "{name}"
            );
            assert_eq!(
                (&said["reason"], &said["message"]),
                (&json!(reason), &json!(message)),
                "{name}"
            );
        }
    }
    let bytes = asked(
        &server,
        PODS,
        &[
            ("Host", &server.address),
            ("Authorization", "Bearer \u{fc}"),
        ],
    );
    assert_eq!(bytes.0, "HTTP/1.1 401 Unauthorized");
}

/// Who the server takes the asker for.
fn who(server: &Server, headers: &[(&str, &str)]) -> (u16, Value) {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let (code, text) = server.ask_with(headers, "POST", path, &review);
    let said: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    match said["status"].get("userInfo") {
        Some(user) => (code, user.clone()),
        None => (code, said["message"].clone()),
    }
}

#[test]
fn a_file_of_tokens_lets_people_in() {
    let folder = Folder::new();
    let text = "jane-token,jane,42,\"devs,ops\"\r\n\r\njoe-token,joe,43\nroot-token,root,1,system:masters\n\
                said-token,\"O\"\"Neil, S\",\"\",\"a, b\"\n,nobody,1\njoe-token,joe2,44\n";
    fs::write(folder.path().join("tokens.csv"), text).expect("a file");
    let server = Server::start(folder.path(), &["--token-file", "tokens.csv"]);
    for (token, want) in [
        (
            "jane-token",
            json!({"username": "jane", "uid": "42", "groups": ["devs", "ops", "system:authenticated"]}),
        ),
        (
            "joe-token",
            json!({"username": "joe2", "uid": "44", "groups": ["system:authenticated"]}),
        ),
        (
            "root-token",
            json!({"username": "root", "uid": "1", "groups": ["system:masters", "system:authenticated"]}),
        ),
        (
            "said-token",
            json!({"username": "O\"Neil, S", "groups": ["a", " b", "system:authenticated"]}),
        ),
        (
            server.token.as_str(),
            json!({"username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"]}),
        ),
    ] {
        let bearer = format!("Bearer {token}");
        let is = who(&server, &[("authorization", &bearer)]);
        assert_eq!(is, (201, want), "{token}");
    }
    let can = |token: &str| {
        let bearer = format!("Bearer {token}");
        server
            .ask_with(&[("authorization", &bearer)], "GET", PODS, &Value::Null)
            .0
    };
    assert_eq!(
        (can("root-token"), can("jane-token"), can("nobody")),
        (200, 403, 401)
    );
    let said = server.said.lock().expect("nobody panics while writing");
    for warning in [
        "warning: empty token has been found in token file 'tokens.csv', record number '5'\n",
        "warning: duplicate token has been found in token file 'tokens.csv', record number '6'\n",
    ] {
        assert!(said.contains(warning), "{said}");
    }
}

#[test]
fn a_bad_file_of_tokens_is_refused() {
    let folder = Folder::new();
    for (text, want) in [
        (
            "a,b\n",
            "error: token file 'tokens.csv' must have at least 3 columns (token, user name, user uid), found 2\n",
        ),
        (
            "a,b,c,\"d\n",
            "error: record on line 1; parse error on line 2, column 1: extraneous or missing \" in quoted-field\n",
        ),
        (
            "a,b\"c,d\n",
            "error: parse error on line 1, column 4: bare \" in non-quoted field\n",
        ),
    ] {
        fs::write(folder.path().join("tokens.csv"), text).expect("a file");
        let said = refused(folder.path(), &["--token-file", "tokens.csv"]);
        assert_eq!(said, want, "{text}");
    }
    let said = refused(folder.path(), &["--token-file", "missing.csv"]);
    assert!(
        said.starts_with("error: cannot read missing.csv: "),
        "{said}"
    );
}

#[test]
fn acting_as_someone_else() {
    let folder = Folder::new();
    fs::write(folder.path().join("t"), "jane,jane,42\n").expect("a file");
    let server = Server::start(folder.path(), &["--token-file", "t"]);
    let admin = format!("Bearer {}", server.token);
    let jane = "Bearer jane".to_owned();
    let act = |bearer: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("authorization", bearer)];
        all.extend(headers);
        who(&server, &all)
    };
    let user = ("impersonate-user", "joe");
    for (headers, want) in [
        (
            &[user][..],
            json!({"username": "joe", "groups": ["system:authenticated"]}),
        ),
        (
            &[
                user,
                ("impersonate-group", "devs"),
                ("impersonate-group", "ops"),
            ],
            json!({"username": "joe", "groups": ["devs", "ops", "system:authenticated"]}),
        ),
        (
            &[user, ("impersonate-uid", "7")],
            json!({"username": "joe", "uid": "7", "groups": ["system:authenticated"]}),
        ),
        (
            &[
                user,
                ("impersonate-extra-Scopes", "view"),
                ("impersonate-extra-scopes", "edit"),
                ("impersonate-extra-example.com%2Fteam", "a"),
            ],
            json!({"username": "joe", "groups": ["system:authenticated"], "extra": {"example.com/team": ["a"], "scopes": ["view", "edit"]}}),
        ),
        (
            &[("impersonate-user", "system:serviceaccount:default:default")],
            json!({"username": "system:serviceaccount:default:default", "groups": ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]}),
        ),
    ] {
        assert_eq!(act(&admin, headers), (201, want), "{headers:?}");
    }
    let nobody = [
        ("authorization", admin.as_str()),
        ("impersonate-group", "devs"),
    ];
    let path = "/api/v1/pods?limit=1&continue=";
    let want = "Internal Server Error: \"/api/v1/pods?limit=1&amp;continue=\": requested [{Group  devs    }] without impersonating a user\n";
    let said = server.ask_with(&nobody, "GET", path, &Value::Null);
    assert_eq!(said, (500, want.to_owned()));
    for (headers, want) in [
        (
            &[user][..],
            r#"users "joe" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope"#,
        ),
        (
            &[("impersonate-user", "system:serviceaccount:default:x")],
            r#"serviceaccounts "x" is forbidden: User "jane" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default""#,
        ),
    ] {
        assert_eq!(act(&jane, headers), (403, want.into()), "{headers:?}");
    }
    // She may act as joe, but not with more than his name.
    let role = json!({"metadata": {"name": "joe"}, "rules": [{"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"], "resourceNames": ["joe"]}]});
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    server.must(201, "POST", path, &role);
    let binding = json!({"metadata": {"name": "joe"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "joe"}, "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}]});
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    server.must(201, "POST", path, &binding);
    assert_eq!(act(&jane, &[user]).0, 201);
    for (header, want) in [
        (
            ("impersonate-group", "system:masters"),
            r#"groups "system:masters" is forbidden: User "jane" cannot impersonate resource "groups" in API group "" at the cluster scope"#,
        ),
        (
            ("impersonate-uid", "7"),
            r#"uids.authentication.k8s.io "7" is forbidden: User "jane" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope"#,
        ),
        (
            ("impersonate-extra-scopes", "all"),
            r#"userextras.authentication.k8s.io "all" is forbidden: User "jane" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope"#,
        ),
    ] {
        assert_eq!(
            act(&jane, &[user, header]),
            (403, want.into()),
            "{header:?}"
        );
    }
    let (code, said) = act(&admin, &[("impersonate-group", "devs")]);
    assert_eq!(code, 500, "{said}");
    let nobody = act("Bearer nobody", &[user]);
    assert_eq!(nobody, (401, "Unauthorized".into()));
}

#[cfg(target_os = "linux")]
#[test]
fn beyond_loopback_the_simulation_obeys_masters_only() {
    let folder = Folder::new();
    let tokens = "jane,jane,1\nboss,boss,2,system:masters\n";
    fs::write(folder.path().join("tokens.csv"), tokens).expect("written");
    let options = ["--listen", "0.0.0.0", "--token-file", "tokens.csv"];
    let server = Server::start(folder.path(), &options);
    let only =
        "is not in \"system:masters\", and only those who are may tell the simulation what to do";
    let nobody = format!("User \"system:anonymous\" {only}");
    let jane = format!("User \"jane\" {only}");
    let cases = [
        ("", 403, nobody.as_str()),
        ("Bearer wrong", 401, "Unauthorized"),
        ("Bearer jane", 403, jane.as_str()),
        ("Bearer boss", 200, ""),
        (&format!("Bearer {}", server.token), 200, ""),
    ];
    for (bearer, want, why) in cases {
        let headers = [("authorization", bearer)];
        let headers = if bearer.is_empty() { &[] } else { &headers[..] };
        for (method, path) in [("GET", "status"), ("POST", "advance?ms=1"), ("GET", "none")] {
            let path = format!("/kubeloop/v1/{path}");
            let (code, text) = server.ask_with(headers, method, &path, &Value::Null);
            let want = if path.ends_with("none") && want == 200 {
                404
            } else {
                want
            };
            assert_eq!(code, want, "{bearer}: {path}: {text}");
            if want == 401 || want == 403 {
                assert_eq!(
                    text,
                    json!({ "error": why }).to_string(),
                    "{bearer}: {path}"
                );
            }
        }
    }
    let (code, _) = server.ask_with(&[], "GET", "/kubeloop/v1/", &Value::Null);
    assert_eq!(code, 200, "what there is may be read by all");
    let told = server.ctl(&["status"]);
    assert_eq!(
        (told.code, told.stderr),
        (Some(1), format!("error: {nobody}\n"))
    );
    let kubeconfig = folder.path().join("k.conf");
    let kubeconfig = kubeconfig.to_str().expect("text");
    assert_eq!(
        server.told(&["--kubeconfig", kubeconfig, "settle"])["settled"],
        true
    );
}
