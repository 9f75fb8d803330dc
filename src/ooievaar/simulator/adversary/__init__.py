"""Does it hold when everything goes wrong? A small region lives a year of trouble, step by step.

`steps` draws the life of a seed as a list of small values; `life` does each step with the commands
that pages and the command line use; `invariants` are held against the database after each step.
Nothing here writes a row of its own.
"""
