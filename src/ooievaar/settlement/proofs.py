"""Nothing remains, from what insurers granted down to the bank: the books beside everybody else.

Each equation has one side from the books and the other from rows that the books did not make:
answers, payments, closings, payment runs, statements of the bank.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Sum

from ooievaar.network.models import Network
from ooievaar.settlement.ledger.proof import books_proof, sums_by_cause
from ooievaar.settlement.ledger.sources import CLAIM_LINE, CLOSED_PRODUCT, DISPUTE, INSURER_PAYMENT
from ooievaar.settlement.payments.bank import PAYING, BankProof, bank_proof, standing_lines
from ooievaar.settlement.payments.models import PaymentPart
from ooievaar.settlement.rules.proof import Balance, Proof

Sums = Mapping[tuple[str, str], int]
"""Cents by kind of account and kind of cause, debit positive."""
PAYEES = ("partner_payable", "supplier_payable")


@dataclass(frozen=True, slots=True)
class MoneyProof:
    """Every equation in the order in which the money goes, and what the bank said last.

    Without a statement the last equation is not there: nothing was proved of the bank then.
    """

    proof: Proof
    bank: BankProof


def prove_money(network: Network) -> MoneyProof:
    """Weigh everything from granted to the bank; in nine queries."""
    sums = sums_by_cause(network)
    bank = bank_proof(network)
    parts = _moved_by_runs(network)
    out = -_of_causes(sums, "bank", PAYING)
    everything = books_proof(network, sums)
    known = {one.name: one.whole for one in everything}
    divided = {kind: known.get(f"shares {kind}", 0) for kind in PAYEES}
    balances = [
        *(one for one in everything if one.name != "undivided"),
        _received(known, sums),
        _awaited(known, sums),
        *(_payees(kind, divided[kind], parts.get(kind, 0), sums) for kind in PAYEES),
        *(_settled(kind, parts[kind], sums) for kind in sorted(parts.keys() - set(PAYEES))),
        Balance("paid_out", "cents", bank.sent_cents, (("booked", out),)),
    ]
    if bank.closing_on is not None:
        balances.append(_at_the_bank(bank))
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


def _at_the_bank(bank: BankProof) -> Balance:
    """What the newest statement says stands in the books, is on its way, or was not told yet."""
    parts = [("booked", bank.ledger_cents), ("on_the_way", bank.on_the_way_cents)]
    if bank.since_cents:
        parts.append(("since", -bank.since_cents))
    return Balance("bank", "cents", bank.bank_cents, tuple(parts))


def _moved_by_runs(network: Network) -> dict[str, int]:
    """Return what runs moved by kind of account, without what came back."""
    parts = PaymentPart.objects.filter(line__in=standing_lines(network)).order_by()
    return dict(parts.values_list("kind").annotate(Sum("cents")))
