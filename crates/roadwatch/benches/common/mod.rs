//! Tables on screen and rows in `bench-results/`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Through links, so that the repository is found wherever the crate was built from.
    let real = here.canonicalize().unwrap_or_else(|_| here.to_owned());
    real.join("../..")
}

pub struct Rows {
    bench: &'static str,
    rows: Vec<Value>,
}

impl Rows {
    pub fn new(bench: &'static str) -> Self {
        Rows { bench, rows: Vec::new() }
    }

    pub fn add(&mut self, case: &str, measure: &str, value: f64, unit: &str, aim: Option<f64>, peers: &Value) {
        println!("{case:34} {measure:24} {value:>12.3} {unit:6} aim {aim:?} peers {peers}");
        self.rows.push(json!({
            "bench": self.bench, "case": case, "measure": measure, "value": value, "unit": unit,
            "aim": aim, "better": "lower", "peers": peers,
        }));
    }

    pub fn save(self) {
        let folder = repository().join("bench-results");
        let text = serde_json::to_string_pretty(&self.rows).unwrap_or_default();
        let file = folder.join(format!("{}.json", self.bench));
        if let Err(error) = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, text)) {
            eprintln!("{}: {error}", file.display());
        }
    }
}

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// CPU time of this thread so far, in milliseconds: on a busy machine the wall clock measures the others.
pub fn cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
