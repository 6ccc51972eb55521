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
task = Task
tasks = Tasks
tasks-none = No task concerns this unit.
task-lead = Lead unit
task-owner = Owner
task-owner-hint = Staff number or full name
task-deadline = Deadline
task-supporting = Supporting units
task-begins = Begins
task-place = Place or road section
task-wanted = Evidence wanted
task-by = Assigned by
task-part-of = Part of
task-said = What was said
task-parts = Split into
task-assigned = Not accepted yet
task-accepted = Accepted
task-reported = Result is in
task-returned = Sent back
task-closed = Closed
task-withdrawn = Withdrawn
task-overdue = Overdue
task-extension-asked = Extension asked for
task-extended = { $count ->
    [one] extended once
   *[other] extended { $count } times
}
task-progress = Progress
task-progress-words = How it goes
task-result = Result
task-result-words = What was done
task-accept = Accept
task-report = Report the result
task-ask-extension = Ask for more time
task-until = Until
task-extension-to = Asked for: until { $time }
task-grant = Grant
task-refuse = Refuse
task-close = Agree and close
task-return = Send back
task-withdraw = Withdraw the task
task-what = What is to be done
task-assign = Assign
