//! A kind that a CustomResourceDefinition defines: a small handle to its names, as a compiler keeps the words of a program.
//!
//! The names lie in a table of the process that only grows. A handle is compared, ordered, hashed and written **by name**, never by its
//! place in the table, so two runs (or two processes) agree whatever else each of them has seen before. What may change while a
//! definition lives (versions, short names, columns, schemas) stands in the definition.
//!
//! The real thing: schema.GroupKind and GroupResource of staging/src/k8s.io/apimachinery/pkg/runtime/schema/group_version.go.

use super::{ALL_VERBS, Kind, KindInfo};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

/// How many custom kinds a process can tell apart; a real cluster has some hundreds. Definitions beyond are refused.
const CUSTOM_KINDS_MAX: usize = 4096;

static TABLE: RwLock<Vec<&'static KindInfo>> = RwLock::new(Vec::new());

/// A custom kind: as small and as easily copied as the name of a built-in one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CustomKind(u16);

/// What a custom kind is told apart by. None of it can change while its definition exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomNames<'a> {
    /// `stable.example.com`.
    pub group: &'a str,
    /// As URLs spell it: `crontabs`.
    pub plural: &'a str,
    /// As `kind:` spells it: `CronTab`.
    pub kind: &'a str,
    /// Does it live in namespaces?
    pub namespaced: bool,
}

impl CustomKind {
    /// The handle for these names; `None` if the process has met too many.
    #[must_use]
    pub fn intern(names: CustomNames<'_>) -> Option<Self> {
        if let Some(known) = Self::find(&read(), names) {
            return Some(known);
        }
        let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = Self::find(&table, names) {
            return Some(known);
        }
        if table.len() >= CUSTOM_KINDS_MAX {
            return None;
        }
        let index = u16::try_from(table.len()).ok()?;
        let kind = Self(index);
        let keep = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let group = keep(names.group);
        table.push(Box::leak(Box::new(KindInfo {
            kind: Kind::Custom(kind),
            name: keep(names.kind),
            group,
            version: "",
            api_version: group,
            plural: keep(names.plural),
            singular: keep(&names.kind.to_ascii_lowercase()),
            short_names: &[],
            categories: &[],
            namespaced: names.namespaced,
            verbs: ALL_VERBS,
            subresources: &[],
        })));
        Some(kind)
    }

    fn find(table: &[&'static KindInfo], names: CustomNames<'_>) -> Option<Self> {
        let index = table.iter().position(|info| names_of(info) == names)?;
        u16::try_from(index).ok().map(Self)
    }

    /// What there is to know about the kind whatever its definition says.
    #[must_use]
    pub fn info(self) -> &'static KindInfo {
        read()[usize::from(self.0)]
    }

    /// What it is told apart by.
    #[must_use]
    pub fn names(self) -> CustomNames<'static> {
        names_of(self.info())
    }

    /// The name of its definition: `crontabs.stable.example.com`.
    #[must_use]
    pub fn definition(self) -> String {
        self.info().resource()
    }

    /// From what [`fmt::Display`] writes.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (resource, kind, scope) = (parts.next()?, parts.next()?, parts.next()?);
        let (plural, group) = resource.split_once('.')?;
        let namespaced = match scope {
            "Namespaced" => true,
            "Cluster" => false,
            _ => return None,
        };
        Self::intern(CustomNames {
            group,
            plural,
            kind,
            namespaced,
        })
    }
}

fn read() -> std::sync::RwLockReadGuard<'static, Vec<&'static KindInfo>> {
    TABLE.read().unwrap_or_else(PoisonError::into_inner)
}

fn names_of(info: &'static KindInfo) -> CustomNames<'static> {
    CustomNames {
        group: info.group,
        plural: info.plural,
        kind: info.name,
        namespaced: info.namespaced,
    }
}

impl Ord for CustomKind {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 {
            return Ordering::Equal;
        }
        self.names().cmp(&other.names())
    }
}

impl PartialOrd for CustomKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for CustomKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let info = self.info();
        (info.group, info.plural, info.name, info.namespaced).hash(state);
    }
}

impl fmt::Display for CustomKind {
    /// `crontabs.stable.example.com/CronTab/Namespaced`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.info();
        let scope = if info.namespaced {
            "Namespaced"
        } else {
            "Cluster"
        };
        write!(f, "{}.{}/{}/{scope}", info.plural, info.group, info.name)
    }
}

impl fmt::Debug for CustomKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Kind {
    /// As text: `Pod`, or all the names of a custom kind.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Custom(kind) => serializer.collect_str(kind),
            built_in => serializer.serialize_str(built_in.info().name),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = Kind;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a kind")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Kind, E> {
                let mut built_in = Kind::ALL.iter().copied();
                built_in
                    .find(|kind| kind.info().name == text)
                    .or_else(|| CustomKind::parse(text).map(Kind::Custom))
                    .ok_or_else(|| E::custom(format!("unknown kind {text:?}")))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(group: &str, plural: &str) -> CustomKind {
        let names = CustomNames {
            group,
            plural,
            kind: "Thing",
            namespaced: true,
        };
        CustomKind::intern(names).expect("there is room")
    }

    #[test]
    fn the_same_names_are_the_same_kind_and_order_is_by_name() {
        let late = kind("zzz.example.com", "things");
        let early = kind("aaa.example.com", "things");
        assert_eq!(early, kind("aaa.example.com", "things"));
        assert!(early < late, "whichever was met first");
        assert_ne!(early, late);
        assert_eq!(early.info().name, "Thing");
        assert!(Kind::Pod < Kind::Custom(early), "built-in kinds come first");
    }

    #[test]
    fn kinds_are_written_by_name() {
        let custom = Kind::Custom(kind("stable.example.com", "things"));
        let text = serde_json::to_string(&[Kind::Pod, custom]).expect("plain data");
        assert_eq!(
            text,
            r#"["Pod","things.stable.example.com/Thing/Namespaced"]"#
        );
        let back: Vec<Kind> = serde_json::from_str(&text).expect("its own output");
        assert_eq!(back, [Kind::Pod, custom]);
        for wrong in [
            "\"Nothing\"",
            "\"a/b/c\"",
            "\"a.b/C/Somewhere\"",
            "\"a.b/C\"",
            "7",
        ] {
            assert!(serde_json::from_str::<Kind>(wrong).is_err(), "{wrong}");
        }
    }
}
