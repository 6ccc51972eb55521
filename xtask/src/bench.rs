//! `cargo xtask bench`: release benches by name, the machine they ran on, and their figures as a table.
//!
//! A bench is a plain program (`harness = false`) that prints its own table and writes `bench-results/NAME.json`; its rows are
//! described in `results`. The folder to write to is in `ONEBOARD_BENCH_RESULTS`, because cargo runs a bench in its crate's folder.

use crate::{results, tools};
use std::path::{Path, PathBuf};

struct Bench {
    name: &'static str,
    package: &'static str,
    target: &'static str,
    what: &'static str,
}

const fn bench(name: &'static str, package: &'static str, target: &'static str, what: &'static str) -> Bench {
    Bench { name, package, target, what }
}

const BENCHES: [Bench; 11] = [
    bench("append", "journal", "append", "durable entries a second, against bare SQLite, PostgreSQL and the raw sync"),
    bench("checkin", "oneboard", "checkin", "check-ins over HTTP, server CPU each"),
    bench("live", "live", "live", "a change reaching every viewer"),
    bench("replay", "oneboard", "replay", "starting from a long journal"),
    bench("render", "oneboard", "render", "pages and fragments"),
    bench("access", "board", "access", "permits, and filtering by it"),
    bench("directive", "board", "directive", "an order to 50,000, its receipts, its trace and its ladder"),
    bench("roster", "rostering", "roster", "published instances in fixed time"),
    bench("paper", "paper", "paper", "twenty pages with twelve charts, as PDF and DOCX"),
    bench("venue", "venue", "venue", "forwarding one publisher to many receivers, server CPU each"),
    bench("match", "roadwatch", "matching", "a warning's area against the road network"),
];

pub fn command(words: &[&str]) -> Result<(), String> {
    match words {
        [] => Err("bench wants a NAME, all, --list or --table".into()),
        ["--list"] => {
            for bench in &BENCHES {
                let absent = if written(bench) { "" } else { " (not written yet)" };
                println!("{:<8} {}{absent}", bench.name, bench.what);
            }
            Ok(())
        }
        ["--table"] => table(),
        ["all"] => {
            for bench in BENCHES.iter().filter(|bench| !written(bench)) {
                println!("skipped {}: not written yet", bench.name);
            }
            run_each(&BENCHES.iter().filter(|bench| written(bench)).collect::<Vec<_>>())
        }
        names => run_each(&names.iter().map(|name| named(name)).collect::<Result<Vec<_>, _>>()?),
    }
}

fn named(name: &str) -> Result<&'static Bench, String> {
    let bench = BENCHES.iter().find(|bench| bench.name == name).ok_or_else(|| {
        format!("no bench \"{name}\"; there are {}", BENCHES.each_ref().map(|bench| bench.name).join(", "))
    })?;
    if written(bench) {
        Ok(bench)
    } else {
        Err(format!("bench {name} is not written yet: {} is missing", source(bench).display()))
    }
}

fn source(bench: &Bench) -> PathBuf {
    Path::new("crates").join(bench.package).join("benches").join(format!("{}.rs", bench.target))
}

fn written(bench: &Bench) -> bool {
    let file = tools::root().join(source(bench));
    // A bench that has grown is a folder with a main.rs.
    file.is_file() || file.with_extension("").join("main.rs").is_file()
}

fn run_each(benches: &[&Bench]) -> Result<(), String> {
    println!("machine: {}\n", machine());
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    for bench in benches {
        println!("== {}: {}", bench.name, bench.what);
        let file = folder.join(format!("{}.json", bench.name));
        let before = modified(&file);
        let mut cargo = tools::cargo(&["bench", "--package", bench.package, "--bench", bench.target]);
        cargo.env("ONEBOARD_BENCH_RESULTS", &folder);
        tools::run(cargo)?;
        if modified(&file) == before {
            return Err(format!(
                "bench {} wrote no bench-results/{0}.json: write it to the folder in ONEBOARD_BENCH_RESULTS",
                bench.name
            ));
        }
        let rows = results::read(&file)?;
        println!("\n{}", results::markdown(bench.name, &rows));
    }
    Ok(())
}

fn table() -> Result<(), String> {
    println!("Measured on {}.\n", machine());
    let mut any = false;
    for bench in &BENCHES {
        let file = folder().join(format!("{}.json", bench.name));
        if file.is_file() {
            any = true;
            println!("{}", results::markdown(bench.name, &results::read(&file)?));
        }
    }
    if any { Ok(()) } else { Err("bench-results holds no results: cargo xtask bench all".into()) }
}

fn folder() -> PathBuf {
    tools::root().join("bench-results")
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(file).and_then(|about| about.modified()).ok()
}

/// Processor, cores, memory and kernel, in one line.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    describe(&read("/proc/cpuinfo"), cores, &read("/proc/meminfo"), kernel.trim())
}

fn describe(cpuinfo: &str, cores: usize, meminfo: &str, kernel: &str) -> String {
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = field(cpuinfo, "model name").unwrap_or_else(|| "unknown processor".into());
    let kib = field(meminfo, "MemTotal").and_then(|total| total.split(' ').next()?.parse::<u64>().ok());
    let memory = kib.map_or_else(|| "memory unknown".into(), |kib| format!("{} GiB", (kib + (1 << 19)) >> 20));
    format!("{processor}, {cores} cores, {memory}, Linux {kernel}, {}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_told_in_one_line() {
        let cpu = "processor\t: 0\nmodel name\t: Some CPU @ 2.50GHz\nprocessor\t: 1\n";
        let line = describe(cpu, 2, "MemTotal:       25165000 kB\nMemFree: 1 kB\n", "6.1.0");
        assert!(line.starts_with("Some CPU @ 2.50GHz, 2 cores, 24 GiB, Linux 6.1.0"), "{line}");
        assert!(describe("", 1, "", "6.1").starts_with("unknown processor, 1 cores, memory unknown"));
    }

    #[test]
    fn a_wrong_name_lists_the_right_ones() {
        let fault = named("speed").err().expect("no such bench");
        assert!(fault.contains("\"speed\"") && fault.contains("append, checkin"), "{fault}");
    }
}
