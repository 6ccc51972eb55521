call-out-record-opened = { $unit }召集：召集 { $count } 人
call-out-record-coming = { $name }在途，{ $time } 到
call-out-record-arrived = { $name }已到
call-out-record-cannot = { $name }不能到
call-out-record-unanswered = { $count } 人逾时未应答
call-out-record-closed = 召集结束
