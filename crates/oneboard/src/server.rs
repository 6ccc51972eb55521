//! The server put together: journal, writer, streams, clock and routes, in the order in which each needs the one before.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use board::{Actor, Board, Command, Event, PersonId, attachment};
use jiff::tz::TimeZone;
use live::{FragmentKey, Hub, Views};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use crate::accounts::AccountsError;
use crate::app::{App, Inner, WeakApp};
use crate::attachments::Files;
use crate::calendar::Feeds;
use crate::deliver::{self, PushKey, Ways};
use crate::figures::{self, Figures};
use crate::http;
use crate::http::negotiate::Locale;
use crate::lookout::Lookout;
use crate::roads::consider::{self, Roads};
use crate::shell::Shell;
use crate::submit::{self, Beside, OpenFault, Submission, Submit, Unsubmitted};
use crate::{audit, found, routes, views};

/// How often what is due is looked for: a watch is kept in minutes, and a second more is not noticed.
const TICK: Duration = Duration::from_secs(1);
/// How often the accounts of erased people are looked for.
const FORGET: Duration = Duration::from_secs(60);

/// A server that is ready to listen.
pub struct Server {
    pub app: App,
    pub writer: JoinHandle<()>,
}

/// Opens the journal of `shell.config.data` and builds everything on it.
///
/// # Errors
/// [`OpenFault`].
pub fn open(shell: Arc<Shell>) -> Result<Server, OpenFault> {
    let lookout = Arc::new(Lookout::default());
    let figures = Arc::new(Figures::default());
    let roads = Arc::new(Roads::open(&shell.config.data));
    let files = Files::of(&shell.config.data);
    let observer = {
        let (lookout, figures, files) = (Arc::clone(&lookout), Arc::clone(&figures), files.clone());
        let roads = Arc::clone(&roads);
        Box::new(move |published: &Arc<submit::Published>, kept: &[submit::Kept]| {
            // The figures first: what is rendered again reads them.
            for kept in kept {
                figures.note(&published.board, kept.position, &kept.events);
            }
            lookout.changed(&published.board, kept);
            erase_files(&files, &published.board, kept);
            roads.changed(&published.board);
        })
    };
    let clock = {
        let shell = Arc::clone(&shell);
        Box::new(move || shell.clock.now())
    };
    let observers: Vec<submit::Observer> = vec![observer];
    let opened = match &shell.config.postgres {
        Some(database) => submit::open_postgres(database, &shell.config.data, clock, observers)?,
        None => submit::open(&shell.config.data, clock, observers)?,
    };
    let zone = TimeZone::get(&shell.config.time_zone).unwrap_or(TimeZone::UTC);
    let uploads = Default::default();
    // A demonstration sends nothing, and asks no browser.
    let push = if shell.clock.is_demonstration() { None } else { PushKey::open(&shell.config)? };
    let feeds = Feeds::open(&shell.config.data)?;
    let beside = Arc::new(Beside::new(&shell.config));
    let app = App::new(Inner {
        shell,
        submit: opened.submit,
        beside,
        lookout,
        zone,
        figures,
        feeds,
        uploads,
        files,
        roads,
        push,
    });
    app.shell.metrics.register(|registry| app.submit.tally().register(registry));
    app.shell.set_founder(found::founder(app.downgrade()));
    let hub = Hub::start(rendering(&app));
    app.shell.set_hub(hub.clone());
    app.lookout.attach(hub);
    recall(&app);
    Ok(Server { app, writer: opened.writer })
}

/// Reads the course of the last day again, on a thread of its own: nobody waits for it.
fn recall(app: &App) {
    let figures = Arc::downgrade(&app.figures);
    let beside = Arc::clone(&app.beside);
    let published = app.submit.published();
    let (last, at) = (published.head.position, published.at);
    let lookout = Arc::clone(&app.lookout);
    let read = move || {
        let mut reader = beside.open(submit::upcasts()).map_err(|fault| fault.to_string())?;
        figures::recall(&mut *reader, last, at, &figures).map_err(|fault| fault.to_string())?;
        lookout.everything();
        Ok(())
    };
    let told = move || {
        if let Err::<(), String>(fault) = read() {
            tracing::warn!(%fault, "the lines beside the figures begin with this start");
        }
    };
    if let Err(fault) = std::thread::Builder::new().name("recall".into()).spawn(told) {
        tracing::warn!(%fault, "the lines beside the figures begin with this start");
    }
}

/// The views as the hub calls them. They hold the app weakly: the hub belongs to it.
fn rendering(app: &App) -> Views {
    let weak = app.downgrade();
    let clock = weak.clone();
    Views {
        render: Box::new(move |keys| weak.upgrade().map_or_else(|| vec![None; keys.len()], |app| render(&app, keys))),
        at: Box::new(move || clock.upgrade().map_or_else(|| "{}".to_owned(), |app| at(&app))),
    }
}

/// Renders what is asked for on one state of the board.
fn render(app: &App, keys: &[FragmentKey]) -> Vec<Option<String>> {
    let published = app.submit.published();
    let now = app.now();
    keys.iter()
        .map(|key| {
            let (fragment, person) = app.lookout.viewer_of(&published.board, key, now)?;
            let locale = Locale { language: routes::live::language(key.language), ..Locale::default() };
            let markup =
                app.look_at(&published, Actor::Person(person), locale, |sheet| views::fragment(sheet, fragment));
            Some(markup.into_string())
        })
        .collect()
}

fn at(app: &App) -> String {
    let published = app.submit.published();
    let clock = app.look_at(&published, Actor::Clock, Locale::default(), |sheet| sheet.clock(sheet.now));
    serde_json::json!({ "position": published.head.position, "clock": clock }).to_string()
}

/// Every route there is, behind what every request passes through.
pub fn router(app: &App) -> Router {
    http::guard(routes::router(app).with_state(app.clone()), &app.shell)
}

impl Server {
    /// Starts what goes on by itself: time, and the end of streams whose session has ended.
    pub fn start(&self) {
        tokio::task::spawn_blocking(collecting(&self.app));
        tokio::spawn(pass_time(self.app.downgrade()));
        tokio::spawn(audit::keep_noting(self.app.downgrade()));
        let ways = Ways::of(&self.app.shell.config, &self.app.shell.clock, self.app.push.as_ref()).unwrap_or_else(|fault| {
            tracing::error!(%fault, "nothing is delivered until this is mended: every delivery says that no way is configured");
            Ways::default()
        });
        tokio::spawn(deliver::keep_delivering(self.app.downgrade(), ways));
        tokio::spawn(consider::keep_considering(self.app.downgrade()));
        tokio::spawn(end_streams(self.app.downgrade()));
        tokio::spawn(keep_forgetting(self.app.downgrade()));
    }

    /// Waits until the last group is kept.
    pub fn close(self) {
        let Self { app, writer } = self;
        app.lookout.hub().stop();
        app.submit.stop();
        if writer.join().is_err() {
            tracing::error!("the writer ended by a panic; the journal holds everything that was acknowledged");
        }
    }
}

/// Removes files that no entry names: their command was refused, or the server stopped before it.
fn collecting(app: &App) -> impl FnOnce() + use<> {
    let (files, published) = (app.files.clone(), app.submit.published());
    move || match files.collect(&published.board.attachments, std::time::SystemTime::now()) {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "files that no entry names were removed"),
        Err(fault) => tracing::warn!(%fault, "files that no entry names were not looked for"),
    }
}

/// What was erased is gone from the disk before whoever erased it is answered: a name less in a folder, rare, and no reading or
/// writing of data. What a fault leaves is collected at the next start.
fn erase_files(files: &Files, board: &Board, kept: &[submit::Kept]) {
    let erased = kept.iter().flat_map(|kept| kept.events.iter()).filter_map(|event| match event {
        Event::Attachment(attachment::Event::Erased { attachment, .. }) => {
            board.attachments.get(*attachment).map(|found| (*attachment, found.digest))
        }
        _ => None,
    });
    for (id, digest) in erased {
        if let Err(fault) = files.remove(id, digest) {
            tracing::error!(%fault, "an erased file is still on the disk; the next start removes it");
        }
    }
}

async fn end_streams(app: WeakApp) {
    let Some(mut endings) = app.upgrade().map(|app| app.shell.accounts.sessions.endings()) else { return };
    loop {
        match endings.recv().await {
            Ok(ended) => match app.upgrade() {
                Some(app) => app.lookout.end(ended.session),
                None => return,
            },
            // Some were missed: every stream is closed, and those who are still signed in come back.
            Err(RecvError::Lagged(_)) => {
                let Some(app) = app.upgrade() else { return };
                app.lookout.end_all();
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Whoever is erased on the board has no account for longer than a minute; what a crash left is found again.
async fn keep_forgetting(app: WeakApp) {
    loop {
        {
            let Some(app) = app.upgrade() else { return };
            if let Err(fault) = forget_erased(&app).await {
                tracing::warn!(%fault, "the accounts of erased people could not be removed; it is tried again in a minute");
            }
        }
        tokio::time::sleep(FORGET).await;
    }
}

/// Removes the accounts of people whose words were erased: a login name is a word too.
///
/// # Errors
/// [`AccountsError`]; it is done the next time.
pub async fn forget_erased(app: &App) -> Result<usize, AccountsError> {
    let published = app.submit.published();
    let erased = |person| {
        published.board.force.person(PersonId::from_value(person)).is_some_and(|person| person.erased.is_some())
    };
    app.shell.accounts.forget(erased).await
}

/// Does what time brings, until the app is gone.
pub async fn pass_time(app: WeakApp) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut minute = 0;
    loop {
        ticks.tick().await;
        let Some(app) = app.upgrade() else { return };
        let (published, now) = (app.submit.published(), app.now());
        let this_minute = now.millis().div_euclid(60_000);
        if std::mem::replace(&mut minute, this_minute) != this_minute {
            app.lookout.minute();
        }
        app.lookout.pass_time(&published.board, now);
        if app.figures.pass(&published.board, now) {
            app.lookout.quarter();
        }
        if let Err(fault) = do_what_is_due(&app.submit, || app.now()).await {
            tracing::error!(%fault, "what was due could not be done; it will be tried again");
        }
    }
}

/// Submits [`Command::PassTime`] until nothing is due any more.
///
/// # Errors
/// [`Unsubmitted`]; what was not done is still due.
pub async fn do_what_is_due(submit: &Submit, now: impl Fn() -> board::At) -> Result<(), Unsubmitted> {
    while submit.published().board.next_timer().is_some_and(|due| due <= now()) {
        let submission =
            Submission { actor: Actor::Clock, id: Uuid::now_v7(), command: Command::PassTime, texts: Vec::new() };
        let receipt = submit.submit(submission).await?;
        if receipt.events.is_empty() {
            break;
        }
    }
    Ok(())
}
