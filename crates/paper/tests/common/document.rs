//! Documents for tests: a summary with everything in it, and random ones.

use paper::Language;
use paper::chart::{Cell, Chart, Course, Curve, Matrix, Plot, Receipts, Series, State};
use paper::document::{Block, Document, Figures, Level, Signature, Table, Text};
use proptest::prelude::*;

/// Every part of a document, in both languages of its words.
pub fn summary(language: Language) -> Document {
    let pick = |en: &str, zh: &str| language.pick(en, zh).to_owned();
    let mut document =
        Document::new(language, pick("Summary of Spring Festival security, 2027", "2027年春节安保工作总结"));
    document.marks.demonstration = true;
    document.marks.confidentiality = pick("Internal", "内部资料");
    document.issuer = pick("Longdong Public Security Bureau", "龙东市公安局");
    document.number = pick("LPSB [2027] 3", "龙公发〔2027〕3号");
    document.addressee = pick("All county bureaus", "各县（分）局");
    document.running = pick("Spring Festival security, day 15", "春节安保第15日");
    document.made = "2027-02-20T02:00:00Z".parse().unwrap();
    document.signature = Some(Signature {
        by: pick("Longdong Public Security Bureau", "龙东市公安局"),
        date: Some(jiff::civil::date(2027, 2, 20)),
    });
    let address = Some("https://board.example/operations/7/records?figure=posts".to_owned());
    document.blocks = vec![
        Block::heading(Level::One, pick("Situation", "基本情况")),
        Block::Paragraph(
            Text::new(pick("On fifteen days ", "十五天内，全市设岗"))
                .strong(pick("420 posts", "420个"))
                .words(pick(
                    " were manned by 5,600 people in snow.",
                    "，5600人在雪中值守，辅警王堃、民警李喆连续值守。",
                ))
                .note(pick("Posts 1 to 420, records 17 to 90,341", "岗位第1至420号，条目17至90341"), address)
                .words(pick(" No post was left unmanned for more than 20 minutes.", "漏岗均未超过20分钟。")),
        ),
        Block::Figure { chart: "night".into(), caption: pick("Posts manned, hour by hour", "逐小时在岗数") },
        Block::heading(Level::Two, pick("Weather", "天气情况")),
        Block::List {
            ordered: false,
            items: vec![
                pick("Road icing, yellow", "道路结冰黄色预警").into(),
                pick("Snow, blue", "暴雪蓝色预警").into(),
            ],
        },
        Block::List {
            ordered: true, items: vec![pick("Cold hours", "低温时长").into(), pick("Rest", "轮休").into()]
        },
        Block::heading(Level::Three, pick("Roads", "道路")),
        Block::Paragraph(Text::new("#set page(width: 1pt)\n*bold* <w:b/> & \"quotes\" \\ $x$ @ref `code`\ttab")),
        Block::heading(Level::Four, pick("Main road", "国道")),
        Block::Table(Table {
            caption: pick("By county", "各县情况"),
            head: [pick("Unit", "单位"), pick("Required", "应到"), pick("Actual", "实到")].map(Text::from).into(),
            rows: vec![
                [pick("Dongguan", "东关分局"), "120".into(), "118".into()].map(Text::from).into(),
                vec![Text::from(pick("Heishan", "黑山县局")), Text::new("90"), Text::default()],
            ],
        }),
        Block::Table(Table { caption: String::new(), head: vec!["a".into()], rows: vec![vec!["b\nc".into()]] }),
        Block::heading(Level::One, pick("Receipts", "指令签收")),
        Block::Figure { chart: "receipts".into(), caption: String::new() },
        Block::Figure {
            chart: "units".into(), caption: pick("Unmanned posts by unit and day", "各单位逐日漏岗数")
        },
        Block::paragraph(pick("So it was.", "特此报告。")),
    ];
    document
}

pub fn figures(language: Language) -> Figures {
    let pick = |en: &'static str, zh: &'static str| language.pick(en, zh);
    let hours = (0..16).map(|hour| format!("{:02}:00", (18 + hour) % 24));
    let values = |base: u32| (0..16).map(move |hour| (hour != 11).then_some(base - (hour * 7) % 13));
    let night = Course::new(hours, Series::new(pick("Manned", "在岗"), values(418)))
        .before(Series::new(pick("Last year", "上年"), values(396)))
        .required(Series::new(pick("Required", "应到"), vec![Some(420); 16]));
    let curve = |name: &str, before, late: u32| Curve {
        name: name.into(),
        before,
        points: (1..60).map(|step| (step * late, 420 - 420 / (step + 1))).collect(),
    };
    let receipts = Receipts {
        asked: 420,
        until: 180,
        curves: vec![
            curve(pick("Acknowledged", "已签收"), false, 1),
            curve(pick("Done", "已完成"), false, 3),
            curve(pick("Last year", "上年"), true, 2),
        ],
    };
    let units = ["东关分局", "黑山县公安局", "Xishan county bureau", "直属支队"];
    let cell = |row: usize, day: usize| match (row * 5 + day * 3) % 11 {
        0..7 => Cell::new(Some(0), State::Normal),
        7 => Cell::new(None, State::Normal),
        8 | 9 => Cell::new(Some(2), State::Attention),
        _ => Cell::new(Some(11), State::Wrong),
    };
    let matrix = Matrix {
        columns: (1..=15).map(|day| format!("2/{day}")).collect(),
        rows: units
            .iter()
            .enumerate()
            .map(|(row, name)| ((*name).to_owned(), (0..15).map(|day| cell(row, day)).collect()))
            .collect(),
    };
    let chart = |key: &str, title: &str, plot| (key.to_owned(), Chart::new(key, language, title, plot));
    Figures::from([
        chart("night", pick("Posts manned, hour by hour", "逐小时在岗数"), Plot::Hours(night.clone())),
        chart("strip", pick("Posts manned, hour by hour", "逐小时在岗数"), Plot::Strip(night)),
        chart("receipts", pick("Receipts over time", "签收进度"), Plot::Receipts(receipts)),
        chart("units", pick("Unmanned posts by unit and day", "各单位逐日漏岗数"), Plot::Matrix(matrix)),
    ])
}

/// Any words that a keyboard or a paste can bring, hostile ones included.
pub fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z 东关站雪夜，。（）#$*_@<>&\"'\\\\\\[\\]{}\n\t]{0,30}", "\\PC{0,20}", any::<String>(),]
}

fn text() -> impl Strategy<Value = Text> {
    let piece = (0..4u8, words());
    prop::collection::vec(piece, 0..5).prop_map(|pieces| {
        pieces.into_iter().fold(Text::default(), |text, (kind, words)| match kind {
            0 => text.strong(words),
            1 => text.note(words, Some("https://board.example/records/1?a=b&c=d".into())),
            2 => text.note(words, None),
            _ => text.words(words),
        })
    })
}

fn block() -> impl Strategy<Value = Block> {
    let table = (words(), 1..4usize, prop::collection::vec(prop::collection::vec(text(), 0..4), 0..4));
    prop_oneof![
        (1..5usize, text()).prop_map(|(depth, text)| Block::Heading { level: Level::from_depth(depth).unwrap(), text }),
        text().prop_map(Block::Paragraph),
        (any::<bool>(), prop::collection::vec(text(), 0..4))
            .prop_map(|(ordered, items)| Block::List { ordered, items }),
        table.prop_map(|(caption, columns, rows)| Block::Table(Table {
            caption,
            head: vec![Text::new("h"); columns],
            rows
        })),
        (prop::sample::select(vec!["night", "units"]), words())
            .prop_map(|(chart, caption)| Block::Figure { chart: chart.into(), caption }),
    ]
}

pub fn any_document() -> impl Strategy<Value = Document> {
    let lines = [words(), words(), words(), words(), words(), words()];
    (any::<bool>(), lines, prop::collection::vec(block(), 0..8), prop::option::of(0..20_000i32), 0..4u8).prop_map(
        |(chinese, [title, addressee, number, issuer, running, by], blocks, day, exercise)| {
            let language = if chinese { Language::Chinese } else { Language::English };
            let mut document = Document::new(language, title);
            (document.marks.demonstration, document.marks.drill) = (exercise & 1 > 0, exercise & 2 > 0);
            // The colon that is printed after an addressee is not part of it.
            (document.addressee, document.number) = (addressee.replace([':', '：'], ""), number);
            (document.issuer, document.running, document.blocks) = (issuer, running, blocks);
            let date = day.map(|day| jiff::civil::date(2020, 1, 1).saturating_add(jiff::ToSpan::days(day)));
            document.signature = Some(Signature { by, date });
            document
        },
    )
}
