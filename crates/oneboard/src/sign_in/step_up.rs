//! Step-up: a dangerous act is done by somebody who has just proved who they are, not by whoever found a screen signed in.
//!
//! The route table says which routes ask for it ([`Gate::is_fresh`]), and this is the one place that asks. A browser's form that comes too
//! late is not lost: the page that asks for the proof carries the form's content, and sends it to the same address together with the
//! proof; a wrong proof shows the page again. Programs get a problem, and prove themselves at `/account/confirm`.
//!
//! [`Gate::is_fresh`]: crate::routes::Gate::is_fresh

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, REFERER};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::{pages, problem};
use crate::accounts::SignedIn;
use crate::accounts::session::Mode;
use crate::app::App;
use crate::http::negotiate::{Locale, wants_page};
use crate::http::peer::Peer;
use crate::http::problem::{Kind, Problem};
use crate::page::{self, own_path, path_of};
use crate::shell::Shell;

/// The names that the proof has among the fields of any form.
const PASSWORD: &str = "confirm_password";
const CODE: &str = "confirm_code";
const CEREMONY: &str = "confirm_ceremony";
const CREDENTIAL: &str = "confirm_credential";
/// In the demonstration nobody has a password: a press stands for the proof.
pub(super) const PRESSED: &str = "confirm_demonstration";
const PROOF: [&str; 5] = [PASSWORD, CODE, CEREMONY, CREDENTIAL, PRESSED];
/// Where the form stood; acts send their reader back to it.
const BACK: &str = "back";

type Fields = Vec<(String, String)>;

/// Lets a request through to a route that asks for a fresh proof, or asks for the proof.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let shell = &app.shell;
    // Whoever is not signed in is told so by the route itself.
    let Some(who) = SignedIn::of(shell, request.headers()) else { return next.run(request).await };
    if who.is_fresh(shell) {
        return next.run(request).await;
    }
    let locale = Locale::of(request.headers(), request.uri());
    if who.mode == Mode::Board {
        return Problem::new(Kind::NoPermission).detail(locale.t("act-board-mode")).into_response();
    }
    if !is_form(request.headers()) {
        return Problem::new(Kind::StepUpNeeded).into_response();
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, shell.config.body_bytes).await else {
        return Problem::new(Kind::TooLarge).expected(format!("≤ {}", shell.config.body_bytes)).into_response();
    };
    let sent: Fields = form_urlencoded::parse(&bytes).into_owned().collect();
    let (proof, mut fields): (Fields, Fields) = sent.into_iter().partition(|(name, _)| PROOF.contains(&name.as_str()));
    if !fields.iter().any(|(name, _)| name == BACK) {
        fields.push((BACK.into(), back(&parts.headers)));
    }
    let peer = parts.extensions.get::<Peer>().copied().unwrap_or(Peer::UNKNOWN);
    let wrong = match prove(shell, locale, &who, &proof, peer).await {
        Ok(true) => {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            parts.headers.insert(CONTENT_LENGTH, body.len().into());
            return next.run(Request::from_parts(parts, Body::from(body))).await;
        }
        Ok(false) => None,
        Err(wrong) => Some(wrong),
    };
    if !wants_page(&parts.headers) {
        return wrong.unwrap_or(Problem::new(Kind::StepUpNeeded)).into_response();
    }
    match ask(shell, locale, &who, &parts.headers, &parts.uri, &fields, wrong.as_ref()).await {
        Ok(page) => page,
        Err(problem) => problem.into_response(),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    // A form without fields has no type in some browsers.
    kind.is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn back(headers: &HeaderMap) -> String {
    let from = headers.get(REFERER).and_then(|from| from.to_str().ok()).and_then(path_of);
    own_path(from.as_deref().unwrap_or_default()).to_owned()
}

/// True where the proof holds, false where none was sent.
async fn prove(shell: &Shell, locale: Locale, who: &SignedIn, proof: &Fields, peer: Peer) -> Result<bool, Problem> {
    let field = |name| proof.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value);
    let proved = match (field(CREDENTIAL), field(PASSWORD)) {
        (Some(answer), _) => {
            let word = field(CEREMONY).map(String::as_str).unwrap_or_default();
            shell.accounts.step_up_by_passkey(who, word, answer).await
        }
        (None, Some(password)) => {
            let code = field(CODE).map(String::as_str).unwrap_or_default();
            shell.accounts.step_up(who, password.clone(), code, peer.address).await
        }
        (None, None) if field(PRESSED).is_some() && stands_for_proof(shell, peer) => {
            shell.accounts.proved(who);
            Ok(())
        }
        (None, None) => return Ok(false),
    };
    proved.map(|()| true).map_err(|error| problem(locale, &error))
}

/// Only in the demonstration, and only from this machine: as its sign-in links.
pub(super) fn stands_for_proof(shell: &Shell, peer: Peer) -> bool {
    shell.clock.is_demonstration() && peer.loopback
}

/// The page that asks for the proof and keeps the form.
async fn ask(
    shell: &Arc<Shell>,
    locale: Locale,
    who: &SignedIn,
    headers: &HeaderMap,
    uri: &Uri,
    fields: &Fields,
    wrong: Option<&Problem>,
) -> Result<Response, Problem> {
    let held = shell.accounts.passkeys_of(who.person).await.map_err(|error| problem(locale, &error))?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let by_passkey = !held.is_empty() && shell.accounts.passkeys.work_at(host);
    let (title, back) = (locale.t("problem-step-up-needed"), fields.iter().find(|(name, _)| name == BACK));
    let page = page::plain(
        shell,
        locale,
        &title,
        &html! {
            div.head { h1 { (title) } }
            p { (locale.tx("step-up-what", &[("minutes", shell.config.step_up_minutes.into())])) }
            form.form method="post" action=(uri.path()) {
                (pages::fault(wrong))
                @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                @if shell.clock.is_demonstration() {
                    p.hint { (locale.t("step-up-demonstration")) }
                    div.acts { button.act.main name=(PRESSED) value="yes" autofocus { (locale.t("step-up-act")) } (pages::away(locale, back)) }
                } @else {
                    div.row { label for="password" { (locale.t("sign-in-password")) }
                        input #password name=(PASSWORD) type="password" autocomplete="current-password" required autofocus; }
                    (pages::code_row(locale, CODE, false))
                    div.acts { button.act.main { (locale.t("step-up-act")) } (pages::away(locale, back)) }
                }
            }
            @if by_passkey {
                form.form method="post" action=(uri.path()) data-passkey="get" data-begin="/account/confirm/passkey" {
                    @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                    (pages::passkey_answer(locale, CEREMONY, CREDENTIAL, "step-up-passkey"))
                }
                (pages::passkey_script())
            }
        },
    );
    Ok((Kind::StepUpNeeded.status(), page).into_response())
}
