//! Running text: words, stronger words, and notes that stand at the foot of the page.

use super::clean::{clean, clean_line};

/// One run of text. Two neighbours never have the same strength, and none is empty, so equal texts are equal values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A line break within is a line break in print.
    Words {
        text: String,
        strong: bool,
    },
    Note(Note),
}

/// A note at the foot of the page: which records a statement rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    /// Where the records open: an `https:` or `http:` address. Anything else is left out, so that no file carries a
    /// link that runs something.
    pub address: Option<String>,
}

impl Text {
    pub fn new(text: impl Into<String>) -> Self {
        Text::default().words(text)
    }

    pub fn words(self, text: impl Into<String>) -> Self {
        self.push(text.into(), false)
    }

    pub fn strong(self, text: impl Into<String>) -> Self {
        self.push(text.into(), true)
    }

    pub fn note(mut self, text: impl Into<String>, address: Option<String>) -> Self {
        let text = clean_line(&text.into());
        let address = address.map(|address| clean_line(&address)).filter(|address| is_address(address));
        if !text.is_empty() {
            self.0.push(Piece::Note(Note { text, address }));
        }
        self
    }

    /// This text and then the other.
    pub fn join(mut self, other: Text) -> Self {
        for piece in other.0 {
            match piece {
                Piece::Words { text, strong } => self = self.push(text, strong),
                note @ Piece::Note(_) => self.0.push(note),
            }
        }
        self
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The words alone, as they are read aloud.
    pub fn plain(&self) -> String {
        let words = self.0.iter().map(|piece| match piece {
            Piece::Words { text, .. } => text.as_str(),
            Piece::Note(_) => "",
        });
        words.collect()
    }

    /// Whether nothing would be seen in print.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Words { text, .. } if text.trim().is_empty()))
    }

    /// Characters, notes included.
    pub fn chars(&self) -> usize {
        let count = |piece: &Piece| match piece {
            Piece::Words { text, .. } => text.chars().count(),
            Piece::Note(note) => note.text.chars().count(),
        };
        self.0.iter().map(count).sum()
    }

    fn push(mut self, text: String, strong: bool) -> Self {
        let text = clean(&text);
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Words { text: last, strong: same }) if *same == strong => last.push_str(&text),
            _ => self.0.push(Piece::Words { text, strong }),
        }
        self
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text::new(text)
    }
}

/// Room for any address of a record; a browser's own limit is higher.
const MAX_ADDRESS: usize = 2_000;

fn is_address(address: &str) -> bool {
    (address.starts_with("https://") || address.starts_with("http://"))
        && address.len() <= MAX_ADDRESS
        && address.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'}' | b'|')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_equal_values_however_they_were_put_together() {
        assert_eq!(Text::new("a").words("").words("b"), Text::new("ab"));
        assert_eq!(Text::new("a").strong("b").plain(), "ab");
        assert_eq!(Text::new("").pieces(), []);
    }

    #[test]
    fn a_note_opens_a_page_of_the_web_and_nothing_else() {
        let address = |address: &str| match Text::default().note("n", Some(address.into())).pieces() {
            [Piece::Note(note)] => note.address.clone(),
            other => panic!("one note expected: {other:?}"),
        };
        assert_eq!(address("https://board.example/records/7").as_deref(), Some("https://board.example/records/7"));
        for wrong in ["javascript:alert(1)", "file:///etc/passwd", "https://a\"b", "\\\\host\\share", "https://a b"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
