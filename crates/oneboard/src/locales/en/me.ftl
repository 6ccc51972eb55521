me = Needs me
me-nothing = All done. Nothing waits for you.
me-now = Now
me-alarms = Alarms
me-orders = Verbal orders to countersign
me-handovers = Handovers to sign
me-proposals = Proposed actions to approve
me-gaps = Gaps at my posts
me-lines = Log entries in my hands
me-handover = { $unit }: the watch was taken without { $name }
me-gap = { $post }: { $here } of { $required } there
me-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
me-receipts = Orders to receive
me-signatures = Names asked for
me-rulings = Difficulties to rule on
me-relays = Orders to pass on
me-tasks = Tasks
me-extensions = Later deadlines asked for
me-results = Results to agree to
me-call-outs = You are called out
me-doing = Orders under way
me-by = by { $time }
me-for = { $what } ({ $who })
me-quoted = { $what }: “{ $words }”
me-returned = { $what }. Sent back: “{ $words }”
me-extension = { $what }: until { $time }
me-tap = { $act }: { $what }
me-roads = Decisions on the roads
me-road-proposed = { $words }: { $count ->
    [one] 1 section
   *[other] { $count } sections
} to decide
me-road-requested = { $words }: the province has not answered
me-road-to-lift = { $words }: { $count ->
    [one] 1 section
   *[other] { $count } sections
} to lift or look at again
