//! The fields of the types of `k8s_openapi::api::scheduling::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::scheduling::v1 as of;

types! {
    PriorityClass "scheduling.k8s.io/v1/PriorityClass description globalDefault metadata preemptionPolicy value"
        { description global_default metadata preemption_policy value }
}
