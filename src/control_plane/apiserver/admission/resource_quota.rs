//! ResourceQuota: charges what is made to the namespace's quotas, and refuses what would go beyond them.
//!
//! The usage is written together with the object, so that a refused request costs nothing. A namespace without a quota costs one look.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/{admission,controller}.go (`CheckRequest`).
//! Left out: resources that are limited by default (`LimitedResources` of the plugin's configuration).

use super::{Attributes, Operation, Plugin, World};
use crate::api::quantity::ResourceList;
use crate::api::{Kind, Object, Status, Stored, Subresource, quota};
use k8s_openapi::api::core::v1::ResourceQuota as Quota;

/// See the file.
pub(super) struct ResourceQuota;

impl Plugin for ResourceQuota {
    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let quotas = world.head.table(Kind::ResourceQuota);
        let resizes = attributes.subresource == Some(Subresource::Resize);
        let charged = match attributes.operation {
            Operation::Create => true,
            Operation::Update => resizes || quota::is_charged_on_update(attributes.kind),
            Operation::Delete => false,
        };
        let Some(object) = object.filter(|_| charged && !quotas.is_empty()) else {
            return Ok(Vec::new());
        };
        let is_whole = resizes || attributes.subresource.is_none();
        if !is_whole || !quota::is_countable(attributes.kind) {
            return Ok(Vec::new());
        }
        let found = quotas.in_namespace(attributes.namespace);
        let quotas: Vec<&Object> = found
            .filter(|q| Quota::of(q).is_some_and(|q| quota::matches(q, object)))
            .collect();
        if quotas.is_empty() {
            return Ok(Vec::new());
        }
        let refused = |why: String| attributes.forbidden(Some(object), &why);
        for quota in quotas.iter().filter_map(|q| Quota::of(q)) {
            may_be_charged(quota, object).map_err(refused)?;
        }
        let mut cost = quota::usage(object, world.now_ms);
        if let Some(old) = attributes.old {
            cost = quota::less(&cost, &quota::usage(old, world.now_ms));
        }
        cost = quota::less(&cost, &ResourceList::new());
        if cost.is_empty() {
            return Ok(Vec::new());
        }
        let charge = |quota: &Object| charge(quota, &cost).map_err(refused);
        let charged: Result<Vec<Option<Object>>, Status> = quotas.into_iter().map(charge).collect();
        Ok(charged?.into_iter().flatten().collect())
    }
}

fn name(quota: &Quota) -> &str {
    quota.metadata.name.as_deref().unwrap_or_default()
}

/// Does the object say all that the quota must know, and is it known what is used?
fn may_be_charged(quota: &Quota, object: &Object) -> Result<(), String> {
    let Some(status) = &quota.status else {
        return Ok(());
    };
    let hard = status.hard.iter().flatten().map(|(name, _)| name.as_str());
    let tracked: Vec<&str> = hard
        .filter(|name| quota::concerns(object.kind(), name))
        .collect();
    quota::check_constraints(object, &tracked)
        .map_err(|why| format!("failed quota: {}: {why}", name(quota)))?;
    let used = status.used.as_ref();
    let known = |resource: &&str| used.is_some_and(|used| used.contains_key(*resource));
    if tracked.iter().all(known) {
        return Ok(());
    }
    Err(format!(
        "status unknown for quota: {}, resources: {}",
        name(quota),
        tracked.join(",")
    ))
}

/// The quota with the cost added to what is used; `None` if it limits nothing of it.
fn charge(object: &Object, cost: &ResourceList) -> Result<Option<Object>, String> {
    let quota = Quota::of(object).expect("the caller looked at the kind");
    let status = quota.status.clone().unwrap_or_default();
    let hard = status.hard.unwrap_or_default();
    let used = status.used.unwrap_or_default();
    let requested = quota::mask(cost, hard.keys());
    if requested.is_empty() {
        return Ok(None);
    }
    let mut total = used.clone();
    quota::add(&mut total, &requested);
    let wanted = quota::mask(&total, requested.keys());
    let exceeded = quota::exceeded(&wanted, &hard);
    if !exceeded.is_empty() {
        let shown =
            |list: &ResourceList| quota::in_words(&quota::mask(list, exceeded.iter().copied()));
        return Err(format!(
            "exceeded quota: {}, requested: {}, used: {}, limited: {}",
            name(quota),
            shown(&requested),
            shown(&used),
            shown(&hard)
        ));
    }
    let mut object = object.clone();
    let quota = Quota::of_mut(&mut object).expect("it was a quota a moment ago");
    quota.status.get_or_insert_default().used = Some(total);
    Ok(Some(object))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, object, snapshot, validate};
    use super::*;
    use crate::api::{Pod, Snapshot};
    use k8s_openapi::api::core::v1::Service;
    use serde_json::{Value, json};

    fn head(scopes: Value, hard: Value, used: Value) -> Snapshot {
        let json = json!({
            "metadata": {"name": "q", "namespace": "default"},
            "spec": {"hard": hard, "scopes": scopes},
            "status": {"hard": hard, "used": used},
        });
        snapshot([object::<Quota>(json).into()])
    }

    fn pod(resources: Value) -> Object {
        let quality = if resources == json!({}) {
            "BestEffort"
        } else {
            "Burstable"
        };
        object::<Pod>(json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx", "resources": resources}]}, "status": {"qosClass": quality}})).into()
    }

    fn service(kind: &str) -> Object {
        object::<Service>(
            json!({"metadata": {"name": "s"}, "spec": {"type": kind, "ports": [{"port": 80}]}}),
        )
        .into()
    }

    /// What is used afterwards, or the refusal.
    fn outcome(case: &Case<'_>, object: Object, head: &Snapshot) -> Result<String, String> {
        let charged = validate(&ResourceQuota, case, object, head)?;
        let used = charged
            .first()
            .and_then(Quota::of)
            .and_then(|q| q.status.clone());
        let used = used.and_then(|s| s.used).unwrap_or_default();
        Ok(quota::in_words(&used))
    }

    #[test]
    fn what_is_made_is_charged_or_refused() {
        let cpu = || json!({"requests": {"cpu": "1"}});
        let refused = "pods \"p\" is forbidden: ";
        for (name, scopes, hard, used, object, want) in [
            (
                "room",
                json!([]),
                json!({"pods": "2", "requests.cpu": "2"}),
                json!({"pods": "1", "requests.cpu": "1"}),
                pod(cpu()),
                Ok("pods=2,requests.cpu=2"),
            ),
            (
                "full",
                json!([]),
                json!({"pods": "2"}),
                json!({"pods": "2"}),
                pod(json!({})),
                Err("exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2"),
            ),
            (
                "two resources",
                json!([]),
                json!({"pods": "1", "requests.cpu": "500m", "count/pods": "5"}),
                json!({"pods": "1", "requests.cpu": "0", "count/pods": "1"}),
                pod(cpu()),
                Err(
                    "exceeded quota: q, requested: pods=1,requests.cpu=1, used: pods=1,requests.cpu=0, limited: pods=1,requests.cpu=500m",
                ),
            ),
            (
                "nothing said",
                json!([]),
                json!({"limits.cpu": "1"}),
                json!({"limits.cpu": "0"}),
                pod(json!({})),
                Err("failed quota: q: must specify limits.cpu for: c"),
            ),
            (
                "nothing known",
                json!([]),
                json!({"pods": "1"}),
                json!({}),
                pod(json!({})),
                Err("status unknown for quota: q, resources: pods"),
            ),
            (
                "out of scope",
                json!(["BestEffort"]),
                json!({"pods": "0"}),
                json!({"pods": "0"}),
                pod(cpu()),
                Ok(""),
            ),
            (
                "in scope",
                json!(["BestEffort"]),
                json!({"pods": "0"}),
                json!({"pods": "0"}),
                pod(json!({})),
                Err("exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0"),
            ),
        ] {
            let got = outcome(&Case::create(), object, &head(scopes, hard, used));
            let want = want
                .map(str::to_owned)
                .map_err(|why| format!("{refused}{why}"));
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn an_update_is_charged_for_what_it_adds() {
        let hard = json!({"services": "1", "services.nodeports": "1"});
        let head = head(
            json!([]),
            hard,
            json!({"services": "1", "services.nodeports": "0"}),
        );
        let old = service("ClusterIP");
        let case = Case {
            operation: Operation::Update,
            old: Some(&old),
            ..Case::create()
        };
        let got = outcome(&case, service("NodePort"), &head);
        assert_eq!(got.as_deref(), Ok("services=1,services.nodeports=1"));
        assert_eq!(
            outcome(&case, service("ClusterIP"), &head).as_deref(),
            Ok("")
        );
        let got = outcome(&Case::create(), service("ClusterIP"), &head);
        let want = "services \"s\" is forbidden: exceeded quota: q, requested: services=1, used: services=1, limited: services=1";
        assert_eq!(got, Err(want.to_owned()));
    }
}
