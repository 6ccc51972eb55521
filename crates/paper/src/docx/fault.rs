//! Why a DOCX does not go in, and what of one that does was left out: in both languages, with advice.

use std::fmt;

use super::limits;
use crate::document::limits::MAX_CHARACTERS;
use crate::package::PackageFault;
use crate::words::{Label, Language};

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocxFault {
    Empty,
    TooLarge {
        bytes: usize,
    },
    /// A .doc of before 2007.
    OldWord,
    Encrypted,
    /// Neither a DOCX nor anything that can be told.
    NotADocument,
    /// With macros or controls that run something.
    Macros {
        part: String,
    },
    TooManyParts {
        parts: usize,
    },
    PackedTooTightly {
        part: String,
    },
    UnpacksTooLarge,
    /// A document type or an entity of its own.
    Entities {
        part: String,
    },
    TooMuchXml {
        part: String,
    },
    Damaged {
        detail: String,
    },
    TooLong {
        characters: usize,
    },
}

/// What did not come in with the document, or came in changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Marked changes were taken as accepted.
    TrackedChanges {
        count: usize,
    },
    Comments {
        count: usize,
    },
    /// Pictures that are no charts of ours, drawings and embedded objects.
    Pictures {
        count: usize,
    },
    TextBox {
        text: String,
    },
    /// A table within a table was read as text.
    TableInTable,
    /// A line of the date that is none.
    NoDate {
        text: String,
    },
    /// Headings below the fourth level became the fourth.
    DeepHeadings {
        count: usize,
    },
    /// Beyond [`limits::MAX_REMARKS`].
    More {
        count: usize,
    },
}

impl DocxFault {
    pub fn words(&self, language: Language) -> String {
        self.label().text(language).to_owned()
    }

    fn label(&self) -> Label {
        match self {
            DocxFault::Empty => Label::new(
                "The file is empty. Save it in Word or WPS once more and choose it again.",
                "文件是空的。请在Word或WPS中重新保存后再选择。",
            ),
            DocxFault::TooLarge { bytes } => {
                let (found, most) = (bytes >> 20, limits::MAX_FILE_BYTES >> 20);
                Label::new(
                    format!(
                        "The file has {found} MiB; at most {most} MiB are read. Take the pictures out and save it again."
                    ),
                    format!("文件大小为{found}MiB，最大可读取{most}MiB。请删去其中的图片后重新保存。"),
                )
            }
            DocxFault::OldWord => Label::new(
                "The file is a .doc of an old Word. Open it and save it as .docx.",
                "文件是旧版Word的.doc格式。请打开后另存为.docx。",
            ),
            DocxFault::Encrypted => Label::new(
                "The file is locked with a password. Open it, remove the password and save it again.",
                "文件设有密码。请打开后取消密码并重新保存。",
            ),
            DocxFault::NotADocument => Label::new(
                "The file is not a Word document. Choose the .docx that was downloaded here and edited.",
                "文件不是Word文档。请选择从这里下载并修改过的.docx文件。",
            ),
            DocxFault::Macros { part } => Label::new(
                format!("The file carries a program ({part}). Save it as .docx without macros and controls."),
                format!("文件含有程序（{part}）。请另存为不含宏和控件的.docx。"),
            ),
            DocxFault::TooManyParts { parts } => {
                let most = limits::MAX_PARTS;
                Label::new(
                    format!(
                        "The file has {parts} parts; at most {most} are read. Take the pictures out and save it again."
                    ),
                    format!("文件含{parts}个部件，最多可读取{most}个。请删去其中的图片后重新保存。"),
                )
            }
            DocxFault::PackedTooTightly { part } => Label::new(
                format!(
                    "A part of the file ({part}) unpacks to far more than its size, as no document does. Save it in Word or WPS once more."
                ),
                format!("文件的部件（{part}）解压后异常膨胀，不像正常文档。请在Word或WPS中重新保存。"),
            ),
            DocxFault::UnpacksTooLarge => {
                let most = limits::MAX_UNPACKED_BYTES >> 20;
                Label::new(
                    format!("The file unpacks to more than {most} MiB. Take the pictures out and save it again."),
                    format!("文件解压后超过{most}MiB。请删去其中的图片后重新保存。"),
                )
            }
            DocxFault::Entities { part } => Label::new(
                format!(
                    "The file defines words of its own ({part}), which no office program does. Save it in Word or WPS once more."
                ),
                format!("文件自行定义了实体（{part}），办公软件不会这样写。请在Word或WPS中重新保存。"),
            ),
            DocxFault::TooMuchXml { part } => Label::new(
                format!(
                    "A part of the file ({part}) is too large or too deeply nested to be read. Copy its text into a new document."
                ),
                format!("文件的部件（{part}）过大或嵌套过深，无法读取。请把内容复制到新文档。"),
            ),
            DocxFault::Damaged { detail } => Label::new(
                format!(
                    "The file is damaged ({detail}). Open it in Word or WPS, let it be repaired, and save it again."
                ),
                format!("文件已损坏（{detail}）。请在Word或WPS中打开修复后重新保存。"),
            ),
            DocxFault::TooLong { characters } => Label::new(
                format!(
                    "The document has {characters} characters; at most {MAX_CHARACTERS} are read. Move the tables into a workbook."
                ),
                format!("文档共{characters}字，最多可读取{MAX_CHARACTERS}字。请把表格移到工作簿中。"),
            ),
        }
    }
}

impl fmt::Display for DocxFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label().en)
    }
}

impl std::error::Error for DocxFault {}

impl From<PackageFault> for DocxFault {
    fn from(fault: PackageFault) -> Self {
        match fault {
            PackageFault::TooManyParts { parts } => DocxFault::TooManyParts { parts },
            PackageFault::PackedTooTightly { part } => DocxFault::PackedTooTightly { part },
            PackageFault::UnpacksTooLarge => DocxFault::UnpacksTooLarge,
            PackageFault::Damaged { detail } => DocxFault::Damaged { detail },
        }
    }
}

impl Remark {
    pub fn words(&self, language: Language) -> String {
        let label = match self {
            Remark::TrackedChanges { count } => Label::new(
                format!("{count} marked changes were taken as accepted. Read the text through."),
                format!("{count}处修订已按接受处理。请通读核对。"),
            ),
            Remark::Comments { count } => Label::new(
                format!("{count} comments were left out. Carry out what they ask for here."),
                format!("{count}条批注未读入。请在这里按批注修改。"),
            ),
            Remark::Pictures { count } => Label::new(
                format!(
                    "{count} pictures or objects were left out; only charts from the records stand in a document. Attach them as files."
                ),
                format!("{count}个图片或对象未读入；文档中只保留由记录生成的图表。请以附件形式上传。"),
            ),
            Remark::TextBox { text } => Label::new(
                format!("A text box was left out: \"{text}\". Move its text into a paragraph."),
                format!("文本框未读入：“{text}”。请把文字移到正文段落中。"),
            ),
            Remark::TableInTable => Label::new(
                "A table within a table was read as text. Set it apart in the document.",
                "表格中嵌套的表格已按文字读入。请将其单独列出。",
            ),
            Remark::NoDate { text } => Label::new(
                format!("The date \"{text}\" could not be read. Write it as 6 February 2027 or 2027-02-06."),
                format!("日期“{text}”无法识别。请写成2027年2月6日。"),
            ),
            Remark::DeepHeadings { count } => Label::new(
                format!("{count} headings below the fourth level became the fourth."),
                format!("{count}个第四级以下的标题已按第四级读入。"),
            ),
            Remark::More { count } => {
                Label::new(format!("{count} further remarks are not listed."), format!("另有{count}条提示未列出。"))
            }
        };
        label.text(language).to_owned()
    }
}
