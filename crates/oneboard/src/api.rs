//! The API's description, OpenAPI 3.1, made from the route table: what is served is described, because both are one list.
//!
//! `oneboard openapi` prints it; `openapi.json` at the root of the repository is that text, and the tests prove it fresh.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::http::problem::{Body as ProblemBody, Kind as Wrong};
use crate::routes::act::Answer;
use crate::routes::{Gate, Kind, Method, Route, Shape, find, post, shape, table};

/// Where the shapes are, within the description.
const SHAPES: &str = "/components/schemas";
/// Parts of an address that are numbers; every other part in braces is an id or a word.
const NUMBERS: [&str; 2] = ["line", "number"];
/// Parts of an address that are neither numbers nor ids.
const WORDS: [&str; 3] = ["token", "name", "upload"];

/// Addresses that take a file, as a browser's form sends it.
const FILES: [&str; 1] = ["/import"];

/// What may follow the `?` of an address.
const QUERIES: [(&str, Shape); 2] =
    [("/operations/{operation}/posts", shape::<post::Filter>), ("/find", shape::<find::Asked>)];

/// The description as it is printed and committed.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("a value is always writable");
    text.push('\n');
    text
}

/// The description.
pub fn document() -> Value {
    let mut generator = generator();
    let mut paths = Map::new();
    for route in table() {
        let path = route.path.replace("{*", "{");
        let about = operation(&route, &mut generator);
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[route.method.word().to_lowercase()] = about;
    }
    let problem = shape::<ProblemBody>(&mut generator);
    let schemas = used(&paths, &problem, generator.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Oneboard",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The whole force on one board",
            "description": "Everything the screens do. The same addresses answer pages to browsers and JSON to \
                programs that ask for application/json. Every answer is filtered by the rights of whoever asks.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "oneboard",
                    "description": "Given at sign-in; named __Host-oneboard where the site is served over TLS.",
                },
            },
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": "The sender's own id of this command, a UUID: sent again, it is answered from the \
                        journal and nothing new happens; with other content it is a conflict.",
                    "schema": { "type": "string", "format": "uuid" },
                },
            },
            "responses": {
                "Problem": {
                    "description": "What was wrong, with the value, what was expected and what to do instead (RFC 9457).",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
        },
    })
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = SHAPES.into()).into_generator()
}

/// The shapes that something refers to, directly or through another.
fn used(paths: &Map<String, Value>, problem: &Schema, mut all: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    let mut waiting = Vec::new();
    references(&json!(paths), &mut waiting);
    references(problem.as_value(), &mut waiting);
    while let Some(name) = waiting.pop() {
        if let Some(found) = all.remove(&name) {
            references(&found, &mut waiting);
            kept.insert(name, found);
        }
    }
    kept
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("$ref", Value::String(target)) => found.extend(target.rsplit('/').next().map(str::to_owned)),
                    _ => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let parts = parts(route.path);
    let mut about = json!({
        "operationId": operation_id(route),
        "tags": [route.noun],
        "summary": route.summary,
        "x-needs": needs(route.gate),
        "responses": responses(route, generator),
    });
    if matches!(route.gate, Gate::Public | Gate::Demonstration) {
        about["security"] = json!([]);
    }
    if route.gate.is_fresh() {
        about["x-step-up"] = json!(true);
    }
    let mut parameters: Vec<Value> = parts.iter().map(|part| path_parameter(part)).collect();
    parameters.extend(query_parameters(route, generator));
    if route.kind == Kind::Act {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    if !parameters.is_empty() {
        about["parameters"] = parameters.into();
    }
    if route.method == Method::Post && FILES.contains(&route.path) {
        let file = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
        let fields = json!({ "file": file, "operation": { "type": "string" } });
        let schema = json!({ "type": "object", "properties": fields, "required": ["file"] });
        about["requestBody"] = json!({ "required": true, "content": { "multipart/form-data": { "schema": schema } } });
    }
    if let Some(body) = route.body {
        let schema = without(&resolved(body, generator), &parts);
        let form = json!({ "schema": schema });
        let mut content = json!({ "application/x-www-form-urlencoded": form });
        if route.kind == Kind::Act {
            content["application/json"] = form;
        }
        let required = schema["required"].as_array().is_some_and(|required| !required.is_empty());
        about["requestBody"] = json!({ "required": required, "content": content });
    }
    about
}

/// The names in braces.
pub fn parts(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|part| part.trim_start_matches('*'))
        .collect()
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '-', '_']).filter(|word| !word.is_empty());
    let words = words.map(|word| word.trim_matches(['{', '}', '*']).replace('.', "_"));
    let path: Vec<String> = words.collect();
    format!("{}_{}", route.method.word().to_lowercase(), if path.is_empty() { "home".into() } else { path.join("_") })
}

/// The right that a route asks for, in a word.
pub fn needs(gate: Gate) -> String {
    match gate {
        Gate::Public => "nothing".into(),
        Gate::SignedIn | Gate::SignedInFresh => "sign_in".into(),
        Gate::Demonstration => "demonstration".into(),
        Gate::Needs(action) | Gate::NeedsFresh(action) => json!(action).as_str().unwrap_or_default().to_owned(),
    }
}

fn path_parameter(name: &str) -> Value {
    let schema = if NUMBERS.contains(&name) {
        json!({ "type": "integer", "format": "uint32", "minimum": 0 })
    } else if WORDS.contains(&name) {
        json!({ "type": "string" })
    } else {
        json!({ "type": "string", "pattern": "^[0-9a-f][0-9a-hjkmnp-tv-z]{12}$" })
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn query_parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    if route.kind == Kind::Stream {
        let what = "Ids of fragments, as the pages' data-fragment has them, separated by commas; after each, where \
            the reader has one already, ~ and its version.";
        return vec![
            json!({ "name": "f", "in": "query", "required": true, "description": what, "schema": { "type": "string" } }),
        ];
    }
    let Some((_, shape)) = QUERIES.iter().find(|(path, _)| *path == route.path && route.method == Method::Get) else {
        return Vec::new();
    };
    let schema = resolved(*shape, generator);
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    fields.into_iter().map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema })).collect()
}

/// The shape itself, not a reference to it.
fn resolved(shape: Shape, generator: &mut SchemaGenerator) -> Value {
    let schema = shape(generator).to_value();
    let name = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()).map(str::to_owned);
    name.and_then(|name| generator.definitions().get(&name).cloned()).unwrap_or(schema)
}

/// A body without the fields that come from the address.
fn without(schema: &Value, parts: &[&str]) -> Value {
    let mut schema = schema.clone();
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.retain(|name, _| !parts.contains(&name.as_str()));
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name.as_str().is_none_or(|name| !parts.contains(&name)));
    }
    schema
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let page = || json!({ "schema": { "type": "string" } });
    let mut good = |status: &str, description: &str, content: Value| {
        responses.insert(status.into(), json!({ "description": description, "content": content }));
    };
    let answer = |shape: Option<Shape>, generator: &mut SchemaGenerator| shape.map(|shape| shape(generator).to_value());
    match route.kind {
        Kind::Page => {
            let mut content = json!({ "text/html": page() });
            if let Some(schema) = answer(route.answer, generator) {
                content["application/json"] = json!({ "schema": schema });
            }
            good("200", "The page, or what it shows.", content);
        }
        Kind::Act => {
            let schema = answer(Some(route.answer.unwrap_or(shape::<Answer>)), generator);
            good("200", "Kept, or kept before.", json!({ "application/json": { "schema": schema } }));
            good("303", "As 200, to a browser's form: where to go on.", json!({}));
        }
        Kind::Form if route.answer.is_some() => {
            let schema = answer(route.answer, generator);
            good("200", "What the browser is to be asked.", json!({ "application/json": { "schema": schema } }));
        }
        Kind::Form => {
            good("303", "Done: where to go on. A session comes and goes as a cookie.", json!({}));
            good("422", "Refused: the form again, with what was wrong.", json!({ "text/html": page() }));
        }
        Kind::Stream => {
            let schema = json!({ "type": "string", "description": "Events: fragment, gone, at, end." });
            good("200", "The stream; it does not end by itself.", json!({ "text/event-stream": { "schema": schema } }));
        }
        Kind::File => good("200", "The file.", json!({ "application/octet-stream": {} })),
        Kind::Machine => good("200", "In words for machines.", json!({ "text/plain": page() })),
    }
    for kind in problems(route) {
        let status = kind.status().as_u16().to_string();
        responses.entry(status).or_insert_with(|| json!({ "$ref": "#/components/responses/Problem" }));
    }
    Value::Object(responses)
}

/// What can be wrong with a request of this kind.
fn problems(route: &Route) -> Vec<Wrong> {
    let mut problems = vec![Wrong::TooMany, Wrong::Unavailable];
    if !matches!(route.gate, Gate::Public | Gate::Demonstration) {
        problems.push(Wrong::SignInNeeded);
    }
    if route.gate.action().is_some() || matches!(route.kind, Kind::Act | Kind::Form) {
        problems.push(Wrong::NoPermission);
    }
    if !parts(route.path).is_empty() {
        problems.extend([Wrong::NotFound, Wrong::BadRequest]);
    }
    if route.body.is_some() {
        problems.extend([Wrong::BadRequest, Wrong::TooLarge, Wrong::UnsupportedMedia, Wrong::Refused]);
    }
    if route.kind == Kind::Act {
        problems.push(Wrong::Conflict);
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_of_the_table_is_described_once() {
        let document = document();
        let mut ids = BTreeSet::new();
        let routes = table();
        for route in &routes {
            let about = &document["paths"][route.path.replace("{*", "{")][route.method.word().to_lowercase()];
            assert_eq!(about["summary"], route.summary, "{}", route.path);
            assert!(ids.insert(about["operationId"].to_string()), "{} twice", about["operationId"]);
            let named = about["parameters"].as_array().cloned().unwrap_or_default();
            for part in parts(route.path) {
                let told = named.iter().any(|parameter| parameter["name"] == part && parameter["in"] == "path");
                assert!(told, "{} does not tell {part}", route.path);
                for (_, content) in about["requestBody"]["content"].as_object().into_iter().flatten() {
                    assert!(content["schema"]["properties"].get(part).is_none(), "{}: {part} twice", route.path);
                }
            }
        }
        let described: usize = document["paths"]
            .as_object()
            .expect("paths")
            .values()
            .map(|path| path.as_object().map_or(0, Map::len))
            .sum();
        assert_eq!(described, routes.len());
    }

    #[test]
    fn every_reference_leads_somewhere_and_the_text_is_the_same_again() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        let components = &document["components"];
        for name in found {
            let known = ["schemas", "parameters", "responses"].iter().any(|kind| components[kind].get(&name).is_some());
            assert!(known, "{name} is nowhere");
        }
        assert_eq!(text(), text());
    }

    /// Whatever is served goes through the table: no other source makes a router.
    #[test]
    fn nothing_is_served_that_is_not_in_the_table() {
        fn look(folder: &std::path::Path, wrong: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).expect("a source folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    look(&path, wrong);
                    continue;
                }
                let source = std::fs::read_to_string(&path).expect("a source");
                let calls = [
                    ".rou\u{74}e(",
                    ".nes\u{74}(",
                    "nes\u{74}_service(",
                    "rou\u{74}e_service(",
                    "fallback_servic\u{65}(",
                ];
                for (number, line) in source.lines().enumerate() {
                    if calls.iter().any(|call| line.contains(call)) {
                        wrong.push(format!("{}:{}", path.display(), number + 1));
                    }
                }
            }
        }
        let mut found = Vec::new();
        look(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let [only] = &found[..] else { panic!("routes are made in {found:?}; the table is the only place") };
        assert!(only.contains("routes/mod.rs"), "{only}");
    }
}
