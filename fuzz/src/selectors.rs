//! Label and field selectors: printed and read again the same, and a condition and its opposite never both hold.

use kubeloop::api::selector::Labels;
use kubeloop::api::selectors::{FieldSelector, LabelSelector, Operator, Sense};

/// Reads the text as one and as the other.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match LabelSelector::parse(&text) {
        Ok(selector) => labels(&selector),
        Err(why) => assert!(!why.is_empty(), "a refusal says why"),
    }
    match FieldSelector::parse(&text) {
        Ok(selector) => fields(&selector),
        Err(why) => assert!(why.starts_with("invalid selector: "), "{why}"),
    }
}

fn labels(selector: &LabelSelector) {
    let text = printed(selector);
    assert_eq!(LabelSelector::parse(&text).as_ref(), Ok(selector), "{text}");
    // Labels made of what the selector itself speaks of: the likeliest to match.
    let mut spoken_of = Labels::new();
    for requirement in &selector.requirements {
        let value = requirement.values.first().cloned();
        spoken_of.insert(requirement.key.clone(), value.unwrap_or_default());
    }
    for labels in [None, Some(&Labels::new()), Some(&spoken_of)] {
        let matches = selector.matches(labels);
        for requirement in &selector.requirements {
            let mut one = LabelSelector::default();
            one.requirements.push(requirement.clone());
            let holds = one.matches(labels);
            assert!(holds || !matches, "{text}: all must hold");
            let opposite = match requirement.operator {
                Operator::In => Operator::NotIn,
                Operator::NotIn => Operator::In,
                Operator::Equals => Operator::NotEquals,
                Operator::NotEquals => Operator::Equals,
                Operator::Exists => Operator::DoesNotExist,
                Operator::DoesNotExist => Operator::Exists,
                Operator::GreaterThan | Operator::LessThan => continue,
            };
            one.requirements[0].operator = opposite;
            assert_ne!(one.matches(labels), holds, "{text}: {requirement:?}");
        }
        if let Some((key, value)) = selector.exact()
            && matches
        {
            let found = labels.and_then(|labels| labels.get(key));
            assert_eq!(found.map(String::as_str), Some(value), "{text}");
        }
    }
}

fn printed(selector: &LabelSelector) -> String {
    let requirements = selector.requirements.iter().map(|requirement| {
        let (key, values) = (&requirement.key, requirement.values.join(","));
        match requirement.operator {
            Operator::In => format!("{key} in ({values})"),
            Operator::NotIn => format!("{key} notin ({values})"),
            Operator::Equals => format!("{key}={values}"),
            Operator::NotEquals => format!("{key}!={values}"),
            Operator::Exists => key.clone(),
            Operator::DoesNotExist => format!("!{key}"),
            Operator::GreaterThan => format!("{key}>{values}"),
            Operator::LessThan => format!("{key}<{values}"),
        }
    });
    requirements.collect::<Vec<_>>().join(",")
}

fn fields(selector: &FieldSelector) {
    for term in &selector.terms {
        let exact = selector.exact(&term.field);
        let is = selector
            .terms
            .iter()
            .any(|other| other.field == term.field && other.sense == Sense::Is);
        assert_eq!(exact.is_some(), is, "{selector:?}");
    }
}
