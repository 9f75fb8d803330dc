"""Who may read which messages, tasks and agenda items: one set for each.

Whoever may see a pregnancy reads what was written on it, unless she objects to its sharing. A role
that sees a subset of the record reads only the threads and tasks that its organisation has part
in. Who was addressed is presumed to read it, as with a referral: her objection still wins.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import Access, known, pregnancy_ids_for, shared_with
from ooievaar.record.teamwork.models import (
    AgendaItem,
    AgendaSharing,
    MeetingOrganisation,
    Mention,
    PlanItem,
    TeamMeeting,
    ThreadMessage,
)
from ooievaar.record.views import SUBSET_ROLES, may_involve

MEETING_ROLES = frozenset({Role.MIDWIFE, Role.GYNAECOLOGIST, Role.CLINICAL_CARER})
"""Roles that plan a meeting, lead it, and write down what was decided."""
BUDDY_ROLES = MEETING_ROLES | {Role.PRACTICE_ADMINISTRATOR}
"""Roles that fix a buddy to a practice, on either side of the pair."""

__all__ = [
    "BUDDY_ROLES",
    "MEETING_ROLES",
    "items_for",
    "may_agree",
    "may_involve",
    "meetings_for",
    "messages_for",
    "sees_subset",
    "tasks_for_pregnancies",
]


def sees_subset(workplace: Workplace) -> bool:
    """Tell whether a role sees only its own part of a record."""
    return workplace.role in SUBSET_ROLES


def may_agree(workplace: Workplace, access: Access) -> bool:
    """Tell whether somebody may agree a task for her: who treats her or was asked, no subset."""
    return not access.is_emergency and not sees_subset(workplace)


def messages_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[ThreadMessage]:
    """Return the messages that a workplace may read, of all pregnancies it sees or of one."""
    if not workplace.gives_care:
        return ThreadMessage.objects.none()
    found = ThreadMessage.objects.filter(
        _readable(workplace, at) | Q(organisation__isnull=True),
        pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id),
    )
    if pregnancy_id is not None:
        found = found.filter(pregnancy_id=pregnancy_id)
    if not sees_subset(workplace):
        return found
    own = known(workplace.organisation_id)
    wrote = ThreadMessage.objects.filter(organisation_id=own, thread_id=OuterRef("thread_id"))
    addressed = Mention.objects.filter(
        organisation_id=own, message__thread_id=OuterRef("thread_id")
    )
    return found.filter(Exists(wrote) | Exists(addressed))


def tasks_for_pregnancies(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[PlanItem]:
    """Return the tasks that a workplace may read, of all pregnancies it sees or of one."""
    if not workplace.gives_care:
        return PlanItem.objects.none()
    own = Q(owner_organisation_id=known(workplace.organisation_id))
    readable = own | _readable(workplace, at)
    if sees_subset(workplace):
        readable = own | Q(organisation_id=known(workplace.organisation_id))
    found = PlanItem.objects.filter(
        readable, pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id)
    )
    return found if pregnancy_id is None else found.filter(pregnancy_id=pregnancy_id)


def meetings_for(workplace: Workplace) -> QuerySet[TeamMeeting]:
    """Return the meetings in which the organisation of somebody who gives care takes part."""
    if not workplace.gives_care:
        return TeamMeeting.objects.none()
    taking_part = MeetingOrganisation.objects.filter(
        organisation_id=known(workplace.organisation_id)
    )
    return TeamMeeting.objects.filter(pk__in=taking_part.values("meeting_id"))


def items_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[AgendaItem]:
    """Return the agenda items that a workplace may read: of whom it sees, and speaks of.

    On the page of a woman whoever sees her whole record reads them too.
    """
    if not workplace.gives_care:
        return AgendaItem.objects.none()
    own = known(workplace.organisation_id)
    speaks = AgendaSharing.objects.filter(organisation_id=own, item_id=OuterRef("pk"))
    found = AgendaItem.objects.filter(
        _readable(workplace, at),
        pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id),
    )
    if pregnancy_id is not None:
        found = found.filter(pregnancy_id=pregnancy_id)
        if not sees_subset(workplace):
            return found
    return found.filter(Q(organisation_id=own) | Exists(speaks))


def _readable(workplace: Workplace, at: datetime) -> Q:
    """Return what is one's own, and of others what she does not object to."""
    own = Q(organisation_id=known(workplace.organisation_id))
    return own | shared_with(workplace, at, is_addressed=True)
