//! The access matrix, asked of a real server: every route with every role on every relation, signed in and not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use board::access::Action;
use board::{Actor, Board};
use http_body_util::BodyExt as _;
use oneboard::access_matrix::model::{self, Holder, NOW, Objects, Relation};
use oneboard::access_matrix::{STREAMS, verdict, watched};
use oneboard::api;
use oneboard::clock::Clock;
use oneboard::config::Config;
use oneboard::routes::{Gate, Kind, Method, Route, table};
use oneboard::server::{self, Server};
use oneboard::shell::Shell;
use oneboard::submit::Submission;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

/// A stream says what it refuses, and shows what it does not, within this.
const PATIENCE: Duration = Duration::from_secs(20);

/// Acts that a browser's form alone can do.
const FORMS: [&str; 3] = ["/import/{upload}", "/access/links", "/people/{person}/factors/revoke"];

struct Site {
    _server: Server,
    app: Router,
    board: Board,
    /// The session cookie of each holder.
    cookies: BTreeMap<u64, String>,
    _folder: tempfile::TempDir,
}

async fn site() -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let config =
        Config { data: folder.path().into(), requests_per_second: 0, step_up_minutes: 60, ..Config::default() };
    let shell = Shell::open(config, Clock::demonstration(NOW, 1, true)).expect("the shell opens");
    let server = server::open(Arc::clone(&shell)).expect("the journal opens");
    for (number, command) in (1..).zip(model::commands()) {
        let id = Uuid::from_u128(model::command_id(number, &command).0);
        let submission = Submission { actor: Actor::Operator, id, command, texts: Vec::new() };
        server.app.submit.submit(submission).await.expect("the model is kept");
    }
    let mut cookies = BTreeMap::new();
    for holder in model::holders() {
        let person = holder.person.value();
        let link = shell.accounts.demonstration_link(person, &format!("p{person}")).await.expect("a link");
        let session = shell.accounts.demonstration_sign_in(&link, "test").await.expect("a session");
        cookies.insert(person, format!("oneboard={}", session.token));
    }
    let board = server.app.submit.published().board.clone();
    Site { app: server::router(&server.app), _server: server, board, cookies, _folder: folder }
}

impl Site {
    async fn ask(
        &self,
        route: &Route,
        objects: &Objects,
        body: &Value,
        who: Option<&Holder>,
        accept: &str,
    ) -> Response {
        let query = if route.method == Method::Get { format!("?unit={}", objects.unit) } else { String::new() };
        let mut request = Request::builder()
            .method(route.method.word())
            .uri(address(route, objects) + &query)
            .header("host", "localhost")
            .header("accept", accept);
        if let Some(holder) = who {
            request = request.header("cookie", &self.cookies[&holder.person.value()]);
        }
        let body = match route.method {
            Method::Get => Body::empty(),
            Method::Post => {
                let form = |fields: &Map<String, Value>| {
                    let pairs = fields.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default()));
                    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
                };
                // What takes neither takes a file; this one has none in it.
                let (kind, content) = match (route.body, body) {
                    (Some(_), Value::Object(fields)) if FORMS.contains(&route.path) => {
                        ("application/x-www-form-urlencoded", form(fields))
                    }
                    (Some(_), _) => ("application/json", body.to_string()),
                    (None, _) => ("multipart/form-data; boundary=x", "--x--\r\n".to_owned()),
                };
                request = request.header("content-type", kind);
                Body::from(content)
            }
        };
        let request = request.body(body).expect("a request");
        self.app.clone().oneshot(request).await.expect("infallible")
    }
}

/// Which operation an address means: the one that the unit leads, or the one in which it mans a post.
fn operation(route: &Route, objects: &Objects) -> String {
    let about_itself = matches!(
        route.gate.action(),
        Some(
            Action::ViewOperation | Action::PlanOperation | Action::SetLevel | Action::ViewBoard | Action::OpenCallOut
        )
    );
    if about_itself { objects.operation } else { objects.manned }.to_string()
}

fn named(name: &str, operation: &str, objects: &Objects) -> Option<String> {
    Some(match name {
        "operation" => operation.to_owned(),
        "unit" => objects.unit.to_string(),
        "post" => objects.post.to_string(),
        "shift" => objects.shift.to_string(),
        "assignment" | "one" | "other" | "with" | "relieves" => objects.assignment.to_string(),
        "person" => objects.person.to_string(),
        "to" | "by" | "owner" | "leader" | "carry_to" | "by_order_of" => objects.other.to_string(),
        "roll_call" => objects.roll_call.to_string(),
        "directive" => objects.directive.to_string(),
        "task" => objects.task.to_string(),
        "call_out" => objects.call_out.to_string(),
        "receiver" => format!("unit-{}", objects.unit),
        "lead" => objects.unit.to_string(),
        "network" => "00".repeat(32),
        "grant" => objects.grant.to_string(),
        "alarm" => objects.alarm.to_string(),
        "section" => objects.section.to_string(),
        "warning" => objects.warning.to_string(),
        "measure" => objects.measure.to_string(),
        "attachment" => objects.attachment.to_string(),
        "line" | "number" | "rung" => "1".to_owned(),
        "upload" => Uuid::nil().to_string(),
        _ => return None,
    })
}

fn address(route: &Route, objects: &Objects) -> String {
    let operation = operation(route, objects);
    api::parts(route.path).into_iter().fold(route.path.replace("{*", "{"), |path, name| {
        let value = named(name, &operation, objects).unwrap_or_else(|| objects.unit.to_string());
        path.replace(&format!("{{{name}}}"), &value)
    })
}

/// A body of the shape that the description gives, about these objects.
fn body(document: &Value, route: &Route, objects: &Objects) -> Value {
    let about = &document["paths"][route.path.replace("{*", "{")]["post"]["requestBody"]["content"];
    match about["application/json"].get("schema") {
        Some(schema) => instance(document, schema, "", &operation(route, objects), objects),
        None => json!({}),
    }
}

fn instance(document: &Value, schema: &Value, name: &str, operation: &str, objects: &Objects) -> Value {
    let again = |schema: &Value| instance(document, schema, name, operation, objects);
    if let Some(target) = schema["$ref"].as_str() {
        return again(document.pointer(target.trim_start_matches('#')).expect("a shape"));
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return again(&choices[0]);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[0].as_str().unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    };
    match kind {
        "string" if schema.get("pattern").is_some() => {
            json!(named(name, operation, objects).unwrap_or_else(|| objects.other.to_string()))
        }
        "string" => match name {
            "person" => json!(objects.person.to_string()),
            "owner" => json!(objects.other.to_string()),
            "from" | "begins" | "issued" => json!("1970-01-02T08:00"),
            "until" | "to" | "ends" | "deadline" => json!("1970-01-02T20:00"),
            _ => json!("1"),
        },
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        // What names the objects themselves names this one.
        "array" => match name {
            "measures" => json!([objects.measure.to_string()]),
            "sections" => json!([objects.section.to_string()]),
            _ => json!([]),
        },
        _ => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut object = Map::new();
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                // What names the object is given though it may be left out.
                if required.contains(&field.as_str()) || matches!(field.as_str(), "unit" | "post" | "words" | "title") {
                    object.insert(field.clone(), instance(document, schema, field, operation, objects));
                }
            }
            Value::Object(object)
        }
    }
}

/// Routes whose objects lie in the address or the body, in the order in which they may be tried: what looks first, what
/// changes people and rights last.
fn guarded() -> Vec<Route> {
    let mut routes: Vec<Route> = table()
        .into_iter()
        .filter(|route| {
            route
                .gate
                .action()
                .is_some_and(|action| !matches!(action, Action::StandPost | Action::Delegate | Action::AnswerCallOut))
        })
        .collect();
    routes.sort_by_key(|route| (route.kind == Kind::Act, matches!(route.noun, "force" | "access" | "accounts")));
    routes
}

fn is_problem(response: &Response) -> bool {
    response.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_as_the_matrix_says() {
    let site = site().await;
    let document = api::document();
    let mut wrong = Vec::new();
    // First all that must be refused, which changes nothing; then all that may be done.
    for expected in [false, true] {
        for route in guarded() {
            for holder in model::holders() {
                for relation in Relation::ALL {
                    if verdict(&site.board, &holder, &route, relation) != Some(expected) {
                        continue;
                    }
                    let objects = Objects::at(relation.unit(holder.tier).expect("there is such an object"));
                    let body = body(&document, &route, &objects);
                    for accept in ["application/json", "text/html"] {
                        let response = site.ask(&route, &objects, &body, Some(&holder), accept).await;
                        let status = response.status();
                        let refused = matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
                        let good = if expected {
                            !matches!(status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED)
                                && !status.is_server_error()
                        } else {
                            refused && (accept == "text/html" || is_problem(&response))
                        };
                        if !good {
                            let bytes = response.into_body().collect().await.map(|all| all.to_bytes());
                            let said = String::from_utf8_lossy(&bytes.unwrap_or_default())
                                .chars()
                                .take(300)
                                .collect::<String>();
                            let said = if accept == "text/html" { String::new() } else { said };
                            wrong.push(format!(
                                "{} {} for {:?} at {:?} on {relation:?} as {accept}: {status}, expected {} {body} {said}",
                                route.method.word(),
                                route.path,
                                holder.role,
                                holder.tier,
                                if expected { "permission" } else { "refusal" },
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers differ from the matrix:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn who_is_not_signed_in_gets_no_further_than_the_door() {
    let site = site().await;
    let document = api::document();
    let objects = Objects::at(Relation::Own.unit(model::Tier::County).expect("a county"));
    for route in table() {
        // The demonstration's own routes say for themselves who may use them.
        if route.gate == Gate::Demonstration {
            continue;
        }
        let open = route.gate == Gate::Public;
        let body = body(&document, &route, &objects);
        let response = site.ask(&route, &objects, &body, None, "application/json").await;
        let turned_away = response.status() == StatusCode::UNAUTHORIZED && is_problem(&response);
        assert_eq!(turned_away, !open, "{} {}: {}", route.method.word(), route.path, response.status());
        if !open && route.method == Method::Get {
            let response = site.ask(&route, &objects, &body, None, "text/html").await;
            let to = response.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
            assert!(to.starts_with("/sign-in"), "{}: {} to {to}", route.path, response.status());
        }
    }
}

/// One stream per holder asks for every fragment of every relation; what is refused is told as gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stream_shows_what_the_matrix_says() {
    let site = site().await;
    // One stream watches so many fragments and no more.
    let parts = STREAMS.chunks(live::MAX_SET / Relation::ALL.len());
    for (holder, streams) in parts.flat_map(|part| model::holders().into_iter().map(move |holder| (holder, part))) {
        let mut expected: BTreeMap<String, bool> = BTreeMap::new();
        for (_, sample) in streams {
            for relation in Relation::ALL {
                if let Some(may) = watched(&site.board, &holder, *sample, relation) {
                    let unit = relation.unit(holder.tier).expect("it was asked about");
                    expected.insert(sample(&Objects::at(unit)).to_string(), may);
                }
            }
        }
        let ids: Vec<&str> = expected.keys().map(String::as_str).collect();
        let request = Request::builder()
            .uri(format!("/live?f={}", ids.join(",")))
            .header("host", "localhost")
            .header("cookie", &site.cookies[&holder.person.value()])
            .body(Body::empty())
            .expect("a request");
        let response = site.app.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), StatusCode::OK);
        let mut stream = response.into_body();
        let mut told: BTreeMap<String, bool> = BTreeMap::new();
        let mut text = String::new();
        let read = async {
            while told.len() < expected.len() {
                let frame = stream.frame().await.expect("the stream goes on").expect("a frame");
                let Ok(data) = frame.into_data() else { continue };
                text.push_str(&String::from_utf8_lossy(&data));
                while let Some(end) = text.find("\n\n") {
                    let event: String = text.drain(..end + 2).collect();
                    for id in expected.keys() {
                        let shown = event.starts_with("event: fragment") && event.contains(&format!("\"id\":\"{id}\""));
                        let gone = event.starts_with("event: gone") && event.contains(&format!("\"{id}\""));
                        if shown || gone {
                            told.insert(id.clone(), shown);
                        }
                    }
                }
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, read).await;
        assert!(
            in_time.is_ok(),
            "{holder:?}: not told of {:?}",
            expected.keys().filter(|id| !told.contains_key(*id)).collect::<Vec<_>>()
        );
        assert_eq!(told, expected, "{holder:?}");
    }
}
