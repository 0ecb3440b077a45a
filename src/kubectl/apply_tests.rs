//! Tests of `apply`, against the API server itself.
