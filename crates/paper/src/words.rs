//! The two languages in which paper is written, and a pair of words in both.

use jiff::civil::Date;

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

    /// The tag of a file's text (BCP 47).
    pub fn tag(self) -> &'static str {
        self.pick("en-GB", "zh-CN")
    }

    /// The day as a signature bears it: 6 February 2027, 2027年2月6日 (GB/T 9704-2012, 7.3.5.4: no leading noughts).
    pub fn day(self, date: Date) -> String {
        match self {
            Language::English => date.strftime("%-d %B %Y").to_string(),
            Language::Chinese => date.strftime("%Y年%-m月%-d日").to_string(),
        }
    }

    /// Reads a day as either language writes it, or as 2027-02-06.
    pub fn read_day(text: &str) -> Option<Date> {
        let text = text.trim();
        ["%d %B %Y", "%Y年%m月%d日", "%Y-%m-%d"].iter().find_map(|form| Date::strptime(form, text).ok())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        let day = jiff::civil::date(2027, 2, 6);
        assert_eq!(Language::English.day(day), "6 February 2027");
        assert_eq!(Language::Chinese.day(day), "2027年2月6日");
        for language in [Language::English, Language::Chinese] {
            assert_eq!(Language::read_day(&language.day(day)), Some(day));
        }
        assert_eq!(Language::read_day("2027-02-06"), Some(day));
        assert_eq!(Language::read_day("二月六日"), None);
    }
}
