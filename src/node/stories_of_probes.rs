//! Stories of one node: probes, hooks, and what a pod needs before it runs.

use super::harness::{World, check};
use crate::api::Object;
use expect_test::expect;
use k8s_openapi::api::core::v1::ConfigMap;

#[test]
fn readiness_takes_its_time() {
    check(
        "
metadata: {name: web, annotations: {kubeloop.dev/ready-after: 12s}}
spec:
  containers:
  - name: nginx
    image: nginx:1.14.2
    readinessProbe: {httpGet: {path: /, port: 80}, initialDelaySeconds: 5, periodSeconds: 5}
",
        &expect![[r#"
            0.000 default/web StatusOutOfDate SandboxMissing
                status Pending | nginx ContainerCreating
                RunPodSandbox default/web
            0.100 default/web ImageMissing
                Normal Pulling: Pulling image "nginx:1.14.2"
                PullImage docker.io/library/nginx:1.14.2
            1.300 default/web ContainerNotRunning
                Normal Pulled: Successfully pulled image "nginx:1.14.2" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
                StartContainer default/web/nginx
                Normal Created: Created container: nginx
            1.400 default/web StatusOutOfDate
                Normal Started: Started container nginx
                status Running | nginx Running
            6.400 probe/default/web 
                Warning Unhealthy: Readiness probe failed: Get "http://10.244.1.2:80/": dial tcp 10.244.1.2:80: connect: connection refused
            11.400 probe/default/web 
                Warning Unhealthy: Readiness probe failed: Get "http://10.244.1.2:80/": dial tcp 10.244.1.2:80: connect: connection refused
            16.400 default/web StatusOutOfDate
                status Running | nginx Running ready
        "#]],
    );
}

#[test]
fn the_documentations_liveness_example() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: liveness-exec}
spec:
  containers:
  - name: liveness
    image: registry.k8s.io/busybox:1.27.2
    args: [/bin/sh, -c, touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600]
    livenessProbe: {exec: {command: [cat, /tmp/healthy]}, initialDelaySeconds: 5, periodSeconds: 5}
",
    );
    world.run_until(80_000);
    expect![[r#"
        0.000 default/liveness-exec StatusOutOfDate SandboxMissing
            status Pending | liveness ContainerCreating
            RunPodSandbox default/liveness-exec
        0.100 default/liveness-exec ImageMissing
            Normal Pulling: Pulling image "registry.k8s.io/busybox:1.27.2"
            PullImage registry.k8s.io/busybox:1.27.2
        2.443 default/liveness-exec ContainerNotRunning
            Normal Pulled: Successfully pulled image "registry.k8s.io/busybox:1.27.2" in 2.343s (2.343s including waiting). Image size: 184960004 bytes.
            StartContainer default/liveness-exec/liveness
            Normal Created: Created container: liveness
        2.543 default/liveness-exec StatusOutOfDate
            Normal Started: Started container liveness
            status Running | liveness Running ready
        32.543 probe/default/liveness-exec 
            Warning Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory
        37.543 probe/default/liveness-exec 
            Warning Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory
        42.543 probe/default/liveness-exec ProbeResultChanged
            Warning Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory
        42.543 default/liveness-exec ContainerUnhealthy
            Normal Killing: Container liveness failed liveness probe, will be restarted
            StopContainer #0 grace 30s
        72.543 default/liveness-exec StatusOutOfDate ContainerNotRunning
            status Running | liveness Error(137)
            Normal Pulled: Container image "registry.k8s.io/busybox:1.27.2" already present on machine
            StartContainer default/liveness-exec/liveness
            Normal Created: Created container: liveness
        72.643 default/liveness-exec StatusOutOfDate
            Normal Started: Started container liveness
            status Running | liveness Running ready restarts=1
    "#]].assert_eq(&world.story);
}

#[test]
fn a_startup_probe_holds_the_others_back() {
    check(
        "
metadata: {name: slow, annotations: {kubeloop.dev/ready-after: 25s}}
spec:
  containers:
  - name: c
    image: nginx
    imagePullPolicy: IfNotPresent
    startupProbe: {httpGet: {path: /, port: 80}, failureThreshold: 30, periodSeconds: 10}
    readinessProbe: {httpGet: {path: /, port: 80}}
    livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 3, failureThreshold: 1}
",
        &expect![[r#"
            0.000 default/slow StatusOutOfDate SandboxMissing
                status Pending | c ContainerCreating
                RunPodSandbox default/slow
            0.100 default/slow ImageMissing
                Normal Pulling: Pulling image "nginx"
                PullImage docker.io/library/nginx:latest
            1.300 default/slow ContainerNotRunning
                Normal Pulled: Successfully pulled image "nginx" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
                StartContainer default/slow/c
                Normal Created: Created container: c
            1.400 default/slow StatusOutOfDate
                Normal Started: Started container c
                status Running | c Running
            1.400 probe/default/slow 
                Warning Unhealthy: Startup probe failed: Get "http://10.244.1.2:80/": dial tcp 10.244.1.2:80: connect: connection refused
            11.400 probe/default/slow 
                Warning Unhealthy: Startup probe failed: Get "http://10.244.1.2:80/": dial tcp 10.244.1.2:80: connect: connection refused
            21.400 probe/default/slow 
                Warning Unhealthy: Startup probe failed: Get "http://10.244.1.2:80/": dial tcp 10.244.1.2:80: connect: connection refused
            31.400 default/slow StatusOutOfDate
                status Running | c Running ready
        "#]],
    );
}

#[test]
fn a_config_map_that_is_missing_is_waited_for() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: web}
spec:
  containers:
  - name: nginx
    image: nginx:1.14.2
    env: [{name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}]
",
    );
    world.run_until(5_000);
    let mut map = ConfigMap::default();
    map.metadata.name = Some("settings".to_owned());
    map.metadata.namespace = Some("default".to_owned());
    map.data = Some([("colour".to_owned(), "blue".to_owned())].into());
    world.put(Object::from(map), "somebody");
    world.run_until(20_000);
    expect![[r#"
        0.000 default/web StatusOutOfDate SandboxMissing
            status Pending | nginx ContainerCreating
            RunPodSandbox default/web
        0.100 default/web ReferenceUnknown
            get configmaps default/settings
        0.100 default/web ImageMissing
            Normal Pulling: Pulling image "nginx:1.14.2"
            PullImage docker.io/library/nginx:1.14.2
        1.300 default/web StatusOutOfDate
            Normal Pulled: Successfully pulled image "nginx:1.14.2" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
            Warning Failed: Error: configmap "settings" not found
            status Pending | nginx CreateContainerConfigError
        11.300 default/web ReferenceUnknown
            get configmaps default/settings
        11.300 default/web ContainerNotRunning
            Normal Pulled: Container image "nginx:1.14.2" already present on machine
            StartContainer default/web/nginx
            Normal Created: Created container: nginx
        11.400 default/web StatusOutOfDate
            Normal Started: Started container nginx
            status Running | nginx Running ready
    "#]].assert_eq(&world.story);
}

#[test]
fn a_volume_from_a_missing_secret_holds_the_sandbox_back() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: web}
spec:
  volumes: [{name: keys, secret: {secretName: tls}}]
  containers: [{name: nginx, image: nginx:1.14.2}]
",
    );
    world.run_until(5_000);
    expect![[r#"
        0.000 default/web StatusOutOfDate ReferenceUnknown
            status Pending | nginx ContainerCreating
            get secrets default/tls
        0.000 default/web 
            Warning FailedMount: MountVolume.SetUp failed for volume "keys" : secret "tls" not found
    "#]]
    .assert_eq(&world.story);
}

#[test]
fn hooks_take_their_time() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: web}
spec:
  containers:
  - name: nginx
    image: nginx:1.14.2
    lifecycle:
      postStart: {exec: {command: [sleep, '2']}}
      preStop: {sleep: {seconds: 5}}
",
    );
    world.settle();
    world.delete_pod("web", 30);
    world.settle();
    expect![[r#"
        0.000 default/web StatusOutOfDate SandboxMissing
            status Pending | nginx ContainerCreating
            RunPodSandbox default/web
        0.100 default/web ImageMissing
            Normal Pulling: Pulling image "nginx:1.14.2"
            PullImage docker.io/library/nginx:1.14.2
        1.300 default/web ContainerNotRunning
            Normal Pulled: Successfully pulled image "nginx:1.14.2" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
            StartContainer default/web/nginx
            Normal Created: Created container: nginx
        1.400 default/web 
            Normal Started: Started container nginx
        3.400 default/web StatusOutOfDate
            status Running | nginx Running ready
        3.400 default/web 
            Normal Killing: Stopping container nginx
        8.400 default/web PodTerminating
            StopContainer #0 grace 25s
        8.500 default/web StatusOutOfDate PodTerminated PodNotDeleted
            status Succeeded | nginx Completed(0)
            StopPodSandbox 00000000-0000-4000-8000-000000000002
            RemovePodSandbox 00000000-0000-4000-8000-000000000002
            delete pods default/web
    "#]].assert_eq(&world.story);
}

#[test]
fn a_hook_that_fails_costs_the_container_its_life() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: web}
spec:
  containers:
  - {name: nginx, image: 'nginx:1.14.2', lifecycle: {postStart: {exec: {command: ['false']}}}}
",
    );
    world.run_until(3_000);
    expect![[r#"
        0.000 default/web StatusOutOfDate SandboxMissing
            status Pending | nginx ContainerCreating
            RunPodSandbox default/web
        0.100 default/web ImageMissing
            Normal Pulling: Pulling image "nginx:1.14.2"
            PullImage docker.io/library/nginx:1.14.2
        1.300 default/web ContainerNotRunning
            Normal Pulled: Successfully pulled image "nginx:1.14.2" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
            StartContainer default/web/nginx
            Normal Created: Created container: nginx
        1.400 default/web PostStartHookFailed StatusOutOfDate
            Normal Started: Started container nginx
            Warning FailedPostStartHook: PostStartHook failed
            Normal Killing: FailedPostStartHook
            StopContainer #0 grace 30s
            status Running | nginx Running ready
        1.500 default/web StatusOutOfDate ContainerNotRunning
            status Running | nginx Completed(0)
            Normal Pulled: Container image "nginx:1.14.2" already present on machine
            StartContainer default/web/nginx
            Normal Created: Created container: nginx
        1.600 default/web PostStartHookFailed StatusOutOfDate
            Normal Started: Started container nginx
            Warning FailedPostStartHook: PostStartHook failed
            Normal Killing: FailedPostStartHook
            StopContainer #1 grace 30s
            status Running | nginx Running ready restarts=1
        1.700 default/web StatusOutOfDate
            status Running | nginx Completed(0) restarts=1
            Warning BackOff: Back-off restarting failed container nginx in pod web_default(00000000-0000-4000-8000-000000000002)
        2.700 default/web StatusOutOfDate
            status Running | nginx CrashLoopBackOff restarts=1
    "#]].assert_eq(&world.story);
}

#[test]
fn a_pod_that_does_not_fit_is_refused() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: big}
spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: '5'}}}]}
",
    );
    world.settle();
    expect![[r#"
        0.000 default/big StatusOutOfDate
            Warning OutOfcpu: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000
            status Failed
    "#]].assert_eq(&world.story);
    let status = world.status("big");
    assert_eq!(status.reason.as_deref(), Some("OutOfcpu"));
    assert!(world.machine.sandboxes.is_empty());
}

#[test]
fn a_pod_past_its_deadline_fails() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: late}
spec:
  activeDeadlineSeconds: 10
  containers: [{name: c, image: nginx:1.14.2}]
",
    );
    world.settle();
    world.story.clear();
    world.run_until(20_000);
    expect![[r#"
        10.000 default/late StatusOutOfDate
            Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline
            status Failed | c Running ready
        10.000 default/late PodFinished StatusOutOfDate
            StopContainer #0 grace 30s
            status Failed | c Running ready
        10.100 default/late StatusOutOfDate SandboxNotNeeded
            status Failed | c Completed(0)
            StopPodSandbox 00000000-0000-4000-8000-000000000002
    "#]]
    .assert_eq(&world.story);
}

#[test]
fn a_new_image_replaces_the_container() {
    let mut world = World::new();
    world.create_pod(
        "{metadata: {name: web}, spec: {containers: [{name: c, image: 'nginx:1.14.2'}]}}",
    );
    world.settle();
    world.story.clear();
    world.change_pod("web", |pod| {
        let spec = pod.spec.as_mut().expect("it has a spec");
        spec.containers[0].image = Some("nginx:1.16.1".to_owned());
    });
    world.settle();
    expect![[r#"
        1.400 default/web ContainerChanged
            Normal Killing: Container c definition changed, will be restarted
            StopContainer #0 grace 30s
        1.500 default/web StatusOutOfDate ImageMissing
            status Running | c Completed(0)
            Normal Pulling: Pulling image "nginx:1.16.1"
            PullImage docker.io/library/nginx:1.16.1
        2.700 default/web ContainerNotRunning
            Normal Pulled: Successfully pulled image "nginx:1.16.1" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
            StartContainer default/web/c
            Normal Created: Created container: c
        2.800 default/web StatusOutOfDate
            Normal Started: Started container c
            status Running | c Running ready restarts=1
    "#]].assert_eq(&world.story);
}
