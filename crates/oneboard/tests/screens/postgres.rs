//! The same server on a journal in PostgreSQL: what a file serves, the database serves, and a restart finds it again.

use std::process::Command;
use std::sync::Arc;

use oneboard::clock::Clock;
use oneboard::config::Config;
use oneboard::shell::Shell;
use oneboard::{audit, figures, server, submit};

use crate::cluster::Cluster;
use crate::support::*;

fn watch(path: &str) -> String {
    format!("/units/{BUREAU}/watch{path}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_served_like_a_file() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return eprintln!("skipped: PostgreSQL served: {why}"),
    };
    let database = cluster.database("served");
    let site = Site::open_with(|config| config.postgres = Some(database.clone())).await;

    // Given a watch that is kept, somebody entered, a role granted and a refusal,
    let leader = person(LEADER).to_string();
    site.done(DUTY, &watch("/take"), &[("read_to", "0"), ("leader", &leader)]).await;
    let message = [("kind", "message"), ("callsign", "East 0"), ("words", "垭口路面结冰")];
    site.done(DUTY, &watch("/log"), &message).await;
    let form = [("name", "Chen Bo"), ("number", "N900"), ("grade", "auxiliary")];
    site.done(EAST_LEADER, &format!("/units/{EAST}/people"), &form).await;
    let unit = WEST.to_string();
    site.done(SECURITY, "/access/grants", &[("person", "N5"), ("role", "inspector"), ("unit", &unit)]).await;
    assert_eq!(site.get(EAST_LEADER, &format!("/units/{WEST}/watch")).await.status, 403);
    audit::note_seen(&site.app).await.expect("noted");

    // when it is read back, page and JSON, then records and audit are there,
    let records = site.get(DUTY, &format!("/records?subject=watch-{BUREAU}")).await;
    assert_eq!(records.status, 200, "{}", records.body);
    assert!(records.body.contains("垭口路面结冰"), "{}", records.body);
    let page = site.page(DUTY, &format!("/records?subject=watch-{BUREAU}"), "zh-CN").await;
    assert!(page.status == 200 && page.body.contains("垭口路面结冰"), "{}", page.body);
    let noted = site.get(AUDIT, "/audit").await;
    assert!(noted.status == 200 && noted.body.contains("Granted inspector at West to Wu Gang"), "{}", noted.body);
    assert_eq!(site.page(AUDIT, "/audit", "en").await.status, 200);
    let person = site.get(EAST_LEADER, "/force?q=N900").await.json()["people"][0]["id"].clone();
    let person = person.as_str().expect("an id");
    let found = site.get(EAST_LEADER, &format!("/records?subject=person-{person}")).await;
    assert!(found.status == 200 && found.body.contains("Chen Bo"), "{}", found.body);

    // and so they are when the database has dropped every connection: the next command and the next look find new ones;
    cluster.cut_connections("served");
    site.done(DUTY, &watch("/log"), &[("kind", "message"), ("words", "撒布车已过垭口")]).await;
    let records = site.get(DUTY, &format!("/records?subject=watch-{BUREAU}")).await;
    assert!(records.status == 200 && records.body.contains("撒布车已过垭口"), "{}", records.body);

    // and so they are from the command line, which proves the chain on the way;
    let socket = database.split_whitespace().find_map(|part| part.strip_prefix("host=")).expect("a socket");
    let address = format!("postgresql://oneboard@/served?host={}", oneboard::page::percent(socket));
    let exported = Command::new(env!("CARGO_BIN_EXE_oneboard")).args(["journal", "export", &address]).output();
    let exported = exported.expect("the program runs");
    let told = String::from_utf8_lossy(&exported.stderr).into_owned();
    assert!(exported.status.success() && told.contains("entries written"), "{told}");
    assert!(
        !String::from_utf8_lossy(&exported.stdout).contains("撒布车已过垭口"),
        "words only where they are asked for"
    );

    // and after a restart on the same database everything is as it was, the course of the day too;
    let before = site.app.submit.published();
    let folder = site.close();
    // meanwhile a file is made of it, which proves everything and is served just as well.
    let file = folder.path().join("journal.sqlite");
    let copied = Command::new(env!("CARGO_BIN_EXE_oneboard")).args(["journal", "copy", &address]).arg(&file).output();
    let copied = copied.expect("the program runs");
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let told = String::from_utf8_lossy(&copied.stdout).into_owned();
    assert!(told.contains(&format!("entries 1 to {}: whole, in order", before.head.position)), "{told}");
    let on_file = Config { data: folder.path().into(), ..Config::default() };
    let shell = Shell::open(on_file, Clock::Real).expect("the shell opens");
    let server = server::open(shell).expect("the file is loaded");
    assert_eq!(server.app.submit.published().head, before.head);
    server.close();
    let config = Config { data: folder.path().into(), postgres: Some(database.clone()), ..Config::default() };
    let shell = Shell::open(config, Clock::Real).expect("the shell opens");
    let server = server::open(Arc::clone(&shell)).expect("the board is loaded again");
    let after = server.app.submit.published();
    assert_eq!((after.head.position, after.head.hash), (before.head.position, before.head.hash));
    let whole = |board: &board::Board| serde_json::to_value(board).expect("a board is writable");
    assert_eq!(whole(&after.board), whole(&before.board), "the same board");
    let figures = Arc::new(figures::Figures::default());
    let (beside, weak) = (Arc::clone(&server.app.beside), Arc::downgrade(&figures));
    let recalled = tokio::task::spawn_blocking(move || {
        let mut reader = beside.open(journal::Upcasts::new(submit::SCHEMA)).expect("opened");
        figures::recall(&mut *reader, after.head.position, after.at, &weak)
    });
    recalled.await.expect("no panic").expect("the course is read from the database");
    server.close();
}
