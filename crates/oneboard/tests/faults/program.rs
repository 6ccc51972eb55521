//! The real program on a folder made beforehand: a small bureau, a duty officer with a session, the watch taken.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command as Program, ExitStatus, Stdio};
use std::sync::Arc;

use board::access::{self, Role};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::{Actor, At, Command, GrantId, Id, Label, PersonId, UnitId};
use oneboard::clock::Clock;
use oneboard::config::Config;
use oneboard::shell::Shell;
use oneboard::submit::{self, Submission, Text, TextKind};
use serde_json::Value;
use uuid::Uuid;

pub const BINARY: &str = env!("CARGO_BIN_EXE_oneboard");
const BUREAU: UnitId = UnitId::from_value(1);
const OFFICER: PersonId = PersonId::from_value(100);

/// An installation at rest.
pub struct Installation {
    pub data: PathBuf,
    session: String,
}

/// A program that serves, and where.
pub struct Serving {
    pub child: Child,
    pub address: String,
    session: String,
    /// Read on, so that the program never waits for its log to be taken.
    _log: std::thread::JoinHandle<()>,
}

pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|fault| panic!("{fault} in {:?}", self.body))
    }
}

impl Installation {
    pub fn make(data: &Path) -> Self {
        let opened = submit::open(data, Box::new(|| At::from_millis(1_000)), Vec::new()).expect("the journal opens");
        let mut number = 0;
        let mut done = |command: Command, texts: Vec<Text>| {
            number += 1;
            let submission = Submission { actor: Actor::Operator, id: Uuid::from_u128(number), command, texts };
            opened.submit.submit_blocking(submission).expect("the seed is permitted");
        };
        let unit = UnitRow {
            id: BUREAU,
            parent: None,
            name: Label::new("Bureau", "市局"),
            callsign: "0".into(),
            channel: "1".into(),
            telephone: "1".into(),
            order: 0,
        };
        let name = Id::from_value(70);
        let person = PersonRow {
            id: OFFICER,
            unit: BUREAU,
            grade: Grade::Officer,
            qualifications: Default::default(),
            callsign: "1".into(),
            number: name,
            name,
            telephone: None,
        };
        let changes = Changes { units: vec![unit], people: vec![person], leaving: Vec::new() };
        let texts = vec![Text { id: name, kind: TextKind::Name, body: "Qian Li".into() }];
        done(Command::Force(force::Command::Keep(changes)), texts);
        for (number, role) in [(1, Role::Leader), (2, Role::DutyOfficer)] {
            let (id, person, unit) = (GrantId::from_value(number), OFFICER, BUREAU);
            let grant = access::Command::Grant { id, person, role, unit, from: None, until: None };
            done(Command::Access(grant), Vec::new());
        }
        opened.submit.stop();
        opened.writer.join().expect("the writer ends in order");
        let config = Config { data: data.to_owned(), ..Config::default() };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let session = runtime.block_on(async {
            let shell: Arc<Shell> = Shell::open(config, Clock::Real).expect("the shell opens");
            let link = shell.accounts.demonstration_link(OFFICER.value(), "officer").await.expect("a link");
            shell.accounts.demonstration_sign_in(&link, "test").await.expect("a session").token
        });
        Self { data: data.to_owned(), session }
    }

    /// Serves it.
    pub fn serve(&self) -> Serving {
        let mut program = Program::new(BINARY);
        program.arg("serve");
        self.serve_by(program)
    }

    /// Serves it by a command that ends in the program.
    pub fn serve_by(&self, program: Program) -> Serving {
        self.try_serve_by(program).unwrap_or_else(|said| panic!("it does not serve: {said}"))
    }

    /// As [`Self::serve_by`]; where it ends instead, all that it said.
    pub fn try_serve_by(&self, mut program: Program) -> Result<Serving, String> {
        program
            .env("ONEBOARD_SITE_DATA", &self.data)
            .env("ONEBOARD_LISTEN_ADDRESS", "127.0.0.1:0")
            .env("ONEBOARD_LOG_LEVEL", "info")
            .env("ONEBOARD_LIMITS_REQUESTS_PER_SECOND", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = program.spawn().expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log"));
        let address = match serving(&mut log) {
            Ok(address) => address,
            Err(said) => {
                let _ = child.wait();
                return Err(said);
            }
        };
        let log = std::thread::spawn(move || {
            let _ = std::io::copy(&mut log, &mut std::io::sink());
        });
        Ok(Serving { child, address, session: self.session.clone(), _log: log })
    }
}

/// Reads the log up to the line that says where it serves; where it ends before, all of it.
fn serving(log: &mut BufReader<ChildStderr>) -> Result<String, String> {
    let mut said = String::new();
    for line in log.lines().map_while(Result::ok) {
        if let Some((_, address)) = line.split_once("address=").filter(|_| line.contains("serving")) {
            return Ok(address.split_whitespace().next().unwrap_or_default().to_owned());
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(said)
}

impl Serving {
    /// One request; `None` where the program went before it had answered.
    pub fn try_send(&self, method: &str, path: &str, key: Option<Uuid>, body: &str) -> Option<Answer> {
        let key = key.map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: oneboard={session}\r\n{key}\
             Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}",
            address = self.address,
            session = self.session,
            length = body.len(),
        );
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, body: body.to_owned() })
    }

    pub fn get(&self, path: &str) -> Answer {
        self.try_send("GET", path, None, "").expect("it answers")
    }

    pub fn take_the_watch(&self) {
        let leader = OFFICER.to_string();
        let path = format!("/units/{BUREAU}/watch/take");
        let taken = self.try_send("POST", &path, None, &format!("read_to=0&leader={leader}")).expect("it answers");
        assert_eq!(taken.status, 200, "{}", taken.body);
    }

    /// Writes a line of the log under this id.
    pub fn write(&self, id: Uuid) -> Option<Answer> {
        let body = format!("kind=message&callsign=East+0&words=line+{id}");
        self.try_send("POST", &format!("/units/{BUREAU}/watch/log"), Some(id), &body)
    }

    /// What the log of the watch shows.
    pub fn log(&self) -> Answer {
        self.get(&format!("/units/{BUREAU}/watch"))
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        let asked = Program::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().expect("asked");
        assert!(asked.success());
        self.child.wait().expect("it ends")
    }
}
