//! The lines.

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
    ("names", NAMES),
    ("cordon", CORDON),
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

const NAMES: &str = r#"
create deployment web --image=nginx
create service clusterip web --tcp=80
run p --image=nginx
get a/b
get pod a/b
get pod/p web
get pod/p svc/web
get pod/p/q
get pod/
get /p
get /
get pod/p pod/q/r
get nothing/x pod/p/q
get pods,svc web
get pods,svc p web
get pods,svc a/b
get pods, p
get pods,
get ,
get pods,pods
get po,pods
get pods,nothing
get nothing,pods
get nothing p
get all web
get all/web
get pod,deploy/web
get pod p p
get pod p nobody q
get pod ''
get pod p ''
get pod a%b
get pod ..
get pod .
get pod 'a%b/c'
get pod p a%b nobody
get pods -n a%b
get pods -n a/b
get pods -n ..
get pods -n ''
get pod p -n ''
get pod p -n a%b
get node a%b -n a%b
get pods p -l a=b
get pod/p -l a=b
get pod/p --field-selector=metadata.name=p
get pod p -A
get pod/p -A
get node n1 -A
get pod p -o name
get pod,svc web p -o name
delete pod a%b
delete pod/a%b
delete pod a/b
delete pod ''
delete a/b/c
delete pod p q/r
delete pods
delete pods p --all
delete pods p -l a=b
delete pod/p --all
delete pods --all -l a=b
describe pod a%b
describe pod a/b
describe pods -n a%b
describe pod ..
logs a%b
logs pod/a%b
logs a/b
logs a/b/c
logs -l a=b -n a%b
scale deploy a%b --replicas=1
scale deploy a/b --replicas=1
scale deploy --replicas=1
scale --replicas=1
label pod a%b x=y
label pod a/b x=y
label pod x=y
label x=y
annotate pod a%b x=y
patch pod a%b -p '{}'
patch pod -p '{}'
patch -p '{}'
rollout status deploy/a%b
rollout history deploy/a%b
rollout undo deploy a%b
rollout restart deploy a/b
rollout pause deploy/a/b
set image deploy/a%b x=y
set image deploy a%b x=y
set image x=y
expose deploy a%b --port=80
expose deploy a/b --port=80
top pod a%b
top node a%b
top pod a/b
events -n a%b
events --for=pod/a%b
run a%b --image=nginx
run p2 --image=nginx -n a%b
create namespace a%b
create configmap cm -n a%b
create configmap a/b
apply -f odd.yaml
create -f odd.yaml
delete -f odd.yaml
apply -f odd.yaml -n a%b
create -f odd.yaml -n a%b
delete -f odd.yaml -n a%b
get
get -l a=b
delete
delete -l a=b
delete --all
delete nothing
delete pods --all -n a%b
delete -f web.yaml
delete pod nobody no.body
delete pod nobody a%b
describe pod p nobody a%b
describe pod p nobody
describe nothing/x
scale deploy nothing --replicas=1
scale deploy nothing a%b --replicas=1
scale deploy web nothing a%b --replicas=1
scale pod p --replicas=1
label pod p a%b q x=y
label pod p x=z
label pod p nobody x=z
label pod nobody somebody x=z
annotate pod nobody somebody x=z
patch pod p nobody a%b -p '{"metadata":{"labels":{"a":"b"}}}'
patch pod p -p '{"metadata":{"labels":{"a":"%"}}}'
label pod p a=%
label pod p nobody a=% --overwrite
rollout status deploy -l a=b -n a%b
rollout status deploy web nothing
rollout history deploy web a%b nothing
rollout pause deploy web nothing a%b
rollout pause deploy web nothing
rollout resume deploy web
rollout restart pod/p svc/web
set image deploy web nothing a%b nginx=nginx:2
set image deploy web x=y
expose deploy web nothing --port=81 --name=other
logs nothing a%b
top pod -n a%b
get nothing.example.com
get nothing.v1.example.com/x
get deploy.apps web
get deploy.v1.apps/web
get deployments.v1.apps,po web
get pods.v1
get pods.v1.
get Deployment.apps
get Deployment.v1.apps
get events.v1.
get hpa.v2.autoscaling
get pod -A -l run=p
get pod,node -A
get node,pod -A
get node,ns -A
label pod p =x
label pod x=y p
label pod p x-y=z b-
label pod p - x=y
label pod p a=b=c
label pod p =x y=z
create -f web.yaml
set image deploy/web
set image deploy/web x=y z=z
set image deploy/web x=y nginx=nginx:2
set image deploy/web *=nginx:3
set image deploy/web pod/p x=y
set image deploy/web pod/nobody nginx=nginx:4
set image pod/p deploy/web p=nginx:4
get node,pod,ns -A
get ns,cm,node -A -l kubernetes.io/metadata.name=default
delete pods -f web.yaml
delete pods p -f web.yaml
set image deploy/web x=y web
set image deploy/web
patch pod a=b -p '{}'
patch pod p a=b -p '{}'
scale deploy a=b --replicas=1
get cm,node -A -l x=y
create -f web.yaml
label deploy web x=
label deploy web x
label deploy web =x
label deploy web x=y x-
label deploy web 'é=x'
annotate deploy web x=y x-
annotate deploy web x='any % thing' y-
annotate deploy web x=1 y=2
annotate x=y
annotate deploy
annotate deploy web
annotate deploy web x
annotate deploy x=y
label deploy web
label deploy
label
annotate
scale deploy web nothing a%b --replicas=2
scale deploy web --replicas=-1
scale deploy web --replicas=x
scale cm kube-root-ca.crt --replicas=1
scale deploy/web svc/web --replicas=1
scale svc/web deploy/web --replicas=3
get deploy
rollout history deploy -l a=b -n a%b
rollout undo deploy -l a=b -n a%b
delete -f web.yaml
delete -f nothing.yaml
delete pod/p -f web.yaml
delete nothing/x
delete nothing x
delete pods -l a=b -n a%b
delete pods,nothing p
delete cm p --ignore-not-found
delete -f web.yaml --ignore-not-found
describe pod p -A
describe node n1 -A
"#;

const CORDON: &str = r#"
cordon
uncordon
cordon a/b
cordon a/b/c
cordon /n1
cordon node/
cordon node/n1
cordon no/n1
cordon nodes/n1
uncordon node/n1 node/n2
cordon pod/p
run p --image=nginx
cordon pod/p
cordon deploy/p
cordon n1 pod/p
cordon pod/p n1
cordon n9
cordon n1 n9
cordon n9 n1
cordon n8 n9
cordon n1 n1
get nodes
uncordon n9 n1
uncordon n1
uncordon n1
cordon a%b
cordon ''
cordon n1,n2
cordon node n1
cordon n1 --dry-run=server
cordon n1 n2 n3
uncordon n1 n2 n3 --dry-run=server
uncordon n1 n2 n3
taint node a/b x:NoSchedule
taint node a/b/c x:NoSchedule
taint node/n1 x:NoSchedule
taint node node/n1 x:NoSchedule
taint node n1 no/n2 x:NoSchedule
taint node n1 pod/p y:NoSchedule
taint node pod/p y:NoSchedule
taint node pod/q y:NoSchedule
taint node a%b y:NoSchedule
taint node '' y:NoSchedule
taint node n9 n1 y:NoSchedule
taint node n1 n9 y-
taint node n1 n9 n8 y:NoExecute
taint no n1 z:NoSchedule
taint NODES n1 z-
taint nodes.v1 n1 z:NoSchedule
taint pods/p z:NoSchedule
taint a/b z:NoSchedule
taint nodes n1 --all z:NoSchedule
taint nodes a/b --all z:NoSchedule
taint nodes a/b -l a=b z:NoSchedule
taint nodes -l a=b z:NoSchedule
taint nodes --all -l a=b z:NoSchedule
taint nodes n1 z:NoSchedule z-
taint nodes n1 z:NoSchedule w:NoExecute- z:NoSchedule- w:NoExecute
taint deploy n1 z:NoSchedule
taint node web deploy/web z:NoSchedule
cordon n1 --nonsense
get nodes -o yaml
"#;
