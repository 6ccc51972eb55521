//! What a check-in costs the server: HTTP, session, rights, decision, journal with its sync, board and live topics.
//!
//! The load comes from a child process, so that its processor time is not the server's. Every request is a check-in of
//! its own that is kept as an entry. `cargo bench -p oneboard --bench checkin` prints a table and writes
//! `bench-results/checkin.json`; processor time is what Linux counted (`/proc/self/stat`, hundredths of a second).
//! Beside it, in the same run, the same requests to an axum route that reads the body and answers as many bytes without
//! doing anything: what is spent before Oneboard begins.

use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use board::access::{self, Role};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, OperationRow, Phase, Terms};
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::{Actor, AssignmentId, At, Command, Id, Label, OperationId, PersonId, Span, UnitId, post};
use oneboard::app::App;
use oneboard::clock::Clock;
use oneboard::config::Config;
use oneboard::shell::Shell;
use oneboard::submit::Submission;
use oneboard::{listen, server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const CLIENTS: [u64; 2] = [64, 1_000];
/// Check-ins of one run: two seconds at the aim, two hundred ticks of the processor's clock.
const CHECK_INS: u64 = 40_000;
const RUNS: u64 = 3;
const PER_POST: u64 = 8;
const CPU_AIM_US: f64 = 40.0;
const RATE_AIM: f64 = 20_000.0;
/// Hundredths of a second: what `/proc` counts in on every Linux.
const TICK_US: f64 = 10_000.0;
const LOAD: &str = "ONEBOARD_BENCH_LOAD";
const NOW: At = At::from_millis(1_802_523_600_000);
const BUREAU: UnitId = UnitId::from_value(1);
const OPERATION: OperationId = OperationId::from_value(2);
const OFFICER: PersonId = PersonId::from_value(3);

const fn assignment(number: u64) -> AssignmentId {
    AssignmentId::from_value(50_000_000 + number)
}

/// Processor time of this process so far, in microseconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells of processes");
    let after = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks = after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("a number"));
    ticks.sum::<f64>() * TICK_US
}

/// The child: `address cookie clients first count`, and its own processor time as the answer.
fn load(order: &str) {
    let words: Vec<&str> = order.split(' ').collect();
    let [address, cookie, clients, first, count] = words[..] else { panic!("not an order: {order}") };
    let number = |word: &str| word.parse::<u64>().expect("a number");
    let (clients, first, last) = (number(clients), number(first), number(first) + number(count));
    let next = Arc::new(AtomicU64::new(first));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..clients {
            let (address, cookie, next) = (address.to_owned(), cookie.to_owned(), Arc::clone(&next));
            tasks.push(tokio::spawn(async move {
                let mut stream = TcpStream::connect(&address).await.expect("connected");
                stream.set_nodelay(true).expect("a socket");
                let body = r#"{"act":"check_in","how":"radio"}"#;
                let mut answer = vec![0; 8192];
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= last {
                        return;
                    }
                    let request = format!(
                        "POST /operations/{OPERATION}/assignments/{}/presence HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\
                         Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                        assignment(number),
                        body.len()
                    );
                    stream.write_all(request.as_bytes()).await.expect("sent");
                    let mut filled = 0;
                    loop {
                        let read = stream.read(&mut answer[filled..]).await.expect("answered");
                        assert!(read > 0, "the server hung up");
                        filled += read;
                        if whole(&answer[..filled]) {
                            break;
                        }
                    }
                    let good = answer.starts_with(b"HTTP/1.1 200");
                    assert!(good, "{}", String::from_utf8_lossy(&answer[..filled]));
                }
            }));
        }
        for task in tasks {
            task.await.expect("a client");
        }
    });
    println!("{}", cpu());
}

/// Has the whole answer come? Ours say their length.
fn whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length =
        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
    length.is_some_and(|length| answer.len() >= end + 4 + length)
}

async fn done(app: &App, number: &mut u128, command: Command) {
    *number += 1;
    let submission = Submission { actor: Actor::Operator, id: Uuid::from_u128(*number), command, texts: Vec::new() };
    app.submit.submit(submission).await.expect("the bench's rows are valid");
}

/// A bureau with as many people and places as there are check-ins, all due now.
async fn force(app: &App, people: u64) {
    let mut sent = 0;
    let unit = UnitRow {
        id: BUREAU,
        parent: None,
        name: Label::new("Bureau", "市局"),
        callsign: "1".into(),
        channel: "1".into(),
        telephone: "1".into(),
        order: 0,
    };
    let changes = Changes { units: vec![unit], ..Changes::default() };
    done(app, &mut sent, Command::Force(force::Command::Keep(changes))).await;
    let row = |id: PersonId| PersonRow {
        id,
        unit: BUREAU,
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: "1".into(),
        number: Id::from_value(1),
        name: Id::from_value(1),
        telephone: None,
    };
    let person = |number: u64| PersonId::from_value(10_000_000 + number);
    let all: Vec<PersonRow> = std::iter::once(OFFICER).chain((0..people).map(person)).map(row).collect();
    for people in all.chunks(2_000) {
        let changes = Changes { people: people.to_vec(), ..Changes::default() };
        done(app, &mut sent, Command::Force(force::Command::Keep(changes))).await;
    }
    let (id, role, unit) = (Id::from_value(1), Role::DutyOfficer, BUREAU);
    let grant = access::Command::Grant { id, person: OFFICER, role, unit, from: None, until: None };
    done(app, &mut sent, Command::Access(grant)).await;
    let hours = |hours: i64| At::from_millis(NOW.millis() + hours * 3_600_000);
    let row = OperationRow {
        id: OPERATION,
        unit: BUREAU,
        title: Label::new("Festival", "春节安保"),
        kind: operation::Kind::Festival,
        drill: false,
        period: Span::new(hours(-24), hours(24)),
        objectives: Vec::new(),
        levels: Vec::new(),
        terms: Terms::default(),
        last: None,
    };
    done(app, &mut sent, Command::Operation(operation::Command::Plan(Box::new(row)))).await;
    let active = operation::Command::SetPhase { operation: OPERATION, phase: Phase::Active };
    done(app, &mut sent, Command::Operation(active)).await;
    for first in (0..people / PER_POST).step_by(250) {
        let numbers = first..(first + 250).min(people / PER_POST);
        let posts = numbers.clone().map(|number| post::Post {
            id: Id::from_value(30_000_000 + number),
            unit: BUREAU,
            kind: post::Kind::FixedPost,
            number: format!("P-{number}").as_str().into(),
            name: Label::new("Gate", "大门"),
            place: Label::new("Gate", "大门"),
            callsign: "1".into(),
            channel: "1".into(),
            telephone: "1".into(),
            named_leader: None,
            contact_every: None,
            cold: false,
            closed: false,
        });
        done(app, &mut sent, Command::Post(post::Command::Plan { operation: OPERATION, posts: posts.collect() })).await;
        let shifts = numbers.clone().map(|number| ShiftRow {
            id: Id::from_value(40_000_000 + number),
            post: Id::from_value(30_000_000 + number),
            span: Span::new(hours(0), hours(8)),
            required: PER_POST as u16,
            demands: Default::default(),
        });
        let rows = (numbers.start * PER_POST..numbers.end * PER_POST).map(|number| AssignmentRow {
            id: assignment(number),
            shift: Id::from_value(40_000_000 + number / PER_POST),
            person: person(number),
            duty: DutyKind::Post,
        });
        let (shifts, assignments) = (shifts.collect(), rows.collect());
        let plan = roster::Command::Plan { operation: OPERATION, shifts, assignments };
        done(app, &mut sent, Command::Roster(plan)).await;
    }
}

/// What one run took: server and client microseconds of processor per check-in, and check-ins a second.
fn run(address: &str, cookie: &str, clients: u64, first: u64) -> [f64; 3] {
    let order = format!("{address} {cookie} {clients} {first} {CHECK_INS}");
    let (before, began) = (cpu(), Instant::now());
    let mut child = Program::new(std::env::current_exe().expect("this program"));
    child.env(LOAD, order).stdout(Stdio::piped());
    let said = child.spawn().and_then(std::process::Child::wait_with_output).expect("the load runs");
    let (taken, spent) = (began.elapsed().as_secs_f64(), cpu() - before);
    assert!(said.status.success(), "the load failed");
    let client: f64 = String::from_utf8_lossy(&said.stdout).trim().parse().expect("the load's processor time");
    let count = CHECK_INS as f64;
    [spent / count, client / count, count / taken]
}

/// Answers every check-in without looking at it.
async fn idle() -> impl axum::response::IntoResponse {
    const ANSWER: &str = r#"{"position":240000,"at":"2027-02-13T18:00:00.000+08:00","repeated":false}"#;
    ([("content-type", "application/json")], ANSWER)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    if let Ok(order) = std::env::var(LOAD) {
        return load(&order);
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data: folder.path().into(), requests_per_second: 0, ..Config::default() };
    let shell = Shell::open(config, Clock::demonstration(NOW, 1, true)).expect("the shell opens");
    let (address, idle_address, cookie) = runtime.block_on(async {
        let server = server::open(Arc::clone(&shell)).expect("the journal opens");
        force(&server.app, CHECK_INS * RUNS * CLIENTS.len() as u64).await;
        let link = shell.accounts.demonstration_link(OFFICER.value(), "officer").await.expect("a link");
        let session = shell.accounts.demonstration_sign_in(&link, "bench").await.expect("a session");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        server.start();
        tokio::spawn(listen::serve(listener, server::router(&server.app), Arc::clone(&shell)));
        // It serves until the process ends.
        std::mem::forget(server);
        let route = "/operations/{operation}/assignments/{assignment}/presence";
        let nothing = axum::Router::new().route(route, axum::routing::post(|_: bytes::Bytes| idle()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let idle_address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async { axum::serve(listener, nothing).await.expect("served") });
        (address, idle_address, format!("oneboard={}", session.token))
    });
    let mut written = Vec::new();
    println!("{:<14} {:<12} {:>10} {:<6} {:>8} {:>14}", "case", "measure", "value", "unit", "aim", "nothing done");
    for (place, clients) in (0..).zip(CLIENTS) {
        let runs: Vec<[f64; 3]> =
            (0..RUNS).map(|number| run(&address, &cookie, clients, (place * RUNS + number) * CHECK_INS)).collect();
        let idle: Vec<[f64; 3]> = (0..RUNS).map(|_| run(&idle_address, &cookie, clients, 0)).collect();
        let measures = [
            ("server CPU", "µs", Some(CPU_AIM_US), "lower"),
            ("client CPU", "µs", None, "lower"),
            ("check-ins", "/s", Some(RATE_AIM), "higher"),
        ];
        for (index, (measure, unit, aim, better)) in measures.into_iter().enumerate() {
            let middle =
                |runs: &[[f64; 3]]| (median(runs.iter().map(|run| run[index]).collect()) * 10.0).round() / 10.0;
            let (value, beside) = (middle(&runs), middle(&idle));
            let case = format!("{clients} clients");
            println!(
                "{case:<14} {measure:<12} {value:>10} {unit:<6} {:>8} {beside:>14}",
                aim.map_or("-".into(), |aim| aim.to_string())
            );
            written.push(serde_json::json!({
                "bench": "checkin", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim,
                "better": better, "peers": {"axum, nothing done": beside},
            }));
        }
    }
    let folder = std::env::var_os("ONEBOARD_BENCH_RESULTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results"), PathBuf::from);
    let text = serde_json::to_string_pretty(&written).expect("rows are writable");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("checkin.json"), text))
        .expect("results are kept");
}
