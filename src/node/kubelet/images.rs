//! Bringing a container's image to the machine, with the Events and back-off that people know.
//!
//! The real thing: pkg/kubelet/images/image_manager.go (`EnsureImageExists`), puller.go (`serialImagePuller`).
//! Left out: pull secrets and credential providers, `maxParallelImagePulls`.

use super::super::container_runtime::image;
use super::node_status;
use super::pass::Pass;
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::{Datum, Note, RuntimeCall, Wake};
use k8s_openapi::api::core::v1::Container as ContainerSpec;

/// How the image stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// It is here: the container can be made.
    Here,
    /// It is on its way.
    Coming,
    /// It cannot be had now; the container waits, and its memory says why.
    Refused,
}

/// Makes sure that a container's image is here, or begins to.
pub(super) fn ensure(pass: &mut Pass<'_>, spec: &ContainerSpec) -> Image {
    let wanted = spec.image.as_deref().unwrap_or_default();
    let full = image::full_name(wanted);
    let asked = pass
        .memory
        .pulling
        .iter()
        .position(|(container, name)| *container == spec.name && *name == full);
    if let Some(index) = asked {
        let place = (pass.view.name(), full.clone());
        match pass
            .view
            .machine
            .pulls
            .get(&place)
            .map(|pull| (pull, pull.result.clone()))
        {
            Some((_, None)) => return Image::Coming,
            Some((pull, Some(Ok(size)))) => {
                let took_ms = pull.done_ms - pull.started_ms;
                let waited_ms = pull.done_ms - pull.asked_ms;
                pass.memory.pulling.remove(index);
                pass.turn
                    .again(Wake::housekeeping(node_status::KEY, node_status::LOOK_MS));
                let message = format!(
                    "Successfully pulled image {wanted:?} in {} ({} including waiting). Image size: {size} bytes.",
                    go_duration(took_ms),
                    go_duration(waited_ms)
                );
                pass.note(
                    Note::normal(pass.view.object.clone(), "Pulled", message)
                        .of_container(&spec.name),
                );
                return Image::Here;
            }
            Some((_, Some(Err(words)))) => {
                pass.memory.pulling.remove(index);
                refused(pass, spec, &words);
                return Image::Refused;
            }
            // The power went while it was pulled.
            None => {
                pass.memory.pulling.remove(index);
            }
        }
    }
    let is_here = pass.view.machine.images.contains(&full);
    match spec.image_pull_policy.as_deref() {
        Some("Always") => {}
        Some("Never") if !is_here => {
            never(pass, spec, wanted);
            return Image::Refused;
        }
        _ if is_here => {
            let message = format!("Container image {wanted:?} already present on machine");
            pass.note(
                Note::normal(pass.view.object.clone(), "Pulled", message).of_container(&spec.name),
            );
            return Image::Here;
        }
        _ => {}
    }
    if let Some(wait_ms) = pass
        .memory
        .pulls
        .remaining_since_update_ms(&full, pass.view.now_ms)
    {
        backs_off(pass, spec, wanted, wait_ms);
        return Image::Refused;
    }
    pull(pass, spec, full);
    Image::Coming
}

fn pull(pass: &mut Pass<'_>, spec: &ContainerSpec, full: Name) {
    let wanted = spec.image.as_deref().unwrap_or_default();
    let missing = pass.turn.differs(
        pass.view.key.clone(),
        format!("spec.containers{{{}}}.image", spec.name),
        wanted,
        Datum::None,
        "ImageMissing",
    );
    pass.note(
        Note::normal(
            pass.view.object.clone(),
            "Pulling",
            format!("Pulling image {wanted:?}"),
        )
        .of_container(&spec.name),
    );
    let pod = pass.view.name();
    pass.begin(
        missing,
        RuntimeCall::PullImage {
            image: full.clone(),
            pod,
        },
    );
    pass.memory.pulling.push((spec.name.as_str().into(), full));
}

/// The registry said no: `ErrImagePull`, and the next try waits.
fn refused(pass: &mut Pass<'_>, spec: &ContainerSpec, words: &str) {
    let wanted = spec.image.as_deref().unwrap_or_default();
    let now_ms = pass.view.now_ms;
    pass.memory
        .pulls
        .next(&image::full_name(wanted), now_ms, now_ms);
    let failed = format!("Failed to pull image {wanted:?}: {words}");
    pass.warn(spec, "Failed", failed);
    pass.warn(spec, "Failed", "Error: ErrImagePull".to_owned());
    pass.memory
        .wait(&spec.name, "ErrImagePull", words.to_owned());
    pass.turn.again(Wake::after(pass.view.queue_key, 1000));
}

fn backs_off(pass: &mut Pass<'_>, spec: &ContainerSpec, wanted: &str, wait_ms: Ms) {
    let is_new = pass
        .memory
        .why_waiting(&spec.name)
        .is_none_or(|waiting| waiting.reason != "ImagePullBackOff");
    let message = format!("Back-off pulling image {wanted:?}");
    if is_new {
        let last = pass
            .memory
            .why_waiting(&spec.name)
            .filter(|w| w.reason == "ErrImagePull");
        let long = last.map_or_else(
            || message.clone(),
            |w| format!("{message}: ErrImagePull: {}", w.message),
        );
        let note = Note::normal(pass.view.object.clone(), "BackOff", message.clone());
        pass.note(note.of_container(&spec.name));
        pass.warn(spec, "Failed", "Error: ImagePullBackOff".to_owned());
        pass.memory.wait(&spec.name, "ImagePullBackOff", long);
    }
    pass.turn
        .again(Wake::housekeeping(pass.view.queue_key, wait_ms));
}

fn never(pass: &mut Pass<'_>, spec: &ContainerSpec, wanted: &str) {
    const REASON: &str = "ErrImageNeverPull";
    if pass
        .memory
        .why_waiting(&spec.name)
        .is_some_and(|w| w.reason == REASON)
    {
        return;
    }
    let message = format!("Container image {wanted:?} is not present with pull policy of Never");
    pass.warn(spec, REASON, message.clone());
    pass.warn(spec, "Failed", format!("Error: {REASON}"));
    pass.memory.wait(&spec.name, REASON, message);
}

/// A duration as Go prints it: `1.2s`, `20ms`, `1m2.5s`.
pub(super) fn go_duration(ms: Ms) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    if ms < 1000 {
        return format!("{ms}ms");
    }
    let (hours, minutes, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms % 60_000);
    let mut seconds = format!("{}.{:03}", rest / 1000, rest % 1000);
    while seconds.ends_with('0') {
        seconds.pop();
    }
    let seconds = seconds.trim_end_matches('.');
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_prints_them() {
        let table = [
            (0, "0s"),
            (20, "20ms"),
            (1000, "1s"),
            (1200, "1.2s"),
            (1234, "1.234s"),
            (10_000, "10s"),
            (62_500, "1m2.5s"),
            (300_000, "5m0s"),
            (3_600_000, "1h0m0s"),
        ];
        for (ms, want) in table {
            assert_eq!(go_duration(ms), want);
        }
    }
}
