//! `cargo xtask test`: the groups, one after another, and a closing table.
//!
//! A group that cannot run here is skipped with its reason in the table; it is never silently left out.

use crate::count::Count;
use crate::{browser, cluster, generated, tidy, tools};
use std::time::{Duration, Instant};

/// How a group ended. A group without tests of its own (a check) counts as one.
pub enum Outcome {
    Passed(Count),
    Failed(Count, String),
    Skipped(String),
}

impl Outcome {
    /// A check: one thing that passed or failed.
    pub fn check(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed(Count { passed: 1, ..Count::default() }),
            Err(fault) => Self::Failed(Count { failed: 1, ..Count::default() }, fault),
        }
    }

    /// A test runner that was counted. A runner that fails before it counts (a build that breaks) is one failure.
    pub fn counted((mut count, result): (Count, Result<(), String>)) -> Self {
        match result {
            Ok(()) if count.failed == 0 => Self::Passed(count),
            Ok(()) => Self::Failed(count, format!("{} failed", count.failed)),
            Err(fault) => {
                count.failed = count.failed.max(1);
                Self::Failed(count, fault)
            }
        }
    }

    fn count(&self) -> Count {
        match self {
            Self::Passed(count) | Self::Failed(count, _) => *count,
            Self::Skipped(_) => Count { skipped: 1, ..Count::default() },
        }
    }
}

struct Group {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

/// In the order in which they run: the cheap ones that catch most first.
const GROUPS: [Group; 8] = [
    Group { name: "tidy", what: "the house rules", run: || Outcome::check(tidy::command()) },
    Group { name: "fmt", what: "cargo fmt --check", run: || component("rustfmt", &["fmt", "--all", "--check"]) },
    Group {
        name: "clippy",
        what: "every target, warnings are errors",
        run: || {
            component("clippy", &["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"])
        },
    },
    Group { name: "unit", what: "cargo test, without what needs a server", run: unit },
    Group { name: "openapi", what: "the generated files are fresh", run: generated::check },
    Group { name: "postgres", what: "the tests named postgres, on a private cluster", run: cluster::group },
    Group { name: "interface", what: "TypeScript types and tests of ui/", run: browser::interface },
    Group { name: "journeys", what: "the program in a real browser", run: browser::journeys },
];

pub fn command(words: &[&str]) -> Result<(), String> {
    if words == ["--list"] {
        GROUPS.iter().for_each(|group| println!("{:<10} {}", group.name, group.what));
        return Ok(());
    }
    let chosen = chosen(words)?;
    let mut rows = Vec::new();
    for group in GROUPS.iter().filter(|group| chosen.is_empty() || chosen.contains(&group.name)) {
        println!("\n== {}: {}", group.name, group.what);
        let start = Instant::now();
        let outcome = (group.run)();
        if let Outcome::Failed(_, fault) = &outcome {
            println!("{}: {fault}", group.name);
        }
        rows.push((group.name, outcome, start.elapsed()));
    }
    print!("{}", table(&rows));
    let failed: Vec<&str> =
        rows.iter().filter(|(_, outcome, _)| matches!(outcome, Outcome::Failed(..))).map(|row| row.0).collect();
    let mut total = Count::default();
    rows.iter().for_each(|(_, outcome, _)| total += outcome.count());
    println!("{total}");
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// The names after each `--group`.
fn chosen<'a>(words: &[&'a str]) -> Result<Vec<&'a str>, String> {
    let names = || GROUPS.map(|group| group.name).join(", ");
    words
        .chunks(2)
        .map(|pair| match pair {
            ["--group", name] if GROUPS.iter().any(|group| group.name == *name) => Ok(*name),
            ["--group", name] => Err(format!("no group \"{name}\"; there are {}", names())),
            ["--group"] => Err(format!("--group wants a name: {}", names())),
            other => Err(format!("test takes --list or --group NAME, not \"{}\"", other[0])),
        })
        .collect()
}

fn component(name: &str, words: &[&str]) -> Outcome {
    let mut ask = tools::cargo(&words[..1]);
    ask.arg("--version");
    match tools::output_of(ask) {
        Ok(output) if output.status.success() => Outcome::check(tools::run(tools::cargo(words))),
        _ => Outcome::Skipped(format!("install it: rustup component add {name}")),
    }
}

fn unit() -> Outcome {
    if let Err(fault) = tools::build_for_tests() {
        return Outcome::check(Err(fault));
    }
    Outcome::counted(tools::run_counting(tools::cargo(&[
        "test",
        "--workspace",
        "--no-fail-fast",
        "--",
        "--skip",
        "postgres",
    ])))
}

fn table(rows: &[(&str, Outcome, Duration)]) -> String {
    let mut text = String::from("\ngroup      result   tests    time\n");
    for (name, outcome, time) in rows {
        let (result, reason) = match outcome {
            Outcome::Passed(_) => ("passed", ""),
            Outcome::Failed(_, fault) => ("FAILED", fault.lines().next().unwrap_or_default()),
            Outcome::Skipped(reason) => ("skipped", reason.as_str()),
        };
        let Count { passed, failed, .. } = outcome.count();
        let row = format!("{name:<10} {result:<8} {:>5} {:>6.1}s  {reason}", passed + failed, time.as_secs_f64());
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_chosen_by_name_and_a_wrong_name_lists_them() {
        assert_eq!(chosen(&["--group", "tidy", "--group", "unit"]), Ok(vec!["tidy", "unit"]));
        assert_eq!(chosen(&[]), Ok(vec![]));
        let fault = chosen(&["--group", "units"]).expect_err("no such group");
        assert!(fault.contains("\"units\"") && fault.contains("journeys"), "{fault}");
        assert!(chosen(&["--group"]).is_err());
        assert!(chosen(&["tidy"]).is_err());
    }

    #[test]
    fn the_table_gives_the_reason_of_a_skip_and_of_a_failure() {
        let rows = [
            ("unit", Outcome::Passed(Count { passed: 12, failed: 0, skipped: 1 }), Duration::from_millis(1500)),
            ("postgres", Outcome::Skipped("install the package postgresql".into()), Duration::ZERO),
            ("fmt", Outcome::check(Err("cargo fmt ended with 1\nmore".into())), Duration::ZERO),
        ];
        let text = table(&rows);
        assert!(text.contains("unit       passed      12    1.5s\n"), "{text}");
        assert!(text.contains("skipped      0    0.0s  install the package postgresql\n"), "{text}");
        assert!(text.contains("FAILED       1    0.0s  cargo fmt ended with 1\n"), "{text}");
    }

    #[test]
    fn a_runner_that_dies_before_counting_is_a_failure() {
        let outcome = Outcome::counted((Count::default(), Err("cargo test ended with 101".into())));
        assert_eq!(outcome.count(), Count { passed: 0, failed: 1, skipped: 0 });
    }

    #[test]
    fn failures_counted_in_a_runner_that_ends_well_still_fail() {
        let outcome = Outcome::counted((Count { passed: 3, failed: 1, skipped: 0 }, Ok(())));
        assert!(matches!(outcome, Outcome::Failed(..)));
    }
}
