//! The lines.

/// Names, and what is typed: a line is kubectl's, without that word, or one for `kubeloop ctl`. ` | sort` at its end: lines come in any order.
pub(crate) const SESSIONS: &[(&str, &str)] = &[("logs", LOGS)];

const LOGS: &str = r#"
apply -f talker.yaml
get pod talker
logs talker
logs talker -c main
logs talker side
logs talker side -c main
logs talker --all-containers | sort
logs talker --all-containers --prefix | sort
logs pod/talker --all-containers -c main
logs talker -c side --tail=1
logs talker -c side --timestamps
logs talker -c side --tail=1 --timestamps --prefix
logs talker -c nothing
logs talker -c prepare
logs -l app=talker --prefix
logs -l app=nobody
logs talker -l app=nobody
logs talker -c side --since=1h
logs talker -c side --since=x
logs talker -c side --limit-bytes=3
logs talker -c main -p
logs nothing
logs deploy/nothing
logs nothing/x
logs
logs a b c
logs talker -c side --tail=-5
logs talker -c side --tail=x
ctl fault '{"fault": "kill-container", "pod": "default/talker", "container": "side", "code": 1}'
logs talker -c side -p
get pod talker
create -f web.yaml
logs deployment/web
logs deploy/web --tail=1 --prefix
set image deploy/web nginx=does-not-exist:1
logs deploy/web
logs service/kubernetes
logs configmap/kube-root-ca.crt
logs node/n1
logs rs/web
"#;
