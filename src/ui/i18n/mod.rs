//! The page's words, in every language at once: a phrase without its translation does not compile.
//!
//! A phrase is one line of a `words!` table: `name(arguments) = "English", "中文";`. It becomes a function: `page::apply(language)`.
//! Kubernetes' own words (kinds, fields, reasons, kubectl's columns) are not translated: they are the same on a real cluster.

pub mod page;
pub mod panels;
pub mod turn;

use serde::{Deserialize, Serialize};

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// 中文, simplified.
    #[serde(rename = "zh")]
    Chinese,
}

impl Language {
    /// The `lang` attribute, and the value kept in the browser under `kubeloop.language`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// The language of a tag such as `zh-CN`; English if we do not speak it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        if tag.starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// The one of two that is in this language.
    #[must_use]
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }
}

/// Makes a function per phrase. Without arguments it returns `&'static str`, with arguments a `String` made by `format!`.
macro_rules! words {
    ($($name:ident $(($($argument:ident: $type:ty),+))? = $english:literal, $chinese:literal;)+) => {
        $($crate::ui::i18n::word!($name $(($($argument: $type),+))? = $english, $chinese);)+
    };
}
pub(crate) use words;

/// One line of [`words!`].
macro_rules! word {
    ($name:ident = $english:literal, $chinese:literal) => {
        #[doc = concat!("English: `", $english, "`.")]
        #[must_use]
        pub fn $name(language: $crate::ui::i18n::Language) -> &'static str {
            match language {
                $crate::ui::i18n::Language::English => $english,
                $crate::ui::i18n::Language::Chinese => $chinese,
            }
        }
    };
    ($name:ident ($($argument:ident: $type:ty),+) = $english:literal, $chinese:literal) => {
        #[doc = concat!("English: `", $english, "`.")]
        #[must_use]
        pub fn $name(language: $crate::ui::i18n::Language, $($argument: $type),+) -> String {
            match language {
                $crate::ui::i18n::Language::English => format!($english),
                $crate::ui::i18n::Language::Chinese => format!($chinese),
            }
        }
    };
}
pub(crate) use word;
