//! `oneboard import FILE`: a workbook into an installation's journal, while its server stands still.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use board::{Actor, At, Board, Command, OperationId};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::draft::{Draft, Noun, draft};
use super::words;
use crate::clock::real_now;
use crate::config::Config;
use crate::figures::Figures;
use crate::http::negotiate::Locale;
use crate::submit::{self, Submission, Submit};
use crate::views::Sheet;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// An XLSX workbook or a CSV file with units, people, posts, shifts or the roster.
    file: PathBuf,
    /// The operation whose posts and roster are meant; needed where there are several.
    #[arg(long)]
    operation: Option<OperationId>,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The data folder of the installation, in place of the one in the settings.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The settings (TOML); without it the defaults and ONEBOARD_* variables.
    #[arg(long, env = "ONEBOARD_CONFIG")]
    config: Option<PathBuf>,
}

/// Reads, compares, and, unless it is a dry run, submits. Fails where the workbook has faults.
///
/// # Errors
/// What stopped it, for `main` to print.
pub fn run(args: Args) -> anyhow::Result<()> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(data) = args.data {
        config.data = data;
    }
    let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
    let locale = Locale { language: config.language, ..Locale::default() };
    let bytes = read(&args.file)?;
    let opened = match &config.postgres {
        Some(database) => submit::open_postgres(database, &config.data, Box::new(real_now), Vec::new())?,
        None => submit::open(&config.data, Box::new(real_now), Vec::new())?,
    };
    let worked = import(&opened.submit, &zone, locale, (&args.file, &bytes), args.operation, args.dry_run);
    opened.submit.stop();
    let ended = opened.writer.join();
    worked?;
    if ended.is_err() {
        bail!("the writer ended by a panic; the journal holds everything that was acknowledged");
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let size = std::fs::metadata(path).with_context(|| format!("{}: cannot be read", path.display()))?.len();
    let most = paper::workbook::limits::MAX_FILE_BYTES as u64;
    if size > most {
        bail!(
            "{} has {size} bytes; at most {most} are read: remove pictures and sheets that are not needed",
            path.display()
        );
    }
    std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))
}

fn import(
    submit: &Submit,
    zone: &TimeZone,
    locale: Locale,
    (path, bytes): (&Path, &[u8]),
    operation: Option<OperationId>,
    dry_run: bool,
) -> anyhow::Result<()> {
    let published = submit.published();
    let operation = match operation {
        Some(id) => Some(published.board.known_operation(id).map(|_| id)?),
        None => only_operation(&published.board),
    };
    let id = Uuid::now_v7();
    let figures = Figures::default();
    let now = At::max(real_now(), published.at);
    let sheet = Sheet {
        locale,
        published: &published,
        register: submit.register().read(),
        zone,
        figures: &figures,
        actor: Actor::Operator,
        now,
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let found = draft(&sheet, bytes, &name, operation, id);
    print(&sheet, &found);
    let nothing = sheet.t("import-nothing").into_owned();
    let done = sheet.t("import-done").into_owned();
    drop(sheet); // the writer must be able to add its words to the register
    if !found.is_clean() {
        bail!("{} faults; nothing was changed", found.faults.len() + found.more_faults);
    }
    if found.import.is_empty() {
        println!("{nothing}");
    } else if !dry_run {
        let command = Command::Import(Box::new(found.import));
        let receipt = submit.submit_blocking(Submission { actor: Actor::Operator, id, command, texts: found.texts })?;
        println!("{done} ({})", receipt.position);
    }
    Ok(())
}

/// The operation that is meant where none is named: the only one that is on the board.
fn only_operation(board: &Board) -> Option<OperationId> {
    let mut all = board.operations();
    match (all.next(), all.next()) {
        (Some((id, _)), None) => Some(id),
        _ => None,
    }
}

fn print(sheet: &Sheet<'_>, draft: &Draft) {
    for line in &draft.lines {
        let differs: Vec<String> =
            line.differs.iter().map(|(heading, old, new)| format!("{heading}: {old} → {new}")).collect();
        let (noun, change) = (words::noun(sheet, line.noun), words::change(sheet, line.change));
        println!("{noun}\t{change}\t{}\t{}", line.what, differs.join("; "));
    }
    for noun in Noun::ALL {
        let [added, changed, leaves, unchanged] = words::counts(draft, noun);
        if added + changed + leaves + unchanged > 0 {
            println!("{}", counted(sheet, noun, [added, changed, leaves, unchanged]));
        }
    }
    draft.notes.iter().for_each(|note| println!("{}", words::note(sheet, note)));
    draft.faults.iter().for_each(|fault| eprintln!("{}", words::sentence(sheet, fault)));
    if draft.more_faults > 0 {
        eprintln!("{}", sheet.say("import-more-faults", &[("count", draft.more_faults.into())]));
    }
}

fn counted(sheet: &Sheet<'_>, noun: Noun, [added, changed, leaves, unchanged]: [usize; 4]) -> String {
    sheet.say(
        "import-counts",
        &[
            ("noun", words::noun(sheet, noun).into()),
            ("added", added.into()),
            ("changed", changed.into()),
            ("leaves", leaves.into()),
            ("unchanged", unchanged.into()),
        ],
    )
}
