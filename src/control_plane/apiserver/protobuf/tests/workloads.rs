//! Deployments, jobs and cron jobs, with all that stands in a pod.

use super::*;

fn container() -> core::Container {
    let probe = core::Probe {
        handler: Some(core::ProbeHandler {
            http_get: Some(core::HttpGetAction {
                path: text("/healthz"),
                port: word("web"),
                host: text(""),
                scheme: text(""),
                http_headers: Vec::new(),
            }),
            ..core::ProbeHandler::default()
        }),
        period_seconds: Some(5),
        timeout_seconds: Some(0),
        ..core::Probe::default()
    };
    core::Container {
        name: text("web"),
        image: text("nginx:1.26"),
        args: texts(&["-g", ""]),
        ports: vec![core::ContainerPort {
            name: text("web"),
            host_port: Some(0),
            container_port: Some(80),
            protocol: text(""),
            host_ip: text(""),
        }],
        env: vec![
            core::EnvVar {
                name: text("A"),
                value: text(""),
                ..core::EnvVar::default()
            },
            core::EnvVar {
                name: text("KEY"),
                value_from: Some(core::EnvVarSource {
                    config_map_key_ref: Some(core::ConfigMapKeySelector {
                        local_object_reference: Some(core::LocalObjectReference {
                            name: text("settings"),
                        }),
                        key: text("key"),
                        optional: Some(false),
                    }),
                    ..core::EnvVarSource::default()
                }),
                ..core::EnvVar::default()
            },
        ],
        resources: Some(core::ResourceRequirements {
            requests: quantities(&[("cpu", "10m"), ("memory", "64Mi")]),
            ..core::ResourceRequirements::default()
        }),
        liveness_probe: Some(probe),
        security_context: Some(core::SecurityContext {
            run_as_user: Some(0),
            privileged: Some(false),
            ..core::SecurityContext::default()
        }),
        stdin: Some(false),
        image_pull_policy: text(""),
        ..core::Container::default()
    }
}

fn container_json() -> Value {
    json!({
        "name": "web",
        "image": "nginx:1.26",
        "args": ["-g", ""],
        "ports": [{ "name": "web", "containerPort": 80 }],
        "env": [
            { "name": "A" },
            { "name": "KEY", "valueFrom": { "configMapKeyRef": { "name": "settings", "key": "key", "optional": false } } },
        ],
        "resources": { "requests": { "cpu": "10m", "memory": "64Mi" } },
        "livenessProbe": { "httpGet": { "path": "/healthz", "port": "web" }, "periodSeconds": 5 },
        "securityContext": { "privileged": false, "runAsUser": 0 },
    })
}

pub(super) fn pod_template() -> core::PodTemplateSpec {
    core::PodTemplateSpec {
        metadata: Some(meta::ObjectMeta {
            labels: BTreeMap::from([("app".to_owned(), "web".to_owned())]),
            ..go_metadata()
        }),
        spec: Some(core::PodSpec {
            containers: vec![container()],
            volumes: vec![core::Volume {
                name: text("cache"),
                volume_source: Some(core::VolumeSource {
                    empty_dir: Some(core::EmptyDirVolumeSource {
                        medium: text(""),
                        size_limit: Some(Quantity {
                            string: text("1Gi"),
                        }),
                    }),
                    ..core::VolumeSource::default()
                }),
            }],
            restart_policy: text("Never"),
            host_network: Some(false),
            termination_grace_period_seconds: Some(0),
            automount_service_account_token: Some(false),
            ..core::PodSpec::default()
        }),
    }
}

fn pod_template_json() -> Value {
    json!({
        "metadata": { "creationTimestamp": null, "labels": { "app": "web" } },
        "spec": {
            "volumes": [{ "name": "cache", "emptyDir": { "sizeLimit": "1Gi" } }],
            "containers": [container_json()],
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": false,
        },
    })
}

#[test]
fn workloads() {
    let deployment = apps::Deployment {
        metadata: named("web"),
        spec: Some(apps::DeploymentSpec {
            replicas: Some(0),
            selector: selector("app", "web"),
            template: Some(pod_template()),
            strategy: Some(apps::DeploymentStrategy {
                r#type: text(""),
                rolling_update: Some(apps::RollingUpdateDeployment {
                    max_unavailable: number(0),
                    max_surge: word("25%"),
                }),
            }),
            min_ready_seconds: Some(0),
            paused: Some(false),
            ..apps::DeploymentSpec::default()
        }),
        status: Some(apps::DeploymentStatus {
            replicas: Some(0),
            observed_generation: Some(0),
            ..apps::DeploymentStatus::default()
        }),
    };
    check(
        "apps/v1",
        "Deployment",
        &deployment,
        json!({
            "metadata": { "name": "web", "creationTimestamp": null },
            "spec": {
                "replicas": 0,
                "selector": { "matchLabels": { "app": "web" } },
                "template": pod_template_json(),
                "strategy": { "rollingUpdate": { "maxUnavailable": 0, "maxSurge": "25%" } },
            },
            "status": {},
        }),
    );
    let job = batch::JobSpec {
        parallelism: Some(1),
        backoff_limit: Some(0),
        template: Some(pod_template()),
        ..batch::JobSpec::default()
    };
    let job_json = json!({ "parallelism": 1, "backoffLimit": 0, "template": pod_template_json() });
    let cron_job = batch::CronJob {
        metadata: named("nightly"),
        spec: Some(batch::CronJobSpec {
            schedule: text("*/5 * * * *"),
            concurrency_policy: text(""),
            suspend: Some(false),
            job_template: Some(batch::JobTemplateSpec {
                metadata: Some(go_metadata()),
                spec: Some(job.clone()),
            }),
            failed_jobs_history_limit: Some(0),
            ..batch::CronJobSpec::default()
        }),
        status: Some(batch::CronJobStatus::default()),
    };
    check(
        "batch/v1",
        "CronJob",
        &cron_job,
        json!({
            "metadata": { "name": "nightly", "creationTimestamp": null },
            "spec": {
                "schedule": "*/5 * * * *",
                "suspend": false,
                "jobTemplate": { "metadata": { "creationTimestamp": null }, "spec": job_json },
                "failedJobsHistoryLimit": 0,
            },
            "status": {},
        }),
    );
    let job = batch::Job {
        metadata: named("once"),
        spec: Some(job),
        status: Some(batch::JobStatus {
            start_time: Some(meta::Time {
                seconds: Some(1_735_689_600),
                nanos: Some(999_999_999),
            }),
            ..batch::JobStatus::default()
        }),
    };
    check(
        "batch/v1",
        "Job",
        &job,
        json!({
            "metadata": { "name": "once", "creationTimestamp": null },
            "spec": job_json,
            "status": { "startTime": "2025-01-01T00:00:00Z" },
        }),
    );
}
