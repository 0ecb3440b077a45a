//! In what commands print, what they describe word by word, and `--dry-run` in the forms that it had.

pub(crate) const FORMATS: &str = r#"
run p --image=nginx
expose pod p --port=80
get pods -o x
get pods -o
get pods -o wide=x
get pods -o NAME
get pods -o Wide
get pods -o jsonpath
get pods -o jsonpath=
get pods -o custom-columns
create configmap a -o x
create configmap a -o wide
create configmap a --from-literal=a=b --dry-run=client -o JSON
run q --image=x -o name=b
apply -f web.yaml -o x
delete pod p -o x
delete pod p -o wide
create namespace x --dry-run
create namespace x --dry-run -o name
create namespace x --dry-run=true
create namespace x --dry-run=unchanged
create namespace x --dry-run=maybe
create namespace x --dry-run=
create namespace x --dry-run client
create namespace x --dry-run=F
create namespace x
run q --image=x --dry-run -o yaml
get namespaces x
describe ev x
describe events x
describe cm,ev x
describe events
describe lease n1 -n kube-node-lease
describe leases -n kube-node-lease
describe controllerrevisions
describe csidriver x
get ev
get ev -o wide
get ev,po -o wide
get po,ev,svc
get ev,po -A -o wide --show-labels
get ev -o wide --no-headers
get ev,svc kubernetes
"#;
