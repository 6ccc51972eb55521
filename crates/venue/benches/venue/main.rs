//! What forwarding costs: one publisher of three layers, many receivers on loopback, the server in a process of its own.
//!
//! `VENUE_RECEIVERS=50,100` chooses the sizes, `VENUE_SECONDS=10` the span. The CPU is the server process's alone, read from
//! the kernel; wall time means little on a busy machine. Estimation and repeats are on.

#[expect(dead_code, reason = "the tests look closer at what arrives")]
#[path = "../../tests/common/client.rs"]
mod client;
mod floor;
mod load;
mod server;

use serde_json::{Value, json};

/// CPU microseconds per forwarded packet at 200 receivers.
const AIM_CPU: f64 = 4.0;
/// KiB of the server for each receiver.
const AIM_MEMORY: f64 = 400.0;
/// Milliseconds of the server's CPU for a join, DTLS included.
const AIM_JOIN: f64 = 50.0;

fn main() {
    if std::env::var_os("VENUE_BENCH_SERVER").is_some() {
        return server::run();
    }
    let list = std::env::var("VENUE_RECEIVERS").unwrap_or_else(|_| "50,100,200".into());
    let receivers: Vec<usize> = list.split(',').filter_map(|count| count.trim().parse().ok()).collect();
    let seconds = std::env::var("VENUE_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let floor = floor::send();
    println!("bare sends of five datagrams of 1,000 bytes, cut by the kernel: {floor:.2} µs CPU each datagram");
    let mut rows = Vec::new();
    for count in receivers {
        let found = load::run(count, seconds);
        println!("{count} receivers: {found:?}");
        let case = format!("{count} receivers");
        let row = |measure: &str, value: f64, unit: &str, aim: Option<f64>| -> Value {
            json!({"bench": "venue", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim, "better": "lower"})
        };
        let mut cpu = row("CPU per forwarded packet", found.cpu_per_packet, "µs", Some(AIM_CPU));
        cpu["peers"] = json!({"bare sends, five in one": floor});
        rows.push(cpu);
        rows.push(row("packets per receiver and second", found.packets_per_receiver, "1/s", None));
        rows.push(row("of it in the kernel", found.kernel_share, "%", None));
        rows.push(row("memory per receiver", found.kib_per_receiver, "KiB", Some(AIM_MEMORY)));
        rows.push(row("CPU per join", found.join_cpu_ms, "ms", Some(AIM_JOIN)));
        rows.push(row("packets not delivered", found.missing, "%", None));
    }
    println!(
        "Janus beside it: not measured here; the notes of the design have 46 µs (default) and 28 µs (event_loops=2) on this kind of machine"
    );
    if let Some(folder) = std::env::var_os("ONEBOARD_BENCH_RESULTS") {
        let file = std::path::Path::new(&folder).join("venue.json");
        std::fs::write(&file, Value::Array(rows).to_string()).expect("the results can be written");
    }
}
