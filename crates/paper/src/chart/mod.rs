//! Charts as SVG: the day strip of manned posts, the hours of a night, receipts over time, units by days.
//!
//! Every scale begins at nought, a series is named where it ends, the last operation is an outline behind this one, and what
//! has no data is an empty dotted place, never nought. Colour means state and nothing else. There are no scripts, no
//! style attributes and no ids but those of the title, so a chart stands under the strictest content policy: presentation
//! attributes print it on white, and a page's own style sheet dresses the classes (`chart-…`) for light, dark and print.
//!
//! ```
//! use paper::Language;
//! use paper::chart::{Chart, Course, Plot, Series};
//! let hours = Course::new(["20:00", "21:00", "22:00"], Series::new("Manned", [Some(420), Some(415), None]));
//! let chart = Chart::new("night", Language::English, "Posts manned, hour by hour", Plot::Hours(hours));
//! assert!(chart.svg().contains("role=\"img\""));
//! assert_eq!(chart.table().rows[2][1].plain(), "no data");
//! ```

mod course;
mod matrix;
mod receipts;
mod scale;
mod svg;

use crate::document::{Table, Text};
use crate::words::Language;
use svg::Svg;

/// Width of every chart in user units; a page scales it.
pub const WIDTH: f64 = 640.0;

/// What is drawn, and the words around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Unique on its page: the ids of title and description are made from it, so only letters, digits and hyphens are kept.
    pub key: String,
    pub language: Language,
    /// What is seen, in a sentence: the accessible name.
    pub title: String,
    /// What it says, for those who do not see it; made from the figures where it is empty.
    pub description: String,
    /// What the rows of the table are: *Hour*, *Unit*.
    pub rows_are: String,
    pub plot: Plot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plot {
    /// A day in steps, as a filled line: posts manned at each quarter of an hour, with what was required over it.
    Strip(Course),
    /// The same as bars: the night, hour by hour.
    Hours(Course),
    /// How many have reached a state, by minutes since the directive was issued.
    Receipts(Receipts),
    /// A figure for each unit and day.
    Matrix(Matrix),
}

/// Values at equal steps of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// One for each step.
    pub steps: Vec<String>,
    pub now: Series,
    /// The last operation, as an outline.
    pub before: Option<Series>,
    /// What should have been.
    pub required: Option<Series>,
}

/// A named row of values; `None` is no data and never nought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub name: String,
    pub values: Vec<Option<u32>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// How many were asked.
    pub asked: u32,
    /// Minutes since issue at which the picture ends.
    pub until: u32,
    pub curves: Vec<Curve>,
}

/// How many have reached one state, from minute to minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    pub name: String,
    /// Drawn as an outline: the last operation.
    pub before: bool,
    /// (minutes since issue, how many by then), in the order of time.
    pub points: Vec<(u32, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    pub columns: Vec<String>,
    /// A name and one cell for each column.
    pub rows: Vec<(String, Vec<Cell>)>,
}

/// One figure and its state, which the caller has judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub value: Option<u32>,
    pub state: State,
}

/// As everywhere on the board: amber is *act soon*, red *act now*; each has its shape beside its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Normal,
    Attention,
    Wrong,
}

impl Series {
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = Option<u32>>) -> Self {
        Series { name: name.into(), values: values.into_iter().collect() }
    }

    /// `None` also past the end: a day that is not over has no data yet.
    fn at(&self, step: usize) -> Option<u32> {
        self.values.get(step).copied().flatten()
    }
}

impl Course {
    pub fn new<S: Into<String>>(steps: impl IntoIterator<Item = S>, now: Series) -> Self {
        Course { steps: steps.into_iter().map(Into::into).collect(), now, before: None, required: None }
    }

    pub fn before(mut self, before: Series) -> Self {
        self.before = Some(before);
        self
    }

    pub fn required(mut self, required: Series) -> Self {
        self.required = Some(required);
        self
    }

    /// This operation first, then what was required, then the last one.
    fn series(&self) -> impl Iterator<Item = &Series> {
        std::iter::once(&self.now).chain(&self.required).chain(&self.before)
    }
}

impl Cell {
    pub fn new(value: Option<u32>, state: State) -> Self {
        Cell { value, state }
    }
}

impl Chart {
    pub fn new(key: &str, language: Language, title: impl Into<String>, plot: Plot) -> Self {
        Chart {
            key: key.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect(),
            language,
            title: title.into(),
            description: String::new(),
            rows_are: String::new(),
            plot,
        }
    }

    pub fn rows_are(mut self, word: impl Into<String>) -> Self {
        self.rows_are = word.into();
        self
    }

    /// In the units of [`WIDTH`].
    pub fn height(&self) -> f64 {
        match &self.plot {
            Plot::Strip(_) | Plot::Hours(_) => course::HEIGHT,
            Plot::Receipts(_) => receipts::HEIGHT,
            Plot::Matrix(matrix) => matrix::height(matrix),
        }
    }

    /// The picture, complete in itself: to be put into a page, or served and printed as a file.
    pub fn svg(&self) -> String {
        let mut svg = Svg::open(&self.key, WIDTH, self.height(), &self.title, &self.said());
        match &self.plot {
            Plot::Strip(course) => course::strip(&mut svg, course),
            Plot::Hours(course) => course::hours(&mut svg, course),
            Plot::Receipts(receipts) => receipts::draw(&mut svg, receipts, self.language),
            Plot::Matrix(matrix) => matrix::draw(&mut svg, matrix),
        }
        svg.close()
    }

    /// The figures behind the picture: whoever cannot see it, or doubts it, reads them.
    pub fn table(&self) -> Table {
        let none = self.language.pick("no data", "无数据");
        let figure = |value: Option<u32>| Text::new(value.map_or_else(|| none.to_owned(), |value| value.to_string()));
        let first = Text::new(&*self.rows_are);
        let (head, rows) = match &self.plot {
            Plot::Strip(course) | Plot::Hours(course) => {
                let head = course.series().map(|series| Text::new(&*series.name));
                let row = |(step, name): (usize, &String)| {
                    let values = course.series().map(|series| figure(series.at(step)));
                    std::iter::once(Text::new(&**name)).chain(values).collect()
                };
                (head.collect::<Vec<_>>(), course.steps.iter().enumerate().map(row).collect())
            }
            Plot::Receipts(receipts) => receipts::table(receipts, self.language),
            Plot::Matrix(matrix) => {
                let row = |(name, cells): &(String, Vec<Cell>)| {
                    let values = (0..matrix.columns.len()).map(|at| figure(cells.get(at).and_then(|cell| cell.value)));
                    std::iter::once(Text::new(&**name)).chain(values).collect()
                };
                (matrix.columns.iter().map(|name| Text::new(&**name)).collect(), matrix.rows.iter().map(row).collect())
            }
        };
        Table { caption: self.title.clone(), head: std::iter::once(first).chain(head).collect(), rows }
    }

    /// The description, or what the figures say at a glance: how far each series reaches.
    fn said(&self) -> String {
        if !self.description.is_empty() {
            return self.description.clone();
        }
        let reach = |name: &str, low: Option<u32>, high: Option<u32>| match (low, high, self.language) {
            (Some(low), Some(high), Language::English) => format!("{name}: {low} to {high}."),
            (Some(low), Some(high), Language::Chinese) => format!("{name}：{low}至{high}。"),
            (_, _, Language::English) => format!("{name}: no data."),
            (_, _, Language::Chinese) => format!("{name}：无数据。"),
        };
        let of = |name: &str, values: &mut dyn Iterator<Item = u32>| {
            let values: Vec<u32> = values.collect();
            reach(name, values.iter().min().copied(), values.iter().max().copied())
        };
        let said: Vec<String> = match &self.plot {
            Plot::Strip(course) | Plot::Hours(course) => {
                course.series().map(|series| of(&series.name, &mut series.values.iter().flatten().copied())).collect()
            }
            Plot::Receipts(receipts) => receipts
                .curves
                .iter()
                .map(|curve| of(&curve.name, &mut curve.points.iter().map(|&(_, count)| count)))
                .collect(),
            Plot::Matrix(matrix) => {
                let rows = matrix.rows.iter();
                rows.map(|(name, cells)| of(name, &mut cells.iter().filter_map(|cell| cell.value))).collect()
            }
        };
        said.join(self.language.pick(" ", ""))
    }
}

#[cfg(test)]
mod tests;
