"""What an import came to: what was stored, and every datum that has no place, with the reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ooievaar.exchange.fhir.data import Count, Datum
from ooievaar.exchange.imported_entries import Fate


@dataclass
class FhirReport:
    """What was read and stored; `counts` by kind of resource, `unplaced` with why.

    `derived` is what follows from something else in the files, `notes` what somebody must know.
    """

    files: int = 0
    files_known: int = 0
    women_new: int = 0
    pregnancies: list[str] = field(default_factory=list)
    pregnancies_new: int = 0
    entries_new: int = 0
    entries_changed: int = 0
    entries_known: int = 0
    counts: Mapping[str, Count] = field(default_factory=dict)
    unplaced: list[tuple[Datum, str]] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> Count:
        """The counts of all kinds together."""
        return sum(self.counts.values(), start=Count())

    @property
    def has_changed(self) -> bool:
        """Whether anything was stored."""
        return bool(self.entries_new or self.entries_changed or self.pregnancies_new)

    def count(self, fate: Fate) -> None:
        """Count what became of an entry."""
        if fate == "new":
            self.entries_new += 1
        elif fate == "changed":
            self.entries_changed += 1
        else:
            self.entries_known += 1

    def note(self, text: str) -> None:
        """Add something to know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def reasons(self) -> list[tuple[str, int]]:
        """Return why data were not placed, the commonest first."""
        found = Counter(why for _datum, why in self.unplaced)
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))
