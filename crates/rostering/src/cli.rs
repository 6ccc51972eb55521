//! The command line of the solver, as a function, so that a binary can offer it as a subcommand.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::format::{curtois, inrc2};
use crate::problem::Problem;
use crate::solve::{self, Options, Solution, SolveError};

/// Why a run ended without a roster.
#[derive(Debug, Error)]
pub enum CliError {
    /// The command line cannot be understood.
    #[error("{0}\nusage: FILE --format curtois|inrc2 --seconds N [--barriers N] [--threads N] [--seed N] --out FILE")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("{path}: {error}; check the path and the permissions")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file that was read is wrong.
    #[error("{path}: {error}")]
    Curtois {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: curtois::CurtoisError,
    },
    /// A file that was read is wrong.
    #[error(transparent)]
    Inrc2(#[from] inrc2::Inrc2Error),
    /// The solver found no roster.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// Progress could not be written.
    #[error("progress cannot be written: {0}")]
    Progress(io::Error),
}

/// The formats that are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One text file of Curtois & Qu; the roster is one file.
    Curtois,
    /// A name `FOLDER/SET_HISTORY_WEEK-WEEK-…` of INRC-II; the roster is a folder of `sol-week0.txt` and so on.
    Inrc2,
}

/// One file to solve, and where the roster goes.
#[derive(Clone, Debug)]
pub struct Job {
    /// The problem.
    pub file: PathBuf,
    /// Its format.
    pub format: Format,
    /// When to stop, and how.
    pub options: Options,
    /// The roster.
    pub out: PathBuf,
}

fn parse(arguments: &[String]) -> Result<Job, CliError> {
    let usage = |text: String| CliError::Usage(text);
    let (mut file, mut format, mut out) = (None, None, None);
    let mut options = Options { seconds: None, ..Options::default() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if !argument.starts_with("--") {
            if file.replace(PathBuf::from(argument)).is_some() {
                return Err(usage(format!("{argument:?} is a second file")));
            }
            continue;
        }
        let value = rest.next().ok_or_else(|| usage(format!("{argument} needs a value")))?;
        let number =
            || value.parse::<u64>().map_err(|_| usage(format!("{argument} is {value:?}, expected a whole number")));
        match argument.as_str() {
            "--format" => format = Some(value.as_str()),
            "--seconds" => {
                let seconds = value.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
                options.seconds = Some(
                    seconds.ok_or_else(|| usage(format!("--seconds is {value:?}, expected a number of seconds")))?,
                );
            }
            "--barriers" => options.barriers = Some(number()?),
            "--threads" => options.threads = usize::try_from(number()?).unwrap_or(usize::MAX).clamp(1, 64),
            "--seed" => options.seed = number()?,
            "--out" => out = Some(PathBuf::from(value)),
            _ => return Err(usage(format!("unknown option {argument}"))),
        }
    }
    if options.seconds.is_none() && options.barriers.is_none() {
        options.seconds = Some(60.0);
    }
    let format = match format {
        Some("curtois") => Format::Curtois,
        Some("inrc2") => Format::Inrc2,
        other => return Err(usage(format!("--format is {other:?}, expected curtois or inrc2"))),
    };
    let file = file.ok_or_else(|| usage("no file is given".into()))?;
    let out = out.ok_or_else(|| usage("--out is missing".into()))?;
    Ok(Job { file, format, options, out })
}

/// Solves what the arguments name, as [`run`].
///
/// # Errors
/// [`CliError`], in words for the terminal.
pub fn solve(arguments: &[String], progress: &mut dyn Write) -> Result<(), CliError> {
    run(&parse(arguments)?, progress)
}

/// Solves a file and writes the roster; progress goes to `progress` as JSON lines.
///
/// # Errors
/// [`CliError`], in words for the terminal.
pub fn run(job: &Job, progress: &mut dyn Write) -> Result<(), CliError> {
    if job.format == Format::Inrc2 {
        return solve_inrc2(job, progress);
    }
    let text = read_file(&job.file)?;
    let problem = curtois::read(&text).map_err(|error| CliError::Curtois { path: job.file.clone(), error })?;
    let solution = follow(&problem, &job.options, progress)?;
    write_file(&job.out, &curtois::write(&problem, &solution.roster))
}

/// `FILE` is `FOLDER/SET_HISTORY_WEEK-WEEK-…`, where `FOLDER` or `FOLDER/SET` holds the files of the set;
/// `--out` is a folder for `sol-week0.txt` and so on.
fn solve_inrc2(job: &Job, progress: &mut dyn Write) -> Result<(), CliError> {
    let name = job.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = inrc2::files(name.trim_end_matches(".txt"))?;
    let mut folder = job.file.parent().map(Path::to_owned).unwrap_or_default();
    if !folder.join(&files.scenario).exists() {
        folder.push(&files.folder);
    }
    let weeks: Result<Vec<String>, CliError> = files.weeks.iter().map(|week| read_file(&folder.join(week))).collect();
    let (scenario, history) = (read_file(&folder.join(&files.scenario))?, read_file(&folder.join(&files.history))?);
    let problem = inrc2::read(&files, &scenario, &history, &weeks?)?;
    let solution = follow(&problem, &job.options, progress)?;
    std::fs::create_dir_all(&job.out).map_err(|error| CliError::File { path: job.out.clone(), error })?;
    for (week, text) in inrc2::write(&problem, &files, &solution.roster).iter().enumerate() {
        write_file(&job.out.join(format!("sol-week{week}.txt")), text)?;
    }
    Ok(())
}

/// Solves with progress as JSON lines: a line whenever penalty or bound change, and one at the end.
fn follow(problem: &Problem, options: &Options, progress: &mut dyn Write) -> Result<Solution, CliError> {
    let mut last = (u64::MAX, None);
    let mut failed = None;
    let started = std::time::Instant::now();
    let solution = solve::solve(problem, options, &mut |now| {
        if (now.penalty, now.bound) != last {
            last = (now.penalty, now.bound);
            failed = line(progress, now.seconds, now.penalty, now.bound, now.barrier, "searching").err();
        }
        failed.is_none()
    })?;
    if let Some(error) = failed {
        return Err(CliError::Progress(error));
    }
    let bound = solution.bound.as_ref().map(|bound| bound.value);
    let state = if solution.legal { "legal" } else { "not legal" };
    line(progress, started.elapsed().as_secs_f64(), solution.penalty, bound, solution.barrier, state)
        .map_err(CliError::Progress)?;
    Ok(solution)
}

fn line(
    out: &mut dyn Write,
    seconds: f64,
    penalty: u64,
    bound: Option<u64>,
    barrier: u64,
    state: &str,
) -> io::Result<()> {
    let bound = bound.map_or("null".into(), |bound| bound.to_string());
    writeln!(
        out,
        "{{\"seconds\":{seconds:.3},\"penalty\":{penalty},\"bound\":{bound},\"barrier\":{barrier},\"state\":\"{state}\"}}"
    )?;
    out.flush()
}

fn read_file(path: &Path) -> Result<String, CliError> {
    let bytes = std::fs::read(path).map_err(|error| CliError::File { path: path.to_owned(), error })?;
    // Names in old files may be in another encoding; a replaced letter still reads.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write_file(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|error| CliError::File { path: path.to_owned(), error })
}
