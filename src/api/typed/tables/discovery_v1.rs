//! The fields of the types of `k8s_openapi::api::discovery::v1`. Written by tools/types.mjs.

use super::super::table::types;
use k8s_openapi::api::discovery::v1 as of;

types! {
    Endpoint "Endpoint addresses conditions deprecatedTopology hints hostname nodeName targetRef zone"
        { addresses conditions deprecated_topology hints hostname node_name target_ref zone }
    EndpointConditions "EndpointConditions ready serving terminating"
        { ready serving terminating }
    EndpointHints "EndpointHints forNodes forZones"
        { for_nodes for_zones }
    EndpointPort "EndpointPort appProtocol name port protocol"
        { app_protocol name port protocol }
    EndpointSlice "discovery.k8s.io/v1/EndpointSlice addressType endpoints metadata ports"
        { address_type endpoints metadata ports }
    ForNode "ForNode name"
        { name }
    ForZone "ForZone name"
        { name }
}
