"""What the books of a bench stand on: claims on every product, answered and paid by insurers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

INSURERS = 8
NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)


class Claimed(NamedTuple):
    """A product that is claimed in the month that it was closed in."""

    number: int
    key: str
    pregnancy_id: int
    product: str
    phase: int
    insurer_id: int
    month: str
    cents: int


def make_network() -> tuple[Any, list[Any]]:
    """Make a network and the insurers it deals with."""
    from ooievaar.network.models import Insurer, Network

    network = Network.objects.create(kind="igo", name="IGO Meting", agb="53000001")
    return network, [
        Insurer.objects.create(uzovi=f"{8000 + n}", name=f"Verzekeraar {n}")
        for n in range(INSURERS)
    ]


def make_closings(network: Any, months: Sequence[str]) -> dict[str, int]:
    """Make an empty closing of every month."""
    from ooievaar.settlement.models import Closing

    return {
        month: Closing.objects.create(
            network=network, month=month, known_until=date(2027, 1, 1), edition="2026",
            facts_hash="x", created_at=NOW, summary={},
        ).pk
        for month in months
    }  # fmt: skip


def claim_and_pay(
    network: Any,
    products: Sequence[Claimed],
    chance: random.Random,
    paid_on: Callable[[str], date],
) -> None:
    """Let every product be claimed; insurers grant and pay most, refuse some or part of them."""
    from ooievaar.claims.models import Batch, ClaimLine, Payment, PaymentLine
    from ooievaar.claims.standing import Event, add_events, refresh_paid, writing
    from ooievaar.contracts.models import Contract
    from ooievaar.network.roles import Role
    from ooievaar.network.tests.people import working
    from ooievaar.storage.bulk import insert_rows, restart_numbering

    contracts = {
        pk: Contract.objects.create(
            network=network, insurer_id=pk, reference=f"{pk}", valid_from=date(2025, 1, 1),
            regime="none",
        ).pk
        for pk in sorted({one.insurer_id for one in products})
    }  # fmt: skip
    insert_rows(
        ClaimLine,
        ("id", "network_id", "reference", "attempt", "key", "pregnancy_id", "insurer_id",
         "contract_id", "product", "phase", "starts_on", "ends_on", "units", "minutes",
         "tariff_cents", "cents", "is_credit", "content", "person_hash", "deadline",
         "explanation", "created_at"),
        (
            (one.number, network.pk, f"R{one.number}", 1, one.key, one.pregnancy_id,
             one.insurer_id, contracts[one.insurer_id], one.product, one.phase, f"{one.month}-01",
             f"{one.month}-15", 1, 0, one.cents, one.cents, False, "x", "x", "2027-12-31", "{}",
             NOW)
            for one in products
        ),
    )  # fmt: skip
    restart_numbering(ClaimLine)
    granted: dict[tuple[int, str], list[tuple[int, int]]] = {}
    events = []
    for one in products:
        given = chance.choices((one.cents, one.cents // 2, 0), (96, 2, 2))[0]
        state = "granted" if given == one.cents else "granted_in_part" if given else ""
        events.append(Event(one.number, state or "refused_by_insurer", "return", None, given))
        if given:
            granted.setdefault((one.insurer_id, one.month), []).append((one.number, given))
    approver = working(Role.APPROVER, network=network).person_id
    with writing():
        add_events(events, NOW)
        for number, ((insurer, month), lines) in enumerate(granted.items(), 1):
            total = sum(cents for _, cents in lines)
            batch = Batch.objects.create(
                network=network, insurer_id=insurer, month=month, standard="KZ301-3.2",
                layout_hash="x", is_test=True, invoice_number=f"{number}", lines=len(lines),
                starts_on=date(2026, 1, 1), until=date(2027, 1, 1), debit_cents=total,
                credit_cents=0, prepared_at=NOW, content_hash="x",
            )  # fmt: skip
            answer(batch, total, approver)
            payment = Payment.objects.create(
                network=network, insurer_id=insurer, batch=batch, paid_on=paid_on(month),
                cents=total, reference=f"{number}", stored_at=NOW,
            )  # fmt: skip
            insert_rows(
                PaymentLine,
                ("payment_id", "line_id", "cents"),
                ((payment.pk, line, cents) for line, cents in lines),
            )
            refresh_paid(payment.pk)


def answer(batch: Any, cents: int, approver_id: int) -> None:
    """Store that a file was sent and answered, as the proof counts it."""
    from ooievaar.claims.models import BatchStep, ReturnFile

    for state in ("approved", "sent"):
        BatchStep.objects.create(batch=batch, state=state, at=NOW, person_id=approver_id)
    ReturnFile.objects.create(
        batch=batch, name="r", content="", sha256=f"{batch.pk}", answered_by="insurer",
        granted_cents=cents, read_at=NOW,
    )  # fmt: skip
