//! Which taints a pod tolerates.
//!
//! The real thing: k8s.io/component-helpers/scheduling/corev1/helpers.go, `Toleration.ToleratesTaint` in k8s.io/api/core/v1/toleration.go.

use k8s_openapi::api::core::v1::{Taint, Toleration};

/// Does the toleration tolerate the taint? An empty effect, key (with `Exists`) or operator means any, any and `Equal`.
#[must_use]
pub fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let effect = toleration.effect.as_deref().unwrap_or_default();
    let key = toleration.key.as_deref().unwrap_or_default();
    if !effect.is_empty() && effect != taint.effect || !key.is_empty() && key != taint.key {
        return false;
    }
    match toleration.operator.as_deref().unwrap_or_default() {
        "" | "Equal" => {
            toleration.value.as_deref().unwrap_or_default()
                == taint.value.as_deref().unwrap_or_default()
        }
        "Exists" => true,
        _ => false,
    }
}

/// The first of these taints that none of the tolerations tolerates.
pub fn find_untolerated<'a>(
    taints: impl IntoIterator<Item = &'a Taint>,
    tolerations: &[Toleration],
) -> Option<&'a Taint> {
    taints
        .into_iter()
        .find(|taint| !tolerations.iter().any(|t| tolerates(t, taint)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerations_tolerate() {
        let taint = Taint {
            key: "gpu".to_owned(),
            value: Some("broken".to_owned()),
            effect: "NoExecute".to_owned(),
            time_added: None,
        };
        let cases = [
            ("everything", r#"{"operator":"Exists"}"#, true),
            ("key exists", r#"{"key":"gpu","operator":"Exists"}"#, true),
            (
                "equal by default",
                r#"{"key":"gpu","value":"broken"}"#,
                true,
            ),
            ("other value", r#"{"key":"gpu","value":"x"}"#, false),
            ("other key", r#"{"key":"x","operator":"Exists"}"#, false),
            (
                "other effect",
                r#"{"key":"gpu","operator":"Exists","effect":"NoSchedule"}"#,
                false,
            ),
        ];
        for (name, json, want) in cases {
            let toleration: Toleration = serde_json::from_str(json).expect("a toleration");
            assert_eq!(tolerates(&toleration, &taint), want, "{name}");
        }
    }
}
