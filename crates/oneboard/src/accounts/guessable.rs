//! Passwords that are guessed first: an offline rule book, and the operator's own list of breached ones if there is one.
//!
//! A password falls when three or fewer well-known pieces explain all of it: common words and names (English and pinyin), walks on the
//! keyboard, runs, repeats, years and dates, with the usual disguises undone (`p@ssw0rd` is `password`). The pieces are our own;
//! guessers build their lists from the same ones.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use sha1::{Digest, Sha1};

/// At this many pieces or fewer a password is found by combining lists.
const FEW_PIECES: usize = 3;

const WORDS: &str = "password passwd pass word admin administrator root user guest login welcome hello letmein access secret changeme default \
    master dragon monkey football baseball princess sunshine shadow superman batman iloveyou love angel lucky money freedom summer winter \
    spring autumn january february march april june july august september october november december monday friday sunday computer internet \
    server system test testing demo temp office police officer station bureau patrol traffic duty watch command centre center security public \
    safety festival oneboard board city county china chinese beijing shanghai guangzhou shenzhen gansu lanzhou longdong qingyang pingliang \
    company manager please qwerty the and for you my is abc asd qwe zxc pwd key code new old good best one two three hunter killer flower \
    woaini woaini1314 aini mima denglu guanli guanliyuan jingcha minjing gongan gonganju paichusuo zhihui zhongguo zhonghua renmin xinnian \
    chunjie kuaile xingfu pingan jiankang facai baobei laopo laogong mama baba wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu \
    guo he lin gao luo zheng liang xie song tang deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding \
    ren yao lei fang jin shi hao xin jun hong min jing long bin qiang yong jie tao ming chao hua ping gang gui ying mei na xiu lan juan yan \
    fei hui jian guang zhi hai bo lei peng yi qing xue ling dan rui kai zi xuan han 520 521 1314 5201314 888 666 168 110 119 120 122 0000 007";

const ROWS: &[&str] = &[
    "`1234567890-=",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "147258369",
    "789456123",
];

/// Can `password` be explained by [`FEW_PIECES`] well-known pieces? `own` are words near its owner: login name, agency.
pub fn is_guessable(password: &str, own: &[&str]) -> bool {
    let plain: Vec<char> = password.chars().map(narrow).flat_map(char::to_lowercase).collect();
    pieces(&plain, own) <= FEW_PIECES
}

/// Full-width letters and digits are typed by the same keys.
fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        other => other,
    }
}

const fn undisguise(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// The fewest pieces that make up `text`, words also in disguise; a character that belongs to no piece is one by itself.
fn pieces(text: &[char], own: &[&str]) -> usize {
    let own: Vec<Vec<char>> = own
        .iter()
        .map(|word| word.to_lowercase().chars().collect())
        .filter(|word: &Vec<char>| word.len() > 2)
        .collect();
    let words: Vec<Vec<char>> = WORDS.split_whitespace().map(|word| word.chars().collect()).chain(own).collect();
    let undone: Vec<char> = text.iter().map(|c| undisguise(*c)).collect();
    let mut fewest = vec![usize::MAX; text.len() + 1];
    fewest[0] = 0;
    for start in 0..text.len() {
        let rest = &text[start..];
        let mut reach = |length: usize| fewest[start + length] = fewest[start + length].min(fewest[start] + 1);
        reach(1);
        words
            .iter()
            .filter(|word| rest.starts_with(word) || undone[start..].starts_with(word))
            .for_each(|word| reach(word.len()));
        for length in [repeated(rest), walk(rest), digits(rest), cycle(rest)] {
            // Any shorter part of such a piece is one too.
            (2..=length).for_each(&mut reach);
        }
    }
    fewest[text.len()]
}

fn repeated(text: &[char]) -> usize {
    text.iter().take_while(|c| **c == text[0]).count()
}

/// Up or down a row, a column or the alphabet: at least three characters.
fn walk(text: &[char]) -> usize {
    let mut longest = 0;
    for row in ROWS {
        let row: Vec<char> = row.chars().collect();
        let back: Vec<char> = row.iter().rev().copied().collect();
        for line in [&row, &back] {
            for from in (0..line.len()).filter(|at| line[*at] == text[0]) {
                longest = longest.max(line[from..].iter().zip(text).take_while(|(a, b)| a == b).count());
            }
        }
    }
    if longest >= 3 { longest } else { 0 }
}

/// Years, dates and other numbers: digits up to eight long.
fn digits(text: &[char]) -> usize {
    text.iter().take(8).take_while(|c| c.is_ascii_digit()).count()
}

/// `abcabcabc`: a group of two to six characters, again and again.
fn cycle(text: &[char]) -> usize {
    (2..=6)
        .filter(|size| text.len() >= size * 2)
        .map(|size| text.iter().zip(text.iter().skip(size)).take_while(|(a, b)| a == b).count() / size * size + size)
        .filter(|length| *length > 6)
        .max()
        .unwrap_or(0)
}

/// Longest line of a list of breached passwords: a hash, a colon, a count.
const MAX_LINE: u64 = 80;

/// Is `password` in the sorted file of upper-case SHA-1 values, `HASH:COUNT` a line? A binary search: about thirty reads.
pub fn is_listed(password: &str, list: &Path) -> io::Result<bool> {
    let wanted: String = Sha1::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
    let mut file = BufReader::with_capacity(256, File::open(list)?);
    let (mut low, mut high) = (0, file.get_ref().metadata()?.len());
    // Invariant: a line equal to the wanted one begins in [low, high).
    while low < high {
        let middle = low + (high - low) / 2;
        let (start, line) = line_from(&mut file, middle, low)?;
        if line.is_empty() {
            high = middle;
            continue;
        }
        let hash = line.split(':').next().unwrap_or_default().trim().to_ascii_uppercase();
        if hash == wanted {
            return Ok(true);
        }
        if hash < wanted { low = start + line.len() as u64 } else { high = middle }
    }
    Ok(false)
}

/// The first line that begins at or after `position` (`low` is known to begin one), and where it begins.
fn line_from(file: &mut BufReader<File>, position: u64, low: u64) -> io::Result<(u64, String)> {
    let mut start = position;
    let mut line = Vec::new();
    if position > low {
        // A line begins here only if the byte before ends one.
        file.seek(SeekFrom::Start(position - 1))?;
        start = position - 1 + io::Read::take(&mut *file, MAX_LINE).read_until(b'\n', &mut line)? as u64;
        line.clear();
    } else {
        file.seek(SeekFrom::Start(position))?;
    }
    io::Read::take(&mut *file, MAX_LINE).read_until(b'\n', &mut line)?;
    Ok((start, String::from_utf8_lossy(&line).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guessers_try_first_falls() {
        for bad in [
            "password2026!",
            "P@ssw0rd1234",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "woaini1314520",
            "wanghao19880808",
            "20260101202601",
            "gonganju2026!",
            "administrator1",
            "Zhaomin13800001",
            "ｐａｓｓｗｏｒｄ２０２６",
            "longdong110!!",
        ] {
            assert!(is_guessable(bad, &["zhaomin"]), "{bad}");
        }
    }

    #[test]
    fn what_nobody_guesses_stands() {
        for good in [
            "correct horse battery staple",
            "vK7#tre9Lq2m!xz",
            "雪夜收费站的第三盏灯",
            "three blue kettles at dawn",
            "mufbwig-ratlek-soon",
        ] {
            assert!(!is_guessable(good, &["zhaomin"]), "{good}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_found_and_no_other() {
        let passwords: Vec<String> = (0..500).map(|n| format!("pw-{n}")).collect();
        let mut lines: Vec<String> = passwords
            .iter()
            .enumerate()
            .map(|(n, p)| {
                format!("{}:{}", Sha1::digest(p).iter().map(|b| format!("{b:02X}")).collect::<String>(), n * n)
            })
            .collect();
        lines.sort();
        let file = tempfile::NamedTempFile::new().expect("a file");
        for end in ["\n", "\r\n", ""] {
            let joined = lines.join(if end.is_empty() { "\n" } else { end }) + end;
            std::fs::write(file.path(), joined).expect("written");
            for password in &passwords {
                assert!(is_listed(password, file.path()).expect("readable"), "{password} with {end:?}");
            }
            assert!((500..700).all(|n| !is_listed(&format!("pw-{n}"), file.path()).expect("readable")));
        }
        std::fs::write(file.path(), "").expect("written");
        assert!(!is_listed("pw-1", file.path()).expect("readable"));
    }
}
