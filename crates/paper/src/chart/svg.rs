//! The few shapes a chart is made of, as SVG text: everything that comes from outside is escaped here and nowhere else.

use std::fmt::Write as _;

use quick_xml::escape::escape;

/// What a shape is, which is its class and its looks on white paper.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    /// Hairlines of the scale.
    Grid,
    Area,
    Line,
    /// The last operation: an outline.
    Before,
    Required,
    /// A dotted place: no data.
    None,
    Cell,
    Attention,
    Wrong,
}

/// Words of the scale, and words that name a series or a figure.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Words {
    Scale,
    Label,
    OnAttention,
    OnWrong,
}

#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Size of all words, in user units; a column of a printed page makes it 8 to 9 points.
pub(super) const SIZE: f64 = 11.0;

pub(super) struct Svg {
    text: String,
}

impl Svg {
    pub(super) fn open(key: &str, width: f64, height: f64, title: &str, description: &str) -> Self {
        let mut svg = Svg { text: String::new() };
        // The family is that of the printed page; a page's style sheet sets its own.
        svg.write(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-labelledby=\"{key}-title {key}-description\" font-family=\"Noto Serif SC, Noto Sans SC, sans-serif\" font-size=\"{SIZE}\">\
             <title id=\"{key}-title\">{}</title><desc id=\"{key}-description\">{}</desc>",
            escape(visible(title)),
            escape(visible(description))
        ));
        svg
    }

    pub(super) fn close(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }

    pub(super) fn rect(&mut self, ink: Ink, x: f64, y: f64, width: f64, height: f64) {
        let looks = looks(ink);
        self.write(format_args!(
            "<rect {looks} x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            width.max(0.0),
            height.max(0.0)
        ));
    }

    pub(super) fn line(&mut self, ink: Ink, from: (f64, f64), to: (f64, f64)) {
        let looks = looks(ink);
        let ((x1, y1), (x2, y2)) = (from, to);
        self.write(format_args!("<line {looks} x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"));
    }

    /// A line through the points; closed to `base` where it is an area.
    pub(super) fn path(&mut self, ink: Ink, points: &[(f64, f64)], base: Option<f64>) {
        let ([first, ..], [.., last]) = (points, points) else { return };
        let mut path = String::new();
        if let Some(base) = base {
            let _ = write!(path, "M{:.1} {base:.1}L{:.1} {:.1}", first.0, first.0, first.1);
        } else {
            let _ = write!(path, "M{:.1} {:.1}", first.0, first.1);
        }
        for (x, y) in &points[1..] {
            let _ = write!(path, "L{x:.1} {y:.1}");
        }
        if let Some(base) = base {
            let _ = write!(path, "L{:.1} {base:.1}Z", last.0);
        }
        let looks = looks(ink);
        self.write(format_args!("<path {looks} d=\"{path}\"/>"));
    }

    /// One line of words with its middle at `y`, shortened to `room`.
    pub(super) fn words(&mut self, words: Words, anchor: Anchor, (x, y): (f64, f64), room: f64, text: &str) {
        let (class, fill) = match words {
            Words::Scale => ("chart-scale", "#42474c"),
            Words::Label => ("chart-label", "#1b1d1f"),
            Words::OnAttention => ("chart-on-attention", "#1b1d1f"),
            Words::OnWrong => ("chart-on-wrong", "#ffffff"),
        };
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = shortened(&visible(text), room);
        self.write(format_args!(
            "<text class=\"{class}\" fill=\"{fill}\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            y + SIZE * 0.36,
            escape(&*text)
        ));
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
    }
}

/// Class and presentation attributes: the print on white, which a style sheet overrides.
fn looks(ink: Ink) -> &'static str {
    match ink {
        Ink::Grid => "class=\"chart-grid\" stroke=\"#c9cbc8\" stroke-width=\"0.7\" fill=\"none\"",
        Ink::Area => "class=\"chart-area\" fill=\"#c9cbc8\"",
        Ink::Line => {
            "class=\"chart-line\" stroke=\"#1b1d1f\" stroke-width=\"1.6\" fill=\"none\" stroke-linejoin=\"round\""
        }
        Ink::Before => {
            "class=\"chart-before\" stroke=\"#7b8187\" stroke-width=\"1.1\" fill=\"none\" stroke-linejoin=\"round\""
        }
        Ink::Required => {
            "class=\"chart-required\" stroke=\"#1b1d1f\" stroke-width=\"1\" stroke-dasharray=\"5 3\" fill=\"none\""
        }
        Ink::None => {
            "class=\"chart-none\" stroke=\"#7b8187\" stroke-width=\"0.7\" stroke-dasharray=\"1 2.5\" fill=\"none\""
        }
        Ink::Cell => "class=\"chart-cell\" stroke=\"#c9cbc8\" stroke-width=\"0.7\" fill=\"#ffffff\"",
        Ink::Attention => {
            "class=\"chart-cell\" data-state=\"attention\" stroke=\"#7b8187\" stroke-width=\"0.7\" fill=\"#f2b32c\""
        }
        Ink::Wrong => {
            "class=\"chart-cell\" data-state=\"wrong\" stroke=\"#7b8187\" stroke-width=\"0.7\" fill=\"#b3261e\""
        }
    }
}

/// Without what XML cannot hold, in one line.
fn visible(text: &str) -> String {
    crate::document::clean_line(text)
}

/// The width of words without a font at hand: a wide character is as wide as it is high, others a little over half.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|c| if is_wide(c) { SIZE } else { SIZE * 0.56 }).sum()
}

/// As much as fits, with an ellipsis for the rest.
fn shortened(text: &str, room: f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept) + SIZE > room {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

/// East Asian wide characters, by block.
fn is_wide(c: char) -> bool {
    matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
}
