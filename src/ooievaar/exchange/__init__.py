"""How do we talk to other systems? Region tables, activity files and Perined's kernset.

A reader turns a file into the region tables of `tables.py`; `commands.py` checks those against
each other, the rule book and what is stored, and stores all of them or nothing. Every fault is a
`kernel.faults.Fault` with its place, what was found and what was expected.
"""
