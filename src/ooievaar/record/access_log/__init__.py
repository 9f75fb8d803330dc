"""Who looked? Every look at, and change of, care data as an event that nobody can bend (NEN 7513).

`note` gathers what a page showed; the middleware appends it, last of all, to a chain of hashes.
"""
