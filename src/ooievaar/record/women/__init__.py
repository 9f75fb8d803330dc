"""Two records of one woman: found to be hers, read together, and taken apart again without loss.

Nothing is moved. `records` says which records are of one woman (everything that reads asks it),
`merging` is the only code that says so, `identity` corrects who she is.
"""
