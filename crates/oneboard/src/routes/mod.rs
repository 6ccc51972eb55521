//! Routes: one table from which the router, the JSON API, OpenAPI and the access matrix are made.
//!
//! A noun has a file here, with the same word as in `board`, `views` and the locales. Each yields its [`Route`]s; nothing is
//! served that is not in [`table`], and a route that does not say who may use it does not compile.

pub mod access;
pub mod act;
pub mod alarm;
pub mod attachment;
pub mod board;
pub mod calendar;
pub mod call_out;
pub mod checkin;
pub mod demonstration;
pub mod directive;
pub mod export;
pub mod find;
pub mod force;
pub mod interface;
pub mod live;
pub mod me;
pub mod measure;
pub mod notice;
pub mod operation;
pub mod post;
pub mod record;
pub mod roster;
pub mod section;
pub mod sheets;
pub mod task;
pub mod warning;
pub mod watch;

use ::board::access::Action;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use schemars::{Schema, SchemaGenerator};

use crate::app::App;
use crate::sign_in::step_up;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Who may use a route. Rights to what it shows or changes are asked again, by the same function, for the very object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// Anybody, signed in or not.
    Public,
    /// Everybody who is signed in; shows or changes what is their own.
    SignedIn,
    /// Those whose rights carry this action to the unit of the object that the address names.
    Needs(Action),
    /// As [`Self::SignedIn`], by somebody who has just proved who they are ([`crate::sign_in::step_up`]).
    SignedInFresh,
    /// As [`Self::Needs`], likewise: dangerous acts.
    NeedsFresh(Action),
    /// Only from this machine, and only in the demonstration.
    Demonstration,
}

impl Gate {
    /// Does it ask for a fresh proof of who one is?
    pub const fn is_fresh(self) -> bool {
        matches!(self, Self::SignedInFresh | Self::NeedsFresh(_))
    }

    /// The right that it asks for, where it is one.
    pub const fn action(self) -> Option<Action> {
        match self {
            Self::Needs(action) | Self::NeedsFresh(action) => Some(action),
            Self::Public | Self::SignedIn | Self::SignedInFresh | Self::Demonstration => None,
        }
    }
}

/// What a route is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Looks: HTML for people, JSON for programs, from one view.
    Page,
    /// Changes something, through `submit` or the accounts.
    Act,
    /// Changes an account or a session, by form alone: no program signs in on somebody's behalf.
    Form,
    /// A live stream.
    Stream,
    /// A file to take away.
    File,
    /// For machines that watch over the server.
    Machine,
}

/// The shape of something sent or answered.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The shape of a `T`.
pub fn shape<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// One line of the table.
pub struct Route {
    pub method: Method,
    /// As axum writes it: `/operations/{operation}/posts/{post}`.
    pub path: &'static str,
    pub noun: &'static str,
    /// One line for the API's reader, in English.
    pub summary: &'static str,
    pub gate: Gate,
    pub kind: Kind,
    pub body: Option<Shape>,
    pub answer: Option<Shape>,
    pub serve: fn() -> MethodRouter<App>,
}

impl Route {
    /// A page of a noun.
    pub fn page(
        noun: &'static str,
        path: &'static str,
        summary: &'static str,
        gate: Gate,
        answer: Option<Shape>,
        serve: fn() -> MethodRouter<App>,
    ) -> Self {
        Self { method: Method::Get, path, noun, summary, gate, kind: Kind::Page, body: None, answer, serve }
    }

    /// An act whose form or JSON body is read into an `A`.
    pub fn act<A: act::Act>(noun: &'static str, path: &'static str, summary: &'static str, action: Action) -> Self {
        Self {
            method: Method::Post,
            path,
            noun,
            summary,
            gate: Gate::Needs(action),
            kind: Kind::Act,
            body: Some(shape::<A>),
            answer: Some(shape::<act::Answer>),
            serve: || axum::routing::post(act::act::<A>),
        }
    }

    /// The same, by somebody who has just proved who they are: for what cannot be taken back, or opens a door.
    #[must_use]
    pub fn fresh(mut self) -> Self {
        self.gate = match self.gate {
            Gate::Needs(action) | Gate::NeedsFresh(action) => Gate::NeedsFresh(action),
            Gate::SignedIn | Gate::SignedInFresh => Gate::SignedInFresh,
            // Nobody is signed in whose proof could be asked for.
            open @ (Gate::Public | Gate::Demonstration) => open,
        };
        self
    }
}

/// Every route there is.
pub fn table() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(board::routes());
    routes.extend(post::routes());
    routes.extend(checkin::routes());
    routes.extend(roster::routes());
    routes.extend(watch::routes());
    routes.extend(directive::routes());
    routes.extend(task::routes());
    routes.extend(call_out::routes());
    routes.extend(section::routes());
    routes.extend(warning::routes());
    routes.extend(measure::routes());
    routes.extend(alarm::routes());
    routes.extend(attachment::routes());
    routes.extend(notice::routes());
    routes.extend(me::routes());
    routes.extend(force::routes());
    routes.extend(access::routes());
    routes.extend(demonstration::routes());
    routes.extend(interface::routes());
    routes.extend(operation::routes());
    routes.extend(record::routes());
    routes.extend(sheets::routes());
    routes.extend(export::routes());
    routes.extend(find::routes());
    routes.extend(calendar::routes());
    routes.extend(live::routes());
    routes.extend(crate::sign_in::routes());
    routes.extend(crate::health::routes());
    routes
}

/// The router made from the table. Whatever the table says needs a fresh proof is behind the one gate that asks for it.
pub fn router(app: &App) -> Router<App> {
    let step_up = from_fn_with_state(app.clone(), step_up::check);
    table().into_iter().fold(Router::new(), |router, route| {
        let served = (route.serve)();
        let served = if route.gate.is_fresh() { served.layer(step_up.clone()) } else { served };
        router.route(route.path, served)
    })
}
