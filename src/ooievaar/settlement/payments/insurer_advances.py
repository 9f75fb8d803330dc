"""What insurers pay ahead, and how granted claims are offset against it.

An offset pays the granted lines of a file as money would, but in the books it comes off the
insurer's advance: the bank sees nothing of it.
"""

from datetime import date, datetime

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import Batch, BatchStep, Payment
from ooievaar.claims.paying import due_cents, take_payment
from ooievaar.network.models import Insurer, Network
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post, post_transaction, writing
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.payments.advancing import NO_AMOUNT, NOT_YOURS, SAME_REFERENCE
from ooievaar.settlement.payments.models import InsurerAdvance, InsurerOffset
from ooievaar.settlement.payments.rules.netting import BANK

ACCOUNT = "insurer_advance"
LONGEST_REFERENCE = 40
NO_REFERENCE = _("Vul het kenmerk van de ontvangst in.")


def record_insurer_advance(
    by: Workplace, network: Network, insurer: Insurer, *,
    cents: int, received_on: date, reference: str, now: datetime,
) -> InsurerAdvance | Rejected:  # fmt: skip
    """Record what an insurer paid ahead, and post it."""
    if by.role != Role.CONTROLLER or by.network_id != network.pk:
        return Rejected(NOT_YOURS)
    if cents <= 0:
        return Rejected(NO_AMOUNT, "cents")
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        return Rejected(NO_REFERENCE, "reference")
    with writing():
        if InsurerAdvance.objects.filter(reference=reference).exists():
            return Rejected(SAME_REFERENCE, "reference")
        advance = InsurerAdvance.objects.create(
            network=network,
            insurer=insurer,
            cents=cents,
            received_on=received_on,
            reference=reference,
            recorded_by_id=by.person_id,
            recorded_at=now,
        )
        post_transaction(
            network,
            received_on,
            (ACCOUNT, advance.pk),
            {AccountKey(BANK): cents, AccountKey(ACCOUNT, insurer.pk): -cents},
            reason="advanced",
            now=now,
            text=reference,
        )
    return advance


def offset_granted(network: Network, now: datetime) -> list[InsurerOffset]:
    """Offset what insurers granted and did not pay against their advances, oldest first.

    Once more it offsets what was granted since, and nothing else.
    """
    made = []
    for advance in open_advances(network):
        for batch in _answered(network, advance.insurer):
            offset = _offset(advance, batch, now)
            if offset is not None:
                made.append(offset)
    post(network, now)
    return made


def open_advances(network: Network) -> list[InsurerAdvance]:
    """Return the advances of which something is left, oldest first."""
    advances = InsurerAdvance.objects.filter(network=network).select_related("insurer")
    return [one for one in advances.order_by("received_on", "pk") if left_of(one)]


def left_of(advance: InsurerAdvance) -> int:
    """Return what is left of an advance."""
    return advance.cents - int(advance.offsets.aggregate(sum=Sum("cents"))["sum"] or 0)


def _answered(network: Network, insurer: Insurer) -> list[Batch]:
    return list(
        Batch.objects.filter(
            network=network,
            insurer=insurer,
            steps__state=BatchStep.State.ANSWERED,
        ).order_by("pk")
    )


def _offset(advance: InsurerAdvance, batch: Batch, now: datetime) -> InsurerOffset | None:
    """Pay a file with what is left of an advance, in one transaction."""
    with writing():
        cents = min(left_of(advance), due_cents(batch))
        if cents <= 0:
            return None
        made = batch.payments.count()
        payment = take_payment(
            batch,
            cents=cents,
            paid_on=timezone.localdate(now),
            reference=f"VERREKEND-{advance.pk}-{batch.pk}-{made}",
            now=now,
        )
        assert isinstance(payment, Payment), "what is due was just counted"
        offset = InsurerOffset.objects.create(advance=advance, payment=payment, cents=cents)
    return offset


def offset_payments(network: Network) -> dict[int, AccountKey]:
    """Return the payments that an advance paid, by id, with the account that they come off."""
    offsets = InsurerOffset.objects.filter(advance__network=network)
    return {
        payment_id: AccountKey(ACCOUNT, insurer_id)
        for payment_id, insurer_id in offsets.values_list("payment_id", "advance__insurer_id")
    }
