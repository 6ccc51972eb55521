//! Units by days: a figure in every cell, and its state as colour and shape.

use super::svg::{Anchor, Ink, SIZE, Svg, Words, width};
use super::{Cell, Matrix, State, WIDTH};

const ROW: f64 = 17.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 4.0;
/// Room for the names of units, at most.
const NAMES: f64 = 150.0;

pub(super) fn height(matrix: &Matrix) -> f64 {
    TOP + ROW * matrix.rows.len() as f64 + BOTTOM
}

pub(super) fn draw(svg: &mut Svg, matrix: &Matrix) {
    let names = matrix.rows.iter().map(|(name, _)| width(name)).fold(0.0, f64::max).min(NAMES);
    let left = names + 8.0;
    let room = (WIDTH - left - 2.0) / matrix.columns.len().max(1) as f64;
    let widest = matrix.columns.iter().map(|name| width(name)).fold(0.0, f64::max) + 2.0;
    let every = (widest / room).ceil().max(1.0) as usize;
    for (index, name) in matrix.columns.iter().enumerate().step_by(every) {
        let x = left + room * (index as f64 + 0.5);
        svg.words(Words::Scale, Anchor::Middle, (x, TOP / 2.0), widest, name);
    }
    for (row, (name, cells)) in matrix.rows.iter().enumerate() {
        let y = TOP + ROW * row as f64;
        svg.words(Words::Label, Anchor::End, (names, y + ROW / 2.0), names + SIZE, name);
        for column in 0..matrix.columns.len() {
            let cell = cells.get(column).copied().unwrap_or(Cell::new(None, State::Normal));
            draw_cell(svg, cell, left + room * column as f64, y, room);
        }
    }
}

fn draw_cell(svg: &mut Svg, cell: Cell, x: f64, y: f64, room: f64) {
    let (ink, words, shape) = match (cell.value, cell.state) {
        (None, _) => (Ink::None, Words::Scale, ""),
        (Some(_), State::Normal) => (Ink::Cell, Words::Label, ""),
        (Some(_), State::Attention) => (Ink::Attention, Words::OnAttention, "▲"),
        (Some(_), State::Wrong) => (Ink::Wrong, Words::OnWrong, "■"),
    };
    svg.rect(ink, x + 0.75, y + 0.75, room - 1.5, ROW - 1.5);
    let Some(value) = cell.value else { return };
    // Where there is no room for the shape, the figure in its colour stands alone.
    let both = format!("{shape}{value}");
    let text = if width(&both) + 2.0 <= room { both } else { value.to_string() };
    svg.words(words, Anchor::Middle, (x + room / 2.0, y + ROW / 2.0), room.max(width(&text)), &text);
}
