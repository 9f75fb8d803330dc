"""What is wrong with an input, as a value: where, what was found, what was expected."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass

REFUSALS = {
    errno.EACCES: "geen toegang",
    errno.EPERM: "geen toegang",
    errno.EROFS: "alleen te lezen",
    errno.ENOENT: "bestaat niet",
    errno.EEXIST: "er staat iets anders met die naam",
    errno.ENOTDIR: "geen map",
    errno.EISDIR: "een map, geen bestand",
    errno.ENOSPC: "geen ruimte meer op de schijf",
}
"""What the operating system refuses, in Dutch; anything rarer is told in its own words."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input, told so that the person who sent it can mend it.

    `file` is a name without folders; `row` counts from 1 with the header as row 1 (None: the whole
    file); `column` is the column, element or key; `found` never carries a BSN or a name.
    """

    file: str
    row: int | None
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", regel {self.row}"
        if self.column:
            place += f", {self.column}"
        return f"{place}: gevonden {self.found}; verwacht {self.expected}"


class InputRejected(Exception):
    """An input is refused as a whole, with every fault found; nothing of it is stored."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(f"{len(self.faults)} fouten in de invoer")


def refusal(error: OSError) -> str:
    """Say in Dutch why the operating system refused a file or a folder."""
    return REFUSALS.get(error.errno or 0) or error.strerror or type(error).__name__
