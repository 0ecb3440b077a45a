//! The macro behind the tables: [`types!`] makes a struct [`Typed`](super::Typed) of its name and its fields.
//!
//! All that is compiled for a type is a list of where its fields lie, so a type costs the page little more than its fields' names.

/// Rows of `Taint "Taint effect key timeAdded value" { effect key time_added value }`: the struct's name in Rust, the text of
/// [`Struct`](super::Struct), and the fields in Rust. The types stand in a module that is called `of`.
macro_rules! types {
    ($($type:ident $names:literal { $($field:ident)* })*) => {
        $(
            impl $crate::api::typed::Typed for of::$type {
                fn form(&self) -> &'static $crate::api::typed::Form {
                    &$crate::api::typed::Form::Struct($crate::api::typed::Struct($names))
                }

                fn blank() -> Self {
                    Self { $($field: $crate::api::typed::Typed::blank()),* }
                }

                #[allow(unused_assignments, reason = "the last of the steps")]
                fn part(&self, index: usize) -> Option<&dyn $crate::api::typed::Typed> {
                    // The compiler makes one jump of these comparisons.
                    let mut at = 0;
                    $(
                        if index == at {
                            return Some(&self.$field);
                        }
                        at += 1;
                    )*
                    None
                }

                #[allow(unused_assignments, reason = "the last of the steps")]
                fn part_mut(&mut self, index: usize) -> Option<&mut dyn $crate::api::typed::Typed> {
                    let mut at = 0;
                    $(
                        if index == at {
                            return Some(&mut self.$field);
                        }
                        at += 1;
                    )*
                    None
                }
            }
        )*
    };
}
pub(in crate::api) use types;
