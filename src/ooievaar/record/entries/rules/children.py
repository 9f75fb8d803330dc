"""Rule `children`: what is said of how many children there are must agree.

How many she carries (`fetus_count`), how many were born (`children_born`, from which the care that
a birth counts as follows), and of how many the birth is written down. Only asked about: a twin may
have been lost, and of the second child the birth is written a moment later.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CARRIED, BORN, WRITTEN = "fetus_count", "children_born", "birth_date"


@dataclass(frozen=True, slots=True)
class Children:
    """How many children, by who says so; None or no children written where nobody does."""

    carried: int | None
    born: int | None
    written: int

    @property
    def agree(self) -> bool:
        """Tell whether all that is said is the same; before a birth nothing is expected of it."""
        said = {one for one in (self.carried, self.born, self.written or None) if one is not None}
        return len(said) <= 1


def children_said(observed: Iterable[tuple[str, int, str]]) -> Children:
    """Return how many children the present observations (element, number, value) speak of."""
    carried: int | None = None
    born: int | None = None
    numbers = set()
    for element, number, value in observed:
        if element == CARRIED and value:
            carried = int(value)
        elif element == BORN and value:
            born = int(value)
        elif element == WRITTEN and value:
            numbers.add(number)
    return Children(carried, born, len(numbers))
