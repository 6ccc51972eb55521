//! Measures the solver: `cargo bench -p rostering -- [--seconds 10] [--seeds 1] [--threads 2] [--only 2,n030w4_1_6-2-9-1,county]`.
//!
//! Needs the shared folder beside the repository (or `ONEBOARD_SHARED`) and `python3` for the shared evaluators:
//! penalties printed here are theirs, never the solver's own. CP-SAT's stand beside as they were measured on a quiet
//! machine (`peers.csv` there): it is not run again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rostering::format::{curtois, inrc2};
use rostering::generate::{County, county};
use rostering::problem::Problem;
use rostering::repair::{absent, repair};
use rostering::solve::{Options, Solution, solve};

/// Instance, best known, aims for 10, 60 and 600 seconds (`u64::MAX`: legal is enough).
const CURTOIS: [(&str, u64, [u64; 3]); 13] = [
    ("1", 607, [607, 607, 607]),
    ("2", 828, [828, 828, 828]),
    ("3", 1_001, [1_001, 1_001, 1_001]),
    ("5", 1_143, [1_150, 1_143, 1_143]),
    ("7", 1_056, [1_100, 1_056, 1_056]),
    ("9", 439, [439, 439, 439]),
    ("10", 4_631, [4_650, 4_631, 4_631]),
    ("12", 4_040, [4_200, 4_046, 4_040]),
    ("14", 1_278, [1_450, 1_300, 1_279]),
    ("16", 3_225, [3_350, 3_240, 3_225]),
    ("18", 4_459, [5_500, 4_750, 4_480]),
    ("20", 4_769, [9_000, 5_800, 4_900]),
    ("22", 30_241, [u64::MAX, 38_000, 31_500]),
];
/// Instances of INRC-II; the week data of the other sets is combined in the same way.
const INRC2: [&str; 5] =
    ["n030w4_1_6-2-9-1", "n040w4_0_2-0-6-1", "n060w4_1_6-1-1-5", "n080w4_2_4-3-3-3", "n110w4_0_1-4-2-8"];

struct Arguments {
    seconds: f64,
    seeds: u64,
    threads: usize,
    only: Option<Vec<String>>,
}

struct Row {
    case: String,
    measure: &'static str,
    value: f64,
    unit: &'static str,
    aim: Option<f64>,
    peers: Vec<(&'static str, f64)>,
}

fn main() {
    let arguments = parse();
    let shared = std::env::var("ONEBOARD_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let mut rows = Vec::new();
    println!("| case | penalty | bound | CPU s | best known | aim | CP-SAT |\n|---|---|---|---|---|---|---|");
    for (name, best, aims) in CURTOIS {
        if wanted(&arguments, name) {
            bench_curtois(&arguments, &shared, name, best, aims, &mut rows);
        }
    }
    for name in INRC2 {
        if wanted(&arguments, name) {
            bench_inrc2(&arguments, &shared, name, &mut rows);
        }
    }
    if wanted(&arguments, "county") {
        bench_county(&arguments, &mut rows);
    }
    write(&rows);
}

fn parse() -> Arguments {
    let mut arguments = Arguments { seconds: 10.0, seeds: 1, threads: 2, only: None };
    let list: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    for pair in list.chunks(2) {
        let [name, value] = pair else { panic!("{pair:?} needs a value") };
        match name.as_str() {
            "--seconds" => arguments.seconds = value.parse().expect("--seconds takes a number"),
            "--seeds" => arguments.seeds = value.parse().expect("--seeds takes a number"),
            "--threads" => arguments.threads = value.parse().expect("--threads takes a number"),
            "--only" => arguments.only = Some(value.split(',').map(str::to_owned).collect()),
            _ => panic!("unknown option {name}"),
        }
    }
    arguments
}

fn wanted(arguments: &Arguments, name: &str) -> bool {
    arguments.only.as_ref().is_none_or(|only| only.iter().any(|one| one == name))
}

/// CPU seconds of this process so far, from the system's own account (hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn run(arguments: &Arguments, problem: &Problem, seed: u64) -> (Solution, f64) {
    let before = cpu_seconds();
    let options = Options { seconds: Some(arguments.seconds), barriers: None, threads: arguments.threads, seed };
    let solution = solve(problem, &options, &mut |_| true).expect("a published instance has a roster");
    (solution, cpu_seconds() - before)
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The evaluator's last number before the parts, or none when it calls the roster illegal.
fn evaluated(command: &mut Command, pattern: &str) -> Option<f64> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split(pattern).nth(1)?.split_whitespace().next()?.parse().ok()
}

fn bench_curtois(arguments: &Arguments, shared: &Path, name: &str, best: u64, aims: [u64; 3], rows: &mut Vec<Row>) {
    let path = shared.join(format!("data/rosters/curtois/Instance{name}.txt"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("| curtois {name} | skipped: {} is not there |||||", path.display());
        return;
    };
    let problem = curtois::read(&text).expect("a published instance reads");
    let aim = aims[if arguments.seconds < 30.0 { 0 } else { usize::from(arguments.seconds >= 300.0) + 1 }];
    let (mut penalties, mut bounds, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=arguments.seeds {
        let (solution, seconds) = run(arguments, &problem, seed);
        let out = std::env::temp_dir().join(format!("roster-{}-{name}.csv", std::process::id()));
        std::fs::write(&out, curtois::write(&problem, &solution.roster)).expect("the temporary folder can be written");
        let mut command = Command::new("python3");
        command.arg(shared.join("tools/evaluate_curtois.py")).arg(&path).arg(&out);
        penalties.push(evaluated(&mut command, "penalty").unwrap_or(f64::INFINITY));
        let _ = std::fs::remove_file(&out);
        bounds.extend(solution.bound.map(|bound| bound.value as f64));
        cpu.push(seconds);
    }
    let (penalty, bound, seconds) = (median(penalties), median(bounds), median(cpu));
    let aimed = if aim == u64::MAX { "legal".into() } else { aim.to_string() };
    let peer = cp_sat(shared, name, arguments.seconds);
    let shown = peer.map_or("not measured".into(), |peer| peer.to_string());
    println!("| curtois {name} | {penalty} | {bound} | {seconds:.1} | {best} | {aimed} | {shown} |");
    let case = format!("curtois-{name}-{}s", arguments.seconds);
    rows.push(Row {
        case: case.clone(),
        measure: "penalty",
        value: penalty,
        unit: "penalty",
        aim: (aim < u64::MAX).then_some(aim as f64),
        peers: [("best known", best as f64)].into_iter().chain(peer.map(|peer| ("CP-SAT", peer))).collect(),
    });
    rows.push(Row {
        case: case.clone(),
        measure: "bound",
        value: bound,
        unit: "penalty",
        aim: None,
        peers: Vec::new(),
    });
    rows.push(Row { case, measure: "cpu", value: seconds, unit: "s", aim: None, peers: Vec::new() });
}

/// What CP-SAT reached in 10 or 60 seconds, from the shared table of peers; none where it found nothing or was not run.
fn cp_sat(shared: &Path, name: &str, seconds: f64) -> Option<f64> {
    let column = if seconds < 30.0 { 1 } else { 2 };
    let table = std::fs::read_to_string(shared.join("data/rosters/curtois/peers.csv")).ok()?;
    let row = table.lines().map(|line| line.split(',').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
    if seconds >= 300.0 { None } else { row.get(column)?.parse().ok() }
}

fn bench_inrc2(arguments: &Arguments, shared: &Path, name: &str, rows: &mut Vec<Row>) {
    let files = inrc2::files(name).expect("a good name");
    let data = shared.join("data/rosters/inrc2");
    let folder = data.join(&files.folder);
    let text = |file: &String| std::fs::read_to_string(folder.join(file)).ok();
    let weeks: Option<Vec<String>> = files.weeks.iter().map(text).collect();
    let (Some(scenario), Some(history), Some(weeks)) = (text(&files.scenario), text(&files.history), weeks) else {
        println!("| inrc2 {name} | skipped: {} is not complete |||||", folder.display());
        return;
    };
    let problem = inrc2::read(&files, &scenario, &history, &weeks).expect("a published instance reads");
    let (solution, seconds) = run(arguments, &problem, 1);
    let out = std::env::temp_dir().join(format!("roster-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&out).expect("the temporary folder can be written");
    for (week, text) in inrc2::write(&problem, &files, &solution.roster).iter().enumerate() {
        std::fs::write(out.join(format!("sol-week{week}.txt")), text).expect("the temporary folder can be written");
    }
    let mut command = Command::new("python3");
    command.arg(shared.join("tools/evaluate_inrc2.py")).arg(&data).arg(name).arg(&out);
    let penalty = evaluated(&mut command, "feasible").unwrap_or(f64::INFINITY);
    let _ = std::fs::remove_dir_all(&out);
    let bound = solution.bound.map_or(f64::NAN, |bound| bound.value as f64);
    println!("| inrc2 {name} | {penalty} | {bound} | {seconds:.1} | | |");
    rows.push(Row {
        case: format!("inrc2-{name}-{}s", arguments.seconds),
        measure: "penalty",
        value: penalty,
        unit: "penalty",
        aim: None,
        peers: vec![("bound", bound)],
    });
}

/// One of thirteen counties of a force of 5,600: 430 people, 32 posts, 15 days.
fn bench_county(arguments: &Arguments, rows: &mut Vec<Row>) {
    let problem = county(&County { people: 430, days: 15, posts: 32, load: 62, seed: 1 });
    let started = Instant::now();
    let mut legal_after = None;
    let options = Options { seconds: Some(arguments.seconds), barriers: None, threads: arguments.threads, seed: 1 };
    let solution = solve(&problem, &options, &mut |_| {
        legal_after.get_or_insert(started.elapsed().as_secs_f64());
        true
    });
    let solution = solution.expect("the county is possible");
    let bound = solution.bound.as_ref().map_or(f64::NAN, |bound| bound.value as f64);
    let gap = 100.0 * (solution.penalty as f64 - bound) / solution.penalty.max(1) as f64;
    println!(
        "| county | {} | {bound} | gap {gap:.1} % | legal after {:.2} s | 5 % |",
        solution.penalty,
        legal_after.unwrap_or(f64::NAN)
    );
    rows.push(Row {
        case: "county".into(),
        measure: "legal after",
        value: legal_after.unwrap_or(f64::NAN),
        unit: "s",
        aim: Some(10.0),
        peers: Vec::new(),
    });
    rows.push(Row { case: "county".into(), measure: "gap", value: gap, unit: "%", aim: Some(5.0), peers: Vec::new() });
    for (count, aim) in [(1_usize, 200.0), (50, 2_000.0)] {
        let mut times = Vec::new();
        for run in 0..5 {
            let mut changed = problem.clone();
            for index in 0..count {
                absent(&mut changed, (run * 61 + index * 8) % problem.people.len(), 4..6);
            }
            let started = Instant::now();
            let repaired = repair(&changed, &solution.roster).expect("the county can be mended");
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            assert!(repaired.legal, "a mended county is legal");
        }
        let time = median(times);
        println!("| repair after {count} | {time:.0} ms | | | | {aim} ms |");
        rows.push(Row {
            case: format!("repair-{count}"),
            measure: "time",
            value: time,
            unit: "ms",
            aim: Some(aim),
            peers: Vec::new(),
        });
    }
}

fn write(rows: &[Row]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results");
    let number = |value: f64| if value.is_finite() { serde_json::json!(value) } else { serde_json::Value::Null };
    let list: Vec<_> = rows
        .iter()
        .map(|row| {
            let peers: serde_json::Map<_, _> =
                row.peers.iter().map(|&(name, value)| (name.to_owned(), number(value))).collect();
            serde_json::json!({
                "bench": "roster", "case": row.case, "measure": row.measure, "value": number(row.value),
                "unit": row.unit, "aim": row.aim.map(number), "peers": peers,
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&list).expect("plain values can be written");
    if std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join("roster.json"), text)).is_err() {
        eprintln!("{} cannot be written; the table above is all there is", folder.display());
    }
}
