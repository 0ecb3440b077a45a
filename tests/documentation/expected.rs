//! What is said of manifests: of ours to the letter, of the documentation's as far as it is no `created`.

/// What kubectl prints about a manifest of ours, by its name.
pub(crate) const SAID: &[(&str, &str)] = &[
    (
        "changed-by-mistake",
        r#"Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.minReadySecond"
The Deployment "mistaken" is invalid: spec.template.metadata.labels: Invalid value: map[string]string{"app":"apache"}: `selector` does not match template `labels`
The Deployment "taken-back" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"#,
    ),
    (
        "custom-resources-then",
        r#"The Kite "too-high" is invalid: spec.metres: Invalid value: 800: spec.metres in body should be less than or equal to 100
Error from server (BadRequest): error when creating "STDIN": Kite in version "v1" cannot be handled as a Kite: strict decoding error: unknown field "spec.colour""#,
    ),
    (
        "job-from-template-not-filled-in",
        r#"The Job "bake-$FLAVOUR" is invalid: 
* metadata.name: Invalid value: "bake-$FLAVOUR": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
* spec.template.labels: Invalid value: "bake-$FLAVOUR": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"#,
    ),
    (
        "limits-and-quotas",
        r#"Error from server (Forbidden): error when creating "STDIN": pods "over-the-limit" is forbidden: maximum memory usage per Container is 1Gi, but limit is 1536Mi
Error from server (Forbidden): error when creating "STDIN": pods "under-the-limit" is forbidden: minimum memory usage per Container is 100Mi, but request is 50Mi
Error from server (Forbidden): error when creating "STDIN": pods "beyond-the-quota" is forbidden: exceeded quota: compute, requested: requests.memory=900Mi, used: requests.memory=256Mi, limited: requests.memory=1Gi
Error from server (Forbidden): error when creating "STDIN": persistentvolumeclaims "second" is forbidden: exceeded quota: compute, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1
Error from server (Forbidden): error when creating "STDIN": persistentvolumeclaims "third" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi"#,
    ),
    (
        "namespace-that-is-not-there",
        r#"Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found"#,
    ),
    (
        "newer-than-this-version",
        r#"Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].env[0].valueFrom.fileKeyRef"
The Pod "bears-numbers" is invalid: spec.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists"
Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].restartPolicyRules"
Error from server (BadRequest): error when creating "STDIN": CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: illegal base64 data at input byte 0"#,
    ),
    (
        "no-such-service-account",
        r#"Error from server (Forbidden): error when creating "STDIN": pods "orphan" is forbidden: error looking up service account default/nobody-made-it: serviceaccount "nobody-made-it" not found"#,
    ),
    (
        "persistent-volume-that-cannot-be",
        r#"The PersistentVolume "empty-frame" is invalid: 
* spec.accessModes: Required value
* spec.capacity: Required value
* spec.capacity: Unsupported value: core.ResourceList(nil): supported values: "storage"
* spec: Required value: must specify a volume type"#,
    ),
    (
        "removed-versions",
        r#"error: resource mapping not found for name: "privileged" namespace: "" from "STDIN": no matches for kind "PodSecurityPolicy" in version "policy/v1beta1"
ensure CRDs are installed first
error: resource mapping not found for name: "of-yesterday" namespace: "" from "STDIN": no matches for kind "CronJob" in version "batch/v1beta1"
ensure CRDs are installed first
error: resource mapping not found for name: "of-yesterday" namespace: "" from "STDIN": no matches for kind "Ingress" in version "networking.k8s.io/v1beta1"
ensure CRDs are installed first
error: resource mapping not found for name: "" namespace: "" from "STDIN": no matches for kind "KubeletConfiguration" in version "kubelet.config.k8s.io/v1beta1"
ensure CRDs are installed first"#,
    ),
    (
        "secret-of-wrong-base64",
        r#"Error from server (BadRequest): error when creating "STDIN": Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 6"#,
    ),
    (
        "services-that-cannot-be",
        r#"Error from server (BadRequest): error when creating "STDIN": Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ipFamily"
The Service "needs-both-families" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services
The Service "needs-the-other-family" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster"#,
    ),
    (
        "ways-of-former-times",
        r#"Warning: spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead
Warning: spec.template.metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead
Warning: spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: deprecated since v1.30; use the "appArmorProfile" field instead
Warning: metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: deprecated since v1.30; use the "appArmorProfile" field instead
Warning: spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+
Warning: annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead
Warning: metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use "mountOptions" attribute instead
Warning: spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."#,
    ),
];

/// Versions and kinds that the documentation writes and nothing here serves. `*` stands for anything.
pub(crate) const UNSERVED: &[(&str, &str)] = &[
    // Gone from Kubernetes, or alpha and beta, which are off unless somebody turns them on.
    (
        "admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1beta1",
        "*",
    ),
    ("apps/v1beta1 apps/v1beta2 extensions/v1beta1", "*"),
    (
        "autoscaling/v2beta1 autoscaling/v2beta2",
        "HorizontalPodAutoscaler",
    ),
    ("batch/v1beta1 batch/v2alpha1", "*"),
    (
        "certificates.k8s.io/v1alpha1 certificates.k8s.io/v1beta1",
        "*",
    ),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"),
    (
        "flowcontrol.apiserver.k8s.io/v1alpha1 flowcontrol.apiserver.k8s.io/v1beta*",
        "*",
    ),
    ("networking.k8s.io/v1beta1", "*"),
    ("node.k8s.io/v1beta1", "RuntimeClass"),
    ("policy/v1beta1", "PodSecurityPolicy PodDisruptionBudget"),
    ("rbac.authorization.k8s.io/v1beta1", "*"),
    (
        "resource.k8s.io/v1* scheduling.k8s.io/v1alpha* storagemigration.k8s.io/v1*",
        "*",
    ),
    ("scheduling.k8s.io/v1beta1", "PriorityClass"),
    ("storage.k8s.io/v1alpha1 storage.k8s.io/v1beta1", "*"),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
    ("settings.k8s.io/v1alpha1", "PodPreset"),
    // Of Kubernetes, and not simulated: README's "what is not simulated".
    ("admissionregistration.k8s.io/v1", "*"),
    ("apiregistration.k8s.io/v1", "APIService"),
    ("certificates.k8s.io/v1", "CertificateSigningRequest"),
    (
        "flowcontrol.apiserver.k8s.io/v1",
        "FlowSchema PriorityLevelConfiguration",
    ),
    ("node.k8s.io/v1", "RuntimeClass"),
    // Configuration files of programs, which no API server serves.
    ("*.config.k8s.io/v*", "*"),
    ("apiserver.k8s.io/v*", "*"),
    ("audit.k8s.io/v1", "Policy"),
    ("kubeadm.k8s.io/v*", "*"),
    ("v1", "Config"),
    // Kinds that the pages define first, and those of other projects.
    ("*.example.com/v*", "*"),
    ("gateway.networking.k8s.io/v*", "*"),
    ("snapshot.storage.k8s.io/v1", "*"),
    ("kind.x-k8s.io/v1alpha4", "Cluster"),
    ("policies.kubewarden.io/v1", "ClusterAdmissionPolicy"),
];

/// Refusals and warnings that a real server gives too: in which files, and what is said.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    // A cluster brings this one along.
    (
        "*/admin/sched/clusterrole.yaml",
        "clusterrole.rbac.authorization.k8s.io/system:kube-scheduler configured",
    ),
    (
        "*/admin/sched/clusterrole.yaml",
        "Warning: resource clusterroles/system:kube-scheduler is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.",
    ),
    // A template that sed fills in.
    (
        "*/job/job-tmpl.yaml",
        "The Job \"process-item-$ITEM\" is invalid: ",
    ),
    (
        "*/job/job-tmpl.yaml",
        r"* metadata.name: Invalid value: *: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is *)",
    ),
    (
        "*/job/job-tmpl.yaml",
        r"* spec.template.labels: Invalid value: *: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is *)",
    ),
    // One half of an object, for server-side apply.
    (
        "*/ssa/nginx-deployment-replicas-only.yaml",
        "The Deployment \"nginx-deployment\" is invalid: ",
    ),
    (
        "*/ssa/nginx-deployment-replicas-only.yaml",
        "* spec.selector: Required value",
    ),
    (
        "*/ssa/nginx-deployment-replicas-only.yaml",
        "* spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`",
    ),
    (
        "*/ssa/nginx-deployment-replicas-only.yaml",
        "* spec.template.spec.containers: Required value",
    ),
    (
        "*/debug/event-exporter.yaml",
        "Warning: metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ),
    // One without a name, and one whose parts the reader is to fill in.
    (
        "*/controllers/job-success-policy-example.yaml",
        "error: error when retrieving current configuration of:",
    ),
    (
        "*/controllers/job-success-policy-example.yaml",
        r#"Resource: "batch/v1, Resource=jobs", GroupVersionKind: "batch/v1, Kind=Job""#,
    ),
    (
        "*/controllers/job-success-policy-example.yaml",
        r#"Name: "", Namespace: "default""#,
    ),
    (
        "*/controllers/job-success-policy-example.yaml",
        r#"from server for: "STDIN": resource name may not be empty"#,
    ),
    (
        "*/secret/tls-auth-secret.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 7",
    ),
    // What cannot be there from the beginning, and a class that no file of the page makes.
    (
        "*/seccomp/fields.yaml",
        "The Pod \"pod\" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create",
    ),
    (
        "*/policy/high-priority-pod.yaml",
        "Error from server (Forbidden): error when creating \"STDIN\": pods \"high-priority\" is forbidden: no PriorityClass with name high was found",
    ),
    // Fields that came after 1.33.
    (
        "*/security/security-context-7.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].securityContext.cgroupOptions\"",
    ),
    (
        "*/storage/projected-podcertificate.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.volumes[0].projected.sources[0].podCertificate\"",
    ),
    // Older than what they use has come to be called.
    (
        "*/cloud/ccm-example.yaml",
        "Warning: spec.template.spec.nodeSelector[node-role.kubernetes.io/master]: use \"node-role.kubernetes.io/control-plane\" instead",
    ),
    (
        "*/debug/fluentd-gcp-ds.yaml",
        "Warning: spec.template.metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    (
        "*/security/hello-apparmor.yaml",
        "Warning: metadata.annotations[container.apparmor.security.beta.kubernetes.io/hello]: deprecated since v1.30; use the \"appArmorProfile\" field instead",
    ),
    (
        "*/security/seccomp/alpha/*.yaml",
        "Warning: metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the \"seccompProfile\" field instead",
    ),
    // The page makes the account first.
    (
        "*/pods/pod-projected-svc-token.yaml",
        "Error from server (Forbidden): error when creating \"STDIN\": pods \"nginx\" is forbidden: error looking up service account default/build-robot: serviceaccount \"build-robot\" not found",
    ),
    // Pages about clusters with addresses of both families.
    (
        "*/networking/dual-stack-*.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Service in version \"v1\" cannot be handled as a Service: strict decoding error: unknown field \"spec.ipFamily\"",
    ),
    (
        "*/networking/dual-stack-*.yaml",
        "The Service \"my-service\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster",
    ),
    // Newer than 1.33.
    (
        "*.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.*ontainers[*].env[*].valueFrom.fileKeyRef\"",
    ),
    (
        "*/pod-with-numeric-toleration.yaml",
        "The Pod \"nginx-numeric-toleration\" is invalid: spec.tolerations[0].operator: Unsupported value: \"Gt\": supported values: \"Equal\", \"Exists\"",
    ),
    (
        "*/restart-policy/*.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.*ontainers[*].restartPolicyRules\"",
    ),
    (
        "*/storage/test-crd*.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": CustomResourceDefinition in version \"v1\" cannot be handled as a CustomResourceDefinition: illegal base64 data at input byte 0",
    ),
    (
        "*/emptydir-volume-mode.yaml",
        "Error from server (BadRequest): error when creating \"STDIN\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.volumes[0].emptyDir.mode\"",
    ),
    // No objects of the API: seccomp profiles, a request for cfssl, a part of a policy.
    (
        "*/seccomp/profiles/*.json",
        "error: unable to decode \"STDIN\": Object 'Kind' is missing in *",
    ),
    (
        "*/tls/server-signing-config.json",
        "error: unable to decode \"STDIN\": Object 'Kind' is missing in *",
    ),
    (
        "*/validatingadmissionpolicy/failure-policy-ignore.yaml",
        "error: unable to decode \"STDIN\": Object 'Kind' is missing in *",
    ),
];
