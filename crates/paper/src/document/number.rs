//! The numbers of headings: 一、（一）1.（1） in Chinese (GB/T 9704-2012, 7.3.3), 1, 1.1 in English.

use super::Level;
use crate::words::Language;

/// Counts headings in the order of reading.
#[derive(Debug, Clone)]
pub struct Numbering {
    language: Language,
    counts: [usize; Level::ALL.len()],
}

impl Numbering {
    pub fn new(language: Language) -> Self {
        Numbering { language, counts: [0; Level::ALL.len()] }
    }

    /// The number of the next heading of this level. Levels below begin again.
    pub fn next(&mut self, level: Level) -> String {
        let depth = level.depth();
        self.counts[depth - 1] += 1;
        self.counts[depth..].fill(0);
        let count = self.counts[depth - 1];
        match (self.language, level) {
            (Language::Chinese, Level::One) => format!("{}、", chinese_number(count)),
            (Language::Chinese, Level::Two) => format!("（{}）", chinese_number(count)),
            (Language::Chinese, Level::Three) => format!("{count}."),
            (Language::Chinese, Level::Four) => format!("（{count}）"),
            (Language::English, _) => self.counts[..depth].iter().map(usize::to_string).collect::<Vec<_>>().join("."),
        }
    }
}

/// 一, 十, 二十一, 一百零五; from a thousand on in digits, as no document is numbered so far.
pub fn chinese_number(number: usize) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match number {
        0..10 => DIGITS[number].to_owned(),
        10..20 => format!("十{}", if number == 10 { "" } else { DIGITS[number - 10] }),
        20..100 => {
            let (tens, ones) = (number / 10, number % 10);
            format!("{}十{}", DIGITS[tens], if ones == 0 { "" } else { DIGITS[ones] })
        }
        100..1000 => {
            let (hundreds, rest) = (number / 100, number % 100);
            let rest = match rest {
                0 => String::new(),
                1..10 => format!("零{}", DIGITS[rest]),
                10..20 => format!("一{}", chinese_number(rest)),
                _ => chinese_number(rest),
            };
            format!("{}百{rest}", DIGITS[hundreds])
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::chinese_number;

    #[test]
    fn chinese_numbers_are_written_as_they_are_read() {
        let cases = [
            (1, "一"),
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (99, "九十九"),
            (100, "一百"),
            (105, "一百零五"),
            (110, "一百一十"),
            (342, "三百四十二"),
            (1000, "1000"),
        ];
        for (number, words) in cases {
            assert_eq!(chinese_number(number), words);
        }
    }
}
