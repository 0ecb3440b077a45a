//! KubeLoop: Kubernetes' control plane as a teaching instrument.
