//! Roles, links, the audit, and the first set-up.

use oneboard::audit;
use oneboard::shell::Founding;

use crate::support::*;

#[tokio::test]
async fn a_role_takes_effect_and_ends_at_once() {
    let site = Site::open().await;
    let watch = format!("/units/{EAST}/watch");
    assert_eq!(site.get(EAST_OFFICER, &watch).await.status, 403);
    let unit = EAST.to_string();
    let grant = [("person", "N5"), ("role", "duty_officer"), ("unit", unit.as_str())];
    assert_eq!(site.post(LEADER, "/access/grants", &grant).await.status, 403, "a leader grants nothing");
    site.done(SECURITY, "/access/grants", &grant).await;
    assert_eq!(site.get(EAST_OFFICER, &watch).await.status, 200);
    let again = site.post(SECURITY, "/access/grants", &grant).await;
    assert!(
        again.status == 422 && again.detail().contains("Wu Gang") && again.detail().contains("duty officer"),
        "{}",
        again.body
    );

    let held = site.get(SECURITY, "/access").await.json();
    let of_officer =
        held.as_array().into_iter().flatten().find(|grant| grant["person"] == person(EAST_OFFICER).to_string());
    let id = of_officer.and_then(|grant| grant["id"].as_str()).expect("the grant is listed").to_owned();
    site.done(SECURITY, &format!("/people/{}/grants/{id}/revoke", person(EAST_OFFICER)), &[]).await;
    assert_eq!(site.get(EAST_OFFICER, &watch).await.status, 403);
}

#[tokio::test]
async fn a_leader_lends_a_role_and_takes_it_back() {
    let site = Site::open().await;
    let own = site.get(EAST_LEADER, &format!("/people/{}", person(EAST_LEADER))).await.json();
    let grant = own["roles"][0]["id"].as_str().expect("their own role").to_owned();
    let until = jiff::Zoned::now().checked_add(jiff::Span::new().days(2)).expect("in two days");
    let until = until.strftime("%Y-%m-%dT%H:%M").to_string();
    let lend = [("grant", grant.as_str()), ("to", "Wu Gang"), ("until", until.as_str())];
    site.done(EAST_LEADER, "/access/delegations", &lend).await;
    assert_eq!(site.get(EAST_OFFICER, &format!("/units/{EAST}/watch")).await.status, 200);
    let lent = site.get(EAST_OFFICER, &format!("/people/{}", person(EAST_OFFICER))).await.json();
    assert_eq!(lent["roles"][0]["lent_by"], person(EAST_LEADER).to_string());
    let id = lent["roles"][0]["id"].as_str().expect("a grant");
    site.done(EAST_LEADER, &format!("/people/{}/grants/{id}/revoke", person(EAST_OFFICER)), &[]).await;
    assert_eq!(site.get(EAST_OFFICER, &format!("/units/{EAST}/watch")).await.status, 403);
}

#[tokio::test]
async fn a_link_opens_an_account_and_only_the_security_administrator_issues_it() {
    let site = Site::open().await;
    let sent = [("person", "Wu Gang"), ("login", "wu.gang")];
    assert_eq!(site.post(LEADER, "/access/links", &sent).await.status, 403);
    let issued = site.post(SECURITY, "/access/links", &sent).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    let link = issued.json()["link"].as_str().expect("a link").to_owned();
    let token = link.rsplit('/').next().expect("a token");
    assert_eq!(site.app.shell.accounts.invitation(token).await.expect("it is good").login, "wu.gang");
}

#[tokio::test]
async fn refusals_are_counted_in_the_audit_and_change_nothing() {
    let site = Site::open().await;
    for _ in 0..3 {
        site.get(EAST_LEADER, &format!("/units/{WEST}/watch")).await;
    }
    audit::note_seen(&site.app).await.expect("noted");
    assert_eq!(site.get(LEADER, "/audit").await.status, 403, "a leader does not read the audit");
    let noted = site.get(AUDIT, "/audit").await.json();
    let words: Vec<&str> = noted.as_array().into_iter().flatten().filter_map(|entry| entry["words"].as_str()).collect();
    assert!(words.iter().any(|words| words.contains("3 times")), "{words:?}");
    assert!(words.iter().any(|words| words.contains("Granted")), "{words:?}");
    assert_eq!(site.page(AUDIT, "/audit", "zh-CN").await.status, 200);
}

#[tokio::test]
async fn an_empty_board_is_founded_once() {
    let site = Site::empty().await;
    let found = || async {
        let founder = site.app.shell.founder().expect("the server says how");
        founder(Founding { agency: "陇东市公安局".into(), name: "郑慧".into() }).await.expect("founded")
    };
    let first = found().await;
    assert_eq!(found().await, first, "what an attempt left is gone on with");
    let published = site.app.submit.published();
    assert_eq!((published.board.force.count_units(), published.board.force.count_people()), (1, 1));
    let roles: Vec<_> =
        published.board.access.holders().map(|(_, grant)| (grant.role, grant.until.is_some())).collect();
    assert!(roles.contains(&(board::access::Role::SecurityAdministrator, false)), "{roles:?}");
    assert!(roles.contains(&(board::access::Role::Leader, true)), "the way in ends by itself: {roles:?}");
}
