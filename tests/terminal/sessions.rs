//! The lines.

mod formats;
mod names;
mod odd_words;

use formats::FORMATS;
use names::{CORDON, NAMES};
use odd_words::WORDS;

/// Names, and what is typed: a line is kubectl's, without that word, or one for `kubeloop ctl`. ` | sort` at its end: lines come in any order.
pub(crate) const SESSIONS: &[(&str, &str)] = &[
    ("logs", LOGS),
    ("rollout", ROLLOUT),
    ("create", CREATE),
    ("run", RUN),
    ("expose", EXPOSE),
    ("describe", DESCRIBE),
    ("nodes", NODES),
    ("custom", CUSTOM),
    ("endpoints", ENDPOINTS),
    ("names", NAMES),
    ("cordon", CORDON),
    ("words", WORDS),
    ("formats", FORMATS),
];

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

const ROLLOUT: &str = r#"
create -f web.yaml
rollout status deploy/web
rollout status deployment web
rollout history deployment/web
annotate deploy web kubernetes.io/change-cause=first
rollout history deployment/web
set image deploy/web nginx=nginx:1.27
annotate deploy web kubernetes.io/change-cause=second
rollout status deploy/web --watch=false
rollout status deploy/web --revision=2
rollout status deploy/web --revision=7
rollout history deployment/web
rollout history deployment/web --revision=1
rollout history deployment/web --revision=2
rollout history deployment/web --revision=7
rollout history deployment/web --revision=-1
rollout history deployment/web --revision=x
rollout history
rollout history deployment
rollout undo deployment/web --dry-run=client
rollout undo deployment/web --dry-run=server
rollout undo deployment/web
get rs
get deploy web -o yaml
rollout history deployment/web
rollout undo deployment/web --to-revision=2
rollout undo deployment/web --to-revision=2
rollout undo deployment/web --to-revision=9
rollout undo deployment/web --to-revision=4
rollout pause deployment/web
rollout pause deployment/web
set image deploy/web nginx=nginx:1.28
rollout status deploy/web --watch=false
rollout undo deployment/web
rollout restart deployment/web
rollout resume deployment/web --dry-run=server
get pods --dry-run=server
scale deploy/web --replicas=1 --dry-run=sideways
rollout resume deployment/web
rollout resume deployment/web
rollout status deployment/web
rollout restart deployment/web
label deploy web app=web
label deploy web app=other
label deploy web app=other --overwrite
annotate deploy web note=a
annotate deploy web note=b
rollout restart deployment -l app=web
rollout status deployment -l app=other
rollout status deployment -l app=nobody
rollout status deployment/nothing
rollout status service/kubernetes
rollout history service/kubernetes
rollout undo service/kubernetes
rollout pause service/kubernetes
rollout resume service/kubernetes
rollout restart service/kubernetes
rollout status
rollout undo
rollout pause
rollout status nothing/x
set image deploy/web nginx=does-not-exist:1
patch deploy web -p '{"spec":{"progressDeadlineSeconds":30}}'
rollout status deployment/web --watch=false
ctl advance 60s
rollout status deployment/web
rollout undo deployment/web
rollout status deployment/web --watch=false
apply -f pod.yaml
create -f web-2.yaml
rollout history deploy
"#;

const CREATE: &str = r#"
create deployment web --image=nginx --dry-run=client -o yaml
create deployment web --image=nginx --dry-run=client -o json
create deployment web --image=nginx --dry-run=client -o name
create deployment web --image=nginx --dry-run=client -o wide
create deployment web --image=nginx --dry-run=client
create deployment web --image=nginx --image=busybox -n other --dry-run=client -o yaml
create deployment web --image=nginx,r.example:5000/a/b:1@sha256:0 --dry-run=client -o yaml
create deployment web --image=nginx --port=80 --dry-run=server -o name
create deployment web --image=nginx --dry-run=server
create deployment web --image=nginx:1.26 --replicas=2 --port=80
create deployment web --image=nginx:1.26
create deploy command --image=busybox -- sh -c 'echo hi; sleep 1000'
get deploy web command -o yaml
create deployment web
create deployment --image=nginx
create deployment a b --image=nginx
create deployment Web --image=nginx
create deployment web --image=nginx --replicas=x
create deployment web --image=nginx --image=busybox -- sh
create deployment web --image=nginx --dry-run=sideways
create deployment web --image=nginx --nonsense
create deployment web --image=nginx -n nowhere
create configmap settings --from-literal=color=green --from-literal=size=large,huge
create configmap settings --from-literal=color=blue
create cm empty
create configmap other --from-literal=color=green --dry-run=client -o yaml
create configmap other --from-literal=color=green -o yaml --dry-run=server
create configmap wrong --from-literal=color
create configmap wrong --from-literal=a=b --from-literal=a=c
create configmap 'not valid' --from-literal=color=blue
create configmap
create configmap a b
get cm settings empty -o yaml
create secret generic password --from-literal=password=secret
create secret generic password --from-literal=password=secret
create secret generic other --from-literal=a=1 --type=example.com/x --dry-run=client -o yaml
create secret generic auth --type=kubernetes.io/basic-auth --from-literal=a=b
create secret generic
get secret password -o yaml
create service clusterip web --tcp=80:8080
create service clusterip web --tcp=80:8080
create svc clusterip headless --clusterip=None --tcp=80,443:https
create service clusterip bare --clusterip=None
create service clusterip none
create service clusterip wrong --tcp=x
create service clusterip wrong --tcp=80000
create service clusterip dry --tcp=80 --dry-run=client -o yaml
get svc web headless bare -o yaml
create namespace team
create namespace team
create ns Team
create ns dry --dry-run=client -o yaml
create ns dry --dry-run=client -o json
create ns a b
create service clusterip dry --tcp=80 --dry-run=client -o json
create secret generic dry --from-literal=b=1 --from-literal=a=1 --type=x --dry-run=client -o json
create
create deployment inteam --image=nginx -n team
create configmap inteam -n team --from-literal=a=b -o yaml
get deploy,cm -n team
"#;

const RUN: &str = r#"
run web --image=nginx:1.26 --port=80 --env=COLOR=green --env=SIZE=a,b --labels=app=web,tier=front
get pod web -o yaml
run web --image=nginx:1.26
run dry --image=nginx --dry-run=client -o yaml
run dry --image=nginx --dry-run=client -o yaml -n other
run dry --image=nginx --dry-run=client -o json
run dry --image=nginx --dry-run=client -o name
run dry --image=nginx --dry-run=client
run dry --image=nginx --dry-run=server
run dry --image=nginx --port=80 --expose --dry-run=client -o yaml
run noport --image=nginx --expose
run once --image=busybox --restart=Never --command -- sh -c 'echo hello; sleep 2; echo bye'
logs once
run fails --image=busybox --restart=OnFailure -- false
run args --image=busybox sleep 1000
get pod once args -o yaml
run bad --image='not valid!'
run bad --image=Nginx
run bad --image=R.example/Nginx:1
run bad --image=nginx --restart=Sometimes
run bad --image=nginx --env=x
run bad --image=nginx --env==x
run bad --image=nginx --port=x
run bad --image=nginx --labels=x
run bad --image=nginx --image-pull-policy=Often
run pulled --image=nginx --image-pull-policy=Always --annotations=a=b
run bad
run --image=nginx
run Bad --image=nginx
run nowhere --image=nginx -n nowhere
get pods
run both --image=nginx --port=80 --expose
run both --image=nginx --port=80 --expose
"#;

const EXPOSE: &str = r#"
create deployment web --image=nginx --port=80
create deployment bare --image=nginx
run single --image=nginx --port=8080
expose deployment web --dry-run=client -o yaml
expose deployment web --dry-run=client
expose deployment web
expose deployment web
expose deploy/web --port=8080 --target-port=80 --name=other --type=NodePort
expose deploy web --port=80,443 --name=several --protocol=UDP --dry-run=client -o yaml
expose pod single --name=one --port=80 --target-port=http --labels=a=b --dry-run=client -o yaml
expose pod single
expose service web --port=81 --name=web81 --selector=x=y --dry-run=client -o yaml
expose deployment bare
expose deployment bare --port=x
expose deployment bare --port=80 --type=Nonsense
expose deployment nothing --port=80
expose node n1 --port=80
expose svc kubernetes --name=again
expose configmap kube-root-ca.crt --port=80
expose
expose deployment
get svc -o wide
get svc web other -o yaml
"#;

const DESCRIBE: &str = r#"
apply -f settings.yaml
apply -f kinds.yaml
apply -f pod.yaml
apply -f talker.yaml
create deployment web --image=nginx:1.26 --replicas=2 --port=80
create service clusterip web --tcp=80
describe pod whole
describe pod talker
describe pods -l app=talker
describe deployment web
describe deploy/web
set image deploy/web nginx=nginx:1.27
describe deploy web --show-events=false
describe deploy web
describe rs -l app=web
describe pods web
describe pods -l app=web
describe svc
describe svc web
expose deploy web --name=np --type=NodePort --session-affinity=ClientIP
create service clusterip headless --clusterip=None --tcp=80,443:https
scale deploy web --replicas=5
describe svc np headless
describe ns default | sort
describe ns kube-system
describe namespaces | sort
describe cm
describe cm settings
create secret generic password --from-literal=password=secret --from-literal=user=me
describe secret password | sort
describe secrets | sort
describe pod nothing
describe nothing
describe
describe deploy -l app=nobody
describe ns -l app=nobody
describe pod/talker deploy/web
set image deploy/web nginx=does-not-exist:1
describe pods -l app=web
describe deploy web
apply -f volumes.yaml
describe pod volumes
delete pod volumes --wait=false
describe pod volumes
run crash --image=busybox --restart=Never -- sh -c 'exit 3'
describe pod crash
run fails --image=busybox -- false
ctl advance 60s
describe pod fails
run unplaced --image=nginx --labels=a=b --annotations=long=0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890
describe pod unplaced
"#;

const NODES: &str = r#"
create deployment web --image=nginx --replicas=4
apply -f pod.yaml
describe node n1
describe nodes
top node
top nodes n1
top node n9
top node --sort-by=memory
top node --no-headers
top pod
top pod --containers
top pod -A
top pod -l app=nothing
top pod nothing
top pod --sort-by=nothing
top pod -n kube-system
taint nodes n1 kind=gpu:NoSchedule
taint nodes n1 kind=cpu:NoSchedule
taint nodes n1 kind=cpu:NoSchedule --overwrite
describe node n1
taint nodes n1 other=x:NoExecute kind:NoSchedule-
taint nodes n1 kind:NoSchedule-
taint nodes n1 other-
taint nodes n1 kind=gpu:Sometimes
taint nodes n1 kind=gpu
taint nodes n1 kind=a=b:NoSchedule
taint nodes n1 a:b:c
taint nodes n1 a=b:NoSchedule --dry-run=server
taint nodes n1
taint nodes
taint
taint nodes a=b:NoSchedule
taint pods n1 a=b:NoSchedule
taint nodes n9 a=b:NoSchedule
taint nodes n1 a=b:NoSchedule n2
taint nodes n1 'a b=b:NoSchedule'
taint nodes --all a=b:PreferNoSchedule
taint nodes --all a-
taint node n1 n2 a:NoSchedule
taint node/n3 a:NoSchedule
taint nonsense n1 a:NoSchedule
get node n1 -o yaml
cordon n2
label node n2 node-role.kubernetes.io/worker=
describe node n2
"#;

const CUSTOM: &str = r#"
apply -f definition.yaml
apply -f widget.yaml
describe widget one
describe widgets
describe widget o
describe widget two
describe widgets.example.com/one
"#;

const ENDPOINTS: &str = r#"
create deployment web --image=nginx --replicas=2
create service clusterip web --tcp=80
get endpoints
get ep kubernetes
get ep kubernetes web -o name
get ep,svc
get endpointslices
get ep -A -o wide
get ep nobody
get ep web nobody
get ep web -o yaml
get ep -n kube-system
label ep web a=b
annotate ep web kubernetes a=b
patch ep web -p '{"metadata":{"labels":{"a":"c"}}}'
apply -f endpoints.yaml
apply -f endpoints.yaml
get ep outside
delete -f endpoints.yaml
create -f endpoints.yaml
delete ep outside nobody
describe svc web
get ep -l a=c
get ep --sort-by=.metadata.name
delete ep -l nothing=here
"#;
