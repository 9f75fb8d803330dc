"""What was agreed? Insurer contracts with their terms, and the agreement that divides the income.

Public: `models`, `commands`, `queries`, and `rules` (follow policy, split methods).
"""
