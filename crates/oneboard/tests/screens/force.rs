//! Units and people, as far as each may see and keep them.

use crate::support::*;

#[tokio::test]
async fn a_search_ends_where_the_rights_end() {
    let site = Site::open().await;
    let names = |answer: serde_json::Value| -> Vec<String> {
        let people = answer["people"].as_array().cloned().unwrap_or_default();
        people.iter().map(|person| person["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(site.get(DUTY, "/force?q=wu%20gang").await.json()), ["Wu Gang"]);
    assert_eq!(
        names(site.get(EAST_LEADER, "/force?q=N").await.json()),
        ["Li Na", "Wu Gang"],
        "by staff number, in reach"
    );
    assert!(names(site.get(EAST_LEADER, "/force?q=Zhou").await.json()).is_empty());
    let tree = site.get(EAST_LEADER, "/force").await.json();
    assert_eq!(tree["units"].as_array().map(Vec::len), Some(1));
    assert_eq!(tree["units"][0]["branch"], 2);
    let whole = site.get(DUTY, "/force").await.json();
    assert_eq!((&whole["units"][0]["branch"], &whole["units"][0]["officers"]), (&8.into(), &5.into()));
    // Whoever one may not see is answered like whoever does not exist.
    let (sibling, nobody) = (format!("/people/{}", person(WEST_LEADER)), "/people/0000000000zzz");
    let (sibling, nobody) = (site.get(EAST_LEADER, &sibling).await, site.get(EAST_LEADER, nobody).await);
    assert_eq!((sibling.status, sibling.detail()), (nobody.status, nobody.detail()));
}

#[tokio::test]
async fn a_person_is_entered_moved_and_leaves() {
    let site = Site::open().await;
    let form =
        [("name", "Chen Bo"), ("number", "N900"), ("grade", "auxiliary"), ("driver", "true"), ("telephone", "555")];
    let people = format!("/units/{EAST}/people");
    site.done(EAST_LEADER, &people, &form).await;
    let found = site.get(EAST_LEADER, "/force?q=N900").await.json()["people"][0].clone();
    assert_eq!((&found["grade"], &found["qualifications"][0]), (&"auxiliary".into(), &"driver".into()));

    let taken = site.post(EAST_LEADER, &people, &form).await;
    assert_eq!(taken.json()["errors"][0]["field"], "number", "{}", taken.body);
    let stranger = [("name", "Chen Er"), ("number", "N4"), ("grade", "officer")];
    let taken = site.post(EAST_LEADER, &people, &stranger).await;
    assert!(taken.status == 400 && !taken.body.contains("Zhou"), "whose it is is not told: {}", taken.body);
    let elsewhere = site.post(EAST_LEADER, &format!("/units/{WEST}/people"), &stranger).await;
    assert_eq!(elsewhere.status, 403, "{}", elsewhere.body);

    let id = found["id"].as_str().expect("an id").to_owned();
    let before = site.app.submit.published().board.force.person(id.parse().expect("an id")).cloned().expect("kept");
    let mut moved = form.to_vec();
    let west = WEST.to_string();
    moved.push(("unit", &west));
    assert_eq!(site.post(EAST_LEADER, &format!("/people/{id}"), &moved).await.status, 403, "not into a sibling");
    site.done(LEADER, &format!("/people/{id}"), &moved).await;
    let after = site.app.submit.published().board.force.person(id.parse().expect("an id")).cloned().expect("kept");
    assert_eq!(
        (after.unit, after.name, after.number),
        (WEST, before.name, before.number),
        "the words stay where they are"
    );

    site.done(WEST_LEADER, &format!("/people/{id}/leave"), &[]).await;
    assert_eq!(site.get(LEADER, "/force?q=N900").await.json()["people"].as_array().map(Vec::len), Some(0));
    let page = site.page(LEADER, &format!("/people/{id}"), "zh-CN").await;
    assert!(page.status == 200 && page.body.contains("离队"), "the record stays: {}", page.body);
}
