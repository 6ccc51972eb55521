//! `cargo run -p roadwatch --example cap_check -- FILE…`: one JSON line a file; status 1 if any is not valid.

use std::process::ExitCode;
use std::time::Instant;

use roadwatch::{cap, report};

fn main() -> ExitCode {
    let mut status = ExitCode::SUCCESS;
    for file in std::env::args().skip(1) {
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{file}: {error}; check the path");
                status = ExitCode::from(2);
                continue;
            }
        };
        let start = Instant::now();
        let reading = cap::read(&bytes, &cap::Options::default());
        println!("{}", report::cap_check(&file, &reading, start.elapsed().as_secs_f64() * 1e3));
        if !report::passed(&reading) && status == ExitCode::SUCCESS {
            status = ExitCode::from(1);
        }
    }
    status
}
