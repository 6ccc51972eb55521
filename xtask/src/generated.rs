//! The committed files that the program writes: the API's description and the access matrix.

use crate::test::Outcome;
use crate::tools;
use std::process::Command;

/// Path in the repository, and the program's subcommand that prints it.
const FILES: [(&str, &str); 2] = [("openapi.json", "openapi"), ("docs/ACCESS.md", "access-matrix")];

/// `cargo xtask openapi`: writes each file anew.
pub fn command() -> Result<(), String> {
    tools::build_for_tests()?;
    for (path, subcommand) in FILES {
        let text = printed(subcommand)?;
        std::fs::write(tools::root().join(path), text)
            .map_err(|fault| format!("{path} could not be written: {fault}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// The test group: each committed file is what the program prints now.
pub fn check() -> Outcome {
    let committed: Vec<_> =
        FILES.iter().map(|(path, _)| std::fs::read_to_string(tools::root().join(path)).ok()).collect();
    if committed.iter().all(Option::is_none) {
        return Outcome::Skipped("none of the generated files is committed: cargo xtask openapi writes them".into());
    }
    if let Err(fault) = tools::build_for_tests() {
        return Outcome::check(Err(fault));
    }
    let verdict = FILES
        .iter()
        .zip(committed)
        .try_for_each(|((path, subcommand), committed)| judge(path, committed.as_deref(), &printed(subcommand)?));
    Outcome::check(verdict)
}

fn printed(subcommand: &str) -> Result<String, String> {
    let mut program = Command::new(tools::built_program());
    program.arg(subcommand);
    let output = tools::output_of(program)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || text.is_empty() {
        let fault = String::from_utf8_lossy(&output.stderr);
        return Err(format!("oneboard {subcommand} printed nothing to keep ({}): {}", output.status, fault.trim()));
    }
    Ok(text)
}

fn judge(path: &str, committed: Option<&str>, printed: &str) -> Result<(), String> {
    let mend = "run cargo xtask openapi and commit it";
    let Some(committed) = committed else { return Err(format!("{path} is missing: {mend}")) };
    if committed == printed {
        return Ok(());
    }
    let same = committed.lines().zip(printed.lines()).take_while(|(old, new)| old == new).count();
    Err(format!("{path}:{}: differs from what the program prints: {mend}", same + 1))
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn a_stale_file_is_named_with_its_first_differing_line() {
        assert_eq!(judge("openapi.json", Some("a\nb\n"), "a\nb\n"), Ok(()));
        let fault = judge("openapi.json", Some("a\nb\n"), "a\nc\n").expect_err("stale");
        assert!(fault.starts_with("openapi.json:2: differs"), "{fault}");
        let fault = judge("openapi.json", Some("a\n"), "a\nc\n").expect_err("shorter");
        assert!(fault.starts_with("openapi.json:2: differs"), "{fault}");
        assert!(judge("openapi.json", None, "a").expect_err("missing").contains("missing"));
    }
}
