calendar = 日历
calendar-name = 班次
calendar-about = 将此地址添加到手机日历，即可看到本人班次，并随排班表更新。
calendar-secret = 持有此地址者即可看到您的班次。如已外泄，请更换地址，原地址随即失效。
calendar-renew = 更换地址
calendar-post = 本岗位日历
