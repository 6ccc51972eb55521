//! Where things are, and how other programs are run.

use crate::count::Count;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask is a folder of the repository").to_path_buf()
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The program as built for the tests by [`build_for_tests`].
pub fn built_program() -> PathBuf {
    target().join("debug").join("oneboard")
}

pub fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(root());
    command
}

/// The one build that the unit tests, the freshness checks and the journeys share. Tests and programs go together because
/// building the program alone would unify features differently and build most crates again.
pub fn build_for_tests() -> Result<(), String> {
    run(cargo(&["build", "--workspace", "--bins", "--tests"]))
}

/// Runs to the end, output passed through; an error names the command.
pub fn run(mut command: Command) -> Result<(), String> {
    let status = command.status().map_err(|fault| could_not_start(&command, &fault))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", words_of(&command))) }
}

/// Runs to the end, passing standard output through while counting the tests that it reports.
pub fn run_counting(mut command: Command) -> (Count, Result<(), String>) {
    let mut count = Count::default();
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(fault) => return (count, Err(could_not_start(&command, &fault))),
    };
    let output = child.stdout.take().expect("standard output was piped");
    let mut screen = std::io::stdout();
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        count.read(&String::from_utf8_lossy(&line));
        // A closed screen must not end the tests: their result still counts.
        let _ = screen.write_all(&line).and_then(|()| screen.write_all(b"\n"));
    }
    let outcome = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} ended with {status}", words_of(&command))),
        Err(fault) => Err(format!("{}: {fault}", words_of(&command))),
    };
    (count, outcome)
}

/// Runs quietly and returns standard output; the exit code decides nothing.
pub fn output_of(mut command: Command) -> Result<std::process::Output, String> {
    command.output().map_err(|fault| could_not_start(&command, &fault))
}

fn could_not_start(command: &Command, fault: &std::io::Error) -> String {
    format!("{} could not be started: {fault}", words_of(command))
}

fn words_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(name).chain(words).collect::<Vec<_>>().join(" ")
}

/// The first of `names` found on PATH.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// Installs Debian packages where this user may (root, with apt-get); an error says what to install by hand.
pub fn install(packages: &[&str]) -> Result<(), String> {
    let by_hand = format!("install the package {}", packages.join(" "));
    if on_path(&["apt-get"]).is_none() || !is_root() {
        return Err(by_hand);
    }
    println!("installing {}", packages.join(" "));
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        run(command)
    };
    apt(&["update", "-qq"])
        .and_then(|()| apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat()))
        .map_err(|fault| format!("{by_hand} ({fault})"))
}

fn is_root() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    output_of(id).is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
