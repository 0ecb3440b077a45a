//! ServiceCIDR.
//!
//! The real thing: pkg/apis/networking/validation/validation.go (`ValidateServiceCIDR`), pkg/registry/networking/servicecidr/strategy.go.
//! Left out: Services take their addresses from the one fixed range; ranges of this kind change nothing about that.

use super::cells::{age, column};
use super::normal::list;
use super::{Column, Stored, go, names, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::networking::v1::{ServiceCIDR, ServiceCIDRStatus};

const SPEC: Path<'static> = Path::root("spec");

impl Stored for ServiceCIDR {
    stored!(ServiceCIDR);

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(ServiceCIDRStatus::default());
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
        self.metadata.generation = old.metadata.generation;
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        ranges(cidrs(self), &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        let (new, old) = (cidrs(self), cidrs(old));
        let path = SPEC.child("cidrs");
        match (old.len(), new.len()) {
            (a, b) if a == b => {
                for (index, (new, _)) in
                    new.iter().zip(old).enumerate().filter(|(_, (n, o))| n != o)
                {
                    errors.invalid(&path.index(index), new.as_str(), "field is immutable");
                }
            }
            (1, 2) => {
                if new[0] != old[0] {
                    errors.invalid(&path.index(0), new[0].as_str(), "field is immutable");
                }
                ranges(new, &mut errors);
            }
            _ => errors.invalid_go(&path, &go::list(Some(new)), "field is immutable"),
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("CIDRs"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        vec![cidrs(self).join(","), age(&self.metadata, now_ms)]
    }
}

fn cidrs(object: &ServiceCIDR) -> &[String] {
    object.spec.as_ref().map_or(&[], |s| list(&s.cidrs))
}

fn ranges(ranges: &[String], errors: &mut Errors) {
    let path = SPEC.child("cidrs");
    if ranges.is_empty() {
        errors.required(&path, "at least one CIDR required");
        return;
    }
    if ranges.len() > 2 {
        let value = format!(
            "networking.ServiceCIDRSpec{{CIDRs:{}}}",
            go::list(Some(ranges))
        );
        errors.invalid_go(&path, &value, "may only hold up to 2 values");
        return;
    }
    let mut wrong = false;
    for (index, range) in ranges.iter().enumerate() {
        let why = names::cidr(range);
        wrong |= !why.is_empty();
        errors.invalid_text(&path.index(index), range, why);
    }
    if let ([first, second], false) = (ranges, wrong)
        && first.contains(':') == second.contains(':')
    {
        let detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        errors.invalid_go(&path, &go::list(Some(ranges)), detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(cidrs: &[&str]) -> ServiceCIDR {
        serde_json::from_value(json!({"spec": {"cidrs": cidrs}})).expect("ranges")
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ranges_are_refused() {
        let twice = "spec.cidrs: Invalid value: []string{\"10.0.0.0/8\", \"11.0.0.0/8\"}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        for (name, cidrs, want) in [
            ("one", &["10.0.0.0/8"][..], vec![]),
            ("both families", &["10.0.0.0/8", "2001:db8::/64"], vec![]),
            (
                "none",
                &[],
                vec!["spec.cidrs: Required value: at least one CIDR required"],
            ),
            ("twice", &["10.0.0.0/8", "11.0.0.0/8"], vec![twice]),
        ] {
            assert_eq!(texts(&object(cidrs).validate()), want, "{name}");
        }
    }

    #[test]
    fn a_second_family_may_be_added() {
        let old = object(&["10.0.0.0/8"]);
        assert_eq!(
            object(&["10.0.0.0/8", "2001:db8::/64"]).validate_update(&old),
            []
        );
        let want = "spec.cidrs[0]: Invalid value: \"11.0.0.0/8\": field is immutable";
        assert_eq!(
            texts(&object(&["11.0.0.0/8"]).validate_update(&old)),
            [want]
        );
    }
}
