//! What belongs to the person and not to the run: language, theme, sizes. Kept in the browser, never in a link.

use super::i18n::Language;
use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Which region a narrow page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// The editor.
    Editor,
    /// The diagram.
    #[default]
    Diagram,
    /// The dock.
    Dock,
}

impl View {
    /// As the markup names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Diagram => "diagram",
            Self::Dock => "dock",
        }
    }
}

/// What a newcomer is shown next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coach {
    /// Press Apply.
    #[default]
    Apply,
    /// Press Step.
    Step,
    /// Nothing any more.
    Done,
}

/// A dialog over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// The keys and what everything means.
    Help,
}

/// A message over the page, until it is put away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The link in the address could not be opened; why.
    BadLink(String),
    /// What was kept from last time could not be taken up again; why. The text in the editor is there.
    NotRestored(String),
    /// The link was copied.
    LinkCopied,
    /// The link is too long for an address bar; how long.
    LinkTooLong(usize),
}

/// What belongs to the person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The language of the page.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Everything larger, for a room.
    pub projector: bool,
    /// What a narrow page shows.
    pub view: View,
    /// What a newcomer is shown next.
    pub coach: Coach,
    /// The editor's width in CSS pixels, where it was dragged to.
    pub editor_width_px: Option<u32>,
    /// The dock's height in CSS pixels, where it was dragged to.
    pub dock_height_px: Option<u32>,
    /// The open dialog.
    #[serde(skip)]
    pub sheet: Option<Sheet>,
    /// The message over the page.
    #[serde(skip)]
    pub notice: Option<Notice>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::English,
            theme: Theme::System,
            projector: false,
            view: View::Diagram,
            coach: Coach::Apply,
            editor_width_px: None,
            dock_height_px: None,
            sheet: None,
            notice: None,
        }
    }
}

/// A change of the settings.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Another language.
    Language(Language),
    /// Another theme.
    Theme(Theme),
    /// Projector mode on, or off.
    ToggleProjector,
    /// Another view.
    View(View),
    /// The coach is this far, or farther.
    Coach(Coach),
    /// The editor was dragged.
    EditorWidth(Option<u32>),
    /// The dock was dragged.
    DockHeight(Option<u32>),
    /// Opens a dialog, or closes it.
    Sheet(Option<Sheet>),
    /// Shows a message, or puts it away.
    Notice(Option<Notice>),
}

impl Settings {
    /// Does one change.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Language(language) => self.language = language,
            Change::Theme(theme) => self.theme = theme,
            Change::ToggleProjector => self.projector = !self.projector,
            Change::View(view) => self.view = view,
            Change::Coach(coach) => self.coach = self.coach.max(coach),
            Change::EditorWidth(px) => self.editor_width_px = px,
            Change::DockHeight(px) => self.dock_height_px = px,
            Change::Sheet(sheet) => self.sheet = sheet,
            Change::Notice(notice) => self.notice = notice,
        }
    }
}
