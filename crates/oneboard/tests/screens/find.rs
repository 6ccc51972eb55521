//! Find: one line for people, posts and units, and nothing that one may not open.

use crate::board_screen::on_the_board;
use crate::support::*;

async fn numbers(site: &Site, who: usize, asked: &str) -> (Vec<String>, Vec<String>, usize) {
    let found = site.get(who, &format!("/find?q={asked}")).await.json();
    let words = |kind: &str, field: &str| {
        let rows = found[kind].as_array().expect("rows").iter();
        rows.map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    (words("posts", "number"), words("people", "name"), found["units"].as_array().expect("units").len())
}

#[tokio::test]
async fn posts_people_and_units_are_found_by_name_number_and_callsign() {
    let site = Site::open().await;
    on_the_board(&site).await;
    assert_eq!(numbers(&site, LEADER, "Pass").await.0, ["E-1", "W-1"], "a post by its name");
    assert_eq!(numbers(&site, LEADER, "e-1").await.0, ["E-1"], "and by its number, in either case");
    assert_eq!(numbers(&site, LEADER, "wu%20g").await.1, ["Wu Gang"], "a person by the beginning of a name");
    assert_eq!(numbers(&site, LEADER, "N5").await.1, ["Wu Gang"], "and by the staff number");
    // The callsign 7 is a person's and both posts', and stands before whatever only has a 7 in it.
    let (posts, people, _) = numbers(&site, LEADER, "7").await;
    assert_eq!((posts, people), (vec!["E-1".into(), "W-1".into()], vec!["Wang Ping".into()]));
    assert_eq!(numbers(&site, LEADER, "East").await.2, 1, "a unit by its name");
    let page = site.page(LEADER, "/find?q=nobody", "en").await;
    assert!(page.body.contains("Nothing that you may see answers to “nobody”"), "{}", page.body);
}

#[tokio::test]
async fn what_lies_in_a_sibling_county_is_not_found() {
    let site = Site::open().await;
    on_the_board(&site).await;
    assert_eq!(numbers(&site, EAST_LEADER, "Pass").await.0, ["E-1"]);
    assert_eq!(numbers(&site, EAST_LEADER, "Zhou").await.1, [""; 0], "the leader of the other county");
    assert_eq!(numbers(&site, EAST_LEADER, "West").await.2, 0);
    let page = site.page(EAST_LEADER, "/find?q=W-1", "en").await;
    assert!(page.status == 200 && page.body.contains("Nothing that you may see"), "{}", page.body);
}
