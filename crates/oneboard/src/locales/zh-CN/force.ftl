grade-officer = 民警
grade-auxiliary = 辅警
