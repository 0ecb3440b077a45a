//! The fields of the types of `k8s_openapi::api::autoscaling::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::autoscaling::v1 as of;

types! {
    CrossVersionObjectReference "CrossVersionObjectReference apiVersion kind name"
        { api_version kind name }
    HorizontalPodAutoscaler "autoscaling/v1/HorizontalPodAutoscaler metadata spec status"
        { metadata spec status }
    HorizontalPodAutoscalerSpec "HorizontalPodAutoscalerSpec maxReplicas minReplicas scaleTargetRef targetCPUUtilizationPercentage"
        { max_replicas min_replicas scale_target_ref target_cpu_utilization_percentage }
    HorizontalPodAutoscalerStatus "HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage currentReplicas desiredReplicas lastScaleTime observedGeneration"
        { current_cpu_utilization_percentage current_replicas desired_replicas last_scale_time observed_generation }
    Scale "autoscaling/v1/Scale metadata spec status"
        { metadata spec status }
    ScaleSpec "ScaleSpec replicas"
        { replicas }
    ScaleStatus "ScaleStatus replicas selector"
        { replicas selector }
}
