//! Stories of one node: what its kubelet does, turn by turn.

use super::harness::World;
use expect_test::{Expect, expect};

/// Creates the pod, runs until nobody waits for anything, and tells what was done.
fn check(pod: &str, want: &Expect) -> World {
    let mut world = World::new();
    world.create_pod(pod);
    world.settle();
    want.assert_eq(&world.story);
    world
}

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
