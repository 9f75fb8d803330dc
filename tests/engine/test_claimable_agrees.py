"""Two readings of what enters a division: who did what, at what cost, and its old value."""

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from ooievaar.bundles.engine import arrow_table, run_rules
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.settlement.rules.claimable import CLAIM_STAGES
from ooievaar.settlement.rules.stages import AGREED, DERIVED
from ooievaar.storage.pipeline import compile_stages, run_stages
from tests.engine.comparing import derive_by_oracle
from tests.engine.generate import generate
from tests.engine.world import SUPPLIED, Facts, Row, period
from tests.oracle.facts import Book, half_up

KINDS = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32()}
TABLES = {
    "divisible_products": ("product_no", "month", "cents"),
    "units": ("product_no", "organisation_id", "units"),
    "coded_units": ("product_no", "organisation_id", "code", "units"),
    "supplier_costs": ("product_no", "organisation_id", "cents"),
    "unpriced_supplies": ("organisation_id", "code", "acts"),
    "mono": ("product_no", "organisation_id", "cents"),
}
SUPPLIERS = (4, 13, 23, 34, 43, 2, 12)
Entered = dict[str, list[tuple[Any, ...]]]


def agreed(random: Random) -> Facts:
    """What is bought of suppliers, by a price or the price list; what has internal prices."""
    bought = [(who, code) for who in SUPPLIERS for code in SUPPLIED if random.random() < 0.7]
    prices = [
        {"organisation_id": who, "code": code, "cents": random.choice((None, 0, 7, 4_501))}
        | period()
        for who, code in bought
    ]
    listed = random.sample(("natal", "prenatal", "kraamzorg_hour", "*"), random.randint(0, 2))
    internal = [
        {"agreement_id": 1, "product": product, "code": "*", "cents": 5} for product in listed
    ]
    rule = {"agreement_id": 1, "product": "natal", "method": "mono_pro_rata", "until": None}
    return {"supplier_prices": prices, "unit_prices": internal, "product_rules": [rule]}


def by_the_stages(facts: Facts, terms: Facts) -> Entered:
    connection = run_rules({name: arrow_table(name, facts.get(name, [])) for name in INPUTS})
    for name, columns in AGREED.items():
        schema = pa.schema([(column, KINDS[kind]) for column, kind in columns.items()])
        connection.register(name, pa.Table.from_pylist(terms.get(name, []), schema=schema))
    run_stages(connection, compile_stages({**DERIVED, **AGREED}, CLAIM_STAGES, "duckdb"))
    found = {}
    for name, columns in TABLES.items():
        rows = connection.sql(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
        found[name] = sorted(rows, key=str)
    connection.close()
    return found


def by_reading(facts: Facts, terms: Facts) -> Entered:
    """Go through the care of every product that can be claimed, and price it act by act."""
    told, book = derive_by_oracle(facts), Book(facts | terms)
    products = {row["product_no"]: row for row in told["products"] if not row["is_open"]}
    placed = {row["activity_id"]: row["product_no"] for row in told["dispositions"]}
    internal = {row["product"] for row in terms["unit_prices"]}
    units: Counter[Any] = Counter()
    coded: Counter[Any] = Counter()
    invoiced: Counter[Any] = Counter()
    unpriced: Counter[Any] = Counter()
    for act in facts["activities"]:
        product = products.get(placed[act["activity_id"]])
        if product is None:
            continue
        number, who, code = product["product_no"], act["organisation_id"], act["code"]
        by_hour = product["rule"] == "kraamzorg"
        quantity = act["duration_minutes"] if by_hour else act["quantity"]
        units[number, who] += quantity
        bought = book.all("supplier_prices", organisation_id=who, code=code)
        if bought or internal & {product["product"], "*"}:
            coded[number, who, code] += quantity
        for price in bought:
            listed = [
                book.on(act["performed_on"], "price_list", organisation_id=one, code=code)
                for one in (who, 0)
            ]
            known = [one.cents for one in (price, *listed) if one and one.cents is not None]
            if known:
                invoiced[number, who, by_hour, known[0]] += quantity
            else:
                unpriced[who, code] += 1
    costs = [
        (number, who, half_up(quantity * cents, 60 if by_hour else 1))
        for (number, who, by_hour, cents), quantity in invoiced.items()
    ]
    told_of = {
        "divisible_products": [(n, month_of(row), row["cents"]) for n, row in products.items()],
        "units": [(*key, quantity) for key, quantity in units.items()],
        "coded_units": [(*key, quantity) for key, quantity in coded.items()],
        "supplier_costs": costs,
        "unpriced_supplies": [(*key, acts) for key, acts in unpriced.items()],
        "mono": old_values(facts, products, units, book),
    }
    return {name: sorted(rows, key=str) for name, rows in told_of.items()}


def month_of(product: Row) -> Any:
    """The month of the last day before it could be claimed."""
    return (product["claimable_on"] - timedelta(days=1)).replace(day=1)


def old_values(
    facts: Facts, products: dict[int, Row], units: Counter[Any], book: Book
) -> list[tuple[Any, ...]]:
    """Of a phase without its hours of kraamzorg; of the hours by the tariff of their first day."""
    hourly = {row["mono_item"] for row in facts["catalogue"] if row["mono"] == "kraamzorg_hour"}
    unvalued = [
        row | {"mono": "none"} if row["mono"] == "kraamzorg_hour" else row
        for row in facts["catalogue"]
    ]
    values = defaultdict(list)
    for row in derive_by_oracle(facts | {"catalogue": unvalued})["mono_values"]:
        if row["is_inside"]:
            values[row["pregnancy_id"], row["phase"]].append(row)
    found = []
    for number, product in products.items():
        if product["rule"] != "kraamzorg":
            for row in values[product["pregnancy_id"], product["phase"]]:
                found.append((number, row["organisation_id"], row["cents"]))
    for (number, who), minutes in units.items():
        if products[number]["rule"] == "kraamzorg":
            (item,) = hourly
            tariff = book.on(products[number]["starts_on"], "mono_tariffs", item=item)
            found.append((number, who, half_up(minutes * tariff.cents, 60) if tariff else None))
    return found


@pytest.mark.parametrize("seed", [0, 1, 3, 7])
def test_what_enters_a_division_is_what_one_reads_act_by_act(seed: int) -> None:
    facts, terms = generate(seed, 600), agreed(Random(seed))
    ours, theirs = by_reading(facts, terms), by_the_stages(facts, terms)
    for name in TABLES:
        assert ours[name] == theirs[name], name
        assert ours[name], f"nothing of {name} to compare"
