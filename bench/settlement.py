"""A year of a region settled: division, books and statements; 10,000 products, 25 organisations.

`python -m bench.settlement` makes the year in a SQLite of its own (or on `--url`): products with
who did what for them, an agreement with every method, mono values, and the answers and payments of
insurers. Then it divides and stores twelve months, posts them, and makes their statements.
"""

import argparse
import json
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.books import NOW, Claimed, claim_and_pay, make_closings, make_network
from bench.jobs import Cost, least, timed

PRODUCTS = 10_000
DISCIPLINES = {"midwives": 17, "gynaecologists": 1, "hospital": 1, "kraamzorg": 4, "ultrasound": 2}
KINDS = (
    ("prenatal", 1, 65_000), ("prenatal_complex", 1, 98_000), ("natal", 2, 71_000),
    ("natal_complex", 2, 190_000), ("postnatal", 3, 34_000), ("postnatal_complex", 3, 41_000),
)  # fmt: skip
METHODS = {
    "midwives": "performed", "gynaecologists": "fixed_share", "hospital": "fixed_share",
    "kraamzorg": "performed", "ultrasound": "by_clients",
}  # fmt: skip
MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]
LIMIT_SECONDS = 10
BARE_SUM = "read and sum the same rows, once a month"


@dataclass(frozen=True, slots=True)
class Region:
    """What there is to settle: products, who did what for them, and what was agreed."""

    products: list[dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]


def main() -> None:
    """Measure and print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--products", type=int, default=PRODUCTS)
    words.add_argument("--partners", type=int, default=0, help="more midwife practices than 17")
    words.add_argument("--url", help="a database that may be filled; SQLite when not given")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OOIEVAAR_DATA"] = folder
        os.environ["OOIEVAAR_DATABASE_URL"] = chosen.url or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from ooievaar.contracts.rules.division import compiled_split

        call_command("migrate", verbosity=0)
        region = make_region(chosen.products, chosen.partners)
        compiled_split()  # once per process, as in every closing
        print(f"load {os.getloadavg()[0]:.1f} before\n")
        print("| step | seconds | CPU s |")
        print("|---|---:|---:|")
        wall = cpu = 0.0
        for step, cost in measure(region):
            print(f"| {step} | {cost.wall:.2f} | {cost.cpu:.2f} |", flush=True)
            if step != BARE_SUM:
                wall, cpu = wall + cost.wall, cpu + cost.cpu
        print(f"| together (limit {LIMIT_SECONDS}) | {wall:.2f} | {cpu:.2f} |")
        beside(Path(folder))


def measure(region: Region) -> Iterator[tuple[str, Cost]]:
    """Yield what each step cost."""
    from django.db import connection

    from ooievaar.network.models import Network
    from ooievaar.settlement.ledger.commands import post
    from ooievaar.settlement.models import Share
    from ooievaar.settlement.statements.commands import make_statements
    from ooievaar.settlement.statements.models import Statement
    from ooievaar.storage.bulk import analyse_tables

    network = Network.objects.get()
    shares, cost = timed(lambda: divide(region))
    assert sum(one["cents"] for one in shares) == sum(one["cents"] for one in region.products)
    yield f"divide {len(region.products):,} products into {len(shares):,} shares", cost
    _, cost = timed(lambda: store(network, region, shares))
    yield f"store them as twelve closings ({connection.vendor})", cost
    claim_and_pay(network, claimed(region), random.Random(11), month_later)
    analyse_tables()
    posted, cost = timed(lambda: post(network, NOW))
    yield f"post {posted.transactions:,} transactions, {posted.postings:,} postings", cost
    made, cost = timed(lambda: [make_statements(network, month, NOW) for month in MONTHS])
    assert all(made), made
    count = Statement.objects.count()
    yield f"make {count:,} statements of twelve months", cost
    yield BARE_SUM, least(bare_sum)
    told = sum(one.figures["income_cents"] for one in Statement.objects.all())
    gained = sum(Share.objects.filter(kind="partner").values_list("cents", flat=True))
    assert told == gained


def bare_sum() -> int:
    """Read every share and posting once for each month, and sum what each organisation has."""
    from django.db import connection

    from ooievaar.settlement.ledger.models import Posting
    from ooievaar.settlement.models import Share

    sums: dict[object, int] = {}
    for _ in MONTHS:
        sums.clear()
        for model, owner in ((Share, "organisation_id"), (Posting, "account_id")):
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT {owner}, cents FROM "{model._meta.db_table}"')
                for number, cents in cursor.fetchall():
                    sums[owner, number] = sums.get((owner, number), 0) + cents
    return len(sums)


def beside(folder: Path) -> None:
    """Print what one document, and how one partner stands, cost."""
    from ooievaar.exchange.statements.drawing import as_pdf
    from ooievaar.exchange.statements.workbook import as_workbook
    from ooievaar.settlement.statements.models import Statement
    from ooievaar.settlement.statements.queries import of_itself, position_of

    found = Statement.objects.select_related("network", "organisation")
    largest = max(found.filter(month=MONTHS[-1]), key=lambda one: one.figures["income_cents"])
    own = of_itself(largest.network, largest.organisation)
    as_pdf(largest)  # the library is read once
    print("\n| beside it | seconds | CPU s |")
    print("|---|---:|---:|")
    for step, work in (
        ("one statement as PDF", lambda: as_pdf(largest)),
        ("one as XLSX, with every line", lambda: as_workbook(largest, NOW)),
        ("how one partner stands", lambda: position_of(own, date(2027, 1, 31))),
    ):
        _, cost = timed(work)
        print(f"| {step} | {cost.wall:.2f} | {cost.cpu:.2f} |")


def divide(region: Region) -> list[dict[str, Any]]:
    """Divide every product of the year at once, by the stages of a closing."""
    import duckdb
    import ibis
    import pyarrow as pa

    from ooievaar.contracts.rules import schemas
    from ooievaar.contracts.rules.division import compiled_split
    from ooievaar.storage.pipeline import run_stages

    connection = duckdb.connect()
    for name, columns in schemas.DIVISION_INPUTS.items():
        schema = ibis.schema(columns).to_pyarrow()
        rows = region.tables.get(name, [])
        connection.register(name, pa.Table.from_pylist(rows, schema=schema))
    run_stages(connection, compiled_split())
    order = "ORDER BY product_no, kind, organisation_id NULLS FIRST, reason"
    found: list[dict[str, Any]] = (
        connection.sql(f"FROM shares {order}").to_arrow_table().to_pylist()
    )
    connection.close()
    return found


def store(network: Any, region: Region, shares: list[dict[str, Any]]) -> None:
    """Write twelve closings with their products and shares, as closing a month does."""
    from django.db import transaction

    from ooievaar.settlement.commands import CLOSED_PRODUCT_FIELDS, SHARE_FIELDS, SHARE_PARAMETERS
    from ooievaar.settlement.models import ClosedProduct, Share
    from ooievaar.storage.bulk import insert_rows, restart_numbering

    with transaction.atomic():
        closings = make_closings(network, MONTHS)
        explained = json.dumps({"minutes": 0, "deduction_cents": 0, "units": 1})
        insert_rows(
            ClosedProduct,
            CLOSED_PRODUCT_FIELDS,
            (
                (
                    *(one["product_no"], closings[one["of_month"]], one["key"]),
                    *(one["pregnancy_id"], one["product"], one["phase"], one["insurer_id"]),
                    *(f"{one['of_month']}-15", one["cents"], one["cents"], False, explained),
                )
                for one in region.products
            ),
        )
        insert_rows(
            Share,
            SHARE_FIELDS,
            (
                (
                    *(number, one["product_no"], one["kind"], one["discipline"]),
                    *(one["organisation_id"], one["cents"], "division", one["reason"]),
                    json.dumps(
                        {name: one.get(name) for name in SHARE_PARAMETERS}
                        | {"total_cents": one["cents"]}
                    ),
                )
                for number, one in enumerate(shares, 1)
            ),
        )
        restart_numbering(ClosedProduct)
        restart_numbering(Share)


def make_region(count: int, more_practices: int) -> Region:
    """Make who takes part, the women, and the products with who did what for them."""
    from ooievaar.bundles.models import Derivation, MonoValue
    from ooievaar.network.models import Membership, Organisation
    from ooievaar.record.models import Pregnancy, Woman
    from ooievaar.storage.bulk import insert_rows, restart_numbering

    chance = random.Random(7)
    network, found = make_network()
    insurers = [one.pk for one in found]
    sizes = DISCIPLINES | {"midwives": DISCIPLINES["midwives"] + more_practices}
    kinds = [name for name, size in sizes.items() for _ in range(size)]
    partners = Organisation.objects.bulk_create(
        Organisation(agb=f"{n:08d}", name=f"Partner {n}", discipline=discipline)
        for n, discipline in enumerate(kinds, 1)
    )
    Membership.objects.bulk_create(
        Membership(network=network, organisation=one, kind="voting", valid_from=date(2025, 1, 1))
        for one in partners
    )
    of_discipline = {name: [one.pk for one in partners if one.discipline == name] for name in sizes}
    women = count // 3 + 1
    Woman.objects.bulk_create(Woman(reference=f"vrouw {n}") for n in range(1, women + 1))
    first = Woman.objects.order_by("pk").values_list("pk", flat=True)[0]
    insert_rows(
        Pregnancy,
        ("id", "woman_id", "reference"),
        ((n, first + n - 1, f"zwanger {n}") for n in range(1, women + 1)),
    )
    restart_numbering(Pregnancy)
    products, did, mono = [], [], []
    derivation = Derivation.objects.create(
        network=network, until=date(2027, 1, 1), known_until=date(2027, 1, 1), edition="2026",
        facts_hash="x", created_at=NOW,
    )  # fmt: skip
    values = []
    for n in range(1, count + 1):
        pregnancy, phase = (n - 1) // 3 + 1, (n - 1) % 3 + 1
        product, _phase, cents = chance.choice([one for one in KINDS if one[1] == phase])
        month = MONTHS[min(11, (pregnancy * 12) // (women + 1))]
        products.append(
            {
                "product_no": n, "product": product, "starts_on": date(2026, 1, 10),
                "cents": cents + chance.randint(0, 400), "month": date.fromisoformat(f"{month}-01"),
                "carried_cents": None, "of_month": month, "key": f"{pregnancy}:{phase}",
                "pregnancy_id": pregnancy, "phase": phase, "insurer_id": chance.choice(insurers),
            }
        )  # fmt: skip
        practices = chance.sample(of_discipline["midwives"], chance.randint(1, 3))
        others = [chance.choice(of_discipline[name]) for name in ("kraamzorg", "ultrasound")]
        for organisation in [*practices, *others]:
            done = {"product_no": n, "organisation_id": organisation}
            did.append(done | {"units": chance.randint(1, 14)})
            worth = chance.randint(5_000, 40_000)
            mono.append(done | {"cents": worth})
            values.append((derivation.pk, pregnancy, phase, organisation, worth, 0, True))
    insert_rows(
        MonoValue,
        ("derivation_id", "pregnancy_id", "phase", "organisation_id", "cents", "unknown_acts",
         "is_exact"),
        values,
    )  # fmt: skip
    names = ("product_no", "product", "starts_on", "cents", "month", "carried_cents")
    tables = agreed(of_discipline) | {
        "divisible_products": [{name: one[name] for name in names} for one in products],
        "units": did,
        "mono": mono,
    }
    return Region(products, tables)


def agreed(of_discipline: dict[str, list[int]]) -> dict[str, list[dict[str, Any]]]:
    """Return an agreement that uses every method, as the tables that the division reads."""
    agreement = {"agreement_id": 1}
    always = {"valid_from": date(2025, 1, 1), "valid_until": date(2028, 1, 1)}
    parts = dict(zip(DISCIPLINES, (450_000, 150_000, 250_000, 100_000, 50_000), strict=True))
    mono = ("natal", "natal_complex")
    return {
        "agreements": [
            agreement | always | {
                "overhead_ppm": 35_000, "overhead_cents": 0, "reserve_ppm": 20_000,
                "earmarked_ppm": 0,
            }
        ],
        "product_rules": [
            agreement | {
                "product": product, "until": None,
                "method": "mono_pro_rata" if product in mono else "fixed_share",
            }
            for product, _, _ in KINDS
        ],
        "discipline_shares": [
            agreement | {
                "product": product, "discipline": name, "ppm": ppm, "method": METHODS[name]
            }
            for product, _, _ in KINDS
            for name, ppm in parts.items()
            if product not in mono
        ],
        "member_rules": [
            agreement | {"discipline": name, "method": method} for name, method in METHODS.items()
        ],
        "member_shares": [
            agreement | {"organisation_id": of_discipline[name][0], "ppm": 1_000_000}
            for name in ("gynaecologists", "hospital")
        ],
        "memberships": [
            {"organisation_id": pk} | always for pks in of_discipline.values() for pk in pks
        ],
        "organisations": [
            {"organisation_id": pk, "discipline": name}
            for name, pks in of_discipline.items()
            for pk in pks
        ],
    }  # fmt: skip


def claimed(region: Region) -> list[Claimed]:
    """Return every product as it is claimed."""
    names = ("key", "pregnancy_id", "product", "phase", "insurer_id", "of_month", "cents")
    return [Claimed(one["product_no"], *(one[name] for name in names)) for one in region.products]


def month_later(month: str) -> date:
    """Return the day on which what is claimed of a month is paid."""
    place = MONTHS.index(month)
    return date(2026 + (place + 1) // 12, (place + 1) % 12 + 1, 20)


if __name__ == "__main__":
    main()
