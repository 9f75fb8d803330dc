"""What the entries put on the banner: the risk status, allergies and other alerts."""

from collections.abc import Mapping
from datetime import datetime

from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import Clinical
from ooievaar.record.entries.dictionary import Element, load
from ooievaar.record.entries.models import Observation
from ooievaar.record.entries.permissions import (
    entries_of_her_for,
    is_of_the_woman,
    sees_element,
)
from ooievaar.record.entries.words import said_value

RISK = "vil_status"
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
    return clinical(newest)


def clinical(newest: Mapping[str, tuple[Element, str]]) -> Clinical:
    """Return the risk status and the alerts, by the newest value of each element."""
    said = {
        key: said_value(element, value)
        for key, (element, value) in newest.items()
        if value not in NOTHING
    }
    alerts = tuple(said[key] for key in ALERTS if key in said)
    return Clinical(said.get(RISK, ""), alerts, is_asked=any(key in newest for key in ALERTS))
