"""Pure rules of the entries: what a value may be, what it tells, and as what it counts."""
