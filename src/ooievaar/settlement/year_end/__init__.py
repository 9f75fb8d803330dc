"""The end of a year, and the few decisions about the books that people take themselves.

What follows from something else the ledger posts by itself. What people decide (the guarantee, the
safety net and the reserve of a year; who bears a loss; what was in the bank when the books began; a
month that closes) is a `Proposal`: one person prepares it, another approves, and then it is booked
in the same transaction. See docs/settlement.md.
"""
