"""What counts as a datum of a resource, and what became of each one: placed, or why not. Pure.

A datum is a value with its element: the value of an observation or of one of its components, a
date, a remark, a code. The references between resources, their ids and their narrative are no data.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ooievaar.exchange.fhir.resource import Json, Resource

BOOKKEEPING = {
    "resourceType", "id", "meta", "implicitRules", "language", "text", "status", "statusHistory",
    "category", "intent", "fullUrl", "contained", "modifierExtension", "active", "issued",
    "clinicalStatus", "dataAbsentReason", "reported",
}  # fmt: skip
"""Elements that say how a resource is kept; a status that matters is read where it matters."""
LINKS = {
    "subject", "patient", "context", "episodeOfCare", "encounter", "partOf", "basedOn",
    "reasonReference", "diagnosis", "performer", "managingOrganization", "careManager", "result",
    "report", "related", "addresses", "practitioner", "organization", "assessor", "author",
    "requester", "recipient", "investigation", "beneficiary", "subscriber", "payor", "asserter",
    "serviceProvider", "link", "focus", "specimen", "device", "incomingReferral",
}  # fmt: skip
"""Elements that only point to another resource."""
WITH_IDENTIFIERS = {"Patient", "Organization", "Practitioner"}
LINKING_EXTENSIONS = (
    "observation-focusSTU3", "condition-partOf", "workflow-supportingInfoSTU3",
    "extension-context", "practitionerrole-reference",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Datum:
    """One value in a resource: where it stands, such as `Observation/12 valueQuantity`."""

    kind: str
    key: str
    path: str
    file: str

    def __str__(self) -> str:
        return f"{self.key} {self.path}"


def data_of(resource: Resource) -> Iterator[str]:
    """Yield the path of every datum in a resource."""
    content = resource.content
    for name, given in content.items():
        if name in BOOKKEEPING or name in LINKS or name.startswith("_"):
            continue
        if name == "identifier" and resource.kind not in WITH_IDENTIFIERS:
            continue
        if name == "code" and _is_key(content):
            continue
        if name == "extension":
            yield from (f"extension[{_ending(one)}]" for one in given if not _is_link(one))
        elif name in ("component", "activity"):
            yield from _of_parts(name, given)
        elif name == "participant":
            yield from _of_participants(given)
        elif isinstance(given, list):
            yield from (f"{name}[{number}]" for number in range(1, len(given) + 1))
        else:
            yield name


def _is_key(content: Json) -> bool:
    """Tell whether a code only names what stands elsewhere in the resource."""
    return content["resourceType"] in ("Observation", "BodySite", "DiagnosticReport") and (
        content["resourceType"] != "Observation"
        or any(name.startswith("value") for name in content)
        or bool(content.get("component"))
    )


def _of_parts(name: str, given: Iterable[Json]) -> Iterator[str]:
    for number, part in enumerate(given, start=1):
        yield f"{name}[{number}]"
        for one in part.get("extension") or ():
            if not _is_link(one):
                yield f"{name}[{number}].extension[{_ending(one)}]"


def _of_participants(given: Iterable[Json]) -> Iterator[str]:
    """What is said of who took part, beside who it was."""
    for number, part in enumerate(given, start=1):
        if set(part) - {"individual", "member"}:
            yield f"participant[{number}]"


def _is_link(extension: Json) -> bool:
    return str(extension.get("url", "")).endswith(LINKING_EXTENSIONS)


def _ending(extension: Json) -> str:
    return str(extension.get("url", "")).rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Count:
    """How many data have an element, are kept in words, and are not placed."""

    placed: int = 0
    words: int = 0
    unplaced: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.placed + other.placed, self.words + other.words, self.unplaced + other.unplaced
        )


class Ledger:
    """What became of every datum. What nobody placed was not placed, with a reason."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._fates: dict[Datum, str | None] = {}
        self._by_place: dict[tuple[str, str], Datum] = {}
        self._as_words: set[Datum] = set()
        for resource in resources:
            for path in data_of(resource):
                datum = Datum(resource.kind, resource.key, path, resource.file)
                # One path twice (a repeated extension) is told once.
                self._by_place.setdefault((resource.key, path), datum)
                self._fates.setdefault(datum, "")

    def place(self, resource: Resource, *paths: str) -> None:
        """Say that data of a resource have a place in the record."""
        for path in paths:
            if datum := self._by_place.get((resource.key, path)):
                self._fates[datum] = None
                self._as_words.discard(datum)

    def keep_words(self, resource: Resource, path: str) -> None:
        """Say that a datum is kept in words only: no element means the same."""
        datum = self._by_place.get((resource.key, path))
        if datum is not None and self._fates[datum] is not None:
            self._fates[datum] = None
            self._as_words.add(datum)

    def displace(self, resource: Resource, path: str, reason: str) -> None:
        """Say that a datum lost its place: the record refused it after all."""
        if datum := self._by_place.get((resource.key, path)):
            self._fates[datum] = reason
            self._as_words.discard(datum)

    def refuse(self, resource: Resource, reason: str, *paths: str) -> None:
        """Say why data of a resource have no place; without paths all that has no fate yet."""
        for (key, path), datum in self._by_place.items():
            chosen = path in paths if paths else self._fates[datum] == ""
            if key == resource.key and chosen and self._fates[datum] is not None:
                self._fates[datum] = reason

    def displace_all(self, resource: Resource, reason: str) -> None:
        """Say that a whole resource lost its place."""
        for key, path in list(self._by_place):
            if key == resource.key:
                self.displace(resource, path, reason)

    def unplaced(self) -> list[tuple[Datum, str]]:
        """Return every datum without a place, and why."""
        return [(datum, why or NO_PLACE) for datum, why in self._fates.items() if why is not None]

    def counts(self) -> dict[str, Count]:
        """Return how many data were placed, kept in words, and not placed, by kind of resource."""
        placed: Counter[str] = Counter()
        words: Counter[str] = Counter()
        other: Counter[str] = Counter()
        for datum, why in self._fates.items():
            if why is not None:
                other[datum.kind] += 1
            elif datum in self._as_words:
                words[datum.kind] += 1
            else:
                placed[datum.kind] += 1
        kinds = sorted({*placed, *words, *other})
        return {kind: Count(placed[kind], words[kind], other[kind]) for kind in kinds}


NO_PLACE = "het dossier heeft hier geen onderdeel voor"
