//! Attachments in words and markup: what hangs on a thing, and the form that hangs another file on it.

use board::attachment::{Attachment, Event, Kind};
use board::{AttachmentId, Subject, TextId};
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

/// What hangs on a subject, pictures to be looked at; nothing where nothing does.
pub fn attached(sheet: &Sheet<'_>, subject: Subject) -> Markup {
    let all: Vec<_> = sheet.board().attachments.of(subject).collect();
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
