alarm = Alarms
alarm-one = Alarm
alarm-help-needed = Help needed
alarm-unit-silent = Unit cut off
alarm-relief-needed = Relief needed
alarm-post-unmanned = Post unmanned
alarm-difficulty-unruled = Difficulty not ruled on
alarm-contact-overdue = No contact
alarm-relief-late = Relief long overdue
alarm-receipt-overdue = Order not received
alarm-task-overdue = Task overdue
alarm-handover-unsigned = Handover unsigned
alarm-why-help-needed = Somebody at the post calls for help.
alarm-why-unit-silent = Nobody of the unit answers.
alarm-why-relief-needed = Somebody at the post cannot go on.
alarm-why-post-unmanned = Nobody is at the post.
alarm-why-difficulty-unruled = A difficulty was reported and waits for a ruling.
alarm-why-contact-overdue = The post has not been heard since its contact was due.
alarm-why-relief-late = The shift is over and nobody has come to relieve it.
alarm-why-receipt-overdue = The order has not been received by its deadline.
alarm-why-task-overdue = The task has not been reported done by its deadline.
alarm-why-handover-unsigned = The watch was taken without the outgoing officer and nobody has signed for it.
alarm-what = { $kind }: { $where }
alarm-of-order = { $where }, “{ $order }”
alarm-what-several = { $kind }: { $where }, { $count }
alarm-since = Since { $time }.
alarm-emergency = Emergency
alarm-urgent = Urgent
alarm-ordinary = Alarm
alarm-take = Take
alarm-before = was with { $name }
alarm-unowned = Nobody has taken it
alarm-more = { $count ->
    [one] One more alarm
   *[other] { $count } more alarms
}
alarm-sound-on = Turn the sound on
alarm-not-yours = Your role shows no alarms.
alarm-open = Open
alarm-none = No alarm is open.
alarm-over = Over
alarm-none-over = No alarm was over lately.
alarm-passed = Passed by itself
alarm-rate = Alarms in the last hour
alarm-an-hour = { $count ->
    [one] One
   *[other] { $count }
}
alarm-too-many = more than { $most }: too many to answer with care
alarm-column-what = Alarm
alarm-column-priority = Priority
alarm-column-since = Since
alarm-column-raised = Raised
alarm-column-over = Over
alarm-column-how = How it ended
alarm-wrong = What is wrong
alarm-asks = Watch asked
alarm-escalated = { $count ->
    [one] passed up once
   *[other] passed up { $count } times
}
alarm-escalates = asks the next watch above at { $time }
alarm-owner = In hand with
alarm-doing = What is being done
alarm-report = Record
alarm-yours = In your hands
alarm-why-clear = Why it is cleared
alarm-why-clear-hint = It will not be raised again until it has been right in between.
alarm-clear = Clear the alarm
alarm-hand-on = Hand on
alarm-hand-on-to = Hand on to
alarm-record = Everything recorded about this alarm
alarm-call-help = Need help
alarm-call-relief = Need relief
alarm-call-words = What is wrong (may be left blank)
alarm-call-hint = Goes to the watch at once. If it is urgent, use the radio as well.
alarm-told-noted = { $what } since { $time }; an alarm if it lasts until { $due }
alarm-told-raised = Alarm: { $what } since { $time }; asks the watch of { $unit }
alarm-told-asked-again = The alarm asks the watch of { $unit } again
alarm-told-escalated = Nobody took the alarm; it now asks the watch of { $unit }
alarm-told-taken = { $name } took the alarm
alarm-told-handed-on = The alarm was handed on to { $name }
alarm-told-reported = On the alarm: { $words }
alarm-told-cleared = Alarm cleared: { $words }
alarm-told-eased = Right again: { $what }
alarm-told-passed = The alarm passed
alarm-count-unowned = { $count } not taken
