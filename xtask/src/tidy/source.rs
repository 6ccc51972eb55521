//! Rust source in two masks: the code without comments and literals, and the contents of its string literals.

/// Both masks have the lines of the source.
pub struct Masks {
    pub code: Vec<String>,
    pub strings: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text,
    RawText { hashes: usize },
}

/// Splits a source; what is not part of a mask is a space in it.
pub fn masks(source: &str) -> Masks {
    let chars: Vec<char> = source.chars().collect();
    let mut masks = Masks { code: vec![String::new()], strings: vec![String::new()] };
    let mut state = State::Code;
    let mut at = 0;
    while at < chars.len() {
        let (next, length) = step(state, &chars, at);
        let length = length.min(chars.len() - at);
        for &seen in &chars[at..at + length] {
            let inside = matches!(state, State::Text | State::RawText { .. }) && state == next;
            masks.push(seen, state == State::Code, inside);
        }
        at += length;
        state = match next {
            State::LineComment if chars[at - 1] == '\n' => State::Code,
            other => other,
        };
    }
    masks
}

/// The state after the token at `at`, and the token's length.
fn step(state: State, chars: &[char], at: usize) -> (State, usize) {
    let ahead = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    let hashes = |from: usize| chars[(at + from).min(chars.len())..].iter().take_while(|&&seen| seen == '#').count();
    match state {
        State::Code => match (ahead(0), ahead(1)) {
            ('/', '/') => (State::LineComment, 1),
            ('/', '*') => (State::BlockComment { depth: 1 }, 2),
            ('"', _) => (State::Text, 1),
            ('r', '"' | '#') if !in_word(chars, at) && ahead(1 + hashes(1)) == '"' => {
                (State::RawText { hashes: hashes(1) }, 2 + hashes(1))
            }
            // Past the escaped character itself, which may be a quote.
            ('\'', '\\') => (State::Code, 4 + chars.iter().skip(at + 3).take_while(|&&seen| seen != '\'').count()),
            ('\'', _) if ahead(2) == '\'' => (State::Code, 3),
            _ => (State::Code, 1),
        },
        State::LineComment => (State::LineComment, 1),
        State::BlockComment { depth } => match (ahead(0), ahead(1)) {
            ('*', '/') if depth == 1 => (State::Code, 2),
            ('*', '/') => (State::BlockComment { depth: depth - 1 }, 2),
            ('/', '*') => (State::BlockComment { depth: depth + 1 }, 2),
            _ => (state, 1),
        },
        State::Text => match ahead(0) {
            '\\' if at + 1 < chars.len() => (State::Text, 2),
            '"' => (State::Code, 1),
            _ => (State::Text, 1),
        },
        State::RawText { hashes: wanted } => {
            let ends = ahead(0) == '"' && hashes(1) >= wanted;
            if ends { (State::Code, 1 + wanted) } else { (state, 1) }
        }
    }
}

/// `bar"` ends a word, it does not open a raw text; `br"` and `cr"` do.
fn in_word(chars: &[char], at: usize) -> bool {
    let word = |back: usize| {
        let seen = at.checked_sub(back).map(|place| chars[place]);
        seen.filter(|seen| seen.is_alphanumeric() || *seen == '_')
    };
    match word(1) {
        None => false,
        Some('b' | 'c') => word(2).is_some(),
        Some(_) => true,
    }
}

impl Masks {
    fn push(&mut self, seen: char, code: bool, string: bool) {
        if seen == '\n' {
            self.code.push(String::new());
            self.strings.push(String::new());
            return;
        }
        let last = |lines: &mut Vec<String>, keep: bool| {
            if let Some(line) = lines.last_mut() {
                line.push(if keep { seen } else { ' ' });
            }
        };
        last(&mut self.code, code);
        last(&mut self.strings, string);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        masks(source).code.join("\n")
    }

    fn strings(source: &str) -> String {
        masks(source).strings.join("\n").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_texts_are_not_code() {
        let source = "let a = \"todo!()\"; // todo!()\n/* todo!() /* nested */ still */ let b = 1;";
        let code = code(source);
        assert!(!code.contains("todo"), "{code}");
        assert!(code.contains("let a =") && code.contains("let b = 1;") && !code.contains("still"), "{code}");
        assert_eq!(strings(source), "todo!()");
    }

    #[test]
    fn raw_texts_escapes_and_quotes_in_characters_do_not_confuse() {
        let source = "let a = r#\"say \"SELECT\" here\"#; let q = '\"'; let e = \"\\\"x\\\"\"; let f: &'static str = b; let n = '\\n'; let s = br\"raw\"; end()";
        let code = code(source);
        assert!(!code.contains("SELECT") && !code.contains("raw"), "{code}");
        assert!(code.contains("&'static str = b") && code.ends_with("end()"), "{code}");
        assert!(strings(source).contains("say \"SELECT\" here"), "{}", strings(source));
    }

    #[test]
    fn the_lines_stay_where_they_are() {
        let source = "one\n\"two\nthree\"\n// four\nfive";
        let masks = masks(source);
        assert_eq!(masks.code.len(), 5);
        assert_eq!(masks.code[4], "five");
        assert_eq!(masks.strings[2].trim(), "three");
    }

    #[test]
    fn an_unfinished_source_ends_quietly() {
        for source in ["\"", "'\\", "'\\u{", "/*", "r#\"", "r#", "b'", "\"\\", "'"] {
            masks(source);
        }
    }
}
