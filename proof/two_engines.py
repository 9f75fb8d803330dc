"""Two readings of the rules: plain Python beside the set-based engine, to the cent and the row.

python -m proof.two_engines --share 0.01      a hundredth of the whole
python -m proof.two_engines --seed 41         one region again
python -m proof.two_engines --seed 41 --family 17
                                              one family of it, made as small as it can be
python -m proof.two_engines --division 7      one set of agreements and products again
python -m proof.two_engines --year 7          one end of a year again
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pprint import pformat
from random import Random
from time import perf_counter, process_time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from proof.outcome import Outcome, Tell
from tests.engine.changing import change, not_as_named
from tests.engine.comparing import (
    EVERY_OUTCOME,
    EVERY_SHARE,
    Difference,
    derive_by_oracle,
    derive_by_tables,
    differences,
    divide_by_oracle,
    divide_by_tables,
    met,
    year_by_oracle,
    year_by_rules,
)
from tests.engine.divisions_mixed import generate_mixed
from tests.engine.generate import family_of, generate, generate_from
from tests.engine.world import Facts
from tests.engine.years import generate_year

PREGNANCIES, PER_REGION = 200_000, 1_000
PRODUCTS, PER_AGREEMENT = 50_000, 200
YEARS = 20_000
THROWN = 150
"""Families of which Hypothesis makes every throw itself: each costs as much as 200 others."""
CHANGED_EVERY, CHANGES_OF_A_KIND = 10, 20
"""In every tenth region the nearest changes are made, so many of each kind."""
FIRST_SEED = 1_000
ENOUGH_TO_MEET_ALL = 10_000
"""Pregnancies after which every outcome must have been met."""
TOLD_PER_REGION = 3
OF_WOMEN = ("activities", "coverages", "made_products", "pregnancies")


def prove(share: float, tell: Tell) -> Outcome:
    """Compare `share` of the whole: pregnancies, divided products, and ends of a year."""
    begun = perf_counter()
    counts: Counter[str] = Counter()
    failures = [
        *_pregnancies(max(round(PREGNANCIES * share), 1), counts, tell),
        *_thrown(max(round(THROWN * share), 1), counts),
        *_divisions(max(round(PRODUCTS * share), 1), counts, tell),
        *_years(max(round(YEARS * share), 1), counts),
    ]
    return Outcome("two engines", dict(counts), perf_counter() - begun, failures)


def _pregnancies(wanted: int, counts: Counter[str], tell: Tell) -> Iterator[str]:
    reached: Counter[object] = Counter()
    seed = FIRST_SEED
    while counts["pregnancies"] < wanted:
        facts = generate(seed, min(PER_REGION, wanted - counts["pregnancies"]))
        ours = derive_by_oracle(facts)
        counts["pregnancies"] += len(facts["pregnancies"])
        counts["activities"] += len(facts["activities"])
        reached += met(ours)
        yield from _told(seed, list(differences(ours, derive_by_tables(facts))))
        if seed % CHANGED_EVERY == 0:
            yield from _changed(seed, facts, ours, counts)
        if seed % 20 == 0:
            tell(f"{counts['pregnancies']} pregnancies of {wanted} compared")
        seed += 1
    missing = [outcome for outcome in EVERY_OUTCOME if not reached[outcome]]
    counts["outcomes met"] = len(EVERY_OUTCOME) - len(missing)
    if missing and wanted >= ENOUGH_TO_MEET_ALL:
        yield f"two engines: no generated pregnancy met {missing}"


def _changed(seed: int, facts: Facts, before: Facts, counts: Counter[str]) -> Iterator[str]:
    """Make the changes that outcomes name as nearest: each must give another outcome."""
    changed, made = change(facts, before, CHANGES_OF_A_KIND)
    counts["nearest changes made"] += len(made)
    after = derive_by_tables(changed)
    yield from (f"two engines, seed {seed}: {one}" for one in not_as_named(made, after))
    ours = derive_by_oracle(changed)
    yield from (f"two engines, seed {seed}, changed: {one}" for one in differences(ours, after))


def _thrown(wanted: int, counts: Counter[str]) -> Iterator[str]:
    """Let Hypothesis make every throw, and shrink to the fewest and simplest when they differ."""

    @settings(
        max_examples=wanted,
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False), st.integers(0, 9))
    def agree(random: Random, seed: int) -> None:
        facts = generate_from(random, seed)
        counts["families thrown by Hypothesis"] += 1
        found = list(differences(derive_by_oracle(facts), derive_by_tables(facts)))
        assert not found, (
            f"region {seed}: {found[0]}; { ({name: facts[name] for name in OF_WOMEN}) }"
        )

    try:
        agree()
    except AssertionError as differ:
        yield f"two engines, shrunk by Hypothesis, {differ}"


def _told(seed: int, found: list[Difference]) -> Iterator[str]:
    """Tell of some families what differs first, and how to see it again."""
    by_family: dict[int, Difference] = {}
    for one in found:
        by_family.setdefault(_family_of(one), one)
    for number, one in list(by_family.items())[:TOLD_PER_REGION]:
        replay = f"python -m proof.two_engines --seed {seed} --family {number}"
        yield f"two engines, seed {seed}, {len(by_family)} families: {one}; again: {replay}"


def _family_of(one: Difference) -> int:
    of_product = one.table in ("products", "performed")
    return family_of(one.key[0] // 100 if of_product else one.key[0])


def _divisions(wanted: int, counts: Counter[str], tell: Tell) -> Iterator[str]:
    reached = set()
    for seed in range(FIRST_SEED, FIRST_SEED + -(-wanted // PER_AGREEMENT)):
        tables = generate_mixed(seed, PER_AGREEMENT)
        ours = divide_by_oracle(tables)
        counts["divided products"] += PER_AGREEMENT
        counts["shares"] += len(ours)
        reached |= {share["reason"] for share in ours}
        if divide_by_tables(tables) != ours:
            yield f"two engines, division {seed}, {_first_share(seed)}"
    if wanted >= PER_AGREEMENT * 20 and reached != EVERY_SHARE:
        yield f"two engines: no division met {EVERY_SHARE - reached}"
    tell(f"{counts['divided products']} divided products compared")


def _first_share(seed: int) -> str:
    """Find the first product of which the shares differ, and say how to see it again."""
    tables = generate_mixed(seed, PER_AGREEMENT)
    ours, theirs = divide_by_oracle(tables), divide_by_tables(tables)
    number = min(row["product_no"] for row in [*ours, *theirs] if (row in ours) != (row in theirs))
    mine = [row for row in ours if row["product_no"] == number and row not in theirs]
    others = [row for row in theirs if row["product_no"] == number and row not in ours]
    return (
        f"product {number}: oracle {mine}, rules {others}; "
        f"again: python -m proof.two_engines --division {seed}"
    )


def _years(wanted: int, counts: Counter[str]) -> Iterator[str]:
    for seed in range(FIRST_SEED, FIRST_SEED + wanted):
        counts["ends of a year"] += 1
        year = generate_year(seed)
        ours, theirs = year_by_oracle(year), year_by_rules(year)
        if ours != theirs:
            wrong = {
                name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]
            }
            again = f"python -m proof.two_engines --year {seed}"
            yield f"two engines, year {seed}: (oracle, rules) {wrong}; again: {again}"


def shrunk(facts: Facts) -> Facts:
    """Leave out rows one by one as long as the engines differ on what is left."""
    for name in OF_WOMEN:
        for row in list(facts[name]):
            fewer = facts | {name: [other for other in facts[name] if other is not row]}
            if any(differences(derive_by_oracle(fewer), derive_by_tables(fewer))):
                facts = fewer
    return facts


def again(seed: int, number: int | None) -> bool:
    """Tell what differs in a region, or in one family of it made small; return whether it does."""
    facts = generate(seed, PER_REGION) if number is None else generate(seed, only=[number])
    found = list(differences(derive_by_oracle(facts), derive_by_tables(facts)))
    if number is not None and found:
        facts = shrunk(facts)
        found = list(differences(derive_by_oracle(facts), derive_by_tables(facts)))
        print(pformat({name: facts[name] for name in (*OF_WOMEN, "clock")}, width=120))
    for failure in _told(seed, found) if number is None else found:
        print(failure)
    return bool(found)


def main() -> int:
    """Run a share of the proof, or one case of it again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.01)
    for name in ("seed", "family", "division", "year"):
        parser.add_argument(f"--{name}", type=int)
    asked = parser.parse_args()
    if asked.seed is not None:
        failed = again(asked.seed, asked.family)
        print("the engines differ" if failed else "the engines agree")
        return int(failed)
    if asked.division is not None:
        tables = generate_mixed(asked.division, PER_AGREEMENT)
        failed = divide_by_oracle(tables) != divide_by_tables(tables)
        print(_first_share(asked.division) if failed else "the engines agree")
        return int(failed)
    if asked.year is not None:
        year = generate_year(asked.year)
        print(pformat({"year": year, "oracle": year_by_oracle(year), "rules": year_by_rules(year)}))
        return int(year_by_oracle(year) != year_by_rules(year))
    outcome = prove(asked.share, print)
    print(outcome, f"{process_time():.0f} CPU seconds")
    return int(bool(outcome.failures))


if __name__ == "__main__":
    sys.exit(main())
