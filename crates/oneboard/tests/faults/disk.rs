//! A disk that is full, and a folder that cannot be written: said plainly, nothing lost, and mended without a restart.
//!
//! The program runs in a mount namespace of its own, its data on a small file system in memory. Where the system allows no such
//! namespace the tests say so and end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use uuid::Uuid;

use crate::program::{BINARY, Installation};

/// Lines that may still find room in pages that the journal already has.
const MOST_LINES: usize = 400;

/// `script`, in a mount namespace of its own; `None` where none can be had.
fn apart(script: &str, arguments: &[&Path]) -> Option<Program> {
    let tried = Program::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: no mount namespace can be had here ({tried:?})");
        return None;
    }
    let mut program = Program::new("unshare");
    program.args(["-rm", "sh", "-ec", script, "sh"]).args(arguments);
    Some(program)
}

/// Takes all the room that is left on the disk of `path`.
fn fill(path: &Path) {
    let mut ballast = std::fs::File::create(path).expect("a file");
    let block = vec![0u8; 64 << 10];
    for size in [64 << 10, 4 << 10, 512, 1] {
        while ballast.write(&block[..size]).is_ok_and(|written| written > 0) {}
    }
}

#[test]
fn a_full_disk_is_said_plainly_and_the_program_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let (seed, data) = (folder.path().join("seed"), folder.path().join("data"));
    let mut installation = Installation::make(&seed);
    std::fs::create_dir(&data).expect("a folder");
    installation.data.clone_from(&data);
    let script = r#"mount -t tmpfs -o size=24m tmpfs "$1"; cp -a "$2"/. "$1"; exec "$3" serve"#;
    let Some(program) = apart(script, &[&data, &seed, Path::new(BINARY)]) else { return };
    // Given a program that serves,
    let serving = installation.serve_by(program);
    serving.take_the_watch();
    let mut kept = Vec::new();
    let first = Uuid::from_u128(1);
    let answer = serving.write(first).expect("it answers");
    assert_eq!(answer.status, 200, "{}", answer.body);
    kept.push((first, answer.json()["position"].clone()));
    // when its disk fills up,
    let inside = PathBuf::from(format!("/proc/{}/root{}", serving.child.id(), data.display()));
    let ballast = inside.join("ballast");
    fill(&ballast);
    let mut refused = None;
    for number in 2..MOST_LINES as u128 {
        let id = Uuid::from_u128(number);
        let answer = serving.write(id).expect("it answers");
        if answer.status != 200 {
            refused = Some((id, answer));
            break;
        }
        kept.push((id, answer.json()["position"].clone()));
    }
    // then a line is refused in plain words,
    let (id, answer) = refused.expect("the disk is full");
    assert_eq!(answer.status, 503, "{}", answer.body);
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:oneboard:problem:not-kept");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("disk")), "{problem}");
    // its keepers are told, and everybody may still look.
    let metrics = serving.get("/metrics").body;
    assert!(metrics.contains("oneboard_journal_failing 1"), "{metrics}");
    let log = serving.log();
    assert!(log.status == 200 && log.body.contains(&format!("line {first}")), "{}", log.body);
    assert!(!log.body.contains(&format!("line {id}")), "what was not kept is not shown");
    // When there is room again, the same line is kept without a restart,
    std::fs::remove_file(&ballast).expect("room");
    let answer = serving.write(id).expect("it answers");
    assert_eq!(answer.status, 200, "{}", answer.body);
    kept.push((id, answer.json()["position"].clone()));
    assert!(serving.get("/metrics").body.contains("oneboard_journal_failing 0"));
    // and everything that was acknowledged stands where it stood.
    for (id, position) in &kept {
        let again = serving.write(*id).expect("it answers").json();
        assert_eq!((&again["position"], &again["repeated"]), (position, &true.into()), "{id}");
    }
    assert!(serving.stop().success());
}

#[test]
fn a_folder_that_cannot_be_written_is_named_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let installation = Installation::make(&data);
    let script = r#"mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; exec "$2" serve"#;
    let Some(program) = apart(script, &[&data, Path::new(BINARY)]) else { return };
    let said = installation.try_serve_by(program).err().expect("it does not serve");
    assert!(said.contains(&data.display().to_string()), "{said}");
    // Nothing was harmed: where it may write again, it serves.
    let serving = installation.serve();
    serving.take_the_watch();
    assert!(serving.stop().success());
}
