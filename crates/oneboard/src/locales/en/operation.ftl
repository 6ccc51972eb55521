operations = Operations
operations-none = No operation is on the board.
operations-closed = Closed
operation-closed-at = closed { $time }
operation-new = Open an operation
operation-edit = Change the operation
operation-title = Title
operation-kind = Kind
operation-kind-festival = Festival
operation-kind-severe-weather = Severe weather
operation-kind-planned-event = Planned event
operation-kind-other = Other
operation-phase = Phase
operation-period = Period
operation-from = From
operation-to = To
operation-grace = Grace
operation-grace-words = check-in { $check_in } min, relief { $relief } min
operation-check-in-grace = Grace for check-in, minutes
operation-relief-grace = Grace for relief, minutes
operation-drill = This is a drill: every screen and print says so
operation-objectives = Objectives
operation-objectives-hint = One objective a line. Its measure may follow after a bar: posts manned | 98 of 100. Both languages line by line, or one of them.
operation-levels = Response levels
operation-levels-hint = One level a line, the highest first. Below it, each after a dash, what is proposed when it is set. Both languages line by line, or one of them.
operation-no-levels = No ladder of levels has been laid down.
operation-last = Compared with
operation-to-level = To { $level }
operation-to-level-sure = { $count ->
    [0] { $level } is set at once and shown on every screen.
    [one] { $level } is set at once and shown on every screen. One action is proposed with it.
   *[other] { $level } is set at once and shown on every screen. { $count } actions are proposed with it.
}
operation-own-decision = my own decision
operation-set-level = Set { $level }
operation-proposals = Proposed actions
operation-too-many-lines = These are { $count } lines; at most { $most } are kept.
operation-lines-differ = There are { $en } lines in English and { $zh } in Chinese. Make them match, or leave one language out.
operation-level-lines = “{ $en }” and “{ $zh }” do not match: a level begins a line, its actions follow with a dash, in both languages alike.
proposal-open = Proposed
proposal-take = Take up
proposal-set-aside = Set aside
proposal-taken = Taken up { $time } { $name }
proposal-was-set-aside = Set aside { $time } { $name }
phase-planning = planned
phase-active = active
phase-stand-down = in stand-down
phase-closed = closed
phase-activate = Activate
phase-activate-sure = Check-ins open, and silence at posts begins to count. There is no way back to planning.
phase-stand-down-now = Stand down
phase-stand-down-sure = The return to normal duty begins. Posts stay manned until they are relieved. There is no way back.
phase-close = Close the operation
phase-close-sure = The operation leaves the board and stays in the records. Everybody must have left their posts. There is no way back.
roll-call-none = No roll call has been held.
roll-call-open = Open a roll call
roll-call-is-open = Open
roll-call-closed = Closed { $time }
roll-call-figures = { $here } of { $expected } known to be at their posts; { $asked } asked, { $answered } answered
roll-call-unanswered = Not answered
roll-call-at-post = At post
roll-call-coming = Coming
roll-call-absent = Absent
roll-call-excused = Excused
roll-call-close = Close the roll call
operation-proposals-answered = Every proposed action has been answered.
operation-proposals-done = { $count ->
    [one] 1 answered
   *[other] { $count } answered
}
operation-order-words = What was said
operation-order-hint = Where a leader ordered it by telephone: this is written into the log, the level counts now, and the leader is asked to sign.
