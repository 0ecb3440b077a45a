//! clusterrole-aggregation-controller: a ClusterRole with an `aggregationRule` has the rules of all ClusterRoles that it selects.
//!
//! A stale cache is harmless: the update carries the role's resourceVersion, and whatever was missed wakes the role again.
//!
//! The real thing: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
//! Left out: server-side apply; the rules are written with an update, as upstream does where apply is not to be had.

use crate::api::{Change, Kind, Object, Request, Stored, User, selector};
use crate::component::{Component, Place, Seen, Turn, Wake, Watch};
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule};

/// See the file.
pub(super) struct ClusterRoleAggregationController;

impl Component for ClusterRoleAggregationController {
    type Memory = ();

    fn name(&self) -> &'static str {
        "clusterrole-aggregation-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:clusterrole-aggregation-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::ClusterRole)] }
    }

    /// Nobody knows which roles gather which others, so every change wakes all that gather; they are few.
    fn wakes(&self, _change: &Change, seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        let roles = seen.table(Kind::ClusterRole).iter();
        let gathers = |object: &&Object| {
            ClusterRole::of(object).is_some_and(|role| role.aggregation_rule.is_some())
        };
        roles
            .filter(gathers)
            .map(|object| Wake::now(object.name()))
            .collect()
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        let table = seen.table(Kind::ClusterRole);
        let found = table.get("", key);
        let Some((object, role)) = found.and_then(|o| Some((o, ClusterRole::of(o)?))) else {
            return turn;
        };
        if role.aggregation_rule.is_none() {
            return turn;
        }
        let wanted = gather(role, seen);
        let has = role.rules.as_deref().unwrap_or_default();
        turn.saw(object, "rules", has.len());
        if wanted == has {
            return turn;
        }
        let why = turn.differs(
            object.key(),
            "rules",
            wanted.len(),
            has.len(),
            "RulesNotGathered",
        );
        let update = ClusterRole {
            rules: (!wanted.is_empty()).then_some(wanted),
            ..role.clone()
        };
        turn.act(why, Request::update(update));
        turn
    }
}

/// The rules of all other roles that the role's selectors choose, each once, by the roles' names.
fn gather(role: &ClusterRole, seen: &Seen<'_>) -> Vec<PolicyRule> {
    let mut rules: Vec<PolicyRule> = Vec::new();
    let rule = role.aggregation_rule.iter();
    for chosen in rule.flat_map(|r| r.cluster_role_selectors.iter().flatten()) {
        for other in seen.list::<ClusterRole>("") {
            let labels = other.metadata.labels.as_ref();
            if other.metadata.name == role.metadata.name || !selector::matches(chosen, labels) {
                continue;
            }
            for rule in other.rules.iter().flatten() {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, snapshot, story, sync, wakes};
    use super::*;
    use serde_json::{Value, json};

    fn role(name: &str, label: &str, gathers: &str, verbs: &[&str]) -> Object {
        let rules: Vec<Value> = verbs
            .iter()
            .map(|verb| json!({"verbs": [verb], "apiGroups": [""], "resources": ["pods"]}))
            .collect();
        let mut document =
            json!({"metadata": {"name": name, "labels": {label: "true"}}, "rules": rules});
        if !gathers.is_empty() {
            document["aggregationRule"] =
                json!({"clusterRoleSelectors": [{"matchLabels": {gathers: "true"}}]});
        }
        object::<ClusterRole>(document).into()
    }

    #[test]
    fn a_role_gathers_what_it_selects() {
        let all = |has: &[&str]| {
            snapshot([
                role("gathers", "own", "to-it", has),
                role("b", "to-it", "", &["list", "get"]),
                role("a", "to-it", "", &["get"]),
                role("c", "elsewhere", "", &["delete"]),
            ])
        };
        let missing =
            "? ClusterRole gathers rules: 2 != 0 RulesNotGathered\n! update clusterroles gathers";
        for (name, world, key, want) in [
            ("empty", all(&[]), "gathers", missing),
            ("as it should be", all(&["get", "list"]), "gathers", ""),
            ("no rule", all(&[]), "a", ""),
            ("gone", all(&[]), "x", ""),
        ] {
            let turn = sync(&ClusterRoleAggregationController, key, &world, 0);
            assert_eq!(story(&turn), want, "{name}");
        }
    }

    #[test]
    fn any_change_wakes_all_that_gather() {
        let changed = role("a", "to-it", "", &["get"]);
        let world = snapshot([role("gathers", "own", "to-it", &[]), changed.clone()]);
        let woken = wakes(
            &ClusterRoleAggregationController,
            None,
            Some(changed),
            &world,
        );
        let keys: Vec<_> = woken.iter().map(|wake| wake.key.clone()).collect();
        assert_eq!(keys, ["gathers"]);
    }
}
