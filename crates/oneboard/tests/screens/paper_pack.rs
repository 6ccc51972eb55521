//! The paper pack as a file: the same day as on the page, for those who may take it out, in their language.

use board::roster::{AssignmentRow, Command as Roster, DutyKind, ShiftRow};
use board::{AssignmentId, Command, Minutes, ShiftId, Span};
use paper::document::{Block, Text};

use crate::board_screen::{IN_THE_EAST, OPERATION, on_the_board};
use crate::support::*;

/// A shift on the eastern post that begins now, with one of two who should stand it.
async fn with_a_shift(site: &Site) -> String {
    on_the_board(site).await;
    let now = site.app.now();
    let shift = ShiftId::from_value(401);
    let span = Span::new(now, now.plus(Minutes(8 * 60)));
    let shifts = vec![ShiftRow { id: shift, post: IN_THE_EAST, span, required: 2, demands: Default::default() }];
    let assignments = vec![AssignmentRow {
        id: AssignmentId::from_value(402),
        shift,
        person: person(EAST_OFFICER),
        duty: DutyKind::Post,
    }];
    let plan = Roster::Plan { operation: OPERATION, shifts, assignments };
    site.does(Command::Roster(plan), Vec::new()).await;
    format!("/operations/{OPERATION}/paper")
}

fn words(document: &paper::document::Document) -> String {
    document.texts().map(Text::plain).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_pack_is_a_document_with_the_page_s_posts_people_and_gaps() {
    let site = Site::open().await;
    let address = with_a_shift(&site).await;
    for (language, gap, title) in [("en", "1 missing", "Paper pack"), ("zh-CN", "缺 1 人", "纸质备份")] {
        let answer = site.page(EAST_LEADER, &format!("{address}.docx"), language).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let read = paper::docx::read(&answer.bytes).expect("a document");
        assert_eq!((read.remarks.len(), &*read.document.title), (0, title));
        assert!(!read.document.marks.drill);
        let Some(Block::Table(table)) = read.document.blocks.last() else { panic!("{:?}", read.document.blocks) };
        assert_eq!((table.head.len(), table.rows.len()), (4, 1));
        let words = words(&read.document);
        assert!(words.contains("E-1") && words.contains("Wu Gang") && words.contains(gap), "{words}");
        let page = site.page(EAST_LEADER, &address, language).await;
        assert!(page.body.contains("Wu Gang") && page.body.contains("paper.docx?unit="), "{}", page.body);
    }
}

#[tokio::test]
async fn a_pdf_is_printed_or_the_missing_part_is_named() {
    let site = Site::open().await;
    let address = with_a_shift(&site).await;
    let answer = site.get(EAST_LEADER, &format!("{address}.pdf")).await;
    if cfg!(feature = "pdf") {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.bytes.starts_with(b"%PDF-"));
    } else {
        assert_eq!(answer.status, 503);
        assert!(answer.detail().contains("built without"), "{}", answer.body);
    }
}

#[tokio::test]
async fn whoever_may_not_take_out_or_asks_for_no_day_is_told() {
    let site = Site::open().await;
    let address = with_a_shift(&site).await;
    for form in ["pdf", "docx"] {
        assert_eq!(site.get(EAST_OFFICER, &format!("{address}.{form}")).await.status, 403);
        assert_eq!(site.get(WEST_LEADER, &format!("{address}.{form}?unit={EAST}")).await.status, 403);
        let wrong = site.get(EAST_LEADER, &format!("{address}.{form}?day=tomorrow")).await;
        assert_eq!(wrong.status, 400, "{}", wrong.body);
    }
    let page = site.page(EAST_OFFICER, &address, "en").await;
    assert!(!page.body.contains("paper.docx"), "a link that would be refused: {}", page.body);
}
