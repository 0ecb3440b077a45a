//! Small pieces that panels are made of: props in, HTML out. They read no context.

mod code;
pub mod format;
mod icon;
mod menu;
mod split;
mod text_diff;
mod yaml;

pub use code::Code;
pub use icon::{Icon, Loop, glyph_of_component, glyph_of_kind, icon};
pub use menu::Menu;
pub use split::{Split, Way};
pub use text_diff::{diff_lines, text_diff};
pub use yaml::yaml;
