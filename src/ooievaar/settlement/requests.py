"""Closing a month with four eyes: one person prepares it, another approves, then it is divided.

The figures that were prepared are bound to the closing by a hash over every product and share: a
closing that would divide anything else is not stored. See docs/decisions/0012.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ooievaar import rulebook
from ooievaar.bundles.derive import derive_facts
from ooievaar.bundles.snapshot import read_snapshot
from ooievaar.contracts.models import (
    Agreement,
    Contract,
    Cooperative,
    CooperativeMember,
    DisciplineShare,
    MemberRule,
    MemberShare,
    ParallelCare,
    PriceListEntry,
    ProductRule,
    SupplierPrice,
    Tariff,
    UnitPrice,
)
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Membership, Network, Supplier
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import CareActivity, Coverage, PregnancyVersion, Withdrawal
from ooievaar.settlement.commands import Draft, draft_closing
from ooievaar.settlement.models import Closing, ClosingRequest, ClosingStep, Share
from ooievaar.settlement.queries import made_products
from ooievaar.settlement.rules.months import closable_month
from ooievaar.ui.jobs import Report, queue_job
from ooievaar.ui.models import Job

State = ClosingStep.State
OPEN = (State.PREPARED, State.APPROVED)
"""How a request stands that may still lead to a closing."""

DATED = (CareActivity, PregnancyVersion, Withdrawal)
UNDATED = (
    *(Coverage, Membership, Supplier, Contract, Tariff, ParallelCare, PriceListEntry),
    *(Agreement, ProductRule, DisciplineShare, MemberRule, MemberShare, Closing),
    *(Cooperative, CooperativeMember, UnitPrice, SupplierPrice),
)
"""What a division follows from: rows that say since when they were known, and rows that do not."""

CLOSE_TITLE = gettext_noop("Maand %(month)s afsluiten")
READING = gettext_noop("De feiten lezen")
DERIVING = gettext_noop("Afleiden: elke activiteit op haar plaats")
DIVIDING = gettext_noop("Verdelen en het bewijs leveren")
STEPS = 4


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why something with a closing cannot be done now, for the person who asked."""

    reason: str | Promise
    month: str = ""
    """The month that can be done instead, where there is one."""


class Hindered(Exception):
    """A command that cannot be carried out; nothing was changed."""

    def __init__(self, hindrance: Hindrance) -> None:
        self.hindrance = hindrance
        super().__init__(str(hindrance.reason))


def month_hindrance(network_id: int, month: str, today: date) -> Hindrance | None:
    """Say why a month cannot be closed now: only the one that comes next can, once it is over."""
    try:
        period = month_period(month)
    except ValueError:
        return Hindrance(_("Dit is geen maand."))
    newest = newest_closed(network_id)
    if newest and month <= newest:
        if Closing.objects.filter(network_id=network_id, month=month).exists():
            return Hindrance(_("Deze maand is al afgesloten."), month)
        return Hindrance(
            _(
                "Een latere maand is al afgesloten. Wat over deze maand nog bekend wordt, komt mee "
                "in de volgende afsluiting."
            ),
            month_after(newest),
        )
    if newest and month != month_after(newest):
        return Hindrance(
            _("Maanden worden na elkaar afgesloten, en een eerdere maand staat nog open."),
            month_after(newest),
        )
    if period.start not in rulebook.load().period:
        return Hindrance(_("Het regelboek kent de regels van deze maand niet."))
    if period.until > today:
        return Hindrance(_("Deze maand is nog niet voorbij. Afsluiten kan vanaf de dag erna."))
    return None


def newest_closed(network_id: int) -> str:
    """Return the newest closed month of a network; empty before the first."""
    closed = Closing.objects.filter(network_id=network_id).order_by("-month")
    return closed.values_list("month", flat=True).first() or ""


def month_after(month: str) -> str:
    """Return the month after a month."""
    return month_of(month_period(month).until)


def month_to_close(network_id: int, today: date) -> str:
    """Return the month after the newest closed one; before the first, the last that is over."""
    newest = newest_closed(network_id)
    if newest:
        return month_after(newest)
    first = today.replace(day=1)
    return month_of(date.fromordinal(first.toordinal() - 1))


def draft_month(network: Network, month: str, known_until: date, report: Report) -> dict[str, Any]:
    """Work out what closing a month would divide; nothing is written.

    Returns figures as JSON holds them, ids instead of names. Raises InputRejected for a month that
    cannot be closed, as `close_month` does.
    """
    report.progress(0, STEPS, READING)
    read_until = rows_read()
    newest = Closing.objects.filter(network=network).order_by("-month").first()
    period = closable_month(month, newest.month if newest else None, known_until)
    if isinstance(period, Fault):
        raise InputRejected([period])
    snapshot = read_snapshot(network)
    report.progress(1, STEPS, DERIVING)
    derived = derive_facts(
        network,
        until=period.until,
        known_until=known_until,
        made_products=made_products(network),
        snapshot=snapshot,
    )
    report.progress(2, STEPS, DIVIDING)
    draft = draft_closing(network, period, newest, derived)
    derived.connection.close()
    report.progress(3, STEPS)
    return {
        "month": month,
        "known_until": known_until.isoformat(),
        "edition": draft.edition,
        "facts_hash": draft.facts_hash,
        "division_hash": division_hash(draft),
        "read_until": read_until,
        **_figures(draft),
    }


def division_hash(draft: Draft) -> str:
    """Return the SHA-256 of what a draft divides: every product, every share, every count."""
    content = (
        draft.edition,
        [
            (row["key"], row["insurer_id"], row["total_cents"], row["cents"])
            for row in draft.products
        ],
        [
            (*key, row["kind"], row["discipline"], row["organisation_id"], row["cents"])
            for key, rows in sorted(draft.shares.items())
            for row in rows
        ],
        draft.activities,
        draft.proof.as_json(),
    )
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _figures(draft: Draft) -> dict[str, Any]:
    new = [row for row in draft.products if not row["is_correction"]]
    corrections = [row for row in draft.products if row["is_correction"]]
    insurers: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in draft.products:
        place = 2 if row["is_correction"] else 0
        insurers[row["insurer_id"]][place] += 1
        insurers[row["insurer_id"]][place + 1] += row["cents"]
    kinds: dict[str, int] = defaultdict(int)
    income: dict[tuple[int, str], int] = defaultdict(int)
    for product in draft.products:
        for share in draft.shares.get((product["key"], product["insurer_id"]), ()):
            kinds[share["kind"]] += share["cents"]
            if share["kind"] == Share.Kind.PARTNER:
                income[share["organisation_id"], share["discipline"]] += share["cents"]
    return {
        "products": len(new),
        "products_cents": sum(row["cents"] for row in new),
        "corrections": len(corrections),
        "corrections_cents": sum(row["cents"] for row in corrections),
        "cents": sum(row["cents"] for row in draft.products),
        "overhead_cents": kinds[Share.Kind.OVERHEAD],
        "partners_cents": kinds[Share.Kind.PARTNER],
        "reserve_cents": kinds[Share.Kind.RESERVE],
        "suppliers_cents": kinds[Share.Kind.SUPPLIER],
        "surcharges_cents": kinds[Share.Kind.SURCHARGE],
        "insurers": [[insurer, *sums] for insurer, sums in sorted(insurers.items())],
        "income": [[*who, cents] for who, cents in sorted(income.items())],
        "breakers": draft.breakers,
        "proof": draft.proof.as_json(),
        "proof_holds": draft.proof.holds,
    }


def rows_read() -> dict[str, int]:
    """Return up to which row every table was read that a division follows from."""
    return {model._meta.label: _last(model) for model in (*DATED, *UNDATED)}


def _last(model: type[Model]) -> int:
    return int(model._default_manager.aggregate(last=Max("pk"))["last"] or 0)


def facts_changed(figures: dict[str, Any]) -> bool:
    """Tell in one query whether a row was added since that counts for these figures.

    What was changed in place is not seen here but by the closing itself, which compares every cent.
    """
    read, known_until = figures["read_until"], figures["known_until"]
    later = Q()
    for model in (*DATED, *UNDATED):
        rows: QuerySet[Any] = model._default_manager.filter(pk__gt=read.get(model._meta.label, 0))
        if model in DATED:
            rows = rows.filter(recorded_on__lt=known_until)
        later |= Q(Exists(rows))
    return figures["edition"] != rulebook.load().edition or Network.objects.filter(later).exists()


def requests_for(workplace: Workplace) -> QuerySet[ClosingRequest]:
    """Return the closing requests that a workplace may see."""
    if workplace.role in (Role.CONTROLLER, Role.APPROVER) and workplace.network_id:
        return ClosingRequest.objects.filter(network_id=workplace.network_id)
    return ClosingRequest.objects.none()


def standing(request: ClosingRequest) -> ClosingStep:
    """Return how a request stands: its newest step."""
    return max(request.steps.all(), key=lambda step: step.pk)


def open_requests(requests: QuerySet[ClosingRequest]) -> QuerySet[ClosingRequest]:
    """Return those of these requests that may still lead to a closing, oldest first."""
    ended = ClosingStep.objects.exclude(state__in=OPEN).values("request_id")
    return requests.exclude(pk__in=ended).order_by("pk")


def prepare_closing(
    by: Workplace, figures: dict[str, Any], note: str, now: datetime, today: date
) -> ClosingRequest:
    """Ask for the approval of these figures. Raises Hindered."""
    if by.role != Role.CONTROLLER or by.network_id is None:
        raise Hindered(Hindrance(_("Alleen de controller bereidt een afsluiting voor.")))
    with transaction.atomic():
        _lock(by.network_id)
        if hindrance := month_hindrance(by.network_id, figures["month"], today):
            raise Hindered(hindrance)
        if open_requests(requests_for(by)).exists():
            raise Hindered(Hindrance(_("Er ligt al een afsluiting ter goedkeuring.")))
        if not figures["proof_holds"]:
            raise Hindered(Hindrance(_("Het bewijs klopt niet: er blijft iets over.")))
        if facts_changed(figures):
            raise Hindered(Hindrance(CHANGED))
        request = ClosingRequest.objects.create(
            network_id=by.network_id,
            month=figures["month"],
            known_until=figures["known_until"],
            prepared_by_id=by.person_id,
            prepared_as_id=by.position_id,
            prepared_at=now,
            note=note,
            edition=figures["edition"],
            facts_hash=figures["facts_hash"],
            division_hash=figures["division_hash"],
            figures=figures,
        )
        _step(request, State.PREPARED, by, now)
    return request


CHANGED = _(
    "Er is iets veranderd sinds deze cijfers zijn berekend. Zij gelden niet meer: bereken ze "
    "opnieuw en bereid de afsluiting opnieuw voor."
)


def approve_closing(by: Workplace, request: ClosingRequest, now: datetime, today: date) -> Job:
    """Approve what another prepared and put the closing in the queue. Raises Hindered."""
    with transaction.atomic():
        _lock(request.network_id)
        _may_decide(by, request)
        if hindrance := month_hindrance(request.network_id, request.month, today):
            raise Hindered(hindrance)
        if facts_changed(request.figures):
            raise Hindered(Hindrance(CHANGED))
        job = queue_job(
            "close_month",
            by.person_id,
            CLOSE_TITLE,
            {"month": request.month, "request": request.pk},
            position_id=by.position_id,
            network_id=request.network_id,
        )
        _step(request, State.APPROVED, by, now, job_id=job.pk)
    return job


def refuse_closing(by: Workplace, request: ClosingRequest, reason: str, now: datetime) -> None:
    """Refuse what another prepared, and say why. Raises Hindered."""
    with transaction.atomic():
        _lock(request.network_id)
        _may_decide(by, request)
        _step(request, State.REFUSED, by, now, reason=reason)


def withdraw_closing(by: Workplace, request: ClosingRequest, now: datetime) -> None:
    """Take a request back, approved or not, as long as nobody is closing it. Raises Hindered."""
    with transaction.atomic():
        _lock(request.network_id)
        _same_network(by, request, Role.CONTROLLER)
        step = standing(request)
        if step.state not in OPEN:
            raise Hindered(Hindrance(ENDED))
        if step.job_id and _is_at_work(step.job_id):
            raise Hindered(Hindrance(_("De afsluiting is bezig. Stop eerst de taak.")))
        _step(request, State.WITHDRAWN, by, now)


ENDED = _("Over deze afsluiting is al beslist.")


def _may_decide(by: Workplace, request: ClosingRequest) -> None:
    _same_network(by, request, Role.APPROVER)
    if by.person_id == request.prepared_by_id:
        raise Hindered(
            Hindrance(
                _(
                    "U heeft deze afsluiting zelf voorbereid, ook als dat in een andere functie "
                    "was. Een ander keurt haar goed."
                )
            )
        )
    if standing(request).state != State.PREPARED:
        raise Hindered(Hindrance(ENDED))


def _same_network(by: Workplace, request: ClosingRequest, role: Role) -> None:
    if by.role != role or by.network_id != request.network_id:
        raise Hindered(Hindrance(_("Uw functie mag dit niet.")))


def _is_at_work(job_id: UUID) -> bool:
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    return job is not None and job.is_live and not job.is_interrupted


def _lock(network_id: int) -> None:
    """One at a time decides over the closings of a network."""
    Network.objects.select_for_update().get(pk=network_id)


def _step(
    request: ClosingRequest,
    state: str,
    by: Workplace | None,
    now: datetime,
    **more: Any,
) -> ClosingStep:
    return ClosingStep.objects.create(
        request=request,
        state=state,
        person_id=by.person_id if by else None,
        position_id=by.position_id if by else None,
        at=now,
        **more,
    )


def note_closed(request: ClosingRequest, closing: Closing, now: datetime) -> None:
    """Note, in the transaction of the closing, that a request led to it."""
    _step(request, State.CLOSED, None, now, closing=closing)


def note_failed(request: ClosingRequest, reason: str, now: datetime) -> None:
    """Note that an approved request cannot lead to a closing any more."""
    with transaction.atomic():
        _lock(request.network_id)
        if standing(request).state in OPEN:
            _step(request, State.FAILED, None, now, reason=reason)
