//! The app: what every handler of a noun holds, and who is asking.

use std::ops::Deref;
use std::sync::{Arc, Weak};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use board::access::{Action, Place, Verdict, permits, scope};
use board::operation::Operation;
use board::{Actor, At, OperationId, PersonId, Refusal, UnitId};
use jiff::tz::TimeZone;
use maud::Markup;

use crate::accounts::SignedIn;
use crate::accounts::session::Mode;
use crate::figures::Figures;
use crate::fragment::Fragment;
use crate::http::negotiate::{Locale, wants_page};
use crate::http::problem::{Kind, Problem};
use crate::lookout::Lookout;
use crate::shell::Shell;
use crate::submit::{Beside, Published, Submit, Unsubmitted};
use crate::views::{self, Sheet, frame};

/// Cheap to clone: one for the whole server.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The app, for those who must not keep it alive.
#[derive(Clone)]
pub struct WeakApp(Weak<Inner>);

impl WeakApp {
    pub fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(App)
    }
}

pub struct Inner {
    pub shell: Arc<Shell>,
    pub submit: Submit,
    /// The journal, for those who only read.
    pub beside: Arc<Beside>,
    pub lookout: Arc<Lookout>,
    pub zone: TimeZone,
    pub figures: Arc<Figures>,
    pub feeds: crate::calendar::Feeds,
    /// Workbooks that wait for their confirmation.
    pub uploads: crate::sheets::uploads::Uploads,
    /// The rules that propose measures.
    pub roads: Arc<crate::roads::consider::Roads>,
    /// The files of attachments.
    pub files: crate::attachments::Files,
    /// With what pushes to browsers are signed, where there are any.
    pub push: Option<Arc<crate::deliver::PushKey>>,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Handlers of accounts and health need no more than the shell.
impl FromRef<App> for Arc<Shell> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.shell)
    }
}

/// Somebody who is signed in, and how they want to be answered.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub person: PersonId,
    pub session: u64,
    /// A wall or a room's screen: it looks, and changes nothing.
    pub board_mode: bool,
    pub locale: Locale,
    pub wants_json: bool,
    /// What the sender's own clock said, where it said so; information only.
    pub said_at: Option<At>,
}

impl Viewer {
    pub const fn actor(&self) -> Actor {
        Actor::Person(self.person)
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let signed_in = SignedIn::from_request_parts(parts, &app.shell).await?;
        Ok(Self {
            person: PersonId::from_value(signed_in.person),
            session: signed_in.session,
            board_mode: signed_in.mode == Mode::Board,
            locale: Locale::of(&parts.headers, &parts.uri),
            wants_json: !wants_page(&parts.headers),
            said_at: said_at(&parts.headers),
        })
    }
}

fn said_at(headers: &HeaderMap) -> Option<At> {
    let said = headers.get("oneboard-said-at")?.to_str().ok()?;
    said.parse::<i64>()
        .ok()
        .map(At::from_millis)
        .or_else(|| said.parse::<jiff::Timestamp>().ok().map(|instant| At::from_millis(instant.as_millisecond())))
}

impl App {
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub fn downgrade(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.0))
    }

    /// The operation's clock; never behind the last entry.
    pub fn now(&self) -> At {
        self.shell.clock.now().max(self.submit.published().at)
    }

    /// Runs `view` on one state of the board, with the register open for reading.
    pub fn look<T>(&self, actor: Actor, locale: Locale, view: impl FnOnce(&Sheet<'_>) -> T) -> T {
        let published = self.submit.published();
        self.look_at(&published, actor, locale, view)
    }

    pub fn look_at<T>(
        &self,
        published: &Published,
        actor: Actor,
        locale: Locale,
        view: impl FnOnce(&Sheet<'_>) -> T,
    ) -> T {
        let sheet = Sheet {
            locale,
            published,
            register: self.submit.register().read(),
            zone: &self.zone,
            figures: &self.figures,
            actor,
            now: self.shell.clock.now().max(published.at),
        };
        view(&sheet)
    }

    /// Is this permitted?
    ///
    /// # Errors
    /// The denial in words.
    pub fn require(&self, viewer: &Viewer, action: Action, place: Place) -> Result<(), Problem> {
        let published = self.submit.published();
        match permits(&published.board, viewer.actor(), action, place, self.now()) {
            Verdict::Permitted(_) => Ok(()),
            Verdict::Denied(denial) => Err(self.refused(viewer, &denial.into())),
        }
    }

    /// The unit whose branch a list is about: the one asked for, else the widest that the viewer may do `action` in.
    ///
    /// # Errors
    /// The denial in words.
    pub fn unit_in_view(
        &self,
        viewer: &Viewer,
        action: Action,
        operation: &Operation,
        asked: Option<UnitId>,
    ) -> Result<UnitId, Problem> {
        let published = self.submit.published();
        let board = &published.board;
        let widest = || scope(board, viewer.actor(), action, self.now()).widest(&board.force);
        // Whoever may do it nowhere is told what they lack at the unit that leads the operation.
        let unit = asked.or_else(widest).unwrap_or(operation.unit);
        self.require(viewer, action, Place::Unit(unit))?;
        Ok(unit)
    }

    /// A page in the frame, with the parts of it that are live.
    pub fn page(
        &self,
        viewer: &Viewer,
        operation: Option<OperationId>,
        place: &'static str,
        title: &str,
        view: impl FnOnce(&Sheet<'_>) -> Markup,
    ) -> Response {
        self.look(viewer.actor(), viewer.locale, |sheet| {
            let main = view(sheet);
            frame::page(self, sheet, viewer, operation, place, title, &main).into_response()
        })
    }

    /// The phone's page: no navigation, one column.
    pub fn field_page(&self, viewer: &Viewer, title: &str, view: impl FnOnce(&Sheet<'_>) -> Markup) -> Response {
        self.look(viewer.actor(), viewer.locale, |sheet| {
            let main = view(sheet);
            frame::field(self, sheet, viewer, title, &main).into_response()
        })
    }

    /// One fragment as this viewer sees it.
    pub fn fragment(&self, sheet: &Sheet<'_>, fragment: Fragment) -> Markup {
        views::fragment(sheet, fragment)
    }

    /// A refusal in the reader's language, with names instead of ids.
    pub fn refused(&self, viewer: &Viewer, refusal: &Refusal) -> Problem {
        if let Refusal::Denied(denial) = refusal {
            self.shell.audits.deny(viewer.person, denial);
        }
        let kind = match refusal {
            Refusal::Denied(_) => Kind::NoPermission,
            Refusal::Operation(board::operation::Refusal::NoSuchOperation { .. })
            | Refusal::Post(board::post::Refusal::NoSuchPost { .. })
            | Refusal::Force(board::force::Refusal::NoSuchUnit { .. } | board::force::Refusal::NoSuchPerson { .. }) => {
                Kind::NotFound
            }
            _ => Kind::Refused,
        };
        Problem::new(kind).detail(self.words(viewer, refusal))
    }

    /// What a refusal says, without saying what kind of problem it is.
    pub fn words(&self, viewer: &Viewer, refusal: &Refusal) -> String {
        self.look(viewer.actor(), viewer.locale, |sheet| views::refusal::words(sheet, refusal))
    }

    pub fn unsubmitted(&self, viewer: &Viewer, fault: &Unsubmitted) -> Problem {
        match fault {
            Unsubmitted::Refused(refusal) => self.refused(viewer, refusal),
            Unsubmitted::Conflict { id, .. } | Unsubmitted::WordsTaken { id } => {
                Problem::new(Kind::Conflict).value(id.to_string())
            }
            Unsubmitted::TooLarge { size, most, .. } => {
                Problem::new(Kind::TooLarge).value(size.to_string()).expected(format!("≤ {most}"))
            }
            Unsubmitted::Overloaded | Unsubmitted::Stopping => Problem::new(Kind::Unavailable).retry_after(2),
            Unsubmitted::Journal { reason } => {
                tracing::error!(%reason, "a command was not kept");
                Problem::new(Kind::NotKept).retry_after(5)
            }
        }
    }
}
