//! Every class of hostile input: CPU time until the verdict, and the most memory the process ever held.

mod common;
#[path = "../tests/common/hostile.rs"]
#[expect(dead_code, reason = "the tests use more of the cases than the bench does")]
mod hostile;

use common::{Rows, cpu_ms, median};
use roadwatch::area::resolve;
use roadwatch::cap::{Options, read};
use serde_json::json;

/// Largest resident size so far, in megabytes (Linux).
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}

/// The child's part: reads one file and prints milliseconds and megabytes.
fn one(file: &str) {
    let bytes = std::fs::read(file).expect("the parent wrote it");
    let start = cpu_ms();
    let reading = read(&bytes, &Options::default());
    for area in reading.usable().flat_map(|a| &a.infos).flat_map(|i| &i.areas) {
        std::hint::black_box(resolve(area, &[]));
    }
    println!("{} {}", cpu_ms() - start, peak_mb().unwrap_or(f64::NAN));
}

/// A fresh process a case, so that one case's memory does not hide another's.
fn measure(file: &std::path::Path) -> Option<(f64, f64)> {
    let program = std::env::current_exe().ok()?;
    let mut times = Vec::new();
    let mut peak = 0.0f64;
    for _ in 0..3 {
        let output = std::process::Command::new(&program).arg("--one").arg(file).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let (time, megabytes) = text.trim().split_once(' ')?;
        times.push(time.parse().ok()?);
        peak = peak.max(megabytes.parse().ok()?);
    }
    Some((median(&mut times), peak))
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--one") {
        return one(&arguments.next().unwrap_or_default());
    }
    let mut rows = Rows::new("hostile");
    let file = std::env::temp_dir().join(format!("roadwatch-hostile-{}", std::process::id()));
    let (mut slowest, mut largest) = (0.0f64, 0.0f64);
    for case in hostile::cases() {
        if let Err(error) = std::fs::write(&file, &case.bytes) {
            eprintln!("{}: {error}", file.display());
            return;
        }
        let Some((time, memory)) = measure(&file) else { continue };
        rows.add(case.name, "to the verdict", time, "ms", Some(100.0), &json!({}));
        rows.add(case.name, "peak memory", memory, "MB", Some(64.0), &json!({}));
        (slowest, largest) = (slowest.max(time), largest.max(memory));
    }
    let _ = std::fs::remove_file(&file);
    rows.add("all classes", "slowest", slowest, "ms", Some(100.0), &json!({}));
    rows.add("all classes", "peak memory", largest, "MB", Some(64.0), &json!({}));
    rows.save();
}
