//! `live`: what one change reaching one viewer costs, at 1,000 to 10,000 viewers; nginx with nchan is fed the same ticks where it is installed.
//!
//! Three roles of one binary: the conductor, the server (a fresh process for each case, so that its memory is its own), and the load generator.
//! A delivery is one change reaching one viewer. Times are measured on every eighth viewer; the processor time is the server's alone.

mod load;
mod nchan;

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper::service::service_fn;
use live::{FragmentKey, Hub, Pulse, Seat, Viewer, Views};
use tokio::net::TcpListener;

pub const FRAGMENTS: usize = 50;
/// The fragment's HTML is about this long, as in the notes' measurements of other servers.
const HTML: usize = 300;
const WARM: Duration = Duration::from_secs(2);
const MEASURE: Duration = Duration::from_secs(6);
/// One descriptor a viewer in each process, and some of its own.
const DESCRIPTORS: u32 = 11_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(0);
    match arguments.get(1).map(String::as_str) {
        Some("load") => load::run(&arguments[2], &arguments[3], number(4) as usize),
        Some("serve") => serve(&arguments[2], number(3) as usize, number(4)),
        _ if std::env::var_os("LIVE_BENCH_INNER").is_none() => with_descriptors(),
        _ => conduct(&arguments),
    }
}

/// Starts this program again with room for its sockets.
fn with_descriptors() {
    let program = std::env::current_exe().expect("this program has a path");
    let status = Command::new("sh")
        .args(["-c", &format!("ulimit -n $(ulimit -Hn); [ $(ulimit -n) = unlimited ] || [ $(ulimit -n) -ge {DESCRIPTORS} ] || exit 77; exec \"$0\" \"$@\"")])
        .arg(program)
        .args(std::env::args().skip(1))
        .env("LIVE_BENCH_INNER", "1")
        .status()
        .expect("sh starts");
    assert_ne!(status.code(), Some(77), "the bench needs {DESCRIPTORS} open files: raise the hard limit (ulimit -Hn)");
    std::process::exit(status.code().unwrap_or(1));
}

/// What one case measured.
#[derive(Clone, Copy, Default)]
pub struct Outcome {
    pub cpu_us: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub kb: f64,
    /// Deliveries counted, as a part of those that were due.
    pub complete: f64,
}

fn conduct(arguments: &[String]) {
    let runs: usize =
        arguments.iter().find_map(|a| a.strip_prefix("--runs=")).and_then(|n| n.parse().ok()).unwrap_or(1);
    let only = arguments.iter().find_map(|a| a.strip_prefix("--only="));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let nchan = nchan::installed();
    println!(
        "live: {cores} cores, {} s a case, {runs} run(s); nginx + nchan {}",
        MEASURE.as_secs(),
        if nchan { "beside it" } else { "not installed (Debian: nginx, libnginx-mod-nchan)" }
    );
    println!(
        "{:<24} {:<14} {:>14} {:>9} {:>9} {:>9} {:>10}",
        "case", "server", "CPU µs/deliv.", "p50 ms", "p99 ms", "KB/conn.", "delivered"
    );
    let mut rows = Vec::new();
    for (viewers, rate) in [(1_000, 10), (1_000, 50), (5_000, 10), (5_000, 50), (10_000, 10), (10_000, 50)] {
        let case = format!("{viewers} viewers, {rate}/s");
        if only.is_some_and(|only| !case.contains(only)) {
            continue;
        }
        let mut measured: Vec<(&str, Outcome)> = Vec::new();
        for way in ["shards", "body", "nchan"] {
            // The response body and the peer are measured where the aim is, and nginx only where it is installed.
            if (way == "body" && viewers < 10_000) || (way == "nchan" && !(nchan && rate == 50)) {
                continue;
            }
            let outcomes: Vec<Outcome> = (0..runs)
                .map(|_| if way == "nchan" { nchan::case(viewers, rate) } else { ours(way, viewers, rate) })
                .collect();
            let outcome = median(&outcomes);
            println!(
                "{case:<24} {way:<14} {:>14.2} {:>9.0} {:>9.0} {:>9.1} {:>9.1}%",
                outcome.cpu_us,
                outcome.p50_ms,
                outcome.p99_ms,
                outcome.kb,
                outcome.complete * 100.0
            );
            measured.push((way, outcome));
        }
        rows.extend(table(&case, &measured, viewers == 10_000 && rate == 50));
    }
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench-results");
    std::fs::create_dir_all(dir).expect("bench-results can be made");
    std::fs::write(format!("{dir}/live.json"), serde_json::to_vec_pretty(&rows).expect("JSON"))
        .expect("bench-results can be written");
}

fn median(outcomes: &[Outcome]) -> Outcome {
    let middle = |of: fn(&Outcome) -> f64| {
        let mut values: Vec<f64> = outcomes.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Outcome {
        cpu_us: middle(|o| o.cpu_us),
        p50_ms: middle(|o| o.p50_ms),
        p99_ms: middle(|o| o.p99_ms),
        kb: middle(|o| o.kb),
        complete: middle(|o| o.complete),
    }
}

/// The rows of `bench-results`; only the hardest case carries the processor aim.
fn table(case: &str, measured: &[(&str, Outcome)], hardest: bool) -> Vec<serde_json::Value> {
    let Some((_, mine)) = measured.first() else { return Vec::new() };
    type Of = fn(&Outcome) -> f64;
    let measures: [(&str, &str, Option<f64>, Of); 3] = [
        ("server CPU per delivery", "µs", hardest.then_some(2.0), |o| o.cpu_us),
        ("p99", "ms", Some(400.0), |o| o.p99_ms),
        ("memory per connection", "KB", Some(20.0), |o| o.kb),
    ];
    let row = |(measure, unit, aim, of): (&str, &str, Option<f64>, Of)| {
        let peers: serde_json::Map<_, _> = measured[1..]
            .iter()
            .map(|(way, outcome)| {
                ((if *way == "body" { "response body" } else { "nginx + nchan" }).to_owned(), of(outcome).into())
            })
            .collect();
        serde_json::json!({ "bench": "live", "case": case, "measure": measure, "value": of(mine), "unit": unit, "aim": aim, "better": "lower", "peers": peers })
    };
    measures.into_iter().map(row).collect()
}

fn ours(way: &str, viewers: usize, rate: u64) -> Outcome {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args(["serve", way, &viewers.to_string(), &rate.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .expect("the server starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [cpu_us, p50_ms, p99_ms, kb, complete] = numbers[..] else { panic!("the server said {text:?}") };
    Outcome { cpu_us, p50_ms, p99_ms, kb, complete }
}

/// When each fragment changed last, and how often in all.
#[derive(Default)]
pub struct Changes {
    pub last: Mutex<Vec<(u64, u128)>>,
    pub count: AtomicU64,
}

impl Changes {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { last: Mutex::new(vec![(0, now()); FRAGMENTS]), count: AtomicU64::new(0) })
    }

    /// The next change; returns the fragment's number.
    pub fn next(&self) -> usize {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let fragment = count as usize % FRAGMENTS;
        self.last.lock().expect("no panic under it")[fragment] = (count / FRAGMENTS as u64 + 1, now());
        fragment
    }

    pub fn html(&self, fragment: usize) -> String {
        let (seq, at) = self.last.lock().expect("no panic under it")[fragment];
        let mut html = format!("<p id=f{fragment} data-mark={seq:010}:{at:020};>");
        html.extend(std::iter::repeat_n('x', HTML.saturating_sub(html.len())));
        html
    }
}

pub fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos()
}

/// The server's role: one case, one line of numbers.
fn serve(way: &str, viewers: usize, rate: u64) {
    let changes = Changes::new();
    let state = changes.clone();
    let hub = Hub::start(Views {
        render: Box::new(move |keys| {
            keys.iter().map(|key| Some(state.html(key.fragment[1..].parse().unwrap_or(0)))).collect()
        }),
        at: Box::new(|| "{\"clock\":\"20:04\"}".into()),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let address = listen(&runtime, &hub, way == "body");
    let before = kilobytes(std::process::id());
    let mut load = start_load(address, "/live", viewers);
    while hub.stats().viewers < viewers as u64 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let dirty = |fragment: usize| hub.dirty([&*format!("f{fragment}")]);
    let made = measure(&mut load, rate, &[std::process::id()], &changes, dirty);
    print(made.0, &made.1, viewers, before);
    drop(runtime);
}

fn listen(runtime: &tokio::runtime::Runtime, hub: &Hub, as_body: bool) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("bound");
    let (serving, answering) = (hub.clone(), hub.clone());
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let set =
            (0..FRAGMENTS).map(|f| FragmentKey { fragment: format!("f{f}").into(), grants: 1, language: 0 }).collect();
        let viewer = Viewer {
            session: u64::from(session(&request)),
            set,
            have: Vec::new(),
            refused: Vec::new(),
            pulse: Pulse::Second,
        };
        let seat = request.extensions().get::<Seat>().filter(|_| !as_body);
        let answer = live::answer(&answering, viewer, seat).expect("room for all");
        async move { Ok::<_, Infallible>(answer) }
    });
    runtime.spawn(live::serve(listener, serving, service, |_, _| {}, std::future::pending()));
    address
}

/// Every connection is its own session: the number the load generator puts into the query.
fn session(request: &hyper::Request<hyper::body::Incoming>) -> u32 {
    request.uri().query().and_then(|query| query.parse().ok()).unwrap_or(0)
}

pub struct Load {
    child: std::process::Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

pub fn start_load(address: SocketAddr, path: &str, viewers: usize) -> Load {
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(program)
        .args(["load", &address.to_string(), path, &viewers.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the load generator starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    Load { child, lines }
}

pub struct Made {
    pub changes: u64,
    pub cpu_us: u64,
    pub kilobytes: u64,
}

/// Makes changes at the rate; counts from the end of warming up; returns what was made and what the load generator saw.
pub fn measure(
    load: &mut Load,
    rate: u64,
    servers: &[u32],
    changes: &Changes,
    mut dirty: impl FnMut(usize),
) -> (Made, Vec<f64>) {
    use std::io::Write;
    let step = Duration::from_nanos(1_000_000_000 / rate);
    let start = Instant::now();
    let mut due = start;
    let mut began: Option<(u64, u64)> = None;
    while start.elapsed() < WARM + MEASURE {
        if began.is_none() && start.elapsed() >= WARM {
            writeln!(load.child.stdin.as_mut().expect("piped"), "begin").expect("the load generator listens");
            began = Some((changes.count.load(Ordering::Relaxed), cpu(servers)));
        }
        dirty(changes.next());
        due += step;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    let (count, used) = began.expect("the case is longer than its warming up");
    let made = Made {
        changes: changes.count.load(Ordering::Relaxed) - count,
        cpu_us: cpu(servers) - used,
        kilobytes: servers.iter().map(|pid| kilobytes(*pid)).sum(),
    };
    // The last tick is under way; it belongs to the changes counted.
    std::thread::sleep(Duration::from_millis(500));
    drop(load.child.stdin.take());
    let line = load.lines.next().expect("an answer").expect("UTF-8");
    load.child.wait().expect("ended");
    (made, line.split_whitespace().filter_map(|word| word.parse().ok()).collect())
}

pub fn outcome(made: &Made, seen: &[f64], viewers: usize, before: u64) -> Outcome {
    let due = (made.changes * viewers as u64) as f64;
    let deliveries = seen[0] * load::SAMPLE as f64;
    Outcome {
        cpu_us: made.cpu_us as f64 / deliveries,
        p50_ms: seen[1],
        p99_ms: seen[2],
        kb: made.kilobytes.saturating_sub(before) as f64 / viewers as f64,
        complete: deliveries / due,
    }
}

fn print(made: Made, seen: &[f64], viewers: usize, before: u64) {
    let o = outcome(&made, seen, viewers, before);
    println!("{} {} {} {} {}", o.cpu_us, o.p50_ms, o.p99_ms, o.kb, o.complete);
}

/// User and system time of the processes, in microseconds, from /proc (clock ticks of 10 ms).
pub fn cpu(servers: &[u32]) -> u64 {
    let one = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields: Vec<u64> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|f| f.parse().ok())
            .collect();
        fields.iter().sum::<u64>() * 10_000
    };
    servers.iter().map(one).sum()
}

pub fn kilobytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}
