//! Step-up: what the table calls fresh is asked for by one gate, and a form that comes too late is not lost.

use oneboard::routes::{Method, table};
use oneboard::server;

use crate::support::*;

/// A bureau whose sign-ins are long ago.
async fn stale() -> Site {
    let site = Site::open().await;
    site.void_proofs();
    site
}

fn hidden(page: &str, name: &str) -> Option<String> {
    let from = page.find(&format!("type=\"hidden\" name=\"{name}\" value=\""))?;
    let value = page[from..].split("value=\"").nth(1)?;
    value.split('"').next().map(str::to_owned)
}

#[tokio::test]
async fn every_fresh_route_asks_and_only_those() {
    let site = stale().await;
    let mut asked = Vec::new();
    // Two would end the session that asks.
    let ending = ["/sign-out", "/account/end-all"];
    for route in table().iter().filter(|route| route.method == Method::Post && !ending.contains(&route.path)) {
        let path = route.path.replace(['{', '}'], "");
        let answer = site.post(SECURITY, &path, &[("x", "y")]).await;
        let steps = answer.status == 403 && answer.body.contains("step-up-needed");
        assert_eq!(steps, route.gate.is_fresh(), "{}: {} {}", route.path, answer.status, answer.body);
        if steps {
            asked.push(route.path);
        }
    }
    for dangerous in [
        "/access/grants",
        "/access/delegations",
        "/access/links",
        "/people/{person}/grants/{grant}/revoke",
        "/people/{person}/factors/revoke",
        "/people/{person}/erase",
        "/account/passkeys",
        "/account/board",
    ] {
        assert!(asked.contains(&dangerous), "{dangerous} is dangerous");
    }
}

#[tokio::test]
async fn the_page_keeps_the_form_and_the_proof_sends_it_on() {
    let mut site = stale().await;
    let (unit, path) = (EAST.to_string(), "/access/grants");
    let sent = [("person", "N5"), ("role", "duty_officer"), ("unit", unit.as_str()), ("back", "/access")];
    let code = site.enrol(SECURITY, "zheng.hui").await;
    site.void_proofs();

    // Given a form that comes too late, in both languages,
    for language in ["en", "zh-CN"] {
        let page = site.send("POST", SECURITY, path, "text/html", language, &sent).await;
        assert_eq!(page.status, 403);
        for (name, value) in sent {
            assert_eq!(hidden(&page.body, name).as_deref(), Some(value), "{name} is kept: {}", page.body);
        }
        assert!(page.body.contains(if language == "en" { "Confirm and go on" } else { "确认并继续" }));
        assert!(page.body.contains(&format!("action=\"{path}\"")), "{}", page.body);
    }
    assert_eq!(site.get(EAST_OFFICER, &format!("/units/{EAST}/watch")).await.status, 403, "nothing was granted");

    // when a wrong proof comes, the page says so and still keeps it,
    let wrong = [&sent[..], &[("confirm_password", "four red kettles at dusk"), ("confirm_code", "000000")]].concat();
    let page = site.send("POST", SECURITY, path, "text/html", "en", &wrong).await;
    assert!(page.status == 403 && page.body.contains("role=\"alert\""), "{}", page.body);
    assert_eq!(hidden(&page.body, "person").as_deref(), Some("N5"));
    assert!(!page.body.contains("four red kettles"), "what was typed as a password is not sent back: {}", page.body);

    // then a right one does the act itself and goes back to where the form stood.
    let code = code();
    let right = [&sent[..], &[("confirm_password", PASSWORD), ("confirm_code", code.as_str())]].concat();
    let done = site.send("POST", SECURITY, path, "text/html", "en", &right).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(site.get(EAST_OFFICER, &format!("/units/{EAST}/watch")).await.status, 200);
    let again = [("person", "N4"), ("role", "inspector"), ("unit", unit.as_str())];
    assert_eq!(site.post(SECURITY, path, &again).await.status, 200, "the proof is good for a while");
}

#[tokio::test]
async fn a_lost_factor_is_void_at_once() {
    let mut site = Site::open().await;
    let code = site.enrol(EAST_OFFICER, "wu.gang").await;
    let path = format!("/people/{}/factors/revoke", person(EAST_OFFICER));
    assert_eq!(site.post(LEADER, &path, &[]).await.status, 403, "a leader keeps no accounts");
    assert_eq!(site.get(EAST_OFFICER, "/account").await.status, 200);
    let answer = site.post(SECURITY, &path, &[]).await;
    assert_eq!((answer.status, &answer.json()["known"]), (200, &true.into()), "{}", answer.body);
    assert_eq!(site.get(EAST_OFFICER, "/account").await.status, 401, "the session has ended");
    let here = std::net::IpAddr::from([127, 0, 0, 1]);
    let accounts = &site.app.shell.accounts;
    assert!(accounts.sign_in("wu.gang", PASSWORD.into(), &code(), here, "").await.is_err());
    oneboard::audit::note_seen(&site.app).await.expect("noted");
    let noted = site.get(AUDIT, "/audit").await.body;
    assert!(noted.contains("Revoked the sign-in of Wu Gang"), "{noted}");
    assert_eq!(server::forget_erased(&site.app).await.expect("asked"), 0, "nobody is erased");
}
