//! Servers that refuse, hang, break off and answer wrongly; restarts; quiet hours; and a clock that only moves when it is told to.

pub(super) mod secure;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use board::access::Role;
use board::force::{Changes, Grade, PersonRow, UnitRow};
use board::notice::{Command as Ask, MOST_ATTEMPTS, Notice, Quiet, State};
use board::{Board, Id, Label, Minutes, PersonId, UnitId, access, force, watch};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::config::Security;
use crate::server::{self, Server};
use crate::shell::Shell;

const UNIT: UnitId = UnitId::from_value(1);
const OFFICER: PersonId = PersonId::from_value(2);
const INCOMING: PersonId = PersonId::from_value(3);
/// Noon of a day in Asia/Shanghai.
const NOON: At = At::from_millis(4 * 3_600_000);

/// Long enough for an answer that comes, short enough for one that never does.
const SHORT: Duration = Duration::from_millis(300);

fn target(address: SocketAddr) -> Target {
    Target { host: address.ip().to_string(), port: address.port(), private: true }
}
fn mail(address: SocketAddr) -> Mail {
    Mail {
        target: target(address),
        from: "board@example.org".into(),
        credentials: None,
        security: Security::None,
        secrecy: None,
        patience: SHORT,
    }
}
fn hook(address: SocketAddr) -> Hook {
    let server = post::Server { target: target(address), secrecy: None };
    Hook { server, path: "/messages".into(), token: Some("secret".into()), patience: SHORT }
}
fn message() -> Message {
    Message {
        id: "n1.0@localhost".into(), to: "wang@example.org".into(), subject: "告警".into(), body: "漏岗".into()
    }
}

/// What a server in the test heard.
pub(super) type Heard = Arc<Mutex<Vec<String>>>;

/// A server of one's own for each connection.
pub(super) async fn listening<F, W>(serve: F) -> (SocketAddr, Heard)
where
    F: Fn(TcpStream, Heard) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of this machine");
    let address = listener.local_addr().expect("its address");
    let heard = Heard::default();
    let into = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&into)));
        }
    });
    (address, heard)
}

/// A mail server that answers each command by the first of these that begins like it.
async fn smtp(mut stream: TcpStream, heard: Heard, answers: &[(&str, &str)]) {
    let _ = stream.write_all(b"220 ready\r\n").await;
    converse(stream, heard, answers).await;
}

/// The same, greeted already.
async fn converse(stream: impl AsyncRead + AsyncWrite, heard: Heard, answers: &[(&str, &str)]) {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    let mut in_data = false;
    while let Ok(Some(line)) = lines.next_line().await {
        heard.lock().expect("no test panics with it").push(line.clone());
        let answer = match (in_data, line.as_str()) {
            (true, ".") => {
                in_data = false;
                "250 taken"
            }
            (true, _) => continue,
            (false, line) => {
                let special = answers.iter().find(|(begin, _)| line.starts_with(begin)).map(|(_, answer)| *answer);
                in_data = special.is_none() && line.starts_with("DATA");
                special.unwrap_or(if in_data { "354 go on" } else { "250 well" })
            }
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A gateway that answers every request with this.
async fn gateway(mut stream: impl AsyncRead + AsyncWrite + Unpin, heard: Heard, answer: &str) {
    let mut text = Vec::new();
    let mut buffer = [0; 1024];
    // The request has come when its body has: JSON ends with a brace.
    while !text.ends_with(b"}") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => text.extend(&buffer[..count]),
        }
    }
    heard.lock().expect("no test panics with it").push(String::from_utf8_lossy(&text).into_owned());
    let _ = stream.write_all(answer.as_bytes()).await;
}

#[tokio::test]
async fn a_mail_is_handed_over_under_its_own_id() {
    let (address, heard) = listening(|stream, heard| async move { smtp(stream, heard, &[]).await }).await;
    assert_eq!(mail(address).send(&message()).await, Tried::Sent);
    let heard = heard.lock().expect("no test panics with it").join("\n");
    assert!(heard.contains("Message-ID: <n1.0@localhost>") && heard.contains("RCPT TO:<wang@example.org>"), "{heard}");
}

#[tokio::test]
async fn a_mail_server_that_refuses_is_not_asked_again_and_one_that_is_busy_is() {
    let refuses = |stream, heard| async move { smtp(stream, heard, &[("RCPT", "550 no such mailbox")]).await };
    let (address, _) = listening(refuses).await;
    let tried = mail(address).send(&message()).await;
    assert!(matches!(&tried, Tried::Refused(words) if words.contains("no such mailbox")), "{tried:?}");
    let busy = |stream, heard| async move { smtp(stream, heard, &[("MAIL", "451 later")]).await };
    let (address, _) = listening(busy).await;
    let tried = mail(address).send(&message()).await;
    assert!(matches!(&tried, Tried::NotReached(words) if words.contains("later")), "{tried:?}");
}

#[tokio::test]
async fn a_mail_server_that_hangs_or_is_not_there_is_tried_again() {
    let hangs = |stream: TcpStream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    };
    let (address, _) = listening(hangs).await;
    assert!(matches!(mail(address).send(&message()).await, Tried::NotReached(_)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of this machine");
    let gone = listener.local_addr().expect("its address");
    drop(listener);
    assert!(matches!(mail(gone).send(&message()).await, Tried::NotReached(_)));
}

#[tokio::test]
async fn a_wrong_address_is_refused_in_words() {
    let wrong = Message { to: "wang at home".into(), ..message() };
    let tried = mail("127.0.0.1:9".parse().expect("an address")).send(&wrong).await;
    assert!(matches!(&tried, Tried::Refused(words) if words.contains("no e-mail address")), "{tried:?}");
}

#[tokio::test]
async fn a_gateway_is_asked_once_by_id_and_its_answer_is_believed() {
    let cases = [
        ("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", "sent"),
        ("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", "refused"),
        ("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n", "refused"),
        ("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", "again"),
        ("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n", "again"),
        ("nonsense\r\n\r\n", "again"),
        ("", "again"), // it closes without a word
    ];
    for (answer, expected) in cases {
        let (address, heard) =
            listening(move |stream, heard| async move { gateway(stream, heard, answer).await }).await;
        let tried = hook(address).send(&message()).await;
        let found = match tried {
            Tried::Sent => "sent",
            Tried::Refused(_) | Tried::Gone(_) => "refused",
            Tried::NotReached(_) => "again",
            Tried::Simulated | Tried::Delivered => "never said by a gateway at once",
        };
        assert_eq!(found, expected, "{answer:?}");
        let heard = heard.lock().expect("no test panics with it").join("\n");
        assert!(heard.contains("idempotency-key: n1.0@localhost") && heard.contains("Bearer secret"), "{heard}");
        assert!(heard.contains("\"text\":\"漏岗\""), "{heard}");
    }
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_tried_again() {
    let hangs = |stream: TcpStream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    };
    let (address, _) = listening(hangs).await;
    assert!(matches!(hook(address).send(&message()).await, Tried::NotReached(_)));
}

#[tokio::test]
async fn nothing_goes_to_this_machine_or_a_private_network_unless_that_is_meant() {
    for host in ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "100.64.0.1", "::ffff:192.168.0.1"] {
        let target = Target { host: host.into(), port: 25, private: false };
        assert!(matches!(target.resolve().await, Err(AddressFault::NotPublic { .. })), "{host}");
        let meant = Target { private: true, ..target };
        assert!(meant.resolve().await.is_ok(), "{host}");
    }
    for host in ["9.9.9.9", "2620:fe::fe"] {
        let target = Target { host: host.into(), port: 25, private: false };
        assert!(target.resolve().await.is_ok(), "{host}");
    }
}

/// A server with one unit, whose duty officer keeps an address, and somebody whom they may offer the watch.
struct Site {
    server: Server,
    folder: tempfile::TempDir,
}

impl Site {
    async fn new(quiet: Option<Quiet>) -> Self {
        let site = Self::open(tempfile::tempdir().expect("a folder"));
        let row = |id: PersonId| PersonRow {
            id,
            unit: UNIT,
            grade: Grade::Officer,
            qualifications: Default::default(),
            callsign: "1".into(),
            number: TextId::from_value(id.value() + 10),
            name: TextId::from_value(id.value() + 20),
            telephone: None,
        };
        let unit = UnitRow {
            id: UNIT,
            parent: None,
            name: Label::new("Bureau", "市局"),
            callsign: "0".into(),
            channel: "1".into(),
            telephone: "2".into(),
            order: 0,
        };
        let changes = Changes { units: vec![unit], people: vec![row(OFFICER), row(INCOMING)], leaving: Vec::new() };
        site.give(Actor::Operator, Command::Force(force::Command::Keep(changes)), Vec::new()).await;
        for (number, person) in [(1, OFFICER), (2, INCOMING)] {
            let id = Id::from_value(number);
            let (role, unit) = (Role::DutyOfficer, UNIT);
            let grant = access::Command::Grant { id, person, role, unit, from: None, until: None };
            site.give(Actor::Operator, Command::Access(grant), Vec::new()).await;
        }
        let address = TextId::from_value(900);
        let text = Text { id: address, kind: TextKind::Address, body: "wang@example.org".into() };
        let keep = Ask::Keep { person: INCOMING, email: Some(address), message: None, quiet };
        site.give(Actor::Person(INCOMING), Command::Notice(keep), vec![text]).await;
        let take = watch::Command::Take { unit: UNIT, leader: None, read_to: 0, carry_to: None };
        site.give(Actor::Person(OFFICER), Command::Watch(take), Vec::new()).await;
        let offer = watch::Command::Offer { unit: UNIT, to: INCOMING };
        site.give(Actor::Person(OFFICER), Command::Watch(offer), Vec::new()).await;
        site
    }

    fn open(folder: tempfile::TempDir) -> Self {
        let config = Config { data: folder.path().into(), ..Config::default() };
        let shell = Shell::open(config, Clock::demonstration(NOON, 1, true)).expect("the shell opens");
        Self { server: server::open(shell).expect("the journal opens"), folder }
    }

    async fn give(&self, actor: Actor, command: Command, texts: Vec<Text>) {
        let submission = Submission { actor, id: Uuid::now_v7(), command, texts };
        self.server.app.submit.submit(submission).await.expect("it is kept");
    }

    fn board(&self) -> Board {
        self.server.app.submit.published().board.clone()
    }

    fn only(&self) -> Notice {
        let board = self.board();
        let all: Vec<_> = board.notices.open().chain(board.notices.over()).map(|(_, notice)| notice.clone()).collect();
        let [notice] = &all[..] else { panic!("one notice is expected: {all:?}") };
        notice.clone()
    }

    async fn round(&self, ways: &Ways, now: At) -> usize {
        round(&self.server.app, ways, now).await.expect("outcomes are kept")
    }

    /// The server stops and another starts on the same folder.
    async fn restart(self) -> Self {
        let Self { server, folder } = self;
        tokio::task::spawn_blocking(move || server.close()).await.expect("it stops");
        Self::open(folder)
    }
}

fn by_mail(address: SocketAddr) -> Ways {
    Ways { mail: Some(mail(address)), ..Ways::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demonstration_says_simulated_and_sends_nothing() {
    let site = Site::new(None).await;
    let ways = Ways::of(&site.server.app.shell.config, &site.server.app.shell.clock, None).expect("none is needed");
    assert_eq!(site.round(&ways, NOON).await, 1);
    assert_eq!(site.only().deliveries[0].state, State::Simulated { at: NOON });
    assert_eq!(site.round(&ways, NOON).await, 0, "nothing waits any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_in_the_middle_sends_again_under_the_same_id() {
    let (address, heard) = listening(|stream, heard| async move { smtp(stream, heard, &[]).await }).await;
    let site = Site::new(None).await;
    // The relay takes it, and the server stops before that is recorded.
    let [first] = &due(&site.server.app, NOON)[..] else { panic!("one delivery is due") };
    assert_eq!(mail(address).send(&first.message).await, Tried::Sent);
    let site = site.restart().await;
    assert_eq!(site.round(&by_mail(address), NOON).await, 1);
    assert_eq!(site.only().deliveries[0].state, State::Sent { at: NOON });
    let heard = heard.lock().expect("no test panics with it").clone();
    let ids: Vec<&String> = heard.iter().filter(|line| line.starts_with("Message-ID")).collect();
    assert!(matches!(ids[..], [one, other] if one == other), "{ids:?}");
    let site = site.restart().await;
    assert_eq!(site.round(&by_mail(address), NOON).await, 0, "what was recorded is not sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_reached_is_tried_again_later_and_not_for_ever() {
    let busy = |stream, heard| async move { smtp(stream, heard, &[("MAIL", "451 later")]).await };
    let (address, _) = listening(busy).await;
    let (site, ways) = (Site::new(None).await, by_mail(address));
    let mut tries = 0;
    while let State::Waiting { due } = site.only().deliveries[0].state {
        assert_eq!(site.round(&ways, due.minus(Minutes(1))).await, 0, "it is not due yet");
        assert_eq!(site.round(&ways, due).await, 1);
        tries += 1;
        assert!(tries <= MOST_ATTEMPTS, "it is tried for ever");
    }
    assert_eq!(tries, MOST_ATTEMPTS);
    let State::Failed { words, .. } = site.only().deliveries[0].state else { panic!("{:?}", site.only()) };
    let register = site.server.app.submit.register().read();
    assert!(register.text(words).is_some_and(|words| words.contains("later")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quiet_hours_hold_back_what_is_no_emergency() {
    let site = Site::new(Some(Quiet { from: 11 * 60, to: 13 * 60 })).await;
    let ways = Ways { simulated: true, ..Ways::default() };
    assert_eq!(site.round(&ways, NOON).await, 0, "it is noon, and quiet until one");
    assert_eq!(site.round(&ways, NOON.plus(Minutes(60))).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_erased_is_not_sent_to() {
    let (address, heard) = listening(|stream, heard| async move { smtp(stream, heard, &[]).await }).await;
    let site = Site::new(None).await;
    let none = Ask::Keep { person: INCOMING, email: None, message: None, quiet: None };
    site.give(Actor::Person(INCOMING), Command::Notice(none), Vec::new()).await;
    assert_eq!(site.round(&by_mail(address), NOON).await, 1);
    assert!(matches!(site.only().deliveries[0].state, State::Failed { .. }));
    assert!(heard.lock().expect("no test panics with it").is_empty());
}

#[test]
fn a_report_is_believed_by_its_signature_alone() {
    let secret = "a secret that only the gateway knows";
    let id = NoticeId::from_value(7);
    let body = format!("{{\"id\":\"{id}.1@localhost\",\"outcome\":\"failed\",\"words\":\"no such number\"}}");
    let signed = signature(secret, body.as_bytes());
    let report = Report::read(secret, Some(&signed), body.as_bytes()).expect("it is signed");
    assert_eq!((report.notice(), report.words.as_deref()), (Ok(id), Some("no such number")));
    let altered = body.replace("failed", "delivered");
    let other = signature("another secret of that length, or so", body.as_bytes());
    for (signed, body) in [(Some(signed.as_str()), &altered), (Some(&other), &body), (Some("00"), &body), (None, &body)]
    {
        assert_eq!(Report::read(secret, signed, body.as_bytes()), Err(ReportFault::Unsigned), "{signed:?} {body}");
    }
    // An e-mail's id is none of a gateway's.
    let mail = Report { id: format!("{id}.0@localhost"), ..report };
    assert!(matches!(mail.notice(), Err(ReportFault::NotOurs(_))));
}
