"""What each kind of proposal is: how its figures are worked out, and what booking it does.

Figures are worked out from the books as they are posted, and anew when somebody approves; only
when they are what was prepared is anything booked. `data` is what people chose; the rest follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import month_period
from ooievaar.network.models import Insurer, Network, Person
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import (
    CLOSED_BEFORE,
    NO_MONTH,
    NOT_OVER,
    close_period,
    closed_until,
    post,
    post_transaction,
)
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.year_end.collecting import year_period
from ooievaar.settlement.year_end.drafting import (
    CAUSE,
    amounts_of,
    booked,
    draft_year,
    written,
)
from ooievaar.settlement.year_end.losses import draft_loss, store_losses
from ooievaar.settlement.year_end.models import Proposal, ProposalStep
from ooievaar.settlement.year_end.rules.settling import differences
from ooievaar.settlement.year_end.words import HINDRANCES

Kind = Proposal.Kind
Figures = dict[str, Any]
NOTHING_TO_BOOK = _(
    "Er is niets te boeken: er is geen garantie, vangnet of vrijval, of het is al geboekt."
)
OPENED_BEFORE = _("Het beginsaldo is al geboekt, of ligt ter goedkeuring.")
NOT_FIRST = _("Er is al eerder op de bank geboekt: neem het saldo van een dag daarvoor.")
NO_DAY = _("Kies een dag die geweest is.")
NO_CENTS = _("Vul een bedrag in.")
NO_REFERENCE = _("Vul in waaraan de bank het herkent.")


@dataclass(frozen=True, slots=True)
class BookKind:
    """How something is worked out (a value or why not), about what it is, and how it is booked."""

    draft: Callable[[Network, Mapping[str, Any], datetime], Figures | Rejected]
    book: Callable[[Proposal, datetime, Person], Rejected | None]
    about: Callable[[Figures], str]


def _draft_year(network: Network, data: Mapping[str, Any], now: datetime) -> Figures | Rejected:
    drafted = draft_year(network, int(data["year"]), now)
    if isinstance(drafted, Rejected):
        return drafted
    if drafted.hindrances:
        return Rejected(HINDRANCES[drafted.hindrances[0]])
    before = booked(network, drafted.figures["year"])
    moves = differences(amounts_of(drafted.figures), before)
    if not moves:
        return Rejected(NOTHING_TO_BOOK)
    return {**drafted.figures, "booked_before": written(before), "moves": written(moves)}


def _book_year(proposal: Proposal, now: datetime, by: Person) -> None:
    """Post the difference between what the year comes to and what was booked of it before."""
    year = int(proposal.about)
    last_day = year_period(year).until - timedelta(days=1)
    before = booked(proposal.network, year)
    for reason, amounts in differences(amounts_of(proposal.figures), before).items():
        post_transaction(
            proposal.network,
            last_day,
            (CAUSE, proposal.pk),
            amounts,
            reason=reason,
            now=now,
            by=by,
            text=proposal.about,
        )


def _draft_loss(network: Network, data: Mapping[str, Any], now: datetime) -> Figures | Rejected:
    del now
    return draft_loss(network, data)


def _book_loss(proposal: Proposal, now: datetime, by: Person) -> None:
    store_losses(proposal)
    post(proposal.network, now, by)


def _draft_opening(network: Network, data: Mapping[str, Any], now: datetime) -> Figures | Rejected:
    earlier = Proposal.objects.filter(network=network, kind=Kind.OPENING).exclude(
        steps__state__in=[ProposalStep.State.REFUSED, ProposalStep.State.WITHDRAWN]
    )
    if earlier.exclude(pk=data.get("proposal") or 0).exists():
        return Rejected(OPENED_BEFORE)
    found = _paid_on(data, now)
    if isinstance(found, Rejected):
        return found
    bank = Posting.objects.filter(account__network=network, account__kind="bank")
    if bank.filter(transaction__day__lt=found["day"]).exists():
        return Rejected(NOT_FIRST, "day")
    return found


def _draft_net_paid(network: Network, data: Mapping[str, Any], now: datetime) -> Figures | Rejected:
    insurer = Insurer.objects.filter(pk=data.get("insurer") or 0).first()
    if insurer is None:
        return Rejected(_("Kies een verzekeraar."), "insurer")
    reference = str(data.get("reference") or "").strip()
    if not reference:
        return Rejected(NO_REFERENCE, "reference")
    paid = _paid_on(data, now)
    if isinstance(paid, Rejected):
        return paid
    return {
        **paid,
        "insurer": insurer.pk,
        "insurer_name": insurer.name,
        "reference": reference,
    }


def _paid_on(data: Mapping[str, Any], now: datetime) -> Figures | Rejected:
    try:
        day = date.fromisoformat(str(data.get("day") or ""))
    except ValueError:
        return Rejected(NO_DAY, "day")
    if day > timezone.localdate(now):
        return Rejected(NO_DAY, "day")
    cents = int(data.get("cents") or 0)
    if not cents:
        return Rejected(NO_CENTS, "cents")
    return {"day": day.isoformat(), "cents": cents}


def _book_bank(proposal: Proposal, now: datetime, by: Person) -> None:
    """Post what is in the bank, against what it is: the start of the books, or a safety net."""
    figures = proposal.figures
    against = AccountKey("opening")
    if proposal.kind == Kind.SAFETY_NET_PAID:
        against = AccountKey("safety_net", figures["insurer"])
    post_transaction(
        proposal.network,
        date.fromisoformat(figures["day"]),
        (proposal.kind, proposal.pk),
        {AccountKey("bank"): figures["cents"], against: -figures["cents"]},
        reason=proposal.kind,
        now=now,
        by=by,
        text=figures.get("reference", ""),
    )


def _draft_period(network: Network, data: Mapping[str, Any], now: datetime) -> Figures | Rejected:
    period = str(data.get("period") or "")
    try:
        until = month_period(period).until
    except ValueError:
        return Rejected(NO_MONTH, "period")
    if timezone.localdate(now) < until:
        return Rejected(NOT_OVER, "period")
    if closed_until(network) >= period:
        return Rejected(CLOSED_BEFORE, "period")
    return {"period": period}


def _book_period(proposal: Proposal, now: datetime, by: Person) -> Rejected | None:
    closed = close_period(proposal.network, proposal.about, now, by)
    return closed if isinstance(closed, Rejected) else None


KINDS: dict[str, BookKind] = {
    Kind.YEAR_END: BookKind(_draft_year, _book_year, lambda figures: str(figures["year"])),
    Kind.LOSS: BookKind(_draft_loss, _book_loss, lambda figures: str(figures["insurer"])),
    Kind.OPENING: BookKind(_draft_opening, _book_bank, lambda figures: ""),
    Kind.SAFETY_NET_PAID: BookKind(
        _draft_net_paid, _book_bank, lambda figures: str(figures["insurer"])
    ),
    Kind.PERIOD: BookKind(_draft_period, _book_period, lambda figures: str(figures["period"])),
}
