//! Accounts from link to sign-out, over a real store.

use std::net::{IpAddr, Ipv4Addr};

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const GOOD: &str = "three blue kettles at dawn";

fn open(folder: &Path) -> Arc<Accounts> {
    Accounts::open(folder, (&Config::default()).into()).expect("the accounts open")
}

fn seconds() -> u64 {
    real_now().millis().cast_unsigned() / 1000
}

/// An enrolled person; their secret, and the session they got.
async fn enrolled(accounts: &Accounts, person: u64, login: &str) -> ([u8; SECRET], NewSession) {
    let link = accounts.issue_link(person, login).await.expect("a link");
    let secret = accounts.invitation(&link).await.expect("an invitation").secret;
    // The code before this one: the present and the next stay unused for the test's own sign-ins.
    let new =
        accounts.enrol(&link, GOOD.into(), &code::code_at(&secret, seconds() - 30), "test").await.expect("enrolled");
    (secret, new)
}

#[tokio::test]
async fn a_link_is_good_once_and_leads_to_a_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let link = accounts.issue_link(7, " Zhao.Min ").await.expect("a link");
    let invitation = accounts.invitation(&link).await.expect("an invitation");
    assert_eq!(invitation.login, "zhao.min");
    let code = code::code_at(&invitation.secret, seconds());
    assert!(matches!(
        accounts.enrol(&link, "password2026!".into(), &code, "").await,
        Err(AccountsError::Weak(password::Weak::Guessable))
    ));
    assert!(matches!(accounts.enrol(&link, GOOD.into(), "nonsense", "").await, Err(AccountsError::Code)));
    let new = accounts.enrol(&link, GOOD.into(), &code, "").await.expect("enrolled");
    assert_eq!(new.session.person, 7);
    assert_eq!(accounts.sessions.find(&new.token, real_now()).expect("live").id, new.session.id);
    assert!(matches!(accounts.enrol(&link, GOOD.into(), &code, "").await, Err(AccountsError::Link)));
    assert!(matches!(accounts.invitation(&link).await, Err(AccountsError::Link)));
}

#[tokio::test]
async fn a_code_is_good_once_and_every_fault_looks_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let (secret, _) = enrolled(&accounts, 7, "min").await;
    let code = code::code_at(&secret, seconds());
    for (login, password, code) in [("min", "wrong", code.as_str()), ("nobody", GOOD, &code), ("min", GOOD, "")] {
        assert!(
            matches!(accounts.sign_in(login, password.into(), code, HERE, "").await, Err(AccountsError::Wrong)),
            "{login} {password}"
        );
    }
    accounts.sign_in("MIN", GOOD.into(), &code, HERE, "").await.expect("signed in");
    assert!(
        matches!(accounts.sign_in("min", GOOD.into(), &code, HERE, "").await, Err(AccountsError::Wrong)),
        "the code was used"
    );
}

#[tokio::test]
async fn the_sixth_wrong_attempt_waits_even_with_the_right_password_and_a_new_link_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let (secret, _) = enrolled(&accounts, 7, "min").await;
    for _ in 0..throttle::ACCOUNT_FAILURES {
        assert!(matches!(accounts.sign_in("min", "wrong".into(), "", HERE, "").await, Err(AccountsError::Wrong)));
    }
    let code = code::code_at(&secret, seconds());
    assert!(matches!(
        accounts.sign_in("min", GOOD.into(), &code, HERE, "").await,
        Err(AccountsError::Throttled { .. })
    ));
    accounts.issue_link(7, "min").await.expect("a link");
    accounts.sign_in("min", GOOD.into(), &code, HERE, "").await.expect("the administrator has vouched");
}

#[tokio::test]
async fn recovery_ends_what_the_finder_of_a_telephone_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let (_, lost) = enrolled(&accounts, 7, "min").await;
    let (_, found) = enrolled(&accounts, 7, "min").await;
    assert!(accounts.sessions.find(&lost.token, real_now()).is_none());
    assert!(accounts.sessions.find(&found.token, real_now()).is_some());
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_endings_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let (_, kept) = enrolled(&accounts, 7, "min").await;
    let (_, ended) = enrolled(&accounts, 8, "jun").await;
    accounts.end(|session| session.person == 8).await.expect("ended");
    drop(accounts);
    let accounts = open(folder.path());
    assert_eq!(accounts.sessions.find(&kept.token, real_now()).expect("live").person, 7);
    assert!(accounts.sessions.find(&ended.token, real_now()).is_none());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.path().join("accounts.sqlite")).expect("the file").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_closed_account_is_out_at_once_and_stays_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let (secret, new) = enrolled(&accounts, 7, "min").await;
    let mut endings = accounts.sessions.endings();
    accounts.set_disabled(7, true).await.expect("closed");
    assert_eq!(endings.try_recv().expect("told").session, new.session.id);
    let code = code::code_at(&secret, seconds());
    assert!(matches!(accounts.sign_in("min", GOOD.into(), &code, HERE, "").await, Err(AccountsError::Wrong)));
}

#[tokio::test]
async fn a_wall_screen_is_a_new_token_that_proves_nothing_about_who_stands_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let (_, new) = enrolled(&accounts, 7, "min").await;
    let session = &new.session;
    let who = SignedIn {
        person: 7,
        session: session.id,
        since: session.since,
        stepped_up: session.stepped_up(),
        mode: session.mode,
    };
    let wall = accounts.turn_to_board(&who, "command centre, left").await.expect("turned");
    assert_eq!((wall.session.mode, wall.session.stepped_up()), (Mode::Board, At::from_millis(0)));
    assert!(accounts.sessions.find(&new.token, real_now()).is_none());
}

#[tokio::test]
async fn the_set_up_word_is_void_once_there_is_an_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    let word = accounts.set_up_token().await.expect("asked").expect("no account yet");
    assert!(accounts.may_set_up(&word).await.expect("asked"));
    assert!(!accounts.may_set_up("nonsense").await.expect("asked"));
    assert!(matches!(accounts.invitation(&word).await, Err(AccountsError::Link)), "it is no enrolment link");
    enrolled(&accounts, 1, "first").await;
    assert!(!accounts.may_set_up(&word).await.expect("asked"));
    assert!(accounts.set_up_token().await.expect("asked").is_none());
}

#[tokio::test]
async fn names_are_one_persons_each_and_sessions_are_few() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = open(folder.path());
    enrolled(&accounts, 7, "min").await;
    assert!(matches!(accounts.issue_link(8, "MIN").await, Err(AccountsError::LoginTaken(_))));
    assert!(matches!(accounts.issue_link(8, "a b").await, Err(AccountsError::LoginName(_))));
    let link = accounts.demonstration_link(7, "min").await.expect("a link");
    for _ in 0..MOST_SESSIONS + 3 {
        accounts.demonstration_sign_in(&link, "").await.expect("signed in");
    }
    assert_eq!(accounts.sessions.list(|session| session.person == 7).len(), MOST_SESSIONS);
}
