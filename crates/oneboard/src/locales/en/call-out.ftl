call-out-record-opened = Call-out of { $unit }: { $count } called
call-out-record-coming = { $name } is coming, { $time }
call-out-record-arrived = { $name } has arrived
call-out-record-cannot = { $name } cannot come
call-out-record-unanswered = { $count } had not answered in time
call-out-record-closed = Call-out closed
