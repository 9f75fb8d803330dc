"""A partner's own money: one line and why, its statements, and the questions about it."""
