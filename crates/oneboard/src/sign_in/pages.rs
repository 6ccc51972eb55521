//! The pages of signing in; markup after `ui/README.md`.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use maud::{Markup, html};

use super::step_up::PRESSED;
use crate::accounts::passkey::{Held, LONGEST_NAME};
use crate::accounts::session::{Mode, Session};
use crate::accounts::{Invitation, SignedIn, code, password};
use crate::http::negotiate::Locale;
use crate::http::problem::Problem;
use crate::page;
use crate::shell::Shell;

pub fn fault(problem: Option<&Problem>) -> Markup {
    html! {
        @if let Some(problem) = problem {
            p.fault role="alert" data-state="wrong" { (problem.detail.as_deref().unwrap_or_default()) @if let Some(remedy) = &problem.remedy { " " (remedy) } }
        }
    }
}

pub fn code_row(locale: Locale, name: &str, required: bool) -> Markup {
    html! {
        div.row {
            label for="code" { (locale.t("sign-in-code")) }
            span.hint #code-hint { (locale.t("sign-in-code-hint")) }
            input #code name=(name) inputmode="numeric" autocomplete="one-time-code" maxlength="7" aria-describedby="code-hint" required[required];
        }
    }
}

/// The way back from a form that is not sent after all.
pub fn away(locale: Locale, back: Option<&(String, String)>) -> Markup {
    html! { a.act href=(back.map_or("/", |(_, path)| page::own_path(path))) { (locale.t("act-back")) } }
}

/// Can passkeys be used at the address that this reader came to?
fn passkeys_work(shell: &Shell, headers: &HeaderMap) -> bool {
    headers.get(HOST).and_then(|host| host.to_str().ok()).is_some_and(|host| shell.accounts.passkeys.work_at(host))
}

/// The end of a form that a passkey answers: `passkey.js` shows the button where the browser can, and fills the fields.
pub fn passkey_answer(locale: Locale, ceremony: &str, credential: &str, ask: &str) -> Markup {
    html! {
        input type="hidden" name=(ceremony) data-ceremony;
        input type="hidden" name=(credential) data-credential;
        p.fault data-fault role="alert" hidden data-cancelled=(locale.t("passkey-cancelled")) data-lost=(locale.t("passkey-lost")) {}
        div.acts { button.act type="button" data-ask hidden { (locale.t(ask)) } }
        noscript { p.hint { (locale.t("passkey-script")) } }
    }
}

pub fn passkey_script() -> Markup {
    html! { script type="module" src=(interface::PASSKEY_JS) {} }
}

pub fn sign_in(
    shell: &Shell,
    locale: Locale,
    headers: &HeaderMap,
    next: &str,
    login: &str,
    problem: Option<&Problem>,
) -> Markup {
    page::plain(
        shell,
        locale,
        &locale.t("sign-in-title"),
        &html! {
            div.head { h1 { (locale.t("sign-in-title")) } }
            form.form method="post" action="/sign-in" {
                (fault(problem))
                input type="hidden" name="next" value=(next);
                div.row { label for="login" { (locale.t("sign-in-login")) }
                    input #login name="login" value=(login) autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus; }
                div.row { label for="password" { (locale.t("sign-in-password")) }
                    input #password name="password" type="password" autocomplete="current-password" required; }
                (code_row(locale, "code", false))
                div.acts { button.act.main { (locale.t("sign-in-act")) } }
                p.hint { (locale.t("sign-in-lost")) }
            }
            @if passkeys_work(shell, headers) {
                section.part {
                    form.form method="post" action="/sign-in/by-passkey" data-passkey="get" data-begin="/sign-in/passkey" {
                        input type="hidden" name="next" value=(next);
                        (passkey_answer(locale, "ceremony", "credential", "sign-in-passkey"))
                    }
                }
                (passkey_script())
            }
        },
    )
}

pub fn enrol(shell: &Shell, locale: Locale, invitation: &Invitation, problem: Option<&Problem>) -> Markup {
    page::plain(
        shell,
        locale,
        &locale.t("enrol-title"),
        &html! {
            div.head { h1 { (locale.t("enrol-title")) } p.head-note { (invitation.login) } }
            // Sent to the address the page has: the token is not written into it a second time.
            form.form method="post" {
                (fault(problem))
                input type="hidden" name="login" value=(invitation.login) autocomplete="username";
                div.row { label for="password" { (locale.t("enrol-password")) }
                    span.hint #password-hint { (locale.tx("enrol-password-hint", &[("least", password::LEAST.into())])) }
                    input #password name="password" type="password" autocomplete="new-password" minlength=(password::LEAST) aria-describedby="password-hint" required; }
                div.row { label for="again" { (locale.t("enrol-again")) }
                    input #again name="again" type="password" autocomplete="new-password" required; }
                section.part {
                    h2 { (locale.t("enrol-factor")) }
                    p { (locale.t("enrol-factor-how")) }
                    @if let Some(square) = code::square(&invitation.secret, &shell.config.name, &invitation.login) { (square) }
                    p { (locale.t("enrol-factor-typed")) " " code { (code::base32(&invitation.secret)) } }
                }
                (code_row(locale, "code", true))
                div.acts { button.act.main { (locale.t("enrol-act")) } }
            }
        },
    )
}

pub fn set_up(shell: &Shell, locale: Locale, problem: Option<&Problem>) -> Markup {
    page::plain(
        shell,
        locale,
        &locale.t("set-up-title"),
        &html! {
            div.head { h1 { (locale.t("set-up-title")) } }
            p { (locale.t("set-up-what")) }
            form.form method="post" action="/set-up" {
                (fault(problem))
                div.row { label for="token" { (locale.t("set-up-token")) } span.hint #token-hint { (locale.t("set-up-token-hint")) }
                    input #token name="token" autocomplete="off" spellcheck="false" aria-describedby="token-hint" required autofocus; }
                div.row { label for="agency" { (locale.t("set-up-agency")) } input #agency name="agency" maxlength="80" required; }
                div.row { label for="name" { (locale.t("set-up-name")) } input #name name="name" autocomplete="name" maxlength="80" required; }
                div.row { label for="login" { (locale.t("sign-in-login")) } span.hint #login-hint { (locale.t("sign-in-name-form")) }
                    input #login name="login" autocomplete="username" autocapitalize="none" spellcheck="false" aria-describedby="login-hint" required; }
                div.acts { button.act.main { (locale.t("set-up-act")) } }
            }
        },
    )
}

pub fn demonstration(shell: &Shell, locale: Locale, login: &str) -> Markup {
    page::plain(
        shell,
        locale,
        &locale.t("demonstration-title"),
        &html! {
            div.head { h1 { (locale.t("demonstration-title")) } }
            p { (locale.t("demonstration-what")) }
            form.form method="post" { div.acts { button.act.main autofocus { (locale.tx("demonstration-act", &[("login", login.into())])) } } }
        },
    )
}

fn when(instant: board::At) -> String {
    jiff::Timestamp::from_millisecond(instant.millis()).map_or_else(
        |_| instant.millis().to_string(),
        |instant| instant.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

pub fn account(
    shell: &Shell,
    locale: Locale,
    headers: &HeaderMap,
    who: &SignedIn,
    login: &str,
    sessions: &[Arc<Session>],
    passkeys: &[Held],
) -> Markup {
    let work = passkeys_work(shell, headers);
    page::plain(
        shell,
        locale,
        &locale.t("account-title"),
        &html! {
            div.head { h1 { (locale.t("account-title")) } p.head-note { (login) }
                div.acts { a.act href="/" { (locale.t("problem-home")) }
                    @if who.mode == Mode::Person { a.act href="/mine/channels" { (locale.t("notice-channels")) } }
                    form method="post" action="/sign-out" { button.act { (locale.t("sign-out-act")) } } } }
            section.part {
                h2 { (locale.t("account-sessions")) }
                div.table-wrap role="region" aria-label=(locale.t("account-sessions")) tabindex="0" {
                    table.table.stack {
                        thead { tr {
                            th scope="col" { (locale.t("account-device")) } th scope="col" { (locale.t("account-kind")) }
                            th scope="col" { (locale.t("account-since")) } th scope="col" { (locale.t("account-last-seen")) } th scope="col" {}
                        } }
                        tbody { @for session in sessions { (row(locale, who, session)) } }
                    }
                }
                @if who.mode == Mode::Person && sessions.len() > 1 {
                    form method="post" action="/account/end-all" { div.acts { button.act.grave { (locale.t("account-end-all")) } } }
                }
            }
            @if who.mode == Mode::Person {
                (held(locale, passkeys, work))
                section.part { h2 { (locale.t("account-confirm")) } p { (locale.t("account-confirm-why")) }
                    @if shell.clock.is_demonstration() {
                        form.form method="post" action="/account/confirm" {
                            p.hint { (locale.t("step-up-demonstration")) }
                            div.acts { button.act name=(PRESSED) value="yes" { (locale.t("account-confirm-act")) } }
                        }
                    } @else { form.form method="post" action="/account/confirm" {
                        div.row { label for="password" { (locale.t("sign-in-password")) }
                            input #password name="password" type="password" autocomplete="current-password" required; }
                        (code_row(locale, "code", false))
                        div.acts { button.act { (locale.t("account-confirm-act")) } }
                    } }
                    @if work && !passkeys.is_empty() {
                        form.form method="post" action="/account/confirm" data-passkey="get" data-begin="/account/confirm/passkey" {
                            (passkey_answer(locale, "ceremony", "credential", "step-up-passkey"))
                        }
                    } }
                section.part { h2 { (locale.t("account-board")) } p { (locale.t("account-board-what")) }
                    form.form method="post" action="/account/board" {
                        div.row { label for="screen" { (locale.t("account-screen")) } input #screen name="screen" maxlength="80" required; }
                        div.acts { button.act { (locale.t("account-board-act")) } }
                    } }
            }
            @if work { (passkey_script()) }
        },
    )
}

/// One's own passkeys, and the way to another.
fn held(locale: Locale, passkeys: &[Held], work: bool) -> Markup {
    html! {
        section.part #passkeys { h2 { (locale.t("passkeys")) } p { (locale.t("passkeys-what")) }
            @if !passkeys.is_empty() {
                div.table-wrap role="region" aria-label=(locale.t("passkeys")) tabindex="0" {
                    table.table.stack {
                        thead { tr {
                            th scope="col" { (locale.t("passkey-name")) } th scope="col" { (locale.t("account-since")) }
                            th scope="col" { (locale.t("account-last-seen")) } th scope="col" { span.sr { (locale.t("acts")) } }
                        } }
                        tbody { @for key in passkeys { (passkey(locale, key)) } }
                    }
                }
            } @else { p.empty { (locale.t("passkeys-none")) } }
            @if work {
                form.form method="post" action="/account/passkeys" data-passkey="create" data-begin="/account/passkeys/begin" {
                    div.row { label for="passkey-name" { (locale.t("passkey-name")) } span.hint #passkey-name-hint { (locale.t("passkey-name-hint")) }
                        input #passkey-name name="name" maxlength=(LONGEST_NAME) autocomplete="off" required aria-describedby="passkey-name-hint"; }
                    (passkey_answer(locale, "ceremony", "credential", "passkey-add"))
                }
            } @else { p.hint { (locale.t("passkeys-elsewhere")) } }
        }
    }
}

fn passkey(locale: Locale, key: &Held) -> Markup {
    html! {
        tr id={ "passkey-" (key.id) } {
            th scope="row" { (key.name) }
            td data-label=(locale.t("account-since")) { (when(key.since)) }
            td data-label=(locale.t("account-last-seen")) { @match key.last_used { Some(at) => { (when(at)) } None => { span.none { (locale.t("passkey-unused")) } } } }
            td {
                details { summary.act.small { (locale.t("passkey-rename")) }
                    form method="post" action="/account/passkeys/name" { input type="hidden" name="passkey" value=(key.id);
                        input name="name" value=(key.name) maxlength=(LONGEST_NAME) required aria-label=(locale.t("passkey-name")); button.act.small { (locale.t("passkey-rename")) } } }
                details { summary.act.small { (locale.t("passkey-remove")) }
                    form method="post" action="/account/passkeys/remove" { input type="hidden" name="passkey" value=(key.id); button.act.small.grave { (locale.t("passkey-remove-sure")) } } }
            }
        }
    }
}

/// What a browser calls itself, in words that its owner knows; a wall screen has the name it was given.
fn device(locale: Locale, said: &str) -> String {
    // The first that fits: most browsers also name the ones that they descend from.
    const BROWSERS: [(&str, &str); 8] = [
        ("MicroMessenger/", "WeChat"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    if said.is_empty() {
        return locale.t("account-device-unnamed").into_owned();
    }
    let named =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| said.contains(mark)).map(|(_, name)| *name);
    match (said.starts_with("Mozilla/"), named(&BROWSERS), named(&SYSTEMS)) {
        (true, Some(browser), Some(system)) => {
            locale.tx("account-device-of", &[("browser", browser.into()), ("system", system.into())]).into_owned()
        }
        _ => said.to_owned(),
    }
}

fn row(locale: Locale, who: &SignedIn, session: &Session) -> Markup {
    let own = session.id == who.session;
    html! {
        tr id={ "session-" (session.id) } {
            th scope="row" title=(session.device) { (device(locale, &session.device)) @if own { " (" (locale.t("account-this")) ")" } }
            td data-label=(locale.t("account-kind")) { @match session.mode { Mode::Person => (locale.t("account-person")), Mode::Board => (locale.t("account-wall")) } }
            td data-label=(locale.t("account-since")) { (when(session.since)) }
            td data-label=(locale.t("account-last-seen")) { (when(session.last_seen())) }
            td { @if !own && who.mode == Mode::Person {
                form method="post" action="/account/end" { input type="hidden" name="session" value=(session.id); button.act.small { (locale.t("account-end")) } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::device;
    use crate::http::negotiate::{Language, Locale};

    #[test]
    fn a_device_is_named_as_its_owner_knows_it() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0";
        let phone = "Mozilla/5.0 (Linux; Android 14; V2301) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
        let english = Locale { language: Language::En, ..Locale::default() };
        let chinese = Locale { language: Language::ZhCn, ..Locale::default() };
        assert_eq!(device(english, edge), "Edge on Windows");
        assert_eq!(device(english, phone), "Chrome on Android");
        assert_eq!(device(chinese, phone), "Android 的 Chrome 浏览器");
        assert_eq!(device(english, "command centre, left"), "command centre, left");
        assert_eq!(device(english, "curl/8.5"), "curl/8.5");
        assert_eq!(device(english, ""), "A device without a name");
    }
}
