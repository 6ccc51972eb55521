//! What became of every telling: seen by who operates the system, mended there, and reported by the gateway under its signature.

use board::access::{Command as Access, Role};
use board::notice::{Channel, Command as Notice, Outcome};
use board::{Actor, Command, GrantId, NoticeId, TextId};
use oneboard::deliver::{SIGNATURE, signature};
use oneboard::submit::{Submission, Text, TextKind};
use uuid::Uuid;

use crate::support::*;

const SECRET: &str = "a secret that only the gateway knows";
const NUMBER: TextId = TextId::from_value(9000);
const WHY: TextId = TextId::from_value(9001);

/// The bureau's duty officer is told by text message that the watch waits for them; the leader operates the system too.
async fn told() -> (Site, NoticeId) {
    let site = Site::open_with(|config| config.deliver_hook_secret = Some(SECRET.into())).await;
    let (id, role) = (GrantId::from_value(900), Role::SystemAdministrator);
    let grant = Access::Grant { id, person: person(LEADER), role, unit: BUREAU, from: None, until: None };
    site.does(Command::Access(grant), Vec::new()).await;
    let number = Text { id: NUMBER, kind: TextKind::Address, body: "13900000000".into() };
    let keep = Notice::Keep { person: person(NEXT_DUTY), email: None, message: Some(NUMBER), quiet: None };
    site.does(Command::Notice(keep), vec![number]).await;
    site.done(DUTY, &format!("/units/{BUREAU}/watch/take"), &[("read_to", "0")]).await;
    let to = person(NEXT_DUTY).to_string();
    site.done(DUTY, &format!("/units/{BUREAU}/watch/offer"), &[("to", to.as_str())]).await;
    let notice = site.app.submit.published().board.notices.open().next().map(|(id, _)| id).expect("a notice");
    (site, notice)
}

async fn recorded(site: &Site, notice: NoticeId, outcome: Outcome, texts: Vec<Text>) {
    let command = Command::Notice(Notice::Record { notice, channel: Channel::Message, outcome });
    let submission = Submission { actor: Actor::Clock, id: Uuid::now_v7(), command, texts };
    site.app.submit.submit(submission).await.expect("it waits");
}

/// A gateway's request: no session, and this signature.
async fn report(site: &Site, body: &str, signed: &str) -> String {
    let request = format!(
        "POST /notices/report HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\n{SIGNATURE}: {signed}\r\nContent-Length: {length}\r\n\r\n{body}",
        host = site.address,
        length = body.len(),
    );
    site.raw(request.as_bytes()).await
}

#[tokio::test]
async fn a_gateway_reports_what_became_of_a_message_and_it_is_seen() {
    let (site, notice) = told().await;
    recorded(&site, notice, Outcome::Sent, Vec::new()).await;
    let body = format!("{{\"id\":\"{notice}.1@localhost\",\"outcome\":\"delivered\"}}");
    let foreign = report(&site, &body, &signature("somebody else's secret, as long as ours", body.as_bytes())).await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    let page = site.page(LEADER, "/notices", "en").await;
    assert!(page.body.contains("handed over") && !page.body.contains("arrived"), "{}", page.body);
    for recorded in [true, false] {
        let answer = report(&site, &body, &signature(SECRET, body.as_bytes())).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(&format!("\"recorded\":{recorded}")), "{answer}");
    }
    let page = site.page(LEADER, "/notices", "zh-CN").await;
    assert!(page.body.contains("已送达"), "{}", page.body);
}

#[tokio::test]
async fn what_failed_is_found_by_itself_and_sent_once_more() {
    let (site, notice) = told().await;
    assert!(site.page(LEADER, "/notices?show=failed", "en").await.body.contains("No delivery has failed."));
    let why = Text { id: WHY, kind: TextKind::Words, body: "the gateway answered 400".into() };
    recorded(&site, notice, Outcome::Refused { words: WHY }, vec![why]).await;
    let page = site.page(LEADER, "/notices?show=failed", "en").await.body;
    assert!(page.contains("the gateway answered 400") && page.contains("Send again"), "{page}");
    let again = [("notice", notice.to_string()), ("channel", "message".to_owned())];
    let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // Whoever does not operate the system neither sees nor sends.
    assert_eq!(site.get(DUTY, "/notices").await.status, 403);
    assert_eq!(site.post(DUTY, "/notices/again", &again).await.status, 403);
    site.done(LEADER, "/notices/again", &again).await;
    assert!(site.page(LEADER, "/notices?show=failed", "en").await.body.contains("No delivery has failed."));
    assert_eq!(site.post(LEADER, "/notices/again", &again).await.status, 422);
}
