"""Nothing remains, from what insurers granted down to the bank: the books beside everybody else.

Each equation has one side from the books and the other from rows that the books did not make:
answers, payments, closings, payment runs, statements of the bank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Sum

from ooievaar.network.models import Network
from ooievaar.settlement.ledger.proof import books_proof, sums_by_cause
from ooievaar.settlement.ledger.sources import CLAIM_LINE, CLOSED_PRODUCT, DISPUTE, INSURER_PAYMENT
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.deciding import CAUSE
from ooievaar.settlement.payments.models import (
    BankEntry,
    BankStatement,
    LineStatus,
    PaymentLine,
    PaymentPart,
    RunStep,
)
from ooievaar.settlement.payments.statements_in import BACK_CAUSE
from ooievaar.settlement.rules.proof import Balance, Proof

Sums = Mapping[tuple[str, str], int]
"""Cents by kind of account and kind of cause, debit positive."""
PAYING = (CAUSE, BACK_CAUSE)
PAYEES = ("partner_payable", "supplier_payable")


@dataclass(frozen=True, slots=True)
class BankSide:
    """What the bank says: up to which day, and what it moved that no run of ours made."""

    closing_on: date | None
    others: int
    others_cents: int
    mismatches: int
    mismatches_cents: int


@dataclass(frozen=True, slots=True)
class MoneyProof:
    """Every equation in the order in which the money goes, and what the bank said last.

    Without a statement the last equation is not there: nothing was proved of the bank then.
    """

    proof: Proof
    bank: BankSide


def prove_money(network: Network) -> MoneyProof:
    """Weigh everything from granted to the bank; in nine queries."""
    sums = sums_by_cause(network)
    parts, sent, waiting = _paid_out(network)
    closing, bank = _bank(network)
    everything = books_proof(network, sums)
    known = {one.name: one.whole for one in everything}
    divided = {kind: known.get(f"shares {kind}", 0) for kind in PAYEES}
    balances = [
        *(one for one in everything if one.name != "undivided"),
        _received(known, sums),
        _awaited(known, sums),
        *(_payees(kind, divided[kind], parts.get(kind, 0), sums) for kind in PAYEES),
        *(_settled(kind, parts[kind], sums) for kind in sorted(parts.keys() - set(PAYEES))),
        Balance("paid_out", "cents", sent, (("booked", -_of_causes(sums, "bank", PAYING)),)),
    ]
    if bank.closing_on is not None:
        told = (("booked", _stands(sums, "bank")), ("on_the_way", waiting))
        balances.append(Balance("bank", "cents", closing, told))
    return MoneyProof(Proof(tuple(balances)), bank)


def _received(known: Mapping[str, int], sums: Sums) -> Balance:
    """What answers granted was paid, is still to be received, or went another way."""
    kind = "insurer_receivable"
    elsewhere = -_other_causes(sums, kind, (CLAIM_LINE, INSURER_PAYMENT))
    parts = (
        ("paid", known["paid"]),
        ("to_receive", _stands(sums, kind)),
        ("elsewhere", elsewhere),
    )
    return Balance("receivable", "cents", known["granted"], parts)


def _awaited(known: Mapping[str, int], sums: Sums) -> Balance:
    """What closings divided was granted, is in dispute, waits for an answer, or went elsewhere."""
    elsewhere = -sum(
        _other_causes(sums, kind, (CLOSED_PRODUCT, CLAIM_LINE, DISPUTE))
        for kind in ("undivided", "disputed")
    )
    parts = (
        ("granted", known["granted"]),
        ("disputed", _stands(sums, "disputed")),
        ("awaiting_answer", _stands(sums, "undivided")),
        ("elsewhere", elsewhere),
    )
    return Balance("awaited", "cents", known["divided"], parts)


def _payees(kind: str, divided: int, paid: int, sums: Sums) -> Balance:
    """What was divided to partners was paid, stands to their credit, or went another way."""
    elsewhere = _other_causes(sums, kind, (CLOSED_PRODUCT, *PAYING))
    parts = (("paid_out", paid), ("credit", -_stands(sums, kind)), ("elsewhere", elsewhere))
    return Balance(kind, "cents", divided, parts)


def _settled(kind: str, paid: int, sums: Sums) -> Balance:
    """What runs moved on an account of another kind: advances, guarantees, loans paid back."""
    return Balance(f"moved {kind}", "cents", paid, (("booked", _of_causes(sums, kind, PAYING)),))


def _stands(sums: Sums, kind: str) -> int:
    return sum(cents for (of, _), cents in sums.items() if of == kind)


def _other_causes(sums: Sums, kind: str, causes: tuple[str, ...]) -> int:
    return sum(cents for (of, cause), cents in sums.items() if of == kind and cause not in causes)


def _of_causes(sums: Sums, kind: str, causes: tuple[str, ...]) -> int:
    return sum(sums.get((kind, cause), 0) for cause in causes)


def _paid_out(network: Network) -> tuple[dict[str, int], int, int]:
    """Return what runs moved by kind of account, what the bank was told to pay, and what waits.

    Without what came back; what waits was sent and the bank said nothing of it yet.
    """
    went = RunStep.objects.filter(run=OuterRef("run_id"), state=RunStep.State.SENDING)
    told = LineStatus.objects.filter(line=OuterRef("pk"))
    lines = PaymentLine.objects.filter(Exists(went), run__network=network)
    stays = lines.filter(~Exists(told.filter(state__in=BACK)))
    parts = PaymentPart.objects.filter(line__in=stays).order_by()
    moved = dict(parts.values_list("kind").annotate(Sum("cents")))
    sums = stays.aggregate(sent=Sum("cents"), waiting=Sum("cents", filter=~Exists(told)))
    return moved, sums["sent"] or 0, sums["waiting"] or 0


def _bank(network: Network) -> tuple[int, BankSide]:
    """Return what stands on the own accounts by their newest statements, and what is odd there."""
    newest: dict[str, tuple[int, date]] = {}
    statements = BankStatement.objects.filter(network=network).order_by("pk")
    for iban, cents, day in statements.values_list("iban", "closing_cents", "closing_on"):
        newest[iban] = (cents, day)
    other = Q(match=BankEntry.Match.OTHER)
    mismatch = Q(match=BankEntry.Match.MISMATCH)
    odd = BankEntry.objects.filter(other | mismatch, statement__network=network).aggregate(
        others=Count("pk", filter=other),
        others_cents=Sum("cents", filter=other, default=0),
        mismatches=Count("pk", filter=mismatch),
        mismatches_cents=Sum("cents", filter=mismatch, default=0),
    )
    closing_on = max((day for _, day in newest.values()), default=None)
    return sum(cents for cents, _ in newest.values()), BankSide(closing_on, **odd)
