task-record-assigned = 任务交{ $unit }，责任人{ $name }，{ $time } 前完成：{ $words }
task-record-accepted = 接受任务
task-record-difficulty = 报告困难
task-record-ruled = 裁定：{ $ruling }
task-record-progressed = 进展
task-record-extension-asked = 申请延期至 { $time }
task-record-extended = 延期至 { $time }
task-record-extension-refused = 不同意延期
task-record-reported = { $count ->
    [0] 报结果
   *[other] 报结果，附件 { $count } 个
}
task-record-returned = 退办
task-record-closed = 办结
task-record-withdrawn = 撤回
task-record-chased = 督办：{ $rung }
task-wanted-word = 口头报结
task-wanted-report = 文字报告
task-wanted-file = 照片或附件
