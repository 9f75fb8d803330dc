"""The end of a year: guarantee, safety net, reserve."""
