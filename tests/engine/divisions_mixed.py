"""Seeded agreements with every method at every level, and products to divide by them."""

from datetime import date
from random import Random

from hypothesis import strategies as st

from tests.engine.divisions import generate_division, parts_per_million
from tests.engine.world import BY_DISCIPLINE, PRODUCTS, Facts

CODES = ("V-CON", "V-PAR", "KZ-UUR")
SUPPLIERS = (91, 92)


def generate_mixed(seed: int, products: int) -> Facts:
    """Return the tables of a division whose agreements use everything there is."""
    random = Random(seed)
    tables = generate_division(seed, products)
    for name in ("product_rules", "member_rules", "cooperatives", "cooperative_members"):
        tables[name] = []
    tables |= {"unit_prices": [], "coded_units": [], "mono": [], "supplier_costs": []}
    for agreement in tables["agreements"]:
        put_more_into(random, tables, agreement["agreement_id"])
        if random.random() < 0.4:
            agreement |= {"overhead_ppm": 0, "overhead_cents": random.choice((1, 70_001, 10**7))}
        agreement["reserve_ppm"] = random.choice((0, 10_000, 333_333, 500_000))
        agreement["earmarked_ppm"] = random.choice((0, 5_001, 500_000, 666_667))
    everybody = [row["organisation_id"] for row in tables["organisations"]]
    for product in tables["products"]:
        number = product["product_no"]
        product["month"] = date(2022, random.randint(1, 12), 1)
        if random.random() < 0.2:
            product |= {"month": None, "carried_cents": random.choice((0, 5, 5_000))}
        if random.random() < 0.2:
            cents = random.choice((1, 250, 300_000)) * (-1 if product["cents"] < 0 else 1)
            who = random.choice(SUPPLIERS)
            row = {"product_no": number, "organisation_id": who, "cents": cents}
            tables["supplier_costs"].append(row)
        for who in random.sample(everybody, random.randint(0, 6)):
            row = {"product_no": number, "organisation_id": who}
            cents = random.choice((0, None, 31_500, random.randint(1, 400_000)))
            tables["mono"].append(row | {"cents": cents})
            code, units = random.choice(CODES), random.randint(0, 400)
            tables["coded_units"].append(row | {"code": code, "units": units})
    tables["organisations"] = tables["organisations"] + [
        {"organisation_id": who, "discipline": "other"} for who in SUPPLIERS
    ]
    return tables


def put_more_into(random: Random, tables: Facts, agreement_id: int) -> None:
    of_it = {"agreement_id": agreement_id}
    methods = ("fixed_share", "mono_pro_rata", "performed", "by_clients")
    mine = [row for row in tables["discipline_shares"] if row["agreement_id"] == agreement_id]
    for row in mine:
        row["method"] = random.choice(methods)
    for product in PRODUCTS:
        if random.random() < 0.5:
            continue
        method = random.choice(methods[:3])
        until = random.choice((None, date(2021, 7, 1), date(2024, 7, 1)))
        tables["product_rules"].append(
            of_it | {"product": product, "method": method, "until": until}
        )
        if random.random() < 0.4:  # by weight alone: without shares
            tables["discipline_shares"] = [
                row
                for row in tables["discipline_shares"]
                if row["agreement_id"] != agreement_id or row["product"] != product
            ]
        for code in random.sample((*CODES, "*"), random.choice((0, 0, 2))):
            price = {"product": product, "code": code, "cents": random.choice((0, 1, 4_500))}
            tables["unit_prices"].append(of_it | price)
    for method in random.sample(methods[1:3], random.choice((0, 1))):
        row = {"product": "*", "method": method, "until": None}
        tables["product_rules"].append(of_it | row)
    for discipline, ids in BY_DISCIPLINE.items():
        if random.random() < 0.6:
            rule = {"discipline": discipline, "method": random.choice(methods)}
            tables["member_rules"].append(of_it | rule)
        if random.random() < 0.5:
            add_cooperative(random, tables, agreement_id, ids, random.choice(methods))


def add_cooperative(
    random: Random, tables: Facts, agreement_id: int, ids: tuple[int, ...], method: str
) -> None:
    """Make the first organisation of a discipline the cooperative of some of the others."""
    of_it = {"agreement_id": agreement_id}
    cooperative, *others = ids
    members = others[: random.randint(1, len(others))]
    tables["cooperatives"].append(of_it | {"organisation_id": cooperative, "method": method})
    for who, ppm in zip(members, parts_per_million(random, len(members)), strict=True):
        row = {"cooperative_id": cooperative, "organisation_id": who, "ppm": ppm}
        tables["cooperative_members"].append(of_it | row)


def small_mixed() -> st.SearchStrategy[Facts]:
    return st.builds(generate_mixed, st.integers(0, 2**32 - 1), st.integers(1, 30))
