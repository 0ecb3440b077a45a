//! The fields of the types of `k8s_openapi::api::policy::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::policy::v1 as of;

types! {
    Eviction "policy/v1/Eviction deleteOptions metadata"
        { delete_options metadata }
    PodDisruptionBudget "policy/v1/PodDisruptionBudget metadata spec status"
        { metadata spec status }
    PodDisruptionBudgetSpec "PodDisruptionBudgetSpec maxUnavailable minAvailable selector unhealthyPodEvictionPolicy"
        { max_unavailable min_available selector unhealthy_pod_eviction_policy }
    PodDisruptionBudgetStatus "PodDisruptionBudgetStatus conditions currentHealthy desiredHealthy disruptedPods disruptionsAllowed expectedPods observedGeneration"
        { conditions current_healthy desired_healthy disrupted_pods disruptions_allowed expected_pods observed_generation }
}
