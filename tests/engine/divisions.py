"""Seeded random products to divide: odd shares, absent partners, negative amounts."""

from datetime import date, timedelta
from random import Random

from tests.engine.world import BY_DISCIPLINE, PRODUCTS, Facts, Row, period

PPM = 1_000_000


def parts_per_million(random: Random, count: int) -> list[int]:
    """Parts that add up to a million, some of them nothing, some of them equal."""
    if random.random() < 0.3:
        return [PPM // count] * (count - 1) + [PPM - PPM // count * (count - 1)]
    cuts = sorted(random.choice((0, PPM, random.randint(0, PPM))) for _ in range(count - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, PPM], strict=True)]


def generate_division(seed: int, products: int) -> Facts:
    """Return the tables a division reads, for this many products."""
    random = Random(seed)
    organisations = [
        {"organisation_id": organisation, "discipline": discipline}
        for discipline, ids in BY_DISCIPLINE.items()
        for organisation in ids
    ]
    memberships = [
        {"organisation_id": row["organisation_id"]}
        | period(date(2021, 1, 1) + timedelta(days=random.randrange(900)))
        for row in organisations
        if random.random() < 0.9
    ]
    tables: Facts = {
        "organisations": organisations,
        "memberships": memberships,
        "agreements": [],
        "discipline_shares": [],
        "member_shares": [],
        "products": [],
        "units": [],
    }
    for agreement_id, year in enumerate((2021, 2022, 2024), start=1):  # none for 2023
        add_agreement(random, tables, agreement_id, year)
    for number in range(1, products + 1):
        tables["products"].append({
            "product_no": number,
            "product": random.choice(PRODUCTS),
            "starts_on": date(2020, 10, 1) + timedelta(days=random.randrange(1600)),
            "cents": random.choice((random.randint(-500_000, 500_000), random.randint(-9, 9))),
        })  # fmt: skip
        for row in random.sample(organisations, random.randint(0, 6)):
            units = random.choice((0, 1, 1, 2, 480, random.randint(1, 5_000)))
            done = {"product_no": number, "organisation_id": row["organisation_id"]}
            tables["units"].append(done | {"units": units})
    return tables


def add_agreement(random: Random, tables: Facts, agreement_id: int, year: int) -> None:
    overhead = random.choice((0, 35_000, 73_123, PPM))
    agreement: Row = {"agreement_id": agreement_id, "overhead_ppm": overhead}
    tables["agreements"].append(agreement | period(date(year, 1, 1), date(year + 1, 1, 1)))
    for product in PRODUCTS[:-1] if agreement_id == 1 else PRODUCTS:
        disciplines = random.sample(list(BY_DISCIPLINE), random.randint(1, len(BY_DISCIPLINE)))
        shares = zip(disciplines, parts_per_million(random, len(disciplines)), strict=True)
        for discipline, ppm in shares:
            tables["discipline_shares"].append({
                "agreement_id": agreement_id,
                "product": product,
                "discipline": discipline,
                "ppm": ppm,
                "method": random.choice(("fixed_share", "performed")),
            })  # fmt: skip
    for ids in BY_DISCIPLINE.values():
        if random.random() < 0.15:
            continue
        for organisation, ppm in zip(ids, parts_per_million(random, len(ids)), strict=True):
            share = {"agreement_id": agreement_id, "organisation_id": organisation, "ppm": ppm}
            tables["member_shares"].append(share)
