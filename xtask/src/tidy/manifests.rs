//! Who may depend on whom, read from the Cargo.toml files.

use super::{File, Finding};

/// The crates of the house, and which of them each may depend on. The engines know nothing of ours.
const HOUSE: [(&str, &[&str]); 9] = [
    ("board", &[]),
    ("journal", &[]),
    ("live", &[]),
    ("rostering", &[]),
    ("roadwatch", &[]),
    ("venue", &[]),
    ("paper", &[]),
    ("interface", &[]),
    ("oneboard", &["board", "journal", "live", "rostering", "roadwatch", "venue", "paper", "interface"]),
];

/// All that the state machine may be built from: nothing here has a clock, a random number or I/O of its own.
const BOARD_MAY: [&str; 7] = ["imbl", "serde", "serde_json", "schemars", "sha2", "smallvec", "thiserror"];

pub fn check(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter_map(|file| Some((file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?, file)))
        .flat_map(|(name, file)| check_crate(name, file))
        .collect()
}

fn check_crate(name: &str, file: &File) -> Vec<Finding> {
    let Some((_, may)) = HOUSE.iter().find(|(crate_name, _)| *crate_name == name) else {
        let mend = "say in the table of xtask/src/tidy/manifests.rs what it may depend on";
        return vec![Finding::new(&file.path, 1, format!("crate {name} is not in the house"), mend)];
    };
    let mut findings = Vec::new();
    for Dependency { line, name: dependency, dev } in dependencies(&file.text) {
        let of_house = HOUSE.iter().any(|(crate_name, _)| *crate_name == dependency);
        if of_house && dependency != name && !may.contains(&dependency.as_str()) {
            let mend = "turn the dependency round, or let oneboard bring the two together";
            findings.push(Finding::new(&file.path, line, format!("{name} depends on {dependency}"), mend));
        } else if name == "board" && !dev && !of_house && !BOARD_MAY.contains(&dependency.as_str()) {
            let mend = "the board is pure: do it in oneboard and pass the result in, or argue for it in docs/decisions";
            findings.push(Finding::new(&file.path, line, format!("board depends on {dependency}"), mend));
        }
    }
    findings
}

struct Dependency {
    line: usize,
    name: String,
    dev: bool,
}

/// Enough of TOML for our manifests: `name = …`, `name.workspace = true` under a table of dependencies, or `[dependencies.name]`.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut found = Vec::new();
    let mut table: Option<bool> = None;
    for (at, line) in manifest.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = TABLES
                .iter()
                .find(|table| header == **table || header.ends_with(&format!(".{table}")))
                .map(|name| *name == "dev-dependencies");
            let single = TABLES.iter().find_map(|table| Some((*table, header.strip_prefix(table)?.strip_prefix('.')?)));
            if let Some((table, name)) = single {
                found.push(Dependency {
                    line: at + 1,
                    name: name.trim_matches('"').to_owned(),
                    dev: table == "dev-dependencies",
                });
            }
        } else if let (Some(dev), Some((key, value))) = (table, line.split_once('=')) {
            // `key = { package = "name" }` renames: the package is what counts.
            let renamed = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
            let name = renamed.unwrap_or_else(|| key.trim().split('.').next().unwrap_or_default()).trim_matches('"');
            found.push(Dependency { line: at + 1, name: name.to_owned(), dev });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Vec<String> {
        let file = File { path: format!("crates/{name}/Cargo.toml"), text: text.into() };
        check(&[file]).into_iter().map(|finding| format!("{}:{}", finding.line, finding.what)).collect()
    }

    #[test]
    fn engines_live_and_journal_do_not_know_the_board() {
        for name in ["journal", "live", "rostering", "roadwatch", "venue", "paper"] {
            let expected = [format!("2:{name} depends on board")];
            assert_eq!(found(name, "[dependencies]\nboard.workspace = true\n"), expected);
            assert_eq!(found(name, "[dev-dependencies]\nboard = { path = \"../board\" }\n"), expected);
        }
        assert_eq!(
            found("oneboard", "[dependencies]\nboard.workspace = true\njournal.workspace = true\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn nobody_depends_on_the_server() {
        assert_eq!(found("paper", "[dependencies]\noneboard.workspace = true\n"), ["2:paper depends on oneboard"]);
    }

    #[test]
    fn the_board_is_built_from_few_things_and_tested_with_more() {
        let text =
            "[dependencies]\nserde.workspace = true\ntokio = \"1\"\n\n[dev-dependencies]\nproptest.workspace = true\n";
        assert_eq!(found("board", text), ["3:board depends on tokio"]);
    }

    #[test]
    fn every_way_to_write_a_dependency_is_read() {
        let text = "[dependencies.tokio]\nversion = \"1\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n[dependencies]\nclock = { package = \"jiff\", version = \"0.2\" }\n[features]\ndefault = []\n";
        assert_eq!(
            found("board", text),
            ["1:board depends on tokio", "4:board depends on libc", "6:board depends on jiff"]
        );
    }

    #[test]
    fn a_new_crate_must_be_placed() {
        assert_eq!(found("gossip", ""), ["1:crate gossip is not in the house"]);
    }
}
