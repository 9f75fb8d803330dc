"""What `make proof` shows: the region that does not exist, faults that do, and a second engine.

Each part is a module with `prove(share, tell)`: it does `share` (1 is the whole, as documented in
`docs/proof.md`) of its cases, tells its progress, and returns an `Outcome`.
"""
