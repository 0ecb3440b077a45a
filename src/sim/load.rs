//! How much work the pods have: what `kubectl top` shows and autoscaling goes by.
//!
//! The real thing: whatever the containers do, as cAdvisor measures it.
//! Left out: limits; a container is not throttled, and not killed for its memory.

use super::cluster::Cluster;
use crate::api::{Key, Kind};
use k8s_openapi::api::core::v1::Pod;

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
        // What has a label may be yet to come; a pod has a name of its own.
        if let Some((namespace, name)) = pods.split_once('/').filter(|_| !pods.contains('=')) {
            let key = Key::new(Kind::Pod, namespace, name);
            if self.store.head().get(&key).is_none() {
                return Err(format!("there is no pod {pods:?}"));
            }
        }
        self.loads.insert(pods.into(), load);
        Ok(())
    }
}
