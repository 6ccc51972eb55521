//! Measures paper: `cargo bench -p paper --features pdf`. Twenty pages with twelve charts as PDF and as DOCX, and back.

use std::path::PathBuf;
use std::time::Instant;

use paper::Language;
use paper::chart::{Cell, Chart, Course, Curve, Matrix, Plot, Receipts, Series, State};
use paper::document::{Block, Document, Figures, Level, Signature, Table, Text};

/// Runs of each case; the median is given.
const RUNS: usize = 5;

const CHARTS: u32 = 12;

fn main() {
    let (document, figures) = (summary(), figures());
    let mut rows = Vec::new();
    let mut row = |case: &str, measure: &str, value: f64, unit: &str, aim: Option<f64>| {
        println!("{case:<34} {measure:<12} {value:>10.1} {unit}");
        let aim = aim.map_or_else(String::new, |aim| format!(", \"aim\": {aim}"));
        rows.push(format!(
            "{{\"bench\": \"paper\", \"case\": \"{case}\", \"measure\": \"{measure}\", \"value\": {value:.1}, \"unit\": \"{unit}\", \"better\": \"lower\"{aim}}}"
        ));
    };
    let (first, pdf) = timed(|| paper::pdf::write(&document, &figures));
    match pdf {
        Ok(pdf) => {
            // The first one unpacks and parses the fonts.
            row("PDF, the first", "time", first.0, "ms", Some(2_000.0));
            row("PDF, the first", "CPU", first.1, "ms", None);
            let again = median(|| paper::pdf::write(&document, &figures).is_ok());
            row("PDF, the same again", "time", again.0, "ms", None);
            let others = median_of(|run| {
                let mut other = document.clone();
                other.title = format!("{} {run}", other.title);
                other.blocks.insert(0, Block::paragraph(format!("第{run}稿")));
                paper::pdf::write(&other, &figures).is_ok()
            });
            row("PDF, changed", "time", others.0, "ms", Some(2_000.0));
            row("PDF, changed", "CPU", others.1, "ms", None);
            row("PDF", "pages", pdf.pages as f64, "pages", None);
            row("PDF", "size", pdf.bytes.len() as f64 / 1024.0, "KiB", None);
        }
        Err(fault) => println!("PDF: {fault}"),
    }
    let docx = paper::docx::write(&document, &figures).expect("the document of the bench fits");
    let (time, cpu) = median(|| paper::docx::write(&document, &figures).is_ok());
    row("DOCX out, charts as PNG and SVG", "time", time, "ms", None);
    row("DOCX out, charts as PNG and SVG", "CPU", cpu, "ms", None);
    row("DOCX", "size", docx.len() as f64 / 1024.0, "KiB", None);
    let (time, _) = median(|| paper::docx::read(&docx).is_ok_and(|read| read.document == document.cleaned()));
    row("DOCX in", "time", time, "ms", None);
    let (time, _) = median(|| figures.values().map(|chart| chart.svg().len()).sum::<usize>() > 0);
    row("12 charts as SVG", "time", time, "ms", None);
    if let Some(folder) = std::env::var_os("ONEBOARD_BENCH_RESULTS") {
        let file = PathBuf::from(folder).join("paper.json");
        std::fs::write(&file, format!("[{}]\n", rows.join(",\n"))).expect("the folder for results can be written");
    }
}

/// Milliseconds of wall time and of the process's CPU time, and the answer.
fn timed<T>(work: impl FnOnce() -> T) -> ((f64, f64), T) {
    let (start, cpu) = (Instant::now(), cpu_ms());
    let answer = work();
    ((start.elapsed().as_secs_f64() * 1_000.0, cpu_ms() - cpu), answer)
}

fn median(work: impl Fn() -> bool) -> (f64, f64) {
    median_of(|_| work())
}

fn median_of(work: impl Fn(usize) -> bool) -> (f64, f64) {
    let mut runs: Vec<(f64, f64)> = (0..RUNS)
        .map(|run| {
            let (taken, good) = timed(|| work(run));
            assert!(good, "a run of the bench failed");
            taken
        })
        .collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    runs[RUNS / 2]
}

/// User and system time of this process, from the kernel's account in ticks of 10 ms.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<i64> = after_name.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    fields.get(10..12).map_or(0.0, |times| times.iter().sum::<i64>() as f64 * 10.0)
}

/// Ten sections, each with prose, a list, a table and a chart or two.
fn summary() -> Document {
    let mut document = Document::new(Language::Chinese, "2027年春节安保工作总结");
    document.issuer = "龙东市公安局".into();
    document.number = "龙公发〔2027〕3号".into();
    document.addressee = "各县（分）局".into();
    let sentence = "全市公安机关认真落实上级部署，坚持领导带班、民警上岗、辅警协助，雪夜值守不断档，各检查站（卡点）严格交接班制度。";
    for section in 0..10u32 {
        document.blocks.push(Block::heading(Level::One, format!("第{section}部分工作情况")));
        for part in 0..2u32 {
            document.blocks.push(Block::heading(Level::Two, format!("第{part}方面")));
            let text = Text::new(sentence.repeat(3))
                .strong(format!("共{}人次", section * 100 + part))
                .note(format!("条目{section}至{part}"), None);
            document.blocks.push(Block::Paragraph(text));
        }
        document.blocks.push(Block::List { ordered: true, items: vec![sentence.into(), sentence.into()] });
        let rows =
            (0..8).map(|row| (0..5).map(|column| Text::from(format!("{}", row * 7 + column))).collect()).collect();
        let head = ["单位", "应到", "实到", "漏岗", "脱岗"].map(Text::from).into();
        document.blocks.push(Block::Table(Table { caption: "各单位情况".into(), head, rows }));
        for chart in (0..CHARTS).filter(|chart| chart % 10 == section) {
            document.blocks.push(Block::Figure { chart: format!("chart-{chart}"), caption: format!("图{chart}") });
        }
    }
    document.signature =
        Some(Signature { by: "龙东市公安局".into(), date: Some(jiff::civil::date(2027, 2, 20)) });
    document
}

fn figures() -> Figures {
    let values = |base: u32, every: u32| (0..96).map(move |step| Some(base - (step * every) % 23));
    let chart = |number: u32| {
        let plot = match number % 4 {
            0 => Plot::Strip(
                Course::new(
                    (0..96).map(|step| format!("{:02}:{:02}", step / 4, step % 4 * 15)),
                    Series::new("在岗", values(418, 7)),
                )
                .before(Series::new("上年", values(396, 5)))
                .required(Series::new("应到", vec![Some(420); 96])),
            ),
            1 => Plot::Hours(Course::new(
                (0..24).map(|hour| format!("{hour:02}:00")),
                Series::new("在岗", values(418, 3).take(24)),
            )),
            2 => {
                let points = |late: u32| (1..240).map(move |step| (step * late, 420 - 420 / (step + 1))).collect();
                let curve = |name: &str, late| Curve { name: name.into(), before: false, points: points(late) };
                Plot::Receipts(Receipts {
                    asked: 420,
                    until: 240,
                    curves: vec![curve("已签收", 1), curve("已完成", 2)],
                })
            }
            _ => {
                let cells =
                    |row: u32| (0..15).map(move |day| Cell::new(Some((row * day) % 9), State::Normal)).collect();
                let rows = (0..14).map(|row| (format!("第{row}县公安局"), cells(row))).collect();
                Plot::Matrix(Matrix { columns: (1..=15).map(|day| format!("2月{day}日")).collect(), rows })
            }
        };
        let key = format!("chart-{number}");
        (key.clone(), Chart::new(&key, Language::Chinese, "图表", plot))
    };
    (0..CHARTS).map(chart).collect()
}
