//! An operation from its form to its end.

use crate::support::*;

const FORM: [(&str, &str); 9] = [
    ("title_en", "Spring Festival"),
    ("title_zh", "春节安保"),
    ("kind", "festival"),
    ("unit", "0000000000001"),
    ("from", "2026-02-01T08:00"),
    ("to", "2026-02-15T08:00"),
    ("objectives_zh", "岗位到位率|不低于98%"),
    ("levels_en", "Level I\n- Everybody on standby\n- The leader commands\nLevel II\n- Patrols doubled"),
    ("levels_zh", "一级响应\n- 全员备勤\n- 主要领导坐镇\n二级响应\n- 巡逻加密"),
];

async fn opened(site: &Site) -> (String, serde_json::Value) {
    site.done(LEADER, "/operations", &FORM).await;
    let all = site.get(LEADER, "/operations").await.json();
    let found = all["on_the_board"][0].clone();
    (format!("/operations/{}", found["id"].as_str().expect("an id")), found)
}

#[tokio::test]
async fn a_form_becomes_an_operation_with_its_ladder() {
    let site = Site::open().await;
    let (address, found) = opened(&site).await;
    assert_eq!(found["levels"][0]["name"]["zh"], "一级响应");
    assert_eq!(found["levels"][1]["actions"][0]["en"], "Patrols doubled");
    assert_eq!(found["objectives"][0]["measure"]["zh"], "不低于98%");
    // What the form shows is what would be sent: sending it again changes nothing.
    let edit = site.page(LEADER, &format!("{address}/edit"), "zh-CN").await;
    assert!(edit.body.contains("value=\"春节安保\"") && edit.body.contains("岗位到位率 | 不低于98%"), "{}", edit.body);
    let mut changed = FORM;
    changed[8] = ("levels_zh", "一级响应\n- 全员备勤");
    let refused = site.post(LEADER, &format!("{address}/plan"), &changed).await;
    assert_eq!(
        (refused.status, refused.json()["errors"][0]["field"].as_str()),
        (400, Some("levels_zh")),
        "{}",
        refused.body
    );
    changed[8] = FORM[8];
    changed[4] = ("from", "yesterday");
    assert_eq!(site.post(LEADER, &format!("{address}/plan"), &changed).await.json()["errors"][0]["field"], "from");
}

#[tokio::test]
async fn a_level_proposes_its_actions_and_phases_go_forward_only() {
    let site = Site::open().await;
    let (address, _) = opened(&site).await;
    let level = format!("{address}/level");
    let early = site.post(DUTY, &level, &[("rung", "1")]).await;
    assert_eq!((early.status, early.detail().contains("planned")), (422, true), "{}", early.body);
    site.done(LEADER, &format!("{address}/phase"), &[("phase", "active")]).await;
    site.done(
        DUTY,
        &level,
        &[("rung", "1"), ("by_order_of", &person(LEADER).to_string()), ("words", "To Level I, now")],
    )
    .await;
    site.done(DUTY, &format!("{address}/proposals/1"), &[("take", "true")]).await;
    site.done(DUTY, &format!("{address}/proposals/2"), &[("take", "false")]).await;
    let found = site.get(DUTY, &address).await.json();
    assert_eq!(found["level"], 1);
    assert_eq!((&found["proposals"][0]["taken"], &found["proposals"][1]["taken"]), (&true.into(), &false.into()));
    let back = site.post(LEADER, &format!("{address}/phase"), &[("phase", "planning")]).await;
    assert_eq!(back.status, 422, "{}", back.body);
    assert!(!back.detail().contains("Planning"), "phases are told in words: {}", back.body);
    // A county that is below may look and may not touch.
    let page = site.page(EAST_LEADER, &address, "en").await;
    assert!(
        page.status == 200 && page.body.contains("Level I") && !page.body.contains("Set Level II"),
        "{}",
        page.body
    );
    assert_eq!(site.post(EAST_LEADER, &level, &[("rung", "2")]).await.status, 403);
}
