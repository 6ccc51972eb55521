//! What comes in is what it says, and leaves without its track; what is kept is what was kept.

use std::time::{Duration, SystemTime};

use board::attachment::Kind;
use board::{Actor, At, Board, Command, CommandId, Context, Subject, attachment, force};
use proptest::prelude::*;

use super::sniff::{Unfit, sniff};
use super::strip::strip;
use super::*;

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a short segment");
    [&[0xff, marker][..], &length.to_be_bytes(), body].concat()
}

/// The parts of a picture of one grey block, without decoding in mind: markers and lengths are what is looked at.
fn picture(metadata: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    bytes.extend(segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
    metadata.iter().for_each(|part| bytes.extend(part));
    bytes.extend(segment(0xdb, &[0; 65]));
    bytes.extend(segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]));
    bytes.extend(segment(0xc4, &[0; 19]));
    bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
    bytes.extend([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]);
    bytes.extend([0xff, 0xd9]);
    bytes
}

/// EXIF as a telephone writes it: how it was held, and where it was.
fn exif_with_position(turned: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    body.extend([0, 2]);
    body.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0]);
    body.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    body.extend([0, 0, 0, 0]);
    body.extend(b"GPS 34.5N 105.9E");
    segment(0xe1, &body)
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn a_photograph_leaves_its_position_behind_and_stays_upright() {
    let xmp = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:GPSLatitude>34.5</x:GPSLatitude>");
    let comment = segment(0xfe, b"taken by GPS 34.5N");
    let small_copy = segment(0xe2, b"MPF\0GPS 34.5N");
    let mut taken = picture(&[exif_with_position(6), xmp, comment, small_copy]);
    // Some telephones put a second picture, with its own position, behind the first.
    taken.extend(picture(&[exif_with_position(1)]));
    let kept = strip(Kind::Jpeg, &taken).expect("a whole picture");
    assert!(!holds(&kept, b"GPS") && !holds(&kept, b"xap"), "the position is still there");
    assert!(holds(&kept, &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]), "how it was held is lost");
    let bare = picture(&[]);
    let plain = strip(Kind::Jpeg, &bare).expect("a whole picture");
    assert_eq!(plain, bare, "what was only picture is changed");
    assert_eq!(kept.len(), bare.len() + 36);
    assert_eq!(strip(Kind::Jpeg, &kept).expect("what was kept is whole"), kept, "a second time changes nothing");
}

#[test]
fn a_png_keeps_its_pixels_and_nothing_else() {
    let chunk =
        |kind: &[u8; 4], body: &[u8]| [&(body.len() as u32).to_be_bytes()[..], kind, body, &[1, 2, 3, 4]].concat();
    let sign = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    let (head, pixels, end) = (chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b""));
    let text = chunk(b"tEXt", b"Author\0Wang");
    let place = chunk(b"eXIf", b"GPS");
    let sent = [&sign[..], &head, &text, &place, &pixels, &end, b"behind"].concat();
    assert_eq!(strip(Kind::Png, &sent).expect("a whole picture"), [&sign[..], &head, &pixels, &end].concat());
    assert!(matches!(strip(Kind::Png, &sent[..sent.len() - 20]), Err(Unfit::Broken { .. })));
}

#[test]
fn a_file_that_lies_about_its_type_is_refused() {
    let jpeg = picture(&[]);
    assert_eq!(sniff(&jpeg, "road.JPG", Some("image/jpeg")), Ok(Kind::Jpeg));
    assert_eq!(sniff(&jpeg, "road", Some("application/octet-stream")), Ok(Kind::Jpeg));
    assert_eq!(sniff(b"%PDF-1.7", "plan.pdf", None), Ok(Kind::Pdf));
    let lies = |claimed: &str, found| Err(Unfit::Lies { claimed: claimed.to_owned(), found });
    assert_eq!(sniff(&jpeg, "order.pdf", None), lies("order.pdf", Kind::Jpeg));
    assert_eq!(sniff(b"%PDF-1.7", "road.pdf", Some("image/jpeg")), lies("image/jpeg", Kind::Pdf));
    assert_eq!(sniff(b"<html><script>", "road.jpg", Some("image/jpeg")), Err(Unfit::Unknown));
    assert_eq!(sniff(b"MZ\x90\0", "road.jpg", None), Err(Unfit::Unknown));
    assert_eq!(sniff(b"", "road.jpg", None), Err(Unfit::Empty));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_what_is_kept_has_no_foreign_segment(cut in 2_usize..400, noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = picture(&[exif_with_position(3)]);
        bytes.truncate(cut.min(bytes.len()));
        bytes.extend(noise);
        for kind in [Kind::Jpeg, Kind::Png] {
            if kind == Kind::Png && bytes.len() < 8 { continue; }
            if let Ok(kept) = strip(kind, &bytes) {
                prop_assert!(kind == Kind::Png || strip(kind, &kept) == Ok(kept.clone()));
            }
        }
    }
}

/// A board that names these files.
fn board_with(files: &[(AttachmentId, Digest)]) -> Board {
    let mut board = Board::default();
    let unit = board::UnitId::from_value(1);
    let row = force::UnitRow {
        id: unit,
        parent: None,
        name: board::Label::new("Bureau", "市局"),
        callsign: "0".into(),
        channel: "1".into(),
        telephone: "2".into(),
        order: 0,
    };
    let mut give = |number: u128, command| {
        let context = Context { now: At::from_millis(0), command: CommandId(number) };
        board::execute(&mut board, Actor::Operator, command, &context).expect("it is decided");
    };
    give(1, Command::Force(force::Command::Keep(force::Changes { units: vec![row], ..Default::default() })));
    for (number, (id, digest)) in (2..).zip(files) {
        let subject = Subject::Watch(unit);
        let attach =
            attachment::Command::Attach { id: *id, subject, kind: Kind::Pdf, bytes: 3, digest: *digest, name: None };
        give(number, Command::Attachment(attach));
    }
    board
}

#[test]
fn what_is_missing_or_altered_is_named_and_not_given_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::of(folder.path());
    let ids = [11, 12, 13].map(AttachmentId::from_value);
    let digest = digest_of(b"abc");
    ids.iter().for_each(|id| files.keep(*id, digest, b"abc").expect("it is kept"));
    let named = ids.map(|id| (id, digest));
    let board = board_with(&named);
    let about = |id| board.attachments.get(id).expect("it is named");
    assert_eq!(files.read(ids[0], about(ids[0])).expect("it is whole"), b"abc");
    assert!(files.verify(&board).is_empty());
    fs::write(files.path(ids[1], digest), b"abd").expect("somebody alters it");
    fs::remove_file(files.path(ids[2], digest)).expect("somebody removes it");
    let faults = files.verify(&board);
    assert!(
        matches!(faults[..], [FileFault::Altered { id: one, .. }, FileFault::Missing { id: other, .. }] if (one, other) == (ids[1], ids[2])),
        "{faults:?}"
    );
}

#[test]
fn what_no_entry_names_is_collected_when_no_command_can_be_on_its_way_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Files::of(folder.path());
    let (named, orphan) = (AttachmentId::from_value(21), AttachmentId::from_value(22));
    let (digest, other) = (digest_of(b"abc"), digest_of(b"def"));
    files.keep(named, digest, b"abc").expect("it is kept");
    files.keep(orphan, other, b"def").expect("it is kept");
    files.keep(named, other, b"def").expect("other bytes under the same id");
    let board = board_with(&[(named, digest)]);
    let now = SystemTime::now();
    assert_eq!(files.collect(&board.attachments, now).expect("a look"), 0, "its command may still come");
    assert_eq!(files.collect(&board.attachments, now + ORPHAN_AGE + Duration::from_secs(60)).expect("a look"), 2);
    assert!(files.path(named, digest).exists() && !files.path(orphan, other).exists());
}
