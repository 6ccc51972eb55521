//! Signing in and out, enrolling, the account page, the first set-up, and the demonstration's links.
//!
//! All are forms that work without a script. Nothing changes by GET: a link shows a page, and its button acts.

mod pages;
mod passkeys;
pub mod step_up;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Form};
use board::PersonId;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::accounts::passkey;
use crate::accounts::password::Weak;
use crate::accounts::session::{cookie_for, cookie_gone};
use crate::accounts::{AccountsError, NewSession, SignedIn};
use crate::audit::Seen;
use crate::clock::real_now;
use crate::http::negotiate::Locale;
use crate::http::peer::Peer;
use crate::http::problem::{Kind, Problem};
use crate::page::own_path;
use crate::routes::{Gate, Kind as RouteKind, Method, Route, Shape, shape};
use crate::shell::{Founding, Shell};

type App = State<Arc<Shell>>;

pub fn routes() -> Vec<Route> {
    let page = |path, summary, gate, serve| Route::page("sign_in", path, summary, gate, None, serve);
    let (public, signed_in) = (Gate::Public, Gate::SignedIn);
    let mut routes = passkeys::routes();
    routes.extend([
        page("/sign-in", "The form to sign in with", public, || get(show_sign_in)),
        form("/sign-in", "Sign in with name, password and code", public, Some(shape::<SignInForm>), || post(sign_in)),
        form("/sign-out", "End this session", public, None, || post(sign_out)),
        page("/enrol/{token}", "What a one-time link is for, and its secret", public, || get(show_enrol)),
        form("/enrol/{token}", "Set password and code by a one-time link", public, Some(shape::<EnrolForm>), || {
            post(enrol)
        }),
        page("/set-up", "The first set-up of an installation", public, || get(show_set_up)),
        form(
            "/set-up",
            "Found the bureau, with the token that the server printed",
            public,
            Some(shape::<SetUpForm>),
            || post(set_up),
        ),
        page("/demonstration/{token}", "Whom a link of the demonstration signs in", Gate::Demonstration, || {
            get(show_demonstration)
        }),
        form("/demonstration/{token}", "Sign in by a link of the demonstration", Gate::Demonstration, None, || {
            post(demonstration)
        }),
        page("/account", "One's own account and sessions", signed_in, || get(account)),
        form("/account/confirm", "Prove once more who one is", signed_in, Some(shape::<ConfirmForm>), || post(confirm)),
        // A wall screen lives for weeks, so making one is a dangerous act.
        form(
            "/account/board",
            "Turn this browser into a wall screen",
            Gate::SignedInFresh,
            Some(shape::<BoardForm>),
            || post(board),
        ),
        form("/account/end", "End one of one's own sessions", signed_in, Some(shape::<EndForm>), || post(end)),
        form("/account/end-all", "End all of one's own sessions", signed_in, None, || post(end_all)),
    ]);
    routes
}

/// An act on accounts or sessions, by form.
fn form(
    path: &'static str,
    summary: &'static str,
    gate: Gate,
    body: Option<Shape>,
    serve: fn() -> MethodRouter<crate::app::App>,
) -> Route {
    Route {
        method: Method::Post,
        path,
        noun: "sign_in",
        summary,
        gate,
        kind: RouteKind::Form,
        body,
        answer: None,
        serve,
    }
}

/// The problem of an account error, in the reader's words.
pub fn problem(locale: Locale, error: &AccountsError) -> Problem {
    let refused = |detail: std::borrow::Cow<'static, str>| Problem::new(Kind::Refused).detail(detail);
    match error {
        AccountsError::Wrong => refused(locale.t("sign-in-wrong")),
        AccountsError::Throttled { seconds } => Problem::new(Kind::TooMany)
            .detail(locale.tx("sign-in-throttled", &[("minutes", seconds.div_ceil(60).into())]))
            .remedy(locale.t("sign-in-throttled-remedy"))
            .retry_after(*seconds),
        AccountsError::Link => {
            Problem::new(Kind::NotFound).detail(locale.t("enrol-void")).remedy(locale.t("enrol-void-remedy"))
        }
        AccountsError::Weak(weak) => refused(match weak {
            Weak::TooShort => locale.t("enrol-too-short"),
            Weak::TooLong => locale.t("enrol-too-long"),
            Weak::Guessable => locale.t("enrol-guessable"),
            Weak::Breached => locale.t("enrol-breached"),
        }),
        AccountsError::Code => refused(locale.t("enrol-wrong-code")),
        AccountsError::Passkey => refused(locale.t("passkey-refused")),
        AccountsError::TooManyPasskeys => {
            refused(locale.tx("passkey-too-many", &[("most", passkey::MOST_PASSKEYS.into())]))
        }
        AccountsError::LoginName(name) => refused(locale.t("sign-in-name-form")).value(name),
        AccountsError::LoginTaken(name) => refused(locale.t("sign-in-name-taken")).value(name),
        AccountsError::Hash(crate::accounts::password::HashError::Busy) => {
            Problem::new(Kind::Unavailable).retry_after(5)
        }
        AccountsError::Store(_)
        | AccountsError::Hash(_)
        | AccountsError::Random(_)
        | AccountsError::Cut(_)
        | AccountsError::Site(_) => Problem::fault(error),
    }
}

fn device(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Who proved who they are goes on to `next` in a new session. A session that this browser still had ends first.
async fn let_in(shell: &Shell, locale: Locale, headers: &HeaderMap, new: &NewSession, next: &str) -> Response {
    if let Some(before) = SignedIn::of(shell, headers)
        && let Err(error) = shell.accounts.end(|session| session.id == before.session).await
    {
        return problem(locale, &error).into_response();
    }
    shell.metrics.sign_in("signed-in");
    shell.audits.see(Seen::SignedIn(PersonId::from_value(new.session.person)));
    tracing::info!(person = new.session.person, session = new.session.id, "signed in");
    handed(shell, new, next)
}

/// Hands a session to its browser and goes to `next`.
fn handed(shell: &Shell, new: &NewSession, next: &str) -> Response {
    let seconds = (new.session.expires.millis() - new.session.since.millis()) / 1000;
    with_cookie(
        Redirect::to(own_path(next)).into_response(),
        &cookie_for(&new.token, seconds, shell.config.is_secure()),
    )
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize, Default)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn show_sign_in(State(shell): App, locale: Locale, headers: HeaderMap, Query(query): Query<Next>) -> Response {
    pages::sign_in(&shell, locale, &headers, own_path(&query.next), "", None).into_response()
}

#[derive(Deserialize, JsonSchema)]
struct SignInForm {
    login: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(shell): App,
    locale: Locale,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Response {
    match shell.accounts.sign_in(&form.login, form.password, &form.code, peer.address, device(&headers)).await {
        Ok(new) => let_in(&shell, locale, &headers, &new, &form.next).await,
        Err(error) => {
            shell.metrics.sign_in(if matches!(error, AccountsError::Throttled { .. }) { "throttled" } else { "wrong" });
            shell.audits.see(Seen::SignInRefused);
            tracing::info!(address = %peer.address, "a sign-in was refused");
            answered(&headers, problem(locale, &error), |problem| {
                pages::sign_in(&shell, locale, &headers, own_path(&form.next), &form.login, Some(problem))
            })
        }
    }
}

/// A form that was refused: to a person the same page with the fault in it, to a program the problem.
fn answered(headers: &HeaderMap, problem: Problem, page: impl FnOnce(&Problem) -> maud::Markup) -> Response {
    let as_page = crate::http::negotiate::wants_page(headers) && matches!(problem.kind, Kind::Refused | Kind::TooMany);
    if as_page { (problem.kind.status(), page(&problem)).into_response() } else { problem.into_response() }
}

async fn sign_out(State(shell): App, locale: Locale, who: Option<SignedIn>) -> Response {
    if let Some(who) = &who {
        shell.audits.see(Seen::SignedOut(PersonId::from_value(who.person)));
    }
    if let Some(who) = who
        && let Err(error) = shell.accounts.end(|session| session.id == who.session).await
    {
        return problem(locale, &error).into_response();
    }
    with_cookie(Redirect::to("/sign-in").into_response(), &cookie_gone(shell.config.is_secure()))
}

async fn show_enrol(State(shell): App, locale: Locale, Path(token): Path<String>) -> Result<Response, Problem> {
    let invitation = shell.accounts.invitation(&token).await.map_err(|error| problem(locale, &error))?;
    Ok(pages::enrol(&shell, locale, &invitation, None).into_response())
}

#[derive(Deserialize, JsonSchema)]
struct EnrolForm {
    password: String,
    again: String,
    code: String,
}

async fn enrol(
    State(shell): App,
    locale: Locale,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(form): Form<EnrolForm>,
) -> Result<Response, Problem> {
    let invitation = shell.accounts.invitation(&token).await.map_err(|error| problem(locale, &error))?;
    let refused =
        |problem| Ok(answered(&headers, problem, |problem| pages::enrol(&shell, locale, &invitation, Some(problem))));
    if form.password != form.again {
        return refused(Problem::new(Kind::Refused).detail(locale.t("enrol-not-the-same")));
    }
    match shell.accounts.enrol(&token, form.password, &form.code, device(&headers)).await {
        Ok(new) => {
            shell.metrics.sign_in("enrolled");
            shell.audits.see(Seen::Enrolled(PersonId::from_value(new.session.person)));
            tracing::info!(person = new.session.person, "enrolled");
            Ok(handed(&shell, &new, "/"))
        }
        Err(error) => refused(problem(locale, &error)),
    }
}

async fn show_set_up(State(shell): App, locale: Locale) -> Response {
    pages::set_up(&shell, locale, None).into_response()
}

#[derive(Deserialize, JsonSchema)]
struct SetUpForm {
    token: String,
    agency: String,
    name: String,
    login: String,
}

async fn set_up(
    State(shell): App,
    locale: Locale,
    headers: HeaderMap,
    Form(form): Form<SetUpForm>,
) -> Result<Response, Problem> {
    let fail = |error: AccountsError| problem(locale, &error);
    let refused = |key| {
        Ok(answered(&headers, Problem::new(Kind::Refused).detail(key), |problem| {
            pages::set_up(&shell, locale, Some(problem))
        }))
    };
    if !shell.accounts.may_set_up(&form.token).await.map_err(fail)? {
        return refused(locale.t("set-up-wrong-token"));
    }
    if form.agency.trim().is_empty() || form.name.trim().is_empty() {
        return refused(locale.t("set-up-empty"));
    }
    let founder = shell.founder().ok_or(Problem::new(Kind::Unavailable))?;
    let person = founder(Founding { agency: form.agency.trim().into(), name: form.name.trim().into() }).await?;
    let link = shell.accounts.issue_link(person, &form.login).await.map_err(fail)?;
    shell.accounts.finish_set_up(&form.token).await.map_err(fail)?;
    Ok(Redirect::to(&format!("/enrol/{link}")).into_response())
}

/// The link is honoured only in the demonstration, and only from this machine.
fn demonstrated(shell: &Shell, peer: Peer) -> Result<(), Problem> {
    if shell.clock.is_demonstration() && peer.loopback { Ok(()) } else { Err(Problem::new(Kind::NotFound)) }
}

async fn show_demonstration(
    State(shell): App,
    locale: Locale,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    demonstrated(&shell, peer)?;
    let person = shell.accounts.demonstration_person(&token).ok_or(Problem::new(Kind::NotFound))?;
    let login = shell.accounts.login_of(person).await.map_err(|error| problem(locale, &error))?.unwrap_or_default();
    Ok(pages::demonstration(&shell, locale, &login).into_response())
}

async fn demonstration(
    State(shell): App,
    locale: Locale,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    demonstrated(&shell, peer)?;
    let new = shell
        .accounts
        .demonstration_sign_in(&token, device(&headers))
        .await
        .map_err(|error| problem(locale, &error))?;
    shell.audits.see(Seen::SignedIn(PersonId::from_value(new.session.person)));
    Ok(handed(&shell, &new, "/"))
}

async fn account(State(shell): App, locale: Locale, who: SignedIn, headers: HeaderMap) -> Result<Response, Problem> {
    let login = shell.accounts.login_of(who.person).await.map_err(|error| problem(locale, &error))?.unwrap_or_default();
    let now = real_now();
    let sessions = shell.accounts.sessions.list(|session| session.person == who.person && session.is_live(now));
    let passkeys = shell.accounts.passkeys_of(who.person).await.map_err(|error| problem(locale, &error))?;
    Ok(pages::account(&shell, locale, &headers, &who, &login, &sessions, &passkeys).into_response())
}

#[derive(Deserialize, JsonSchema)]
struct ConfirmForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    /// Instead of both: the answer of a passkey, and the word of its question.
    #[serde(default)]
    credential: String,
    #[serde(default)]
    ceremony: String,
    /// In the demonstration, where nobody has a password: a press.
    #[serde(default)]
    confirm_demonstration: String,
}

async fn confirm(
    State(shell): App,
    locale: Locale,
    who: SignedIn,
    Extension(peer): Extension<Peer>,
    Form(form): Form<ConfirmForm>,
) -> Result<Redirect, Problem> {
    personal(&who)?;
    if !form.confirm_demonstration.is_empty() && step_up::stands_for_proof(&shell, peer) {
        shell.accounts.proved(&who);
        return Ok(Redirect::to("/account"));
    }
    let proved = if form.credential.is_empty() {
        shell.accounts.step_up(&who, form.password, &form.code, peer.address).await
    } else {
        shell.accounts.step_up_by_passkey(&who, &form.ceremony, &form.credential).await
    };
    proved.map_err(|error| problem(locale, &error))?;
    Ok(Redirect::to("/account"))
}

#[derive(Deserialize, JsonSchema)]
struct BoardForm {
    screen: String,
}

async fn board(
    State(shell): App,
    locale: Locale,
    who: SignedIn,
    Form(form): Form<BoardForm>,
) -> Result<Response, Problem> {
    if form.screen.trim().is_empty() {
        return Err(Problem::new(Kind::Refused).detail(locale.t("account-screen-empty")));
    }
    let new = shell.accounts.turn_to_board(&who, form.screen.trim()).await.map_err(|error| problem(locale, &error))?;
    Ok(handed(&shell, &new, "/"))
}

#[derive(Deserialize, JsonSchema)]
struct EndForm {
    session: u64,
}

async fn end(State(shell): App, locale: Locale, who: SignedIn, Form(form): Form<EndForm>) -> Result<Redirect, Problem> {
    personal(&who)?;
    let ended = shell.accounts.end(|session| session.id == form.session && session.person == who.person).await;
    match ended.map_err(|error| problem(locale, &error))? {
        0 => Err(Problem::new(Kind::NotFound)),
        _ => Ok(Redirect::to("/account")),
    }
}

async fn end_all(State(shell): App, locale: Locale, who: SignedIn) -> Result<Response, Problem> {
    personal(&who)?;
    shell.accounts.sign_out_everywhere(who.person).await.map_err(|error| problem(locale, &error))?;
    Ok(with_cookie(Redirect::to("/sign-in").into_response(), &cookie_gone(shell.config.is_secure())))
}

/// Whoever passes a wall screen may not end its owner's sessions from it.
fn personal(who: &SignedIn) -> Result<(), Problem> {
    match who.mode {
        crate::accounts::session::Mode::Person => Ok(()),
        crate::accounts::session::Mode::Board => Err(Problem::new(Kind::NoPermission)),
    }
}
