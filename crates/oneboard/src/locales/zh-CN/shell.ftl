shell-skip = 跳至正文
shell-other-language = English
shell-light = 浅色
shell-dark = 深色
shell-demonstration = 演示
