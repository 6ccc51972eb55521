calendar = Calendar
calendar-name = Shifts
calendar-about = Give this address to your phone's calendar: your shifts then stand in it and follow the roster.
calendar-secret = Whoever has the address sees your shifts. If it has got about, ask for a new one: the old one is then worthless.
calendar-renew = New address
calendar-post = Calendar of this post
