//! The fields of the types of `k8s_openapi::api::events::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::events::v1 as of;

types! {
    Event "events.k8s.io/v1/Event action deprecatedCount deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedSource eventTime metadata \
        note reason regarding related reportingController reportingInstance series type"
        { action deprecated_count deprecated_first_timestamp deprecated_last_timestamp deprecated_source event_time metadata note reason
        regarding related reporting_controller reporting_instance series type_ }
    EventSeries "EventSeries count lastObservedTime"
        { count last_observed_time }
}
