//! DefaultIngressClass: an ingress that names no class gets the default one, if there is one.
//!
//! The real thing: plugin/pkg/admission/network/defaultingressclass/admission.go.

use super::{Attributes, Plugin, World};
use crate::api::kinds::ingress_class;
use crate::api::{Kind, Object, Status, Stored};
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};

const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// See the file.
pub(super) struct DefaultIngressClass;

impl Plugin for DefaultIngressClass {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        world: &World<'_>,
    ) -> Result<(), Status> {
        if !attributes.creates(Kind::Ingress) {
            return Ok(());
        }
        let Some(ingress) = Ingress::of(object) else {
            return Ok(());
        };
        let annotations = ingress.metadata.annotations.as_ref();
        let annotated = annotations.is_some_and(|a| a.contains_key(CLASS_ANNOTATION));
        let spec = ingress.spec.as_ref();
        if annotated || spec.is_some_and(|s| s.ingress_class_name.is_some()) {
            return Ok(());
        }
        let is_default = |class: &IngressClass| ingress_class::is_default(class);
        let Some(name) = world.default_class(is_default) else {
            return Ok(());
        };
        let ingress = Ingress::of_mut(object).expect("it was an ingress a moment ago");
        ingress.spec.get_or_insert_default().ingress_class_name = Some(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot};
    use super::*;
    use serde_json::json;

    #[test]
    fn ingresses_get_the_default() {
        let class = json!({"metadata": {"name": "nginx", "annotations": {ingress_class::IS_DEFAULT: "true"}}, "spec": {"controller": "a.b/c"}});
        let head = snapshot([object::<IngressClass>(class).into()]);
        for (name, metadata, spec, want) in [
            ("bare", json!({}), json!({}), Some("nginx")),
            (
                "its own",
                json!({}),
                json!({"ingressClassName": "x"}),
                Some("x"),
            ),
            (
                "annotated",
                json!({"annotations": {CLASS_ANNOTATION: "y"}}),
                json!({}),
                None,
            ),
        ] {
            let ingress: Ingress = object(json!({"metadata": metadata, "spec": spec}));
            let got = admit(&DefaultIngressClass, &Case::create(), ingress, &head);
            let got = got.expect("never refused");
            let got = Ingress::of(&got).and_then(|i| i.spec.clone());
            let got = got.and_then(|s| s.ingress_class_name);
            assert_eq!(got.as_deref(), want, "{name}");
        }
    }
}
