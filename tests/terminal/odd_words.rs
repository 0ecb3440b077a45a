//! Lines whose flags, groups, namespaces and texts are said in ways that few use.

pub(super) const WORDS: &str = r#"
create deployment web --image=nginx
run p --image=nginx
rollout pause -l a=b
rollout pause deploy -l a=b
rollout pause deploy -l a=b -n a%b
rollout pause deploy -l app=web -n a%b
rollout resume deploy -l a=b -n a%b
rollout resume deploy -l a=b -n ..
rollout restart deploy -l a=b -n a%b
rollout restart deploy,pod -l a=b -n a%b
rollout restart deploy,pod -l a=b
rollout restart nothing -l a=b -n a%b
rollout restart deploy -l app=web -n other
rollout pause deploy/web -l a=b
rollout pause deploy web -l a=b
rollout pause deploy -l 'a b'
rollout pause deploy -l a=b=c
rollout restart deploy -l 'a b' -n a%b
rollout pause deploy
rollout restart deploy
rollout resume deploy
rollout pause -n a%b
rollout pause deploy/web -n a%b
rollout pause deploy web nothing -n a%b
rollout undo deploy -l 'a b'
rollout status deploy -l 'a b'
rollout history deploy -l 'a b'
rollout history deploy
rollout undo deploy
rollout status deploy
get deploy -l 'a b'
get deploy,pods -l 'a b'
delete pods -l 'a b'
describe pods -l 'a b'
logs -l 'a b'
top pod -l 'a b'
get pods --field-selector=a
get pods --field-selector=a=b
get deploy --field-selector=spec.replicas=1
get deploy.ap
get deployments.app web
get deployments.ap/web
get Deployment.ap
get deployment.a
get deploy.app.
get deploy.x
get deploy.v1.ap
get deploy.v1.
get deployment.v1
get deployments.apps.v1
get pods.a
get po.v1
get po.v1.x
get po.
get pods.
get pods..
get .pods
get .
get hpa.auto
get hpa.v1.autoscaling
get hpa.v1.auto
get hpa.v9.autoscaling
get ing.net
get ing.networking.k8s.io
get netpol.networking
get ep.discovery
get endpointslices.disc
get sc.storage
get sc.stor
get events.events --field-selector=metadata.name=x
get ev.events.k8s.io --field-selector=metadata.name=x
get events.events.k8s.io --field-selector=metadata.name=x
get cj.batch
get cj.b
get jobs.v1.batch
get role.rbac
get roles.rbac.authorization
get clusterrole.rbac.authorization.k8s.io/view
get pdb.pol
get ev --field-selector=metadata.name=x
get ev,po --field-selector=metadata.name=x
get ev/x
delete ev x
get PODS
get Pod
get pOd
get Po
get Deploy
get DEPLOYMENT.APPS
get DEPLOY.APPS
get DEPLOY.V1.APPS
get ALL
get All
get all.apps
get scale
get deployments/scale
get pods/log
get deployments.apps/scale web
get pods -A=false
get pods -A=f
get pods -A=false -n default
get pods -A=x
get pods --all-namespaces=x
get pods --all-namespaces=TRUE
get pods --all-namespaces=T
get pods --all-namespaces=yes
get pods --all-namespaces=
get pods -A=
get pods -Ao
get pods -Ax
get pods -Ao name
get pods --show-labels=false
get pods --no-headers=true
get pods --no-headers=x
get pods --x
get pods -x
get pods -n=
get pods -- -n
get pods -o ''
get pods -o json -o name
get pods -n default -n kube-system
scale deploy web --replicas=1 --replicas=2
scale deploy web --replicas
scale deploy web --replicas=
scale deploy web --replicas=1.5
scale deploy web --replicas=99999999999999999999
scale deploy web --replicas=0x2
scale deploy web --replicas=+1
scale deploy web --replicas=' 1'
scale deploy web --replicas=01
scale deploy web --replicas=1_0
label pod p --overwrite=x a=b
delete pod nobody --ignore-not-found=x
delete pod nobody --ignore-not-found=false
delete pod nobody --ignore-not-found=t
delete pod nobody --grace-period=x
delete pod nobody --grace-period=
delete pod nobody --now=1
delete pod nobody --now --grace-period=1
delete pod nobody --cascade=x
delete pod nobody --cascade=
delete pod nobody --cascade
delete pod nobody --cascade=true
delete pod nobody --cascade=0
delete pod --cascade orphan
delete pod nobody --wait=x
delete pod nobody --wait
delete pod nobody --dry-run=x
delete pod nobody --dry-run=
delete pod p --dry-run=server
logs p --tail=1_0
logs p --tail=0x1
logs p --since=
logs p --timestamps=x
create service clusterip a%b --tcp=80
create service clusterip bare --clusterip=None
label service bare x-
label service bare x- y-
label service bare x- --dry-run=server
annotate service bare x-
annotate service bare x- y-
label namespace default x-
label node n1 x-
label service bare --overwrite x-
label service bare a=b x-
label service bare a=b
label service bare a=b x-
label service bare a-
label service bare a-
label service bare a- a-
label service bare a=b a=c
label service bare 'a-=b'
label service bare a--
label service bare -- a-
label service bare --
label service bare -a
label service bare a- nothing
label service bare é-
label service bare a/b/c-
annotate service bare a/b/c-
annotate service bare é-
annotate service bare é=b
delete -f -
apply -f -
create -f -
apply -f
apply -f ''
delete -f ''
create -f ''
delete -f
create -f
apply
create
delete -f - --ignore-not-found
delete -f - p
apply -f - --dry-run=server
apply -f - -o yaml
apply -f - web
create -f - web
apply -f nothing.yaml
create -f nothing.yaml
apply -f /nothing.yaml
apply -f web.yaml x
delete -f web.yaml x
create -f web.yaml x
"#;
