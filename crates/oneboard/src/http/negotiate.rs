//! What the reader gets: language, theme, and page or JSON.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

use crate::locales::{Arg, Words};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Language {
    #[default]
    En,
    ZhCn,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The BCP 47 tag, as in `lang="…"`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// `en…` and `zh…` in any spelling; traditional Chinese readers get the simplified page rather than English.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "zh" => Some(Self::ZhCn),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// As the machine is set.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "system" => Some(Self::System),
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// The value of `data-theme`; absent where the system decides.
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// The reader's language and theme. As an extractor it never fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Locale {
    pub language: Language,
    pub theme: Theme,
}

impl Locale {
    /// The query (`?language=`, `?theme=`) first, then the cookies, then `Accept-Language`.
    pub fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let asked = |name: &str| query(uri, name).or_else(|| cookie(headers, name));
        let language = asked("language").and_then(Language::parse).or_else(|| accepted(headers)).unwrap_or_default();
        let theme = asked("theme").and_then(Theme::parse).unwrap_or_default();
        Self { language, theme }
    }

    /// The words of `key`.
    pub fn t(self, key: &str) -> Cow<'static, str> {
        Words::shared().get(self.language, key, &[])
    }

    /// The words of `key` with its placeholders filled.
    pub fn tx(self, key: &str, args: &[(&str, Arg<'_>)]) -> Cow<'static, str> {
        Words::shared().get(self.language, key, args)
    }
}

impl<S: Sync> FromRequestParts<S> for Locale {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, &parts.uri))
    }
}

/// The cookies that remember `?language=` and `?theme=`, where the address asks for one.
pub fn remember(uri: &Uri, secure: bool) -> Vec<String> {
    let language = query(uri, "language").and_then(Language::parse).map(|l| ("language", l.tag()));
    let theme = query(uri, "theme").and_then(Theme::parse).map(|t| ("theme", t.attribute().unwrap_or("system")));
    let flags = if secure { "; Secure" } else { "" };
    [language, theme]
        .into_iter()
        .flatten()
        // A year: the command room's choice outlives every session.
        .map(|(name, value)| format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{flags}"))
        .collect()
}

/// Does the caller want a page rather than JSON? A browser names `text/html`; anything else gets JSON.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match (accept.find("text/html"), accept.find("application/json")) {
        (Some(page), Some(json)) => page < json,
        (page, _) => page.is_some(),
    }
}

/// The value of one cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn query<'u>(uri: &'u Uri, name: &str) -> Option<&'u str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(f32, Language)> = None;
    for part in header.split(',') {
        let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
        let quality: f32 = quality.trim().parse().unwrap_or(0.0);
        if let Some(language) = Language::parse(tag.trim())
            && quality > best.map_or(0.0, |(q, _)| q)
        {
            best = Some((quality, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(pairs: &[(&str, &str)], uri: &str) -> Locale {
        Locale::of(&headers(pairs), &uri.parse().expect("an address"))
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().expect("a name"), v.parse().expect("a value"))).collect::<HeaderMap>()
    }

    #[test]
    fn query_then_cookie_then_header() {
        let accept = ("accept-language", "fr, zh-Hans;q=0.8, en;q=0.5");
        assert_eq!(locale(&[accept], "/").language, Language::ZhCn);
        assert_eq!(
            locale(&[accept, ("cookie", "a=b; language=en; theme=dark")], "/"),
            Locale { language: Language::En, theme: Theme::Dark }
        );
        assert_eq!(locale(&[("cookie", "language=en")], "/?language=zh-CN").language, Language::ZhCn);
        assert_eq!(locale(&[("cookie", "language=<x>")], "/?theme=;"), Locale::default());
    }

    #[test]
    fn a_choice_is_remembered_only_where_it_is_one() {
        assert_eq!(remember(&"/?language=zh&theme=light".parse().expect("an address"), true).len(), 2);
        assert!(remember(&"/?language=xx".parse().expect("an address"), false).is_empty());
    }

    #[test]
    fn a_browser_gets_a_page_and_a_program_json() {
        assert!(wants_page(&headers(&[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")])));
        assert!(!wants_page(&headers(&[("accept", "application/json")])));
        assert!(!wants_page(&headers(&[("accept", "*/*")])));
        assert!(!wants_page(&HeaderMap::new()));
    }
}
