//! Builds `ui/` in `OUT_DIR`: copy, `npm ci --ignore-scripts`, esbuild; then writes the table that `src/lib.rs` includes.
//!
//! `ONEBOARD_INTERFACE_DIR` names a folder with files built elsewhere (what `node build.mjs` leaves in `OUT`) where Node is not wanted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the build reads; nothing else in `ui/` makes it run again.
const SOURCES: [&str; 6] = ["src", "styles", "build.mjs", "package.json", "package-lock.json", ".npmrc"];
/// esbuild and AbortSignal.timeout in the build's own scripts need no more.
const NODE_MAJOR: u32 = 20;

fn main() {
    println!("cargo::rerun-if-env-changed=ONEBOARD_INTERFACE_DIR");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let built = match env::var_os("ONEBOARD_INTERFACE_DIR") {
        Some(dir) => {
            let dir = PathBuf::from(dir);
            println!("cargo::rerun-if-changed={}", dir.join("files.tsv").display());
            Ok(dir)
        }
        None => build(&out),
    };
    let done = built.and_then(|dir| table(&dir).and_then(|text| write(&out.join("table.rs"), &text)));
    if let Err(fault) = done {
        println!("cargo::error={fault}");
    }
}

fn build(out: &Path) -> Result<PathBuf, String> {
    let ui = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("../../ui");
    let work = out.join("ui");
    let lock_before = fs::read(work.join("package-lock.json")).ok();
    for name in SOURCES {
        let from = ui.join(name);
        println!("cargo::rerun-if-changed={}", from.display());
        // A file taken away from the sources must not live on in the copy.
        if from.is_dir() && work.join(name).exists() {
            fs::remove_dir_all(work.join(name))
                .map_err(|e| format!("cannot clear {}: {e}", work.join(name).display()))?;
        }
        copy(&from, &work.join(name))?;
    }
    node()?;
    let same_lock = lock_before.is_some() && lock_before == fs::read(work.join("package-lock.json")).ok();
    if !same_lock || !work.join("node_modules/.package-lock.json").exists() {
        run(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"])
                .current_dir(&work),
            "fetch the interface's three packages from the npm registry",
        )?;
    }
    let dist = out.join("dist");
    run(Command::new("node").arg("build.mjs").env("OUT", &dist).current_dir(&work), "build the interface")?;
    Ok(dist)
}

fn node() -> Result<(), String> {
    let advice = format!(
        "install Node.js ≥ {NODE_MAJOR} with npm (Debian: apt-get install nodejs npm), or set ONEBOARD_INTERFACE_DIR to a folder with the built interface"
    );
    let output = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|e| format!("the interface needs Node.js, and `node --version` failed: {e}; {advice}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major: Option<u32> = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok());
    match major {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        _ => Err(format!("the interface needs Node.js ≥ {NODE_MAJOR}, found {version:?}; {advice}")),
    }
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|e| {
        format!("could not {what}: {shown} did not start: {e}; install Node.js ≥ {NODE_MAJOR} with npm")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let last: Vec<String> = String::from_utf8_lossy(&output.stderr).lines().rev().take(12).map(str::to_owned).collect();
    let last: Vec<String> = last.into_iter().rev().collect();
    Err(format!("could not {what}: {shown} ended with {}: {}", output.status, last.join(" | ")))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("cannot copy {} to {}: {e}", from.display(), to.display());
    if from.is_dir() {
        fs::create_dir_all(to).map_err(failed)?;
        for entry in fs::read_dir(from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::copy(from, to).map(drop).map_err(failed)
}

/// `files.tsv` → Rust: an address constant for each file and the table of all.
fn table(dir: &Path) -> Result<String, String> {
    let list = dir.join("files.tsv");
    let text = fs::read_to_string(&list)
        .map_err(|e| format!("cannot read {}: {e}; expected the folder that ui/build.mjs writes", list.display()))?;
    let (mut consts, mut rows) = (String::new(), String::new());
    for line in text.lines() {
        let [name, url, file, kind, etag] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!(
                "{}: expected five columns, found {line:?}; build the interface again",
                list.display()
            ));
        };
        let path = fs::canonicalize(dir.join(file)).map_err(|e| {
            format!("{} names {file}, which cannot be read: {e}; build the interface again", list.display())
        })?;
        let path = path.display().to_string();
        let zipped = format!("{path}.gz");
        consts += &format!("/// The address of `{file}`.\npub const {name}: &str = {url:?};\n");
        rows += &format!(
            "({url:?}, Asset {{ bytes: include_bytes!({path:?}), gzip: include_bytes!({zipped:?}), content_type: {kind:?}, etag: {etag:?}, immutable: {} }}),\n",
            url.contains(file)
        );
    }
    Ok(format!("{consts}\nstatic ASSETS: &[(&str, Asset)] = &[\n{rows}];\n"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}
