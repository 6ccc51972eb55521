//! Fetches the Chinese font (npm, locked), subsets it and leaves it in `OUT_DIR`, where `src/fonts.rs` embeds it. Only with the feature `pdf`.
//!
//! Where that cannot be done the build goes on and says so, and the program names the missing font when a PDF is asked for.
//! `ONEBOARD_FONTS_DIR` names a folder with the files made elsewhere (what `node subset.mjs` leaves in `OUT`) where Node is not wanted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const SOURCES: [&str; 4] = ["package.json", "package-lock.json", ".npmrc", "subset.mjs"];
const FACES: [&str; 2] = ["regular", "bold"];

fn main() {
    println!("cargo::rerun-if-env-changed=ONEBOARD_FONTS_DIR");
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_PDF").is_none() {
        return;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let made = match env::var_os("ONEBOARD_FONTS_DIR") {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => build(&out),
    };
    let table = match made.and_then(|folder| faces(&folder)) {
        Ok(faces) => format!("Ok([{}])", faces.join(", ")),
        Err(fault) => {
            println!("cargo::warning=PDFs will not be printed: {fault}");
            // A file that is never there: the next build tries again.
            println!("cargo::rerun-if-changed={}", out.join("fonts-missing").display());
            format!("Err({fault:?})")
        }
    };
    let text = format!(
        "/// The faces, deflated; or why they are not here.\nconst EMBEDDED: Result<[&[u8]; {}], &str> = {table};\n",
        FACES.len()
    );
    fs::write(out.join("fonts.rs"), text).expect("OUT_DIR can be written");
}

fn faces(folder: &Path) -> Result<Vec<String>, String> {
    let face = |name: &&str| {
        let file = folder.join(format!("{name}.ttf.deflate"));
        println!("cargo::rerun-if-changed={}", file.display());
        match fs::canonicalize(&file) {
            Ok(file) => Ok(format!("include_bytes!({:?})", file.display().to_string())),
            Err(fault) => {
                Err(format!("cannot read {}: {fault}; expected what fonts/subset.mjs writes", file.display()))
            }
        }
    };
    FACES.iter().map(face).collect()
}

fn build(out: &Path) -> Result<PathBuf, String> {
    let from = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("fonts");
    let (work, made) = (out.join("fonts"), out.join("faces"));
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |fault: std::io::Error| format!("{path}: {fault}")
    };
    for folder in [&work, &made] {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    for name in SOURCES {
        println!("cargo::rerun-if-changed={}", from.join(name).display());
        fs::copy(from.join(name), work.join(name)).map_err(failed(&from.join(name)))?;
    }
    run(
        Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&work),
        "fetch the font from the npm registry",
    )?;
    run(Command::new("node").arg("subset.mjs").env("OUT", &made).current_dir(&work), "subset the font")?;
    // All seven weights as they came are 120 MB.
    let _ = fs::remove_dir_all(work.join("node_modules"));
    Ok(made)
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let advice = "install Node.js 20 or newer with npm, or set ONEBOARD_FONTS_DIR to a folder with the faces";
    let output =
        command.output().map_err(|fault| format!("could not {what}: {command:?} did not start: {fault}; {advice}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing was said");
    Err(format!("could not {what}: {command:?} ended with {}: {last}; {advice}", output.status))
}
