//! Every error a caller can meet: RFC 9457 JSON for programs, a designed page for people.
//!
//! A handler returns a [`Problem`]; the outer layer ([`Reader`]) knows the reader and writes it in their language and form. Bare errors
//! of the framework (a body too long, a wrong content type) are turned into problems on the way out, so nothing else reaches a caller.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use schemars::JsonSchema;
use serde::Serialize;

use super::negotiate::{Locale, wants_page};
use crate::page;
use crate::shell::Shell;

/// What kind of thing went wrong. The slug is part of the API: it never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    BadRequest,
    SignInNeeded,
    StepUpNeeded,
    NoPermission,
    ForeignOrigin,
    NotFound,
    MethodNotAllowed,
    TooSlow,
    Conflict,
    TooLarge,
    UnsupportedMedia,
    WrongHost,
    Refused,
    TooMany,
    Fault,
    Unavailable,
    /// The journal cannot be written.
    NotKept,
}

impl Kind {
    pub const ALL: [Self; 17] = [
        Self::BadRequest,
        Self::SignInNeeded,
        Self::StepUpNeeded,
        Self::NoPermission,
        Self::ForeignOrigin,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooSlow,
        Self::Conflict,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::WrongHost,
        Self::Refused,
        Self::TooMany,
        Self::Fault,
        Self::Unavailable,
        Self::NotKept,
    ];

    pub const fn slug(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::SignInNeeded => "sign-in-needed",
            Self::StepUpNeeded => "step-up-needed",
            Self::NoPermission => "no-permission",
            Self::ForeignOrigin => "foreign-origin",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooSlow => "too-slow",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedMedia => "unsupported-media",
            Self::WrongHost => "wrong-host",
            Self::Refused => "refused",
            Self::TooMany => "too-many",
            Self::Fault => "fault",
            Self::Unavailable => "unavailable",
            Self::NotKept => "not-kept",
        }
    }

    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::StepUpNeeded | Self::NoPermission | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable | Self::NotKept => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn of(status: StatusCode) -> Self {
        Self::ALL
            .into_iter()
            .find(|kind| kind.status() == status && !matches!(kind, Self::StepUpNeeded | Self::NotKept))
            .unwrap_or(if status.is_server_error() { Self::Fault } else { Self::BadRequest })
    }
}

/// One field of a form that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    pub field: String,
    pub detail: String,
}

/// An error, to be told to whoever asked. `detail` is already in the reader's language; without it the kind's own words are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    pub detail: Option<Box<str>>,
    /// The value that was refused.
    pub value: Option<Box<str>>,
    /// What would have been accepted.
    pub expected: Option<Box<str>>,
    /// What to do instead.
    pub remedy: Option<Box<str>>,
    pub errors: Vec<FieldError>,
    /// Seconds after which it is worth trying again.
    pub retry_after: Option<u32>,
}

impl Problem {
    pub const fn new(kind: Kind) -> Self {
        Self { kind, detail: None, value: None, expected: None, remedy: None, errors: Vec::new(), retry_after: None }
    }

    /// A fault of the server: the cause goes to the log, the caller learns only that it happened.
    pub fn fault(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "a request failed");
        Self::new(Kind::Fault)
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into_boxed_str());
        self
    }
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into().into_boxed_str());
        self
    }
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into().into_boxed_str());
        self
    }
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into().into_boxed_str());
        self
    }
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), detail: detail.into() });
        self
    }
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The problem as RFC 9457 has it, in `locale`'s words.
    pub fn body(&self, locale: Locale, instance: Option<&str>) -> Body {
        let slug = self.kind.slug();
        Body {
            kind: format!("urn:oneboard:problem:{slug}"),
            title: locale.t(&format!("problem-{slug}")).into_owned(),
            status: self.kind.status().as_u16(),
            detail: self
                .detail
                .as_deref()
                .map(str::to_owned)
                .unwrap_or_else(|| locale.t(&format!("problem-{slug}-detail")).into_owned()),
            remedy: self
                .remedy
                .as_deref()
                .map(str::to_owned)
                .unwrap_or_else(|| locale.t(&format!("problem-{slug}-remedy")).into_owned()),
            instance: instance.map(str::to_owned),
            value: self.value.as_deref().map(str::to_owned),
            expected: self.expected.as_deref().map(str::to_owned),
            errors: self.errors.clone(),
        }
    }

    fn json(&self, locale: Locale, instance: Option<&str>) -> Response {
        let mut response = (self.kind.status(), Json(self.body(locale, instance))).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The members of the JSON object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct Body {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub remedy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.json(Locale::default(), None);
        response.extensions_mut().insert(self);
        response
    }
}

/// Whoever reads the response: their language, and page or JSON.
pub(super) struct Reader {
    locale: Locale,
    wants_page: bool,
    method: Method,
    uri: Uri,
}

impl Reader {
    pub(super) fn of(request: &Request) -> Self {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let headers = request.headers();
        Self { locale: Locale::of(headers, &uri), wants_page: wants_page(headers), method, uri }
    }

    /// Writes an error in the reader's language, as a page or as JSON.
    pub(super) async fn render(&self, shell: &Shell, mut response: Response) -> Response {
        let problem = match response.extensions_mut().remove::<Problem>() {
            Some(problem) => problem,
            None if is_bare_error(&response) => {
                let kind = Kind::of(response.status());
                let text =
                    axum::body::to_bytes(std::mem::take(response.body_mut()), MAX_BARE).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&text).trim().to_owned();
                // What the framework says of a client's fault is plain and useful; of the server's own it is nobody's
                // business.
                if text.is_empty() || response.status().is_server_error() {
                    Problem::new(kind)
                } else {
                    Problem::new(kind).value(text)
                }
            }
            None => return response,
        };
        if !self.wants_page {
            return problem.json(self.locale, Some(self.uri.path()));
        }
        if problem.kind == Kind::SignInNeeded && self.method == Method::GET {
            return Redirect::to(&sign_in_address(&self.uri)).into_response();
        }
        page_of(shell, self.locale, &problem)
    }
}

/// Longest text of the framework's own errors that is passed on, bytes.
const MAX_BARE: usize = 4096;

fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return false;
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.is_empty() || kind.starts_with("text/plain")
}

/// Where to sign in, and come back to `uri` from.
pub fn sign_in_address(uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if path == "/" { "/sign-in".into() } else { format!("/sign-in?next={}", page::percent(path)) }
}

fn page_of(shell: &Shell, locale: Locale, problem: &Problem) -> Response {
    let body = problem.body(locale, None);
    let page = page::plain(
        shell,
        locale,
        &body.title,
        &html! {
            div.head { h1 { (body.title) } }
            p.banner data-state=(if problem.kind.status().is_server_error() { "wrong" } else { "attention" }) role="alert" { (body.detail) }
            @if body.value.is_some() || body.expected.is_some() {
                dl.about {
                    @if let Some(value) = &body.value { dt { (locale.t("problem-value")) } dd { (value) } }
                    @if let Some(expected) = &body.expected { dt { (locale.t("problem-expected")) } dd { (expected) } }
                }
            }
            @if !body.errors.is_empty() { ul.list { @for error in &body.errors { li { b { (error.field) } " " (error.detail) } } } }
            p { (body.remedy) }
            div.acts { a.act.main href="/" { (locale.t("problem-home")) } }
        },
    );
    let mut response = (problem.kind.status(), page).into_response();
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::negotiate::Language;
    use crate::locales::Words;

    #[test]
    fn every_kind_has_its_words_in_every_language() {
        for language in Language::ALL {
            for kind in Kind::ALL {
                for end in ["", "-detail", "-remedy"] {
                    let key = format!("problem-{}{end}", kind.slug());
                    assert!(Words::shared().has(language, &key), "{} lacks {key}", language.tag());
                }
            }
        }
    }

    #[test]
    fn json_has_the_members_of_rfc_9457_and_ours() {
        let problem = Problem::new(Kind::Refused)
            .value("25:00")
            .expected("an hour from 00:00 to 24:00")
            .field("from", "no such hour");
        let body = serde_json::to_value(problem.body(Locale::default(), Some("/posts"))).expect("a body is JSON");
        assert_eq!(body["type"], "urn:oneboard:problem:refused");
        assert_eq!(body["status"], 422);
        assert_eq!(body["instance"], "/posts");
        assert_eq!(body["value"], "25:00");
        assert_eq!(body["errors"][0]["field"], "from");
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()));
    }

    #[test]
    fn the_way_back_is_escaped() {
        assert_eq!(
            sign_in_address(&"/posts?q=a%26b&x=1".parse().expect("an address")),
            "/sign-in?next=%2Fposts%3Fq%3Da%2526b%26x%3D1"
        );
    }
}
