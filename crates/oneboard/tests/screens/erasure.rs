//! After an erasure nothing of the words is left: present and superseded ones, the login name, in files, answers, streams, exports, backups and logs.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::support::{EAST, EAST_LEADER, LEADER, SECURITY, Site};
use board::PersonId;
use journal::ExportOptions;
use oneboard::{archive, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Words that stand nowhere else.
const NAME: &str = "Canary Ouyang Tan";
const LATER_NAME: &str = "Canary Ouyang Liu";
const NUMBER: &str = "CANARY-7731";
const LATER_NUMBER: &str = "CANARY-7732";
const TELEPHONE: &str = "0930-CANARY-1";
const LATER_TELEPHONE: &str = "0930-CANARY-2";
const LOGIN: &str = "canary.ouyang";
const CANARY: &str = "canary";

/// Everything that is logged while the test runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(event);
        Ok(event.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Files below `folder` that hold one of the words, in whatever case.
fn files_with_canary(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_with_canary(&path, found);
        } else if std::fs::read(&path)
            .expect("a file")
            .windows(CANARY.len())
            .any(|bytes| bytes.eq_ignore_ascii_case(CANARY.as_bytes()))
        {
            found.push(path.display().to_string());
        }
    }
}

fn canaries(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    files_with_canary(folder, &mut found);
    found
}

/// A stream of the unit, from its beginning.
async fn stream(site: &Site) -> TcpStream {
    let mut stream = TcpStream::connect(&site.address).await.expect("connected");
    let request = format!(
        "GET /live?f=unit-{EAST} HTTP/1.1\r\nHost: localhost\r\nCookie: oneboard={}\r\n\r\n",
        &site.sessions[LEADER]
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

async fn until(stream: &mut TcpStream, done: impl Fn(&str) -> bool) -> String {
    let (mut said, mut buffer) = (String::new(), [0; 4096]);
    while !done(&said) {
        let read = stream.read(&mut buffer).await.expect("read");
        assert_ne!(read, 0, "closed after {said}");
        said.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_the_words() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(move || writer.clone()).init();
    let site = Site::open().await;

    // Given somebody with a name, a number, a telephone and an account, all changed once,
    let first = [("name", NAME), ("number", NUMBER), ("grade", "officer"), ("telephone", TELEPHONE)];
    site.done(EAST_LEADER, &format!("/units/{EAST}/people"), &first).await;
    let found = site.get(EAST_LEADER, &format!("/force?q={NUMBER}")).await.json()["people"][0]["id"].clone();
    let id = found.as_str().expect("the person").to_owned();
    let (person, unit) = (id.parse::<PersonId>().expect("an id"), EAST.to_string());
    let later = [
        ("name", LATER_NAME),
        ("number", LATER_NUMBER),
        ("grade", "officer"),
        ("telephone", LATER_TELEPHONE),
        ("unit", unit.as_str()),
    ];
    site.done(EAST_LEADER, &format!("/people/{id}"), &later).await;
    let issued = site.post(SECURITY, "/access/links", &[("person", id.as_str()), ("login", LOGIN)]).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    let mut before = stream(&site).await;
    until(&mut before, |said| said.contains(LATER_NAME)).await;

    // when they leave and are erased,
    site.done(EAST_LEADER, &format!("/people/{id}/leave"), &[]).await;
    site.done(EAST_LEADER, &format!("/people/{id}/erase"), &[]).await;
    assert_eq!(server::forget_erased(&site.app).await.expect("removed"), 1);
    assert_eq!(site.app.shell.accounts.login_of(person.value()).await.expect("asked"), None);

    // then no answer and no stream has the words: the open one is told of it, a new one begins without them;
    until(&mut before, |said| said.contains("event: fragment") && said.ends_with("\n\n") && !said.contains(LATER_NAME))
        .await;
    for path in [
        "/force".to_owned(),
        format!("/people/{id}"),
        format!("/units/{EAST}"),
        format!("/records?subject=person-{id}"),
        "/access".into(),
    ] {
        for who in [LEADER, SECURITY] {
            for answer in [site.get(who, &path).await, site.page(who, &path, "zh-CN").await] {
                assert!(!answer.body.to_lowercase().contains(CANARY), "{path}: {}", answer.body);
            }
        }
    }
    let workbook = site.get(LEADER, "/force?q=canary").await;
    assert_eq!(workbook.json()["people"].as_array().map(Vec::len), Some(0));
    let mut after = stream(&site).await;
    let said = until(&mut after, |said| said.contains("event: fragment") && said.ends_with("\n\n")).await;
    assert!(!said.to_lowercase().contains(CANARY), "{said}");
    drop((before, after));

    // nor a backup made now, nor an export, nor any file of the installation, nor the log.
    let folder = site.close();
    let (data, copies) = (folder.path().to_owned(), tempfile::tempdir().expect("a folder"));
    archive::back_up(&data, &copies.path().join("backup")).expect("backed up");
    let mut export = std::fs::File::create(copies.path().join("export.jsonl")).expect("a file");
    let options = ExportOptions { texts: true };
    journal::export(&data.join(oneboard::submit::JOURNAL), &mut export, options).expect("exported");
    assert_eq!(canaries(copies.path()), [""; 0]);
    assert_eq!(canaries(&data), [""; 0]);
    let log = log.text();
    assert!(log.contains("the board is loaded"), "the log was heard");
    assert!(
        !log.to_lowercase().contains(CANARY),
        "{}",
        log.lines().find(|line| line.to_lowercase().contains(CANARY)).unwrap_or_default()
    );
}

/// The search itself finds what is there.
#[tokio::test]
async fn the_words_are_in_the_files_before_they_are_erased() {
    let site = Site::open().await;
    let form = [("name", NAME), ("number", NUMBER), ("grade", "officer")];
    site.done(EAST_LEADER, &format!("/units/{EAST}/people"), &form).await;
    let folder = site.close();
    assert!(!canaries(folder.path()).is_empty());
}
