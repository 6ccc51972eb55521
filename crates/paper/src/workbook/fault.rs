//! What was wrong with a workbook, and where: every [`Fault`] names the value, what was expected and what to do.
//!
//! A [`Fault`] stops an import. A [`Note`] does not: it says what was left unread, or read with a doubt.

use super::limits;
use crate::words::{Label, Language};

/// One thing that must be mended before the workbook can go in.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The sheet as it is named in the file; empty if the whole file is at fault.
    pub sheet: String,
    /// As the spreadsheet numbers it, from 1.
    pub row: Option<u32>,
    pub column: Option<ColumnRef>,
    /// What stood there, shortened to [`limits::QUOTED_CHARS`].
    pub value: String,
    pub reason: Reason,
}

/// A column as its reader finds it: its letter and the heading that stands over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    pub letter: String,
    pub heading: String,
}

/// Why something cannot go in.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    // The file
    EmptyFile,
    FileTooLarge {
        bytes: usize,
    },
    UnpacksTooLarge,
    /// A part of the archive unpacks to more than [`limits::MAX_RATIO`] times its size.
    PackedTooTightly {
        part: String,
    },
    TooManyParts {
        parts: usize,
    },
    /// An archive cut short or altered, or XML that does not parse; `detail` is the parser's own word.
    Damaged {
        detail: String,
    },
    NotAWorkbook,
    OldExcel,
    Encrypted,
    WebPage,
    OtherFormat {
        format: &'static str,
    },
    /// Neither UTF-8, UTF-16 nor GB 18030 from this byte on.
    UnknownEncoding {
        offset: usize,
    },
    /// From this row on, a quotation mark swallows the rest of the text.
    UnclosedQuote {
        row: u32,
    },
    TooManyCells,
    TooMuchText,
    TooManySheets {
        sheets: usize,
    },
    // A sheet
    NoSheet {
        accepted: Vec<String>,
    },
    NoHeadings {
        accepted: Vec<Label>,
    },
    MissingColumn {
        accepted: Vec<String>,
    },
    DuplicateHeading {
        first: ColumnRef,
    },
    TooManyRows,
    TooManyColumns,
    TooManyMerges {
        merges: usize,
    },
    // A cell
    Required,
    TooLong {
        chars: usize,
    },
    ErrorCell,
    /// A formula that its program never calculated.
    NotCalculated,
    /// A tick or TRUE/FALSE where a text or number was expected.
    TrueOrFalse,
    /// 同上, 〃: the value above is meant, but a sorted table has another row above.
    Ditto,
    NotACount,
    /// A long number shown as 1.38E+10: its digits are gone.
    DigitsLost,
    NotAStaffNumber,
    NotAPhone,
    NotADate,
    NoSuchDate,
    NoYear,
    DateOrder,
    TimeInDate,
    NotATime,
    SecondsInTime,
    NotADateTime,
    NotASpan,
    SpanTooLong,
    NotAChoice {
        accepted: Vec<Label>,
    },
}

impl Fault {
    /// The whole sentence: place, value, what was expected, what to do.
    pub fn words(&self, language: Language) -> String {
        let mut place = Vec::new();
        match language {
            Language::English => {
                if !self.sheet.is_empty() {
                    place.push(format!("Sheet \"{}\"", self.sheet));
                }
                place.extend(self.row.map(|row| format!("row {row}")));
                place.extend(self.column.as_ref().map(|c| format!("column {} ({})", c.letter, c.heading)));
            }
            Language::Chinese => {
                if !self.sheet.is_empty() {
                    place.push(format!("工作表“{}”", self.sheet));
                }
                place.extend(self.row.map(|row| format!("第{row}行")));
                place.extend(self.column.as_ref().map(|c| format!("{}列（{}）", c.letter, c.heading)));
            }
        }
        let mut text = place.join(language.pick(", ", ""));
        if !text.is_empty() {
            text.push_str(language.pick(": ", "："));
        }
        if !self.value.is_empty() {
            text.push_str(&match language {
                Language::English => format!("\"{}\" ", self.value),
                Language::Chinese => format!("“{}”", self.value),
            });
        }
        text + &self.reason.words(language)
    }
}

impl Reason {
    /// What was wrong, expected and to be done, without the place and the value.
    pub fn words(&self, language: Language) -> String {
        let join = |words: &[String]| words.join(language.pick(", ", "、"));
        let labels = |labels: &[Label]| {
            labels.iter().map(|label| label.text(language)).collect::<Vec<_>>().join(language.pick(", ", "、"))
        };
        let mebibytes = |bytes: u64| bytes / (1 << 20);
        let (en, zh) = match self {
            Reason::EmptyFile => (
                "The file is empty. Choose the workbook again; if it is empty on your computer too, save it anew.".into(),
                "文件为空。请重新选择文件；如本机上的文件也为空，请重新保存。".into(),
            ),
            Reason::FileTooLarge { bytes } => {
                let (size, limit) = (mebibytes(*bytes as u64), mebibytes(limits::MAX_FILE_BYTES as u64));
                (
                    format!("The file has {size} MiB; at most {limit} MiB can be read. Remove pictures and sheets that are not needed, or split it."),
                    format!("文件为{size} MiB，最多可读取{limit} MiB。请删除图片和无关工作表，或拆分后分别导入。"),
                )
            }
            Reason::UnpacksTooLarge => {
                let limit = mebibytes(limits::MAX_UNPACKED_BYTES);
                (
                    format!("The workbook unpacks to more than {limit} MiB, so it was not opened. Copy the rows that are needed into a new workbook."),
                    format!("文件解压后超过{limit} MiB，未予打开。请把需要的数据复制到新建的工作簿中。"),
                )
            }
            Reason::PackedTooTightly { part } => (
                format!("The part {part} unpacks to over {} times its size, as a file made to exhaust memory does, so it was not opened. Copy the rows into a new workbook.", limits::MAX_RATIO),
                format!("文件中的{part}解压后超过原大小的{}倍，疑为压缩炸弹，未予打开。请把数据复制到新建的工作簿中。", limits::MAX_RATIO),
            ),
            Reason::TooManyParts { parts } => (
                format!("The file has {parts} parts; a workbook has at most {}. Copy the rows into a new workbook.", limits::MAX_PARTS),
                format!("文件包含{parts}个部件，最多{}个。请把数据复制到新建的工作簿中。", limits::MAX_PARTS),
            ),
            Reason::Damaged { detail } => (
                format!("The workbook is damaged or cut short ({detail}). Open it in your spreadsheet program, save it again as .xlsx, and send that."),
                format!("工作簿已损坏或不完整（{detail}）。请用表格软件打开，另存为.xlsx后重新导入。"),
            ),
            Reason::NotAWorkbook => (
                "This is not a workbook, whatever its name says. Send an .xlsx workbook or a .csv file.".into(),
                "该文件不是工作簿（与扩展名不符）。请导入.xlsx工作簿或.csv文件。".into(),
            ),
            Reason::OldExcel => (
                "This is a workbook of the old kind (.xls, .et). Open it and save it as .xlsx.".into(),
                "该文件为旧格式（.xls、.et）。请打开后另存为.xlsx再导入。".into(),
            ),
            Reason::Encrypted => (
                "The workbook is locked with a password. Remove the password, save it and send it again.".into(),
                "工作簿设有打开密码。请取消密码保护并保存后重新导入。".into(),
            ),
            Reason::WebPage => (
                "This is a web page or XML text, as some systems export it, not a workbook. Open it in your spreadsheet program and save it as .xlsx.".into(),
                "该文件实为网页或XML文本（某些系统导出即如此），不是工作簿。请用表格软件打开，另存为.xlsx后再导入。".into(),
            ),
            Reason::OtherFormat { format } => (
                format!("This is a file of the kind {format}, not an .xlsx workbook. Open it and save it as .xlsx."),
                format!("该文件格式为{format}，不是.xlsx工作簿。请打开后另存为.xlsx再导入。"),
            ),
            Reason::UnknownEncoding { offset } => (
                format!("The text is neither UTF-8, UTF-16 nor GB 18030: byte {offset} fits none of them. Save the file as \"CSV UTF-8\"."),
                format!("文本既非UTF-8、UTF-16，也非GB 18030（第{offset}字节无法识别）。请另存为“CSV UTF-8”格式。"),
            ),
            Reason::UnclosedQuote { row } => (
                format!("A quotation mark opened in row {row} is never closed. Close or remove it, or send the workbook as .xlsx."),
                format!("第{row}行的引号没有闭合。请补全或删除该引号，或改用.xlsx导入。"),
            ),
            Reason::TooManyCells => (
                format!("The workbook has more than {} filled cells. Split it.", limits::MAX_CELLS),
                format!("工作簿中已填单元格超过{}个。请拆分后分别导入。", limits::MAX_CELLS),
            ),
            Reason::TooMuchText => {
                let limit = mebibytes(limits::MAX_TEXT_BYTES as u64);
                (
                    format!("The cells hold more than {limit} MiB of text. Split the workbook."),
                    format!("单元格文字总量超过{limit} MiB。请拆分后分别导入。"),
                )
            }
            Reason::TooManySheets { sheets } => (
                format!("The workbook has {sheets} sheets; at most {} are read. Split it.", limits::MAX_SHEETS),
                format!("工作簿有{sheets}个工作表，最多读取{}个。请拆分后分别导入。", limits::MAX_SHEETS),
            ),
            Reason::NoSheet { accepted } => (
                format!("No sheet of this workbook is known by its name or its headings. Name the sheets: {}.", join(accepted)),
                format!("工作簿中没有可识别的工作表（名称和表头均不符）。工作表应命名为：{}。", join(accepted)),
            ),
            Reason::NoHeadings { accepted } => (
                format!("No row of headings was found in the first {} rows. Put the headings in one row: {}.", limits::HEADER_SEARCH_ROWS, labels(accepted)),
                format!("前{}行未找到表头。请把表头放在同一行：{}。", limits::HEADER_SEARCH_ROWS, labels(accepted)),
            ),
            Reason::MissingColumn { accepted } => (
                format!("A required column is missing. Add one with any of these headings: {}.", join(accepted)),
                format!("缺少必填列。请增加该列，表头可用：{}。", join(accepted)),
            ),
            Reason::DuplicateHeading { first } => (
                format!("means the same as the heading of column {} ({}), so it is not known which counts. Delete or rename one of them.", first.letter, first.heading),
                format!("与{}列（{}）的表头含义相同，无法判断以哪一列为准。请删除或更名其中一列。", first.letter, first.heading),
            ),
            Reason::TooManyRows => (
                format!("lies below row {}; rows beyond it are not read. Delete what strayed there, or split the sheet.", limits::MAX_ROWS),
                format!("位于第{}行以下，超出部分不予读取。请删除误填内容或拆分工作表。", limits::MAX_ROWS),
            ),
            Reason::TooManyColumns => (
                format!("lies right of column {}; columns beyond it are not read. Delete what strayed there.", letters(limits::MAX_COLUMNS - 1)),
                format!("位于第{}列以右，超出部分不予读取。请删除误填内容。", letters(limits::MAX_COLUMNS - 1)),
            ),
            Reason::TooManyMerges { merges } => (
                format!("The sheet has {merges} merged regions; at most {} are understood. Unmerge them and fill in each cell.", limits::MAX_MERGES),
                format!("工作表有{merges}处合并单元格，最多识别{}处。请取消合并并逐格填写。", limits::MAX_MERGES),
            ),
            Reason::Required => (
                "The cell is empty but must be filled in. Fill it in, or delete the row.".into(),
                "此项必填，不能为空。请补填，或删除该行。".into(),
            ),
            Reason::TooLong { chars } => (
                format!("has {chars} characters; a cell holds at most {}. Shorten it.", limits::MAX_CELL_CHARS),
                format!("共{chars}个字符，每格最多{}个。请精简。", limits::MAX_CELL_CHARS),
            ),
            Reason::ErrorCell => (
                "is the error of a formula. Mend the formula, or type the value.".into(),
                "是公式错误值。请修正公式或直接填写数值。".into(),
            ),
            Reason::NotCalculated => (
                "The formula was never calculated, so it has no value. Open the workbook, save it, and send it again; or type the value.".into(),
                "公式未经计算，没有结果。请打开工作簿保存后重新导入，或直接填写数值。".into(),
            ),
            Reason::TrueOrFalse => (
                "is a TRUE/FALSE value. Type the words that are meant.".into(),
                "是逻辑值。请填写具体内容。".into(),
            ),
            Reason::Ditto => (
                "points to the row above, which sorting or filtering changes. Write the value out.".into(),
                "指上一行内容，排序或筛选后即失准。请填写具体内容。".into(),
            ),
            Reason::NotACount => (
                "is not a whole number. Write digits only, zero or more, such as 12.".into(),
                "不是整数。请只填不小于0的数字，例如12。".into(),
            ),
            Reason::DigitsLost => (
                "has lost digits: the spreadsheet keeps 15 digits of a number and shows long ones as 1.38E+10. Format the column as text and type the number again.".into(),
                "位数已丢失：表格软件对数字只保留15位，过长的显示为1.38E+10。请把该列设为文本格式后重新填写。".into(),
            ),
            Reason::NotAStaffNumber => (
                "is not a staff number. Write letters, digits and hyphens only, such as 012345.".into(),
                "不是警号（编号）。只能填写字母、数字和连字符，例如012345。".into(),
            ),
            Reason::NotAPhone => (
                "is not one telephone number. Write one number of 3 to 20 digits, such as 13900000000, 0931-8880000 or 0931-8880000-801.".into(),
                "不是一个电话号码。请只填一个号码（3至20位数字），例如13900000000、0931-8880000或0931-8880000-801。".into(),
            ),
            Reason::NotADate => (
                "is not a date. Write it as 2027-02-05 or 2027年2月5日.".into(),
                "不是日期。请按2027-02-05或2027年2月5日填写。".into(),
            ),
            Reason::NoSuchDate => (
                "is a date that does not exist. Correct the day, the month or the year.".into(),
                "日期不存在。请核对年、月、日。".into(),
            ),
            Reason::NoYear => (
                "has no year. Write the whole date, such as 2027-02-05.".into(),
                "缺少年份。请填写完整日期，例如2027-02-05。".into(),
            ),
            Reason::DateOrder => (
                "could be more than one date. Write the year first, with four digits: 2027-02-05.".into(),
                "日期含义不明。请先写四位年份，例如2027-02-05。".into(),
            ),
            Reason::TimeInDate => (
                "has a time of day where only a date belongs. Write the date alone, such as 2027-02-05.".into(),
                "此列只填日期，不应带时间。请只写日期，例如2027-02-05。".into(),
            ),
            Reason::NotATime => (
                "is not a time of day. Write it as 08:00, 8点30分 or 24:00.".into(),
                "不是时间。请按08:00、8点30分或24:00填写。".into(),
            ),
            Reason::SecondsInTime => (
                "has seconds; times are kept to the minute. Write it as 08:00.".into(),
                "带有秒数；时间精确到分。请按08:00填写。".into(),
            ),
            Reason::NotADateTime => (
                "is not a date with a time of day. Write it as 2027-02-05 08:00.".into(),
                "不是日期加时间。请按2027-02-05 08:00填写。".into(),
            ),
            Reason::NotASpan => (
                "is not a span of time. Write it as 08:00-18:00, or over midnight as 20:00-08:00.".into(),
                "不是时间段。请按08:00-18:00填写，跨零点的按20:00-次日08:00填写。".into(),
            ),
            Reason::SpanTooLong => (
                "is longer than 24 hours. Split it into spans of at most one day.".into(),
                "超过24小时。请拆分为不超过24小时的时段。".into(),
            ),
            Reason::NotAChoice { accepted } => (
                format!("is not one of the words of this column. Write one of: {}.", labels(accepted)),
                format!("不在可选范围内。可填：{}。", labels(accepted)),
            ),
        };
        match language {
            Language::English => en,
            Language::Chinese => zh,
        }
    }
}

/// Something worth knowing that does not stop an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub sheet: String,
    pub row: Option<u32>,
    pub column: Option<ColumnRef>,
    pub kind: NoteKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NoteKind {
    /// A hidden sheet was not read.
    HiddenSheet,
    /// A visible sheet that nothing here is called like was not read.
    UnknownSheet,
    /// Rows that are hidden in the file were read like the others; pairs of first and last.
    HiddenRows { ranges: Vec<(u32, u32)> },
    /// A column without a known heading was not read.
    UnknownColumn,
    /// A row of totals was not read.
    Subtotal { text: String },
    /// A row with one text across it, or a remark below the table, was not read.
    Remark { text: String },
    /// The headings again, as on each page of a print.
    HeadingsAgain,
    /// Staff numbers kept as numbers: leading zeros, if there were any, are gone.
    NumbersNotText { cells: usize },
}

impl Note {
    pub fn words(&self, language: Language) -> String {
        let mut place = match language {
            Language::English => format!("Sheet \"{}\"", self.sheet),
            Language::Chinese => format!("工作表“{}”", self.sheet),
        };
        if let Some(row) = self.row {
            place += &match language {
                Language::English => format!(", row {row}"),
                Language::Chinese => format!("第{row}行"),
            };
        }
        if let Some(column) = &self.column {
            place += &match language {
                Language::English => format!(", column {} ({})", column.letter, column.heading),
                Language::Chinese => format!("{}列（{}）", column.letter, column.heading),
            };
        }
        let (en, zh) = match &self.kind {
            NoteKind::HiddenSheet => ("is hidden and was not read.".into(), "为隐藏工作表，未读取。".into()),
            NoteKind::UnknownSheet => (
                "is not known by its name or headings and was not read.".into(),
                "名称和表头均无法识别，未读取。".into(),
            ),
            NoteKind::HiddenRows { ranges } => {
                let rows: Vec<String> = ranges
                    .iter()
                    .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") })
                    .collect();
                (
                    format!("rows {} are hidden; they were read like the others.", rows.join(", ")),
                    format!("第{}行为隐藏行，已照常读取。", rows.join("、")),
                )
            }
            NoteKind::UnknownColumn => {
                ("is not a known heading and was not read.".into(), "表头无法识别，该列未读取。".into())
            }
            NoteKind::Subtotal { text } => {
                (format!("\"{text}\" is a row of totals and was not read."), format!("“{text}”为合计行，未读取。"))
            }
            NoteKind::Remark { text } => {
                (format!("\"{text}\" is a remark and was not read."), format!("“{text}”为说明文字，未读取。"))
            }
            NoteKind::HeadingsAgain => ("repeats the headings and was not read.".into(), "为重复表头，未读取。".into()),
            NoteKind::NumbersNotText { cells } => (
                format!(
                    "{cells} staff numbers are kept as numbers; leading zeros, if there were any, are gone. Format the column as text."
                ),
                format!("有{cells}个编号以数字格式保存，前导零可能已丢失。请把该列设为文本格式。"),
            ),
        };
        match language {
            Language::English => format!("{place}: {en}"),
            Language::Chinese => format!("{place}：{zh}"),
        }
    }
}

/// The value as it is quoted: one line, at most [`limits::QUOTED_CHARS`] characters.
pub(super) fn quote(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    match line.char_indices().nth(limits::QUOTED_CHARS) {
        None => line.to_owned(),
        Some((cut, _)) => format!("{}…", &line[..cut]),
    }
}

/// A, B, … Z, AA, AB …: the letters over column `index`, counted from zero.
pub(super) fn letters(index: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        let named: Vec<String> = [0, 25, 26, 51, 52, 701, 702, 16_383].into_iter().map(letters).collect();
        assert_eq!(named, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_fault_reads_as_a_sentence_with_place_value_expectation_and_advice() {
        let fault = Fault {
            sheet: "人员".into(),
            row: Some(12),
            column: Some(ColumnRef { letter: "C".into(), heading: "出生".into() }),
            value: "2027-02-30".into(),
            reason: Reason::NoSuchDate,
        };
        assert_eq!(
            fault.words(Language::Chinese),
            "工作表“人员”第12行C列（出生）：“2027-02-30”日期不存在。请核对年、月、日。"
        );
        assert_eq!(
            fault.words(Language::English),
            "Sheet \"人员\", row 12, column C (出生): \"2027-02-30\" is a date that does not exist. Correct the day, the month or the year."
        );
    }

    #[test]
    fn a_long_value_is_quoted_short_and_on_one_line() {
        assert_eq!(quote("a\nb"), "a b");
        assert_eq!(quote(&"警".repeat(50)), format!("{}…", "警".repeat(40)));
    }
}
