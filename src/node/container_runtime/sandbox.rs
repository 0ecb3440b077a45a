//! Pod sandboxes: a pod's network, and what it stands around.
//!
//! The real thing: containerd's internal/cri/server/sandbox_{run,stop,remove}.go; the CNI plugins `bridge` and `host-local`.

use crate::api::time::Ms;
use crate::api::{Name, Uid};
use crate::component::{Machine, Operation, RuntimeError, Sandbox, SandboxState};

/// How long a pod's network takes to set up.
const SANDBOX_MS: Ms = 100;

/// Begins to make a sandbox, which takes time.
///
/// # Errors
/// In the words of the network's plugin, if there is no address left.
pub(super) fn run(
    machine: &mut Machine,
    pod_uid: Uid,
    pod: &Name,
    host_network: Option<&Name>,
    now_ms: Ms,
) -> Result<(), RuntimeError> {
    let ip = match host_network {
        Some(ip) => ip.clone(),
        None => free_address(machine)?,
    };
    let containers = machine
        .sandboxes
        .remove(&pod_uid)
        .map(|old| old.into_inner().containers)
        .unwrap_or_default();
    let sandbox = Sandbox {
        pod: pod.clone(),
        ip,
        host_network: host_network.is_some(),
        state: SandboxState::Starting,
        containers,
        first_container: machine.next_container,
    };
    machine.sandboxes.insert(pod_uid, sandbox.into());
    machine.sandboxes_by_pod.insert((pod.clone(), pod_uid));
    let pod = pod.clone();
    let due_ms = now_ms + SANDBOX_MS;
    super::schedule(machine, due_ms, Operation::Sandbox { pod_uid, pod });
    Ok(())
}

/// The next address of the pod network that no pod has: round robin, as the CNI plugin `host-local` does.
fn free_address(machine: &mut Machine) -> Result<Name, RuntimeError> {
    const FIRST: u32 = 2;
    const COUNT: u32 = 253;
    for _ in 0..COUNT {
        let number = FIRST + machine.addresses_given % COUNT;
        let ip = Name::from(format!("{}.{number}", machine.pod_network));
        let may_be_taken = machine.addresses_given >= COUNT;
        machine.addresses_given += 1;
        let is_taken = may_be_taken
            && machine
                .sandboxes
                .values()
                .any(|s| s.ip == ip && s.state != SandboxState::NotReady);
        if !is_taken {
            return Ok(ip);
        }
    }
    let network = &machine.pod_network;
    Err(RuntimeError(format!(
        "rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type=\"bridge\" failed (add): failed to allocate for range 0: no IP addresses available in range set: {network}.1-{network}.254"
    )))
}

/// Whatever still runs in it is killed.
pub(super) fn stop(machine: &mut Machine, pod_uid: Uid, now_ms: Ms) {
    let Some(sandbox) = machine.sandboxes.get_mut(&pod_uid) else {
        return;
    };
    sandbox.state = SandboxState::NotReady;
    for id in sandbox.containers.clone() {
        super::exit(machine, id, 137, "Error", now_ms);
    }
    let is_of =
        |o: &Operation| matches!(o, Operation::Sandbox { pod_uid: of, .. } if *of == pod_uid);
    let key = machine
        .operations
        .iter()
        .find(|(_, o)| is_of(o))
        .map(|(key, _)| *key);
    if let Some(key) = key {
        machine.operations.remove(&key);
    }
}

/// Takes it away, with all that is left of its containers and what is remembered of its pod's pulls.
pub(super) fn remove(machine: &mut Machine, pod_uid: Uid, now_ms: Ms) {
    stop(machine, pod_uid, now_ms);
    let Some(sandbox) = machine.sandboxes.remove(&pod_uid) else {
        return;
    };
    let place = (sandbox.pod.clone(), pod_uid);
    machine.sandboxes_by_pod.remove(&place);
    for id in &sandbox.containers {
        machine.containers.remove(id);
    }
    let of_pod: Vec<(Name, Name)> = machine
        .pulls
        .keys()
        .filter(|(pod, _)| *pod == sandbox.pod)
        .cloned()
        .collect();
    for key in of_pod {
        machine.pulls.remove(&key);
    }
}
