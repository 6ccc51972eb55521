//! The clients of the bench: all on one thread, each with a socket of its own.

use crate::client::{Client, Line};
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Packets and bytes of a picture, for layers of about 150, 500 and 1,200 kbit/s at 30 pictures a second.
const PICTURE: [(usize, usize); 3] = [(1, 600), (2, 1_000), (5, 1_000)];
const FRAME: Duration = Duration::from_micros(33_333);
/// For estimates to find the link and layers to settle before anything is measured.
const SETTLE: Duration = Duration::from_secs(12);

#[derive(Debug)]
pub struct Found {
    pub cpu_per_packet: f64,
    pub kernel_share: f64,
    pub kib_per_receiver: f64,
    pub join_cpu_ms: f64,
    /// Percent of what was forwarded.
    pub missing: f64,
    /// 150 is the high layer, 30 the low one: what the estimates allowed.
    pub packets_per_receiver: f64,
    #[expect(dead_code, reason = "printed with the rest: what segmentation saves")]
    pub datagrams_per_send: f64,
}

struct Server {
    child: Child,
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .env("VENUE_BENCH_SERVER", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let orders = child.stdin.take().expect("its input");
        let replies = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, orders, replies }
    }

    fn ask(&mut self, order: Value) -> Value {
        writeln!(self.orders, "{order}").expect("the server reads");
        let mut line = String::new();
        self.replies.read_line(&mut line).expect("the server replies");
        serde_json::from_str(&line).expect("JSON")
    }

    /// CPU of the process so far: seconds, and the share of it in the kernel by the clock ticks.
    fn cpu(&self) -> (f64, f64, f64) {
        let folder = format!("/proc/{}", self.child.id());
        let mut nanoseconds = 0u64;
        for task in std::fs::read_dir(format!("{folder}/task")).expect("its threads").flatten() {
            let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            nanoseconds += text.split(' ').next().and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        }
        let stat = std::fs::read_to_string(format!("{folder}/stat")).expect("its figures");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (nanoseconds as f64 / 1e9, ticks(11), ticks(12))
    }

    fn resident_kib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its figures");
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|field| field.parse().ok()).unwrap_or(0.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is the child that was started here, and nothing else.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Crowd {
    poll: Poll,
    events: Events,
    clients: Vec<(Client, UdpSocket)>,
    next_frame: Option<Instant>,
}

impl Crowd {
    fn join(&mut self, server: &mut Server, lines: &[Line], viewer: bool) {
        let mut socket = UdpSocket::bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let address = socket.local_addr().expect("an address");
        let name = self.clients.len() as u8;
        let (mut client, offer) = Client::new(name, address, lines, false, Instant::now());
        let reply = server.ask(json!({"offer": offer, "viewer": viewer}));
        client.accept(reply["answer"].as_str().expect("an answer"));
        let token = Token(self.clients.len());
        self.poll.registry().register(&mut socket, token, Interest::READABLE).expect("a place in the poll");
        self.clients.push((client, socket));
        let end = Instant::now() + Duration::from_secs(20);
        while !self.clients.last().is_some_and(|(client, _)| client.connected) {
            assert!(Instant::now() < end, "client {} is not connected", self.clients.len());
            self.step();
        }
    }

    fn step(&mut self) {
        self.poll.poll(&mut self.events, Some(Duration::from_millis(1))).expect("events");
        let mut buffer = [0; 2_048];
        for event in &self.events {
            let (client, socket) = &mut self.clients[event.token().0];
            while let Ok((size, from)) = socket.recv_from(&mut buffer) {
                client.receive(Instant::now(), from, &buffer[..size]);
                talk(client, socket);
            }
        }
        let now = Instant::now();
        for (client, socket) in &mut self.clients {
            if client.deadline <= now {
                client.advance(now);
                talk(client, socket);
            }
        }
        if self.next_frame.is_some_and(|at| at <= now) {
            self.next_frame = Some(now.max(self.next_frame.unwrap_or(now)) + FRAME);
            let (client, socket) = &mut self.clients[0];
            for (layer, (packets, size)) in PICTURE.into_iter().enumerate() {
                client.picture(layer, packets, size, now);
            }
            client.advance(now);
            talk(client, socket);
        }
    }

    fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.step();
        }
    }

    fn received(&self) -> u64 {
        self.clients.iter().map(|(client, _)| client.received).sum()
    }
}

fn talk(client: &mut Client, socket: &UdpSocket) {
    client.poll(Instant::now(), |to: SocketAddr, bytes| {
        // A full loopback loses it, as a network would.
        let _ = socket.send_to(bytes, to);
    });
}

pub fn run(receivers: usize, seconds: u64) -> Found {
    let mut server = Server::start();
    let poll = Poll::new().expect("a poll");
    let mut crowd = Crowd { poll, events: Events::with_capacity(1_024), clients: Vec::new(), next_frame: None };
    crowd.join(&mut server, &[Line::SendSound, Line::SendPicture], false);
    let (memory, joins) = (server.resident_kib(), server.cpu());
    for _ in 0..receivers {
        crowd.join(&mut server, &[Line::Picture, Line::Sound], true);
    }
    let join_cpu_ms = (server.cpu().0 - joins.0) * 1e3 / receivers as f64;
    crowd.next_frame = Some(Instant::now());
    crowd.run(Duration::from_secs(1));
    server.ask(json!({"stage": 0}));
    crowd.run(SETTLE);
    let (counts, cpu, received, start) = (server.ask(json!({})), server.cpu(), crowd.received(), Instant::now());
    crowd.run(Duration::from_secs(seconds));
    let (counts_after, cpu_after) = (server.ask(json!({})), server.cpu());
    let took = start.elapsed().as_secs_f64();
    crowd.run(Duration::from_millis(300));
    let delta = |field: &str| counts_after[field].as_f64().unwrap_or(0.0) - counts[field].as_f64().unwrap_or(0.0);
    let forwarded = delta("forwarded").max(1.0);
    let (user, kernel) = (cpu_after.1 - cpu.1, cpu_after.2 - cpu.2);
    Found {
        cpu_per_packet: (cpu_after.0 - cpu.0) * 1e6 / forwarded,
        kernel_share: 100.0 * kernel / (user + kernel).max(1.0),
        kib_per_receiver: (server.resident_kib() - memory) / receivers as f64,
        join_cpu_ms,
        missing: (100.0 * (1.0 - (crowd.received() - received) as f64 / forwarded)).max(0.0),
        packets_per_receiver: forwarded / took / receivers as f64,
        datagrams_per_send: delta("datagrams") / delta("sends").max(1.0),
    }
}
