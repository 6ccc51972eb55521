//! How fast the journal keeps: durable entries a second through a group-commit loop, beside its peers in the same run.
//!
//! Every case runs `RUNS` times, interleaved with the others, and medians are reported. Writes
//! `bench-results/append.json`. The rows of bare SQLite are as wide, with the same unique key and no chain, index of
//! subjects or check of the head.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use journal::sqlite::{Options, Sqlite};
use journal::{Check, Journal, NewEntry, Subject};
use serde_json::json;
use uuid::Uuid;

#[path = "../tests/support/cluster.rs"]
#[expect(dead_code, reason = "only tests cut connections")]
mod cluster;

const RUNS: usize = 3;
const SECONDS: Duration = Duration::from_secs(2);
/// As the server does it.
const GROUP: usize = 256;
const BODY: usize = 300;
const REPLAYED: u64 = 1_000_000;

#[derive(Clone, Copy)]
struct Rate {
    per_second: f64,
    p99_ms: f64,
}

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results");
    fs::create_dir_all(&out).expect("folder of results");
    // Not the system's temporary folder, which may be memory. To see what the processor alone allows, give one that is
    // (and TMPDIR for PostgreSQL): there a sync costs nothing.
    let place = std::env::var_os("ONEBOARD_BENCH_FOLDER").map_or_else(|| out.clone(), Into::into);
    let folder = tempfile::tempdir_in(place).expect("folder");
    let server = cluster::Cluster::start().inspect_err(|why| eprintln!("skipped: PostgreSQL: {why}")).ok();
    let writers = [1, 64, 256, 1000];
    let mut ours: Vec<Vec<Rate>> = vec![Vec::new(); writers.len()];
    let (mut bare, mut raw, mut postgres) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        for (index, &count) in writers.iter().enumerate() {
            ours[index].push(journal_group(&folder.path().join(format!("j{run}-{count}.sqlite")), count));
            if count == 64 {
                bare.push(bare_group(&folder.path().join(format!("b{run}.sqlite")), count));
                raw.push(raw_sync(&folder.path().join("raw")));
                if let Some(server) = &server {
                    postgres.push(postgres_rows(&server.database(&format!("rows{run}")), count));
                }
            }
        }
    }
    let (bare, raw) = (median(&bare), median(&raw));
    let postgres = (!postgres.is_empty()).then(|| median(&postgres));
    let mut rows = Vec::new();
    println!("{:28} {:>12} {:>9}", "case", "entries/s", "p99 ms");
    for (&count, runs) in writers.iter().zip(&ours) {
        let rate = median(runs);
        line(&format!("journal, {count} writers"), rate);
        let mut peers = json!({});
        let mut aim = json!(null);
        if count == 64 {
            peers = json!({"bare SQLite group commit": bare.per_second.round(), "raw 4 KiB fdatasync": raw.per_second.round()});
            if let Some(p) = postgres {
                peers["PostgreSQL, one row per commit"] = json!(p.per_second.round());
            }
            aim = json!((0.8 * bare.per_second).max(postgres.map_or(0.0, |p| 5.0 * p.per_second)).round());
        }
        rows.push(row(
            &format!("{count} writers"),
            "throughput",
            rate.per_second.round(),
            "entries/s",
            aim,
            "higher",
            peers,
        ));
        let aim = if count == 64 { json!(3.0 * raw.p99_ms) } else { json!(null) };
        let peers = json!({"raw 4 KiB fdatasync": raw.p99_ms, "bare SQLite group commit": bare.p99_ms});
        rows.push(row(&format!("{count} writers"), "p99", rate.p99_ms, "ms", aim, "lower", peers));
    }
    line("bare SQLite, 64 writers", bare);
    line("raw 4 KiB fdatasync", raw);
    if let Some(p) = postgres {
        line("PostgreSQL rows, 64 clients", p);
    }
    for (case, check) in [("1M entries, chain verified", Check::Chain), ("1M entries, not verified", Check::Nothing)] {
        let seconds = replay(&folder.path().join("replay.sqlite"), check);
        println!("replay {case}: {seconds:.2} s");
        rows.push(row(case, "replay", seconds, "s", json!(3.0), "lower", json!({})));
    }
    println!("{}", machine());
    let text = serde_json::to_string_pretty(&rows).expect("plain JSON");
    fs::write(out.join("append.json"), text).expect("results written");
}

fn row(
    case: &str,
    measure: &str,
    value: f64,
    unit: &str,
    aim: serde_json::Value,
    better: &str,
    peers: serde_json::Value,
) -> serde_json::Value {
    json!({"bench": "append", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim, "better": better, "peers": peers})
}

fn line(case: &str, rate: Rate) {
    println!("{case:28} {:>12.0} {:>9.3}", rate.per_second, rate.p99_ms);
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("machine: {cores} cores,{}, SQLite {}", model.trim_start_matches([' ', '\t', ':']), rusqlite::version())
}

fn median(runs: &[Rate]) -> Rate {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Rate {
        per_second: middle(runs.iter().map(|r| r.per_second).collect()),
        p99_ms: middle(runs.iter().map(|r| r.p99_ms).collect()),
    }
}

/// Spread over the key space, as ids from many devices are.
fn command_id(n: u64) -> Uuid {
    Uuid::from_u64_pair(n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n)
}

fn entry(n: u64) -> NewEntry {
    NewEntry {
        at: 1_700_000_000_000 + n as i64,
        sender: n % 5600,
        command_id: command_id(n),
        payload_hash: [n as u8; 32],
        schema: 1,
        body: vec![b'x'; BODY],
        subjects: [Subject { kind: 1, id: n % 420 }, Subject { kind: 2, id: n % 5600 }].into_iter().collect(),
        texts: Vec::new(),
        erase: Vec::new(),
    }
}

/// `writers` logical clients, each with one command under way, driven by one thread as an async runtime would; one
/// writer thread that takes whatever has gathered, up to [`GROUP`].
fn closed_loop(writers: usize, mut commit: impl FnMut(&[u64]) + Send) -> Rate {
    let (send, receive) = mpsc::channel::<(u64, Instant)>();
    let (answer, answered) = mpsc::channel::<Vec<(u64, Instant)>>();
    let begin = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while let Ok(first) = receive.recv() {
                let mut group = vec![first];
                group.extend(receive.try_iter().take(GROUP - 1));
                let ids: Vec<u64> = group.iter().map(|(n, _)| *n).collect();
                commit(&ids);
                if answer.send(group).is_err() {
                    return;
                }
            }
        });
        let mut next = 0;
        let mut fire = |send: &mpsc::Sender<(u64, Instant)>| {
            next += 1;
            send.send((next, Instant::now())).expect("the writer listens");
        };
        (0..writers).for_each(|_| fire(&send));
        let mut waits = Vec::new();
        while begin.elapsed() < SECONDS {
            for (_, since) in answered.recv().expect("the writer answers") {
                waits.push(since.elapsed());
                fire(&send);
            }
        }
        drop(send);
        rate(waits, begin.elapsed())
    })
}

fn rate(mut waits: Vec<Duration>, took: Duration) -> Rate {
    waits.sort_unstable();
    let p99 = waits[waits.len() * 99 / 100];
    Rate { per_second: waits.len() as f64 / took.as_secs_f64(), p99_ms: p99.as_secs_f64() * 1e3 }
}

fn journal_group(path: &Path, writers: usize) -> Rate {
    let mut journal = Sqlite::open(path, Options::default()).expect("opened");
    closed_loop(writers, move |ids| {
        let group: Vec<NewEntry> = ids.iter().map(|&n| entry(n)).collect();
        let head = journal.head();
        journal.append(&head, &group).expect("kept");
    })
}

fn bare_group(path: &Path, writers: usize) -> Rate {
    let connection = rusqlite::Connection::open(path).expect("opened");
    connection
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;
             CREATE TABLE e (seq INTEGER PRIMARY KEY, at INTEGER, sender INTEGER, id BLOB UNIQUE, payload BLOB, links BLOB, hash BLOB, body BLOB)",
        )
        .expect("made");
    closed_loop(writers, move |ids| {
        connection.execute_batch("BEGIN IMMEDIATE").expect("begun");
        let sql = "INSERT INTO e (at, sender, id, payload, links, hash, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = connection.prepare_cached(sql).expect("prepared");
        for &n in ids {
            let entry = entry(n);
            let (id, links) = (entry.command_id.as_bytes(), [0u8; 24]);
            insert
                .execute((
                    entry.at,
                    entry.sender as i64,
                    id,
                    &entry.payload_hash[..],
                    &links[..],
                    &[7u8; 32][..],
                    &entry.body,
                ))
                .expect("kept");
        }
        connection.execute_batch("COMMIT").expect("committed");
    })
}

/// Preallocated, so that only data is synced.
fn raw_sync(path: &Path) -> Rate {
    let mut file = File::create(path).expect("made");
    file.write_all(&vec![1; 64 << 20]).expect("filled");
    file.sync_all().expect("synced");
    file.rewind().expect("rewound");
    let (begin, mut waits) = (Instant::now(), Vec::new());
    while begin.elapsed() < SECONDS && waits.len() < 16_000 {
        let since = Instant::now();
        file.write_all(&[7; 4096]).expect("written");
        file.sync_data().expect("synced");
        waits.push(since.elapsed());
    }
    rate(waits, begin.elapsed())
}

fn postgres_rows(config: &str, clients: usize) -> Rate {
    let connect = || postgres::Client::connect(config, postgres::NoTls).expect("connected");
    connect()
        .batch_execute(
            "CREATE TABLE e (seq BIGSERIAL PRIMARY KEY, id BYTEA UNIQUE, payload BYTEA, hash BYTEA, body BYTEA)",
        )
        .expect("made");
    let next = AtomicU64::new(0);
    let begin = Instant::now();
    let waits = std::thread::scope(|scope| {
        let run = || {
            let mut client = connect();
            let sql = "INSERT INTO e (id, payload, hash, body) VALUES ($1, $2, $3, $4)";
            let insert = client.prepare(sql).expect("prepared");
            let mut waits = Vec::new();
            while begin.elapsed() < SECONDS {
                let id = command_id(next.fetch_add(1, Ordering::Relaxed));
                let since = Instant::now();
                client
                    .execute(&insert, &[&&id.as_bytes()[..], &&[7u8; 32][..], &&[7u8; 32][..], &vec![b'x'; BODY]])
                    .expect("kept");
                waits.push(since.elapsed());
            }
            waits
        };
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(run)).collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client ends")).collect()
    });
    rate(waits, begin.elapsed())
}

/// Seconds to read a million entries; the journal is made on the first call.
fn replay(path: &Path, check: Check) -> f64 {
    let mut journal = Sqlite::open(path, Options { unsynced: true, ..Options::default() }).expect("opened");
    while journal.head().position < REPLAYED {
        let from = journal.head().position;
        let group: Vec<NewEntry> = (from..REPLAYED.min(from + 10_000)).map(entry).collect();
        let head = journal.head();
        journal.append(&head, &group).expect("kept");
    }
    let begin = Instant::now();
    let mut bytes = 0;
    let mut visit = |entry: journal::EntryRef<'_>| {
        bytes += entry.body.len();
        ControlFlow::Continue(())
    };
    journal.for_each(1, check, &mut visit).expect("replayed");
    assert_eq!(bytes as u64, REPLAYED * BODY as u64);
    begin.elapsed().as_secs_f64()
}
