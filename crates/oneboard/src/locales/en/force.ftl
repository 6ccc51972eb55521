grade-officer = officer
grade-auxiliary = auxiliary
