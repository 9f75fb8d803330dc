"""Advances to partners: a month of them proposed by one, approved by another, paid with a run.

Nothing moves in the books before the bank is told: an approved advance waits for the next run.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ooievaar.contracts.agreements.queries import agreement_of
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import Advances, Distribution
from ooievaar.kernel.money import PPM, format_euro
from ooievaar.kernel.period import FAR_DATE, month_period
from ooievaar.network.models import Membership, Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import CareActivity
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post_transaction, writing
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.models import Closing, Share
from ooievaar.settlement.payments.amounts import advanced, lender_use, unpaid_advances
from ooievaar.settlement.payments.models import (
    AdvanceLine,
    AdvanceRun,
    AdvanceStep,
    InsurerAdvance,
    Loan,
)
from ooievaar.settlement.payments.rules.advancing import Given, Member, advances, divided, room
from ooievaar.settlement.payments.rules.netting import BANK, LENDER

State = AdvanceStep.State
MOST_MONTHS = 12
"""What a partner is expected to earn in a month follows from at most so many closed months."""

NOT_YOURS = _("Uw functie mag dit niet.")
OWN = _("U heeft deze voorschotten zelf voorbereid. Een ander keurt ze goed.")
DECIDED = _("Over deze voorschotten is al beslist.")
NO_MONTH = _("Dit is geen maand; schrijf hem als 2026-10.")
NO_TERMS = _("De verdeelafspraak van deze maand kent geen voorschotten.")
TOO_LARGE = _("De verdeelafspraak staat een kleiner deel van de verwachte inkomsten toe.")
TWICE = _("Voor deze maand zijn er al voorschotten.")
NO_HISTORY = _("Er is nog geen maand afgesloten waaruit volgt wat een partner verwacht mag worden.")
DIVIDED_TWICE = _("Dit voorschot is al verdeeld.")
UNKNOWN_LENDER = _("De geldgever uit de verdeelafspraak staat niet in het netwerk.")
SAME_REFERENCE = _("Een ontvangst met dit kenmerk is al vastgelegd.")
CHANGED = _("Er is iets veranderd sinds u keek. Kijk het nog eens na.")
NO_AMOUNT = _("Vul een bedrag boven nul in.")


@dataclass(frozen=True, slots=True)
class AdvanceLook:
    """What a run of advances would be if it were proposed now: nothing of it is stored.

    `room_cents`: what is left under the limit of who pays for it; None where there is no limit.
    """

    month: str
    given: tuple[Given, ...]
    share_ppm: int
    lender: Organisation | None = None
    limit_cents: int | None = None
    room_cents: int | None = None

    @property
    def cents(self) -> int:
        """All advances together."""
        return sum(one.cents for one in self.given)

    @property
    def content_hash(self) -> str:
        """The SHA-256 of who gets what: what was seen is what is proposed."""
        rows = [[one.organisation_id, one.cents, one.stopped] for one in self.given]
        content = json.dumps([self.month, self.share_ppm, rows])
        return hashlib.sha256(content.encode()).hexdigest()


def look_at_advances(
    network: Network, month: str, now: datetime, share_ppm: int | None = None
) -> AdvanceLook | Rejected:
    """Return the advances of a month by the terms of the agreement, or of a smaller part of it."""
    try:
        first_day = month_period(month).start
    except ValueError:
        return Rejected(NO_MONTH, "month")
    terms = terms_on(network, first_day)
    if terms is None:
        return Rejected(NO_TERMS)
    if share_ppm is not None and not 0 < share_ppm <= terms.share_ppm:
        return Rejected(TOO_LARGE, "share_ppm")
    lender = Organisation.objects.filter(agb=terms.lender, memberships__network=network).first()
    if terms.lender != "igo" and lender is None:
        return Rejected(UNKNOWN_LENDER)
    if _live(network).filter(month=month, insurer_advance=None).exists():
        return Rejected(TWICE, "month")
    members = _members(network, first_day, terms)
    if not members:
        return Rejected(NO_HISTORY)
    given = advances(members, terms, share_ppm or terms.share_ppm)
    left = room(terms.limit_cents, advanced_by(network, lender, timezone.localdate(now)), given)
    if left is not None and left < 0:
        return Rejected(_over_limit(terms.limit_cents, left))
    return AdvanceLook(
        month, tuple(given), share_ppm or terms.share_ppm, lender, terms.limit_cents, left
    )


def propose_advances(
    by: Workplace,
    network: Network,
    month: str,
    now: datetime,
    *,
    share_ppm: int | None = None,
    note: str = "",
    seen: str = "",
) -> AdvanceRun | Rejected:
    """Propose the advances of a month; `seen` is the hash of what somebody looked at."""
    if by.role != Role.CONTROLLER or by.network_id != network.pk:
        return Rejected(NOT_YOURS)
    with writing():
        look = look_at_advances(network, month, now, share_ppm)
        if isinstance(look, Rejected):
            return look
        if seen and seen != look.content_hash:
            return Rejected(CHANGED)
        return _store(
            by,
            look.given,
            now,
            network=network,
            month=month,
            lender=look.lender,
            limit_cents=look.limit_cents,
            share_ppm=look.share_ppm,
            note=note,
        )


def look_at_division(advance: InsurerAdvance) -> AdvanceLook | Rejected:
    """Return an insurer's advance divided as the agreement divided its products so far."""
    if _live(advance.network).filter(insurer_advance=advance).exists():
        return Rejected(DIVIDED_TWICE)
    earned, stays = _earned(advance.network, advance)
    if not any(cents > 0 for cents in earned.values()):
        return Rejected(NO_HISTORY)
    given = divided(advance.cents, earned, stays)
    return AdvanceLook(f"{advance.received_on:%Y-%m}", tuple(given), PPM)


def divide_insurer_advance(
    by: Workplace, advance: InsurerAdvance, now: datetime, note: str = "", seen: str = ""
) -> AdvanceRun | Rejected:
    """Propose to divide an insurer's advance; `seen` is the hash of what somebody looked at."""
    network = advance.network
    if by.role != Role.CONTROLLER or by.network_id != network.pk:
        return Rejected(NOT_YOURS)
    with writing():
        look = look_at_division(advance)
        if isinstance(look, Rejected):
            return look
        if seen and seen != look.content_hash:
            return Rejected(CHANGED)
        return _store(
            by,
            look.given,
            now,
            network=network,
            month=look.month,
            insurer_advance=advance,
            share_ppm=PPM,
            note=note,
        )


def approve_advances(by: Workplace, run: AdvanceRun, now: datetime) -> AdvanceStep | Rejected:
    """Approve what another proposed: it is paid with the next run."""
    return _decide(by, run, State.APPROVED, now)


def refuse_advances(
    by: Workplace, run: AdvanceRun, reason: str, now: datetime
) -> AdvanceStep | Rejected:
    """Refuse what another proposed, and say why."""
    return _decide(by, run, State.REFUSED, now, reason)


def withdraw_advances(by: Workplace, run: AdvanceRun, now: datetime) -> AdvanceStep | Rejected:
    """Take proposed advances back before another decided."""
    if by.role != Role.CONTROLLER or by.network_id != run.network_id:
        return Rejected(NOT_YOURS)
    with writing():
        if run.steps.exists():
            return Rejected(DECIDED)
        return _step(by, run, State.WITHDRAWN, now)


def record_loan(
    by: Workplace, network: Network, lender: Organisation, *,
    cents: int, received_on: date, reference: str, now: datetime,
) -> Loan | Rejected:  # fmt: skip
    """Record what a lender paid to the network, and post it."""
    if by.role != Role.CONTROLLER or by.network_id != network.pk:
        return Rejected(NOT_YOURS)
    if cents <= 0:
        return Rejected(NO_AMOUNT, "cents")
    with writing():
        if Loan.objects.filter(reference=reference).exists():
            return Rejected(SAME_REFERENCE, "reference")
        loan = Loan.objects.create(
            network=network,
            lender=lender,
            cents=cents,
            received_on=received_on,
            reference=reference,
            recorded_by_id=by.person_id,
            recorded_at=now,
        )
        post_transaction(
            network,
            received_on,
            ("loan", loan.pk),
            {AccountKey(BANK): cents, AccountKey(LENDER, lender.pk): -cents},
            reason="lent",
            now=now,
            text=reference,
        )
    return loan


def terms_on(network: Network, day: date) -> Advances | None:
    """Return what the agreement in force on a day says of advances."""
    agreement = agreement_on(network, day)
    return agreement.advances if agreement else None


def agreement_on(network: Network, day: date) -> Distribution | None:
    """Return the agreement that is in force on a day, by its text."""
    agreement = (
        Agreement.objects.filter(
            network=network, valid_from__lte=day, valid_until__gt=day, version__isnull=False
        )
        .select_related("version")
        .first()
    )
    if agreement is None or agreement.version is None:
        return None
    return agreement_of(agreement.version)


def advanced_by(network: Network, lender: Organisation | None, today: date) -> int:
    """Return what partners have of the advances that one lender (None: the IGO) pays.

    With what is approved and still has to be paid.
    """
    had = advanced(network, today)
    _, outstanding = lender_use(network, had)
    holder = lender.pk if lender else None
    waiting = sum(line.cents for line in unpaid_advances(network) if line.run.lender_id == holder)
    if lender is not None:
        return outstanding.get(lender.pk, 0) + waiting
    return sum(had.values()) - sum(outstanding.values()) + waiting


def expected_months(network: Network, before: date) -> list[int]:
    """Return the closings from which the expected income follows, newest first."""
    closings = Closing.objects.filter(network=network, month__lt=f"{before:%Y-%m}")
    return list(closings.order_by("-month").values_list("pk", flat=True)[:MOST_MONTHS])


def _members(network: Network, day: date, terms: Advances) -> list[Member]:
    months = expected_months(network, day)
    if not months:
        return []
    shares = Share.objects.filter(product__closing__in=months, kind=Share.Kind.PARTNER)
    income = dict(shares.order_by().values_list("organisation_id").annotate(Sum("cents")))
    here = Membership.objects.filter(network=network, valid_from__lte=day, valid_until__gt=day)
    until = dict(here.values_list("organisation_id", "valid_until"))
    idle = _months_without_care(income, day, terms)
    return [
        Member(
            organisation_id,
            max(cents, 0) // len(months),
            until.get(organisation_id) != FAR_DATE,
            idle.get(organisation_id, 0),
        )
        for organisation_id, cents in sorted(income.items())
        if organisation_id is not None
    ]


def _months_without_care(
    organisations: Iterable[int | None], day: date, terms: Advances
) -> dict[int, int]:
    """Return how many whole months before a day each one recorded nothing in."""
    if terms.stop_after_months_without_care is None:
        return {}
    last = dict(
        CareActivity.objects.filter(
            organisation_id__in=[pk for pk in organisations if pk], performed_on__lt=day
        )
        .order_by()
        .values_list("organisation_id")
        .annotate(Max("performed_on"))
    )
    return {
        pk: _months_between(last[pk], day) if pk in last else terms.stop_after_months_without_care
        for pk in organisations
        if pk is not None
    }


def _months_between(last: date, day: date) -> int:
    return (day.year - last.year) * 12 + day.month - last.month - 1


def _earned(network: Network, advance: InsurerAdvance) -> tuple[dict[int, int], int]:
    months = expected_months(network, advance.received_on)
    shares = Share.objects.filter(
        product__closing__in=months, product__insurer_id=advance.insurer_id
    ).order_by()
    earned: dict[int, int] = defaultdict(int)
    stays = 0
    for kind, organisation_id, cents in shares.values_list("kind", "organisation_id").annotate(
        Sum("cents")
    ):
        if kind == Share.Kind.PARTNER:
            earned[organisation_id] += cents
        else:
            stays += cents
    return dict(earned), stays


def _store(by: Workplace, given: Iterable[Given], now: datetime, **run: object) -> AdvanceRun:
    lines = list(given)
    made = AdvanceRun.objects.create(
        cents=sum(one.cents for one in lines),
        prepared_by_id=by.person_id,
        prepared_as_id=by.position_id,
        prepared_at=now,
        **run,
    )
    AdvanceLine.objects.bulk_create(
        AdvanceLine(
            run=made,
            organisation_id=one.organisation_id,
            expected_cents=one.expected_cents,
            cents=one.cents,
            stopped=one.stopped,
        )
        for one in lines
    )
    return made


def _live(network: Network) -> QuerySet[AdvanceRun]:
    """Return the runs that were not refused or withdrawn."""
    ended = AdvanceStep.objects.filter(
        run=OuterRef("pk"), state__in=[State.REFUSED, State.WITHDRAWN]
    )
    return AdvanceRun.objects.filter(~Exists(ended), network=network)


def _decide(
    by: Workplace, run: AdvanceRun, state: str, now: datetime, reason: str = ""
) -> AdvanceStep | Rejected:
    if by.role != Role.APPROVER or by.network_id != run.network_id:
        return Rejected(NOT_YOURS)
    if by.person_id == run.prepared_by_id:
        return Rejected(OWN)
    with writing():
        if run.steps.exists():
            return Rejected(DECIDED)
        return _step(by, run, state, now, reason)


def _step(
    by: Workplace, run: AdvanceRun, state: str, now: datetime, reason: str = ""
) -> AdvanceStep:
    return AdvanceStep.objects.create(
        run=run,
        state=state,
        person_id=by.person_id,
        position_id=by.position_id,
        at=now,
        reason=reason,
    )


def _over_limit(limit_cents: int | None, left: int) -> str:
    return gettext(
        "De voorschotten komen %(over)s boven de grens van %(limit)s die is afgesproken. Stel een "
        "kleiner deel voor, of wacht tot er is terugbetaald."
    ) % {"over": format_euro(-left), "limit": format_euro(limit_cents)}
