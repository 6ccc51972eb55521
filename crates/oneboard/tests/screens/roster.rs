//! The roster by hand: a shift, who stands it, who stands in, and who may not touch it.

use board::operation::{Command as Operation, Kind as OperationKind, OperationRow, Phase, Terms};
use board::post::{Command as Plan, Kind, Post};
use board::{Command, Label, Minutes, OperationId, PostId, Span, UnitId};

use crate::support::*;

const OPERATION: OperationId = OperationId::from_value(300);
const EASTERN: PostId = PostId::from_value(301);
const WESTERN: PostId = PostId::from_value(302);

async fn planned() -> Site {
    let site = Site::open().await;
    let now = site.app.now();
    let row = OperationRow {
        id: OPERATION,
        unit: BUREAU,
        title: Label::new("Spring Festival", "春节安保"),
        kind: OperationKind::Festival,
        drill: false,
        period: Span::new(now.minus(Minutes(60)), now.plus(Minutes(60 * 72))),
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
    let posts = vec![post(EASTERN, EAST, "E-1"), post(WESTERN, WEST, "W-1")];
    site.does(Command::Post(Plan::Plan { operation: OPERATION, posts }), Vec::new()).await;
    site.does(Command::Operation(Operation::SetPhase { operation: OPERATION, phase: Phase::Active }), Vec::new()).await;
    site
}

fn at(path: &str) -> String {
    format!("/operations/{OPERATION}{path}")
}

/// Tomorrow at this hour, as a form sends it.
fn tomorrow(hour: i8) -> String {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone");
    let day = jiff::Timestamp::now().to_zoned(zone).date().tomorrow().expect("a day");
    day.at(hour, 0, 0, 0).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A shift on the eastern post; its id.
async fn shift(site: &Site, from: i8, to: i8) -> String {
    let (from, to) = (tomorrow(from), tomorrow(to));
    let form = [("from", from.as_str()), ("to", to.as_str()), ("required", "1")];
    site.done(EAST_LEADER, &at(&format!("/posts/{EASTERN}/shifts")), &form).await;
    let shifts = site.get(EAST_LEADER, &at(&format!("/posts/{EASTERN}/roster"))).await.json();
    let mut found: Vec<&serde_json::Value> = shifts.as_array().expect("shifts").iter().collect();
    found.sort_by_key(|shift| shift["from"].to_string());
    let last = found.last().expect("the shift");
    last["id"].as_str().expect("an id").to_owned()
}

fn assignments(site: &Site) -> Vec<(String, board::PersonId, bool)> {
    let published = site.app.submit.published();
    let operation = published.board.operation(OPERATION).expect("on the board");
    let shifts = operation.roster.shifts_of(EASTERN, Span::new(site.app.now(), site.app.now().plus(Minutes(60 * 72))));
    shifts
        .flat_map(|(_, shift)| operation.roster.assigned(shift))
        .filter(|(_, found)| oneboard::views::roster::counts(found.standing))
        .map(|(id, found)| (id.to_string(), found.person, found.pinned))
        .collect()
}

#[tokio::test]
async fn somebody_is_assigned_pinned_stood_in_for_and_taken_off() {
    let site = planned().await;
    let shift = shift(&site, 8, 16).await;
    let officer = person(EAST_OFFICER).to_string();
    let assign = at(&format!("/shifts/{shift}/assignments"));
    site.done(EAST_LEADER, &assign, &[("person", &officer)]).await;
    let [(id, who, pinned)] = &assignments(&site)[..] else { panic!("one is assigned") };
    assert_eq!((*who, *pinned), (person(EAST_OFFICER), false));

    // Twice the same person is refused in words.
    let again = site.post(EAST_LEADER, &assign, &[("person", &officer)]).await;
    assert!(again.status == 422 && again.detail().contains("Wu Gang"), "{}", again.body);

    site.done(EAST_LEADER, &at(&format!("/assignments/{id}/pin")), &[("pinned", "true")]).await;
    assert!(assignments(&site)[0].2);
    site.done(EAST_LEADER, &at(&format!("/assignments/{id}/pin")), &[("pinned", "false")]).await;
    let by = person(EAST_LEADER).to_string();
    site.done(EAST_LEADER, &at(&format!("/assignments/{id}/replace")), &[("by", &by)]).await;
    let [(id, who, _)] = &assignments(&site)[..] else { panic!("one is assigned") };
    assert_eq!(*who, person(EAST_LEADER));
    site.done(EAST_LEADER, &at(&format!("/assignments/{id}/unassign")), &[]).await;
    assert!(assignments(&site).is_empty());
    site.done(EAST_LEADER, &at(&format!("/shifts/{shift}/drop")), &[]).await;
    let left = site.get(EAST_LEADER, &at(&format!("/posts/{EASTERN}/roster"))).await.json();
    assert_eq!(left.as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_sibling_county_reads_and_changes_nothing() {
    let site = planned().await;
    let shift = shift(&site, 8, 16).await;
    let officer = person(EAST_OFFICER).to_string();
    site.done(EAST_LEADER, &at(&format!("/shifts/{shift}/assignments")), &[("person", &officer)]).await;
    let id = assignments(&site)[0].0.clone();
    let before = site.app.submit.published().head;
    let (from, to) = (tomorrow(20), tomorrow(22));
    let new_shift = [("from", from.as_str()), ("to", to.as_str()), ("required", "1")];
    let person = [("person", officer.as_str()), ("by", officer.as_str()), ("pinned", "true"), ("other", id.as_str())];
    for (path, form) in [
        (format!("/posts/{EASTERN}/shifts"), &new_shift[..]),
        (format!("/shifts/{shift}/assignments"), &person[..]),
        (format!("/shifts/{shift}/drop"), &[]),
        (format!("/assignments/{id}/unassign"), &[]),
        (format!("/assignments/{id}/replace"), &person[..]),
        (format!("/assignments/{id}/swap"), &person[..]),
        (format!("/assignments/{id}/pin"), &person[..]),
    ] {
        for who in [WEST_LEADER, EAST_OFFICER, SECURITY] {
            let answer = site.post(who, &at(&path), form).await;
            assert!([403, 404].contains(&answer.status), "{path} by {who}: {} {}", answer.status, answer.body);
        }
    }
    for path in [format!("/posts/{EASTERN}/roster"), format!("/shifts/{shift}")] {
        assert!([403, 404].contains(&site.get(WEST_LEADER, &at(&path)).await.status), "{path}");
    }
    assert_eq!(site.app.submit.published().head, before, "nothing was kept");
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let site = planned().await;
    let posts = at(&format!("/posts/{EASTERN}/shifts"));
    let day = tomorrow(8);
    let yesterday = [("from", "yesterday"), ("to", day.as_str()), ("required", "1")];
    let answer = site.post(EAST_LEADER, &posts, &yesterday).await;
    assert_eq!((answer.status, &answer.json()["errors"][0]["field"]), (400, &"from".into()), "{}", answer.body);
    let many = [("from", day.as_str()), ("to", day.as_str()), ("required", "many")];
    assert_eq!(site.post(EAST_LEADER, &posts, &many).await.status, 400);
    let backwards = [("from", tomorrow(16)), ("to", tomorrow(8)), ("required", "1".to_owned())];
    let backwards = backwards.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(site.post(EAST_LEADER, &posts, &backwards).await.status, 422);
    let nobody = site.post(EAST_LEADER, &at("/shifts/0000000000zzz/assignments"), &[("person", "0000000000zzz")]).await;
    assert!([403, 404, 422].contains(&nobody.status), "{}", nobody.body);
}
