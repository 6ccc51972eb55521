//! The groups that need Node: the interface's own checks, and the journeys in Chromium.

use crate::count::Count;
use crate::test::Outcome;
use crate::tools;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node that the interface is built and tested with.
const NODE_AT_LEAST: u32 = 20;
/// Each journey has a program and a browser of its own: on two cores more than two at once only wait for each other.
const JOURNEYS_AT_ONCE: &str = "--test-concurrency=2";

/// Types and unit tests of `ui/`, in a copy below target, so that no `node_modules` is ever in the tree.
pub fn interface() -> Outcome {
    if let Err(reason) = node() {
        return Outcome::Skipped(reason);
    }
    let scripts = match scripts(&tools::root().join("ui").join("package.json")) {
        Ok(scripts) => scripts,
        Err(fault) => return Outcome::check(Err(fault)),
    };
    let copy = tools::target().join("xtask").join("ui");
    if let Err(fault) = refresh(&tools::root().join("ui"), &copy).and_then(|()| packages(&copy)) {
        return Outcome::check(Err(fault));
    }
    let mut count = Count::default();
    for script in ["check", "test"].into_iter().filter(|script| scripts.iter().any(|name| name == script)) {
        let mut npm = npm(&copy);
        npm.args(["run", script]);
        let (found, result) = tools::run_counting(npm);
        count += if found.is_empty() && result.is_ok() { Count { passed: 1, ..Count::default() } } else { found };
        if result.is_err() {
            return Outcome::counted((count, result));
        }
    }
    Outcome::counted((count, Ok(())))
}

/// The harness's own tests, then every `*.journey.mjs`, on the program that the unit tests were built with.
pub fn journeys() -> Outcome {
    if let Err(reason) = node().and_then(|()| fonts()) {
        return Outcome::Skipped(reason);
    }
    let chromium = match chromium() {
        Ok(chromium) => chromium,
        Err(reason) => return Outcome::Skipped(reason),
    };
    let folder = tools::root().join("journeys");
    let files = journey_files(&folder);
    if let Err(fault) =
        packages(&folder).and_then(|()| if files.is_empty() { Ok(()) } else { tools::build_for_tests() })
    {
        return Outcome::check(Err(fault));
    }
    let mut tests = Command::new("node");
    tests.args(["--test", "--test-reporter=spec", JOURNEYS_AT_ONCE, "harness.test.mjs"]).args(files);
    tests.current_dir(&folder).env("ONEBOARD_CHROMIUM", chromium).env("ONEBOARD_PROGRAM", tools::built_program());
    Outcome::counted(tools::run_counting(tests))
}

fn journey_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).ok().into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".journey.mjs"));
    names.sort();
    names
}

fn node() -> Result<(), String> {
    let wanted = format!("install Node {NODE_AT_LEAST} or newer, with npm");
    let mut node = Command::new("node");
    node.arg("--version");
    let said = tools::output_of(node).map_err(|_| wanted.clone())?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if major(&said) < Some(NODE_AT_LEAST) {
        return Err(format!("Node is {said}: {wanted}"));
    }
    tools::on_path(&["npm"]).map(|_| ()).ok_or(wanted)
}

/// `v20.20.2` is 20.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn chromium() -> Result<PathBuf, String> {
    let find = || {
        let named = std::env::var_os("ONEBOARD_CHROMIUM").map(PathBuf::from);
        named.or_else(|| tools::on_path(&["chromium", "chromium-browser", "google-chrome"]))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    tools::install(&["chromium"])?;
    find().ok_or_else(|| "the package chromium brought no program chromium to PATH".into())
}

/// Without a Chinese font every Chinese screen is boxes, and what a journey measures is not what people see.
fn fonts() -> Result<(), String> {
    let mut list = Command::new("fc-list");
    list.arg(":lang=zh");
    if tools::output_of(list).is_ok_and(|output| !output.stdout.is_empty()) {
        return Ok(());
    }
    tools::install(&["fontconfig", "fonts-noto-cjk"])
}

fn npm(folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(folder);
    npm
}

/// Installs exactly what the lockfile says, unless it was installed from this very lockfile.
fn packages(folder: &Path) -> Result<(), String> {
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules").join("installed-from.json");
    let wanted = std::fs::read(&lock).map_err(|fault| format!("{}: {fault}", lock.display()))?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = npm(folder);
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    tools::run(npm)?;
    std::fs::write(&stamp, wanted).map_err(|fault| format!("{}: {fault}", stamp.display()))
}

/// Makes `copy` hold what `from` holds, keeping the copy's `node_modules`.
fn refresh(from: &Path, copy: &Path) -> Result<(), String> {
    let fault = |path: &Path, fault: std::io::Error| format!("{}: {fault}", path.display());
    std::fs::create_dir_all(copy).map_err(|found| fault(copy, found))?;
    for entry in std::fs::read_dir(copy).map_err(|found| fault(copy, found))?.flatten() {
        let path = entry.path();
        if entry.file_name() == OsStr::new("node_modules") {
            continue;
        }
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|found| fault(&path, found))?;
    }
    for entry in std::fs::read_dir(from).map_err(|found| fault(from, found))?.flatten() {
        let (path, to) = (entry.path(), copy.join(entry.file_name()));
        if entry.file_name() == OsStr::new("node_modules") {
            continue;
        }
        if path.is_dir() {
            refresh(&path, &to)?;
        } else {
            std::fs::copy(&path, &to).map_err(|found| fault(&path, found))?;
        }
    }
    Ok(())
}

/// The names of the scripts in a `package.json`.
fn scripts(package: &Path) -> Result<Vec<String>, String> {
    let fault = |found: &dyn std::fmt::Display| format!("{}: {found}", package.display());
    let text = std::fs::read_to_string(package).map_err(|found| fault(&found))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|found| fault(&found))?;
    let scripts = json["scripts"].as_object();
    Ok(scripts.map(|scripts| scripts.keys().cloned().collect()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("command not found"), None);
        assert!(major("") < Some(NODE_AT_LEAST));
    }

    #[test]
    fn a_copy_follows_its_source_and_keeps_its_packages() {
        let folder = std::env::temp_dir().join(format!("oneboard-xtask-copy-{}", std::process::id()));
        let (from, copy) = (folder.join("from"), folder.join("copy"));
        let write = |path: PathBuf| {
            std::fs::create_dir_all(path.parent().expect("below the folder")).expect("folder made");
            std::fs::write(path, "x").expect("file written");
        };
        write(from.join("src/live.ts"));
        write(from.join("node_modules/of-the-source.js"));
        write(copy.join("src/gone.ts"));
        write(copy.join("node_modules/kept.js"));

        refresh(&from, &copy).expect("refreshed");

        let there = |path: &str| copy.join(path).exists();
        let seen = ["src/live.ts", "node_modules/kept.js", "src/gone.ts", "node_modules/of-the-source.js"].map(there);
        std::fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(seen, [true, true, false, false]);
    }
}
