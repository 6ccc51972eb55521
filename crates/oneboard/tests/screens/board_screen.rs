//! The board and the record below it: each begins where they belong, and counts and reads only what they may open.

use board::operation::{Command as Operation, Kind as OperationKind, OperationRow, Phase, Terms};
use board::post::{Command as Plan, Kind, Post};
use board::{At, Command, Label, Minutes, OperationId, PostId, Span, UnitId};
use oneboard::routes::board::first_screen;

use crate::support::*;

pub const OPERATION: OperationId = OperationId::from_value(300);
pub const IN_THE_EAST: PostId = PostId::from_value(301);
const IN_THE_WEST: PostId = PostId::from_value(302);

/// An operation that is on, with a post in each county.
pub async fn on_the_board(site: &Site) -> String {
    begun(site, false).await
}

async fn begun(site: &Site, drill: bool) -> String {
    let now = site.app.now();
    let row = OperationRow {
        id: OPERATION,
        unit: BUREAU,
        title: Label::new("Spring Festival", "春节安保"),
        kind: OperationKind::Festival,
        drill,
        period: Span::new(now.minus(Minutes(60)), now.plus(Minutes(60 * 24))),
        objectives: Vec::new(),
        levels: Vec::new(),
        terms: Terms::default(),
        last: None,
    };
    site.does(Command::Operation(Operation::Plan(Box::new(row))), Vec::new()).await;
    let post = |id: PostId, unit: UnitId, number: &str| Post {
        id,
        unit,
        kind: Kind::Checkpoint,
        number: number.into(),
        name: Label::new("Pass", "关口"),
        place: Label::new("Pass", "关口"),
        callsign: "7".into(),
        channel: "1".into(),
        telephone: "1".into(),
        named_leader: None,
        contact_every: None,
        cold: false,
        closed: false,
    };
    let posts = vec![post(IN_THE_EAST, EAST, "E-1"), post(IN_THE_WEST, WEST, "W-1")];
    site.does(Command::Post(Plan::Plan { operation: OPERATION, posts }), Vec::new()).await;
    site.does(Command::Operation(Operation::SetPhase { operation: OPERATION, phase: Phase::Active }), Vec::new()).await;
    format!("/operations/{OPERATION}/board")
}

#[tokio::test]
async fn each_begins_at_the_screen_of_their_duty() {
    let site = Site::open().await;
    let board = &site.app.submit.published().board;
    let first = |who: usize| first_screen(board, person(who), At::from_millis(i64::MAX / 2));
    let screens = [LEADER, DUTY, EAST_LEADER, EAST_OFFICER, SECURITY, AUDIT].map(first);
    assert_eq!(screens, ["/needs-me", "/board", "/needs-me", "/mine", "/access", "/audit"]);
    assert_eq!(site.page(LEADER, "/", "en").await.status, 303);
    // Before there is an operation the board says so, in words.
    let empty = site.page(LEADER, "/board", "zh-CN").await;
    assert!(empty.status == 200 && empty.body.contains("目前没有进行中的安保任务"), "{}", empty.body);
    on_the_board(&site).await;
    assert_eq!(site.page(LEADER, "/board", "en").await.status, 303);
}

#[tokio::test]
async fn a_drill_says_so_on_every_screen_and_on_paper_and_a_real_night_does_not() {
    let real = Site::open().await;
    let board = on_the_board(&real).await;
    assert!(!real.page(LEADER, &board, "en").await.body.contains("data-mode"));
    let site = Site::open().await;
    let board = begun(&site, true).await;
    let paper = board.replace("/board", "/paper");
    for path in [
        board,
        paper,
        format!("/operations/{OPERATION}/posts?show=all"),
        format!("/units/{BUREAU}/watch"),
        "/force".into(),
    ] {
        let page = site.page(LEADER, &path, "zh-CN").await;
        assert!(page.body.contains("data-mode=\"drill\"><p>演练</p>"), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn a_unit_without_a_post_in_force_shows_no_zeros() {
    let site = Site::open().await;
    let page = site.page(LEADER, &on_the_board(&site).await, "en").await;
    // No shift is planned: nothing is manned, and nothing is unmanned or late either; there is no
    // line in the log, no order and no task, and those are zeros.
    let row = page.body.split(&format!("id=\"unit-{EAST}\"")).nth(1).and_then(|rest| rest.split("</tr>").next());
    let row = row.expect("the county's row");
    assert_eq!((row.matches(">–<").count(), row.matches(">0<").count()), (5, 3), "{row}");
}

#[tokio::test]
async fn a_county_counts_its_own_posts_and_nobody_elses() {
    let site = Site::open().await;
    let board = on_the_board(&site).await;
    let units = |answer: serde_json::Value| -> Vec<String> {
        let rows = answer["units"].as_array().expect("rows").iter();
        rows.map(|row| row["name"]["en"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(units(site.get(LEADER, &board).await.json()), ["East", "West"]);
    assert_eq!(units(site.get(EAST_LEADER, &board).await.json()), ["East"]);
    let page = site.page(EAST_LEADER, &board, "en").await;
    assert!(page.status == 200 && !page.body.contains("West"), "{}", page.body);
}

#[tokio::test]
async fn the_record_of_a_post_is_read_by_those_who_may_open_it() {
    let site = Site::open().await;
    on_the_board(&site).await;
    let of = |post: PostId| format!("/records?subject=post-{post}");
    let read = site.get(EAST_LEADER, &of(IN_THE_EAST)).await.json();
    assert_eq!(read[0]["what"], serde_json::json!(["E-1 Pass was planned or changed"]), "and not of the other post");
    assert_eq!(read[0]["hash"].as_str().map(str::len), Some(64));
    assert_eq!(site.get(EAST_LEADER, &of(IN_THE_WEST)).await.status, 403);
    assert_eq!(site.get(EAST_LEADER, "/records?subject=post-x").await.status, 400);
    assert_eq!(site.get(EAST_LEADER, &of(PostId::from_value(9))).await.status, 404);
}
