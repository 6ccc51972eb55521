//! The command line: one subcommand, one act.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::config::Config;
use crate::shell::Shell;
use crate::{listen, records, server, telemetry};

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
}

/// Runs the program; the error is what `main` prints.
pub fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve { config } => {
            let config = Config::load(config.as_deref())?;
            telemetry::start(&config);
            runtime()?.block_on(serve(config))
        }
        Command::Journal(command) => records::run(command),
        Command::Backup { data, destination } => records::back_up(&data, &destination),
        Command::Restore { source, data } => records::restore(&source, &data),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime could not be started")
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let shell = Shell::open(config, Clock::Real)?;
    let server = server::open(shell.clone())?;
    let app = server::router(&server.app);
    let listener = TcpListener::bind(shell.config.listen).await.with_context(|| {
        format!("cannot listen on {}; set listen.address to a free address of this machine", shell.config.listen)
    })?;
    if let Some(token) = shell.accounts.set_up_token().await? {
        println!(
            "This installation has no account yet. Open http://{}/set-up and enter:\n\n    {token}\n",
            listener.local_addr()?
        );
    }
    listen::stop_on_signal(&shell)?;
    let tidy = tokio::spawn(Accounts::keep_tidy(Arc::downgrade(&shell.accounts)));
    server.start();
    shell.set_ready(true);
    tracing::info!(address = %listener.local_addr()?, "serving");
    listen::serve(listener, app, shell.clone()).await?;
    tidy.abort();
    shell.accounts.save_last_seen().await?;
    server.close();
    Ok(())
}
