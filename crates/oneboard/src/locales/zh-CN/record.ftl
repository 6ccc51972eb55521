record-none = 暂无记录。
record-position = 条目
record-time = 时间
record-what = 事项
record-by = 经手人
record-hash = 校验值
record-pages = 较早条目
record-older = 较早
record-more = 另有 { $count } 项
record-of-watch = { $unit }值班
record-by-clock = 系统计时
record-by-operator = 系统设置
record-post-elsewhere = 其他单位岗位
record-post-gone = 已撤出的岗位
record-no-words = （无文字）
record-erased = （已由第 { $position } 号条目删除）
record-granted = { $name }任{ $unit }{ $role }
record-revoked = 撤销{ $name }的一项角色
record-noted = 审计事项
record-unit-kept = 录入或变更单位：{ $unit }
record-person-kept = 录入或变更人员：{ $name }，{ $unit }
record-person-left = { $name }调离队伍
record-planned = 制定或变更任务“{ $title }”
record-phase = 任务{ $phase }
record-level = 转为{ $level }
record-level-by-order = 按{ $name }命令转为{ $level }
record-proposal-taken = 采纳建议措施 { $number }
record-proposal-set-aside = 搁置建议措施 { $number }
record-post-kept = 设置或变更岗位：{ $post }
record-post-closed = 撤销岗位：{ $post }
record-post-reopened = 恢复岗位：{ $post }
record-shift-kept = { $post }：{ $from } 至 { $to } 班次，应到 { $required } 人
record-shift-dropped = { $post }：取消一个班次
record-assigned = 安排{ $name }：{ $shift }
record-unassigned = 取消{ $name }的安排：{ $shift }
record-swapped = { $one }与{ $other }换班
record-replaced = { $new }替{ $old }：{ $shift }
record-pinned = 锁定一项安排
record-unpinned = 解锁一项安排
record-checked-in = { $name }在 { $post } 签到，{ $how }
record-checked-in-late = { $name }在 { $post } 签到，{ $how }，迟到 { $minutes } 分钟
record-relieved = { $name }从 { $post } 按时下岗
record-left = { $name }离开 { $post }，{ $reason }
record-excused = { $name }准假，不到 { $post }
record-contact = 与 { $post } 联络，{ $how }
record-roll-call-opened = { $unit }点名，需询问 { $count } 人
record-roll-call-answered = 点名应答：{ $answer }
record-roll-call-closed = 点名结束
record-shift-began = { $post }：班次开始
record-grace-over = { $count ->
    [0] { $post }：签到时限已过，无人迟到
   *[other] { $post }：签到时限已过，{ $count } 人迟到
}
record-shift-ended = { $count ->
    [0] { $post }：班次结束
   *[other] { $post }：班次结束，{ $count } 人未到岗
}
record-relief-late = { $count ->
    [0] { $post }：无人待接替
   *[other] { $post }：换岗延误，{ $count } 人待接替
}
record-contact-overdue = { $post }：联络超时
record-watch-offered = 向{ $name }移交值班
record-watch-taken = { $name }接班
record-watch-taken-unsigned = { $name }接班，交班人未签字
record-handover-signed = { $name }签字确认交接
record-line = 第 { $line } 条：{ $words }
record-line-from = 第 { $line } 条，{ $from }：{ $words }
record-countersigned = 第 { $line } 条：命令已补签
record-disputed = 第 { $line } 条：对命令有异议：{ $words }
record-untriaged = 第 { $line } 条：重新研判
record-information = 第 { $line } 条：知悉
record-action = 第 { $line } 条：由{ $name }办理
record-decided = 第 { $line } 条：决定：{ $words }
record-line-closed = 第 { $line } 条办结
record-how-in-person = 本人签到
record-how-radio = 电台
record-how-telephone = 电话
record-how-seen = 现场看见
record-left-end = 当班结束
record-answer-at-post = 在岗
record-answer-coming = 途中
record-answer-absent = 缺席
record-answer-excused = 准假
records = 记录
record-open = 全部记录
record-person-erased = 已删除一人的个人信息
