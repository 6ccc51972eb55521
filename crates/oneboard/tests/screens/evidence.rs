//! A photograph as evidence: taken with the result, once; seen by whoever sees the task; nothing else taken, and nothing left of what was not.

use std::path::PathBuf;

use board::task::{self, State, TaskRow, Wanted};
use board::{At, Command, Label, Subject, TaskId, Wording};
use oneboard::attachments::{FOLDER, MOST_BYTES};
use oneboard::clock::real_now;
use uuid::Uuid;

use crate::support::*;

const TASK: TaskId = TaskId::from_value(700);

/// Frames, tables and one scan of a grey block, and where it was taken.
fn photograph() -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| [&[0xff, marker, 0, body.len() as u8 + 2][..], body].concat();
    let mut bytes = vec![0xff, 0xd8];
    bytes.extend(segment(0xfe, b"GPS 34.5N"));
    bytes.extend(segment(0xdb, &[0; 65]));
    bytes.extend(segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]));
    bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
    bytes.extend([0x12, 0x34, 0xff, 0xd9]);
    bytes
}

/// A task of East, owned by its officer, who has accepted it and is to show a photograph.
async fn accepted() -> Site {
    let site = Site::open().await;
    let row = TaskRow {
        id: TASK,
        source: None,
        parent: None,
        unit: EAST,
        lead: EAST,
        supporting: Default::default(),
        owner: person(EAST_OFFICER),
        words: Wording::Preset(Label::new("Grit the pass", "垭口撒盐")),
        place: Label::default(),
        post: None,
        from: None,
        deadline: At::from_millis(real_now().millis() + 3_600_000),
        wanted: Wanted::File,
    };
    site.does(Command::Task(task::Command::Assign(Box::new(row))), Vec::new()).await;
    site.done(EAST_OFFICER, &format!("/tasks/{TASK}/accept"), &[]).await;
    site
}

fn result() -> String {
    format!("/tasks/{TASK}/result")
}

/// Every file of an attachment on the disk.
fn on_disk(site: &Site) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(site.app.shell.config.data.join(FOLDER)).into_iter().flatten().flatten();
    folders
        .flat_map(|folder| std::fs::read_dir(folder.path()).expect("a folder").flatten())
        .map(|file| file.path())
        .collect()
}

fn state(site: &Site) -> State {
    site.app.submit.published().board.tasks.get(TASK).expect("the task").state
}

#[tokio::test]
async fn a_photograph_goes_with_the_result_once_and_is_seen_beside_it() {
    let site = accepted().await;
    let (id, words) = (Uuid::now_v7().to_string(), [("words", "gritted")]);
    let first = site.send_form(EAST_OFFICER, &result(), &id, &words, ("pass.jpg", &photograph())).await;
    assert_eq!(first.status, 200, "{}", first.body);
    // The answer was lost on the way: the phone sends the same again.
    let again = site.send_form(EAST_OFFICER, &result(), &id, &words, ("pass.jpg", &photograph())).await;
    assert_eq!((again.status, again.json()["repeated"].as_bool()), (200, Some(true)), "{}", again.body);
    assert_eq!(again.json()["position"], first.json()["position"]);

    let board = site.app.submit.published().board.clone();
    let found: Vec<_> = board.attachments.of(Subject::Task(TASK)).map(|(id, _)| id).collect();
    let [file] = found[..] else { panic!("one file is expected: {found:?}") };
    let outcome = board.tasks.get(TASK).and_then(|task| task.outcome.clone()).expect("a result");
    assert_eq!(outcome.evidence.files, [file]);
    assert_eq!(on_disk(&site).len(), 1);

    // Whoever sees the task sees it, without where it was taken; the sibling county is told that there is nothing.
    let address = format!("/attachments/{file}");
    for language in ["en", "zh-CN"] {
        let page = site.page(EAST_LEADER, &format!("/tasks/{TASK}"), language).await;
        assert!(page.body.contains(&format!("src=\"{address}\"")), "{}", page.body);
    }
    for who in [EAST_LEADER, LEADER, EAST_OFFICER] {
        let got = site.get(who, &address).await;
        assert_eq!(got.status, 200);
        assert!(!got.bytes.windows(3).any(|at| at == b"GPS") && got.bytes.starts_with(&[0xff, 0xd8]));
    }
    let foreign = site.get(WEST_LEADER, &address).await;
    assert_eq!(foreign.status, 404);
    assert_eq!(foreign.detail(), site.get(WEST_LEADER, "/attachments/0000000000zzz").await.detail());
}

#[tokio::test]
async fn what_is_no_photograph_is_refused_in_words_and_leaves_nothing() {
    let site = accepted().await;
    let liar = site.send_file(EAST_OFFICER, &result(), "pass.jpg", b"<script>alert(1)</script>").await;
    // An honest name does not help what is not taken at all.
    let honest = site.send_file(EAST_OFFICER, &result(), "pass.html", b"<html></html>").await;
    let disguised = site.send_file(EAST_OFFICER, &result(), "pass.pdf", &photograph()).await;
    for (answer, says) in [(liar, "neither a JPEG"), (honest, "neither a JPEG"), (disguised, "calls itself pass.pdf")] {
        assert_eq!(answer.status, 415, "{}", answer.body);
        let error = answer.json()["errors"][0].clone();
        assert!(
            error["field"] == "file" && error["detail"].as_str().is_some_and(|said| said.contains(says)),
            "{error}"
        );
    }
    let mut large = photograph();
    large.resize(MOST_BYTES + 1, 0);
    let answer = site.send_file(EAST_OFFICER, &result(), "pass.jpg", &large).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert!(answer.detail().contains("12 MB"), "{}", answer.body);
    // Without a file nothing is shown, and that is what was wanted.
    let bare = site.post(EAST_OFFICER, &result(), &[("words", "done")]).await;
    assert_eq!(bare.status, 422, "{}", bare.body);
    assert_eq!((state(&site), on_disk(&site)), (State::Accepted, Vec::new()));
}

#[tokio::test]
async fn nobody_shows_anything_on_somebody_elses_task() {
    let site = accepted().await;
    for who in [WEST_LEADER, AUDIT] {
        let answer = site.send_file(who, &result(), "pass.jpg", &photograph()).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    // A file of one's own that hangs elsewhere proves nothing here.
    let own = site.done_with_file(EAST_OFFICER, &format!("person-{}", person(EAST_OFFICER))).await;
    let answer = site.post(EAST_OFFICER, &result(), &[("file", own.as_str())]).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    // Nor does somebody else's, though it hangs on the task.
    let theirs = site.done_with_file(EAST_LEADER, &format!("task-{TASK}")).await;
    let answer = site.post(EAST_OFFICER, &result(), &[("file", theirs.as_str())]).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(state(&site), State::Accepted);
}

#[tokio::test]
async fn an_erased_file_is_gone_before_whoever_erased_it_is_answered() {
    let site = accepted().await;
    let file = site.done_with_file(EAST_OFFICER, &format!("task-{TASK}")).await;
    assert_eq!(on_disk(&site).len(), 1);
    site.done(EAST_LEADER, &format!("/attachments/{file}/erase"), &[]).await;
    assert_eq!(on_disk(&site), Vec::<PathBuf>::new());
    assert_eq!(site.get(EAST_OFFICER, &format!("/attachments/{file}")).await.status, 422);
}

impl Site {
    /// Attaches the photograph; the id of the file.
    async fn done_with_file(&self, who: usize, subject: &str) -> String {
        let id = Uuid::now_v7().to_string();
        let answer =
            self.send_form(who, "/attachments", &id, &[("subject", subject)], ("pass.jpg", &photograph())).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["attachment"].as_str().expect("an id").to_owned()
    }
}
