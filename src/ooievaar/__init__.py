"""Ooievaar: the system an integrated birth-care organisation (IGO) runs on.

Register care once, at the source; products, division and proof follow from it.
Each package below is a room; `docs/architecture.md` says what belongs where.
"""

__version__ = "0.1.0"
