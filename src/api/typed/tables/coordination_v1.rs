//! The fields of the types of `k8s_openapi::api::coordination::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::coordination::v1 as of;

types! {
    Lease "coordination.k8s.io/v1/Lease metadata spec"
        { metadata spec }
    LeaseSpec "LeaseSpec acquireTime holderIdentity leaseDurationSeconds leaseTransitions preferredHolder renewTime strategy"
        { acquire_time holder_identity lease_duration_seconds lease_transitions preferred_holder renew_time strategy }
}
