//! How much work the pods have: what `kubectl top` shows and autoscaling goes by.
//!
//! The real thing: whatever the containers do, as cAdvisor measures it.
//! Left out: limits; a container is not throttled, and not killed for its memory.

use super::cluster::Cluster;
use crate::api::{Key, Kind, Name, Pod};

/// Thousandths of a core and mebibytes that a pod uses, all of its containers together.
pub(super) type Load = (u64, u64);

impl Cluster {
    /// What a pod was told to use, by its name or by one of its labels; `None` if nobody said.
    #[must_use]
    pub fn load_of(&self, pod: &Pod) -> Option<(u64, u64)> {
        let meta = &pod.metadata;
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        let by_name = format!("{namespace}/{}", meta.name.as_deref().unwrap_or_default());
        let by_label = meta.labels.iter().flatten();
        let by_label = by_label.map(|(key, value)| format!("{namespace}/{key}={value}"));
        let mut names = std::iter::once(by_name).chain(by_label);
        names.find_map(|name| self.loads.get(name.as_str()).copied())
    }

    /// Gives pods work: `pods` is `namespace/name` or `namespace/label=value`.
    pub(super) fn set_load(&mut self, pods: &str, load: Load) -> Result<(), String> {
        if !pods.contains('/') {
            return Err(format!(
                "{pods:?} is no namespace/name and no namespace/label=value"
            ));
        }
        let pod = |name: &str| {
            let (namespace, name) = name.split_once('/')?;
            self.store.head().get(&Key::new(Kind::Pod, namespace, name))
        };
        // What has a label may be yet to come; a pod has a name of its own.
        let Some((namespace, label)) = pods.split_once('/').filter(|_| pods.contains('=')) else {
            if pod(pods).is_none() {
                return Err(format!("there is no pod {pods:?}"));
            }
            self.loads.insert(pods.into(), load);
            return Ok(());
        };
        // What is said of all of them is said of those too that something else was said of before.
        let has_label = |name: &Name| {
            let labels = pod(name).and_then(|pod| pod.metadata().labels.as_ref());
            let mut labels = labels.into_iter().flatten();
            name.starts_with(&format!("{namespace}/"))
                && labels.any(|(key, value)| label == format!("{key}={value}"))
        };
        let said: Vec<Name> = self
            .loads
            .keys()
            .filter(|name| has_label(name))
            .cloned()
            .collect();
        for name in said {
            self.loads.remove(&name);
        }
        self.loads.insert(pods.into(), load);
        Ok(())
    }
}
