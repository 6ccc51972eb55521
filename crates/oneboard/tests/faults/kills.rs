//! Killed again and again while lines are written: whatever was acknowledged is there, once, where it was said to be.

use std::process::Command as Program;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use crate::program::{BINARY, Installation, Serving};

const KILLS: usize = 6;
const WRITERS: usize = 4;

/// Writes until the program is gone; notes what was acknowledged, and at which position.
fn write_until_killed(serving: &Serving, lines: usize, kill: impl Fn() + Sync) -> (Vec<(Uuid, u64)>, Vec<Uuid>) {
    let (kept, unsure) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                loop {
                    let id = Uuid::now_v7();
                    let Some(answer) = serving.write(id) else {
                        unsure.lock().expect("nobody panics with it").push(id);
                        return;
                    };
                    assert_eq!(answer.status, 200, "{}", answer.body);
                    let position = answer.json()["position"].as_u64().expect("a position");
                    kept.lock().expect("nobody panics with it").push((id, position));
                    if count.fetch_add(1, Ordering::Relaxed) + 1 == lines {
                        kill();
                    }
                }
            });
        }
    });
    (kept.into_inner().expect("nobody panics with it"), unsure.into_inner().expect("nobody panics with it"))
}

#[test]
fn nothing_acknowledged_is_lost_by_a_kill_and_nothing_is_kept_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let installation = Installation::make(&folder.path().join("data"));
    let serving = installation.serve();
    serving.take_the_watch();
    assert!(serving.stop().success(), "asked to end, it ends in order");
    let (mut kept, mut unsure) = (Vec::new(), Vec::new());
    for kill in 0..KILLS {
        let mut serving = installation.serve();
        let process = serving.child.id().to_string();
        let (more, asked) = write_until_killed(&serving, 7 + 5 * kill, || {
            let killed = Program::new("kill").args(["-KILL", &process]).status().expect("killed");
            assert!(killed.success());
        });
        serving.child.wait().expect("gone");
        kept.extend(more);
        unsure.extend(asked);
    }
    let serving = installation.serve();
    for (id, position) in &kept {
        let again = serving.write(*id).expect("it answers").json();
        assert_eq!((again["position"].as_u64(), again["repeated"].as_bool()), (Some(*position), Some(true)), "{id}");
    }
    // What was asked and not answered is kept or not; sent again it stands once.
    for id in &unsure {
        let first = serving.write(*id).expect("it answers").json();
        let again = serving.write(*id).expect("it answers").json();
        assert_eq!(first["position"], again["position"], "{id}");
        assert_eq!(again["repeated"], true, "{id}");
    }
    assert!(kept.len() >= KILLS * 7 && !unsure.is_empty());
    assert!(serving.stop().success());
    let journal = installation.data.join("journal.sqlite");
    let proved = Program::new(BINARY).args(["journal", "verify"]).arg(journal).status().expect("the program runs");
    assert!(proved.success());
}
