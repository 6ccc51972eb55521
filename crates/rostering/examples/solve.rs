//! Solves a file: `solve FILE --format curtois|inrc2 --seconds N --threads 2 --seed S --out FILE`.
//!
//! Progress goes to standard output as JSON lines: seconds, penalty, bound, barrier.

use std::process::ExitCode;

use rostering::cli;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match cli::solve(&arguments, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
