act-blank = Write some words first.
act-too-long = This has { $length } characters; at most { $longest } are kept. Shorten it, or send it in parts.
act-board-mode = This screen is in board mode: it shows, and changes nothing. Sign in on another screen to act.
act-choose = Choose
act-optional = optional
act-back = Back
