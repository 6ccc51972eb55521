//! The project's own commands: `cargo xtask test`, `bench`, `tidy`, `openapi`.
//!
//! It stays small on purpose (one dependency), so that a cold `cargo xtask` answers within seconds. What a command needs beyond
//! Rust it finds, installs where it may, or names: see `tools`.

mod bench;
mod browser;
mod cluster;
mod count;
mod generated;
mod results;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test [--group NAME]... [--list]    every test, or the groups named
cargo xtask bench NAME... | all | --list       release benches; writes bench-results/NAME.json
cargo xtask bench --table                      all of bench-results as Markdown, for docs/PERFORMANCE.md
cargo xtask tidy                               the house rules
cargo xtask openapi                            writes the generated files anew
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", rest @ ..] => test::command(rest),
        ["bench", rest @ ..] => bench::command(rest),
        ["tidy"] => tidy::command(),
        ["openapi"] => generated::command(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("no command \"{}\"; there are:\n{USAGE}", other.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
