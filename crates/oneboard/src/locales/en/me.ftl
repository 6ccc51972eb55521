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
