//! What the pictures promise: honest scales, words that stay words, nothing that a strict page forbids.

use super::*;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

fn course() -> Course {
    let steps = (0..24).map(|hour| format!("{hour:02}:00"));
    let values = |from: u32| (0..24).map(move |hour| (hour != 5).then_some(from + hour % 7));
    Course::new(steps, Series::new("Manned", values(410)))
        .before(Series::new("Last year", values(380)))
        .required(Series::new("Required", vec![Some(420); 24]))
}

fn every_kind() -> Vec<Chart> {
    let curve = |name: &str, before| Curve { name: name.into(), before, points: vec![(2, 30), (9, 300), (40, 415)] };
    let receipts = Receipts {
        asked: 420,
        until: 60,
        curves: vec![curve("Acknowledged", false), curve("Done", false), curve("Last year", true)],
    };
    let cells = |row: u32| {
        (0..15).map(move |day| {
            let state = [State::Normal, State::Attention, State::Wrong][(row as usize + day) % 3];
            Cell::new((day != 14).then_some(row + 20), state)
        })
    };
    let matrix = Matrix {
        columns: (1..=15).map(|day| format!("2/{day}")).collect(),
        rows: (0..8).map(|row| (format!("第{row}县公安局"), cells(row).collect())).collect(),
    };
    let chart = |key: &str, plot| Chart::new(key, Language::English, "What is seen", plot).rows_are("Hour");
    vec![
        chart("strip", Plot::Strip(course())),
        chart("hours", Plot::Hours(course())),
        chart("receipts", Plot::Receipts(receipts)),
        chart("matrix", Plot::Matrix(matrix)),
    ]
}

/// Names of elements and attributes, and all text, read by another parser.
fn parsed(svg: &str) -> (Vec<String>, Vec<String>, String) {
    let (mut elements, mut attributes, mut text) = (Vec::new(), Vec::new(), String::new());
    let mut reader = Reader::from_str(svg);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                elements.push(start.name().as_ref().to_owned());
                for attribute in start.attributes() {
                    attributes.push(attribute.unwrap().key.as_ref().to_owned());
                }
            }
            Event::Text(words) => text += &words,
            Event::GeneralRef(_) => text.push('?'),
            Event::Eof => return (elements, attributes, text),
            _ => {}
        }
    }
}

#[test]
fn every_kind_is_well_formed_named_and_free_of_what_a_strict_page_forbids() {
    for chart in every_kind() {
        let (elements, attributes, text) = parsed(&chart.svg());
        for element in &elements {
            let known = ["svg", "title", "desc", "rect", "line", "path", "text"];
            assert!(known.contains(&element.as_str()), "{element} in {}", chart.key);
        }
        assert!(attributes.iter().all(|name| name != "style" && name != "href" && !name.starts_with("on")));
        assert!(text.contains("What is seen"));
        assert!(chart.svg().contains(&format!("aria-labelledby=\"{0}-title {0}-description\"", chart.key)));
    }
}

#[test]
fn the_same_figures_give_the_same_picture_and_another_figure_another() {
    for (one, two) in every_kind().iter().zip(every_kind()) {
        assert_eq!(one.svg(), two.svg());
    }
    let mut other = course();
    other.now.values[3] = Some(1);
    let svg = |course| Chart::new("a", Language::English, "", Plot::Hours(course)).svg();
    assert_ne!(svg(course()), svg(other));
}

#[test]
fn no_data_is_an_empty_place_and_the_table_says_so_where_nought_is_nought() {
    let course = Course::new(["20:00", "21:00"], Series::new("Manned", [Some(0), None]));
    for (language, none) in [(Language::English, "no data"), (Language::Chinese, "无数据")] {
        let chart = Chart::new("a", language, "", Plot::Hours(course.clone()));
        let rows: Vec<String> = chart.table().rows.iter().map(|row| row[1].plain()).collect();
        assert_eq!(rows, ["0", none]);
        assert_eq!(chart.svg().matches("chart-none").count(), 1);
    }
}

#[test]
fn bars_are_as_high_as_their_values_from_nought() {
    let course = Course::new(["a", "b"], Series::new("x", [Some(50), Some(100)]));
    let svg = Chart::new("a", Language::English, "", Plot::Hours(course)).svg();
    let heights: Vec<f64> = svg
        .split("<rect class=\"chart-area\"")
        .skip(1)
        .map(|rect| rect.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    assert!((heights[1] / heights[0] - 2.0).abs() < 0.01, "{heights:?}");
}

#[test]
fn receipts_say_when_each_share_was_reached() {
    let receipts = Receipts {
        asked: 100,
        until: 60,
        curves: vec![Curve { name: "Done".into(), before: false, points: vec![(5, 50), (20, 94)] }],
    };
    let table = Chart::new("a", Language::English, "", Plot::Receipts(receipts)).table();
    let row: Vec<String> = table.rows[0].iter().map(Text::plain).collect();
    assert_eq!(row, ["Done", "5", "20", "not reached", "not reached", "94/100"]);
}

#[test]
fn a_description_says_how_far_each_series_reaches() {
    let course = Course::new(["a"], Series::new("在岗", [Some(7)])).before(Series::new("上年", [None]));
    let chart = Chart::new("a", Language::Chinese, "", Plot::Hours(course));
    assert_eq!(chart.said(), "在岗：7至7。上年：无数据。");
}

proptest! {
    #[test]
    fn hostile_names_and_wild_figures_stay_words_and_figures(
        name in "\\PC{0,40}|[<>&\"'\u{202e}\u{0}\n]{1,10}",
        values in prop::collection::vec(prop::option::of(any::<u32>()), 0..40),
        steps in 0usize..40,
    ) {
        let course = Course::new((0..steps).map(|_| name.clone()), Series::new(name.clone(), values.clone()));
        let row = values.iter().map(|&value| Cell::new(value, State::Wrong)).collect();
        let matrix = Matrix { columns: vec![name.clone(); steps], rows: vec![(name.clone(), row)] };
        let points = values.iter().flatten().map(|&value| (value, value)).collect();
        let curve = Curve { name: name.clone(), before: false, points };
        let receipts = Receipts { asked: values.len() as u32, until: steps as u32, curves: vec![curve] };
        for plot in [Plot::Strip(course.clone()), Plot::Hours(course), Plot::Matrix(matrix), Plot::Receipts(receipts)] {
            let chart = Chart::new(&name, Language::English, name.clone(), plot);
            let (elements, _, text) = parsed(&chart.svg());
            prop_assert!(!elements.iter().any(|name| name == "script"));
            let reordered = text.contains('\u{202e}');
            prop_assert!(!reordered);
            prop_assert!(!chart.svg().contains("NaN") && !chart.svg().contains("inf"));
            prop_assert!(chart.table().rows.len() <= steps.max(1));
        }
    }
}
