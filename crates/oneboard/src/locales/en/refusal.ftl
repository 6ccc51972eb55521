# Denials
refusal-no-role = { $action } at { $unit } needs a role that carries it, and you hold none. Ask the security administrator.
refusal-out-of-reach = { $action } at { $unit } is out of your reach: you are { $role } at { $held }. Ask the duty officer of { $unit }.
refusal-expired = { $action }: your role as { $role } at { $held } ended { $until }. Ask for it to be renewed.
refusal-not-on-the-board = There is no such thing on the board, or it is not open to you. Look whether it was closed, or whether the link is right.

# Access
refusal-no-such-holder = This person is not in the force. Enter them first, then grant the role.
refusal-no-such-grant = { $person } does not hold this role now. Look at the list of roles again.
refusal-grant-ends-before-it-begins = The role would begin { $from } and end { $until }. Give an end after its beginning.
refusal-two-administrators = { $person } is already { $held }. Nobody may be two administrators: choose somebody else.
refusal-administrator-below-the-top = { $role } is held for the whole force. Grant it at { $unit }.
refusal-grant-to-oneself = Nobody grants a role to themselves. Ask another security administrator.
refusal-delegated-already = A role that was lent cannot be lent again. Its owner can lend it to the person you have in mind.
refusal-delegation-too-long = A role cannot be lent until { $until }. The latest end is { $latest }.
refusal-held-already = { $person } is already { $role } at { $unit }. Revoke that first to change its dates.
refusal-grant-id-taken = This grant has been sent before. Send it under an id of its own.
refusal-too-many-grants = { $person } holds { $most } roles, the most there may be. Revoke those that have ended.

# Force
refusal-no-such-unit = This unit is not on the board. Add it first, or choose one from the list.
refusal-no-such-person = This person is not on the board. Enter them first, or choose somebody from the list.
refusal-has-left = { $person } left the force { $since }. Choose somebody who serves.
refusal-nameless-unit = The unit needs a name, in one of the languages at least.
refusal-second-first-unit = { $first } is the first unit, and there is only one. Give this unit a place below it.
refusal-unit-below-itself = { $unit } cannot be placed below { $parent }, which is below it. Choose a place outside its own branch.
refusal-too-deep = { $unit } would be at tier { $tier }; the deepest is { $deepest }. Place it higher.

# Operation
refusal-no-such-operation = This operation is not on the board. It may have been closed: look among the closed ones.
refusal-not-running = The operation is { $phase }, so nobody can be at its posts. Activate it first.
refusal-nameless-operation = The operation needs a title, in one of the languages at least.
refusal-period-backwards = The operation would begin { $from } and end { $to }. It must end after it begins.
refusal-terms-are-fixed = How long a late check-in or relief may wait is fixed when an operation is opened. Leave it as it is, or open another operation.
refusal-level-number = Level { $rung } stands twice, or is not from 1 to 9. Give each rung its own number.
refusal-no-such-level = Level { $rung } is not on the ladder of this operation. Choose one that is listed.
refusal-level-already = The operation is at level { $rung } already, since { $since }.
refusal-phase-order = An operation goes forward only: it is { $from } and cannot become { $to } now.
refusal-still-manned = { $count } people are still at their posts. Let them leave, then close the operation.
refusal-no-such-proposal = Proposal { $number } has been answered already, or never was. Look at the list again.

# Post
refusal-no-such-post = This post is not in the operation. Choose one from its list.
refusal-number-taken = The number “{ $number }” belongs to { $post }. Give this post a number of its own.
refusal-nameless-post = The post “{ $number }” needs a number and a name.
refusal-post-outside-operation = { $unit } is not under { $above }, which leads the operation. Only posts of its own branch can be manned.
refusal-contact-too-often = A contact every { $minutes } minutes cannot be kept. Choose 5 minutes or more, or none.

# Roster
refusal-no-such-shift = This shift is not in the operation. Choose one from the roster.
refusal-no-such-assignment = This assignment is not in the operation any more. Look at the roster again.
refusal-shift-span = The shift from { $from } to { $to } must end after it begins and last at most 36 hours.
refusal-shift-outside-operation = The shift from { $from } to { $to } lies outside the operation, { $begins } to { $ends }. Change one of them.
refusal-shift-strength = A shift needs between 1 and 500 people, not { $required }.
refusal-clash = { $person } already stands at { $post } from { $from } to { $to }. Move that shift first, or choose somebody else.
refusal-is-pinned = The assignment of { $person } is pinned. Unpin it first.
refusal-has-begun = { $person } has already begun the shift. Record a relief instead.
refusal-shift-has-begun = { $standing } people have begun this shift. It can be neither dropped nor moved. Close the post instead.

# Check-in
refusal-already-at-post = { $person } has been at the post since { $since }. Nothing is left to do.
refusal-already-off = { $person } went off this shift { $until }. To stand again, they need a new assignment.
refusal-too-early = The shift begins { $from } and check-in opens { $opens }. Wait until then.
refusal-shift-over = The shift ended { $to }. Look at the roster for the present one.
refusal-at-another-post = { $person } is at { $post }. Let them leave that post first.
refusal-nobody-to-relieve = { $person } is not at this post, so nobody can relieve them. Check in without relief.
refusal-not-at-post = { $person } is not at the post. There is nothing to leave.
refusal-before-the-end = The shift ends { $to } and nobody has relieved { $person }. Ask for relief, or give a reason for leaving now.
refusal-post-not-in-force = No shift is on at { $post } now.
refusal-post-closed = { $post } is closed. Look at the list of posts.
refusal-no-such-roll-call = This roll call is not open. Open a new one.
refusal-roll-call-open = A roll call of { $unit } is open since { $since }. Answer it or close it first.
refusal-not-an-exception = This person is not among those the roll call asks for.
refusal-roll-call-id-taken = This roll call has been sent before. Send it under an id of its own.

# Watch
refusal-nobody-in-person = Only a person can hold the watch. Sign in as the duty officer.
refusal-not-your-watch = { $officer } holds the watch, not you. Take the watch first.
refusal-no-watch = Nobody holds the watch of { $unit }. Take it first.
refusal-watch-is-yours = You hold the watch already, since { $since }.
refusal-unread-lines = Entries { $first } to { $last } arrived while you were reading. Read them, then take the watch.
refusal-open-lines-unowned = { $count ->
    [one] One open entry has no owner. Name who carries it forward.
   *[other] { $count } open entries have no owner. Name who carries them forward.
}
refusal-nothing-to-sign = No signature of a handover is missing at { $unit }.
refusal-own-handover = { $officer } took this watch and cannot sign for the one who is gone. Ask the leader on duty.
refusal-no-such-line = Entry { $line } is not in the log of this watch. Look at its number again, or in the records.
refusal-line-closed = Entry { $line } is closed. Write a new one that refers to it.
refusal-order-without-leader = A verbal order needs the name of the leader who gave it. Choose one.
refusal-leader-without-order = Only a verbal order names a leader. Choose that kind of entry, or leave { $person } out.
refusal-no-countersignature = Entry { $line } asks for no countersignature.
refusal-not-your-order = The order of entry { $line } was given by { $leader }. Only they can sign for it.
refusal-action-without-owner = Entry { $line } is for action and needs an owner. Name one.
refusal-still-serves = { $person } still serves. Record that they have left, then erase.
refusal-erased-already = The words were erased at { $since }. Nothing is left to erase.

# Alarm
refusal-no-such-alarm = This alarm is not open: it has passed or was cleared. Look at the list of alarms.
refusal-alarm-needs-person = Only a person can answer an alarm. Sign in as the duty officer.
refusal-alarm-is-yours = The alarm has been in your hands since { $since }. Say what is being done, hand it on, or clear it.
refusal-alarm-taken = { $person } has had the alarm in hand since { $since }. Call them, or hand it on to somebody else.
refusal-alarm-unowned = Nobody has taken the alarm yet. Take it first.
refusal-alarm-id-taken = This call has been sent before. Send it under an id of its own.
refusal-cannot-answer = { $person } may not answer alarms of { $unit }. Hand it to a duty officer or a leader who may.
# Directive
refusal-no-such-directive = This directive is not on the board. Look at the list, or in the records.
refusal-not-a-draft = This directive is no draft any more. Amend it, or write another.
refusal-not-issued = This directive is not in force: it is a draft, or was withdrawn or closed.
refusal-not-proposed = This directive waits for nobody’s word.
refusal-clauses = A directive has a title and between 1 and { $most } clauses, not { $count }. Write what is to be done.
refusal-too-many-files = { $count } files are too many. Attach at most { $most }.
refusal-deadline-past = The deadline { $deadline } is not after now, { $now }. Give a later one.
refusal-nobody-to-receive = Nobody below { $unit } would receive it who does not have it yet. Choose other units or people.
refusal-too-many-receivers = { $count } receivers are more than { $most }. Issue it to units and let them pass it on.
refusal-not-below = { $unit } is not below { $above }. A directive goes down the line of command, never up or across.
refusal-nothing-to-pass-on = { $unit } has not received this directive, so it has nothing to pass on. Ask the unit above for it.
refusal-not-a-receiver = { $receiver } is not among its receivers. Look at the receipts.
refusal-released-already = { $receiver } is asked no more: they left, or were relieved of it.
refusal-step-already = “{ $step }” was said already. Nothing is left to do.
refusal-step-out-of-order = “{ $step }” comes after “{ $missing }”. Say that first.
refusal-only-to-read = A briefing asks only to be read. Acknowledge it, and that is all.
refusal-difficulty-open = A difficulty was reported at { $since } and waits for a ruling.
refusal-no-difficulty = No difficulty was reported here. There is nothing to rule on.
refusal-ruled-already = It was ruled on at { $at } and that ruling stands. Ask whoever gave it if it must change.
refusal-own-approval = Your name is under it already. A second person must sign.
refusal-no-name-missing = No name is missing under this directive.
refusal-only-people-sign = Only a person can sign. Sign in under your own name.
refusal-tasks-open = { $count } tasks of { $unit } on this directive are open. Close them first, or withdraw them.
refusal-no-such-clause = Clause { $number } is not in force in this directive. Look at its text.
refusal-others-clause = Clause { $number } was written by another unit. Only they may change it.
refusal-nothing-changed = Nothing would change. Say which clause, or write a new one.
refusal-order-without-words = An order by telephone needs the words that were said. Write them down.

# Task
refusal-no-such-task = This task is not on the board. Look at the list, or in the records.
refusal-task-id-taken = This task has been sent before. Send it under an id of its own.
refusal-assigner-did-not-receive = { $unit } has not received this directive and can assign nothing from it yet.
refusal-not-the-lead = A part of this task is assigned by its lead unit { $lead }, not by { $unit }.
refusal-lead-outside = { $lead } is not below { $above }. Choose the assigning unit itself, or one below it.
refusal-owner-outside = { $person } does not serve in { $lead } or below it. Choose an owner of the lead unit.
refusal-too-many-supporting = { $count } supporting units are too many. At most { $most }.
refusal-too-many-tasks = Clause { $clause } has { $most } tasks already. Split them further below.
refusal-without-words = A task needs words. Say what is to be done.
refusal-deadline-too-early = The deadline { $deadline } is not after { $earliest }. Give a later one.
refusal-deadline-after-parents = The deadline { $deadline } is after { $latest }, that of the task it is part of. Give an earlier one.
refusal-task-over = This task is closed or withdrawn. Assign another.
refusal-accepted-already = This task was accepted already.
refusal-not-accepted = This task is not accepted yet. Accept it, or report what stands in the way.
refusal-reported-already = A result is in already. Wait for the assigning unit’s word.
refusal-extension-open = An extension to { $until } was asked for already. Wait for the answer.
refusal-no-extension = No extension is asked for.
refusal-evidence-missing = Evidence is wanted: { $wanted }. Add it and report again.
refusal-nothing-reported = No result is in that could be closed or sent back.
refusal-own-result = You reported this result and cannot agree to it. Somebody else of the assigning unit must.
refusal-open-below = { $count } tasks below this one are open. Close them first.

# Call-out
refusal-no-such-call-out = This call-out is not open. Look at the list.
refusal-call-out-id-taken = This call-out has been sent before. Send it under an id of its own.
refusal-call-out-open = A call-out of { $unit } is open since { $since }. Close it before another is opened.
refusal-nobody-to-call = Nobody of { $unit } is on standby or free. Plan a standby, or ask another unit for people.
refusal-too-many-to-call = { $count } people are more than { $most }. Call out the units one by one.
refusal-not-called = { $person } was not called. Look at the list of those who were.
refusal-coming-in-the-past = { $due } is past. Say when they will be there, or that they have arrived.
refusal-arrived-already = { $person } arrived at { $at }. Nothing is left to say.

# Attachment
refusal-no-such-attachment = This file is not here. Send it first, then name it.
refusal-attachment-erased = The file was erased { $since }. Send another one.
refusal-attachment-id-taken = This file has been sent before. Send it under an id of its own.
refusal-too-many-attachments = { $count } files are attached here already, the most there may be is { $most }. Erase one that is no longer needed.
refusal-hangs-elsewhere = This file hangs on something else. Attach it to what this is about, and name it then.
refusal-nothing-to-attach-to = Nothing can be attached to that. Attach it to a post, a task, a directive, a log, an alarm or an operation.

# Notice
refusal-no-quiet-hours = These quiet hours are none. Give two different times of day.
refusal-nothing-waits = This notice does not wait any more.
refusal-not-failed = This was not a failure: only what failed is sent again.

# Roads
refusal-no-such-section = This section is not on the board. Choose one from the list, or import the network again.
refusal-too-many-sections = { $count } sections are more than { $most }. Leave out lanes and driveways before importing.
refusal-nameless-section = A section needs the number of its road and a name. Complete the network's file.
refusal-too-many-of-post = A post overlooks at most { $most } sections, not { $count }. Name those it can see.
refusal-post-not-on-section = { $post } does not stand on { $section }. Report what is seen for the unit instead.
refusal-nothing-seen = Nothing was said of the road. Give visibility, surface, queue or wind.
refusal-warning-not-in-force = This warning is not in force: it was lifted, ran out, or never was. Look at the list.
refusal-warning-id-taken = This warning was entered before. Send it under an id of its own.
refusal-no-such-signal = There is no { $hazard } signal in { $colour }. Choose a colour that the decree has.
refusal-ends-before-issued = The warning would end { $ends }, before it was issued { $issued }. Correct one of them.
refusal-issued-later = The warning was issued { $issued }, which is not yet. Correct the time.
refusal-over-already = The warning was over { $ends }. Correct its end, or do not enter it.
refusal-lasts-too-long = No office warns until { $ends }. The latest end is { $latest }.
refusal-warning-nowhere = The warning names no place. Choose units or sections.
refusal-warning-outside = { $unit } is not under { $above }. Enter the warning at a unit above both.
refusal-too-many-versions = { $count } changes are more than { $most }. Cancel the warning and enter it anew.
refusal-no-such-measure = This measure is not open: it was lifted, dropped or superseded. Look at its section.
refusal-no-measure-chosen = Nothing was chosen. Tick one section at least.
refusal-too-many-measures = { $count } at once are more than { $most }. Decide them unit by unit.
refusal-speed-on-no-sign = A sign cannot show { $kmh } km/h. Give 5 to 120 in steps of 5.
refusal-gap-nobody-keeps = Nobody keeps { $metres } m. Give 20 to 500.
refusal-for-no-vehicle = The measure is for no vehicle. Choose one at least.
refusal-measure-not-proposed = This measure is not waiting for a decision. Look at its state.
refusal-province-decides = The province decides this. Ask it, and record its word.
refusal-decided-here = This is decided within the force. Approve it instead of asking the province.
refusal-province-not-asked = The province was not asked. Ask it first, so that the time is known.
refusal-province-word-missing = The province decides the lifting. Write down whose word it was.
refusal-measure-not-in-force = This measure is not in force. It cannot be lifted, eased, looked at again or confirmed.
refusal-stricter-in-force = What is in force is at least as strict. Ease or lift that first.
refusal-on-its-way-already = A measure of this kind is proposed already. Change that one.
refusal-another-kind = Another kind of measure is another measure. Decide against this one and propose that.
refusal-not-less = This is not less than what is in force. Propose the stricter one for approval.
refusal-no-stages = Only a closure opens in stages. Ease this, or lift it for all.
refusal-stage-reached = It is open up to that stage already. Choose the next one.
refusal-review-out-of-bounds = A look after { $minutes } minutes is out of bounds. Give { $least } to { $most }.
refusal-post-not-told = { $post } was not told of this measure: it stands elsewhere.
refusal-confirmed-already = { $post } confirmed { $at }. Nothing is left to say.
refusal-section-retired = { $section } is no longer in the network. Choose the one that took its place.
