//! A workbook as a bureau keeps it: its faults are named, it is mended, goes in, comes out equal, and twice is once.

use std::sync::Arc;

use board::access::{self, Role};
use board::force::{Changes, Command as Force, UnitRow};
use board::operation::{Kind, OperationRow};
use board::roster::DutyKind;
use board::{Actor, At, Command, CommandId, Id, Label, OperationId, PersonId, Refusal, Span, UnitId};
use jiff::tz::TimeZone;
use paper::Language;
use paper::workbook::write_xlsx;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use uuid::Uuid;

use super::names::Words;
use super::*;
use crate::figures::Figures;
use crate::http::negotiate::Locale;
use crate::submit::{self, Submission, Submit};
use crate::views::Sheet;

struct Site {
    submit: Submit,
    zone: TimeZone,
    figures: Figures,
    operation: OperationId,
    now: At,
    _folder: tempfile::TempDir,
}

fn at(text: &str) -> At {
    At::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

/// A bureau with one unit and a festival, and nobody in it yet.
fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2027-01-20T08:00:00+08:00");
    let opened = submit::open(folder.path(), Box::new(move || now), Vec::new()).unwrap();
    let (root, operation): (UnitId, OperationId) = (Id::mint(CommandId(1), 0), Id::mint(CommandId(1), 1));
    let bureau = UnitRow {
        id: root,
        parent: None,
        name: Label::new("Longdong Bureau", "陇东市公安局"),
        callsign: "陇东 0".into(),
        channel: "1".into(),
        telephone: "0934-8880000".into(),
        order: 0,
    };
    let festival = OperationRow {
        id: operation,
        unit: root,
        title: Label::new("Spring Festival", "春节安保"),
        kind: Kind::Festival,
        drill: false,
        period: Span::new(at("2027-02-01T00:00:00+08:00"), at("2027-02-16T00:00:00+08:00")),
        objectives: Vec::new(),
        levels: Vec::new(),
        terms: Default::default(),
        last: None,
    };
    let site = Site {
        submit: opened.submit,
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        figures: Figures::default(),
        operation,
        now,
        _folder: folder,
    };
    site.give(Command::Force(Force::Keep(Changes { units: vec![bureau], ..Changes::default() })));
    site.give(Command::Operation(board::operation::Command::Plan(Box::new(festival))));
    site
}

impl Site {
    fn give(&self, command: Command) {
        let submission = Submission { actor: Actor::Operator, id: Uuid::now_v7(), command, texts: Vec::new() };
        self.submit.submit_blocking(submission).unwrap();
    }

    fn look<T>(&self, actor: Actor, view: impl FnOnce(&Sheet<'_>) -> T) -> T {
        let published = self.submit.published();
        view(&Sheet {
            locale: Locale::default(),
            published: &published,
            register: self.submit.register().read(),
            zone: &self.zone,
            figures: &self.figures,
            actor,
            now: self.now,
        })
    }

    fn draft_as(&self, actor: Actor, bytes: &[u8]) -> (Uuid, Draft) {
        let id = Uuid::now_v7();
        (
            id,
            self.look(actor, |sheet| {
                draft(
                    sheet,
                    bytes,
                    if bytes.starts_with(b"PK") { "布岗.xlsx" } else { "布岗.csv" },
                    Some(self.operation),
                    id,
                )
            }),
        )
    }

    fn draft(&self, bytes: &[u8]) -> Draft {
        self.draft_as(Actor::Operator, bytes).1
    }

    fn import(&self, bytes: &[u8]) -> Draft {
        let (id, found) = self.draft_as(Actor::Operator, bytes);
        assert_eq!(found.faults, [], "the workbook is clean");
        let command = Command::Import(Box::new(found.import.clone()));
        let submission = Submission { actor: Actor::Operator, id, command, texts: found.texts.clone() };
        self.submit.submit_blocking(submission).unwrap();
        found
    }

    /// Every table of the board, as it goes out.
    fn export(&self, language: Language) -> Vec<u8> {
        self.look(Actor::Operator, |sheet| {
            let (words, force) = (Words::new(sheet), &sheet.board().force);
            let operation = sheet.board().operation(self.operation).unwrap();
            let [shifts, roster] = table::roster(&words, &self.zone, force, operation, |_| true);
            let posts = table::posts(&words, force, operation, |_| true);
            let people = table::people(&words, force, |_| true, |_| true);
            write_xlsx(&[table::units(force, |_| true), people, posts, shifts, roster], language).unwrap()
        })
    }

    fn person(&self, number: &str) -> PersonId {
        self.look(Actor::Operator, |sheet| {
            let found = |person: &board::force::Person| sheet.register.text(person.number) == Some(number);
            sheet.board().force.people().find(|(_, person)| found(person)).unwrap().0
        })
    }
}

fn rows(sheet: &mut Worksheet, from: u32, rows: &[&[&str]]) {
    for (row, cells) in (from..).zip(rows) {
        for (column, text) in (0..).zip(*cells).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
}

fn sheet<'w>(workbook: &'w mut Workbook, name: &str) -> &'w mut Worksheet {
    workbook.add_worksheet().set_name(name).unwrap()
}

/// The workbook of the festival; `mended` says whether its author has been told.
fn workbook(mended: bool) -> Vec<u8> {
    let pick = |wrong: &'static str, right: &'static str| if mended { right } else { wrong };
    let plain = Format::new();
    let mut book = Workbook::new();

    // Units, the station before its county, under a title.
    let page = sheet(&mut book, "单位一览表");
    page.merge_range(0, 0, 0, 3, "陇东市公安局春节安保单位一览表", &plain).unwrap();
    rows(page, 1, &[&["单位名称", "上级单位", "呼号", "联系电话"]]);
    rows(
        page,
        2,
        &[
            &["北塬派出所", "合川县公安局", "合川 12", "０９３４－６６６０１１０"],
            &["城关派出所", "合川县公安局", "合川 11", "0934-6660111"],
            &["合川县公安局", "陇东市公安局", "合川 0", "0934-6660000"],
            &["镇原县公安局", pick("陇东市局", "陇东市公安局"), "镇原 0", ""],
        ],
    );

    // People: the unit merged downwards, full-width digits, two people of one name.
    let page = sheet(&mut book, "民警花名册");
    rows(page, 0, &[&["序号", "所属单位", "警 号", "姓　名", "类别", "手机号码", "资质"]]);
    page.merge_range(1, 1, 3, 1, "北塬派出所", &plain).unwrap();
    rows(
        page,
        1,
        &[
            &["1", "", "００１２３４", "张　伟", "民警", "１３９ ００００ ０００１", "驾驶、急救"],
            &["2", "", "001235", "李娜", pick("保安", "民警"), "13900000002", ""],
            &["3", "", "F0017", "马军", "协警", "13900000003", pick("驾驶、开车", "驾驶")],
            &["4", "城关派出所", "001300", "张伟", "民警", "13900000004", "持枪"],
            &["5", "城关派出所", pick("001300", "001301"), "赵敏", "民警", "13900000005", ""],
        ],
    );

    let page = sheet(&mut book, "布岗表");
    rows(page, 0, &[&["岗位编号", "岗位名称", "责任单位", "岗位类型", "地点", "责任领导", "联络间隔（分钟）"]]);
    rows(
        page,
        1,
        &[
            &[
                "HC-001",
                "北塬垭口检查站",
                "合川县公安局北塬派出所",
                "卡点",
                "G309 线 41 公里",
                pick("张伟", "张伟（001234）"),
                "30",
            ],
            &["HC-002", "县城灯会南门", "城关派出所", "固定岗", "南门广场", "", ""],
        ],
    );

    // Shifts: a date as a date, as text with and without its year, hours over midnight.
    let page = sheet(&mut book, "班次表");
    rows(page, 0, &[&["岗位编号", "日期", "起止时间", "应到警力", "资质要求"]]);
    let day = ExcelDateTime::from_ymd(2027, 2, 5).unwrap();
    page.write_datetime_with_format(1, 1, &day, &Format::new().set_num_format("m月d日")).unwrap();
    rows(
        page,
        1,
        &[
            &["HC-001", "", "08:00-20:00", "２", "驾驶1"],
            &["HC-001", "2月5日", "20：00—次日8：00", "2人", ""],
            &[pick("HC-009", "HC-002"), "2027年2月5日", "18:00-24:00", "1", ""],
        ],
    );

    let page = sheet(&mut book, "排班表");
    rows(page, 0, &[&["岗位编号", "岗位名称", "日期", "时间", "人员", "勤务"]]);
    rows(
        page,
        1,
        &[
            &["HC-001", "北塬垭口检查站", "2月5日", "8:00-20:00", pick("张伟、马军", "张伟 001234、马军"), ""],
            &["HC-001", pick("南门", "北塬垭口检查站"), "2月5日", "20:00-次日8:00", "李娜", ""],
            &["HC-002", "", "2月5日", pick("18:00-23:00", "18:00-24:00"), "赵敏", "备勤"],
            &["HC-002", "", "2月5日", "18:00-24:00", pick("李娜", "张伟(001300)"), ""],
        ],
    );
    book.save_to_buffer().unwrap()
}

/// (sheet, row, column letter, value) of each fault, and a word for its reason.
fn told(draft: &Draft) -> Vec<(String, u32, String, String, &'static str)> {
    let word = |reason: &Reason| match reason {
        Reason::Unread(_) => "unread",
        Reason::NoSuchUnit => "no such unit",
        Reason::NoSuchQualification => "no such qualification",
        Reason::Twice { .. } => "twice",
        Reason::WhichPerson(_) => "which person",
        Reason::NoSuchPost => "no such post",
        Reason::PostIsCalled(_) => "post is called",
        Reason::NoSuchShift(_) => "no such shift",
        Reason::OnDuty { .. } => "on duty",
        Reason::NoSuchPerson => "no such person",
        _ => "other",
    };
    let letter = |fault: &Fault| fault.column.as_ref().map(|column| column.letter.clone()).unwrap_or_default();
    draft
        .faults
        .iter()
        .map(|fault| {
            (fault.sheet.clone(), fault.row.unwrap_or(0), letter(fault), fault.value.clone(), word(&fault.reason))
        })
        .collect()
}

#[test]
fn every_fault_is_named_with_its_sheet_row_column_and_value() {
    let site = site();
    let before = site.submit.published().head.position;
    let found = site.draft(&workbook(false));
    let told = told(&found);
    let told: Vec<_> =
        told.iter().map(|(sheet, row, letter, value, reason)| (&**sheet, *row, &**letter, &**value, *reason)).collect();
    assert_eq!(
        told,
        [
            ("民警花名册", 3, "E", "保安", "unread"),
            ("单位一览表", 6, "B", "陇东市局", "no such unit"),
            ("民警花名册", 4, "G", "开车", "no such qualification"),
            ("民警花名册", 6, "C", "001300", "twice"),
            ("布岗表", 2, "F", "张伟", "which person"),
            ("班次表", 2, "A", "HC-001", "no such post"),
            ("班次表", 3, "A", "HC-001", "no such post"),
            ("班次表", 4, "A", "HC-009", "no such post"),
            ("排班表", 2, "A", "HC-001", "no such post"),
            ("排班表", 3, "A", "HC-001", "no such post"),
            ("排班表", 4, "D", "18:00-23:00", "no such shift"),
            ("排班表", 5, "D", "18:00-24:00", "no such shift"),
        ]
    );
    let which = found.faults.iter().find_map(|fault| match &fault.reason {
        Reason::WhichPerson(numbers) => Some(numbers.clone()),
        _ => None,
    });
    assert_eq!(which.unwrap(), ["001234 北塬派出所", "001300 城关派出所"], "the two are told apart");
    assert_eq!(site.submit.published().head.position, before, "a draft changes nothing");
}

#[test]
fn the_mended_workbook_goes_in_as_one_entry_and_twice_changes_nothing() {
    let site = site();
    let before = site.submit.published().head.position;
    let found = site.import(&workbook(true));
    assert_eq!(Noun::ALL.map(|noun| found.count(noun, Change::Added)), [4, 5, 2, 3, 5]);
    let published = site.submit.published();
    assert_eq!(published.head.position, before + 1);
    let operation = published.board.operation(site.operation).unwrap();
    let pass = operation.posts.by_number("HC-001").unwrap();
    assert_eq!(pass.named_leader, Some(site.person("001234")), "the one of the two who was meant");
    let spans: Vec<Span> = operation.roster.shifts_at(pass.id).map(|(_, shift)| shift.span).collect();
    let night = Span::new(at("2027-02-05T20:00:00+08:00"), at("2027-02-06T08:00:00+08:00"));
    assert_eq!(spans, [Span::new(at("2027-02-05T08:00:00+08:00"), night.from), night]);
    let gate = operation.posts.by_number("HC-002").unwrap();
    let (_, evening) = operation.roster.shifts_at(gate.id).next().unwrap();
    let duties: Vec<_> = operation.roster.assigned(evening).map(|(_, found)| (found.person, found.duty)).collect();
    assert_eq!(duties, [(site.person("001301"), DutyKind::Standby), (site.person("001300"), DutyKind::Post)]);

    let again = site.draft(&workbook(true));
    assert_eq!((again.faults.as_slice(), again.lines.as_slice()), (&[][..], &[][..]));
    assert!(again.import.is_empty() && again.texts.is_empty());
}

#[test]
fn what_goes_out_comes_in_again_and_changes_nothing() {
    let site = site();
    site.import(&workbook(true));
    for language in [Language::English, Language::Chinese] {
        let found = site.draft(&site.export(language));
        assert_eq!((told(&found), found.lines.as_slice()), (Vec::new(), &[][..]), "{language:?}");
        assert_eq!(found.unchanged.values().sum::<usize>(), 5 + 5 + 2 + 3 + 5);
    }
    // Into an empty installation it gives the same tables.
    let other = self::site();
    other.import(&site.export(Language::Chinese));
    let first: Arc<[u8]> = site.export(Language::Chinese).into();
    assert!(*first == *other.export(Language::Chinese), "the same rows give the same file");
}

#[test]
fn one_new_telephone_is_one_change_and_the_other_words_stay() {
    let site = site();
    site.import(&workbook(true));
    let person = site.person("001235");
    let before = site.submit.published().board.force.person(person).cloned().unwrap();
    let csv = "警号,姓名,单位,类别,电话\n001235,李娜,北塬派出所,民警,13999999999\n";
    let id = Uuid::now_v7();
    let found = site.look(Actor::Operator, |sheet| draft(sheet, csv.as_bytes(), "people.csv", None, id));
    let [line] = found.lines.as_slice() else { panic!("{:?}", found.lines) };
    assert_eq!(line.differs, [("Telephone".to_owned(), "13900000002".to_owned(), "13999999999".to_owned())]);
    assert_eq!(found.texts.len(), 1);
    let [row] = found.import.force.people.as_slice() else { panic!("one person") };
    assert_eq!((row.name, row.number), (before.name, before.number));
    assert_ne!(row.telephone, before.telephone);
    assert_eq!(row.qualifications, before.qualifications, "a column that is not there takes nothing away");
}

#[test]
fn who_leaves_is_listed_and_a_stranger_cannot_leave() {
    let site = site();
    site.import(&workbook(true));
    let csv = "警号,姓名,单位,类别,状态\nF0017,马军,北塬派出所,辅警,离职\n009999,无名,北塬派出所,民警,调出\n";
    let found = site.draft(csv.as_bytes());
    assert_eq!(found.count(Noun::Person, Change::Leaves), 1);
    assert_eq!(told(&found).len(), 1);
    assert!(matches!(found.faults[0].reason, Reason::NoSuchPerson));
}

#[test]
fn a_county_leader_brings_in_their_own_county_only() {
    let site = site();
    site.import(&workbook(true));
    let leader = site.person("001300");
    let station = site.submit.published().board.force.person(leader).unwrap().unit;
    let grant = access::Command::Grant {
        id: Id::mint(CommandId(9), 0),
        person: leader,
        role: Role::Leader,
        unit: station,
        from: None,
        until: None,
    };
    site.give(Command::Access(grant));
    let csv = "警号,姓名,单位,类别\n001400,王芳,城关派出所,民警\n001401,刘洋,北塬派出所,民警\n001235,李大娜,北塬派出所,民警\n";
    let (_, found) = site.draft_as(Actor::Person(leader), csv.as_bytes());
    assert_eq!(found.count(Noun::Person, Change::Added), 1);
    let denied =
        |fault: &Fault| matches!(&fault.reason, Reason::Refused(refusal) if matches!(**refusal, Refusal::Denied(_)));
    assert_eq!(found.faults.iter().map(denied).collect::<Vec<_>>(), [true, true]);
    assert!(found.lines.iter().all(|line| !line.what.contains("李")), "nothing is told of who is out of reach");
}

#[test]
fn nobody_is_put_on_two_posts_at_once() {
    let site = site();
    site.import(&workbook(true));
    let csv = "岗位编号,日期,时间,人员\nHC-002,2027-02-05,18:00-24:00,张伟 001234\n";
    let found = site.draft_sheet(csv, "排班表.csv");
    assert_eq!(told(&found)[0].4, "on duty");
}

impl Site {
    fn draft_sheet(&self, csv: &str, name: &str) -> Draft {
        let id = Uuid::now_v7();
        self.look(Actor::Operator, |sheet| draft(sheet, csv.as_bytes(), name, Some(self.operation), id))
    }
}

#[test]
fn every_reason_has_words_in_both_languages() {
    use crate::http::negotiate::Language as Tongue;
    let site = site();
    let draft = site.draft(&workbook(false));
    for language in Tongue::ALL {
        let locale = Locale { language, ..Locale::default() };
        let published = site.submit.published();
        let register = site.submit.register().read();
        let (zone, figures, now) = (&site.zone, &site.figures, site.now);
        let sheet = Sheet { locale, published: &published, register, zone, figures, actor: Actor::Operator, now };
        for fault in &draft.faults {
            let words = words::sentence(&sheet, fault);
            assert!(words.contains(&fault.value) && !words.contains("import-"), "{words}");
        }
    }
}
