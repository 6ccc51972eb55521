//! Text as people type it, brought to one form: full-width letters, odd dashes, invisible characters.
//!
//! [`clean`] is for what is kept (a person's own words); [`fold`] and [`match_form`] are for what is parsed or compared.

/// Keeps the words, drops what nobody meant to type: invisible and control characters, spaces at the ends of
/// lines and of the text, `\r\n` for a line break. Full-width punctuation stays: it is proper Chinese.
pub(super) fn clean(text: &str) -> String {
    // Nearly every cell: nothing to leave out, and one line.
    if !text.chars().any(|c| c.is_control() || is_invisible(c) || is_fixed_space(c)) {
        return text.trim().to_owned();
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let visible: String = unified
        .chars()
        .filter(|&c| !is_invisible(c) && (c == '\n' || c == '\t' || !c.is_control()))
        .map(|c| if is_fixed_space(c) { ' ' } else { c })
        .collect();
    let lines: Vec<&str> = visible.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// Whether nothing would be left of the text.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// The cleaned text with full-width ASCII, spaces, dashes and tildes brought to ASCII and runs of space to one.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in clean(text).chars().map(fold_char) {
        if c == ' ' && (folded.is_empty() || folded.ends_with(' ')) {
            continue;
        }
        folded.push(c);
    }
    folded.trim_end().to_owned()
}

/// The form in which headings and choices are compared: folded, lower case, without spaces, `*` and `:` marks.
pub(super) fn match_form(text: &str) -> String {
    fold(text).to_lowercase().chars().filter(|c| !matches!(c, ' ' | '*' | ':' | '_')).collect()
}

/// A name: one space between Latin words, none that merely pads Chinese ones (张　伟 is 张伟).
pub(super) fn fold_name(text: &str) -> String {
    let folded = fold(text);
    let chars: Vec<char> = folded.chars().collect();
    let pads = |i: usize| {
        chars[i] == ' ' && i > 0 && is_han(chars[i - 1]) && chars.get(i + 1).is_some_and(|&next| is_han(next))
    };
    (0..chars.len()).filter(|&i| !pads(i)).map(|i| chars[i]).collect()
}

fn fold_char(c: char) -> char {
    match c {
        // The full-width block mirrors ASCII at a fixed distance (Unicode, Halfwidth and Fullwidth Forms).
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\n' | '\t' | '\u{2000}'..='\u{200a}' | '\u{205f}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | '\u{fe58}' | '\u{fe63}' | '\u{30fc}' => '-',
        '\u{301c}' | '\u{223c}' | '\u{2053}' => '~',
        '\u{2236}' | '\u{fe55}' => ':',
        '\u{2215}' | '\u{2044}' => '/',
        _ => c,
    }
}

/// Zero-width, bidirectional-control, soft-hyphen and never-a-character code points: invisible, and never meant.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Spaces that no line may break at; on a line they are spaces.
fn is_fixed_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn full_width_digits_and_punctuation_become_ascii() {
        assert_eq!(fold("２０２７／２／５　　８：３０"), "2027/2/5 8:30");
        assert_eq!(fold("20:00—08:00"), "20:00-08:00");
        assert_eq!(fold("20:00～08:00"), "20:00~08:00");
    }

    #[test]
    fn invisible_characters_and_stray_spaces_go_but_line_breaks_stay() {
        assert_eq!(clean("\u{feff} 东\u{200b}关 \r\n派出所\u{a0}"), "东关\n派出所");
        assert_eq!(clean("\u{3000}，全角标点保留。"), "，全角标点保留。");
    }

    #[test]
    fn a_padded_chinese_name_is_the_name_and_a_latin_name_keeps_its_space() {
        assert_eq!(fold_name("张　伟"), "张伟");
        assert_eq!(fold_name("张   伟"), "张伟");
        assert_eq!(fold_name("Anna  Maria Lee"), "Anna Maria Lee");
        assert_eq!(fold_name("古丽 Aigul"), "古丽 Aigul");
    }

    #[test]
    fn headings_compare_without_case_spaces_and_marks() {
        assert_eq!(match_form("姓　名*："), match_form("姓名"));
        assert_eq!(match_form("Staff Number"), match_form("ＳＴＡＦＦ number *"));
    }

    proptest! {
        #[test]
        fn cleaning_and_folding_twice_is_once(text in "\\PC*|[ a\u{a0}\u{200b}\u{3000}\n\r\t\u{7}张１]{0,12}") {
            prop_assert_eq!(clean(&clean(&text)), clean(&text));
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(fold_name(&fold_name(&text)), fold_name(&text));
            prop_assert_eq!(is_blank(&text), clean(&text).is_empty());
            prop_assert_eq!(is_blank(&text), fold(&text).is_empty());
        }
    }
}
