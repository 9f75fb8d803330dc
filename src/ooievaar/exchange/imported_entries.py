"""Planned entries into the record: what is new, what changed, what somebody corrected here.

Reading the same files again changes nothing: an entry has a reference that stays the same, and only
what a file says differently becomes a new version. What was corrected here is left alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

from ooievaar.exchange.planned_entries import Author, PlannedEntry
from ooievaar.network.models import Organisation
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Pregnancy
from ooievaar.record.relations import Rejected

LONGEST_REFERENCE = 120
LONGEST_ANCHOR = 96
AUTHOR = " · "
VERSION = "#"

Fate = Literal["new", "changed", "known", "corrected"]


@dataclass
class ImportedEntries:
    """The entries of one dossier: `prefix` names it, the same at every reading."""

    source: str
    prefix: str
    at: datetime

    def __post_init__(self) -> None:
        self._stored: dict[str, list[Entry]] = {}
        rows = self.rows().select_related("organisation").prefetch_related("observations")
        for entry in rows.order_by("pk"):
            anchor = entry.source_reference.split(AUTHOR)[0].split(VERSION)[0]
            self._stored.setdefault(anchor, []).append(entry)

    def rows(self) -> QuerySet[Entry]:
        """Return what was stored of this dossier."""
        return Entry.objects.filter(
            source=self.source, source_reference__startswith=f"{self.prefix}:"
        )

    def store(
        self, pregnancy: Pregnancy, entry: PlannedEntry, organisation: Organisation
    ) -> Fate | Rejected:
        """Store a planned entry, when it is new or says something else; tell what became of it."""
        anchor = f"{self.prefix}:{_short(entry.anchor)}"
        versions = self._stored.get(anchor, [])
        last = versions[-1] if versions else None
        if last is not None:
            if Entry.objects.filter(replaces=last).exists():
                return "corrected"
            said = {(one.element, one.number): one.value for one in last.observations.all()}
            if said == entry.values and (last.form, last.happened_on) == (entry.form, entry.day):
                return "known"
        finished = finish(
            pregnancy,
            entry.form,
            [Observed(key, value, number) for (key, number), value in entry.values.items()],
            organisation=last.organisation if last else organisation,
            person=None,
            role="",
            happened_on=entry.day,
            happened_minute=entry.minute,
            at=self.at,
            source=self.source,
            source_reference=_reference(anchor, len(versions) + 1, entry.author),
            replaces=last,
        )
        if isinstance(finished, Rejected):
            return finished
        return "changed" if last else "new"


def digest(text: str, length: int) -> str:
    """Return a name for a text that stays the same and says nothing of it."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _short(anchor: str) -> str:
    return anchor if len(anchor) <= LONGEST_ANCHOR else digest(anchor, 24)


def _reference(anchor: str, version: int, author: Author) -> str:
    """Return what names an entry at its source, with who wrote it as the file calls them."""
    key = anchor if version == 1 else f"{anchor}{VERSION}{version}"
    named = f"{key}{AUTHOR}{author.name}" if author.name else key
    return named[:LONGEST_REFERENCE]
