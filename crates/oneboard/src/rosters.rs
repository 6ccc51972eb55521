//! Rosters from the command line: `oneboard roster solve`.
//!
//! Standard output is one JSON line whenever penalty or bound change, `{"seconds", "penalty", "bound", "barrier", "state"}`, and
//! a last one; a roster is written only once the independent checker has passed it.

use std::path::PathBuf;

use anyhow::bail;
use rostering::cli::{self, Format, Job};
use rostering::solve::Options;

/// Most threads: pricing gains nothing from more, and each keeps tables of its own.
const MAX_THREADS: usize = 64;
/// Most seconds: a month, beyond which a number of seconds is a slip.
const MAX_SECONDS: f64 = 31.0 * 86_400.0;

#[derive(Debug, clap::Subcommand)]
pub enum RosterCommand {
    /// Solve a file of a public benchmark and write the roster.
    Solve(Solve),
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Known {
    /// Curtois & Qu: one file; the roster is one file.
    Curtois,
    /// INRC-II: `FOLDER/n030w4_1_6-2-9-1` beside the files of its set; the roster is a folder of weeks.
    Inrc2,
}

#[derive(Debug, clap::Args)]
pub struct Solve {
    /// The problem.
    file: PathBuf,
    #[arg(long, value_enum)]
    format: Known,
    /// Stop at the first barrier after so many seconds.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// Stop at this barrier, to repeat a run whatever the machine.
    #[arg(long)]
    barriers: Option<u64>,
    /// How many threads; the roster of a barrier does not depend on it.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Another number makes another search.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the roster goes: a file, or for INRC-II a folder.
    #[arg(long)]
    out: PathBuf,
}

/// # Errors
/// What is wrong with the file or the problem, with the line and the remedy.
pub fn run(command: RosterCommand) -> anyhow::Result<()> {
    let RosterCommand::Solve(wanted) = command;
    if !(0.0..=MAX_SECONDS).contains(&wanted.seconds) {
        bail!("--seconds is {}, expected 0 to {MAX_SECONDS}; give the seconds the search may take", wanted.seconds);
    }
    if !(1..=MAX_THREADS).contains(&wanted.threads) {
        bail!("--threads is {}, expected 1 to {MAX_THREADS}; give as many as there are cores to spare", wanted.threads);
    }
    let seconds = wanted.barriers.is_none().then_some(wanted.seconds);
    let options = Options { seconds, barriers: wanted.barriers, threads: wanted.threads, seed: wanted.seed };
    let format = match wanted.format {
        Known::Curtois => Format::Curtois,
        Known::Inrc2 => Format::Inrc2,
    };
    let job = Job { file: wanted.file, format, options, out: wanted.out };
    cli::run(&job, &mut std::io::stdout().lock())?;
    Ok(())
}
