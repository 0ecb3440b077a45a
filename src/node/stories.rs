//! Stories of one node: what its kubelet does, turn by turn.

use super::container_runtime;
use super::harness::{World, check, from_yaml};
use crate::api::time;
use crate::component::Wake;
use expect_test::expect;
use k8s_openapi::api::core::v1::Node;

const NGINX: &str = "
metadata: {name: web}
spec:
  containers: [{name: nginx, image: nginx:1.14.2}]
";

#[test]
fn a_pod_comes_to_run() {
    let world = check(
        NGINX,
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
                status Running | nginx Running ready
        "#]],
    );
    assert_eq!(world.turns, 4);
}

#[test]
fn a_pod_is_deleted() {
    let mut world = World::new();
    world.create_pod(NGINX);
    world.settle();
    world.story.clear();
    world.delete_pod("web", 30);
    world.settle();
    expect![[r#"
        1.400 default/web PodTerminating
            Normal Killing: Stopping container nginx
            StopContainer #0 grace 30s
        1.500 default/web StatusOutOfDate PodTerminated PodNotDeleted
            status Succeeded | nginx Completed(0)
            StopPodSandbox 00000000-0000-4000-8000-000000000002
            RemovePodSandbox 00000000-0000-4000-8000-000000000002
            delete pods default/web
    "#]]
    .assert_eq(&world.story);
    assert!(world.machine.sandboxes.is_empty() && world.machine.containers.is_empty());
    assert!(world.object("web").is_none());
    assert!(world.memory.is_idle(), "nothing is remembered of it");
}

#[test]
fn a_program_that_ignores_the_signal_is_killed_after_its_grace_period() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: deaf}
spec:
  terminationGracePeriodSeconds: 5
  containers: [{name: c, image: busybox, command: [sleep, '3600']}]
",
    );
    world.settle();
    world.story.clear();
    world.delete_pod("deaf", 5);
    world.settle();
    expect![[r#"
        0.600 default/deaf PodTerminating
            Normal Killing: Stopping container c
            StopContainer #0 grace 5s
        5.600 default/deaf StatusOutOfDate PodTerminated PodNotDeleted
            status Failed | c Error(137)
            StopPodSandbox 00000000-0000-4000-8000-000000000002
            RemovePodSandbox 00000000-0000-4000-8000-000000000002
            delete pods default/deaf
    "#]]
    .assert_eq(&world.story);
}

#[test]
fn a_crash_loop() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: crash}
spec:
  containers: [{name: c, image: busybox, command: [sh, -c, 'sleep 1; exit 3']}]
",
    );
    world.run_until(60_000);
    expect![[r#"
        0.000 default/crash StatusOutOfDate SandboxMissing
            status Pending | c ContainerCreating
            RunPodSandbox default/crash
        0.100 default/crash ImageMissing
            Normal Pulling: Pulling image "busybox"
            PullImage docker.io/library/busybox:latest
        0.500 default/crash ContainerNotRunning
            Normal Pulled: Successfully pulled image "busybox" in 400ms (400ms including waiting). Image size: 2156519 bytes.
            StartContainer default/crash/c
            Normal Created: Created container: c
        0.600 default/crash StatusOutOfDate
            Normal Started: Started container c
            status Running | c Running ready
        1.600 default/crash StatusOutOfDate ImageMissing
            status Running | c Error(3)
            Normal Pulling: Pulling image "busybox"
            PullImage docker.io/library/busybox:latest
        1.620 default/crash ContainerNotRunning
            Normal Pulled: Successfully pulled image "busybox" in 20ms (20ms including waiting). Image size: 2156519 bytes.
            StartContainer default/crash/c
            Normal Created: Created container: c
        1.720 default/crash StatusOutOfDate
            Normal Started: Started container c
            status Running | c Running ready restarts=1
        2.720 default/crash StatusOutOfDate
            status Running | c Error(3) restarts=1
            Warning BackOff: Back-off restarting failed container c in pod crash_default(00000000-0000-4000-8000-000000000002)
        3.720 default/crash StatusOutOfDate
            status Running | c CrashLoopBackOff restarts=1
        12.720 default/crash ImageMissing
            Normal Pulling: Pulling image "busybox"
            PullImage docker.io/library/busybox:latest
        12.740 default/crash ContainerNotRunning
            Normal Pulled: Successfully pulled image "busybox" in 20ms (20ms including waiting). Image size: 2156519 bytes.
            RemoveContainer #0
            StartContainer default/crash/c
            Normal Created: Created container: c
        12.840 default/crash StatusOutOfDate
            Normal Started: Started container c
            status Running | c Running ready restarts=2
        13.840 default/crash StatusOutOfDate
            status Running | c Error(3) restarts=2
            Warning BackOff: Back-off restarting failed container c in pod crash_default(00000000-0000-4000-8000-000000000002)
        14.840 default/crash StatusOutOfDate
            status Running | c CrashLoopBackOff restarts=2
        33.840 default/crash ImageMissing
            Normal Pulling: Pulling image "busybox"
            PullImage docker.io/library/busybox:latest
        33.860 default/crash ContainerNotRunning
            Normal Pulled: Successfully pulled image "busybox" in 20ms (20ms including waiting). Image size: 2156519 bytes.
            RemoveContainer #1
            StartContainer default/crash/c
            Normal Created: Created container: c
        33.960 default/crash StatusOutOfDate
            Normal Started: Started container c
            status Running | c Running ready restarts=3
        34.960 default/crash StatusOutOfDate
            status Running | c Error(3) restarts=3
            Warning BackOff: Back-off restarting failed container c in pod crash_default(00000000-0000-4000-8000-000000000002)
        35.960 default/crash StatusOutOfDate
            status Running | c CrashLoopBackOff restarts=3
    "#]].assert_eq(&world.story);
}

#[test]
fn an_image_that_does_not_exist() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: web}
spec:
  containers: [{name: nginx, image: 'nginx:1.161'}]
",
    );
    world.run_until(35_000);
    expect![[r#"
        0.000 default/web StatusOutOfDate SandboxMissing
            status Pending | nginx ContainerCreating
            RunPodSandbox default/web
        0.100 default/web ImageMissing
            Normal Pulling: Pulling image "nginx:1.161"
            PullImage docker.io/library/nginx:1.161
        0.800 default/web StatusOutOfDate
            Warning Failed: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found
            Warning Failed: Error: ErrImagePull
            status Pending | nginx ErrImagePull
        1.800 default/web 
            Normal BackOff: Back-off pulling image "nginx:1.161"
            Warning Failed: Error: ImagePullBackOff
        2.800 default/web StatusOutOfDate
            status Pending | nginx ImagePullBackOff
        10.800 default/web ImageMissing
            Normal Pulling: Pulling image "nginx:1.161"
            PullImage docker.io/library/nginx:1.161
        11.500 default/web StatusOutOfDate
            Warning Failed: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found
            Warning Failed: Error: ErrImagePull
            status Pending | nginx ErrImagePull
        12.500 default/web 
            Normal BackOff: Back-off pulling image "nginx:1.161"
            Warning Failed: Error: ImagePullBackOff
        13.500 default/web StatusOutOfDate
            status Pending | nginx ImagePullBackOff
        31.500 default/web ImageMissing
            Normal Pulling: Pulling image "nginx:1.161"
            PullImage docker.io/library/nginx:1.161
        32.200 default/web StatusOutOfDate
            Warning Failed: Failed to pull image "nginx:1.161": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found
            Warning Failed: Error: ErrImagePull
            status Pending | nginx ErrImagePull
        33.200 default/web 
            Normal BackOff: Back-off pulling image "nginx:1.161"
            Warning Failed: Error: ImagePullBackOff
        34.200 default/web StatusOutOfDate
            status Pending | nginx ImagePullBackOff
    "#]].assert_eq(&world.story);
}

#[test]
fn a_job_like_pod_completes_after_its_init_container() {
    check(
        "
metadata: {name: job}
spec:
  restartPolicy: Never
  initContainers: [{name: init, image: busybox, command: [sleep, '2']}]
  containers: [{name: main, image: busybox, command: ['true']}]
",
        &expect![[r#"
            0.000 default/job StatusOutOfDate SandboxMissing
                status Pending | init PodInitializing | main PodInitializing
                RunPodSandbox default/job
            0.100 default/job ImageMissing
                Normal Pulling: Pulling image "busybox"
                PullImage docker.io/library/busybox:latest
            0.500 default/job ContainerNotRunning
                Normal Pulled: Successfully pulled image "busybox" in 400ms (400ms including waiting). Image size: 2156519 bytes.
                StartContainer default/job/init
                Normal Created: Created container: init
            0.600 default/job StatusOutOfDate
                Normal Started: Started container init
                status Pending | init Running | main PodInitializing
            2.600 default/job StatusOutOfDate ImageMissing
                status Pending | init Completed(0) ready | main PodInitializing
                Normal Pulling: Pulling image "busybox"
                PullImage docker.io/library/busybox:latest
            2.620 default/job ContainerNotRunning
                Normal Pulled: Successfully pulled image "busybox" in 20ms (20ms including waiting). Image size: 2156519 bytes.
                StartContainer default/job/main
                Normal Created: Created container: main
            2.720 default/job StatusOutOfDate
                Normal Started: Started container main
                status Running | init Completed(0) ready | main Running ready
            2.720 default/job StatusOutOfDate SandboxNotNeeded
                status Succeeded | init Completed(0) ready | main Completed(0)
                StopPodSandbox 00000000-0000-4000-8000-000000000002
        "#]],
    );
}

#[test]
fn a_sidecar_starts_first_and_stops_last() {
    let mut world = World::new();
    world.create_pod(
        "
metadata: {name: side}
spec:
  restartPolicy: Never
  initContainers: [{name: proxy, image: nginx, imagePullPolicy: IfNotPresent, restartPolicy: Always}]
  containers: [{name: main, image: busybox, command: [sleep, '3']}]
",
    );
    world.settle();
    expect![[r#"
        0.000 default/side StatusOutOfDate SandboxMissing
            status Pending | proxy PodInitializing | main PodInitializing
            RunPodSandbox default/side
        0.100 default/side ImageMissing
            Normal Pulling: Pulling image "nginx"
            PullImage docker.io/library/nginx:latest
        1.300 default/side ContainerNotRunning
            Normal Pulled: Successfully pulled image "nginx" in 1.2s (1.2s including waiting). Image size: 44710204 bytes.
            StartContainer default/side/proxy
            Normal Created: Created container: proxy
        1.400 default/side ImageMissing
            Normal Started: Started container proxy
            Normal Pulling: Pulling image "busybox"
            PullImage docker.io/library/busybox:latest
        1.800 default/side ContainerNotRunning
            Normal Pulled: Successfully pulled image "busybox" in 400ms (400ms including waiting). Image size: 2156519 bytes.
            StartContainer default/side/main
            Normal Created: Created container: main
        1.900 default/side StatusOutOfDate
            Normal Started: Started container main
            status Running | proxy Running ready | main Running ready
        4.900 default/side StatusOutOfDate PodCompleted
            status Running | proxy Running ready | main Completed(0)
            Normal Killing: Stopping container proxy
            StopContainer #0 grace 30s
        5.000 default/side StatusOutOfDate SandboxNotNeeded
            status Succeeded | proxy Completed(0) | main Completed(0)
            StopPodSandbox 00000000-0000-4000-8000-000000000002
    "#]].assert_eq(&world.story);
}

#[test]
fn the_power_goes_and_comes_back() {
    let mut world = World::new();
    world.create_pod(NGINX);
    world.settle();
    world.story.clear();
    container_runtime::power_off(&mut world.machine, world.now_ms);
    world.now_ms += 60_000;
    container_runtime::power_on(&mut world.machine);
    world.start_kubelet();
    world.settle();
    expect![[r#"
        61.400 default/web StatusOutOfDate SandboxMissing
            status Running | nginx Unknown(255)
            Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.
            RunPodSandbox default/web
        61.500 default/web ContainerNotRunning
            Normal Pulled: Container image "nginx:1.14.2" already present on machine
            StartContainer default/web/nginx
            Normal Created: Created container: nginx
        61.600 default/web StatusOutOfDate
            Normal Started: Started container nginx
            status Running | nginx Running ready restarts=1
    "#]]
    .assert_eq(&world.story);
}

#[test]
fn a_kubelet_that_crashes_finds_its_containers_running() {
    let mut world = World::new();
    world.create_pod(NGINX);
    world.settle();
    world.story.clear();
    world.start_kubelet();
    world.settle();
    expect![[""]].assert_eq(&world.story);
    world.start_kubelet();
    world.memory = super::kubelet::KubeletMemory::default();
    world.force_delete_pod("web");
    world.settle();
    expect![[r#"
        2.400 default/web PodGone
            StopContainer #0 grace 1s
        2.500 default/web PodGone
            RemovePodSandbox 00000000-0000-4000-8000-000000000002
    "#]]
    .assert_eq(&world.story);
    assert!(world.machine.sandboxes.is_empty());
}

#[test]
fn a_container_that_is_killed_restarts_at_once() {
    let mut world = World::new();
    world.create_pod(NGINX);
    world.settle();
    world.story.clear();
    container_runtime::kill_container(
        &mut world.machine,
        "default/web",
        "nginx",
        137,
        world.now_ms,
    )
    .expect("it runs");
    world.enqueue(&Wake::now("default/web"));
    world.settle();
    expect![[r#"
        1.400 default/web StatusOutOfDate ContainerNotRunning
            status Running | nginx Error(137)
            Normal Pulled: Container image "nginx:1.14.2" already present on machine
            StartContainer default/web/nginx
            Normal Created: Created container: nginx
        1.500 default/web StatusOutOfDate
            Normal Started: Started container nginx
            status Running | nginx Running ready restarts=1
    "#]]
    .assert_eq(&world.story);
}

#[test]
fn a_node_registers_itself_and_says_that_it_is_alive() {
    let mut world = World::new();
    world.run_until(700_000);
    let node = world.node().expect("it registered");
    let status = node.status.clone().expect("with a status");
    let conditions: Vec<String> = status
        .conditions
        .iter()
        .flatten()
        .map(|c| {
            let beat = c.last_heartbeat_time.as_ref().map_or(0, time::ms);
            format!(
                "{}={} {} at {}s",
                c.type_,
                c.status,
                c.reason.clone().unwrap_or_default(),
                beat / 1000
            )
        })
        .collect();
    expect![[r#"
        MemoryPressure=False KubeletHasSufficientMemory at 600s
        DiskPressure=False KubeletHasNoDiskPressure at 600s
        PIDPressure=False KubeletHasSufficientPID at 600s
        Ready=True KubeletReady at 600s"#]]
    .assert_eq(&conditions.join("\n"));
    assert_eq!(
        node.spec.clone().and_then(|s| s.pod_cidr).as_deref(),
        Some("10.244.1.0/24")
    );
    let lease = world.lease().expect("it has a lease");
    assert_eq!(
        lease
            .metadata
            .owner_references
            .as_ref()
            .map(|o| o[0].name.as_str()),
        Some("n1")
    );
    let renewed = lease.spec.as_ref().and_then(|s| s.renew_time.clone());
    assert_eq!(renewed.map(|t| time::ms_of(t.0)), Some(700_000));
}

#[test]
fn a_node_that_somebody_made_keeps_what_was_said_of_it() {
    let mut world = World::empty();
    let node: Node = from_yaml(
        "{metadata: {name: n1, uid: a}, status: {capacity: {cpu: '2'}, conditions: [{type: Ready, status: Unknown}]}}",
    );
    world.put(node.into(), "somebody");
    world.start_kubelet();
    world.run_until(1000);
    let status = world
        .node()
        .and_then(|n| n.status.clone())
        .expect("a status");
    let capacity = status.capacity.unwrap_or_default();
    assert_eq!(
        capacity
            .iter()
            .map(|(k, v)| format!("{k}={}", v.0))
            .collect::<Vec<_>>(),
        ["cpu=2"]
    );
    let ready = status
        .conditions
        .iter()
        .flatten()
        .find(|c| c.type_ == "Ready");
    assert_eq!(ready.map(|c| c.status.as_str()), Some("True"));
}
