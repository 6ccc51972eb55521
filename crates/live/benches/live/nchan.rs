//! The peer: nginx with nchan, given every 100 ms the same block that our server would have written.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Changes, Outcome, kilobytes, measure, outcome, start_load};

const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";

pub fn installed() -> bool {
    std::path::Path::new(MODULE).exists()
        && Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

struct Nginx {
    master: Child,
    workers: Vec<u32>,
    _dir: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master takes its workers with it on SIGTERM; the pid is the child we started.
        let _ = Command::new("kill").args(["-TERM", &self.master.id().to_string()]).status();
        let _ = self.master.wait();
    }
}

fn start(port: u16) -> Nginx {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().display();
    let config = format!(
        "load_module {MODULE}; daemon off; worker_processes auto; pid {root}/pid; error_log {root}/error.log;
events {{ worker_connections 10500; }}
http {{ access_log off; client_body_temp_path {root}; proxy_temp_path {root}; fastcgi_temp_path {root}; uwsgi_temp_path {root}; scgi_temp_path {root};
  nchan_shared_memory_size 128m;
  server {{ listen 127.0.0.1:{port} backlog=8192;
    location = /publish {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 4; nchan_message_timeout 5s; client_body_buffer_size 1m; client_max_body_size 4m; }}
    location = /live {{ nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }} }} }}"
    );
    let path = dir.path().join("nginx.conf");
    std::fs::write(&path, config).expect("written");
    let master = Command::new("nginx")
        .args(["-e", "stderr", "-c"])
        .arg(&path)
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx starts");
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    // The master answers before its workers do; they are the processes whose parent it is.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut workers = Vec::new();
    while workers.len() < cores {
        std::thread::sleep(Duration::from_millis(20));
        workers = children(master.id());
    }
    Nginx { master, workers, _dir: dir }
}

fn children(parent: u32) -> Vec<u32> {
    let of = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let all = std::fs::read_dir("/proc").expect("Linux").flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| of(*pid) == Some(parent)).collect()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn publish(connection: &mut TcpStream, body: &str) {
    write!(connection, "POST /publish HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .expect("published");
    let mut answer = [0; 4096];
    let length = connection.read(&mut answer).expect("answered");
    assert!(answer[..length].starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(&answer[..length]));
}

pub fn case(viewers: usize, rate: u64) -> Outcome {
    let port = free_port();
    let nginx = start(port);
    let changes = Changes::new();
    let before: u64 = nginx.workers.iter().map(|pid| kilobytes(*pid)).sum();
    let mut load = start_load(SocketAddr::from(([127, 0, 0, 1], port)), "/live", viewers);
    // nchan says on the publisher's address how many subscribers there are.
    loop {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("nginx accepts");
        write!(connection, "GET /publish HTTP/1.1\r\nHost: bench\r\nAccept: text/json\r\nConnection: close\r\n\r\n")
            .expect("asked");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("answered");
        let subscribers = answer
            .split("\"subscribers\":")
            .nth(1)
            .and_then(|rest| rest.trim().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
            .unwrap_or(0);
        if subscribers >= viewers {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let waiting: Arc<Mutex<Vec<usize>>> = Arc::default();
    let (inbox, state) = (waiting.clone(), changes.clone());
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let feeder = std::thread::spawn(move || {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("nginx accepts");
        while stopped.recv_timeout(live::GATHER) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let dirty = std::mem::take(&mut *inbox.lock().expect("no panic under it"));
            if !dirty.is_empty() {
                publish(
                    &mut connection,
                    &dirty.iter().map(|fragment| state.html(*fragment)).collect::<Vec<_>>().join("\n"),
                );
            }
        }
    });
    let (made, seen) = measure(&mut load, rate, &nginx.workers, &changes, |fragment| {
        waiting.lock().expect("no panic under it").push(fragment)
    });
    drop(stop);
    feeder.join().expect("fed");
    outcome(&made, &seen, viewers, before)
}
