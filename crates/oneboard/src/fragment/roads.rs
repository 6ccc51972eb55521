//! What sections, warnings and measures touch.

use board::{Board, SectionId, measure, section, warning};

use super::{Topic, people_at};

/// A section, and the phones of those who stand on it.
fn touched(board: &Board, sections: &[SectionId], topics: &mut Vec<Topic>) {
    topics.push(Topic::Roads);
    for section in sections {
        topics.push(Topic::Section(*section));
        for (operation, post) in board.sections.posts_on(*section) {
            topics.extend(people_at(board, operation, post).map(Topic::Person));
        }
    }
}

pub(super) fn section(board: &Board, event: &section::Event, topics: &mut Vec<Topic>) {
    touched(board, event.sections(), topics);
    if let section::Event::Kept { sections, gone, .. } = event {
        topics.extend(sections.iter().map(|section| section.id).chain(gone.iter().copied()).map(Topic::Section));
    }
    if let section::Event::Stationed { operation, post, .. } = event {
        topics.extend(people_at(board, *operation, *post).map(Topic::Person));
    }
}

pub(super) fn warning(board: &Board, event: &warning::Event, topics: &mut Vec<Topic>) {
    topics.extend([Topic::Warnings, Topic::Warning(event.warning())]);
    touched(board, event.sections(), topics);
}

pub(super) fn measure(board: &Board, event: &measure::Event, topics: &mut Vec<Topic>) {
    match event {
        measure::Event::Considered { .. } => {}
        measure::Event::Happened { section, .. } => touched(board, &[*section], topics),
    }
}
