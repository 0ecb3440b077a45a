//! What each command puts on the wire.

use super::*;
use crate::component::Rng;
use crate::kubectl::{COMMANDS, COMMON, Files, run, words};
use crate::sim::{ClusterOptions, Pace};
use std::fmt::Write as _;

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: nginx, image: nginx}]}\n";

/// What a line puts on the wire: method and URL, the short names of `Accept` and `Content-Type`, the code of the answer.
fn said(timeline: &mut Timeline, line: &str, files: Files<'_>) -> String {
    let words = words(line).expect("words");
    let mut wire = Wire::new(timeline);
    run(&words, files, &mut wire);
    let mut told = String::new();
    for Said {
        request, response, ..
    } in &wire.said
    {
        let header = |name: &str| {
            let value = request.headers().get(name);
            value.map_or("", |value| value.to_str().expect("text"))
        };
        let accept = match header("accept") {
            "application/json" => "A4",
            "application/json, */*" => "A3",
            "application/vnd.kubernetes.protobuf,application/json" => "A6",
            "application/vnd.kubernetes.protobuf, */*" => "A7",
            table => {
                assert!(table.contains("as=Table"), "{table}");
                "A2"
            }
        };
        let media = header("content-type").replace("application/", " ");
        let code = response.status().as_u16();
        let (method, uri) = (request.method(), request.uri());
        writeln!(told, "{method} {uri} {accept}{media} {code}").expect("memory");
    }
    told
}

/// What kubectl 1.32 said to kube-apiserver 1.32 (recorded), but for the media of bodies that it sends as protobuf, and without the
/// watches of `delete`.
#[test]
fn requests_are_those_that_kubectl_sends() {
    let mut timeline = Timeline::new(ClusterOptions::default());
    let node = timeline.cluster().store().head().table(Kind::Node).iter();
    let node = node.map(|node| node.key().name.to_string()).next();
    let node = node.expect("a cluster has nodes");
    let changed = WEB.replace("image: nginx", "image: nginx:2");
    let files: Files<'_> = &[("web.yaml", WEB), ("web2.yaml", &changed)];
    const WEB_URL: &str = "/apis/apps/v1/namespaces/default/deployments/web";
    let cases = [
        (
            "create -f web.yaml",
            "POST /apis/apps/v1/namespaces/default/deployments?fieldManager=kubectl-create&fieldValidation=Strict A4 json 201\n",
        ),
        (
            "apply -f web.yaml",
            "GET WEB A4 200\nPATCH WEB?fieldManager=kubectl-client-side-apply&fieldValidation=Strict A4 strategic-merge-patch+json 200\n",
        ),
        ("apply -f web.yaml", "GET WEB A4 200\n"),
        (
            "apply -f web2.yaml --dry-run=server",
            "GET WEB A4 200\nPATCH WEB?dryRun=All&fieldManager=kubectl-client-side-apply&fieldValidation=Strict A4 strategic-merge-patch+json 200\n",
        ),
        (
            "get pods",
            "GET /api/v1/namespaces/default/pods?limit=500 A2 200\n",
        ),
        (
            "get pods -o yaml",
            "GET /api/v1/namespaces/default/pods?limit=500 A4 200\n",
        ),
        ("get deploy web -o json", "GET WEB A4 200\n"),
        (
            "get pods -A -l app=web --show-labels",
            "GET /api/v1/pods?labelSelector=app%3Dweb&limit=500 A2 200\n",
        ),
        (
            "get pods --field-selector=status.phase=Running",
            "GET /api/v1/namespaces/default/pods?fieldSelector=status.phase%3DRunning&limit=500 A2 200\n",
        ),
        (
            "get pods --sort-by=.metadata.name",
            "GET /api/v1/namespaces/default/pods?includeObject=Object A2 200\n",
        ),
        (
            "get deploy,svc",
            "GET /apis/apps/v1/namespaces/default/deployments?limit=500 A2 200\nGET /api/v1/namespaces/default/services?limit=500 A2 200\n",
        ),
        (
            "get pod nobody",
            "GET /api/v1/namespaces/default/pods/nobody A2 404\n",
        ),
        (
            "patch deploy web -p '{\"spec\":{\"minReadySeconds\":1}}'",
            "GET WEB A4 200\nPATCH WEB?fieldManager=kubectl-patch A4 strategic-merge-patch+json 200\n",
        ),
        (
            "patch deploy web --type=merge -p '{\"spec\":{\"minReadySeconds\":2}}'",
            "GET WEB A4 200\nPATCH WEB?fieldManager=kubectl-patch A4 merge-patch+json 200\n",
        ),
        (
            "patch deploy web --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/minReadySeconds\",\"value\":0}]'",
            "GET WEB A4 200\nPATCH WEB?fieldManager=kubectl-patch A4 json-patch+json 200\n",
        ),
        (
            "scale deploy web --replicas=2",
            "GET WEB A4 200\nPATCH WEB/scale A3 merge-patch+json 200\n",
        ),
        (
            "set image deploy/web nginx=nginx:1.27",
            "GET WEB A3 200\nPATCH WEB?fieldManager=kubectl-set A3 strategic-merge-patch+json 200\n",
        ),
        (
            "label deploy web x=y",
            "GET WEB A4 200\nPATCH WEB?fieldManager=kubectl-label A4 merge-patch+json 200\n",
        ),
        (
            "annotate deploy web note=hi",
            "GET WEB A4 200\nPATCH WEB?fieldManager=kubectl-annotate A4 merge-patch+json 200\n",
        ),
        (
            "cordon NODE",
            "GET /api/v1/nodes/NODE A3 200\nPATCH /api/v1/nodes/NODE A6 strategic-merge-patch+json 200\n",
        ),
        (
            "uncordon NODE",
            "GET /api/v1/nodes/NODE A3 200\nPATCH /api/v1/nodes/NODE A6 strategic-merge-patch+json 200\n",
        ),
        (
            "events",
            "GET /api/v1/namespaces/default/events?limit=500 A6 200\n",
        ),
        (
            "events --for=pod/p1",
            "GET /api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DPod%2CinvolvedObject.apiVersion%3Dv1%2CinvolvedObject.name%3Dp1&limit=500 A6 200\n",
        ),
        (
            "delete deploy web --cascade=orphan",
            "DELETE WEB A4 json 200\n",
        ),
        ("delete -f web.yaml", "DELETE WEB A4 json 200\n"),
        (
            "create ns trx",
            "POST /api/v1/namespaces?fieldManager=kubectl-create&fieldValidation=Strict A6 json 201\n",
        ),
    ];
    for (line, want) in cases {
        let line = line.replace("NODE", &node);
        let want = want.replace("NODE", &node).replace("WEB", WEB_URL);
        assert_eq!(said(&mut timeline, &line, files), want, "{line}");
    }
}

/// The commands of a page's terminal change a run as the same commands do that go straight to it.
#[test]
fn the_wire_changes_nothing() {
    let files: Files<'_> = &[("web.yaml", WEB)];
    let lines = [
        "apply -f web.yaml",
        "scale deploy/web --replicas=3",
        "label deploy web x=y",
        "annotate deploy web x-",
        "set image deploy web nginx=nginx:1.27",
        "patch deploy web --type=merge -p {\"spec\":{\"paused\":true,\"nonsense\":1}}",
        "create ns trx",
        "delete ns trx --dry-run=server",
        "delete deploy web --cascade=foreground --grace-period=3",
        "get pod -o yaml",
        "get all -A",
        "create -f web.yaml",
        "get \u{ff}/x y",
        "delete pod 'a b?c=&d'",
    ];
    let mut direct = Timeline::new(ClusterOptions::default());
    let mut wired = Timeline::new(ClusterOptions::default());
    for line in lines {
        let words = words(line).expect("words");
        let want = run(&words, files, &mut direct);
        let got = run(&words, files, &mut Wire::new(&mut wired));
        assert_eq!(got, want, "{line}");
    }
    assert_eq!(wired.cluster(), direct.cluster());
}

#[test]
fn a_long_list_comes_in_chunks() {
    let mut timeline = Timeline::new(ClusterOptions::default());
    let maps: Vec<String> = (0..501)
        .map(|n| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{n:03}}}\n"))
        .collect();
    let output = run(
        &words("create -f -").expect("words"),
        &[("-", &maps.join("---\n"))],
        &mut timeline,
    );
    assert_eq!(output.stderr, "");
    let told = said(&mut timeline, "get cm", &[]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[1].contains("/configmaps?continue="), "{told}");
    assert!(lines[1].ends_with("&limit=500 A2 200"), "{told}");
}

#[test]
fn what_fits_into_no_url_is_refused() {
    let mut timeline = Timeline::new(ClusterOptions::default());
    let line = format!("get pod {}", "x".repeat(70_000));
    let mut wire = Wire::new(&mut timeline);
    let output = run(&words(&line).expect("words"), &[], &mut wire);
    assert_eq!(output.code, 1);
    assert!(
        output.stderr.starts_with("Error from server (BadRequest)"),
        "{}",
        output.stderr
    );
}

#[test]
fn what_the_server_warns_of_is_printed_once() {
    let mut timeline = Timeline::new(ClusterOptions::default());
    let warning =
        "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n";
    let missing = "Error from server (NotFound): endpoints \"nobody\" not found\n";
    let cases = [
        ("get ep kubernetes nobody", format!("{warning}{missing}")),
        ("get svc kubernetes", String::new()),
    ];
    for (line, want) in cases {
        let words = words(line).expect("words");
        let output = run(&words, &[], &mut Wire::new(&mut timeline));
        assert_eq!(output.stderr, want, "{line}");
        let output = run(&words, &[], &mut timeline);
        assert_eq!(output.stderr, want, "{line}");
    }
}

/// Nothing is sent of what fits into no URL, and nothing is changed if one of several nodes is not there.
#[test]
fn what_is_wrong_is_found_before_anything_is_changed() {
    let mut timeline = Timeline::new(ClusterOptions::default());
    let node = "GET /api/v1/nodes/n1 A3 200\n";
    let cases = [
        ("get pod a%b", String::new()),
        ("get pods -n a%b", String::new()),
        ("top pod a/b", String::new()),
        ("cordon a/b", String::new()),
        ("cordon n1 pod/p", String::new()),
        (
            "cordon n1 nobody",
            format!("{node}GET /api/v1/nodes/nobody A3 404\n"),
        ),
        (
            "cordon node/n1",
            format!("{node}PATCH /api/v1/nodes/n1 A6 strategic-merge-patch+json 200\n"),
        ),
    ];
    for (line, want) in cases {
        assert_eq!(said(&mut timeline, line, &[]), want, "{line}");
    }
}

/// The same of those that make things from a few words, and of those that look closely. A rollout's status is asked for once more by kubectl,
/// which then watches; a revision is undone only where there is one, so the cluster settles before each line.
#[test]
fn requests_of_what_makes_and_looks_are_those_that_kubectl_sends() {
    let mut timeline = Timeline::new(ClusterOptions::default());
    const CREATE: &str = "fieldManager=kubectl-create&fieldValidation=Strict A6 json 201\n";
    let web = "/apis/apps/v1/namespaces/default/deployments/web";
    let sets = "/apis/apps/v1/namespaces/default/replicasets?labelSelector=app%3Dweb";
    let events = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D";
    let own = "%2CinvolvedObject.namespace%3Ddefault%2C";
    let cases = [
        (
            "create deployment web --image=nginx:1.26",
            format!("POST /apis/apps/v1/namespaces/default/deployments?{CREATE}"),
        ),
        (
            "create configmap cm --from-literal=a=1",
            format!("POST /api/v1/namespaces/default/configmaps?{CREATE}"),
        ),
        (
            "create secret generic s --from-literal=a=1",
            format!("POST /api/v1/namespaces/default/secrets?{CREATE}"),
        ),
        ("create deployment dry --image=x --dry-run=client -o yaml", String::new()),
        (
            "create deployment dry --image=x --dry-run=server -o name",
            format!("POST /apis/apps/v1/namespaces/default/deployments?dryRun=All&{CREATE}"),
        ),
        (
            "run p1 --image=nginx:1.26",
            "POST /api/v1/namespaces/default/pods?fieldManager=kubectl-run A3 json 201\n".into(),
        ),
        (
            "expose deploy web --port=80",
            format!("GET {web} A3 200\nPOST /api/v1/namespaces/default/services?fieldManager=kubectl-expose A3 json 201\n"),
        ),
        (
            "logs p1",
            "GET /api/v1/namespaces/default/pods/p1 A3 200\nGET /api/v1/namespaces/default/pods/p1/log?container=p1 A3 200\n".into(),
        ),
        (
            "logs p1 --tail=5 --timestamps",
            "GET /api/v1/namespaces/default/pods/p1 A3 200\nGET /api/v1/namespaces/default/pods/p1/log?container=p1&tailLines=5&timestamps=true A3 200\n".into(),
        ),
        (
            "logs deploy/nothing",
            "GET /apis/apps/v1/namespaces/default/deployments/nothing A3 404\n".into(),
        ),
        ("rollout status deploy/web", format!("GET {web} A3 200\n")),
        (
            "rollout restart deploy/web",
            format!("GET {web} A3 200\nPATCH {web}?fieldManager=kubectl-rollout A3 strategic-merge-patch+json 200\n"),
        ),
        (
            "rollout history deploy/web",
            format!("GET {web} A3 200\nGET {web} A6 200\nGET {sets} A6 200\n"),
        ),
        (
            "rollout undo deploy/web",
            format!("GET {web} A3 200\nGET {web} A6 200\nGET {sets} A6 200\nPATCH {web} A6 json-patch+json 200\n"),
        ),
        (
            "rollout pause deploy/web",
            format!("GET {web} A3 200\nPATCH {web}?fieldManager=kubectl-rollout A3 strategic-merge-patch+json 200\n"),
        ),
        (
            "describe pod p1",
            format!("GET /api/v1/namespaces/default/pods/p1 A4 200\nGET /api/v1/namespaces/default/pods/p1 A6 200\nGET {events}p1{own}involvedObject.uid%3DUID&limit=500 A6 200\n"),
        ),
        (
            "describe deploy web",
            format!("GET {web} A4 200\nGET {web} A6 200\nGET {events}web{own}involvedObject.kind%3DDeployment%2CinvolvedObject.uid%3DUID&limit=500 A6 200\nGET {sets}&limit=500 A6 200\n"),
        ),
        (
            "describe svc web",
            format!("GET /api/v1/namespaces/default/services/web A4 200\nGET /api/v1/namespaces/default/services/web A6 200\nGET /apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dweb A6 200\nGET {events}web{own}involvedObject.kind%3DService%2CinvolvedObject.uid%3DUID&limit=500 A6 200\n"),
        ),
    ];
    let more = [
        (
            "taint node n1 k=v:NoSchedule",
            "GET /api/v1/nodes/n1 A3 200\nPATCH /api/v1/nodes/n1?fieldManager=kubectl-taint&fieldValidation=Strict A3 strategic-merge-patch+json 200\n".to_owned(),
        ),
        (
            "top pod",
            "GET /apis/metrics.k8s.io/v1beta1/namespaces/default/pods A7 200\n".to_owned(),
        ),
        (
            "top node",
            "GET /apis/metrics.k8s.io/v1beta1/nodes A7 200\nGET /api/v1/nodes A6 200\n".to_owned(),
        ),
    ];
    for (line, want) in cases.into_iter().chain(more) {
        while !timeline.cluster().is_at_rest() && timeline.advance(Pace::Turn).is_some() {}
        let mut got = said(&mut timeline, line, &[]);
        if let Some((before, rest)) = got.split_once("uid%3D") {
            got = format!("{before}uid%3DUID{}", &rest[36..]);
        }

        assert_eq!(got, want, "{line}");
    }
}

/// Words of commands, flags and kinds in any order, with what people mistype: a line is done or refused, and the run goes on.
#[test]
fn no_line_makes_it_panic() {
    const ODD: &[&str] = &[
        "",
        "web",
        "deploy/web",
        "pod/p1",
        "p1",
        "n1",
        "default",
        "é",
        "a/b",
        "/",
        "%",
        "..",
        "-",
        "--",
        "--x",
        "=",
        "a=b",
        "a-",
        "k=v:NoSchedule",
        "3",
        "-1",
        "99999999999999999999",
        "yaml",
        "wide",
        "nginx=x",
        "*=y",
        "{}",
        "[1",
        "a: [1",
        "80:http",
        "0",
        "-o",
        "web.yaml",
    ];
    let mut vocabulary: Vec<String> = ODD.iter().map(|word| (*word).to_owned()).collect();
    let kinds = [
        Kind::Pod,
        Kind::Deployment,
        Kind::Service,
        Kind::Node,
        Kind::ConfigMap,
    ];
    vocabulary.extend(kinds.map(|kind| kind.info().plural.to_owned()));
    for command in COMMANDS {
        for flag in command.flags.iter().chain(COMMON) {
            let long = format!("--{}", flag.name);
            let odd = if flag.value.is_empty() { "f" } else { "a=b" };
            vocabulary.extend([format!("{long}=1"), format!("{long}={odd}"), long]);
        }
    }
    let mut rng = Rng::new(7);
    let mut any = |below: usize| {
        let chosen = rng.below(below.try_into().expect("few"));
        usize::try_from(chosen).expect("fewer")
    };
    let mut timeline = Timeline::new(ClusterOptions::default());
    for line in ["apply -f web.yaml", "run p1 --image=nginx"] {
        run(
            &words(line).expect("words"),
            &[("web.yaml", WEB)],
            &mut timeline,
        );
    }
    let mut done = 0;
    for _ in 0..3_000 {
        let command = COMMANDS[any(COMMANDS.len())].name;
        let mut line: Vec<String> = command.split(' ').map(str::to_owned).collect();
        line.extend((0..any(6)).map(|_| vocabulary[any(vocabulary.len())].clone()));
        let files: Files<'_> = &[("web.yaml", WEB), ("-", "a: [1")];
        let output = run(&line, files, &mut Wire::new(&mut timeline));
        assert!(output.code < 2, "{line:?}: {output:?}");
        done += usize::from(output.code == 0);
        timeline.step(Pace::Turn);
    }
    assert!(done > 150, "only {done} lines were in order");
}
