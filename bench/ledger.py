"""A year of a region in the books: 10,000 products, 25 organisations; beside Beancount's own load.

`python -m bench.ledger` makes the year in a SQLite of its own (or on `--url`), posts it, reads it
again in every way, and lets Beancount load and check the same books.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench.books import NOW, Claimed, claim_and_pay, make_closings, make_network
from bench.jobs import Cost, least, timed

PRODUCTS, PARTNERS = 10_000, 25
LEAVES = 6
"""Partners among which one product is divided, beside overhead and reserve."""


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
    loader.initialize(use_cache=False)
    entries, errors, _ = loader.load_file(str(path))  # the first reads Beancount's own parts
    assert not errors and len(entries) > posted.transactions
    yield "Beancount loads and checks it", least(lambda: loader.load_file(str(path)), 2), count


def make_year(products: int) -> None:
    """Make twelve closings, and the claims on them: granted and paid, some refused or in part."""
    from ooievaar.network.models import Organisation
    from ooievaar.record.models import Pregnancy, Woman
    from ooievaar.settlement.models import ClosedProduct, Share
    from ooievaar.storage.bulk import insert_rows, restart_numbering

    chance = random.Random(7)
    network, insurers = make_network()
    partners = [
        Organisation.objects.create(agb=f"{n:08d}", name=f"Partner {n}", discipline="midwives")
        for n in range(1, PARTNERS + 1)
    ]
    woman = Woman.objects.create(reference="iemand")
    pregnancy = Pregnancy.objects.create(woman=woman, reference="iemand")
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    closings = make_closings(network, months)
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
    restart_numbering(ClosedProduct)
    claim_and_pay(
        network,
        [
            Claimed(n, f"{n}:2", pregnancy.pk, "natal", 2, insurer, month, cents)
            for n, month, insurer, cents in rows
        ],
        chance,
        lambda _: date(2027, 1, 15),
    )


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
