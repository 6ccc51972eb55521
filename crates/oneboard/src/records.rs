//! The journal from the command line: proof, export, backup and restore. None of them needs the server.

use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use journal::checkpoint::hex;
use journal::sqlite::Reader;
use journal::{Check, Checkpoint, ExportOptions, Report, Upcasts, VerifyOptions, VerifyingKey, postgres};

use crate::archive;
use crate::attachments::Files;
use crate::submit::{Body, JOURNAL, upcasts};

#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Prove chain, texts and checkpoints of a journal file; the first bad position is named.
    Verify {
        /// The file, for example data/journal.sqlite; it may be in use.
        path: PathBuf,
        /// The key that must have signed the checkpoints: 64 hexadecimal digits.
        #[arg(long, value_parser = archive::read_public_key)]
        public_key: Option<VerifyingKey>,
        /// A checkpoint kept elsewhere, as the line that was printed or sent; the journal must contain all that it sealed.
        #[arg(long, value_parser = read_witness)]
        witness: Option<Box<Checkpoint>>,
    },
    /// Prove that every attached file that entries name is there and unaltered.
    Attachments {
        /// The installation's data folder; it may be serving.
        #[arg(long)]
        data: PathBuf,
    },
    /// Take a journal from a file into an empty database, or from a database into a new file, proved; hashes, words and
    /// signatures stay what they are. The server that writes it must stand still while it moves into a database.
    Copy {
        /// The file, or the database: postgresql://USER@HOST/DATABASE.
        from: PathBuf,
        /// The other one.
        to: PathBuf,
        /// The key that must have signed the checkpoints: 64 hexadecimal digits.
        #[arg(long, value_parser = archive::read_public_key)]
        public_key: Option<VerifyingKey>,
    },
    /// Write every entry as a line of JSON.
    Export {
        /// The file, or the database: postgresql://USER@HOST/DATABASE.
        path: PathBuf,
        /// The new file; without it, standard output.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Also names, telephone numbers and words that are still kept: the file is then personal data.
        #[arg(long)]
        texts: bool,
    },
}

fn read_witness(line: &str) -> Result<Box<Checkpoint>, <Checkpoint as std::str::FromStr>::Err> {
    line.parse().map(Box::new)
}

/// Runs `oneboard journal …`.
///
/// # Errors
/// What is wrong with the journal, or why it could not be read.
pub fn run(command: JournalCommand) -> anyhow::Result<()> {
    match command {
        JournalCommand::Verify { path, .. } if database(&path).is_some() => {
            anyhow::bail!(
                "{} is a database: `oneboard journal copy` makes a file of it and proves that, and the file is a backup",
                path.display()
            )
        }
        JournalCommand::Verify { path, public_key, witness } => {
            let report =
                journal::verify(&path, &VerifyOptions { public_key, witness: witness.map(|witness| *witness) })
                    .with_context(|| format!("{} does not hold", path.display()))?;
            print!("{}", told(&report, public_key.is_some()));
            Ok(())
        }
        JournalCommand::Copy { from, to, public_key } => {
            let options = VerifyOptions { public_key, witness: None };
            let report = match (database(&from), database(&to)) {
                (None, Some(config)) => journal::transfer::into_database(&from, config, &options)?,
                (Some(config), None) => journal::transfer::into_file(config, &to, &options)?,
                (None, None) => anyhow::bail!("both are files: `oneboard backup` copies an installation on files"),
                (Some(_), Some(_)) => anyhow::bail!("both are databases: copy to a file first, and from there"),
            };
            print!("{}", told(&report, public_key.is_some()));
            println!("copied to {}", to.display());
            Ok(())
        }
        JournalCommand::Attachments { data } => attachments(&data),
        JournalCommand::Export { path, out, texts } => {
            let options = ExportOptions { texts };
            let written = match out {
                Some(out) => {
                    let file = std::fs::File::create_new(&out)
                        .with_context(|| format!("{} could not be made; name a new file", out.display()))?;
                    export(&path, &mut BufWriter::new(file), options)?
                }
                None => export(&path, &mut BufWriter::new(std::io::stdout().lock()), options)?,
            };
            eprintln!("{written} entries written");
            Ok(())
        }
    }
}

/// The connection string where a database is named, as the settings name it.
fn database(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| text.starts_with("postgresql://") || text.starts_with("postgres://"))
}

/// Exports a file or, where it is named as the settings name it, a database.
fn export(path: &Path, out: &mut dyn std::io::Write, options: ExportOptions) -> anyhow::Result<u64> {
    let Some(database) = database(path) else { return Ok(journal::export(path, out, options)?) };
    let open = || postgres::Reader::open(database, Upcasts::none());
    let (mut entries, mut texts) = (open()?, open()?);
    Ok(journal::export_from(&mut entries, &mut texts, out, options)?)
}

/// Makes the board again from the entries, and looks at every file that it names.
fn attachments(data: &Path) -> anyhow::Result<()> {
    let path = data.join(JOURNAL);
    let reader = Reader::open(&path, upcasts()).with_context(|| format!("{} cannot be read", path.display()))?;
    let (mut board, mut fault) = (board::Board::default(), None);
    reader.for_each(1, u64::MAX, Check::Nothing, &mut |entry| match serde_json::from_slice::<Body>(&entry.body) {
        Ok(body) => {
            body.events.iter().for_each(|event| board::apply(&mut board, event));
            ControlFlow::Continue(())
        }
        Err(source) => {
            fault = Some((entry.position, source));
            ControlFlow::Break(())
        }
    })?;
    if let Some((position, source)) = fault {
        anyhow::bail!("entry {position} cannot be read: {source}; prove the journal first: oneboard journal verify");
    }
    let faults = Files::of(data).verify(&board);
    faults.iter().for_each(|fault| println!("{fault}"));
    let named = board.attachments.iter().filter(|(_, found)| found.erased.is_none()).count();
    anyhow::ensure!(faults.is_empty(), "{} of {named} attached files do not hold", faults.len());
    println!("{named} attached files: all there, none altered");
    Ok(())
}

/// Runs `oneboard backup`.
///
/// # Errors
/// Why there is no backup.
pub fn back_up(data: &Path, destination: &Path) -> anyhow::Result<()> {
    let manifest = archive::back_up(data, destination)?;
    println!(
        "{}: entries 1 to {}, {} other files, verified",
        destination.display(),
        manifest.position,
        manifest.files.len()
    );
    Ok(())
}

/// Runs `oneboard restore`.
///
/// # Errors
/// Why nothing was restored.
pub fn restore(source: &Path, data: &Path) -> anyhow::Result<()> {
    let (_, report) = archive::restore(source, data)?;
    print!("{}", told(&report, archive::public_key(data).is_some()));
    println!("restored to {}; start the server on it", data.display());
    std::io::stdout().flush()?;
    Ok(())
}

/// What was proved, in lines.
fn told(report: &Report, known_key: bool) -> String {
    let Report { head, texts_kept, texts_erased, checkpoints, sealed } = report;
    let mut lines = format!(
        "entries 1 to {}: whole, in order\nlast hash {}\ntexts: {texts_kept} kept, {texts_erased} erased\n",
        head.position,
        hex(&head.hash)
    );
    match sealed {
        None => lines.push_str("no checkpoint: nothing shows that the end was not cut off\n"),
        Some(last) => {
            let signed =
                if known_key { "signed by the key given" } else { "whole; give --public-key to prove the signer" };
            lines.push_str(&format!("checkpoints: {checkpoints}, the last at entry {}, {signed}\n", last.position));
            lines.push_str(&format!("signer {}\n", hex(&last.public_key)));
            let open = head.position - last.position;
            lines.push_str(&format!("entries after it, chained but not sealed: {open}\n{last}\n"));
        }
    }
    lines
}
