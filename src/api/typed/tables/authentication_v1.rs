//! The fields of the types of `k8s_openapi::api::authentication::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::authentication::v1 as of;

types! {
    BoundObjectReference "BoundObjectReference apiVersion kind name uid"
        { api_version kind name uid }
    SelfSubjectReview "authentication.k8s.io/v1/SelfSubjectReview metadata status"
        { metadata status }
    SelfSubjectReviewStatus "SelfSubjectReviewStatus userInfo"
        { user_info }
    TokenRequest "authentication.k8s.io/v1/TokenRequest metadata spec status"
        { metadata spec status }
    TokenRequestSpec "TokenRequestSpec audiences boundObjectRef expirationSeconds"
        { audiences bound_object_ref expiration_seconds }
    TokenRequestStatus "TokenRequestStatus expirationTimestamp token"
        { expiration_timestamp token }
    TokenReview "authentication.k8s.io/v1/TokenReview metadata spec status"
        { metadata spec status }
    TokenReviewSpec "TokenReviewSpec audiences token"
        { audiences token }
    TokenReviewStatus "TokenReviewStatus audiences authenticated error user"
        { audiences authenticated error user }
    UserInfo "UserInfo extra groups uid username"
        { extra groups uid username }
}
