//! Workbooks over HTTP: a dry run that changes nothing, faults by sheet and row, all or nothing, and once.

use rust_xlsxwriter::Workbook;

use crate::support::*;

/// A workbook with one sheet of people.
fn people(rows: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("人员").expect("a name");
    let head = ["警号", "姓名", "单位", "类别"];
    for (number, row) in std::iter::once(&head).chain(rows).enumerate() {
        for (column, cell) in row.iter().enumerate() {
            sheet.write(number as u32, column as u16, *cell).expect("written");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[tokio::test]
async fn a_workbook_is_looked_at_then_goes_in_whole_and_once() {
    let site = Site::open().await;
    let before = site.app.submit.published().head;
    let book = people(&[["N901", "Chen Bo", "East", "民警"], ["N902", "Chen Er", "East", "辅警"]]);

    // Given a dry run, which changes nothing,
    let dry = site.send_file(EAST_LEADER, "/import", "people.xlsx", &book).await;
    assert_eq!(dry.status, 200, "{}", dry.body);
    let dry = dry.json();
    assert_eq!(dry["clean"], true, "{dry}");
    assert_eq!(site.app.submit.published().head, before);
    let (id, seen) = (dry["id"].as_str().expect("an id"), dry["seen"].as_str().expect("a fingerprint"));
    for language in ["en", "zh-CN"] {
        let page = site.page(EAST_LEADER, &format!("/import/{id}"), language).await;
        assert!(page.status == 200 && page.body.contains("Chen Bo"), "{}", page.body);
    }

    // when somebody else tries it, it is not theirs; when something else is confirmed, it is shown again;
    let path = format!("/import/{id}");
    assert_eq!(site.post(LEADER, &path, &[("seen", seen)]).await.status, 404);
    assert_eq!(site.post(EAST_LEADER, &path, &[("seen", "other")]).await.status, 303);
    assert_eq!(site.app.submit.published().head, before);

    // when it is confirmed, it goes in as one entry;
    site.done(EAST_LEADER, &path, &[("seen", seen)]).await;
    assert_eq!(site.app.submit.published().head.position, before.position + 1);
    assert_eq!(site.get(EAST_LEADER, "/force?q=N90").await.json()["people"].as_array().map(Vec::len), Some(2));
    assert_eq!(site.get(EAST_LEADER, &path).await.status, 404, "it is done with");

    // and the same file again changes nothing.
    let again = site.send_file(EAST_LEADER, "/import", "people.xlsx", &book).await.json();
    assert_eq!((&again["clean"], again["changes"].as_array().map(Vec::len)), (&true.into(), Some(0)), "{again}");
}

#[tokio::test]
async fn one_bad_row_is_named_and_nothing_goes_in() {
    let site = Site::open().await;
    let before = site.app.submit.published().head;
    let book = people(&[
        ["N901", "Chen Bo", "East", "民警"],
        ["N902", "Chen Er", "Nowhere", "民警"],
        ["N903", "", "East", "?"],
    ]);
    let dry = site.send_file(EAST_LEADER, "/import", "people.xlsx", &book).await.json();
    assert_eq!(dry["clean"], false);
    let faults = dry["faults"].as_array().expect("faults");
    let of = |row: u64| faults.iter().filter(|fault| fault["row"] == row).count();
    assert!(of(3) >= 1 && of(4) >= 1 && of(2) == 0, "{dry}");
    assert!(faults.iter().all(|fault| fault["sheet"] == "人员"), "{dry}");
    let (id, seen) = (dry["id"].as_str().expect("an id"), dry["seen"].as_str().expect("a fingerprint"));
    let refused = site.post(EAST_LEADER, &format!("/import/{id}"), &[("seen", seen)]).await;
    assert_ne!(refused.status, 200, "{}", refused.body);
    assert_eq!(site.app.submit.published().head, before);
}

#[tokio::test]
async fn rows_of_another_county_and_files_that_are_none_are_refused() {
    let site = Site::open().await;
    let before = site.app.submit.published().head;
    // A unit beside one's own is out of reach, whatever the row says.
    let book = people(&[["N901", "Chen Bo", "West", "民警"]]);
    let dry = site.send_file(EAST_LEADER, "/import", "people.xlsx", &book).await.json();
    let (id, seen) = (dry["id"].as_str().expect("an id"), dry["seen"].as_str().expect("a fingerprint"));
    let refused = site.post(EAST_LEADER, &format!("/import/{id}"), &[("seen", seen)]).await;
    assert!([303, 403, 422].contains(&refused.status), "{} {}", refused.status, refused.body);
    assert_eq!(
        site.send_file(EAST_OFFICER, "/import", "people.xlsx", &book).await.status,
        403,
        "an officer imports nothing"
    );

    for (name, bytes) in [
        ("people.xlsx", &b"PK\x03\x04nonsense"[..]),
        ("people.xlsx", b""),
        ("people.exe", b"MZ"),
        ("../x.csv", b"\0\xff\0"),
    ] {
        let answer = site.send_file(EAST_LEADER, "/import", name, bytes).await;
        let refused = answer.status == 400 || answer.status == 422 || answer.json()["clean"] == false;
        assert!(refused, "{name}: {} {}", answer.status, answer.body);
    }
    let no_file = site.send_file(EAST_LEADER, "/import", "", b"").await;
    assert_eq!((no_file.status, &no_file.json()["errors"][0]["field"]), (400, &"file".into()), "{}", no_file.body);
    assert_eq!(site.app.submit.published().head, before);
}
