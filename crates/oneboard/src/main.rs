//! The program; everything is in the library.

fn main() -> std::process::ExitCode {
    match oneboard::cli::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oneboard: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
