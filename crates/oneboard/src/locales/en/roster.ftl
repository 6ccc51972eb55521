roster = Roster
roster-day = Day
roster-days = Days
roster-show = Show
roster-sum = { $posts ->
    [one] One post
   *[other] { $posts } posts
}, { $shifts ->
    [one] one shift
   *[other] { $shifts } shifts
}
roster-sum-gaps = { $count ->
    [one] One place not filled
   *[other] { $count } places not filled
} in { $shifts ->
    [one] one shift
   *[other] { $shifts } shifts
}
roster-full = Every place is filled
roster-nobody = Nobody
roster-gap = { $count } missing
roster-standby = Standby: { $names }
roster-standby-name = { $name } (standby)
roster-other-hours = Other hours
roster-shift = Shift
roster-who = People
roster-no-shifts = No shift in the next seven days.
roster-add-shift = Add a shift
roster-from = From
roster-to = To
roster-required = Required strength
roster-not-a-time = “{ $value }” is not a date and time. Write it as 2027-02-13T20:00, in local time.
roster-to-post-page = The post now
roster-to-day = The whole day
roster-duty = Duty
roster-on-post = On the post
roster-pinned = pinned
roster-pin = Pin
roster-unpin = Unpin
roster-replace = Replace
roster-replace-title = Who stands in for { $name }?
roster-swap = Swap
roster-swap-title = With whom does { $name } swap?
roster-to-standby = To standby
roster-to-post = To the post
roster-unassign = Take off
roster-assign = Assign
roster-as-standby = Standby
roster-assign-title = Assign somebody
roster-find = Name, staff number or callsign
roster-cancel = Cancel
roster-nobody-found = Nobody was found whom you may assign.
roster-qualifications = Qualifications
roster-free = Free
roster-clash = On duty { $from } to { $to }
roster-rest = { $hours } h rest
roster-rested = Free, no duty near
roster-demand = { $what } { $held } of { $count }
qualification-driver = Driver
qualification-firearms = Firearms
qualification-first-aid = First aid
qualification-language = Language
qualification-traffic = Traffic
