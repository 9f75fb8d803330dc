"""Agreeing tasks of her plan and saying what became of them: the only code that does."""

import re
from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.models import MeetingDecision, PlanItem, PlanStep
from ooievaar.record.teamwork.permissions import sees_subset
from ooievaar.record.teamwork.wording import worded

LONGEST_TASK = 500
LONGEST_NOTE = 200
LATEST_DAYS = 500
"""Further ahead than any pregnancy and its six weeks: a slip of the pen."""
IS_OPEN = Q(state__isnull=True) | Q(state=PlanStep.State.REOPENED)
"""Which tasks `with_state` are open; an exclusion would leave out those without a step."""


def with_state(tasks: QuerySet[PlanItem]) -> QuerySet[PlanItem]:
    """Add to tasks how they stand: `state` is that of the newest step, None when there is none."""
    newest = PlanStep.objects.filter(item_id=OuterRef("pk")).order_by("-pk")
    return tasks.annotate(
        state=Subquery(newest.values("state")[:1]),
        state_at=Subquery(newest.values("at")[:1]),
        state_note=Subquery(newest.values("note")[:1]),
    )


def agree(
    pregnancy: Pregnancy,
    text: str,
    *,
    owner: str,
    until: date,
    by: Workplace,
    at: datetime,
    decision: MeetingDecision | None = None,
) -> PlanItem | Rejected:
    """Agree that an organisation (`o12`) or a person of it (`p12-34`) does something by a day.

    The owner must see her record: a task that cannot be read is not done.
    """
    kept = worded(text, LONGEST_TASK, "text")
    if isinstance(kept, Rejected):
        return kept
    today = timezone.localdate(at)
    if until < today or (until - today).days > LATEST_DAYS:
        return Rejected(_("Kies een dag die nog komt, binnen deze zwangerschap."), "until")
    organisation_id, person_id = owner_of(owner)
    if not _can_own(pregnancy, organisation_id, person_id, today):
        return Rejected(_("Kies iemand die haar behandelt."), "owner")
    return PlanItem.objects.create(
        woman_id=pregnancy.woman_id,
        pregnancy=pregnancy,
        text=kept,
        owner_organisation_id=organisation_id,
        owner_id=person_id,
        until=until,
        decision=decision,
        organisation_id=known(by.organisation_id),
        person_id=by.person_id,
        role=by.role,
        made_at=at,
    )


def owner_of(key: str) -> tuple[int, int | None]:
    """Return the organisation and the person that a form sent; 0, which none has, when neither."""
    found = re.fullmatch(r"o([0-9]{1,15})|p([0-9]{1,15})-([0-9]{1,15})", key)
    if found is None:
        return 0, None
    whole, organisation, person = found.groups()
    return int(whole or organisation), int(person) if person else None


def step(
    item: PlanItem, state: str, *, by: Workplace, at: datetime, note: str = ""
) -> PlanStep | Rejected:
    """Say that a task is done, lapsed or open again; who sees a subset does so with its own."""
    kept = worded(note, LONGEST_NOTE, "note", is_required=state == PlanStep.State.DROPPED)
    if isinstance(kept, Rejected):
        return Rejected(_("Zeg in ten hoogste 200 tekens waarom dit vervalt."), "note")
    own = by.organisation_id in (item.owner_organisation_id, item.organisation_id)
    if sees_subset(by) and not own:
        return Rejected(_("Dit is de taak van een ander."))
    with transaction.atomic():
        Pregnancy.objects.select_for_update().get(pk=item.pregnancy_id)
        newest = PlanStep.objects.filter(item=item).order_by("-pk").first()
        is_open = newest is None or newest.state == PlanStep.State.REOPENED
        if state not in PlanStep.State.values or is_open == (state == PlanStep.State.REOPENED):
            return Rejected(_("Iemand anders was u voor; kijk hoe het nu staat."))
        return PlanStep.objects.create(
            item=item,
            state=state,
            note=kept,
            organisation_id=known(by.organisation_id),
            person_id=by.person_id,
            at=at,
        )


def _can_own(
    pregnancy: Pregnancy, organisation_id: int, person_id: int | None, today: date
) -> bool:
    in_force = {"valid_from__lte": today, "valid_until__gt": today}
    relations = TreatmentRelation.objects.filter(
        pregnancy=pregnancy, organisation_id=organisation_id, **in_force
    )
    if person_id is None:
        return relations.filter(person__isnull=True).exists()
    works = Position.objects.filter(
        person_id=person_id,
        organisation_id=organisation_id,
        role__in=sorted(CARE_ROLES),
        **in_force,
    )
    sees = relations.filter(person__isnull=True) | relations.filter(person_id=person_id)
    return works.exists() and sees.exists()
