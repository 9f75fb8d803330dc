"""Two readings of the follow policy: spans cut from each other, and one day after another."""

from datetime import date, timedelta
from random import Random

from ooievaar.contracts.rules.follow import Follower, InsurerContract, expand_terms

FIRST, DAYS = date(2024, 1, 1), 40


def made(random: Random) -> tuple[list[InsurerContract], dict[int, int | None]]:
    """Some insurers that follow each other, also in a circle, and contracts that overlap."""
    insurers = range(1, random.randint(2, 6))
    follows = {one: random.choice((None, *insurers, 99)) for one in insurers}
    contracts = []
    for number in range(random.randint(0, 7)):
        start = FIRST + timedelta(days=random.randrange(DAYS))
        until = start + timedelta(days=random.choice((1, 3, random.randint(1, DAYS))))
        insurer = random.choice((*insurers, 99))  # also one that is only followed
        contract = InsurerContract(number, insurer, start, until, "none", False, False, number + 1)
        contracts.append(contract)
    random.shuffle(contracts)
    return contracts, follows


def terms_on(
    day: date, insurer: int, contracts: list[InsurerContract], follows: dict[int, int | None]
) -> tuple[int, bool, int] | None:
    """Ask the insurer, then the one that it follows: who began first has the day."""
    asked: list[int] = []
    whom: int | None = insurer
    while whom is not None and whom not in asked:
        held = [
            (contract.valid_from, contract.contract_id, contract.kraamzorg_unit_minutes)
            for contract in contracts
            if contract.insurer_id == whom and contract.valid_from <= day < contract.valid_until
        ]
        if held:
            _, contract_id, unit = min(held)
            return contract_id, whom != insurer, unit
        asked.append(whom)
        whom = follows.get(whom)
    return None


def test_on_every_day_the_expanded_terms_are_those_one_finds_by_asking() -> None:
    followed = 0
    for seed in range(1_500):
        contracts, follows = made(Random(seed))
        rows = expand_terms(contracts, [Follower(*pair) for pair in follows.items()])
        for insurer in follows.keys() | {contract.insurer_id for contract in contracts}:
            mine = [row for row in rows if row.insurer_id == insurer]
            for day in (FIRST + timedelta(days=nth) for nth in range(-1, 2 * DAYS + 1)):
                held = [row for row in mine if row.valid_from <= day < row.valid_until]
                told = [(row.contract_id, row.followed, row.kraamzorg_unit_minutes) for row in held]
                expected = terms_on(day, insurer, contracts, follows)
                assert told == ([expected] if expected else []), f"seed {seed}, {insurer} on {day}"
                followed += bool(expected and expected[1])
    assert followed > 1_000
