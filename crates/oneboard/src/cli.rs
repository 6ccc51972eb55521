//! The command line: one subcommand, one act.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::{self, Demonstration};
use crate::shell::Shell;
use crate::tls::{self, Tls};
use crate::{access_matrix, api, listen, records, roads, rosters, server, telemetry};

/// Oneboard: the whole force on one board.
#[derive(Debug, Parser)]
#[command(name = "oneboard", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an installation.
    Serve {
        /// The settings (TOML); without it the defaults and ONEBOARD_* variables.
        #[arg(long, env = "ONEBOARD_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Print the API's description (OpenAPI 3.1).
    Openapi,
    /// Print who may use which route on whose objects (Markdown).
    AccessMatrix,
    /// Prove or export a journal file, without the server.
    #[command(subcommand)]
    Journal(records::JournalCommand),
    /// Copy an installation, which may be serving, to a new folder, and prove the copy.
    Backup {
        /// The installation's data folder.
        #[arg(long)]
        data: PathBuf,
        destination: PathBuf,
    },
    /// Make an installation from a backup, proved, in a folder that holds none.
    Restore {
        source: PathBuf,
        #[arg(long)]
        data: PathBuf,
    },
    /// Read a workbook into an installation whose server stands still.
    Import(crate::sheets::cli::Args),
    /// Read official warnings (CAP).
    #[command(subcommand)]
    Cap(roads::CapCommand),
    /// Find the roads that warnings touch.
    #[command(subcommand)]
    Roads(roads::RoadsCommand),
    /// Make rosters.
    #[command(subcommand)]
    Roster(rosters::RosterCommand),
    /// The demonstration: Longdong, an invented prefecture, and a night that plays by itself.
    Demo(Demo),
}

#[derive(Debug, clap::Args)]
struct Demo {
    /// How many times faster than life the night plays, 1 to 600.
    #[arg(long, default_value_t = 20)]
    speed: u32,
    /// Another number makes another prefecture and another night.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder that keeps the demonstration; without it, it is gone when it ends.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The port on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Begin with the clock standing still.
    #[arg(long)]
    paused: bool,
}

/// Runs the program; the error is what `main` prints.
pub fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Import(args) => crate::sheets::cli::run(args),
        Command::Serve { config } => {
            let config = Config::load(config.as_deref())?;
            telemetry::start(&config);
            let shell = Shell::open(config, Clock::Real)?;
            runtime()?.block_on(serve(shell, None))
        }
        Command::Openapi => {
            print!("{}", api::text());
            Ok(())
        }
        Command::AccessMatrix => {
            print!("{}", access_matrix::text());
            Ok(())
        }
        Command::Journal(command) => records::run(command),
        Command::Backup { data, destination } => records::back_up(&data, &destination),
        Command::Restore { source, data } => records::restore(&source, &data),
        Command::Cap(command) => roads::cap(command),
        Command::Roads(command) => roads::roads(command),
        Command::Roster(command) => rosters::run(command),
        Command::Demo(wanted) => demonstrate(&wanted),
    }
}

/// Seeds the demonstration, then serves it on this machine only.
fn demonstrate(wanted: &Demo) -> anyhow::Result<()> {
    let kept = wanted.data.clone();
    let passing =
        if kept.is_none() { Some(tempfile::tempdir().context("no folder for the demonstration")?) } else { None };
    let data = kept.or_else(|| passing.as_ref().map(|folder| folder.path().to_owned())).unwrap_or_default();
    let config = Config {
        name: "Longdong 陇东".into(),
        data: data.clone(),
        listen: SocketAddr::from(([127, 0, 0, 1], wanted.port)),
        time_zone: demo::TIME_ZONE.into(),
        log_level: "warn".into(),
        ..Config::default()
    };
    telemetry::start(&config);
    eprintln!("Longdong is being made: people, posts and the days before tonight …");
    let demonstration = demo::prepare(&data, wanted.seed)?;
    let clock = Clock::demonstration(demonstration.cast.now, wanted.speed, wanted.paused);
    let shell = Shell::open(config, clock)?;
    runtime()?.block_on(serve(shell, Some(demonstration)))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime could not be started")
}

async fn serve(shell: Arc<Shell>, demonstration: Option<Demonstration>) -> anyhow::Result<()> {
    let server = server::open(shell.clone())?;
    let app = server::router(&server.app);
    let listener = TcpListener::bind(shell.config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; choose a free address of this machine (listen.address, or --port)",
            shell.config.listen
        )
    })?;
    let address = listener.local_addr()?;
    let tls = Tls::open(&shell.config)?;
    let plain =
        match shell.config.redirect {
            Some(at) => Some(TcpListener::bind(at).await.with_context(|| {
                format!("cannot listen on {at}; choose a free address of this machine (tls.redirect)")
            })?),
            None => None,
        };
    if demonstration.is_none()
        && let Some(token) = shell.accounts.set_up_token().await?
    {
        let site = site(&shell, address);
        println!("This installation has no account yet. Open {site}/set-up and enter:\n\n    {token}\n");
    }
    listen::stop_on_signal(&shell)?;
    let tidy = tokio::spawn(Accounts::keep_tidy(Arc::downgrade(&shell.accounts)));
    server.start();
    shell.set_ready(true);
    if let Some(demonstration) = demonstration {
        say_where(&shell, &demonstration, address).await?;
        let (played, stopping) = (server.app.clone(), shell.stopping());
        let submit = server.app.submit.clone();
        tokio::spawn(demo::player::play(submit, demonstration.acts, move || played.now(), stopping));
    }
    tracing::info!(%address, tls = tls.is_some(), "serving");
    if let Some(plain) = plain {
        tokio::spawn(listen::serve(plain, tls::redirect(&shell, address.port()), shell.clone()));
    }
    match tls {
        Some(tls) => {
            Tls::keep_fresh(&tls)?;
            listen::serve_tls(listener, tls, app, shell.clone()).await?;
        }
        None => listen::serve(listener, app, shell.clone()).await?,
    }
    tidy.abort();
    shell.accounts.save_last_seen().await?;
    server.close();
    Ok(())
}

/// Where a browser finds the server.
fn site(shell: &Shell, address: SocketAddr) -> String {
    match (&shell.config.tls, &shell.config.domain) {
        (Some(_), Some(domain)) => format!("https://{domain}:{}", address.port()),
        (Some(_), None) => format!("https://{address}"),
        (None, _) => format!("http://{address}"),
    }
}

/// Who the people are, in the order of the demonstration's cast.
const WHO: [&str; 7] = [
    "keeps the watch at the bureau's command centre",
    "leads a county bureau",
    "stands at a checkpoint, with a phone",
    "inspects posts in the field",
    "writes the summary",
    "leads the traffic brigade whose officer that is",
    "leads the bureau tonight",
];

/// Prints where to open the demonstration and a link for each of its people. Programs read the lines that begin
/// with `ready` and `link`; the rest is for whoever started it.
async fn say_where(shell: &Shell, demonstration: &Demonstration, address: SocketAddr) -> anyhow::Result<()> {
    println!("ready http://{address}");
    println!(
        "A night of Longdong's Spring Festival operation. Each link signs in as one of its people, on this machine only;"
    );
    println!("private windows let several be signed in at once. Ctrl+C ends the night.");
    for ((name, person), who) in demonstration.cast.people.into_iter().zip(WHO) {
        let token = shell.accounts.demonstration_link(person.value(), name).await?;
        println!("\n{name}: {who}");
        println!("link {name} http://{address}/demonstration/{token}");
    }
    // Whoever waits for these lines reads them through a pipe.
    std::io::stdout().flush()?;
    Ok(())
}
