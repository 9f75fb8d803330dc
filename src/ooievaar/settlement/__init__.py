"""Who gets it? Closings: what became payable in a month, divided over the partners.

A closing is stored once and never rewritten; what later facts change comes as a difference in a
later closing. Public: `models`, `commands`, `queries`.
"""
