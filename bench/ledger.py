"""A year of a region in the books: 10,000 products, 25 organisations; beside Beancount's own load.

`python -m bench.ledger` makes the year in a SQLite of its own (or on `--url`), posts it, reads it
again in every way, and lets Beancount load and check the same books.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

PRODUCTS, PARTNERS, INSURERS = 10_000, 25, 8
LEAVES = 6
"""Partners among which one product is divided, beside overhead and reserve."""
NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)


class Cost(NamedTuple):
    """Seconds on the clock, and of this process; a server's are not in the second."""

    wall: float
    cpu: float


def main() -> None:
    """Measure and print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--products", type=int, default=PRODUCTS)
    words.add_argument("--url", help="a database that may be filled; SQLite when not given")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OOIEVAAR_DATA"] = folder
        os.environ["OOIEVAAR_DATABASE_URL"] = chosen.url or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from ooievaar.storage.bulk import analyse_tables

        call_command("migrate", verbosity=0)
        make_year(chosen.products)
        analyse_tables()
        print(f"load {os.getloadavg()[0]:.1f} before\n")
        print("| step | seconds | CPU s | postings per CPU second |")
        print("|---|---:|---:|---:|")
        for step, cost, postings in measure(Path(folder)):
            each = f"{postings / cost.cpu:,.0f}"
            print(f"| {step} | {cost.wall:.2f} | {cost.cpu:.2f} | {each} |", flush=True)


def measure(folder: Path) -> Iterator[tuple[str, Cost, int]]:
    """Yield what each step cost."""
    from beancount import loader
    from django.db import connection

    from ooievaar.network.models import Network
    from ooievaar.settlement.ledger.commands import post
    from ooievaar.settlement.ledger.export_beancount import export_beancount
    from ooievaar.settlement.ledger.proof import prove_books
    from ooievaar.settlement.ledger.queries import balances, payable_of
    from ooievaar.settlement.ledger.verify import verify_chain

    network, path = Network.objects.get(), folder / "books.beancount"
    posted, cost = timed(lambda: post(network, NOW))
    count = posted.postings
    yield f"post {posted.transactions:,} transactions ({connection.vendor})", cost, count
    again, cost = timed(lambda: post(network, NOW))
    assert again.postings == 0
    yield "post again: nothing", cost, count
    verdict, cost = timed(lambda: verify_chain(network))
    assert verdict.holds and verdict.count == posted.transactions
    yield "read the chain again", cost, count
    books, cost = timed(lambda: prove_books(network))
    assert not any(one.remainder for one in books)
    yield "prove against claims and closings", cost, count
    found, cost = timed(lambda: balances(network))
    assert sum(one.cents for one in found) == 0
    yield "every balance", cost, count
    payable, cost = timed(lambda: payable_of(network, date(2027, 1, 31)))
    assert len(payable) == PARTNERS
    yield "what may be paid to whom", cost, count
    lines, cost = timed(lambda: "\n".join(export_beancount(network)) + "\n")
    path.write_text(lines, "utf-8")
    yield f"export to Beancount ({len(lines) / 1e6:.1f} MB)", cost, count
    (entries, errors, _), cost = timed(lambda: loader.load_file(str(path)))
    assert not errors and len(entries) > posted.transactions
    yield "Beancount loads and checks it", cost, count


def timed(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Return what work gives, and what it cost."""
    began, worked = time.perf_counter(), time.process_time()
    result = work()
    return result, Cost(time.perf_counter() - began, time.process_time() - worked)


def make_year(products: int) -> None:
    """Make twelve closings, and the claims on them: granted and paid, some refused or in part."""
    from ooievaar.claims.models import Batch, ClaimLine, Payment, PaymentLine
    from ooievaar.claims.standing import Event, add_events, refresh_paid, writing
    from ooievaar.contracts.models import Contract
    from ooievaar.network.models import Insurer, Network, Organisation
    from ooievaar.network.roles import Role
    from ooievaar.network.tests.people import working
    from ooievaar.record.models import Pregnancy, Woman
    from ooievaar.settlement.models import ClosedProduct, Closing, Share
    from ooievaar.storage.bulk import insert_rows, restart_numbering

    chance = random.Random(7)
    network = Network.objects.create(kind="igo", name="IGO Meting", agb="53000001")
    insurers = [
        Insurer.objects.create(uzovi=f"{8000 + n}", name=f"Verzekeraar {n}")
        for n in range(INSURERS)
    ]
    partners = [
        Organisation.objects.create(agb=f"{n:08d}", name=f"Partner {n}", discipline="midwives")
        for n in range(1, PARTNERS + 1)
    ]
    contracts = {
        one.pk: Contract.objects.create(
            network=network, insurer=one, reference=f"{n}", valid_from=date(2025, 1, 1),
            regime="none",
        ).pk
        for n, one in enumerate(insurers)
    }  # fmt: skip
    woman = Woman.objects.create(reference="iemand")
    pregnancy = Pregnancy.objects.create(woman=woman, reference="iemand")
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    closings = {
        month: Closing.objects.create(
            network=network, month=month, known_until=date(2027, 1, 1), edition="2026",
            facts_hash="x", created_at=NOW, summary={},
        ).pk
        for month in months
    }  # fmt: skip
    rows = []
    for n in range(1, products + 1):
        month = months[n % 12]
        rows.append((n, month, chance.choice(insurers).pk, chance.randint(20_000, 200_000)))
    insert_rows(
        ClosedProduct,
        ("id", "closing_id", "key", "pregnancy_id", "product", "phase", "insurer_id",
         "claimable_on", "total_cents", "cents", "is_correction", "explanation"),
        (
            (n, closings[month], f"{n}:2", pregnancy.pk, "natal", 2, insurer, f"{month}-15",
             cents, cents, False, "{}")
            for n, month, insurer, cents in rows
        ),
    )  # fmt: skip
    insert_rows(
        Share,
        ("product_id", "kind", "discipline", "organisation_id", "cents", "rule", "reason",
         "parameters"),
        (leaf for row in rows for leaf in leaves(chance, row, [one.pk for one in partners])),
    )  # fmt: skip
    insert_rows(
        ClaimLine,
        ("id", "network_id", "reference", "attempt", "key", "pregnancy_id", "insurer_id",
         "contract_id", "product", "phase", "starts_on", "ends_on", "units", "minutes",
         "tariff_cents", "cents", "is_credit", "content", "person_hash", "deadline",
         "explanation", "created_at"),
        (
            (n, network.pk, f"R{n}", 1, f"{n}:2", pregnancy.pk, insurer, contracts[insurer],
             "natal", 2, f"{month}-01", f"{month}-15", 1, 0, cents, cents, False, "x", "x",
             "2027-12-31", "{}", NOW)
            for n, month, insurer, cents in rows
        ),
    )  # fmt: skip
    for model in (ClosedProduct, ClaimLine):
        restart_numbering(model)
    granted: dict[tuple[int, str], list[tuple[int, int]]] = {}
    events = []
    for n, month, insurer, cents in rows:
        given = chance.choices((cents, cents // 2, 0), (96, 2, 2))[0]
        state = "granted" if given == cents else "granted_in_part" if given else ""
        events.append(Event(n, state or "refused_by_insurer", "return", None, given))
        if given:
            granted.setdefault((insurer, month), []).append((n, given))
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
                network=network, insurer_id=insurer, batch=batch, paid_on=date(2027, 1, 15),
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


def leaves(
    chance: random.Random, row: tuple[int, str, int, int], partners: list[int]
) -> Iterator[tuple[Any, ...]]:
    """Yield the shares of a product."""
    from ooievaar.kernel.money import split_largest_remainder

    number, _, _, cents = row
    parts = split_largest_remainder(cents, [35, 20, *(chance.randint(50, 300) for _ in "123456")])
    owners = [None, None, *chance.sample(partners, LEAVES)]
    kinds = ["overhead", "reserve", *["partner"] * LEAVES]
    for kind, owner, part in zip(kinds, owners, parts, strict=True):
        discipline = "midwives" if owner else ""
        yield (number, kind, discipline, owner, part, "division", "fixed_share", "{}")


if __name__ == "__main__":
    main()
