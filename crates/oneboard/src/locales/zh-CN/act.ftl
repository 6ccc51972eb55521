act-blank = 请先填写内容。
act-too-long = 共 { $length } 字,最多 { $longest } 字。请精简或分次发送。
act-board-mode = 本屏为看板模式,仅供查看。请在其他设备登录后操作。
act-choose = 请选择
act-optional = 选填
act-back = 返回
