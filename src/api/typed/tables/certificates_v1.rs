//! The fields of the types of `k8s_openapi::api::certificates::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::certificates::v1 as of;

types! {
    CertificateSigningRequest "certificates.k8s.io/v1/CertificateSigningRequest metadata spec status"
        { metadata spec status }
    CertificateSigningRequestCondition "CertificateSigningRequestCondition lastTransitionTime lastUpdateTime message reason status type"
        { last_transition_time last_update_time message reason status type_ }
    CertificateSigningRequestSpec "CertificateSigningRequestSpec expirationSeconds extra groups request signerName uid usages username"
        { expiration_seconds extra groups request signer_name uid usages username }
    CertificateSigningRequestStatus "CertificateSigningRequestStatus certificate conditions"
        { certificate conditions }
}
