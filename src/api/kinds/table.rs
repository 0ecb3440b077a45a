//! The two macros behind the kinds: [`kinds!`] makes the enums out of the table, [`stored!`] the part of a kind's implementation that is
//! the same for all.
//!
//! The real thing: the scheme of staging/src/k8s.io/apimachinery/pkg/runtime/scheme.go.

/// Makes `Kind` and `Object` out of the table of kinds, and hands every call on to the kind's own implementation.
macro_rules! kinds {
    ($($name:ident, $type:ty, $group:literal, $plural:literal, $singular:literal, [$($short:literal),*], [$($category:literal),*], $namespaced:literal;)*) => {
        /// The kinds, as `kind:` spells them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Kind {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name,
            )*
        }

        impl Kind {
            /// All kinds, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

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
                &INFOS[self as usize]
            }

            /// The columns of `kubectl get` after NAME.
            #[must_use]
            pub fn columns(self) -> &'static [Column] {
                match self { $(Self::$name => <$type>::columns()),* }
            }

            /// See [`Stored::NAME_FIRST`].
            #[must_use]
            pub fn name_first(self) -> bool {
                match self { $(Self::$name => <$type>::NAME_FIRST),* }
            }

            /// The detail of the field error if this kind may not have the name.
            #[must_use]
            pub fn validate_name(self, name: &str) -> Option<String> {
                match self { $(Self::$name => <$type>::validate_name(name)),* }
            }

            /// The fields that a field selector may name, beyond `metadata.name` and `metadata.namespace`.
            #[must_use]
            pub fn selectable_fields(self) -> &'static [&'static str] {
                match self { $(Self::$name => <$type>::selectable_fields()),* }
            }

            /// Reads an object of this kind with any serde deserializer.
            ///
            /// # Errors
            /// Those of the deserializer.
            pub fn deserialize<'de, D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
                use serde::Deserialize as _;
                match self { $(Self::$name => <$type>::deserialize(deserializer).map(Object::from)),* }
            }
        }

        /// Anything that the API server stores, behind one enum; a clone shares the object.
        #[derive(Clone, Debug)]
        pub enum Object {
            $(
                #[doc = concat!("A `", stringify!($name), "`.")]
                $name(Arc<$type>),
            )*
        }

        impl PartialEq for Object {
            fn eq(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$name(a), Self::$name(b)) => Arc::ptr_eq(a, b) || a == b,)*
                    _ => false,
                }
            }
        }

        impl Object {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name),* }
            }

            /// Its metadata.
            #[must_use]
            pub fn metadata(&self) -> &ObjectMeta {
                match self { $(Self::$name(object) => &object.metadata),* }
            }

            /// Its metadata, to be changed (the object is copied first if anyone else holds it).
            pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
                match self { $(Self::$name(object) => &mut Arc::make_mut(object).metadata),* }
            }

            /// Are these the same object in memory? Cheaper than `==` and never wrong when true.
            #[must_use]
            pub fn ptr_eq(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$name(a), Self::$name(b)) => Arc::ptr_eq(a, b),)*
                    _ => false,
                }
            }

            /// As JSON, with `apiVersion` and `kind`.
            #[must_use]
            pub fn to_json(&self) -> Value {
                match self { $(Self::$name(object) => serde_json::to_value(&**object).expect("Kubernetes' types are plain data")),* }
            }

            /// See [`Stored::set_defaults`].
            pub fn set_defaults(&mut self) {
                match self { $(Self::$name(object) => Arc::make_mut(object).set_defaults()),* }
            }

            /// See [`Stored::prepare_create`].
            pub fn prepare_create(&mut self) {
                match self { $(Self::$name(object) => Arc::make_mut(object).prepare_create()),* }
            }

            /// See [`Stored::prepare_update`]. Both must be of one kind.
            pub fn prepare_update(&mut self, old: &Self) {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => Arc::make_mut(new).prepare_update(old),)*
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::prepare_status_update`]. Both must be of one kind.
            pub fn prepare_status_update(&mut self, old: &Self) {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => Arc::make_mut(new).prepare_status_update(old),)*
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::validate`].
            #[must_use]
            pub fn validate(&self) -> Vec<FieldError> {
                match self { $(Self::$name(object) => object.validate()),* }
            }

            /// See [`Stored::validate_update`]. Both must be of one kind.
            #[must_use]
            pub fn validate_update(&self, old: &Self) -> Vec<FieldError> {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => new.validate_update(old),)*
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::validate_status_update`]. Both must be of one kind.
            #[must_use]
            pub fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
                match (self, old) {
                    $((Self::$name(new), Self::$name(old)) => new.validate_status_update(old),)*
                    _ => unreachable!("an update never changes the kind"),
                }
            }

            /// See [`Stored::row`].
            #[must_use]
            pub fn row(&self, now_ms: Ms) -> Vec<String> {
                match self { $(Self::$name(object) => object.row(now_ms)),* }
            }

            /// See [`Stored::selectable_field`].
            #[must_use]
            pub fn selectable_field(&self, path: &str) -> Option<String> {
                match self { $(Self::$name(object) => object.selectable_field(path)),* }
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
