//! Lines whose arguments name things that are there, that are not, and that cannot be.

pub(super) const NAMES: &str = r#"
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
set image deploy/web x=y z=z | sort
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

pub(super) const CORDON: &str = r#"
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
