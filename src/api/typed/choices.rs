//! The types that are one of several: a schema or a list of them, a schema or yes or no.

use super::{Form, Typed};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, JSONSchemaPropsOrStringArray,
};

/// Rows of `type: variant for the sort of value, other variant for its sort`.
macro_rules! choices {
    ($($type:ident: $one:ident $one_sort:literal, $other:ident $other_sort:literal;)*) => {
        $(
            impl Typed for $type {
                fn form(&self) -> &'static Form {
                    &Form::Choice
                }

                fn blank() -> Self {
                    Self::$one(Typed::blank())
                }

                fn part(&self, index: usize) -> Option<&dyn Typed> {
                    match self {
                        _ if index > 0 => None,
                        Self::$one(inner) => Some(inner),
                        Self::$other(inner) => Some(inner),
                    }
                }

                fn insert(&mut self, sort: &str) -> Option<&mut dyn Typed> {
                    *self = match sort {
                        $one_sort => Self::$one(Typed::blank()),
                        $other_sort => Self::$other(Typed::blank()),
                        _ => return None,
                    };
                    match self {
                        Self::$one(inner) => Some(inner),
                        Self::$other(inner) => Some(inner),
                    }
                }
            }
        )*
    };
}

choices! {
    JSONSchemaPropsOrArray: Schema "object", Schemas "array";
    JSONSchemaPropsOrBool: Schema "object", Bool "bool";
    JSONSchemaPropsOrStringArray: Schema "object", Strings "array";
}
