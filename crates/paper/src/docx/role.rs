//! The part that a paragraph plays, and the name of the style by which it is known again.

use crate::document::Level;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Printed from the document's properties; not read.
    Mark,
    /// Keeps two tables apart; not read.
    Gap,
    Issuer,
    Number,
    Title,
    Addressee,
    Heading(Level),
    Body,
    Bullet,
    Counted,
    TableCaption,
    TableHead,
    TableCell,
    Figure,
    FigureCaption,
    Signature,
    Date,
}

impl Role {
    pub(super) const ALL: [Role; 20] = [
        Role::Mark,
        Role::Gap,
        Role::Issuer,
        Role::Number,
        Role::Title,
        Role::Addressee,
        Role::Heading(Level::One),
        Role::Heading(Level::Two),
        Role::Heading(Level::Three),
        Role::Heading(Level::Four),
        Role::Body,
        Role::Bullet,
        Role::Counted,
        Role::TableCaption,
        Role::TableHead,
        Role::TableCell,
        Role::Figure,
        Role::FigureCaption,
        Role::Signature,
        Role::Date,
    ];

    /// The name of the style: Word's own where it has one, which it keeps in every language of the program.
    pub(super) fn style_name(self) -> &'static str {
        match self {
            Role::Mark => "Document mark",
            Role::Gap => "Document gap",
            Role::Issuer => "Document issuer",
            Role::Number => "Document number",
            Role::Title => "Title",
            Role::Addressee => "Document addressee",
            Role::Heading(Level::One) => "heading 1",
            Role::Heading(Level::Two) => "heading 2",
            Role::Heading(Level::Three) => "heading 3",
            Role::Heading(Level::Four) => "heading 4",
            Role::Body => "Body Text",
            Role::Bullet => "List Bullet",
            Role::Counted => "List Number",
            Role::TableCaption => "Table caption",
            Role::TableHead => "Table head",
            Role::TableCell => "Table cell",
            Role::Figure => "Figure",
            Role::FigureCaption => "caption",
            Role::Signature => "Signature",
            Role::Date => "Date",
        }
    }

    /// The id under which our own files refer to the style.
    pub(super) fn style_id(self) -> String {
        let name = self.style_name();
        name.split(' ').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
    }

    pub(super) fn of_style_name(name: &str) -> Option<Role> {
        let name = name.to_lowercase();
        if let Some(depth) = name.strip_prefix("heading ").and_then(|depth| depth.parse::<usize>().ok()) {
            return Level::from_depth(depth).map(Role::Heading);
        }
        Role::ALL.into_iter().find(|role| role.style_name().to_lowercase() == name)
    }
}
