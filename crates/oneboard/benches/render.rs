//! How long the board and the posts take to render, and what the board page weighs, for a force of 5,600 and of 50,000.
//!
//! The force is built through `submit`, as any other; the pages are those that the routes answer with. `cargo bench -p
//! oneboard --bench render` prints a table and writes `bench-results/render.json`: per case the 99th percentile of
//! [`RUNS`] renderings, beside the median.

use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use board::access::{self, Role};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, Kind, OperationRow, Phase, Terms};
use board::post::Post;
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::watch;
use board::{
    Actor, AssignmentId, At, Command, CommandId, Id, Label, Minutes, OperationId, PersonId, PostId, ShiftId, Span,
    UnitId, checkin, post,
};
use oneboard::app::{App, Viewer};
use oneboard::clock::Clock;
use oneboard::config::Config;
use oneboard::fragment::{Fragment, Show};
use oneboard::http::negotiate::{Language, Locale};
use oneboard::server::{self, Server};
use oneboard::shell::Shell;
use oneboard::submit::{Submission, Text, TextKind, text_id};
use oneboard::{figures, views};
use uuid::Uuid;

const RUNS: usize = 500;
const PAGE_AIM_MS: f64 = 5.0;
const FRAGMENT_AIM_MS: f64 = 1.0;
const BYTES_AIM_KB: f64 = 60.0;
/// Rows in one command: far below what an entry may hold.
const AT_ONCE: usize = 2_000;
const OPERATION: OperationId = OperationId::from_value(9);
/// Yesterday's and tonight's shift and the next.
const SHIFTS: u64 = 3;
const PER_SHIFT: u64 = 2;

/// A force to render.
struct Size {
    people: u64,
    counties: u64,
    units: u64,
    posts: u64,
}

const SIZES: [Size; 2] = [
    Size { people: 5_600, counties: 8, units: 112, posts: 420 },
    Size { people: 50_000, counties: 20, units: 1_000, posts: 3_750 },
];

/// Nine in the evening of a winter's day in China.
fn now() -> At {
    At::from_millis(1_802_523_600_000)
}

fn mint<T>(kind: u128, number: u64) -> Id<T> {
    Id::mint(CommandId(kind), number as u32)
}
fn unit(number: u64) -> UnitId {
    mint(1, number)
}
fn person(number: u64) -> PersonId {
    mint(2, number)
}
fn post_id(number: u64) -> PostId {
    mint(3, number)
}
fn shift(number: u64) -> ShiftId {
    mint(4, number)
}
fn assignment(number: u64) -> AssignmentId {
    mint(5, number)
}

/// Sends commands one after another, as the machine's operator.
struct Hand<'a> {
    app: &'a App,
    sent: u128,
}

impl Hand<'_> {
    fn done(&mut self, command: Command, words: &[(TextKind, String)]) {
        self.sent += 1;
        let id = Uuid::from_u128(self.sent);
        let texts = words.iter().enumerate();
        let texts = texts.map(|(n, (kind, body))| Text { id: text_id(id, n as u32), kind: *kind, body: body.clone() });
        let submission = Submission { actor: Actor::Operator, id, command, texts: texts.collect() };
        self.app.submit.submit_blocking(submission).expect("the bench's rows are valid");
    }

    /// The id of the `n`-th text of the next command.
    fn next_text(&self, n: usize) -> board::TextId {
        text_id(Uuid::from_u128(self.sent + 1), n as u32)
    }

    fn force(&mut self, size: &Size) {
        let above = |number: u64| match number {
            0 => None,
            number if number <= size.counties => Some(unit(0)),
            station => Some(unit(1 + station % size.counties)),
        };
        let row = |number: u64| UnitRow {
            id: unit(number),
            parent: above(number),
            name: Label::new(&format!("Station {number} at the pass"), &format!("关口第{number}派出所")),
            callsign: format!("Longdong {number}").as_str().into(),
            channel: "3".into(),
            telephone: "0934-000000".into(),
            order: number as u32,
        };
        let units = (0..size.units).map(row).collect();
        self.done(Command::Force(force::Command::Keep(Changes { units, ..Changes::default() })), &[]);
        for first in (0..size.people).step_by(AT_ONCE) {
            let numbers = first..(first + AT_ONCE as u64).min(size.people);
            let row = |number: u64| PersonRow {
                id: person(number),
                unit: unit(number % size.units),
                grade: Grade::Officer,
                qualifications: Default::default(),
                callsign: format!("Longdong {number}").as_str().into(),
                number: self.next_text(2 * (number - first) as usize + 1),
                name: self.next_text(2 * (number - first) as usize),
                telephone: None,
            };
            let people = numbers.clone().map(row).collect();
            let words: Vec<_> = numbers
                .flat_map(|number| {
                    [(TextKind::Name, format!("王建国{number}")), (TextKind::StaffNumber, format!("L{number:06}"))]
                })
                .collect();
            self.done(Command::Force(force::Command::Keep(Changes { people, ..Changes::default() })), &words);
        }
        let leads = access::Command::Grant {
            id: Id::from_value(1),
            person: person(0),
            role: Role::Leader,
            unit: unit(0),
            from: None,
            until: None,
        };
        self.done(Command::Access(leads), &[]);
    }

    fn operation(&mut self, size: &Size) {
        let row = OperationRow {
            id: OPERATION,
            unit: unit(0),
            title: Label::new("Spring Festival", "春节安保"),
            kind: Kind::Festival,
            drill: false,
            period: Span::new(now().minus(Minutes(5 * 24 * 60)), now().plus(Minutes(10 * 24 * 60))),
            objectives: Vec::new(),
            levels: Vec::new(),
            terms: Terms::default(),
            last: None,
        };
        self.done(Command::Operation(operation::Command::Plan(Box::new(row))), &[]);
        let row = |number: u64| Post {
            id: post_id(number),
            unit: unit(number % size.units),
            kind: post::Kind::Checkpoint,
            number: format!("HS-{number:04}").as_str().into(),
            name: Label::new("Toll plaza east", "东收费站"),
            place: Label::new("K1234+500", "K1234+500"),
            callsign: format!("Longdong {number}").as_str().into(),
            channel: "3".into(),
            telephone: "0934-000000".into(),
            named_leader: None,
            contact_every: Some(Minutes(60)),
            cold: false,
            closed: false,
        };
        let posts: Vec<Post> = (0..size.posts).map(row).collect();
        for posts in posts.chunks(AT_ONCE) {
            let posts = posts.to_vec();
            self.done(Command::Post(post::Command::Plan { operation: OPERATION, posts }), &[]);
        }
        // Eight and twenty hours: the day before, the night, the day after.
        let first = now().minus(Minutes(13 * 60));
        let row = |number: u64| {
            let from = first.plus(Minutes((number % SHIFTS) as u32 * 720));
            ShiftRow {
                id: shift(number),
                post: post_id(number / SHIFTS),
                span: Span::new(from, from.plus(Minutes(720))),
                required: PER_SHIFT as u16,
                demands: Default::default(),
            }
        };
        let shifts: Vec<ShiftRow> = (0..size.posts * SHIFTS).map(row).collect();
        for shifts in shifts.chunks(AT_ONCE) {
            let (shifts, assignments) = (shifts.to_vec(), Vec::new());
            self.done(Command::Roster(roster::Command::Plan { operation: OPERATION, shifts, assignments }), &[]);
        }
        let row = |number: u64| AssignmentRow {
            id: assignment(number),
            shift: shift(number / PER_SHIFT),
            person: person(number),
            duty: DutyKind::Post,
        };
        let assignments: Vec<AssignmentRow> = (0..size.posts * SHIFTS * PER_SHIFT).map(row).collect();
        for assignments in assignments.chunks(AT_ONCE) {
            let (shifts, assignments) = (Vec::new(), assignments.to_vec());
            self.done(Command::Roster(roster::Command::Plan { operation: OPERATION, shifts, assignments }), &[]);
        }
        self.done(Command::Operation(operation::Command::SetPhase { operation: OPERATION, phase: Phase::Active }), &[]);
    }

    /// A bad night: one post in forty is unmanned, one in ten short.
    fn night(&mut self, size: &Size) {
        while self.app.submit.published().board.next_timer().is_some_and(|due| due <= now()) {
            self.done(Command::PassTime, &[]);
        }
        for post in (0..size.posts).filter(|post| post % 40 != 0) {
            let stand = if post % 10 == 0 { 1 } else { PER_SHIFT };
            for place in 0..stand {
                let command = checkin::Command::CheckIn {
                    operation: OPERATION,
                    assignment: assignment((post * SHIFTS + 1) * PER_SHIFT + place),
                    relieves: None,
                    how: checkin::How::Radio,
                    claimed: None,
                };
                self.done(Command::Checkin(command), &[]);
            }
        }
        for line in 0..150 {
            let command = watch::Command::Write {
                unit: unit(0),
                kind: watch::Kind::Message,
                operation: Some(OPERATION),
                callsign: "Longdong 12".into(),
                post: None,
                words: self.next_text(0),
                by_order_of: None,
            };
            let words = format!("收费站出口排队约{line}00米,已加开一条车道。");
            self.done(Command::Watch(command), &[(TextKind::Words, words)]);
        }
        // A day of samples, each taken anew, as they are in life.
        let published = self.app.submit.published();
        for quarter in (0..figures::course::SAMPLES as u32).rev() {
            let then = now().minus(Minutes(quarter * figures::course::QUARTER.0));
            self.app.figures.pass(&published.board, then);
        }
    }
}

/// The 99th percentile and the median of [`RUNS`] renderings, in milliseconds.
fn timed(mut render: impl FnMut() -> usize) -> (f64, f64) {
    black_box(render());
    let run = |_| {
        let start = Instant::now();
        black_box(render());
        start.elapsed().as_secs_f64() * 1e3
    };
    let mut runs: Vec<f64> = (0..RUNS).map(run).collect();
    runs.sort_by(f64::total_cmp);
    (runs[RUNS * 99 / 100], runs[RUNS / 2])
}

fn gzip(bytes: &[u8]) -> usize {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("a vector takes everything");
    packed.finish().expect("a vector takes everything").len()
}

struct Row {
    case: String,
    measure: &'static str,
    value: f64,
    unit: &'static str,
    aim: Option<f64>,
}

fn keep(rows: &mut Vec<Row>, case: String, (p99, median): (f64, f64), aim: f64) {
    rows.push(Row { case: case.clone(), measure: "p99", value: p99, unit: "ms", aim: Some(aim) });
    rows.push(Row { case, measure: "median", value: median, unit: "ms", aim: None });
}

fn measure(app: &App, size: &Size, runtime: &tokio::runtime::Runtime, rows: &mut Vec<Row>) {
    let root = unit(0);
    let fragments = [
        ("figures", Fragment::Figures(OPERATION)),
        ("units", Fragment::Units(OPERATION)),
        ("night", Fragment::Night(OPERATION)),
        ("log", Fragment::Log(root)),
        ("posts, exceptions", Fragment::Posts { operation: OPERATION, unit: root, show: Show::Exceptions }),
        ("posts, all", Fragment::Posts { operation: OPERATION, unit: root, show: Show::All }),
    ];
    let force = format!("{} people", size.people);
    for language in [Language::En, Language::ZhCn] {
        let locale = Locale { language, ..Locale::default() };
        let actor = Actor::Person(person(0));
        for (name, fragment) in fragments {
            let render = || app.look(actor, locale, |sheet| views::fragment(sheet, fragment).into_string().len());
            keep(rows, format!("{force}, fragment {name}, {}", language.tag()), timed(render), FRAGMENT_AIM_MS);
        }
        let viewer =
            Viewer { person: person(0), session: 1, board_mode: false, locale, wants_json: false, said_at: None };
        let board =
            || app.page(&viewer, Some(OPERATION), "board", "Board", |sheet| views::board::page(sheet, OPERATION));
        let posts = || {
            app.page(&viewer, Some(OPERATION), "posts", "Posts", |sheet| {
                views::post::list(sheet, OPERATION, root, Show::Exceptions)
            })
        };
        keep(
            rows,
            format!("{force}, page board, {}", language.tag()),
            timed(|| usize::from(board().status().as_u16())),
            PAGE_AIM_MS,
        );
        keep(
            rows,
            format!("{force}, page posts, {}", language.tag()),
            timed(|| usize::from(posts().status().as_u16())),
            PAGE_AIM_MS,
        );
        let page = runtime.block_on(axum::body::to_bytes(board().into_body(), usize::MAX)).expect("a page in memory");
        let files = [interface::APP_CSS, interface::LIVE_JS, interface::WORKER_JS];
        let files = files.iter().filter_map(|path| interface::asset(path)).map(|asset| asset.gzip.len());
        let all = gzip(&page) + files.sum::<usize>();
        let case = format!("{force}, board page with style and scripts, {}", language.tag());
        rows.push(Row { case, measure: "gzip", value: all as f64 / 1024.0, unit: "KB", aim: Some(BYTES_AIM_KB) });
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut rows = Vec::new();
    for size in &SIZES {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { data: folder.path().into(), time_zone: "Asia/Shanghai".into(), ..Config::default() };
        let shell = Shell::open(config, Clock::demonstration(now(), 1, true)).expect("the shell opens");
        let server: Server = runtime.block_on(async { server::open(shell) }).expect("the journal opens");
        let mut hand = Hand { app: &server.app, sent: 0 };
        hand.force(size);
        hand.operation(size);
        hand.night(size);
        measure(&server.app, size, &runtime, &mut rows);
        server.close();
    }
    println!("{:<64} {:<8} {:>8} {:<4} {:>6}", "case", "measure", "value", "unit", "aim");
    let mut written = Vec::new();
    for Row { case, measure, value, unit, aim } in rows {
        let value = (value * 1000.0).round() / 1000.0;
        println!("{case:<64} {measure:<8} {value:>8} {unit:<4} {:>6}", aim.map_or("-".into(), |aim| aim.to_string()));
        written.push(serde_json::json!({
            "bench": "render", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim,
            "better": "lower", "peers": {},
        }));
    }
    let folder = std::env::var_os("ONEBOARD_BENCH_RESULTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results"), PathBuf::from);
    let text = serde_json::to_string_pretty(&written).expect("rows are writable");
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("render.json"), text)).expect("results are kept");
}
