"""What the entries put on the banner: the risk status, allergies and other alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import Clinical
from ooievaar.record.entries.dictionary import Element, load
from ooievaar.record.entries.models import Observation
from ooievaar.record.entries.permissions import (
    entries_for,
    entries_of_her_for,
    is_of_the_woman,
    part_of,
    sees_element,
)
from ooievaar.record.entries.words import said_value

RISK = "vil_status"
WHY = "risk_why"
ALERTS = ("allergies", "alerts")
NOTHING = ("none",)


def clinical_of(workplace: Workplace, pregnancy_id: int, at: datetime) -> Clinical:
    """Return the risk status and the alerts as a workplace may see them, in one query."""
    rows = (
        Observation.objects.filter(
            element__in=(RISK, *ALERTS),
            entry__in=entries_of_her_for(workplace, at, pregnancy_id).filter(
                replaced_by__isnull=True
            ),
        )
        .select_related("entry")
        .order_by("entry__happened_on", "entry__recorded_at", "pk")
    )
    newest: dict[str, tuple[Element, str]] = {}
    for row in rows:
        element = load().element(row.element, row.entry.happened_on)
        is_own = row.entry.organisation_id == workplace.organisation_id
        is_hers = row.entry.pregnancy_id == pregnancy_id or is_of_the_woman(element)
        if element is not None and is_hers and (is_own or sees_element(workplace, element)):
            newest[row.element] = (element, row.value)
    return clinical(newest, workplace)


def clinical(newest: Mapping[str, tuple[Element, str]], workplace: Workplace) -> Clinical:
    """Return the risk status and the alerts, by the newest value of each element."""
    said = {
        key: said_value(element, value)
        for key, (element, value) in newest.items()
        if value not in NOTHING
    }
    alerts = tuple(said[key] for key in ALERTS if key in said)
    return Clinical(
        said.get(RISK, ""),
        alerts,
        is_asked=any(key in newest for key in ALERTS),
        is_part=part_of(workplace) is not None,
    )


@dataclass(frozen=True, slots=True)
class RiskOf:
    """The risk status of a pregnancy as last recorded, with why in words where that was said."""

    status: str
    why: str


def risks_for(workplace: Workplace, at: datetime) -> dict[int, RiskOf]:
    """Return the risk status of every pregnancy of which a workplace may see one; one query."""
    rows = (
        Observation.objects.filter(
            element__in=(RISK, WHY),
            entry__in=entries_for(workplace, at).filter(replaced_by__isnull=True),
        )
        .order_by("entry__happened_on", "entry__recorded_at", "pk")
        .values_list("entry__pregnancy_id", "entry__organisation_id", "element", "value")
    )
    day = at.date()
    shown = {
        key: (element := load().element(key, day)) is not None and sees_element(workplace, element)
        for key in (RISK, WHY)
    }
    newest: dict[int, dict[str, str]] = {}
    for pregnancy_id, organisation_id, key, value in rows:
        if organisation_id == workplace.organisation_id or shown[key]:
            newest.setdefault(pregnancy_id, {})[key] = value
    return {
        of: RiskOf(said[RISK], said.get(WHY, "")) for of, said in newest.items() if RISK in said
    }
