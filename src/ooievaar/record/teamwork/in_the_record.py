"""What a meeting concluded about her, as an entry of her record: that is also how it is counted.

Which organisation's meeting counts as a care activity, the mapping of `record.entries` says.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language

from ooievaar.network.models import Organisation, Person
from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.rules.values import LONGEST_TEXT, Impossible, read_value
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.models import AgendaItem

FORM = "mdo"
LONGEST_CONCLUSION = LONGEST_TEXT
FIELDS = {"mdo_reason": "kind", "mdo_participants": "kind", "mdo_decision": "conclusion"}
"""The elements of the form that a meeting fills in, each with the field that says what is wrong."""


def enter_in_record(
    item: AgendaItem, conclusion: str, *, by: Workplace, at: datetime, replaces: Entry | None
) -> Entry | Rejected:
    """Finish the entry of a meeting about her, on the day it began."""
    starts_at = timezone.localtime(item.meeting.starts_at)
    observed = _observed(item, conclusion, starts_at)
    if isinstance(observed, Rejected):
        return observed
    entered = finish(
        item.pregnancy,
        FORM,
        observed,
        organisation=Organisation.objects.get(pk=known(by.organisation_id)),
        person=Person.objects.get(pk=by.person_id),
        role=by.role,
        happened_on=starts_at.date(),
        happened_minute=starts_at.hour * 60 + starts_at.minute,
        at=at,
        replaces=replaces,
    )
    if isinstance(entered, Rejected):
        return Rejected(entered.reason, FIELDS.get(entered.field, "kind"))
    return entered


def _observed(item: AgendaItem, conclusion: str, starts_at: datetime) -> list[Observed] | Rejected:
    speaking = item.sharings.values_list("organisation__name", flat=True)
    names = [item.organisation.name, *speaking.order_by("organisation__name")]
    found = []
    for key, text in zip(FIELDS, (item.question, ", ".join(names), conclusion), strict=True):
        element = load().element(key, starts_at.date())
        if element is None:
            # The dataset of that day does not hold it: it stands with the meeting all the same.
            continue
        read = read_value(element, text[:LONGEST_TEXT], get_language() or "nl")
        if isinstance(read, Impossible):
            return Rejected(read.message, FIELDS[key])
        found.append(Observed(key, read.value))
    return found
