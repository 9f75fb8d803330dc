"""What the entries put on the banner: the risk status, allergies and other alerts."""

from datetime import datetime

from django.utils.translation import get_language

from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import Clinical
from ooievaar.record.entries.dictionary import Element, load
from ooievaar.record.entries.models import Observation
from ooievaar.record.entries.permissions import entries_for, sees_element

RISK = "vil_status"
ALERTS = ("allergies", "alerts")
NOTHING = ("no", "none")


def clinical_of(workplace: Workplace, pregnancy_id: int, at: datetime) -> Clinical:
    """Return the risk status and the alerts as a workplace may see them, in one query."""
    rows = (
        Observation.objects.filter(
            element__in=(RISK, *ALERTS),
            entry__in=entries_for(workplace, at, pregnancy_id).filter(replaced_by__isnull=True),
        )
        .select_related("entry")
        .order_by("entry__happened_on", "entry__recorded_at", "pk")
    )
    newest: dict[str, str] = {}
    for row in rows:
        element = load().element(row.element, row.entry.happened_on)
        is_own = row.entry.organisation_id == workplace.organisation_id
        if element is not None and (is_own or sees_element(workplace, element)):
            newest[row.element] = _words(element, row.value)
    alerts = tuple(newest[key] for key in ALERTS if newest.get(key))
    return Clinical(newest.get(RISK, ""), alerts)


def _words(element: Element, value: str) -> str:
    """Return a value as people read it: choices by their names."""
    if value in NOTHING:
        return ""
    is_english = get_language() == "en"
    names = {
        choice.code: choice.name_en if is_english else choice.name_nl for choice in element.choices
    }
    if not names:
        return value
    return ", ".join(names.get(code, code) for code in value.split())
