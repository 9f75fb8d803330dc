"""What does it amount to? Every activity to one disposition, every phase to one product.

`rules` is pure (Ibis over declared tables); `derive` runs it over the facts of a network and
replaces the outcome, because what is derived can always be derived again. `explain` says why.
"""
