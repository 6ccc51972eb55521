board-figures = Figures
board-log = Log
board-night = The night
board-none = No operation is on the board.
board-none-plan = Plan an operation
board-none-hint = When an operation begins, its figures stand here.
board-not-yours = Your role shows no figures of this operation.
board-of = of { $count }
board-manned = Posts manned
board-strength = { $here } of { $required } people
board-unmanned-short = { $unmanned } unmanned, { $short } short
board-only-short = { $short } short
board-overdue = Contacts overdue
board-late = People late
board-awaited = { $count } { $count ->
    [one] post
   *[other] posts
} awaited
board-relief-late = Waiting for relief
board-open-lines = Open log lines
board-untriaged = { $count } to triage
board-unsigned = Orders to sign for
board-disputed = { $count } disputed
board-unmanned = Unmanned
board-late-short = Late
board-overdue-short = Overdue
board-relief-short = Relief late
board-lines-short = Open lines
board-band = { $from } to { $to }, { $count ->
    [one] 1 post
   *[other] { $count } posts
}
board-mark-unmanned = { $time } { $post } unmanned
board-mark-unmanned-many = { $time } { $count } posts unmanned
board-mark-overdue = { $time } { $post } contact overdue
board-mark-overdue-many = { $time } { $count } contacts overdue
board-mark-relief = { $time } { $post } relief late
board-mark-relief-many = { $time } relief late at { $count } posts
board-mark-level = { $time } to { $level }
board-mark-phase = { $time } the operation is { $phase }
board-mark-watch = { $time } { $name } took the watch
board-mark-order = { $time } verbal order, line { $number }
board-phase-planning = planned
board-phase-active = active
board-phase-stand-down = standing down
board-phase-closed = closed
board-not-received = Orders not received
board-tasks-overdue = Tasks overdue
board-orders-short = Orders
board-tasks-short = Tasks
