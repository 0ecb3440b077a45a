//! Selectors as text, as `-l` and `--field-selector` spell them: parsed, checked, matched.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (`Parse`), pkg/fields/selector.go (`ParseSelector`).
//! Left out: escapes (`\,`) in field selectors.

mod parser;

use super::selector::Labels;

/// A parsed label selector: all requirements must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LabelSelector {
    /// The requirements, by key.
    pub requirements: Vec<Requirement>,
}

/// One condition on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// How its value is compared.
    pub operator: Operator,
    /// With what, sorted and each once.
    pub values: Vec<String>,
}

/// How a [`Requirement`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `key in (a,b)`.
    In,
    /// `key notin (a,b)`; also satisfied by objects without the label.
    NotIn,
    /// `key=a` and `key==a`.
    Equals,
    /// `key!=a`; also satisfied by objects without the label.
    NotEquals,
    /// `key`.
    Exists,
    /// `!key`.
    DoesNotExist,
    /// `key>1`.
    GreaterThan,
    /// `key<1`.
    LessThan,
}

impl LabelSelector {
    /// Reads the text; the empty text selects everything.
    ///
    /// # Errors
    /// Upstream's sentence about what was found and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut requirements = parser::requirements(text)?;
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Self { requirements })
    }

    /// Do these labels satisfy every requirement?
    #[must_use]
    pub fn matches(&self, labels: Option<&Labels>) -> bool {
        self.requirements.iter().all(|r| r.matches(labels))
    }

    /// A label that every match has with this very value: what an index can be asked for.
    #[must_use]
    pub fn exact(&self) -> Option<(&str, &str)> {
        self.requirements.iter().find_map(|r| {
            let fixed = matches!(r.operator, Operator::Equals | Operator::In);
            match &r.values[..] {
                [value] if fixed => Some((r.key.as_str(), value.as_str())),
                _ => None,
            }
        })
    }
}

impl Requirement {
    fn matches(&self, labels: Option<&Labels>) -> bool {
        let value = labels.and_then(|l| l.get(&self.key));
        let listed = value.is_some_and(|v| self.values.contains(v));
        match self.operator {
            Operator::In | Operator::Equals => listed,
            Operator::NotIn | Operator::NotEquals => !listed,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => self.compare(value).is_some_and(|(is, than)| is > than),
            Operator::LessThan => self.compare(value).is_some_and(|(is, than)| is < than),
        }
    }

    fn compare(&self, value: Option<&String>) -> Option<(i64, i64)> {
        Some((value?.parse().ok()?, self.values.first()?.parse().ok()?))
    }
}

/// A parsed field selector: all terms must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FieldSelector {
    /// The terms, sorted as text.
    pub terms: Vec<FieldTerm>,
}

/// One condition on one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTerm {
    /// The field: `spec.nodeName`.
    pub field: String,
    /// The value.
    pub value: String,
    /// `=` or `!=`.
    pub sense: Sense,
}

/// Does a term ask for the value, or for any other?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// `field=value`.
    Is,
    /// `field!=value`.
    IsNot,
}

impl FieldSelector {
    /// Reads the text; the empty text selects everything.
    ///
    /// # Errors
    /// Upstream's sentence about the part that it cannot understand.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts: Vec<&str> = text.split(',').filter(|p| !p.is_empty()).collect();
        parts.sort_unstable();
        let split = |part: &str, sign: &str| {
            let (field, value) = part.split_once(sign)?;
            (!value.contains(sign)).then(|| (field.to_owned(), value.to_owned()))
        };
        let mut terms = Vec::new();
        for part in parts {
            let found = [("!=", Sense::IsNot), ("==", Sense::Is), ("=", Sense::Is)]
                .into_iter()
                .find_map(|(sign, sense)| split(part, sign).map(|(f, v)| (f, v, sense)));
            let Some((field, value, sense)) = found else {
                return Err(format!(
                    "invalid selector: '{text}'; can't understand '{part}'"
                ));
            };
            terms.push(FieldTerm {
                field,
                value,
                sense,
            });
        }
        Ok(Self { terms })
    }

    /// The value that every match has in this field, if the selector fixes it.
    #[must_use]
    pub fn exact(&self, field: &str) -> Option<&str> {
        let mut terms = self.terms.iter();
        let term = terms.find(|t| t.field == field && t.sense == Sense::Is)?;
        Some(&term.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Labels {
        let pairs = text.split(',').filter_map(|p| p.split_once('='));
        pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }

    #[test]
    fn label_selectors_select() {
        let cases = [
            ("nothing asked", "", "x=y", true),
            ("equal", "x=y", "x=y", true),
            ("equal among others", "x=y,z=w", "x=y,z=w", true),
            ("not equal", "x!=y,z!=w", "x=z,z=a", true),
            ("not equal holds without the label", "x!=y", "z=w", true),
            ("one fails", "x=y,z=w", "x=y,z=z", false),
            ("in", "x in (a,b)", "x=b", true),
            ("not in the list", "x in (a,b)", "x=c", false),
            ("the empty value", "x in (a,,b)", "x=", true),
            (
                "the empty list means the empty value",
                "x in ()",
                "x=",
                true,
            ),
            ("notin", "x notin (a,b)", "x=c", true),
            ("exists", "x", "x=anything", true),
            ("exists not", "!x", "x=anything", false),
            ("larger", "x>1", "x=2", true),
            ("not larger", "x>1", "x=1", false),
            ("smaller", "x<7", "x=2", true),
            ("a word is not larger", "x>1", "x=a", false),
            ("in is a value too", "x in (in,notin)", "x=notin", true),
            ("key equals nothing", "x=", "x=", true),
        ];
        for (name, text, object, want) in cases {
            let selector = LabelSelector::parse(text).expect(name);
            assert_eq!(selector.matches(Some(&labels(object))), want, "{name}");
        }
    }

    #[test]
    fn label_selectors_are_refused() {
        let cases = [
            (
                "trailing comma",
                "x=a,",
                "found '', expected: identifier after ','",
            ),
            (
                "leading comma",
                ",x",
                "found ',', expected: !, identifier, or 'end of string'",
            ),
            (
                "three equals",
                "x===y",
                "unable to parse requirement: found '=', expected: identifier",
            ),
            (
                "no list",
                "x in",
                "unable to parse requirement: found '' expected: '('",
            ),
            (
                "open list",
                "x in (a",
                "unable to parse requirement: found '', expected: ',' or ')'",
            ),
            (
                "no operator",
                "x y",
                "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt",
            ),
            (
                "two values",
                "x=a b",
                "found 'b', expected: ',' or 'end of string'",
            ),
            (
                "a word is no number",
                "x>a",
                "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
        ];
        for (name, text, want) in cases {
            assert_eq!(LabelSelector::parse(text).expect_err(name), want, "{name}");
        }
        let bad_key = LabelSelector::parse("a^=b").expect_err("not a key");
        assert!(bad_key.starts_with("unable to parse requirement: <nil>: Invalid value: \"a^\": name part must consist of"), "{bad_key}");
    }

    #[test]
    fn field_selectors_are_read() {
        let selector =
            FieldSelector::parse("spec.nodeName=n1,status.phase!=Failed").expect("two terms");
        assert_eq!(selector.exact("spec.nodeName"), Some("n1"));
        assert_eq!(selector.exact("status.phase"), None);
        assert_eq!(selector.terms.len(), 2);
        assert_eq!(
            FieldSelector::parse("metadata.name"),
            Err("invalid selector: 'metadata.name'; can't understand 'metadata.name'".to_owned())
        );
    }
}
