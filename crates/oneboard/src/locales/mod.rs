//! The words of the interface, English and Simplified Chinese, one Fluent file per noun, embedded.
//!
//! A view asks its [`Locale`](crate::http::negotiate::Locale): `locale.t("sign-in-title")`, or with placeholders
//! `locale.tx("problem-wait", &[("minutes", 3.into())])`. Keys are written as literals, so that a test can find those that do not exist.
//! A missing key shows itself on the page and never fails a request. A new noun is one line in [`FILES`].

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::http::negotiate::Language;

/// Noun, English, Chinese.
const FILES: &[(&str, &str, &str)] = &[
    ("act", include_str!("en/act.ftl"), include_str!("zh-CN/act.ftl")),
    ("board", include_str!("en/board.ftl"), include_str!("zh-CN/board.ftl")),
    ("alarm", include_str!("en/alarm.ftl"), include_str!("zh-CN/alarm.ftl")),
    ("warning", include_str!("en/warning.ftl"), include_str!("zh-CN/warning.ftl")),
    ("section", include_str!("en/section.ftl"), include_str!("zh-CN/section.ftl")),
    ("measure", include_str!("en/measure.ftl"), include_str!("zh-CN/measure.ftl")),
    ("notice", include_str!("en/notice.ftl"), include_str!("zh-CN/notice.ftl")),
    ("me", include_str!("en/me.ftl"), include_str!("zh-CN/me.ftl")),
    ("attachment", include_str!("en/attachment.ftl"), include_str!("zh-CN/attachment.ftl")),
    ("access", include_str!("en/access.ftl"), include_str!("zh-CN/access.ftl")),
    ("call-out", include_str!("en/call-out.ftl"), include_str!("zh-CN/call-out.ftl")),
    ("checkin", include_str!("en/checkin.ftl"), include_str!("zh-CN/checkin.ftl")),
    ("directive", include_str!("en/directive.ftl"), include_str!("zh-CN/directive.ftl")),
    ("frame", include_str!("en/frame.ftl"), include_str!("zh-CN/frame.ftl")),
    ("force", include_str!("en/force.ftl"), include_str!("zh-CN/force.ftl")),
    ("operation", include_str!("en/operation.ftl"), include_str!("zh-CN/operation.ftl")),
    ("post", include_str!("en/post.ftl"), include_str!("zh-CN/post.ftl")),
    ("calendar", include_str!("en/calendar.ftl"), include_str!("zh-CN/calendar.ftl")),
    ("sheets", include_str!("en/sheets.ftl"), include_str!("zh-CN/sheets.ftl")),
    ("roster", include_str!("en/roster.ftl"), include_str!("zh-CN/roster.ftl")),
    ("refusal", include_str!("en/refusal.ftl"), include_str!("zh-CN/refusal.ftl")),
    ("watch", include_str!("en/watch.ftl"), include_str!("zh-CN/watch.ftl")),
    ("errors", include_str!("en/errors.ftl"), include_str!("zh-CN/errors.ftl")),
    ("record", include_str!("en/record.ftl"), include_str!("zh-CN/record.ftl")),
    ("task", include_str!("en/task.ftl"), include_str!("zh-CN/task.ftl")),
    ("shell", include_str!("en/shell.ftl"), include_str!("zh-CN/shell.ftl")),
    ("sign-in", include_str!("en/sign-in.ftl"), include_str!("zh-CN/sign-in.ftl")),
];

/// What fills a placeholder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<i32> for Arg<'_> {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}
impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}
impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// Both languages, parsed once.
pub struct Words {
    bundles: [FluentBundle<FluentResource>; 2],
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words")
    }
}

static SHARED: LazyLock<Words> = LazyLock::new(Words::embedded);

impl Words {
    /// The words this program was built with.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    fn embedded() -> Self {
        Self {
            bundles: Language::ALL.map(|language| bundle(language, FILES.iter().map(|file| source(file, language)))),
        }
    }

    /// The words of `key`; the key itself where there are none.
    pub fn get(&'static self, language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> Cow<'static, str> {
        let bundle = self.bundle(language);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        if args.is_empty() {
            return bundle.format_pattern(pattern, None, &mut errors);
        }
        let mut filled = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            let value = match value {
                Arg::Text(text) => FluentValue::from(*text),
                Arg::Number(number) => FluentValue::from(*number),
            };
            filled.set(*name, value);
        }
        Cow::Owned(bundle.format_pattern(pattern, Some(&filled), &mut errors).into_owned())
    }

    pub fn has(&self, language: Language, key: &str) -> bool {
        self.bundle(language).get_message(key).is_some_and(|message| message.value().is_some())
    }

    fn bundle(&self, language: Language) -> &FluentBundle<FluentResource> {
        let [en, zh] = &self.bundles;
        match language {
            Language::En => en,
            Language::ZhCn => zh,
        }
    }
}

const fn source(file: &(&'static str, &'static str, &'static str), language: Language) -> &'static str {
    match language {
        Language::En => file.1,
        Language::ZhCn => file.2,
    }
}

fn bundle(language: Language, sources: impl Iterator<Item = &'static str>) -> FluentBundle<FluentResource> {
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks would be copied with names and break the exports; both languages run left to right.
    bundle.set_use_isolating(false);
    for source in sources {
        // A file with a fault still gives its good lines; the tests refuse the fault.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(good, _)| good);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests;
