//! CSV into a grid: the encoding found out, the delimiter found out, the quoting of RFC 4180.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::fault::Reason;
use super::grid::{Book, Budget, Grid, Raw};
use super::moment::Epoch;
use super::write::unguard;

/// Reads one text file as one sheet named `name`.
pub(super) fn load(bytes: &[u8], name: &str) -> Result<Book, Reason> {
    let text = decode(bytes)?;
    let mut book = Book::new(Epoch::Y1900);
    let mut grid = Grid::named(name);
    let mut budget = Budget::default();
    let mut records = Records { rest: &text, delimiter: delimiter(&text) };
    'rows: for row in 0.. {
        let Some(fields) = records.next_record().ok_or(Reason::UnclosedQuote { row: row + 1 })? else { break };
        for (column, field) in (0..).zip(fields).filter(|(_, field)| !field.is_empty()) {
            let raw = Raw::Text(unguard(&field).to_owned());
            if !grid.put((row, column), raw, &mut budget, &mut book.faults)? {
                break 'rows;
            }
        }
    }
    book.grids.push(grid);
    Ok(book)
}

/// Records of RFC 4180, one for each row a spreadsheet would show; any of the three line ends ends a record.
///
/// Our own, because empty lines must keep the numbers of the rows right, and because a quotation mark that is never
/// closed must be said: general readers pass over the one and take the rest of the file as one cell for the other.
struct Records<'a> {
    rest: &'a str,
    delimiter: char,
}

impl Records<'_> {
    /// The outer `None` is a quotation mark that is never closed; the inner one is the end.
    fn next_record(&mut self) -> Option<Option<Vec<String>>> {
        if self.rest.is_empty() {
            return Some(None);
        }
        let mut fields = vec![];
        let mut field = String::new();
        let (mut quoted, mut begun) = (false, false);
        let mut chars = self.rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if quoted && chars.peek().is_some_and(|&(_, next)| next == '"') => {
                    field.push('"');
                    chars.next();
                }
                '"' if quoted => quoted = false,
                '"' if !begun => (quoted, begun) = (true, true),
                c if quoted => field.push(c),
                c if c == self.delimiter => {
                    fields.push(std::mem::take(&mut field));
                    begun = false;
                }
                '\r' | '\n' => {
                    let two = c == '\r' && chars.peek().is_some_and(|&(_, next)| next == '\n');
                    self.rest = &self.rest[at + if two { 2 } else { 1 }..];
                    fields.push(field);
                    return Some(Some(fields));
                }
                c => {
                    field.push(c);
                    begun = true;
                }
            }
        }
        self.rest = "";
        fields.push(field);
        (!quoted).then_some(Some(fields))
    }
}

/// UTF-8 with or without its mark, UTF-16 with its mark, else GB 18030, which is what a Chinese Excel saves.
fn decode(bytes: &[u8]) -> Result<String, Reason> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return strict(UTF_16LE, rest, 2);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return strict(UTF_16BE, rest, 2);
    }
    let bare = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bare) {
        return plausible(text.to_owned());
    }
    strict(GB18030, bytes, 0)
}

fn strict(encoding: &'static encoding_rs::Encoding, bytes: &[u8], skipped: usize) -> Result<String, Reason> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(room.unwrap_or(bytes.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        encoding_rs::DecoderResult::InputEmpty => plausible(text),
        _ => Err(Reason::UnknownEncoding { offset: skipped + read }),
    }
}

/// A text file has no NUL; a program or a picture has.
fn plausible(text: String) -> Result<String, Reason> {
    if text.contains('\0') { Err(Reason::NotAWorkbook) } else { Ok(text) }
}

/// The delimiter that stands most often outside quotes in the first lines; a comma if none does.
fn delimiter(text: &str) -> char {
    const LOOKED_AT: usize = 4096;
    let mut quoted = false;
    let mut counts = [(',', 0), ('\t', 0), (';', 0)];
    for c in text.chars().take(LOOKED_AT) {
        quoted ^= c == '"';
        if let Some((_, count)) = counts.iter_mut().find(|(mark, _)| *mark == c && !quoted) {
            *count += 1;
        }
    }
    let [comma, tab, semicolon] = counts;
    [tab, semicolon].into_iter().fold(comma, |best, next| if next.1 > best.1 { next } else { best }).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_cell(bytes: &[u8]) -> Result<Raw, Reason> {
        load(bytes, "x").map(|book| book.grids[0].rows[&0][&0].clone())
    }

    #[test]
    fn five_encodings_give_the_same_cell() {
        let text = "姓名,电话\n张伟,123\n";
        let mut utf16le = vec![0xff, 0xfe];
        utf16le.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let mut utf16be = vec![0xfe, 0xff];
        utf16be.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        let gb18030 = GB18030.encode(text).0.into_owned();
        let with_mark = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &with_mark, &utf16le, &utf16be, &gb18030] {
            assert_eq!(first_cell(bytes), Ok(Raw::Text("姓名".into())));
        }
    }

    #[test]
    fn bytes_of_no_encoding_are_named_by_position() {
        assert_eq!(
            first_cell(&[b'a', b',', 0xff, b'\n']).map_err(|r| matches!(r, Reason::UnknownEncoding { .. })),
            Err(true)
        );
        assert_eq!(first_cell(&[0xff, 0xfe, 0x41]).map_err(|r| matches!(r, Reason::UnknownEncoding { .. })), Err(true));
        assert_eq!(first_cell(b"a\0b"), Err(Reason::NotAWorkbook));
    }

    #[test]
    fn the_delimiter_is_the_one_that_is_used() {
        assert_eq!(delimiter("a,b,c"), ',');
        assert_eq!(delimiter("a\tb, c\td"), '\t');
        assert_eq!(delimiter("a;b;\"c,d,e,f\""), ';');
        assert_eq!(delimiter("one"), ',');
    }

    #[test]
    fn rows_are_numbered_past_empty_lines_and_line_breaks_within_cells() {
        let book = load(b"a,b\n\n\"x\ny\",z\n\n\nlast,1\n", "x").unwrap();
        let rows: Vec<u32> = book.grids[0].rows.keys().copied().collect();
        assert_eq!(rows, [0, 2, 5]);
    }

    #[test]
    fn quoting_follows_rfc_4180_and_an_unclosed_quote_is_named() {
        let mut records = Records { rest: "a,\"b,\"\"c\"\"\"\r\n\"\",d\"e\rf", delimiter: ',' };
        let mut all = vec![];
        while let Some(record) = records.next_record().expect("closed") {
            all.push(record);
        }
        assert_eq!(all, [vec!["a", "b,\"c\""], vec!["", "d\"e"], vec!["f"]]);
        assert_eq!(load(b"a,b\nc,\"d\n", "x").map(|_| ()), Err(Reason::UnclosedQuote { row: 2 }));
    }
}
