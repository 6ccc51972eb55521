//! A night of the watch: taken, kept, disputed, handed over.

use board::watch::Kind;

use crate::support::*;

fn watch(path: &str) -> String {
    format!("/units/{BUREAU}/watch{path}")
}

#[tokio::test]
async fn a_message_an_order_and_a_handover() {
    let site = Site::open().await;
    let (leader, next) = (person(LEADER).to_string(), person(NEXT_DUTY).to_string());
    // Given the duty officer has taken the watch, with the leader on duty.
    let taken = site.done(DUTY, &watch("/take"), &[("read_to", "0"), ("leader", &leader), ("back", &watch(""))]).await;
    assert_eq!(taken["next"], watch(""));

    // When a message and an order come in by telephone,
    site.done(
        DUTY,
        &watch("/log"),
        &[("kind", "message"), ("callsign", "East 0"), ("words", "Lorry across both lanes")],
    )
    .await;
    let order = [("kind", "verbal_order"), ("by_order_of", leader.as_str()), ("words", "Close the pass at ten")];
    site.done(DUTY, &watch("/log"), &order).await;

    // then both stand in the log, numbered, and the order waits for its leader.
    let model = site.get(DUTY, &watch("")).await.json();
    assert_eq!(model["latest"], 2);
    assert_eq!(model["lines"][0]["words"], "Lorry across both lanes");
    assert_eq!(model["lines"][1]["signature"], "pending");
    assert_eq!(serde_json::json!(Kind::VerbalOrder), model["lines"][1]["kind"]);
    let page = site.page(LEADER, &watch(""), "zh-CN").await.body;
    assert!(page.contains("待您签字") && page.contains("Close the pass at ten"), "{page}");

    // Only who gave it can sign; the refusal says who that is.
    let refused = site.post(EAST_LEADER, &watch("/lines/2/countersign"), &[]).await;
    assert_eq!(refused.status, 403);
    site.done(LEADER, &watch("/lines/2/countersign"), &[]).await;

    // "I see to it" makes the sender the owner; a decision and the end of it are added to the line.
    site.done(DUTY, &watch("/lines/1/triage"), &[("triage", "action")]).await;
    site.done(DUTY, &watch("/lines/1/decide"), &[("words", "Recovery vehicle sent")]).await;
    site.done(DUTY, &watch("/lines/1/close"), &[]).await;
    let line = site.get(DUTY, &watch("/lines/1")).await.json();
    assert_eq!(line["owner"], person(DUTY).to_string());
    assert_eq!((line["open"].as_bool(), line["decision"].as_str()), (Some(false), Some("Recovery vehicle sent")));

    // When the watch is offered and something arrives meanwhile,
    site.done(DUTY, &watch("/offer"), &[("to", &next)]).await;
    site.done(DUTY, &watch("/log"), &[("kind", "telephone"), ("words", "Road reopened")]).await;
    let brief = site.page(NEXT_DUTY, &watch("/take"), "en").await.body;
    assert!(brief.contains("Road reopened") && brief.contains("name=\"read_to\" value=\"3\""), "{brief}");

    // then it must be read, and what nobody owns must be carried on by somebody.
    let unread = site.post(NEXT_DUTY, &watch("/take"), &[("read_to", "2")]).await;
    assert_eq!((unread.status, unread.detail().contains("3 to 3")), (422, true), "{}", unread.body);
    let unowned = site.post(NEXT_DUTY, &watch("/take"), &[("read_to", "3")]).await;
    assert_eq!(unowned.status, 422, "{}", unowned.body);
    site.done(NEXT_DUTY, &watch("/take"), &[("read_to", "3"), ("carry_to", &next)]).await;
    let model = site.get(DUTY, &watch("")).await.json();
    assert_eq!(model["officer"], next);
    assert_eq!(model["unsigned"], serde_json::Value::Null, "it was offered: nobody has to sign");
}

#[tokio::test]
async fn a_watch_taken_from_somebody_gone_is_signed_by_the_leader() {
    let site = Site::open().await;
    site.done(DUTY, &watch("/take"), &[("read_to", "0")]).await;
    site.done(NEXT_DUTY, &watch("/take"), &[("read_to", "0")]).await;
    assert_eq!(site.get(DUTY, &watch("")).await.json()["unsigned"], person(DUTY).to_string());
    assert_eq!(site.post(NEXT_DUTY, &watch("/sign"), &[]).await.status, 403, "a duty officer signs for nobody");
    site.done(LEADER, &watch("/sign"), &[]).await;
    assert!(site.get(DUTY, &watch("")).await.json()["unsigned"].is_null());
}

#[tokio::test]
async fn whose_watch_it_is_not_may_not_look() {
    let site = Site::open().await;
    for path in [watch(""), format!("/units/{WEST}/watch")] {
        let refused = site.get(EAST_LEADER, &path).await;
        assert_eq!(refused.status, 403, "{path}");
        assert_eq!(site.page(EAST_LEADER, &path, "en").await.status, 403, "{path}");
        assert!(!refused.body.contains("Qian"), "{}", refused.body);
    }
    assert_eq!(site.page(EAST_LEADER, "/watch", "en").await.status, 303, "their own watch opens by itself");
    let blank = site.post(DUTY, &watch("/log"), &[("kind", "note"), ("words", "  ")]).await;
    assert_eq!((blank.status, blank.json()["errors"][0]["field"].as_str()), (400, Some("words")));
    assert_eq!(site.get(DUTY, &watch("/lines/7")).await.status, 404);
}
