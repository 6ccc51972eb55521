//! Attachments in words and markup: what hangs on a thing, what somebody shows for having done it, and the fields that ask for either.

use board::access::{Action, Place};
use board::attachment::{Attachment, Event, Kind};
use board::directive::Receiver;
use board::{Actor, At, AttachmentId, Board, Subject, TextId};
use maud::{Markup, html};

use super::{Sheet, record, watch};

pub fn address(attachment: AttachmentId) -> String {
    format!("/attachments/{attachment}")
}

const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Jpeg | Kind::Png => "attachment-picture",
        Kind::Pdf => "attachment-document",
    }
}

/// What one must be permitted to see a file: the rights of what it shows. On a directive, what its writer attached is everybody's
/// who has it; evidence is seen by those who see the receipt that it belongs to.
pub fn right(
    board: &Board,
    actor: Actor,
    (id, found): (AttachmentId, &Attachment),
    now: At,
) -> Option<(Action, Place)> {
    let Subject::Directive(directive) = found.subject else { return record::right(board, actor, found.subject, now) };
    let directive = board.directives.get(directive)?;
    if directive.relays.is_empty() || directive.files.contains(&id) {
        return record::right(board, actor, found.subject, now);
    }
    let receiver =
        directive.evidence.iter().find(|(_, shown)| shown.files.contains(&id)).map(|(receiver, _)| *receiver);
    let unit = match receiver? {
        Receiver::Unit(unit) => unit,
        Receiver::Person(person) => directive.find(board, person)?.unit,
    };
    Some((Action::ViewDirective, Place::Unit(unit)))
}

/// What somebody shows, small, beside their words; each opens the whole.
pub fn shown(sheet: &Sheet<'_>, files: &[AttachmentId]) -> Markup {
    let found = files.iter().filter_map(|id| sheet.board().attachments.get(*id).map(|found| (*id, found)));
    html! {
        @if !files.is_empty() {
            span.evidence { @for (id, found) in found {
                @match (found.erased, found.kind) {
                    (Some(at), _) => { span.none { (sheet.say("attachment-erased", &[("time", sheet.time(at).into())])) } }
                    (None, Kind::Pdf) => { a href=(address(id)) { (name(sheet, found)) } }
                    (None, Kind::Jpeg | Kind::Png) => { a href=(address(id)) { img src=(address(id)) alt=(name(sheet, found)) loading="lazy"; } }
                }
                " "
            } }
        }
    }
}

/// The field of a form that asks for a photograph of what was done. On the page that a phone carries it opens the camera.
pub fn field(sheet: &Sheet<'_>, id: &str, on_post: bool, required: bool) -> Markup {
    let accept = if on_post { "image/jpeg,image/png" } else { "image/jpeg,image/png,application/pdf" };
    html! {
        div.row {
            label for=(id) { (sheet.t(if on_post { "attachment-picture" } else { "attachment-file" })) }
            span.hint id={ (id) "-hint" } { (sheet.t("attachment-field-hint")) }
            input id=(id) type="file" name="file" accept=(accept) capture=[on_post.then_some("environment")] required[required] aria-describedby={ (id) "-hint" };
        }
    }
}

/// What hangs on a subject, pictures to be looked at; nothing where nothing does.
pub fn attached(sheet: &Sheet<'_>, subject: Subject) -> Markup {
    listed(sheet, subject, sheet.board().attachments.of(subject))
}

/// What hangs on a subject and is not shown elsewhere on the page.
pub fn others(sheet: &Sheet<'_>, subject: Subject, elsewhere: &[AttachmentId]) -> Markup {
    listed(sheet, subject, sheet.board().attachments.of(subject).filter(|(id, _)| !elsewhere.contains(id)))
}

fn listed<'a>(
    sheet: &Sheet<'_>,
    subject: Subject,
    all: impl Iterator<Item = (AttachmentId, &'a Attachment)>,
) -> Markup {
    let all: Vec<_> = all.collect();
    html! {
        @if !all.is_empty() {
            ul.list.attachments id={ "attachments-" (record::written(subject)) } {
                @for (id, found) in all { (one(sheet, id, found)) }
            }
        }
    }
}

/// One of them.
pub fn one(sheet: &Sheet<'_>, id: AttachmentId, found: &Attachment) -> Markup {
    let by = found.by.person().map_or_else(String::new, |person| sheet.name(person));
    html! {
        li id={ "attachment-" (id) } {
            @match found.erased {
                Some(at) => { span.none { (sheet.say("attachment-erased", &[("time", sheet.time(at).into())])) } }
                None => {
                    a href=(address(id)) {
                        @if found.kind == Kind::Pdf { (name(sheet, found)) }
                        @else { img.attached src=(address(id)) alt=(name(sheet, found)) loading="lazy"; }
                    }
                }
            }
            " " span.hint { (by) ", " (sheet.moment(found.at)) }
        }
    }
}

fn name(sheet: &Sheet<'_>, found: &Attachment) -> String {
    found.name.map_or_else(|| sheet.t(kind_key(found.kind)).into_owned(), |name| watch::words_of(sheet, name))
}

/// The form that hangs a file on a subject and comes back to this page. A telephone offers its camera.
pub fn form(sheet: &Sheet<'_>, subject: Subject, back: &str) -> Markup {
    html! {
        form.form method="post" action="/attachments" enctype="multipart/form-data" {
            input type="hidden" name="subject" value=(record::written(subject));
            input type="hidden" name="back" value=(back);
            div.row {
                label for="attachment-file" { (sheet.t("attachment-file")) }
                span.hint #attachment-hint { (sheet.t("attachment-hint")) }
                input #attachment-file type="file" name="file" accept="image/jpeg,image/png,application/pdf" required aria-describedby="attachment-hint";
            }
            div.acts { button.act { (sheet.t("attachment-send")) } }
        }
    }
}

/// Every text that an event refers to.
pub fn texts_of(event: &Event, into: &mut Vec<TextId>) {
    if let Event::Attached { row, .. } = event {
        into.extend(row.name);
    }
}

/// What the records say of an event.
pub fn told(sheet: &Sheet<'_>, event: &Event, text: impl Fn(TextId) -> String) -> String {
    match event {
        Event::Attached { row, .. } => {
            let name = row.name.map_or_else(|| sheet.t(kind_key(row.kind)).into_owned(), text);
            let digest = row.digest.to_string();
            sheet.say("attachment-told-attached", &[("name", name.into()), ("digest", digest[..16].into())])
        }
        Event::Erased { .. } => sheet.t("attachment-told-erased").into_owned(),
    }
}
