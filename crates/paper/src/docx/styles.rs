//! The layout of official documents as styles and numbering: GB/T 9704-2012 for Chinese, plain office layout for English.

use std::fmt::Write as _;

use super::role::Role;
use crate::document::Level;
use crate::words::Language;

/// Twentieths of a point: the pitch of 22 lines on 225 mm (GB/T 9704-2012, 5.2.3).
pub(super) const LINE: u32 = 579;

/// How one style looks: paragraph and run properties, as WordprocessingML has them.
struct Look {
    paragraph: &'static str,
    run: &'static str,
}

const FANGSONG: &str = "仿宋_GB2312";
const SONG_TITLE: &str = "方正小标宋简体";
const HEI: &str = "黑体";
const KAI: &str = "楷体_GB2312";

fn look(role: Role, language: Language) -> Look {
    let (paragraph, run) = match language {
        Language::Chinese => chinese(role),
        Language::English => english(role),
    };
    Look { paragraph, run }
}

/// Sizes are half points: 二号 is 44, 三号 32, 小四 24, 五号 21.
fn chinese(role: Role) -> (&'static str, &'static str) {
    let indent = "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>";
    match role {
        Role::Mark => ("<w:jc w:val=\"left\"/>", "<w:b/>"),
        Role::Gap => ("<w:spacing w:line=\"120\" w:lineRule=\"exact\"/>", ""),
        Role::Issuer => (
            "<w:spacing w:before=\"400\" w:after=\"300\" w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
            "<w:color w:val=\"FF0000\"/><w:sz w:val=\"64\"/>",
        ),
        Role::Number => (
            "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"8\" w:color=\"FF0000\"/></w:pBdr><w:spacing w:after=\"579\"/><w:jc w:val=\"center\"/>",
            "",
        ),
        Role::Title => (
            "<w:keepNext/><w:spacing w:before=\"579\" w:after=\"579\" w:line=\"640\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>",
            "<w:sz w:val=\"44\"/>",
        ),
        Role::Addressee => ("", ""),
        Role::Heading(Level::Three) => (indent, "<w:b/>"),
        Role::Heading(_) => (indent, ""),
        Role::Body => ("<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/><w:jc w:val=\"both\"/>", ""),
        Role::Bullet | Role::Counted => ("<w:jc w:val=\"both\"/>", ""),
        Role::TableCaption => (
            "<w:keepNext/><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"120\" w:after=\"60\" w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
            "<w:sz w:val=\"24\"/>",
        ),
        Role::TableHead => (
            "<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
            "<w:sz w:val=\"21\"/>",
        ),
        Role::TableCell => {
            ("<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/>", "<w:sz w:val=\"21\"/>")
        }
        Role::Figure => (
            "<w:keepNext/><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"120\" w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
            "",
        ),
        Role::FigureCaption => (
            "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"60\" w:after=\"200\" w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>",
            "<w:sz w:val=\"24\"/>",
        ),
        Role::Signature => (
            "<w:keepNext/><w:spacing w:before=\"579\"/><w:ind w:rightChars=\"200\" w:right=\"640\"/><w:jc w:val=\"right\"/>",
            "",
        ),
        Role::Date => ("<w:ind w:rightChars=\"400\" w:right=\"1280\"/><w:jc w:val=\"right\"/>", ""),
    }
}

fn english(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Mark => ("<w:spacing w:after=\"60\"/>", "<w:b/>"),
        Role::Gap => ("<w:spacing w:after=\"0\" w:line=\"120\" w:lineRule=\"exact\"/>", ""),
        Role::Issuer => (
            "<w:spacing w:before=\"240\" w:after=\"120\"/><w:jc w:val=\"center\"/>",
            "<w:color w:val=\"C00000\"/><w:sz w:val=\"36\"/>",
        ),
        Role::Number => (
            "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"6\" w:color=\"C00000\"/></w:pBdr><w:spacing w:after=\"240\"/><w:jc w:val=\"center\"/>",
            "",
        ),
        Role::Title => (
            "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"240\"/><w:jc w:val=\"center\"/>",
            "<w:b/><w:sz w:val=\"36\"/>",
        ),
        Role::Addressee => ("", ""),
        Role::Heading(Level::One) => ("<w:spacing w:before=\"280\" w:after=\"100\"/>", "<w:b/><w:sz w:val=\"28\"/>"),
        Role::Heading(Level::Two) => ("<w:spacing w:before=\"220\" w:after=\"80\"/>", "<w:b/><w:sz w:val=\"24\"/>"),
        Role::Heading(Level::Three) => ("<w:spacing w:before=\"180\" w:after=\"60\"/>", "<w:b/>"),
        Role::Heading(Level::Four) => ("<w:spacing w:before=\"160\" w:after=\"60\"/>", "<w:i/>"),
        Role::Body => ("<w:jc w:val=\"both\"/>", ""),
        Role::Bullet | Role::Counted => ("<w:spacing w:after=\"60\"/>", ""),
        Role::TableCaption => {
            ("<w:keepNext/><w:spacing w:before=\"160\" w:after=\"60\"/>", "<w:b/><w:sz w:val=\"20\"/>")
        }
        Role::TableHead => ("<w:spacing w:after=\"0\"/>", "<w:b/><w:sz w:val=\"19\"/>"),
        Role::TableCell => ("<w:spacing w:after=\"0\"/>", "<w:sz w:val=\"19\"/>"),
        Role::Figure => ("<w:keepNext/><w:spacing w:before=\"120\" w:after=\"0\"/><w:jc w:val=\"center\"/>", ""),
        Role::FigureCaption => ("<w:spacing w:before=\"60\" w:after=\"200\"/>", "<w:b/><w:sz w:val=\"20\"/>"),
        Role::Signature => ("<w:keepNext/><w:spacing w:before=\"480\" w:after=\"0\"/><w:jc w:val=\"right\"/>", ""),
        Role::Date => ("<w:jc w:val=\"right\"/>", ""),
    }
}

/// The East Asian face of a style; `None` takes that of the text.
fn face(role: Role) -> Option<&'static str> {
    match role {
        Role::Issuer | Role::Title => Some(SONG_TITLE),
        Role::Mark | Role::Heading(Level::One) | Role::TableHead | Role::TableCaption | Role::FigureCaption => {
            Some(HEI)
        }
        Role::Heading(Level::Two) => Some(KAI),
        _ => None,
    }
}

/// `word/styles.xml`.
pub(super) fn styles(language: Language) -> String {
    let (size, spacing) = match language {
        Language::Chinese => (32, format!("<w:spacing w:line=\"{LINE}\" w:lineRule=\"exact\"/>")),
        Language::English => (22, "<w:spacing w:after=\"120\" w:line=\"264\" w:lineRule=\"auto\"/>".to_owned()),
    };
    let tag = language.tag();
    let mut xml = format!(
        "{HEAD}<w:styles {NAMESPACE}><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"{FANGSONG}\"/>\
         <w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/><w:lang w:val=\"{tag}\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr>{spacing}</w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\
         <w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/></w:style>"
    );
    for role in Role::ALL {
        style(&mut xml, role, language);
    }
    xml.push_str(
        "<w:style w:type=\"paragraph\" w:styleId=\"FootnoteText\"><w:name w:val=\"footnote text\"/><w:basedOn w:val=\"Normal\"/>\
         <w:pPr><w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/></w:pPr><w:rPr><w:sz w:val=\"18\"/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"FootnoteReference\"><w:name w:val=\"footnote reference\"/>\
         <w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:color w:val=\"0F4A96\"/><w:u w:val=\"single\"/></w:rPr></w:style>\
         <w:style w:type=\"paragraph\" w:styleId=\"Header\"><w:name w:val=\"header\"/><w:basedOn w:val=\"Normal\"/>\
         <w:pPr><w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/></w:pPr><w:rPr><w:sz w:val=\"18\"/></w:rPr></w:style>\
         <w:style w:type=\"paragraph\" w:styleId=\"Footer\"><w:name w:val=\"footer\"/><w:basedOn w:val=\"Normal\"/>\
         <w:pPr><w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/></w:pPr><w:rPr><w:rFonts w:eastAsia=\"宋体\"/><w:sz w:val=\"28\"/></w:rPr></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>\
         <w:tblCellMar><w:left w:w=\"90\" w:type=\"dxa\"/><w:right w:w=\"90\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>\
         <w:style w:type=\"table\" w:styleId=\"DocumentTable\"><w:name w:val=\"Document table\"/><w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>\
         <w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/>\
         <w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"7B8187\"/><w:insideV w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"C9CBC8\"/>\
         </w:tblBorders></w:tblPr></w:style></w:styles>",
    );
    xml
}

fn style(xml: &mut String, role: Role, language: Language) {
    let (name, id, Look { paragraph, run }) = (role.style_name(), role.style_id(), look(role, language));
    let fonts = match (face(role), language) {
        (Some(face), _) => format!("<w:rFonts w:eastAsia=\"{face}\"/>"),
        (None, _) => String::new(),
    };
    let (mut before, mut next) = (String::new(), "");
    if let Role::Heading(level) = role {
        let level = level.depth() - 1;
        before =
            format!("<w:keepNext/><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{HEADING_LIST}\"/></w:numPr>");
        next = "<w:next w:val=\"BodyText\"/>";
    }
    // The order of elements is the schema's: keepNext, numPr, pBdr, spacing, ind, jc, outlineLvl.
    let outline = match role {
        Role::Heading(level) => format!("<w:outlineLvl w:val=\"{}\"/>", level.depth() - 1),
        _ => String::new(),
    };
    let _ = write!(
        xml,
        "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/>{next}<w:qFormat/>\
         <w:pPr>{before}{paragraph}{outline}</w:pPr><w:rPr>{fonts}{run}</w:rPr></w:style>"
    );
}

/// The numbering of headings; lists come after it, each with a number of its own.
pub(super) const HEADING_LIST: usize = 1;

/// `word/numbering.xml` with `lists`, of which each says whether it is counted.
pub(super) fn numbering(language: Language, lists: &[bool]) -> String {
    let mut xml = format!(
        "{HEAD}<w:numbering {NAMESPACE}><w:abstractNum w:abstractNumId=\"0\"><w:multiLevelType w:val=\"multilevel\"/>"
    );
    for (index, level) in Level::ALL.into_iter().enumerate() {
        let (format, text) = match (language, level) {
            (Language::Chinese, Level::One) => ("chineseCountingThousand", "%1、".to_owned()),
            (Language::Chinese, Level::Two) => ("chineseCountingThousand", "（%2）".to_owned()),
            (Language::Chinese, Level::Three) => ("decimal", "%3.".to_owned()),
            (Language::Chinese, Level::Four) => ("decimal", "（%4）".to_owned()),
            (Language::English, _) => {
                ("decimal", (1..=index + 1).map(|part| format!("%{part}")).collect::<Vec<_>>().join("."))
            }
        };
        let suffix = language.pick("space", "nothing");
        let style = Role::Heading(level).style_id();
        let _ = write!(
            xml,
            "<w:lvl w:ilvl=\"{index}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:pStyle w:val=\"{style}\"/>\
             <w:suff w:val=\"{suffix}\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/></w:lvl>"
        );
    }
    xml.push_str("</w:abstractNum>");
    let (left, hanging) = match language {
        Language::Chinese => (1060, 420),
        Language::English => (567, 340),
    };
    // Each list is a definition of its own and so begins at one: LibreOffice tears apart lists that share one and restart.
    for (index, counted) in lists.iter().enumerate() {
        let (format, text) = if *counted { ("decimal", "%1.") } else { ("bullet", "•") };
        let id = list_id(index);
        let _ = write!(
            xml,
            "<w:abstractNum w:abstractNumId=\"{id}\"><w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>\
             <w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/>\
             <w:pPr><w:ind w:left=\"{left}\" w:hanging=\"{hanging}\"/></w:pPr></w:lvl></w:abstractNum>"
        );
    }
    let _ = write!(xml, "<w:num w:numId=\"{HEADING_LIST}\"><w:abstractNumId w:val=\"0\"/></w:num>");
    for id in (0..lists.len()).map(list_id) {
        let _ = write!(xml, "<w:num w:numId=\"{id}\"><w:abstractNumId w:val=\"{id}\"/></w:num>");
    }
    xml.push_str("</w:numbering>");
    xml
}

pub(super) fn list_id(index: usize) -> usize {
    HEADING_LIST + 1 + index
}

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
pub(super) const NAMESPACE: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
