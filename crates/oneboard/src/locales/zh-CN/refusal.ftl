# 权限
refusal-no-role = 在{ $unit }{ $action }需要相应角色，您没有该角色。请联系安全管理员。
refusal-out-of-reach = 您是{ $held }的{ $role }，无权在{ $unit }{ $action }。请联系{ $unit }值班员。
refusal-expired = 无权{ $action }：您在{ $held }的{ $role }角色已于 { $until } 到期。请申请续期。
refusal-not-on-the-board = 板上没有此项，或未对您开放。请核对是否已关闭、链接是否正确。

# 授权
refusal-no-such-holder = 队伍中没有此人。请先录入人员，再授予角色。
refusal-no-such-grant = { $person } 目前不具有该角色。请重新查看角色列表。
refusal-grant-ends-before-it-begins = 角色自 { $from } 开始、{ $until } 结束。结束时间应晚于开始时间。
refusal-two-administrators = { $person } 已是{ $held }。任何人不得兼任两类管理员，请另选他人。
refusal-administrator-below-the-top = { $role }面向全队伍，请在{ $unit }授予。
refusal-grant-to-oneself = 不得为本人授予角色。请由其他安全管理员办理。
refusal-delegated-already = 受托的角色不得转托。可由原持有人直接委托给您考虑的人选。
refusal-delegation-too-long = 委托不能到 { $until } 为止，最晚为 { $latest }。
refusal-held-already = { $person } 已是{ $unit }的{ $role }。如需更改期限，请先撤销原授权。
refusal-grant-id-taken = 该授权此前已提交过，请使用新的编号。
refusal-too-many-grants = { $person } 已有 { $most } 项角色，达到上限。请先撤销已到期的角色。

# 队伍
refusal-no-such-unit = 板上没有该单位。请先添加，或从列表中选择。
refusal-no-such-person = 板上没有此人。请先录入，或从列表中选择。
refusal-has-left = { $person } 已于 { $since } 离队。请选择在职人员。
refusal-nameless-unit = 单位须有名称，中文、英文至少填写一项。
refusal-second-first-unit = 最上级单位只能有一个，现为{ $first }。请为本单位指定上级。
refusal-unit-below-itself = { $parent }隶属于{ $unit }，不能作为其上级。请选择本支以外的单位。
refusal-too-deep = { $unit }将处于第 { $tier } 级，最深为第 { $deepest } 级。请置于较高层级。

# 安保任务
refusal-no-such-operation = 板上没有该安保任务，可能已经结束。请在已结束的任务中查找。
refusal-not-running = 该安保任务{ $phase }，尚不能上岗。请先启动。
refusal-nameless-operation = 安保任务须有名称，中文、英文至少填写一项。
refusal-period-backwards = 安保任务自 { $from } 开始、{ $to } 结束。结束时间应晚于开始时间。
refusal-terms-are-fixed = 签到、换岗的宽限时间在任务设立时即已确定。请保持不变，或另设任务。
refusal-level-number = 第 { $rung } 级重复，或不在 1 至 9 之间。各级编号不得相同。
refusal-no-such-level = 本任务没有第 { $rung } 级。请从所列等级中选择。
refusal-level-already = 自 { $since } 起已是第 { $rung } 级。
refusal-phase-order = 安保任务只能依次推进：目前{ $from }，不能转为{ $to }。
refusal-still-manned = 尚有 { $count } 人在岗。请待其下岗后再结束任务。
refusal-no-such-proposal = 第 { $number } 项建议已答复，或并不存在。请重新查看列表。

# 岗位
refusal-no-such-post = 该安保任务中没有此岗位。请从列表中选择。
refusal-number-taken = 编号“{ $number }”已属于 { $post }。请为本岗位另设编号。
refusal-nameless-post = 岗位“{ $number }”须有编号和名称。
refusal-post-outside-operation = { $unit }不隶属于任务牵头单位{ $above }。只能为其所属单位设岗。
refusal-contact-too-often = 每 { $minutes } 分钟联络一次难以做到。请设为 5 分钟以上，或不设。

# 排班
refusal-no-such-shift = 该安保任务中没有此班次。请从排班表中选择。
refusal-no-such-assignment = 该排班已不在任务中。请重新查看排班表。
refusal-shift-span = 班次 { $from } 至 { $to } 有误：结束应晚于开始，且不超过 36 小时。
refusal-shift-outside-operation = 班次 { $from } 至 { $to } 超出任务期限（{ $begins } 至 { $ends }）。请调整其一。
refusal-shift-strength = 每班应为 1 至 500 人，不能是 { $required } 人。
refusal-clash = { $person } 已排在 { $post }，{ $from } 至 { $to }。请先调整该班次，或另选他人。
refusal-is-pinned = { $person } 的排班已锁定，请先解锁。
refusal-has-begun = { $person } 已经上岗，请改为登记换岗。
refusal-shift-has-begun = 该班次已有 { $standing } 人上岗，不能删除或移至他岗。请改为撤销岗位。

# 签到
refusal-already-at-post = { $person } 自 { $since } 起已在岗，无需再办。
refusal-already-off = { $person } 已于 { $until } 下岗。如需再次上岗，须重新排班。
refusal-too-early = 本班 { $from } 开始，{ $opens } 起可以签到。请稍候。
refusal-shift-over = 本班已于 { $to } 结束。请查看排班表中的当前班次。
refusal-at-another-post = { $person } 正在 { $post } 在岗。请先从该岗位下岗。
refusal-nobody-to-relieve = { $person } 不在本岗，无法接替。请直接签到。
refusal-not-at-post = { $person } 不在岗，无需离岗。
refusal-before-the-end = 本班 { $to } 结束，尚无人接替 { $person }。请申请换岗，或说明现在离岗的原因。
refusal-post-not-in-force = { $post } 目前没有开班。
refusal-post-closed = { $post } 已撤销。请查看岗位列表。
refusal-no-such-roll-call = 该点名未在进行。请重新发起。
refusal-roll-call-open = { $unit }自 { $since } 起已有点名在进行。请先完成或结束。
refusal-not-an-exception = 此人不在本次点名的异常名单内。
refusal-roll-call-id-taken = 该点名此前已提交过，请使用新的编号。

# 值班
refusal-nobody-in-person = 值班须由本人承担。请以值班员身份登录。
refusal-not-your-watch = 目前由 { $officer } 值班。请先接班。
refusal-no-watch = { $unit }目前无人值班。请先接班。
refusal-watch-is-yours = 您自 { $since } 起已在值班。
refusal-unread-lines = 阅读期间新收第 { $first } 至 { $last } 号记录。请阅后再接班。
refusal-open-lines-unowned = 有 { $count } 项未办结事项无承办人。请指定承办人。
refusal-nothing-to-sign = { $unit }没有待签的交接班。
refusal-own-handover = { $officer } 是接班人，不能代离开的交班人签字。请由带班领导签字。
refusal-no-such-line = 本班记录中没有第 { $line } 号。请核对编号，或查阅档案。
refusal-line-closed = 第 { $line } 号已办结。请另记一条并注明关联。
refusal-order-without-leader = 口头命令须注明下令领导。请选择。
refusal-leader-without-order = 只有口头命令才注明领导。请改为口头命令，或去掉 { $person }。
refusal-no-countersignature = 第 { $line } 号无需补签。
refusal-not-your-order = 第 { $line } 号命令由 { $leader } 下达，只能由其本人补签。
refusal-action-without-owner = 第 { $line } 号需要办理，请指定承办人。
refusal-still-serves = { $person } 仍在队，请先登记离队再删除。
refusal-erased-already = 个人信息已于 { $since } 删除，无需再次删除。

# 告警
refusal-no-such-alarm = 该告警已解除或已自行消除。请查看告警列表。
refusal-alarm-needs-person = 告警须由本人处置。请以值班员身份登录。
refusal-alarm-is-yours = 您自 { $since } 起已接手该告警。请记录处置情况、移交或解除。
refusal-alarm-taken = { $person } 自 { $since } 起已接手该告警。请与其联系，或移交他人。
refusal-alarm-unowned = 该告警尚无人接手。请先接手。
refusal-alarm-id-taken = 该请求此前已提交过，请使用新的编号。
refusal-cannot-answer = { $person } 无权处置{ $unit }的告警。请移交有权处置的值班员或领导。
# 指令
refusal-no-such-directive = 该指令不在系统中。请查看指令列表或记录。
refusal-not-a-draft = 该指令已不是草稿。请作修改，或另行起草。
refusal-not-issued = 该指令未生效：尚为草稿，或已撤回、办结。
refusal-not-proposed = 该指令不在审签中。
refusal-clauses = 指令须有标题和 1 至 { $most } 条内容，现为 { $count } 条。请写明要求。
refusal-too-many-files = 附件 { $count } 个过多，最多 { $most } 个。
refusal-deadline-past = 签收时限 { $deadline } 不晚于当前时间 { $now }。请另定时限。
refusal-nobody-to-receive = { $unit }以下没有需新增的接收对象。请另选单位或人员。
refusal-too-many-receivers = 接收对象 { $count } 个，超过上限 { $most }。请发至单位，由其逐级传达。
refusal-not-below = { $unit }不属{ $above }下级。指令只能逐级向下，不得上行或平行。
refusal-nothing-to-pass-on = { $unit }未收到该指令，无从传达。请向上级索取。
refusal-not-a-receiver = { $receiver }不是该指令的接收对象。请查看签收情况。
refusal-released-already = { $receiver }已调离或免于执行，不再催收。
refusal-step-already = “{ $step }”已登记，无需重复。
refusal-step-out-of-order = “{ $step }”须在“{ $missing }”之后。请先完成前一步。
refusal-only-to-read = 通报学习件只需阅读并签收。
refusal-difficulty-open = { $since } 已报告困难，待裁定。
refusal-no-difficulty = 此处未报告困难，无需裁定。
refusal-ruled-already = 已于 { $at } 裁定，以该裁定为准。如需变更，请与裁定人联系。
refusal-own-approval = 本人已签字，须由另一人审签。
refusal-no-name-missing = 该指令不缺签字。
refusal-only-people-sign = 须由本人签字。请以本人账号登录。
refusal-tasks-open = { $unit }在该指令下有 { $count } 项任务未结。请先办结或撤回。
refusal-no-such-clause = 该指令第 { $number } 条无效。请核对正文。
refusal-others-clause = 第 { $number } 条由其他单位所写，只能由该单位修改。
refusal-nothing-changed = 没有变更内容。请注明修改哪一条，或增写一条。
refusal-order-without-words = 电话命令须记录命令内容。请填写。

# 任务
refusal-no-such-task = 该任务不在系统中。请查看任务列表或记录。
refusal-task-id-taken = 该任务已提交过。请另用编号提交。
refusal-assigner-did-not-receive = { $unit }未收到该指令，暂不能据此分解任务。
refusal-not-the-lead = 该任务的再分解由牵头单位{ $lead }负责，不由{ $unit }负责。
refusal-lead-outside = { $lead }不属{ $above }下级。请选本单位或下级单位。
refusal-owner-outside = { $person }不在{ $lead }及其下级任职。请在牵头单位中另选责任人。
refusal-too-many-supporting = 协办单位 { $count } 个过多，最多 { $most } 个。
refusal-too-many-tasks = 第 { $clause } 条已有 { $most } 项任务。请在下级再作分解。
refusal-without-words = 任务须写明内容。
refusal-deadline-too-early = 时限 { $deadline } 不晚于 { $earliest }。请另定时限。
refusal-deadline-after-parents = 时限 { $deadline } 晚于上级任务时限 { $latest }。请提前。
refusal-task-over = 该任务已办结或撤回。请另行分解。
refusal-accepted-already = 该任务已接受。
refusal-not-accepted = 该任务尚未接受。请先接受，或报告困难。
refusal-reported-already = 结果已报，待交办单位确认。
refusal-extension-open = 已申请延期至 { $until }，待答复。
refusal-no-extension = 没有待答复的延期申请。
refusal-evidence-missing = 须附佐证：{ $wanted }。请补充后再报。
refusal-nothing-reported = 尚无可办结或退办的结果。
refusal-own-result = 该结果由本人所报，须由交办单位另一人确认。
refusal-open-below = 下级有 { $count } 项任务未结。请先办结。

# 召集
refusal-no-such-call-out = 该召集已结束或不存在。请查看列表。
refusal-call-out-id-taken = 该召集已提交过。请另用编号提交。
refusal-call-out-open = { $unit }自 { $since } 起召集中。请先结束，再另行召集。
refusal-nobody-to-call = { $unit }无备勤或空闲人员。请安排备勤，或请求其他单位支援。
refusal-too-many-to-call = 召集 { $count } 人，超过上限 { $most }。请分单位召集。
refusal-not-called = { $person }不在召集名单中。请查看名单。
refusal-coming-in-the-past = { $due } 已过。请填写预计到达时间，或登记已到。
refusal-arrived-already = { $person }已于 { $at } 到达，无需再报。

# 附件
refusal-no-such-attachment = 没有该附件。请先上传文件，再引用。
refusal-attachment-erased = 该文件已于 { $since } 删除。请另行上传。
refusal-attachment-id-taken = 该文件此前已上传过，请使用新的编号。
refusal-too-many-attachments = 此处已有 { $count } 个附件，最多 { $most } 个。请先删除不再需要的附件。
refusal-hangs-elsewhere = 该文件属于其他事项。请先将文件附加到本事项，再引用。
refusal-nothing-to-attach-to = 该事项不能附加文件。附件可用于岗位、任务、指令、值班记录、告警或安保任务。

# 通知
refusal-no-quiet-hours = 免打扰时段无效，请填写两个不同的时间。
refusal-nothing-waits = 该通知已处理完毕。
refusal-not-failed = 该通知未发送失败，只有发送失败的才能重新发送。

# Roads
refusal-no-such-section = 无此路段。请从列表中选择，或重新导入路网。
refusal-too-many-sections = { $count } 个路段超过上限 { $most } 个。导入前请剔除小路和内部道路。
refusal-nameless-section = 路段须有道路编号和名称。请补全路网文件。
refusal-too-many-of-post = 一个岗位最多观察 { $most } 个路段，现为 { $count } 个。请只选视线所及路段。
refusal-post-not-on-section = { $post }不在{ $section }。请改为以单位名义报告。
refusal-nothing-seen = 未填写路况。请填写能见度、路面、排队或风力。
refusal-warning-not-in-force = 该预警未生效：已解除、已到期或不存在。请查看列表。
refusal-warning-id-taken = 该预警已录入。请使用新的编号。
refusal-no-such-signal = { $hazard }无{ $colour }信号。请选择规定中的等级。
refusal-ends-before-issued = 截止时间 { $ends } 早于发布时间 { $issued }。请更正。
refusal-issued-later = 发布时间 { $issued } 尚未到。请更正。
refusal-over-already = 该预警已于 { $ends } 截止。请更正截止时间，或不再录入。
refusal-lasts-too-long = 预警不会持续到 { $ends }。最迟为 { $latest }。
refusal-warning-nowhere = 预警未写明范围。请选择单位或路段。
refusal-warning-outside = { $unit }不属{ $above }管辖。请由共同上级录入。
refusal-too-many-versions = 变更 { $count } 次超过上限 { $most } 次。请解除后重新录入。
refusal-no-such-measure = 该措施已结束：已解除、未采纳或被取代。请查看所在路段。
refusal-no-measure-chosen = 未选择。请至少勾选一个路段。
refusal-too-many-measures = 一次 { $count } 项超过上限 { $most } 项。请按单位分批决定。
refusal-speed-on-no-sign = 标志无法显示 { $kmh } 公里/小时。请填 5 至 120，以 5 递增。
refusal-gap-nobody-keeps = 车距 { $metres } 米无法执行。请填 20 至 500。
refusal-for-no-vehicle = 措施未写明车型。请至少选择一种。
refusal-measure-not-proposed = 该措施不在待决定状态。请查看其状态。
refusal-province-decides = 该措施由省级决定。请先请示，再记录批复。
refusal-decided-here = 该措施由本级决定。请直接批准，无须请示省级。
refusal-province-not-asked = 尚未向省级请示。请先请示，以便记录时间。
refusal-province-word-missing = 解除该措施由省级决定。请填写批复意见。
refusal-measure-not-in-force = 该措施未生效，不能解除、放宽、复核或确认。
refusal-stricter-in-force = 已生效措施不低于此要求。请先放宽或解除该措施。
refusal-on-its-way-already = 同类措施已提出。请修改该项。
refusal-another-kind = 不同种类须另行提出。请先不采纳本项，再提出新措施。
refusal-not-less = 此项不低于已生效措施。更严措施请提出后报批。
refusal-no-stages = 只有封闭措施可分步放行。请放宽，或全部解除。
refusal-stage-reached = 已放行至该步。请选择下一步。
refusal-review-out-of-bounds = 复核时限 { $minutes } 分钟超出范围。请填 { $least } 至 { $most } 分钟。
refusal-post-not-told = { $post }未接到该措施：其不在该路段。
refusal-confirmed-already = { $post }已于 { $at } 确认，无须重复。
refusal-section-retired = 路网中已无{ $section }。请选择替代路段。
