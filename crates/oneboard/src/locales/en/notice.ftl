notice = Notices sent
notice-one = Something waits for you
notice-watch = The watch waits for you:
notice-channels = How I am told
notice-channels-how = The screen always tells you. Where you give an address, you are also told of emergencies, of alarms nobody has taken, and of what waits for your signature.
notice-email = E-mail
notice-message = Text message
notice-quiet-from = Quiet from
notice-quiet-to = Quiet until
notice-quiet-how = In quiet hours only emergencies are sent; the rest follows afterwards.
notice-keep = Save
notice-no-email = This is no e-mail address. Write it like wang@example.org.
notice-no-number = This is no number. Write digits, spaces and + only.
notice-no-time = Give both times of day, like 22:00.
notice-none = No notice has been sent.
notice-column-to = To
notice-column-what = About
notice-column-at = At
notice-column-became = What became of it
notice-waiting = to be sent
notice-again = not reached { $count ->
    [one] once
   *[other] { $count } times
}, again at { $time }
notice-sent = handed over { $time }
notice-delivered = arrived { $time }
notice-simulated = simulated { $time }, nothing was sent
notice-failed = failed { $time }: { $words }
notice-told-kept = { $name } changed how they are told
notice-told-told = To be told: { $name }, of { $what }
notice-told-put-off = { $channel } not reached: { $words }
notice-told-failed = { $channel } failed: { $words }
notice-told-delivered = { $channel } arrived
notice-told-simulated = { $channel } simulated, nothing was sent
notice-told-sent = { $channel } handed over
