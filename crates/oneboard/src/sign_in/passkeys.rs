//! Passkeys: signed in with, added, named and removed, each by an ordinary form into which a small script has put the device's answer.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use axum::routing::post;
use axum::{Form, Json};
use board::PersonId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{App, answered, device, form, let_in, pages, personal, problem};
use crate::accounts::passkey::Begun;
use crate::accounts::{AccountsError, SignedIn};
use crate::audit::Seen;
use crate::http::negotiate::Locale;
use crate::http::problem::{Kind, Problem};
use crate::page::own_path;
use crate::routes::{Gate, Route, Shape, shape};

pub fn routes() -> Vec<Route> {
    let begin = |path, summary, gate, serve| Route {
        answer: Some(shape::<Question> as Shape),
        ..form(path, summary, gate, None, serve)
    };
    let (open, own, fresh) = (Gate::Public, Gate::SignedIn, Gate::SignedInFresh);
    vec![
        begin("/sign-in/passkey", "Ask for a passkey to sign in with", open, || post(begin_sign_in)),
        form("/sign-in/by-passkey", "Sign in with a passkey", open, Some(shape::<Answered>), || post(sign_in)),
        begin("/account/confirm/passkey", "Ask for one of one's own passkeys", own, || post(begin_confirmation)),
        begin("/account/passkeys/begin", "Ask for a new passkey", fresh, || post(begin_keeping)),
        form("/account/passkeys", "Keep the passkey that was made", fresh, Some(shape::<Made>), || post(keep)),
        form("/account/passkeys/name", "Name a passkey", own, Some(shape::<Named>), || post(name)),
        form(
            "/account/passkeys/remove",
            "Remove a passkey and end one's other sessions",
            fresh,
            Some(shape::<One>),
            || post(remove),
        ),
    ]
}

/// What the script hands to the browser, and the word that goes back with the answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Question {
    ceremony: String,
    /// As `navigator.credentials` takes it, binary values in base64url.
    options: serde_json::Value,
}

impl From<Begun> for Question {
    fn from(begun: Begun) -> Self {
        Self { ceremony: begun.ceremony, options: begun.options }
    }
}

async fn begin_sign_in(State(shell): App, locale: Locale) -> Result<Json<Question>, Problem> {
    shell.accounts.begin_sign_in().map(|begun| Json(begun.into())).map_err(|error| problem(locale, &error))
}

async fn begin_confirmation(State(shell): App, locale: Locale, who: SignedIn) -> Result<Json<Question>, Problem> {
    personal(&who)?;
    let begun = shell.accounts.begin_confirmation(&who).await;
    begun.map(|begun| Json(begun.into())).map_err(|error| problem(locale, &error))
}

async fn begin_keeping(State(shell): App, locale: Locale, who: SignedIn) -> Result<Json<Question>, Problem> {
    let begun = shell.accounts.begin_passkey(&who).await;
    begun.map(|begun| Json(begun.into())).map_err(|error| problem(locale, &error))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Answered {
    ceremony: String,
    /// What `navigator.credentials.get` gave, as JSON.
    credential: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(State(shell): App, locale: Locale, headers: HeaderMap, Form(sent): Form<Answered>) -> Response {
    match shell.accounts.sign_in_by_passkey(&sent.ceremony, &sent.credential, device(&headers)).await {
        Ok(new) => let_in(&shell, locale, &headers, &new, &sent.next).await,
        Err(error) => {
            shell.metrics.sign_in("wrong");
            shell.audits.see(Seen::SignInRefused);
            answered(&headers, problem(locale, &error), |problem| {
                pages::sign_in(&shell, locale, &headers, own_path(&sent.next), "", Some(problem))
            })
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Made {
    ceremony: String,
    /// What `navigator.credentials.create` gave, as JSON.
    credential: String,
    name: String,
}

async fn keep(State(shell): App, locale: Locale, who: SignedIn, Form(sent): Form<Made>) -> Result<Redirect, Problem> {
    let name = called(locale, &sent.name)?;
    let kept = shell.accounts.keep_passkey(&who, &sent.ceremony, &sent.credential, name).await;
    kept.map_err(|error| problem(locale, &error))?;
    shell.audits.see(Seen::PasskeyAdded(PersonId::from_value(who.person)));
    Ok(Redirect::to("/account#passkeys"))
}

fn called(locale: Locale, name: &str) -> Result<&str, Problem> {
    match name.trim() {
        "" => Err(Problem::new(Kind::Refused).detail(locale.t("passkey-nameless"))),
        name => Ok(name),
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Named {
    passkey: u64,
    name: String,
}

async fn name(State(shell): App, locale: Locale, who: SignedIn, Form(sent): Form<Named>) -> Result<Redirect, Problem> {
    personal(&who)?;
    let name = called(locale, &sent.name)?;
    found(locale, shell.accounts.rename_passkey(who.person, sent.passkey, name).await)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct One {
    passkey: u64,
}

async fn remove(State(shell): App, locale: Locale, who: SignedIn, Form(sent): Form<One>) -> Result<Redirect, Problem> {
    let answer = found(locale, shell.accounts.remove_passkey(&who, sent.passkey).await)?;
    shell.audits.see(Seen::PasskeyRemoved(PersonId::from_value(who.person)));
    Ok(answer)
}

fn found(locale: Locale, done: Result<bool, AccountsError>) -> Result<Redirect, Problem> {
    match done.map_err(|error| problem(locale, &error))? {
        true => Ok(Redirect::to("/account#passkeys")),
        false => Err(Problem::new(Kind::NotFound)),
    }
}
