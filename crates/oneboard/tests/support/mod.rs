//! A small bureau on a running server: two counties, a few people, and sessions for each of them.

use std::sync::Arc;

use board::access::{Command as Access, Role};
use board::force::{Changes, Command as Keep, Grade, PersonRow, UnitRow};
use board::{Actor, Command, GrantId, Label, PersonId, TextId, UnitId};
use oneboard::accounts::code;
use oneboard::app::App;
use oneboard::clock::{Clock, real_now};
use oneboard::config::Config;
use oneboard::server::Server;
use oneboard::shell::Shell;
use oneboard::submit::{Submission, Text, TextKind};
use oneboard::{listen, page, server};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// The bureau.
pub const BUREAU: UnitId = UnitId::from_value(1);
/// Two county bureaus, siblings.
pub const EAST: UnitId = UnitId::from_value(2);
pub const WEST: UnitId = UnitId::from_value(3);

/// Everybody: name, unit, role at that unit. The staff number is the place in this list.
pub const PEOPLE: [(&str, UnitId, Option<Role>); 8] = [
    ("Zhao Min", BUREAU, Some(Role::Leader)),
    ("Qian Li", BUREAU, Some(Role::DutyOfficer)),
    ("Sun Wei", BUREAU, Some(Role::DutyOfficer)),
    ("Li Na", EAST, Some(Role::Leader)),
    ("Zhou Jun", WEST, Some(Role::Leader)),
    ("Wu Gang", EAST, None),
    ("Zheng Hui", BUREAU, Some(Role::SecurityAdministrator)),
    ("Wang Ping", BUREAU, Some(Role::AuditAdministrator)),
];

pub const LEADER: usize = 0;
pub const DUTY: usize = 1;
pub const NEXT_DUTY: usize = 2;
pub const EAST_LEADER: usize = 3;
pub const WEST_LEADER: usize = 4;
pub const EAST_OFFICER: usize = 5;
pub const SECURITY: usize = 6;
pub const AUDIT: usize = 7;

pub const fn person(who: usize) -> PersonId {
    PersonId::from_value(100 + who as u64)
}

pub const PASSWORD: &str = "three blue kettles at dawn";

pub struct Site {
    pub app: App,
    server: Server,
    /// Where it listens.
    pub address: String,
    /// The values of everybody's session cookies.
    pub sessions: Vec<String>,
    folder: tempfile::TempDir,
}

/// An answer: its status, and its body as text and as it came.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|fault| panic!("{fault} in {:?}", self.body))
    }
    /// What a problem says.
    pub fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_default().to_owned()
    }
}

impl Site {
    /// A server on an empty board.
    pub async fn empty() -> Self {
        Self::empty_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn empty_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config { data: folder.path().into(), ..Config::default() };
        change(&mut config);
        let shell = Shell::open(config, Clock::Real).expect("the shell opens");
        let server = server::open(Arc::clone(&shell)).expect("the server opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let app = server.app.clone();
        tokio::spawn(listen::serve(listener, server::router(&app), shell));
        Self { app, server, address, sessions: Vec::new(), folder }
    }

    /// Stops the server; its folder stays.
    pub fn close(self) -> tempfile::TempDir {
        self.app.shell.stop();
        self.server.close();
        self.folder
    }

    /// The small bureau, everybody signed in.
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let mut site = Self::empty_with(change).await;
        let text = |number: usize| TextId::from_value(1000 + number as u64);
        let unit = |id: UnitId, parent, name: &str| UnitRow {
            id,
            parent,
            name: Label::new(name, name),
            callsign: format!("{name} 0").as_str().into(),
            channel: "1".into(),
            telephone: "".into(),
            order: id.value() as u32,
        };
        let row = |(who, (_, unit, _)): (usize, &(&str, UnitId, Option<Role>))| PersonRow {
            id: person(who),
            unit: *unit,
            grade: Grade::Officer,
            qualifications: Default::default(),
            callsign: format!("{who}").as_str().into(),
            number: text(2 * who),
            name: text(2 * who + 1),
            telephone: None,
        };
        let texts = PEOPLE.iter().enumerate().flat_map(|(who, (name, _, _))| {
            [(2 * who, TextKind::StaffNumber, format!("N{who}")), (2 * who + 1, TextKind::Name, (*name).to_owned())]
        });
        let texts = texts.map(|(number, kind, body)| Text { id: text(number), kind, body }).collect();
        let units =
            vec![unit(BUREAU, None, "Bureau"), unit(EAST, Some(BUREAU), "East"), unit(WEST, Some(BUREAU), "West")];
        let people = PEOPLE.iter().enumerate().map(row).collect();
        site.does(Command::Force(Keep::Keep(Changes { units, people, leaving: Vec::new() })), texts).await;
        for (who, (_, unit, role)) in PEOPLE.iter().enumerate() {
            if let Some(role) = *role {
                let id = GrantId::from_value(200 + who as u64);
                let (person, unit, from, until) = (person(who), *unit, None, None);
                site.does(Command::Access(Access::Grant { id, person, role, unit, from, until }), Vec::new()).await;
            }
            site.sign_in(who).await;
        }
        site
    }

    async fn sign_in(&mut self, who: usize) {
        let accounts = &self.app.shell.accounts;
        let link = accounts.demonstration_link(person(who).value(), &format!("person.{who}")).await.expect("a link");
        let new = accounts.demonstration_sign_in(&link, "test").await.expect("a session");
        self.sessions.push(new.token);
    }

    /// Gives somebody a password and codes, and a new session; what is returned says the code of the moment.
    pub async fn enrol(&mut self, who: usize, login: &str) -> impl Fn() -> String + use<> {
        let accounts = &self.app.shell.accounts;
        let seconds = || real_now().millis().cast_unsigned() / 1000;
        let link = accounts.issue_link(person(who).value(), login).await.expect("a link");
        let secret = accounts.invitation(&link).await.expect("an invitation").secret;
        // The code before this one: the present and the next stay unused.
        let before = code::code_at(&secret, seconds() - 30);
        let new = accounts.enrol(&link, PASSWORD.into(), &before, "test").await.expect("enrolled");
        self.sessions[who] = new.token;
        move || code::code_at(&secret, seconds())
    }

    /// Everybody signed in long ago: dangerous acts ask for a proof.
    pub fn void_proofs(&self) {
        self.app.shell.accounts.sessions.void_proofs();
    }

    /// What whoever holds the command line does.
    pub async fn does(&self, command: Command, texts: Vec<Text>) {
        let submission = Submission { actor: Actor::Operator, id: Uuid::now_v7(), command, texts };
        self.app.submit.submit(submission).await.expect("the seed is permitted");
    }

    /// What a program is answered.
    pub async fn get(&self, who: usize, path: &str) -> Answer {
        self.send("GET", who, path, "application/json", "en", &[]).await
    }

    /// What a browser is shown.
    pub async fn page(&self, who: usize, path: &str, language: &str) -> Answer {
        self.send("GET", who, path, "text/html", language, &[]).await
    }

    /// A form as the script sends it.
    pub async fn post(&self, who: usize, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", who, path, "application/json", "en", fields).await
    }

    /// As [`Self::post`], and it must be received.
    pub async fn done(&self, who: usize, path: &str, fields: &[(&str, &str)]) -> Value {
        let answer = self.post(who, path, fields).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// A request with everything about it.
    pub async fn send(
        &self,
        method: &str,
        who: usize,
        path: &str,
        accept: &str,
        language: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", page::percent(value))).collect();
        let body = pairs.join("&");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: oneboard={session}\r\n\
             Accept: {accept}\r\nAccept-Language: {language}\r\nOrigin: http://{host}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}",
            host = self.address,
            session = self.sessions[who],
            length = body.len(),
        );
        read(&self.exchange(request.as_bytes()).await)
    }

    /// A file as a browser's form sends it, answered as a program is.
    pub async fn send_file(&self, who: usize, path: &str, name: &str, bytes: &[u8]) -> Answer {
        self.send_form(who, path, &Uuid::now_v7().to_string(), &[], (name, bytes)).await
    }

    /// A form of fields and a file, under a command id of its own.
    pub async fn send_form(
        &self,
        who: usize,
        path: &str,
        command: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Answer {
        let boundary = "oneboard-test";
        let field = |(name, value): &(&str, &str)| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body: Vec<u8> = fields.iter().map(field).collect::<String>().into_bytes();
        body.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: oneboard={session}\r\n\
             Accept: application/json\r\nIdempotency-Key: {command}\r\n\
             Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {length}\r\n\r\n",
            host = self.address,
            session = self.sessions[who],
            length = body.len(),
        );
        read(&self.exchange(&[head.into_bytes(), body].concat()).await)
    }

    /// These bytes, and whatever comes back until the connection ends.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(&self.exchange(bytes).await).into_owned()
    }

    async fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).await.expect("connected");
        // A server that has refused may close before everything was sent: what came is what counts.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }
}

fn read(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("a head and a body, not {:?}", String::from_utf8_lossy(answer)));
    let head = String::from_utf8_lossy(&answer[..end]);
    let bytes = answer[end + 4..].to_vec();
    let body = String::from_utf8_lossy(&bytes);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Answer { status, body: if chunked { unchunked(&body) } else { body.into_owned() }, bytes }
}

fn unchunked(body: &str) -> String {
    let (mut rest, mut out) = (body, String::new());
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).expect("the size of a chunk");
        if size == 0 {
            break;
        }
        out.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    out
}
