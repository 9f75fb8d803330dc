"""The other side of the counter: a portal and insurers with books of their own, and a year of it.

Nothing here reads what we keep of claims: they know the files that reach them and what is true of
women (`world`), and answer in the messages that real ones answer in.
"""
