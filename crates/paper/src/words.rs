//! The two languages in which paper is written, and a pair of words in both.

/// The language of headings, templates and fault texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// Picks the text of this language.
    pub fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Language::English => en,
            Language::Chinese => zh,
        }
    }
}

/// One name in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub en: String,
    pub zh: String,
}

impl Label {
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Label { en: en.into(), zh: zh.into() }
    }

    pub fn text(&self, language: Language) -> &str {
        language.pick(&self.en, &self.zh)
    }
}
