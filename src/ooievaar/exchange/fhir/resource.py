"""One FHIR resource as values, and how its codes, references and days are read. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ooievaar.exchange.kernset_moments import Moment

HERE = ZoneInfo("Europe/Amsterdam")
SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
SNOMED_OIDS = {"urn:oid:2.16.840.1.113883.6.96": SNOMED, "urn:oid:2.16.840.1.113883.6.1": LOINC}
"""The same code systems by the names that HL7 version 3 gives them."""

KIND_OF_CONCEPT = re.compile(
    r" \((bevinding|waarneembare entiteit|verrichting|aandoening|kwalificatiewaarde|gebeurtenis|"
    r"situatie|regime/therapie|lichaamsstructuur|substantie|omgeving|finding|procedure|disorder|"
    r"observable entity)\)\s*$"
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource as it stood in a file; `content` has the shape of FHIR in JSON.

    Numbers are Decimals; the narrative (`text`) is left out: it repeats the data. `aliases` are
    the other ways in which a file refers to it.
    """

    file: str
    kind: str
    id: str
    content: Json = field(repr=False)
    aliases: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The reference by which others name it, such as `Encounter/12`."""
        return f"{self.kind}/{self.id}"

    def many(self, name: str) -> list[Json]:
        """Return the repeated element `name`, whatever else stands there left out."""
        found = self.content.get(name) or []
        found = found if isinstance(found, list) else [found]
        return [one for one in found if isinstance(one, dict)]

    def one(self, name: str) -> Json:
        """Return the element `name`, the first when it repeats; empty when absent."""
        return next(iter(self.many(name)), {})

    def word(self, name: str) -> str:
        """Return the plain value of the element `name`; empty when absent."""
        found = self.content.get(name)
        return found if isinstance(found, str) else ""

    def extension(self, ending: str) -> Json:
        """Return the extension whose address ends so; empty when absent."""
        return extension(self.content, ending)


def extension(element: Mapping[str, Any], ending: str) -> Json:
    """Return the extension of an element whose address ends so; empty when absent."""
    for one in element.get("extension") or ():
        if str(one.get("url", "")).endswith(ending):
            return dict(one)
    return {}


def codings(concept: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Yield the codes of a concept as (system, code)."""
    for coding in (concept or {}).get("coding") or ():
        if code := coding.get("code"):
            system = str(coding.get("system") or "")
            yield SNOMED_OIDS.get(system, system), str(code)


def has_code(concept: Mapping[str, Any] | None, *codes: str) -> bool:
    """Tell whether a concept has one of these codes, in any system."""
    return any(code in codes for _system, code in codings(concept))


def words_of(concept: Mapping[str, Any] | None) -> str:
    """Return a concept as people read it: its own text, else the name of its first code.

    SNOMED puts the kind of concept behind a name, between brackets; that is left out.
    """
    if not concept:
        return ""
    names = (coding.get("display") for coding in concept.get("coding") or ())
    return str(concept.get("text") or KIND_OF_CONCEPT.sub("", next(filter(None, names), "")))


def target(element: Mapping[str, Any] | None) -> str:
    """Return what a reference points to, as `Kind/id` where it says so; empty when absent."""
    found = str((element or {}).get("reference") or "")
    if found.startswith(("#", "urn:")):
        return found
    parts = found.split("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:])


def focus_of(resource: Resource) -> str:
    """Return what an observation is about besides its subject: the fetus, the birth."""
    return target(resource.extension("observation-focusSTU3").get("valueReference"))


def moment(text: Any) -> Moment | None:
    """Return the Dutch day (and minute) of a FHIR date or instant; None when it is not a day."""
    if not isinstance(text, str) or len(text) < len("2025-01-31"):
        return None
    try:
        if len(text) == len("2025-01-31"):
            return Moment(date.fromisoformat(text))
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    local = at.astimezone(HERE) if at.tzinfo else at
    return Moment(local.date(), local.hour * 60 + local.minute)


def happened(resource: Resource) -> tuple[str, Moment] | None:
    """Return when a resource says that it happened, with the element that says so."""
    for name in ("effectiveDateTime", "performedDateTime", "onsetDateTime", "authoredOn", "date"):
        if found := moment(resource.content.get(name)):
            return name, found
    for name in ("effectivePeriod", "performedPeriod", "onsetPeriod", "period"):
        if found := moment(resource.one(name).get("start")):
            return name, found
    return None


def decimal_text(number: Decimal) -> str:
    """Return a number as the record writes it: no exponent, no zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
