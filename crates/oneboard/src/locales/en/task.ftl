task-record-assigned = Task for { $unit }, owner { $name }, by { $time }: { $words }
task-record-accepted = Accepted
task-record-difficulty = Difficulty reported
task-record-ruled = Ruling: { $ruling }
task-record-progressed = Progress
task-record-extension-asked = Extension to { $time } asked for
task-record-extended = Extended to { $time }
task-record-extension-refused = Extension refused
task-record-reported = { $count ->
    [0] Result reported
   *[other] Result reported, with { $count } files
}
task-record-returned = Sent back
task-record-closed = Closed
task-record-withdrawn = Withdrawn
task-record-chased = Past due: { $rung }
task-wanted-word = their word
task-wanted-report = a report in words
task-wanted-file = a photograph or file
