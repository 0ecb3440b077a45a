//! Tests of the standards, with upstream's sentences.

use super::super::testing::{Case, object, snapshot, validate};
use super::checks::{broken, in_detail};
use super::policy::{Level, Standard, Version};
use super::*;
use serde_json::{Value, json};

fn pod(spec: Value) -> Pod {
    object(
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}, "spec": spec}),
    )
}

/// What is wrong with a pod of this spec, in detail.
fn said(level: Level, version: Version, spec: Value) -> String {
    let pod = pod(spec);
    let subject = subject(&pod).expect("a spec");
    in_detail(&broken(Standard { level, version }, subject))
}

fn good() -> Value {
    json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true,
        "seccompProfile": {"type": "RuntimeDefault"}})
}

#[test]
fn the_baseline_says_what_it_forbids() {
    let one = |security: Value| json!({"containers": [{"name": "c", "image": "i", "securityContext": security}]});
    let cases = [
        (
            "plain",
            json!({"containers": [{"name": "c", "image": "i"}]}),
            "",
        ),
        (
            "the node's own",
            json!({"hostNetwork": true, "hostPID": true, "hostIPC": true, "volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b", "hostPath": {"path": "/"}}],
                "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 9100, "hostPort": 9100}]}, {"name": "d", "image": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]}),
            "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true), hostPath volumes (volumes \"a\", \"b\"), hostPort (containers \"c\", \"d\" use hostPorts 80, 9100)",
        ),
        (
            "privileged",
            json!({"initContainers": [{"name": "i", "image": "i", "securityContext": {"privileged": true}}], "containers": [{"name": "c", "image": "i", "securityContext": {"privileged": true}}]}),
            "privileged (containers \"i\", \"c\" must not set securityContext.privileged=true)",
        ),
        (
            "capabilities",
            one(json!({"capabilities": {"add": ["SYS_ADMIN", "CHOWN", "NET_ADMIN"]}})),
            "non-default capabilities (container \"c\" must not include \"NET_ADMIN\", \"SYS_ADMIN\" in securityContext.capabilities.add)",
        ),
        (
            "proc",
            one(json!({"procMount": "Unmasked"})),
            "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")",
        ),
        (
            "SELinux",
            json!({"securityContext": {"seLinuxOptions": {"user": "u"}}, "containers": [{"name": "c", "image": "i", "securityContext": {"seLinuxOptions": {"type": "t", "role": "r"}}}]}),
            "seLinuxOptions (pod and container \"c\" set forbidden securityContext.seLinuxOptions: type \"t\"; user may not be set; role may not be set)",
        ),
        (
            "seccomp",
            json!({"securityContext": {"seccompProfile": {"type": "Unconfined"}}, "containers": [{"name": "c", "image": "i", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}]}),
            "seccompProfile (pod and container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")",
        ),
        (
            "AppArmor",
            one(json!({"appArmorProfile": {"type": "Unconfined"}})),
            "forbidden AppArmor profile (container \"c\" must not set AppArmor profile type to \"Unconfined\")",
        ),
        (
            "sysctls",
            json!({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}, {"name": "net.ipv4.tcp_rmem", "value": "1"}]}, "containers": []}),
            "forbidden sysctls (kernel.msgmax)",
        ),
        (
            "Windows",
            one(json!({"windowsOptions": {"hostProcess": true}})),
            "hostProcess (container \"c\" must not set securityContext.windowsOptions.hostProcess=true)",
        ),
    ];
    for (name, spec, want) in cases {
        let got = said(Level::Baseline, Version::Latest, spec.clone());
        assert_eq!(got, want, "{name}");
        assert_eq!(said(Level::Privileged, Version::Latest, spec), "", "{name}");
    }
}

#[test]
fn types_of_se_linux_are_those_of_the_release() {
    let options = |kind: &str| json!({"seLinuxOptions": {"type": kind}});
    let types = [
        "",
        "container_t",
        "container_init_t",
        "container_kvm_t",
        "container_engine_t",
    ];
    let containers: Vec<Value> = ["a", "b", "c", "d", "e"]
        .into_iter()
        .zip(types)
        .map(|(name, kind)| json!({"name": name, "image": "i", "securityContext": options(kind)}))
        .collect();
    let known = json!({"securityContext": options(""), "containers": containers});
    let one = |security: Value| json!({"securityContext": {"seLinuxOptions": security}, "containers": []});
    let mut several = known.clone();
    several["securityContext"] = options("foo");
    several["containers"][1]["securityContext"] = options("bar");
    let forbidden = "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions:";
    let cases = [
        ("known", Version::Latest, known.clone(), String::new()),
        ("known since 1.31", Version::Minor(31), known.clone(), String::new()),
        (
            "not known yet",
            Version::Minor(30),
            known,
            "seLinuxOptions (container \"e\" set forbidden securityContext.seLinuxOptions: type \"container_engine_t\")".to_owned(),
        ),
        (
            "several",
            Version::Latest,
            several,
            "seLinuxOptions (pod and container \"b\" set forbidden securityContext.seLinuxOptions: types \"bar\", \"foo\")".to_owned(),
        ),
        ("a user", Version::Latest, one(json!({"user": "bad"})), format!("{forbidden} user may not be set)")),
        ("a role", Version::Latest, one(json!({"role": "bad"})), format!("{forbidden} role may not be set)")),
        ("a level", Version::Latest, one(json!({"level": "s0"})), String::new()),
    ];
    for (name, version, spec, want) in cases {
        assert_eq!(said(Level::Baseline, version, spec), want, "{name}");
    }
}

#[test]
fn restricted_says_what_it_asks_for() {
    let plain = json!({"containers": [{"name": "c", "image": "i"}]});
    let escalation = "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)";
    let capabilities = "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"])";
    let root =
        "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)";
    let seccomp = "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    let all = format!("{escalation}, {capabilities}, {root}, {seccomp}");
    let mut zero = good();
    zero["runAsUser"] = json!(0);
    zero["runAsNonRoot"] = json!(false);
    zero["capabilities"]["add"] = json!(["NET_BIND_SERVICE", "CHOWN"]);
    let container =
        |security: Value| json!([{"name": "c", "image": "i", "securityContext": security}]);
    let cases = [
        ("good", Version::Latest, json!({"containers": container(good())}), String::new()),
        ("plain", Version::Latest, plain.clone(), all),
        ("plain, long ago", Version::Minor(7), plain.clone(), root.to_owned()),
        ("plain, later", Version::Minor(20), plain, format!("{escalation}, {root}, {seccomp}")),
        (
            "said by the pod",
            Version::Latest,
            json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "Localhost", "localhostProfile": "x"}},
                "containers": container(json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}))}),
            String::new(),
        ),
        (
            "root",
            Version::Latest,
            json!({"containers": container(zero)}),
            "unrestricted capabilities (container \"c\" must not include \"CHOWN\" in securityContext.capabilities.add), runAsNonRoot != true (container \"c\" must not set securityContext.runAsNonRoot=false), runAsUser=0 (container \"c\" must not set runAsUser=0)".to_owned(),
        ),
        (
            "volumes",
            Version::Latest,
            json!({"volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b", "nfs": {"server": "s", "path": "/"}}, {"name": "c", "emptyDir": {}}], "containers": container(good())}),
            "restricted volume types (volumes \"a\", \"b\" use restricted volume types \"hostPath\", \"nfs\")".to_owned(),
        ),
        (
            "Windows",
            Version::Latest,
            json!({"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": true}, "containers": [{"name": "c", "image": "i"}]}),
            String::new(),
        ),
    ];
    for (name, version, spec, want) in cases {
        assert_eq!(said(Level::Restricted, version, spec), want, "{name}");
    }
}

fn namespace(labels: Value) -> Object {
    let namespace: Namespace = object(
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default", "labels": labels}}),
    );
    namespace.into()
}

#[test]
fn pods_are_held_to_the_standard_of_their_namespace() {
    let enforce = "pod-security.kubernetes.io/enforce";
    let baseline = namespace(
        json!({enforce: "baseline", "pod-security.kubernetes.io/enforce-version": "v1.25"}),
    );
    let bad = pod(json!({"hostNetwork": true, "containers": [{"name": "c", "image": "i"}]}));
    let head = snapshot([baseline.clone()]);
    let want = "pods \"p\" is forbidden: violates PodSecurity \"baseline:v1.25\": host namespaces (hostNetwork=true)";
    let create = Case::create();
    assert_eq!(
        validate(&PodSecurity, &create, bad.clone(), &head),
        Err(want.to_owned())
    );
    let old = Object::from(bad.clone());
    let update = Case {
        operation: Operation::Update,
        old: Some(&old),
        ..create
    };
    let same = validate(&PodSecurity, &update, bad.clone(), &head);
    assert_eq!(same, Ok(Vec::new()), "what is there stays");
    let mut other = bad.clone();
    let spec = other.spec.get_or_insert_default();
    spec.containers[0].image = Some("other".to_owned());
    assert_eq!(
        validate(&PodSecurity, &update, other, &head),
        Err(want.to_owned())
    );
    let free = snapshot([namespace(json!({}))]);
    assert_eq!(
        validate(&PodSecurity, &create, bad.clone(), &free),
        Ok(Vec::new())
    );
    let odd = namespace(json!({enforce: "foo"}));
    let want = "Namespace \"default\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"foo\": must be one of privileged, baseline, restricted";
    assert_eq!(
        validate(&PodSecurity, &create, odd.clone(), &free),
        Err(want.to_owned())
    );
    let was = odd.clone();
    let unchanged = Case {
        operation: Operation::Update,
        old: Some(&was),
        ..create
    };
    assert_eq!(
        validate(&PodSecurity, &unchanged, odd, &free),
        Ok(Vec::new())
    );
}

#[test]
fn who_makes_a_namespace_stricter_is_told_of_its_pods() {
    let strict = namespace(json!({"pod-security.kubernetes.io/enforce": "restricted"}));
    let mut pods: Vec<Object> = Vec::new();
    for name in ["b", "a", "c"] {
        let mut one =
            pod(json!({"containers": [{"name": "c", "image": "i", "securityContext": good()}]}));
        let spec = one.spec.get_or_insert_default();
        spec.host_network = Some(name != "c");
        one.metadata.name = Some(name.to_owned());
        pods.push(one.into());
    }
    let head = snapshot(pods);
    let world = World {
        head: &head,
        rng: crate::component::Rng::new(1),
        now_ms: 0,
    };
    let old = namespace(json!({}));
    let attributes = |old| Attributes {
        operation: Operation::Update,
        subresource: None,
        kind: Kind::Namespace,
        namespace: "",
        name: "default",
        old: Some(old),
        user: "kubernetes-admin",
    };
    let got = PodSecurity.warnings(&attributes(&old), &strict, &world);
    let want = [
        "existing pods in namespace \"default\" violate the new PodSecurity enforce level \"restricted:latest\"",
        "a (and 1 other pod): host namespaces",
    ];
    assert_eq!(got, want);
    let got = PodSecurity.warnings(&attributes(&strict), &old, &world);
    assert_eq!(got, [""; 0], "looser");
}
