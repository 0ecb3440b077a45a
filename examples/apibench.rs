use k8s_openapi::api::core::v1::*;
use kubeloop::api::*;
use kubeloop::component::Rng;
use kubeloop::control_plane::apiserver::{Context, handle};
use kubeloop::control_plane::etcd::Store;
#[derive(Clone, Copy)]
struct Instant(u64);
fn cpu() -> u64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
impl Instant {
    fn now() -> Self {
        Self(cpu())
    }
    fn elapsed(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(cpu() - self.0)
    }
}
fn main() {
    let n: usize = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(5000);
    let mut store = Store::default();
    let mut rng = Rng::new(1);
    let mut send = |r: &Request| {
        let mut c = Context {
            store: &mut store,
            rng: &mut rng,
            now_ms: 1000,
            step: 1,
        };
        let a = handle(r, &mut c);
        a.result.unwrap_or_else(|e| panic!("{e}"))
    };
    let mut ns = Namespace::default();
    ns.metadata.name = Some("default".into());
    send(&Request::create(ns));
    let mut d = k8s_openapi::api::apps::v1::ReplicaSet::default();
    d.metadata.name = Some("web-5d".into());
    d.metadata.namespace = Some("default".into());
    let mut spec = k8s_openapi::api::apps::v1::ReplicaSetSpec::default();
    spec.selector.match_labels = Some([("app".to_string(), "web".to_string())].into());
    let t = spec.template.get_or_insert_default();
    t.metadata.get_or_insert_default().labels = Some(
        [
            ("app".to_string(), "web".to_string()),
            ("pod-template-hash".to_string(), "5d".to_string()),
        ]
        .into(),
    );
    t.spec = Some(PodSpec {
        containers: vec![Container {
            name: "nginx".into(),
            image: Some("nginx:1.14.2".into()),
            ports: Some(vec![ContainerPort {
                container_port: 80,
                ..Default::default()
            }]),
            ..Default::default()
        }],
        ..Default::default()
    });
    d.spec = Some(spec);
    let rs = send(&Request::create(d));
    let rs = rs
        .object()
        .unwrap()
        .get::<k8s_openapi::api::apps::v1::ReplicaSet>()
        .unwrap()
        .clone();
    let mut pod = Pod::default();
    let t = rs.spec.as_ref().unwrap().template.clone().unwrap();
    pod.metadata = t.metadata.unwrap();
    pod.metadata.generate_name = Some("web-5d-".into());
    pod.metadata.namespace = Some("default".into());
    pod.metadata.owner_references = Some(vec![owner::controller_reference(&rs)]);
    pod.spec = t.spec;
    let requests: Vec<Request> = (0..n).map(|_| Request::create(pod.clone())).collect();
    let t0 = Instant::now();
    let pods: Vec<Object> = requests
        .iter()
        .map(|r| send(r).object().unwrap().clone())
        .collect();
    println!(
        "create {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let requests: Vec<Request> = pods
        .iter()
        .enumerate()
        .map(|(i, p)| Request::bind(p.key(), format!("n{}", i % 100)))
        .collect();
    let t0 = Instant::now();
    let pods: Vec<Object> = requests
        .iter()
        .map(|r| send(r).object().unwrap().clone())
        .collect();
    println!("bind {:.2} µs", t0.elapsed().as_secs_f64() * 1e6 / n as f64);
    let requests: Vec<Request> = pods
        .iter()
        .map(|p| {
            let mut p = p.get::<Pod>().unwrap().clone();
            let s = p.status.get_or_insert_default();
            s.phase = Some("Running".into());
            s.pod_ip = Some("10.244.0.1".into());
            s.conditions.get_or_insert_default().push(PodCondition {
                type_: "Ready".into(),
                status: "True".into(),
                ..Default::default()
            });
            Request::update_status(p)
        })
        .collect();
    let t0 = Instant::now();
    let pods: Vec<Object> = requests
        .iter()
        .map(|r| send(r).object().unwrap().clone())
        .collect();
    println!(
        "update status {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let requests: Vec<Request> = pods
        .iter()
        .map(|p| Request::update_status(p.get::<Pod>().unwrap().clone()))
        .collect();
    let t0 = Instant::now();
    for r in &requests {
        send(r);
    }
    println!(
        "no-op status {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let requests: Vec<Request> = pods
        .iter()
        .map(|p| Request::delete(p.key(), DeleteOptions::default()))
        .collect();
    let t0 = Instant::now();
    for r in &requests {
        send(r);
    }
    println!(
        "delete (grace) {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    // floors
    let t0 = Instant::now();
    let clones: Vec<Pod> = pods
        .iter()
        .map(|p| p.get::<Pod>().unwrap().clone())
        .collect();
    println!(
        "deep clone {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let t0 = Instant::now();
    drop(clones);
    println!("drop {:.2} µs", t0.elapsed().as_secs_f64() * 1e6 / n as f64);
    let mut table = Store::default();
    let w = kubeloop::control_plane::etcd::Writer {
        by: "x".into(),
        at_ms: 0,
        step: 0,
    };
    let objs: Vec<Object> = pods
        .iter()
        .map(|p| Object::from(p.get::<Pod>().unwrap().clone()))
        .collect();
    let t0 = Instant::now();
    for o in objs {
        table.put(o, &w);
    }
    println!(
        "store.put new {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let objs: Vec<Object> = pods
        .iter()
        .map(|p| Object::from(p.get::<Pod>().unwrap().clone()))
        .collect();
    let t0 = Instant::now();
    for o in objs {
        table.put(o, &w);
    }
    println!(
        "store.put over {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let t0 = Instant::now();
    let mut e = 0;
    for p in &pods {
        e += p.validate().len();
    }
    println!(
        "validate {:.2} µs {e}",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let mut objs: Vec<Object> = pods
        .iter()
        .map(|p| Object::from(p.get::<Pod>().unwrap().clone()))
        .collect();
    let t0 = Instant::now();
    for o in &mut objs {
        o.set_defaults();
    }
    println!(
        "set_defaults {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
    let t0 = Instant::now();
    for o in &mut objs {
        o.prepare_create();
    }
    println!(
        "prepare_create {:.2} µs",
        t0.elapsed().as_secs_f64() * 1e6 / n as f64
    );
}
