"""How are rows kept? Append-only guards in the database, rows in bulk, rules compiled once.

Infrastructure without meaning of its own: every room to the right stands on it.
"""
