//! Counts tests from what the test runners print.

use std::ops::AddAssign;

/// How many tests ran, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Count {
    /// Reads one line: cargo's `test result: ok. 5 passed; 0 failed; 1 ignored; …`, node's `ℹ pass 5` or `# pass 5`.
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some((_, figures)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            for figure in figures.split("; ") {
                self.add(figure.split_once(' ').map(|(number, name)| (name, number)));
            }
        } else if let Some(figure) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            self.add(figure.split_once(' '));
        }
    }

    fn add(&mut self, figure: Option<(&str, &str)>) {
        let Some((name, number)) = figure else { return };
        let Ok(number) = number.parse::<u64>() else { return };
        match name {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Count {
        let mut count = Count::default();
        text.lines().for_each(|line| count.read(line));
        count
    }

    #[test]
    fn cargo_and_node_are_added_up() {
        let text = "running 6 tests\n\
            test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.01s\n\
            test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            ℹ tests 4\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\nℹ duration_ms 12.5\n# pass 4";
        assert_eq!(counted(text), Count { passed: 13, failed: 5, skipped: 1 });
    }

    #[test]
    fn other_words_are_not_figures() {
        assert!(counted("# pass the salt\nℹ pass\ntest result: ok.\n5 passed").is_empty());
    }
}
