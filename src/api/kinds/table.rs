//! The two macros behind the kinds: [`kinds!`] makes the enums out of the table, [`stored!`] the part of a kind's implementation that is
//! the same for all.
//!
//! The real thing: the scheme of staging/src/k8s.io/apimachinery/pkg/runtime/scheme.go.

/// Makes `Kind` and `Object` out of the table of kinds, and hands every call on to the kind's own implementation.
macro_rules! kinds {
    ($($name:ident, $type:ty, $group:literal, $plural:literal, $singular:literal, [$($short:literal),*], [$($category:literal),*], $namespaced:literal;)*) => {
        /// The kinds, as `kind:` spells them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name,
            )*
            /// One that a CustomResourceDefinition defines.
            Custom(CustomKind),
        }

        /// The kinds of the table, to count them.
        enum BuiltIn {
            $($name,)*
        }

        impl Kind {
            /// All built-in kinds, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The kind's place in [`Kind::ALL`]; past its end for a custom kind.
            #[must_use]
            pub const fn index(self) -> usize {
                match self {
                    $(Self::$name => BuiltIn::$name as usize,)*
                    Self::Custom(_) => Self::ALL.len(),
                }
            }

            /// What there is to know about the kind.
            #[must_use]
            pub fn info(self) -> &'static KindInfo {
                static INFOS: &[KindInfo] = &[$(KindInfo {
                    kind: Kind::$name,
                    name: stringify!($name),
                    group: $group,
                    version: <$type as k8s_openapi::Resource>::VERSION,
                    api_version: <$type as k8s_openapi::Resource>::API_VERSION,
                    plural: $plural,
                    singular: $singular,
                    short_names: &[$($short),*],
                    categories: &[$($category),*],
                    namespaced: $namespaced,
                    verbs: <$type as Stored>::VERBS,
                    subresources: <$type as Stored>::SUBRESOURCES,
                }),*];
                match self {
                    Self::Custom(kind) => kind.info(),
                    built_in => &INFOS[built_in.index()],
                }
            }

            /// The columns of `kubectl get` after NAME. Those of a custom kind stand in its definition.
            #[must_use]
            pub fn columns(self) -> &'static [Column] {
                match self { $(Self::$name => <$type>::columns(),)* Self::Custom(_) => &[] }
            }

            /// Adds the kind's type, and all that it refers to, to OpenAPI definitions, and says its name there; `None` for a custom kind.
            #[cfg(feature = "cli")]
            pub fn define(self, generator: &mut schemars::SchemaGenerator) -> Option<String> {
                match self {
                    $(Self::$name => {
                        generator.subschema_for::<$type>();
                        Some(<$type as schemars::JsonSchema>::schema_name().into_owned())
                    })*
                    Self::Custom(_) => None,
                }
            }

            /// See [`Stored::NAME_FIRST`].
            #[must_use]
            pub fn name_first(self) -> bool {
                match self { $(Self::$name => <$type>::NAME_FIRST,)* Self::Custom(_) => true }
            }

            /// See [`Stored::UNSIMULATED`].
            #[must_use]
            pub fn unsimulated(self) -> Option<&'static str> {
                match self { $(Self::$name => <$type>::UNSIMULATED,)* Self::Custom(_) => None }
            }

            /// See [`Stored::REVISION_REQUIRED`].
            #[must_use]
            pub fn revision_required(self) -> bool {
                match self { $(Self::$name => <$type>::REVISION_REQUIRED,)* Self::Custom(_) => true }
            }

            /// See [`Stored::ORPHANS_DEPENDENTS`].
            #[must_use]
            pub fn orphans_dependents(self) -> bool {
                match self { $(Self::$name => <$type>::ORPHANS_DEPENDENTS,)* Self::Custom(_) => false }
            }

            /// See [`Stored::no_such_field`].
            #[must_use]
            pub fn no_such_field(self, field: &str) -> String {
                match self { $(Self::$name => <$type>::no_such_field(field),)* Self::Custom(_) => format!("field label not supported: {field}") }
            }

            /// The detail of the field error if this kind may not have the name.
            #[must_use]
            pub fn validate_name(self, name: &str) -> Option<String> {
                match self { $(Self::$name => <$type>::validate_name(name),)* Self::Custom(_) => names::dns_subdomain(name) }
            }

            /// The fields that a field selector may name, beyond `metadata.name` and `metadata.namespace`.
            #[must_use]
            pub fn selectable_fields(self) -> &'static [&'static str] {
                match self { $(Self::$name => <$type>::selectable_fields(),)* Self::Custom(_) => &[] }
            }

            /// An object of this kind of which nothing is known yet.
            #[must_use]
            pub fn blank(self) -> Object {
                match self {
                    $(Self::$name => Object::from(<$type as $crate::api::typed::Typed>::blank()),)*
                    Self::Custom(kind) => Object::from(CustomObject::blank(kind)),
                }
            }

            /// Reads an object of this kind with serde, to which tests compare.
            #[cfg(test)]
            pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
                use serde::Deserialize as _;
                match self {
                    $(Self::$name => <$type>::deserialize(deserializer).map(Object::from),)*
                    Self::Custom(_) => Err(serde::de::Error::custom("a custom kind has no type to read")),
                }
            }
        }

        /// Anything that the API server stores, behind one enum; a clone shares the object.
        #[derive(Clone)]
        pub enum Object {
            $(
                #[doc = concat!("A `", stringify!($name), "`.")]
                $name(Arc<$type>),
            )*
            /// An object of a kind that a CustomResourceDefinition defines.
            Custom(Arc<CustomObject>),
        }

        impl PartialEq for Object {
            fn eq(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$name(a), Self::$name(b)) => Arc::ptr_eq(a, b) || a == b,)*
                    (Self::Custom(a), Self::Custom(b)) => Arc::ptr_eq(a, b) || a == b,
                    _ => false,
                }
            }
        }

        impl Object {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name,)* Self::Custom(object) => Kind::Custom(object.kind) }
            }

            /// Its metadata.
            #[must_use]
            pub fn metadata(&self) -> &ObjectMeta {
                match self { $(Self::$name(object) => &object.metadata,)* Self::Custom(object) => &object.metadata }
            }

            /// Its metadata, to be changed (the object is copied first if anyone else holds it).
            pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
                match self { $(Self::$name(object) => &mut Arc::make_mut(object).metadata,)* Self::Custom(object) => &mut Arc::make_mut(object).metadata }
            }

            /// Are these the same object in memory? Cheaper than `==` and never wrong when true.
            #[must_use]
            pub fn ptr_eq(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$name(a), Self::$name(b)) => Arc::ptr_eq(a, b),)*
                    (Self::Custom(a), Self::Custom(b)) => Arc::ptr_eq(a, b),
                    _ => false,
                }
            }

            /// As JSON, with `apiVersion` and `kind`.
            #[must_use]
            pub fn to_json(&self) -> Value {
                match self {
                    Self::Custom(object) => object.to_json(),
                    built_in => $crate::api::typed::to_json(built_in.typed()),
                }
            }

            /// The object without its type. Of a custom object, that is its metadata: the rest has none.
            #[must_use]
            pub fn typed(&self) -> &dyn $crate::api::typed::Typed {
                match self { $(Self::$name(object) => &**object,)* Self::Custom(object) => &object.metadata }
            }

            /// As [`Object::typed`], to be changed (it is copied first if anyone else holds it).
            pub fn typed_mut(&mut self) -> &mut dyn $crate::api::typed::Typed {
                match self {
                    $(Self::$name(object) => Arc::<$type>::make_mut(object),)*
                    Self::Custom(object) => &mut Arc::make_mut(object).metadata,
                }
            }

            /// As [`Object::to_json`], by serde, to which tests compare.
            #[cfg(test)]
            pub(crate) fn to_json_by_serde(&self) -> Value {
                match self {
                    $(Self::$name(object) => serde_json::to_value(&**object).expect("plain data"),)*
                    Self::Custom(object) => object.to_json(),
                }
            }

            /// See [`Stored::set_defaults`]. What a custom object lacks is known by its definition only: `apiserver::custom` sees to it.
            pub fn set_defaults(&mut self) {
                match self { $(Self::$name(object) => Arc::make_mut(object).set_defaults(),)* Self::Custom(_) => {} }
            }

            /// See [`Stored::prepare_create`].
            pub fn prepare_create(&mut self) {
                match self { $(Self::$name(object) => Arc::make_mut(object).prepare_create(),)* Self::Custom(_) => {} }
            }

            /// See [`Stored::prepare_update`]. Both must be of one kind.
            pub fn prepare_update(&mut self, old: &Self) {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => Arc::make_mut(new).prepare_update(old),)*
                    (Self::Custom(_), Self::Custom(_)) => {}
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::prepare_status_update`]. Both must be of one kind.
            pub fn prepare_status_update(&mut self, old: &Self) {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => Arc::make_mut(new).prepare_status_update(old),)*
                    (Self::Custom(_), Self::Custom(_)) => {}
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::validate`].
            #[must_use]
            pub fn validate(&self) -> Vec<FieldError> {
                match self { $(Self::$name(object) => object.validate(),)* Self::Custom(_) => Vec::new() }
            }

            /// See [`Stored::validate_update`]. Both must be of one kind.
            #[must_use]
            pub fn validate_update(&self, old: &Self) -> Vec<FieldError> {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => new.validate_update(old),)*
                    (Self::Custom(_), Self::Custom(_)) => Vec::new(),
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::validate_status_update`]. Both must be of one kind.
            #[must_use]
            pub fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => new.validate_status_update(old),)*
                    (Self::Custom(_), Self::Custom(_)) => Vec::new(),
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::scale`].
            #[must_use]
            pub fn scale(&self) -> Option<Scale> {
                match self { $(Self::$name(object) => object.scale(),)* Self::Custom(_) => None }
            }

            /// See [`Stored::set_replicas`].
            pub fn set_replicas(&mut self, replicas: i32) {
                match self { $(Self::$name(object) => Arc::make_mut(object).set_replicas(replicas),)* Self::Custom(_) => {} }
            }

            /// See [`Stored::warnings`]. Both must be of one kind.
            #[must_use]
            pub fn warnings(&self, old: Option<&Self>) -> Vec<String> {
                match (self, old) {
                    $((Self::$name(new), None) => new.warnings(None),)*
                    $((Self::$name(new), Some(Self::$name(old))) => new.warnings(Some(old)),)*
                    (Self::Custom(_), _) => Vec::new(),
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::row`].
            #[must_use]
            pub fn row(&self, now_ms: Ms) -> Vec<String> {
                match self { $(Self::$name(object) => object.row(now_ms),)* Self::Custom(_) => Vec::new() }
            }

            /// See [`Stored::name_cell`].
            #[must_use]
            pub fn name_cell(&self) -> String {
                match self { $(Self::$name(object) => object.name_cell(),)* Self::Custom(object) => object.metadata.name.clone().unwrap_or_default() }
            }

            /// See [`Stored::selectable_field`].
            #[must_use]
            pub fn selectable_field(&self, path: &str) -> Option<String> {
                match self { $(Self::$name(object) => object.selectable_field(path),)* Self::Custom(_) => None }
            }
        }

        $(
            impl From<$type> for Object {
                fn from(object: $type) -> Self {
                    Self::$name(Arc::new(object))
                }
            }
        )*
    };
}
pub(super) use kinds;

/// The part of [`Stored`] that is the same for all kinds, for use inside their implementations.
macro_rules! stored {
    ($name:ident) => {
        const STORED_AS: $crate::api::Kind = $crate::api::Kind::$name;

        fn of(object: &$crate::api::Object) -> Option<&Self> {
            let $crate::api::Object::$name(object) = object else {
                return None;
            };
            Some(object)
        }

        fn of_mut(object: &mut $crate::api::Object) -> Option<&mut Self> {
            let $crate::api::Object::$name(object) = object else {
                return None;
            };
            Some(std::sync::Arc::make_mut(object))
        }
    };
}
pub(super) use stored;
