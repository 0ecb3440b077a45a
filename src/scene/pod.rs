//! A pod as it is drawn.

use crate::api::{Key, Name, Object, Pod, Revision, Stored, Uid, pods};

/// What a pod's shape and colour say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// It runs.
    Ok,
    /// Not yet.
    Wait,
    /// It fails.
    Bad,
    /// It is done.
    Done,
    /// It is being deleted.
    End,
    /// Nobody knows: its node is not heard from.
    Lost,
}

impl Tone {
    /// As the markup names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wait => "wait",
            Self::Bad => "bad",
            Self::Done => "done",
            Self::End => "end",
            Self::Lost => "lost",
        }
    }
}

/// One pod.
#[derive(Clone, Debug, PartialEq)]
pub struct PodView {
    /// Its identity: a pod of the same name that came later is another one.
    pub uid: Uid,
    /// Its place.
    pub key: Key,
    /// The revision of what is drawn.
    pub revision: Revision,
    /// How many characters of its name say who owns it: the controller's name and a hyphen.
    pub owner_prefix: usize,
    /// `status.phase`.
    pub phase: Name,
    /// kubectl's STATUS.
    pub status: Name,
    /// What its shape and colour say.
    pub tone: Tone,
    /// It runs, and is not ready.
    pub unready: bool,
    /// Its containers: ready or not.
    pub containers: Vec<bool>,
    /// How often they were restarted, together.
    pub restarts: i32,
}

/// The column STATUS among a pod's cells.
const STATUS: usize = 1;

impl PodView {
    /// How this pod is drawn. `lost`: its node is not heard from.
    #[must_use]
    pub fn of(object: &Object, lost: bool) -> Option<Self> {
        let pod = object.get::<Pod>()?;
        let status = pod.status.as_ref();
        let text: Name = pod
            .row(0)
            .into_iter()
            .nth(STATUS)
            .unwrap_or_default()
            .into();
        let phase = pods::phase(pod);
        let statuses = status
            .and_then(|status| status.container_statuses.as_deref())
            .unwrap_or_default();
        let wanted = pod.spec.as_ref().map_or(0, |spec| spec.containers.len());
        let containers: Vec<bool> = match statuses.len() {
            0 => vec![false; wanted],
            _ => statuses.iter().map(|status| status.ready).collect(),
        };
        let tone = tone(&text, phase, lost);
        Some(Self {
            uid: Uid::parse(pod.metadata.uid.as_deref().unwrap_or_default()),
            key: object.key(),
            revision: object.revision(),
            owner_prefix: owner_prefix(pod),
            phase: phase.into(),
            unready: tone == Tone::Ok && !pods::is_ready(pod),
            restarts: statuses.iter().map(|status| status.restart_count).sum(),
            status: text,
            tone,
            containers,
        })
    }
}

fn owner_prefix(pod: &Pod) -> usize {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let owner = crate::api::owner::controller_of(&pod.metadata).map(|owner| owner.name.as_str());
    match owner {
        Some(owner) if name.starts_with(owner) && name[owner.len()..].starts_with('-') => {
            owner.len() + 1
        }
        _ => 0,
    }
}

fn tone(status: &str, phase: &str, lost: bool) -> Tone {
    match status {
        "Terminating" => Tone::End,
        _ if lost || phase == "Unknown" || status == "Unknown" => Tone::Lost,
        "Running" => Tone::Ok,
        "Completed" | "Succeeded" => Tone::Done,
        "Pending" | "ContainerCreating" | "PodInitializing" | "SchedulingGated" => Tone::Wait,
        // `Init:0/2` waits, `Init:CrashLoopBackOff` fails.
        _ if status.starts_with("Init:")
            && status[5..].starts_with(|c: char| c.is_ascii_digit()) =>
        {
            Tone::Wait
        }
        // The rest are reasons of containers that wait because something went wrong, exit codes, signals, Failed, Evicted.
        _ => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_follow_the_status_that_kubectl_prints() {
        let table = [
            ("Pending", "Pending", false, Tone::Wait),
            ("ContainerCreating", "Pending", false, Tone::Wait),
            ("Init:0/1", "Pending", false, Tone::Wait),
            ("Init:Error", "Pending", false, Tone::Bad),
            ("Running", "Running", false, Tone::Ok),
            ("Running", "Running", true, Tone::Lost),
            ("Terminating", "Running", true, Tone::End),
            ("Completed", "Succeeded", false, Tone::Done),
            ("CrashLoopBackOff", "Running", false, Tone::Bad),
            ("ErrImagePull", "Pending", false, Tone::Bad),
            ("Error", "Failed", false, Tone::Bad),
        ];
        for (status, phase, lost, want) in table {
            assert_eq!(tone(status, phase, lost), want, "{status} {phase} {lost}");
        }
    }
}
