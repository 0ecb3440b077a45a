//! Small pieces that panels are made of: props in, HTML out. They read no context.

mod icon;
mod text_diff;

pub use icon::{Icon, Loop, glyph_of_component, glyph_of_kind, icon};
pub use text_diff::{diff_lines, text_diff};
