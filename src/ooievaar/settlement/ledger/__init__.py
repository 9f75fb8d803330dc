"""The books of a network: what insurers, partners and the network itself hold of every cent.

Double entry, append-only, guarded in the database. Postings are the difference between what is due
and what was posted, so a second run posts nothing. Public: `commands` (`post`, `post_transaction`,
`close_period`), `queries`, `verify`, `sources.SOURCES` for who has something due.
"""
