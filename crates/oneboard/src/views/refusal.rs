//! Refusals in the reader's language.
//!
//! A refusal serialises to its noun, its variant and its fields; the variant names the words, the fields fill them, and ids
//! become names. What has no words in a language is told in the English of the board rather than not at all.

use board::{At, Refusal};
use serde_json::Value as Json;

use super::{Sheet, Value};
use crate::locales::Words;

pub fn words(sheet: &Sheet<'_>, refusal: &Refusal) -> String {
    let Some((variant, fields)) = taken_apart(refusal) else { return refusal.to_string() };
    let key = format!("refusal-{}", variant.replace('_', "-"));
    if !Words::shared().has(sheet.locale.language, &key) {
        return refusal.to_string();
    }
    let values: Vec<(String, Value)> =
        fields.into_iter().map(|(name, value)| (name.clone(), filled(sheet, &name, &value))).collect();
    let values: Vec<(&str, Value)> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    sheet.say(&key, &values)
}

/// The variant's name and its fields.
fn taken_apart(refusal: &Refusal) -> Option<(String, serde_json::Map<String, Json>)> {
    let Json::Object(noun) = serde_json::to_value(refusal).ok()? else { return None };
    match noun.into_iter().next()?.1 {
        Json::String(variant) => Some((variant, serde_json::Map::new())),
        Json::Object(variant) => {
            let (name, fields) = variant.into_iter().next()?;
            match fields {
                Json::Object(fields) => Some((name, fields)),
                _ => Some((name, serde_json::Map::new())),
            }
        }
        _ => None,
    }
}

/// A field as people read it: names of people, units and posts, times of day, words of roles and actions.
fn filled(sheet: &Sheet<'_>, name: &str, value: &Json) -> Value {
    match (name, value) {
        ("person" | "leader" | "officer", Json::String(id)) => {
            id.parse().map_or_else(|_| id.as_str().into(), |id| sheet.name(id).into())
        }
        ("unit" | "above" | "parent" | "held" | "first" | "lead", Json::String(id))
            if id.parse::<board::UnitId>().is_ok() =>
        {
            id.parse().map_or_else(|_| id.as_str().into(), |id| sheet.unit(id).into())
        }
        ("post", Json::String(id)) => id.parse().map_or_else(|_| id.as_str().into(), |id| post_name(sheet, id).into()),
        ("section", Json::String(id)) => {
            let found = id.parse().ok().and_then(|id| sheet.board().sections.get(id));
            found.map_or_else(|| id.as_str().into(), |found| super::section::name(sheet, found).into())
        }
        ("hazard" | "colour", Json::String(word)) => {
            sheet.t(&format!("warning-{name}-{}", word.replace('_', "-"))).into()
        }
        ("role" | "held" | "action" | "phase" | "grade", Json::String(word)) => {
            sheet.t(&format!("{}-{}", if name == "held" { "role" } else { name }, word.replace('_', "-"))).into()
        }
        // An operation's phases, where a refusal names one it is in and one it cannot go to.
        ("from" | "to", Json::String(word)) => sheet.t(&format!("phase-{}", word.replace('_', "-"))).into(),
        ("receiver", Json::String(text)) => match text.parse() {
            Ok(board::directive::Receiver::Unit(unit)) => sheet.unit(unit).into(),
            Ok(board::directive::Receiver::Person(person)) => sheet.name(person).into(),
            Err(_) => text.as_str().into(),
        },
        ("step" | "missing", Json::String(word)) => sheet.t(&format!("directive-{word}")).into(),
        ("wanted", Json::String(word)) => sheet.t(&format!("task-wanted-{word}")).into(),
        (
            "since" | "until" | "from" | "to" | "opens" | "begins" | "ends" | "latest" | "at" | "deadline" | "now"
            | "earliest" | "due" | "issued",
            Json::Number(millis),
        ) => sheet.time(At::from_millis(millis.as_i64().unwrap_or(0))).into(),
        (_, Json::Number(number)) => Value::Number(number.as_i64().unwrap_or(0)),
        (_, Json::String(text)) => text.as_str().into(),
        (_, other) => other.to_string().into(),
    }
}

fn post_name(sheet: &Sheet<'_>, id: board::PostId) -> String {
    let found = sheet.board().operations().find_map(|(_, operation)| operation.posts.get(id));
    found.map_or_else(String::new, |post| format!("{} {}", post.number, sheet.label(&post.name)))
}

#[cfg(test)]
mod tests;
