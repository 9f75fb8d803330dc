"""What every page of handing over starts from: who looks, at whom, and how each question stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.doors import Door, WorkingRequest
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import BannerPart, banner_for
from ooievaar.record.handover import indications
from ooievaar.record.handover.commands import gives_care_in, still_gives_access
from ooievaar.record.handover.models import Referral, ReferralStep
from ooievaar.record.handover.rules import course
from ooievaar.record.permissions import Access
from ooievaar.ui.templatetags.ooievaar import in_language

CARE_DOOR = Door(CARE_ROLES, is_care=True)
State = ReferralStep.State


@dataclass(frozen=True, slots=True)
class Here:
    """Everything a page of handing over starts from."""

    request: WorkingRequest
    workplace: Workplace
    pregnancy_id: int
    access: Access
    at: datetime
    leaders: tuple[BannerPart, ...] | None = None
    """Who leads and coordinates, where the page read it already."""

    def note(self, kind: Kind, thing: str, number: object, **more: Any) -> None:
        """Note a look or a change in the access log."""
        note(
            self.request,
            kind,
            thing,
            number,
            women=[self.access.woman_id],
            controls=self.access.controls,
            **more,
        )

    def page(self, template: str, **context: Any) -> HttpResponse:
        """Draw a page under the banner."""
        context["banner"] = banner_for(
            self.workplace, self.pregnancy_id, self.at, access=self.access, leaders=self.leaders
        )
        return render(self.request, f"handover/{template}.html", context)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a referral, for a page; without `person` Ooievaar did it itself."""

    state: str
    at: datetime
    text: str
    lead: str
    lead_when: str
    person: str
    organisation: str

    @property
    def state_label(self) -> str:
        """What was done, as people read it."""
        return str(State(self.state).label)

    @property
    def lead_label(self) -> str:
        """Who should lead, as people read it."""
        return str(ReferralStep.Lead(self.lead).label) if self.lead else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A referral with how it stands, for a page.

    `has_carers` where somebody of the organisation that was asked works with this record.
    """

    referral: Referral
    steps: tuple[Step, ...]
    indication: str
    by_when: datetime
    has_carers: bool

    @property
    def state(self) -> str:
        """How it stands."""
        return course.state_of([step.state for step in self.steps])

    @property
    def state_label(self) -> str:
        """How it stands, as people read it."""
        return str(_("Open") if self.state == course.OPEN else State(self.state).label)

    @property
    def waits(self) -> bool:
        """Tell whether whoever was asked still has something to do."""
        return course.is_waiting(self.state)

    @property
    def looks_on(self) -> bool:
        """Tell whether a consult was answered and not ended: they still look on."""
        still = still_gives_access(self.referral, timezone.localdate())
        return still and self.referral.kind == course.CONSULT and self.state == course.ANSWERED


STEP = ("state", "at", "text", "lead", "lead_when", "person_id")
NAMED = ("person__first_name", "person__last_name", "person__username", "organisation__name")


def referrals_of(pregnancy_id: int, today: date, referral_id: int | None = None) -> list[Asked]:
    """Return the referrals of a pregnancy with their steps, newest first, in one query.

    A row per step: a page has no query to spare for them.
    """
    rows = (
        Referral.objects.filter(pregnancy_id=pregnancy_id)
        .select_related(
            "from_organisation", "from_person", "to_organisation", "to_person", "relation"
        )
        .annotate(
            has_carers=Exists(gives_care_in(OuterRef("to_organisation_id"), today)),
            **{f"step_{name}": F(f"steps__{name}") for name in (*STEP, *NAMED)},
        )
        .order_by("-asked_at", "-pk", "steps__at", "steps__pk")
    )
    if referral_id is not None:
        rows = rows.filter(pk=referral_id)
    found: dict[int, Referral] = {}
    steps: dict[int, list[Step]] = defaultdict(list)
    for row in rows:
        found.setdefault(row.pk, row)
        told = {name: row.__dict__[f"step_{name}"] for name in (*STEP, *NAMED)}
        if told["state"] is not None:
            steps[row.pk].append(_step(told))
    return [
        Asked(
            row,
            tuple(steps[pk]),
            _reason_of(row),
            course.answer_by(row.urgency, row.asked_at),
            row.__dict__["has_carers"],
        )
        for pk, row in found.items()
    ]


def _step(told: dict[str, Any]) -> Step:
    named = f"{told['person__first_name'] or ''} {told['person__last_name'] or ''}".strip()
    return Step(
        state=told["state"],
        at=told["at"],
        text=told["text"],
        lead=told["lead"],
        lead_when=told["lead_when"],
        person=named or told["person__username"] or "",
        organisation=told["organisation__name"] or "",
    )


def _reason_of(referral: Referral) -> str:
    day = timezone.localdate(referral.asked_at)
    found = indications.load().indication(referral.indication, day)
    if found is None:
        return referral.indication
    return f"{in_language(found, 'name')} ({found.category})"
