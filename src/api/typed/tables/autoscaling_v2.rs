//! The fields of the types of `k8s_openapi::api::autoscaling::v2`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::autoscaling::v2 as of;

types! {
    ContainerResourceMetricSource "v2.ContainerResourceMetricSource container name target"
        { container name target }
    ContainerResourceMetricStatus "v2.ContainerResourceMetricStatus container current name"
        { container current name }
    CrossVersionObjectReference "v2.CrossVersionObjectReference apiVersion kind name"
        { api_version kind name }
    ExternalMetricSource "v2.ExternalMetricSource metric target"
        { metric target }
    ExternalMetricStatus "v2.ExternalMetricStatus current metric"
        { current metric }
    HPAScalingPolicy "v2.HPAScalingPolicy periodSeconds type value"
        { period_seconds type_ value }
    HPAScalingRules "v2.HPAScalingRules policies selectPolicy stabilizationWindowSeconds tolerance"
        { policies select_policy stabilization_window_seconds tolerance }
    HorizontalPodAutoscaler "autoscaling/v2/HorizontalPodAutoscaler metadata spec status"
        { metadata spec status }
    HorizontalPodAutoscalerBehavior "v2.HorizontalPodAutoscalerBehavior scaleDown scaleUp"
        { scale_down scale_up }
    HorizontalPodAutoscalerCondition "v2.HorizontalPodAutoscalerCondition lastTransitionTime message reason status type"
        { last_transition_time message reason status type_ }
    HorizontalPodAutoscalerSpec "v2.HorizontalPodAutoscalerSpec behavior maxReplicas metrics minReplicas scaleTargetRef"
        { behavior max_replicas metrics min_replicas scale_target_ref }
    HorizontalPodAutoscalerStatus "v2.HorizontalPodAutoscalerStatus conditions currentMetrics currentReplicas desiredReplicas lastScaleTime observedGeneration"
        { conditions current_metrics current_replicas desired_replicas last_scale_time observed_generation }
    MetricIdentifier "v2.MetricIdentifier name selector"
        { name selector }
    MetricSpec "v2.MetricSpec containerResource external object pods resource type"
        { container_resource external object pods resource type_ }
    MetricStatus "v2.MetricStatus containerResource external object pods resource type"
        { container_resource external object pods resource type_ }
    MetricTarget "v2.MetricTarget averageUtilization averageValue type value"
        { average_utilization average_value type_ value }
    MetricValueStatus "v2.MetricValueStatus averageUtilization averageValue value"
        { average_utilization average_value value }
    ObjectMetricSource "v2.ObjectMetricSource describedObject metric target"
        { described_object metric target }
    ObjectMetricStatus "v2.ObjectMetricStatus current describedObject metric"
        { current described_object metric }
    PodsMetricSource "v2.PodsMetricSource metric target"
        { metric target }
    PodsMetricStatus "v2.PodsMetricStatus current metric"
        { current metric }
    ResourceMetricSource "v2.ResourceMetricSource name target"
        { name target }
    ResourceMetricStatus "v2.ResourceMetricStatus current name"
        { current name }
}
