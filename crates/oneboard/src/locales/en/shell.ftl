shell-skip = Skip to the page
shell-other-language = 中文
shell-light = Light
shell-dark = Dark
shell-demonstration = Demonstration
