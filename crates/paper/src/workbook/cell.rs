//! One cell of the file into one cell of its column's kind, or the reason why not.

use super::fault::Reason;
use super::fold::{clean, fold, fold_name, match_form};
use super::grid::Raw;
use super::limits::MAX_CELL_CHARS;
use super::moment::{self, Epoch};
use crate::table::{Cell, Choice, Kind};

/// Digits of a telephone number: an internal extension has 3 or more; 15 is the most of ITU-T E.164, and an
/// extension may follow.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=20;

/// Excel keeps 15 significant digits of a number (Excel specifications and limits).
const EXACT_BELOW: f64 = 1e15;

/// Words that may stand after a count: people, pieces, vehicles, places, posts.
const MEASURE_WORDS: [char; 8] = ['人', '名', '个', '辆', '台', '处', '岗', '条'];

/// What people write for "the same as above".
const DITTO: [&str; 5] = ["同上", "〃", "″", "ditto", "\"\""];

/// How dates without a year, and serials, are to be understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub epoch: Epoch,
    pub year: Option<i16>,
}

pub(super) fn parse(raw: &Raw, kind: &Kind, context: Context) -> Result<Cell, Reason> {
    match raw {
        Raw::Error(_) => Err(Reason::ErrorCell),
        Raw::NotCalculated => Err(Reason::NotCalculated),
        Raw::Bool(_) => match kind {
            Kind::Choice(choices) => choice(&raw.text(), choices),
            _ => Err(Reason::TrueOrFalse),
        },
        Raw::Text(text) => from_text(text, kind, context),
        Raw::Number(number) => from_number(*number, kind, context),
        Raw::Serial(serial) => from_serial(*serial, kind, context),
    }
}

/// How a cell is quoted in a fault: a serial as the date or time it stands for.
pub(super) fn show(raw: &Raw, context: Context) -> String {
    match raw {
        Raw::Serial(serial) => serial_text(*serial, context).unwrap_or_else(|| serial.to_string()),
        Raw::Number(number) => number_text(*number),
        other => other.text(),
    }
}

fn from_text(text: &str, kind: &Kind, context: Context) -> Result<Cell, Reason> {
    let chars = text.chars().count();
    if chars > MAX_CELL_CHARS {
        return Err(Reason::TooLong { chars });
    }
    let folded = fold(text);
    if folded.is_empty() || is_placeholder(&folded, kind) {
        return Ok(Cell::Empty);
    }
    if DITTO.contains(&folded.as_str()) {
        return Err(Reason::Ditto);
    }
    match kind {
        Kind::Text => Ok(Cell::Text(clean(text))),
        Kind::Name => Ok(Cell::Text(fold_name(text))),
        Kind::StaffNumber => staff_number(&folded),
        Kind::Phone => phone(&folded),
        Kind::Count => count(&folded),
        Kind::Date => moment::parse_date(&folded, context.year).map(Cell::Date),
        Kind::Time => moment::parse_time(&folded).map(Cell::Time),
        Kind::DateTime => moment::parse_date_time(&folded, context.year).map(Cell::DateTime),
        Kind::Span => moment::parse_span(&folded).map(Cell::Span),
        Kind::Choice(choices) => choice(&folded, choices),
        Kind::List => Ok(list(text)),
    }
}

fn from_number(number: f64, kind: &Kind, context: Context) -> Result<Cell, Reason> {
    match kind {
        Kind::StaffNumber | Kind::Phone if number.abs() >= EXACT_BELOW => Err(Reason::DigitsLost),
        Kind::Count if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
            Ok(Cell::Count(number as u32))
        }
        Kind::Count => Err(Reason::NotACount),
        Kind::Date => moment::date_from_number(number, context.epoch).map(Cell::Date),
        Kind::DateTime => {
            moment::from_plausible_serial(number, context.epoch).map(Cell::DateTime).ok_or(Reason::NotADateTime)
        }
        Kind::Time => moment::time_from_number(number).map(Cell::Time),
        _ => from_text(&number_text(number), kind, context),
    }
}

fn from_serial(serial: f64, kind: &Kind, context: Context) -> Result<Cell, Reason> {
    match kind {
        Kind::Date => {
            let at = moment::from_serial(serial, context.epoch).ok_or(Reason::NoSuchDate)?;
            moment::whole_day(at).map(Cell::Date)
        }
        Kind::DateTime => moment::from_serial(serial, context.epoch).map(Cell::DateTime).ok_or(Reason::NoSuchDate),
        Kind::Time => moment::clock_from_day_fraction(serial).map(Cell::Time),
        Kind::StaffNumber => Err(Reason::NotAStaffNumber),
        Kind::Phone => Err(Reason::NotAPhone),
        Kind::Count => Err(Reason::NotACount),
        Kind::Text | Kind::Name | Kind::Span | Kind::Choice(_) | Kind::List => {
            from_text(&serial_text(serial, context).ok_or(Reason::NoSuchDate)?, kind, context)
        }
    }
}

/// A serial as its column would show it: below one it is a time of day, without a fraction a date.
fn serial_text(serial: f64, context: Context) -> Option<String> {
    if (0.0..1.0).contains(&serial) {
        return moment::clock_from_day_fraction(serial).ok().map(|time| time.to_string());
    }
    let at = moment::from_serial(serial, context.epoch)?;
    Some(match moment::whole_day(at) {
        Ok(date) => date.to_string(),
        Err(_) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    })
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT_BELOW {
        return (number as i64).to_string();
    }
    number.to_string()
}

/// A dash, a stroke or 无 says "nothing here" where it cannot be a value.
fn is_placeholder(folded: &str, kind: &Kind) -> bool {
    let mark = matches!(folded, "-" | "--" | "/" | "\\" | "无");
    mark && !matches!(kind, Kind::Text | Kind::Name | Kind::Choice(_))
}

fn staff_number(folded: &str) -> Result<Cell, Reason> {
    let number: String = folded.chars().filter(|&c| c != ' ').collect();
    if is_scientific(&number) {
        return Err(Reason::DigitsLost);
    }
    let fits = number.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    if fits { Ok(Cell::Text(number)) } else { Err(Reason::NotAStaffNumber) }
}

/// Digits, a leading `+`, and single hyphens; 转, ext and # before an extension become a hyphen.
fn phone(folded: &str) -> Result<Cell, Reason> {
    if is_scientific(folded) {
        return Err(Reason::DigitsLost);
    }
    let mut text = folded.to_lowercase();
    for mark in ["转", "ext.", "ext", "#", "x", "("] {
        text = text.replace(mark, "-");
    }
    let mut number = String::with_capacity(text.len());
    for c in text.replace(')', "-").chars() {
        match c {
            '0'..='9' => number.push(c),
            '+' if number.is_empty() => number.push(c),
            '-' if number.ends_with(|last: char| last.is_ascii_digit()) => number.push(c),
            '-' | ' ' => {}
            _ => return Err(Reason::NotAPhone),
        }
    }
    let number = number.trim_end_matches('-');
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if PHONE_DIGITS.contains(&digits) { Ok(Cell::text(number)) } else { Err(Reason::NotAPhone) }
}

/// 1.38E+10: what is left of a long number once a spreadsheet has shown it as text.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let Some(exponent) = exponent.strip_prefix('+') else { return false };
    mantissa.parse::<f64>().is_ok() && exponent.parse::<u16>().is_ok()
}

fn count(folded: &str) -> Result<Cell, Reason> {
    let bare = folded.trim_end_matches(MEASURE_WORDS).trim_end();
    let bare = match bare.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => bare,
    };
    let groups: Vec<&str> = bare.split(',').collect();
    let grouped = groups.len() == 1 || groups[1..].iter().all(|group| group.len() == 3) && groups[0].len() <= 3;
    let digits: String = groups.concat();
    if !grouped || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Reason::NotACount);
    }
    digits.parse().map(Cell::Count).map_err(|_| Reason::NotACount)
}

fn choice(text: &str, choices: &[Choice]) -> Result<Cell, Reason> {
    let words = |choice: &'_ Choice, matches: &dyn Fn(&str) -> bool| {
        [&choice.key, &choice.label.en, &choice.label.zh].into_iter().chain(&choice.aliases).any(|word| matches(word))
    };
    // Most cells are written as the list has them, which needs no folding of every word.
    let same = choices.iter().find(|choice| words(choice, &|word| word == text));
    let found = same.or_else(|| {
        let wanted = match_form(text);
        choices.iter().find(|choice| words(choice, &|word| match_form(word) == wanted))
    });
    found
        .map(|choice| Cell::Choice(choice.key.clone()))
        .ok_or_else(|| Reason::NotAChoice { accepted: choices.iter().map(|choice| choice.label.clone()).collect() })
}

/// Items apart by a comma of any kind, a semicolon, a stroke or a line break.
fn list(text: &str) -> Cell {
    let items: Vec<String> = clean(text)
        .split([',', '，', '、', ';', '；', '/', '／', '\n'])
        .map(fold)
        .filter(|item| !item.is_empty())
        .collect();
    if items.is_empty() { Cell::Empty } else { Cell::List(items) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Context = Context { epoch: Epoch::Y1900, year: None };

    fn text(text: &str, kind: &Kind) -> Result<Cell, Reason> {
        parse(&Raw::Text(text.to_owned()), kind, CONTEXT)
    }

    #[test]
    fn telephone_numbers_are_brought_to_one_form() {
        for (written, expected) in [
            ("１３９ ００００ ００００", "13900000000"),
            ("139-0000-0000", "139-0000-0000"),
            ("（0931）8880000", "0931-8880000"),
            ("0931-8880000转801", "0931-8880000-801"),
            ("+86 139 0000 0000", "+8613900000000"),
            ("6123", "6123"),
        ] {
            assert_eq!(text(written, &Kind::Phone), Ok(Cell::text(expected)), "{written}");
        }
        assert_eq!(parse(&Raw::Number(13_900_000_000.0), &Kind::Phone, CONTEXT), Ok(Cell::text("13900000000")));
        for wrong in ["12", "13900000000/13900000001", "none", "12+3456"] {
            assert_eq!(text(wrong, &Kind::Phone), Err(Reason::NotAPhone), "{wrong}");
        }
        assert_eq!(text("1.39E+10", &Kind::Phone), Err(Reason::DigitsLost));
    }

    #[test]
    fn staff_numbers_keep_their_zeros_and_lost_digits_are_said() {
        assert_eq!(text(" ００１２ ３４ ", &Kind::StaffNumber), Ok(Cell::text("001234")));
        assert_eq!(parse(&Raw::Number(1234.0), &Kind::StaffNumber, CONTEXT), Ok(Cell::text("1234")));
        assert_eq!(parse(&Raw::Number(1.1e17), &Kind::StaffNumber, CONTEXT), Err(Reason::DigitsLost));
        assert_eq!(text("12@3", &Kind::StaffNumber), Err(Reason::NotAStaffNumber));
    }

    #[test]
    fn counts_are_whole_and_never_negative_and_blank_is_not_zero() {
        for (written, expected) in [("１２", 12), ("1,234", 1234), ("5人", 5), ("5.0", 5), ("0", 0)] {
            assert_eq!(text(written, &Kind::Count), Ok(Cell::Count(expected)), "{written}");
        }
        for wrong in ["-1", "2.5", "1,23", "三", "4294967296", "人"] {
            assert_eq!(text(wrong, &Kind::Count), Err(Reason::NotACount), "{wrong}");
        }
        assert_eq!(text(" \u{3000}", &Kind::Count), Ok(Cell::Empty));
        assert_eq!(text("—", &Kind::Count), Ok(Cell::Empty));
        assert_eq!(parse(&Raw::Number(2.5), &Kind::Count, CONTEXT), Err(Reason::NotACount));
    }

    #[test]
    fn the_same_as_above_is_not_guessed() {
        for kind in [Kind::Text, Kind::Name, Kind::Date, Kind::List] {
            assert_eq!(text(" 〃 ", &kind), Err(Reason::Ditto));
            assert_eq!(text("同上", &kind), Err(Reason::Ditto));
        }
        assert_eq!(text("同上路口", &Kind::Text), Ok(Cell::text("同上路口")));
    }

    #[test]
    fn choices_are_known_in_both_languages_and_the_fault_lists_them() {
        let kind = Kind::Choice(vec![
            Choice::new("officer", "Officer", "民警").alias("警察"),
            Choice::new("auxiliary", "Auxiliary", "辅警"),
        ]);
        for word in ["officer", "ＯＦＦＩＣＥＲ", "民 警", "警察"] {
            assert_eq!(text(word, &kind), Ok(Cell::Choice("officer".into())), "{word}");
        }
        let Err(Reason::NotAChoice { accepted }) = text("保安", &kind) else { panic!("保安 is no choice") };
        assert_eq!(accepted.len(), 2);
    }

    #[test]
    fn lists_split_on_every_separator() {
        let expected = Cell::List(vec!["驾驶".into(), "急救".into(), "first aid".into()]);
        assert_eq!(text("驾驶、急救；\nfirst  aid，", &Kind::List), Ok(expected));
        assert_eq!(text("、，", &Kind::List), Ok(Cell::Empty));
        assert_eq!(text("无", &Kind::List), Ok(Cell::Empty));
    }

    #[test]
    fn a_date_in_a_text_column_is_shown_as_a_date() {
        assert_eq!(parse(&Raw::Serial(46_423.0), &Kind::Text, CONTEXT), Ok(Cell::text("2027-02-05")));
        assert_eq!(parse(&Raw::Serial(46_423.0), &Kind::Count, CONTEXT), Err(Reason::NotACount));
        assert_eq!(
            parse(&Raw::Serial(1.0), &Kind::Time, CONTEXT).map(|c| c.show(&Kind::Time, crate::Language::English)),
            Ok("24:00".into())
        );
    }
}
