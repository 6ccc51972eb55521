//! Calendar feeds: one's own address, a new one in its place, and an address that opens nothing.

use crate::support::*;

/// The address of the first feed on a page.
fn feed(page: &str) -> String {
    let from = page.find("/calendar/").unwrap_or_else(|| panic!("no feed in {page}"));
    let address = &page[from..];
    address[..address.find(".ics").expect("its end") + 4].to_owned()
}

#[tokio::test]
async fn an_address_is_the_key_until_it_is_renewed() {
    let site = Site::open().await;
    // Given one's own address, which needs no session,
    let address = feed(&site.page(EAST_OFFICER, "/calendar", "en").await.body);
    let open = |address: String| format!("GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answer = site.raw(open(address.clone()).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("BEGIN:VCALENDAR"), "{answer}");
    assert!(answer.to_lowercase().contains("content-type: text/calendar") && answer.contains("no-store"), "{answer}");
    assert_eq!(feed(&site.page(EAST_OFFICER, "/calendar", "zh-CN").await.body), address, "the same again");
    let other = feed(&site.page(EAST_LEADER, "/calendar", "en").await.body);
    assert_ne!(other, address, "to each their own");

    // when it is renewed,
    let renewed = site.send("POST", EAST_OFFICER, "/calendar", "text/html", "en", &[]).await;
    assert!(renewed.status == 303 || renewed.status == 200, "{}: {}", renewed.status, renewed.body);

    // then the old one opens nothing, the new one does, and others are as they were.
    assert!(site.raw(open(address.clone()).as_bytes()).await.starts_with("HTTP/1.1 404"));
    let new = feed(&site.page(EAST_OFFICER, "/calendar", "en").await.body);
    assert_ne!(new, address);
    assert!(site.raw(open(new).as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(site.raw(open(other).as_bytes()).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_guessed_address_opens_nothing() {
    let site = Site::open().await;
    for guess in ["x.ics", "%2e%2e%2fjournal.sqlite", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics", ".ics"] {
        let answer = site.get(EAST_OFFICER, &format!("/calendar/{guess}")).await;
        assert_eq!(answer.status, 404, "{guess}: {}", answer.body);
    }
}
