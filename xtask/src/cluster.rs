//! The tests that need PostgreSQL: those with `postgres` in their name.
//!
//! Each starts a private cluster of its own in a temporary folder; this module only sees to it that the programs are there,
//! and tells the tests where: `ONEBOARD_TEST_POSTGRES` is the folder that holds `initdb` and `pg_ctl`.

use crate::test::Outcome;
use crate::tools;
use std::path::{Path, PathBuf};

/// Debian keeps the server's programs off PATH, one folder a version.
const DEBIAN: &str = "/usr/lib/postgresql";

pub fn group() -> Outcome {
    let folder = match find() {
        Some(folder) => folder,
        None => match tools::install(&["postgresql"]) {
            Err(by_hand) => return Outcome::Skipped(by_hand),
            Ok(()) => match find() {
                Some(folder) => folder,
                None => return Outcome::Skipped(format!("the package postgresql brought no initdb to {DEBIAN}/*/bin")),
            },
        },
    };
    println!("PostgreSQL in {}", folder.display());
    let mut tests = tools::cargo(&["test", "--workspace", "--tests", "--no-fail-fast", "postgres"]);
    tests.env("ONEBOARD_TEST_POSTGRES", &folder);
    let (count, result) = tools::run_counting(tests);
    if count.is_empty() && result.is_ok() {
        return Outcome::Skipped("no test has postgres in its name".into());
    }
    Outcome::counted((count, result))
}

fn find() -> Option<PathBuf> {
    let folders =
        std::fs::read_dir(DEBIAN).ok().into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let newest = newest(folders.filter(|bin| bin.join("initdb").is_file()).collect());
    newest.or_else(|| {
        // A link on PATH leads to the folder that holds the rest.
        let initdb = tools::on_path(&["initdb"])?.canonicalize().ok()?;
        initdb.parent().filter(|bin| bin.join("pg_ctl").is_file()).map(Path::to_path_buf)
    })
}

/// `…/9.6/bin` comes before `…/15/bin`.
fn newest(mut bins: Vec<PathBuf>) -> Option<PathBuf> {
    let version = |bin: &PathBuf| -> Vec<u32> {
        let name = bin.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        name.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    bins.sort_by_key(version);
    bins.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_taken_by_number() {
        let bins = ["/p/9.6/bin", "/p/17/bin", "/p/15/bin"].map(PathBuf::from).to_vec();
        assert_eq!(newest(bins), Some(PathBuf::from("/p/17/bin")));
        assert_eq!(newest(vec![]), None);
    }
}
