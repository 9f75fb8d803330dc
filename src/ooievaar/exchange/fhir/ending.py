"""How a pregnancy ended, and when it is due, as far as the resources tell. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ooievaar.exchange.fhir.placer import PlacedDossier, Placer
from ooievaar.exchange.fhir.resource import happened, has_code, moment
from ooievaar.kernel.gestation import TERM_DAYS, gestation_days
from ooievaar.record.entries.dictionary import Dictionary

ECTOPIC_REMOVED, ECTOPIC = "82688001", "34801009"
FETAL_DEATH, ENDED_ON, DURATION, LAST_PERIOD = (
    "276507005", "118951000146109", "57036006", "21840007",
)  # fmt: skip
MISCARRIAGE_DAYS = 112
"""Lost before 16 weeks is a miscarriage, as the rule book counts an early end."""
GIVEN_PRECISION_DAYS = 7
AFTER_BIRTH_PRECISION_DAYS = 21
EARLY_END_AT_DAYS, EARLY_END_PRECISION_DAYS = 56, 56
"""An early end with no other day: between conception and 16 weeks, so in the middle."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a pregnancy is registered with; `why` says from what the due date follows."""

    first_intake_on: date
    due_on: date
    due_precision_days: int
    why: str = ""


def place_ending(placer: Placer) -> None:
    """Complete the entry of the end with its kind; without one the day is kept in words."""
    for entry in list(placer.entries):
        ended = entry.values.get(("pregnancy_end_date", 0))
        if ended is None:
            continue
        kind = _kind(placer, date.fromisoformat(ended))
        element = placer.mapping.dictionary.element("pregnancy_end_kind", entry.day)
        resource, path = entry.told_by[0]
        if kind and element is not None:
            placer.entries.put(entry, element, 0, kind, resource, path)
            continue
        del entry.values["pregnancy_end_date", 0]
        element = placer.mapping.dictionary.element("pregnancy_end_remark", entry.day)
        if element is not None:
            words = f"Einde van de zwangerschap: {ended} (de bron zegt niet hoe)"
            placer.entries.put(entry, element, 0, words, resource, path)
        placer.ledger.displace(resource, path, "")
        placer.ledger.keep_words(resource, path)


def _kind(placer: Placer, ended_on: date) -> str:
    members = placer.dossier.members
    if any(has_code(one.one("code"), ECTOPIC, ECTOPIC_REMOVED) for one in members):
        placer.derive("einde van de zwangerschap: buitenbaarmoederlijk, volgt uit de verrichting")
        return "ectopic"
    died = any(
        has_code(one.one("code"), FETAL_DEATH) and one.content.get("valueBoolean") is True
        for one in members
    )
    due_on = _given(placer.placed)
    if died and due_on is not None and gestation_days(due_on, ended_on) < MISCARRIAGE_DAYS:
        placer.derive("einde van de zwangerschap: miskraam, want voor 16 weken overleden")
        return "miscarriage"
    return ""


def registration(placed: PlacedDossier, dictionary: Dictionary) -> Registration | None:
    """Return what a pregnancy is registered with; None when not even a day is known of it."""
    entries = list(placed.entries)
    starts = [found[1].day for one in placed.dossier.episodes if (found := happened(one))]
    days = [*starts, *(entry.day for entry in entries if entry.form != "laboratory")]
    if not days:
        return None
    first = min(starts or days)
    given = _given(placed)
    if given is not None:
        return Registration(first, given, GIVEN_PRECISION_DAYS)
    for one in placed.dossier.members:
        told = _told_by(one.content, has_code(one.one("code"), DURATION),
                        has_code(one.one("code"), LAST_PERIOD), happened(one))  # fmt: skip
        if told is not None:
            return Registration(first, told[0], GIVEN_PRECISION_DAYS, told[1])
    births = [
        date.fromisoformat(value)
        for entry in entries
        for (element, _number), value in entry.values.items()
        if element == "birth_date"
    ]
    if births:
        why = f"niet gegeven; de dag van de geboorte, ± {AFTER_BIRTH_PRECISION_DAYS} dagen"
        return Registration(min(first, min(births)), min(births), AFTER_BIRTH_PRECISION_DAYS, why)
    ends = [
        date.fromisoformat(value)
        for entry in entries
        if (value := entry.values.get(("pregnancy_end_date", 0)))
    ]
    if ends:
        why = f"niet gegeven; geschat vanaf het vroege einde, ± {EARLY_END_PRECISION_DAYS} dagen"
        due_on = min(ends) + timedelta(days=TERM_DAYS - EARLY_END_AT_DAYS)
        return Registration(min(first, min(ends)), due_on, EARLY_END_PRECISION_DAYS, why)
    return None


def _given(placed: PlacedDossier) -> date | None:
    """Return the due date that was told last."""
    found = [entry.values[key] for entry in placed.entries
             for key in entry.values if key == ("due_date", 0)]  # fmt: skip
    return date.fromisoformat(found[-1]) if found else None


def _told_by(
    content: dict[str, object], is_duration: bool, is_period: bool, at: object
) -> tuple[date, str] | None:
    if is_period and (day := moment(content.get("valueDateTime"))):
        return day.day + timedelta(days=TERM_DAYS), "niet gegeven; volgt uit de laatste menstruatie"
    quantity = content.get("valueQuantity")
    if is_duration and isinstance(quantity, dict) and isinstance(at, tuple):
        days = quantity.get("value")
        if quantity.get("code") == "d" and isinstance(days, Decimal) and 0 < days < 320:
            due_on = at[1].day + timedelta(days=TERM_DAYS - int(days))
            return due_on, "niet gegeven; volgt uit de amenorroeduur"
    return None
