record-none = Nothing is on record.
record-position = Entry
record-time = Time
record-what = What happened
record-by = By
record-hash = Hash
record-pages = Older entries
record-older = Older
record-more = and { $count } more
record-of-watch = Watch of { $unit }
record-by-clock = the clock
record-by-operator = set-up
record-post-elsewhere = a post of another unit
record-post-gone = a post that has left the board
record-no-words = (no words)
record-erased = (erased by entry { $position })
record-granted = { $name } is { $role } at { $unit }
record-revoked = A role of { $name } was revoked
record-noted = Audit note
record-unit-kept = { $unit } was entered or changed
record-person-kept = { $name }, { $unit }: entered or changed
record-person-left = { $name } left the force
record-planned = “{ $title }” was planned or changed
record-phase = The operation is { $phase }
record-level = To { $level }
record-level-by-order = To { $level }, by order of { $name }
record-proposal-taken = Proposed action { $number } was taken
record-proposal-set-aside = Proposed action { $number } was set aside
record-post-kept = { $post } was planned or changed
record-post-closed = { $post } was closed
record-post-reopened = { $post } was opened again
record-shift-kept = { $post }: shift { $from } to { $to }, { $required } required
record-shift-dropped = { $post }: a shift was dropped
record-assigned = { $name } stands { $shift }
record-unassigned = { $name } no longer stands { $shift }
record-swapped = { $one } and { $other } swapped shifts
record-replaced = { $new } stands in for { $old }: { $shift }
record-pinned = An assignment was pinned
record-unpinned = An assignment was unpinned
record-checked-in = { $name } checked in at { $post }, { $how }
record-checked-in-late = { $name } checked in at { $post }, { $how }, { $minutes } min late
record-relieved = { $name } went off { $post } in order
record-left = { $name } left { $post }, { $reason }
record-excused = { $name } will not come to { $post }
record-contact = Contact with { $post }, { $how }
record-roll-call-opened = Roll call of { $unit }, { $count } to ask
record-roll-call-answered = Roll call answered: { $answer }
record-roll-call-closed = Roll call closed
record-shift-began = { $post }: shift began
record-grace-over = { $count ->
    [0] { $post }: time to check in is over, nobody is late
   *[other] { $post }: time to check in is over, { $count } late
}
record-shift-ended = { $count ->
    [0] { $post }: shift ended
   *[other] { $post }: shift ended, { $count } did not come
}
record-relief-late = { $count ->
    [0] { $post }: nobody waits for relief
   *[other] { $post }: relief late, { $count } waiting
}
record-contact-overdue = { $post }: contact overdue
record-watch-offered = The watch was offered to { $name }
record-watch-taken = { $name } took the watch
record-watch-taken-unsigned = { $name } took the watch without the outgoing officer
record-handover-signed = { $name } signed the handover
record-line = Line { $line }: { $words }
record-line-from = Line { $line }, { $from }: { $words }
record-countersigned = Line { $line }: the order was signed for
record-disputed = Line { $line }: the order was disputed: { $words }
record-untriaged = Line { $line }: to be triaged again
record-information = Line { $line }: for information
record-action = Line { $line }: for action by { $name }
record-decided = Line { $line }: decided: { $words }
record-line-closed = Line { $line } was closed
record-how-in-person = in person
record-how-radio = by radio
record-how-telephone = by telephone
record-how-seen = seen
record-left-end = end of shift
record-answer-at-post = at post
record-answer-coming = coming
record-answer-absent = absent
record-answer-excused = excused
records = Records
record-open = Everything on record
record-person-erased = The words of a person were erased
