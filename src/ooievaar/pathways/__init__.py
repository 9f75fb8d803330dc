"""What should happen, by whom, in which week? Pathways, the plan of one woman, care shifts.

A pathway is dated data that a region agrees and signs; a plan follows from it and from what is on
record. Public: `commands`, `queries`.
"""
