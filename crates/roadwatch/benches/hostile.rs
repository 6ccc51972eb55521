//! Every class of hostile input: how long until the verdict, and the most memory the process ever held.

mod common;
#[path = "../tests/common/hostile.rs"]
#[expect(dead_code, reason = "the tests use more of the cases than the bench does")]
mod hostile;

use common::{Rows, cpu_ms};
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

fn main() {
    let mut rows = Rows::new("hostile");
    // The inputs themselves take memory; a fresh process a case would hide what stays behind.
    let mut slowest = 0.0f64;
    let names: Vec<_> = hostile::cases().iter().map(|c| c.name).collect();
    let before = peak_mb();
    for (i, name) in names.into_iter().enumerate() {
        let Some(case) = hostile::cases().into_iter().nth(i) else { continue };
        let mut times: Vec<f64> = (0..3)
            .map(|_| {
                let start = cpu_ms();
                let reading = read(&case.bytes, &Options::default());
                for area in reading.usable().flat_map(|a| &a.infos).flat_map(|i| &i.areas) {
                    std::hint::black_box(resolve(area, &[]));
                }
                cpu_ms() - start
            })
            .collect();
        let median = common::median(&mut times);
        slowest = slowest.max(median);
        rows.add(name, "to the verdict", median, "ms", Some(100.0), &json!({}));
    }
    rows.add("all classes", "slowest", slowest, "ms", Some(100.0), &json!({}));
    if let Some((peak, before)) = peak_mb().zip(before) {
        println!("the inputs themselves take up to {before:.1} MB");
        rows.add("all classes", "peak memory", peak, "MB", Some(64.0), &json!({}));
    }
    rows.save();
}
