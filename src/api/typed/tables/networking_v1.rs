//! The fields of the types of `k8s_openapi::api::networking::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::networking::v1 as of;

types! {
    HTTPIngressPath "HTTPIngressPath backend path pathType"
        { backend path path_type }
    HTTPIngressRuleValue "HTTPIngressRuleValue paths"
        { paths }
    IPAddress "networking.k8s.io/v1/IPAddress metadata spec"
        { metadata spec }
    IPAddressSpec "IPAddressSpec parentRef"
        { parent_ref }
    IPBlock "IPBlock cidr except"
        { cidr except }
    Ingress "networking.k8s.io/v1/Ingress metadata spec status"
        { metadata spec status }
    IngressBackend "IngressBackend resource service"
        { resource service }
    IngressClass "networking.k8s.io/v1/IngressClass metadata spec"
        { metadata spec }
    IngressClassParametersReference "IngressClassParametersReference apiGroup kind name namespace scope"
        { api_group kind name namespace scope }
    IngressClassSpec "IngressClassSpec controller parameters"
        { controller parameters }
    IngressLoadBalancerIngress "IngressLoadBalancerIngress hostname ip ports"
        { hostname ip ports }
    IngressLoadBalancerStatus "IngressLoadBalancerStatus ingress"
        { ingress }
    IngressPortStatus "IngressPortStatus error port protocol"
        { error port protocol }
    IngressRule "IngressRule host http"
        { host http }
    IngressServiceBackend "IngressServiceBackend name port"
        { name port }
    IngressSpec "IngressSpec defaultBackend ingressClassName rules tls"
        { default_backend ingress_class_name rules tls }
    IngressStatus "IngressStatus loadBalancer"
        { load_balancer }
    IngressTLS "IngressTLS hosts secretName"
        { hosts secret_name }
    NetworkPolicy "networking.k8s.io/v1/NetworkPolicy metadata spec"
        { metadata spec }
    NetworkPolicyEgressRule "NetworkPolicyEgressRule ports to"
        { ports to }
    NetworkPolicyIngressRule "NetworkPolicyIngressRule from ports"
        { from ports }
    NetworkPolicyPeer "NetworkPolicyPeer ipBlock namespaceSelector podSelector"
        { ip_block namespace_selector pod_selector }
    NetworkPolicyPort "NetworkPolicyPort endPort port protocol"
        { end_port port protocol }
    NetworkPolicySpec "NetworkPolicySpec egress ingress podSelector policyTypes"
        { egress ingress pod_selector policy_types }
    ParentReference "ParentReference group name namespace resource"
        { group name namespace resource }
    ServiceBackendPort "ServiceBackendPort name number"
        { name number }
    ServiceCIDR "networking.k8s.io/v1/ServiceCIDR metadata spec status"
        { metadata spec status }
    ServiceCIDRSpec "ServiceCIDRSpec cidrs"
        { cidrs }
    ServiceCIDRStatus "ServiceCIDRStatus conditions"
        { conditions }
}
