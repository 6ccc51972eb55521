//! `cargo xtask tidy`: the house rules that no compiler knows.
//!
//! A rule is a function from text to findings. Every finding says where, what, and what to do. Rules about code look at the
//! source with comments and literals blanked (`source`), so that a rule may be named in a comment or in a message.

mod manifests;
mod nouns;
mod rules;
mod source;

use crate::tools;
use std::path::Path;

/// One breach of one rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path in the repository, with forward slashes.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub what: String,
    pub mend: &'static str,
}

impl Finding {
    fn new(file: &str, line: usize, what: impl Into<String>, mend: &'static str) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), mend }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: {}: {}", self.file, self.line, self.what, self.mend)
    }
}

/// A text file of the repository.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Never ours, or never committed.
const LEFT_OUT: [&str; 5] = [".git", "target", "node_modules", "bench-results", "data"];
/// What a rule may look at; pictures and archives are not text.
const TEXT: [&str; 16] = [
    "rs", "ts", "css", "mjs", "js", "html", "json", "toml", "md", "ftl", "sql", "service", "yml", "sh", "npmrc", "run",
];

pub fn command() -> Result<(), String> {
    let root = tools::root();
    let mut files = Vec::new();
    gather(&root, &root, &mut files).map_err(|fault| format!("reading the repository: {fault}"))?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let findings = findings(&files, root.parent());
    if findings.is_empty() {
        println!("tidy: {} files, every rule holds", files.len());
        return Ok(());
    }
    findings.iter().for_each(|finding| println!("{finding}"));
    Err(format!("{} in breach of the house rules", findings.len()))
}

fn findings(files: &[File], above: Option<&Path>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files.iter().flat_map(|file| rules::check(file, above)).collect();
    findings.extend(manifests::check(files));
    findings.extend(nouns::check(files));
    findings
}

fn gather(root: &Path, folder: &Path, files: &mut Vec<File>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) {
                gather(root, &path, files)?;
            }
        } else if kind.is_file() && TEXT.contains(&name.rsplit('.').next().unwrap_or_default()) {
            let inside = path.strip_prefix(root).expect("the walk starts at the root");
            // A file that vanishes while we walk (an editor's swap file) is no finding.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let path = inside.to_string_lossy().replace('\\', "/");
            files.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
    Ok(())
}
