"""The worked examples of an agreement, run on the division itself.

What an example gives depends on the text alone: where two parts round alike, the cent goes to the
lowest AGB code.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ooievaar.contracts.agreements import terms
from ooievaar.contracts.agreements.compiling import Row, division_rows
from ooievaar.contracts.rules import schemas
from ooievaar.contracts.rules.agreement import (
    EARMARKED,
    OVERHEAD,
    RESERVE,
    Distribution,
    Example,
)
from ooievaar.contracts.rules.division import divide_tables
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.money import format_euro
from ooievaar.kernel.period import FAR_DATE

MOST_PRODUCTS = 1_000
"""An example of so many products would be no example."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What an example says, what the division gives, both in cents by AGB, discipline, overhead...

    `found` has everything that is not zero, and everything that was expected.
    """

    name: str
    expected: Mapping[str, int]
    found: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Tell whether everything that the example names came out as it says."""
        return not self.differing

    @property
    def differing(self) -> tuple[str, ...]:
        """What came out otherwise."""
        return tuple(key for key, cents in self.expected.items() if self.found[key] != cents)


def run_examples(agreement: Distribution) -> tuple[ExampleResult, ...]:
    """Run every example in one pass, each on its own.

    Each has a month of its own, so that its products alone carry a fixed overhead.
    """
    if not agreement.examples:
        return ()
    ids = organisation_ids(agreement)
    tables: dict[str, list[Row]] = {name: [] for name in schemas.DIVISION_INPUTS}
    tables["organisations"] = [
        {"organisation_id": ids[party.agb], "discipline": party.discipline}
        for party in agreement.parties
    ] + [{"organisation_id": ids[row.agb], "discipline": "other"} for row in agreement.suppliers]
    tables["memberships"] = [
        {
            "organisation_id": ids[party.agb],
            "valid_from": agreement.valid_from,
            "valid_until": FAR_DATE,
        }
        for party in agreement.parties
    ]
    for name, rows in division_rows(agreement, 1, ids).items():
        if name in tables:
            tables[name] = rows
    numbered = list(enumerate(agreement.examples))
    for number, example in numbered:
        for name, rows in _given(example, number, agreement, ids).items():
            tables[name] = tables[name] + rows
    shares: dict[int, list[Row]] = defaultdict(list)
    for share in divide_tables(tables):
        shares[share["product_no"] // MOST_PRODUCTS].append(share)
    return tuple(
        ExampleResult(example.name, example.then, _found(example, shares[number], ids))
        for number, example in numbered
    )


def example_faults(name: str, agreement: Distribution) -> list[Fault]:
    """Return what every failing example gives otherwise, in Dutch."""
    names = names_of(agreement)
    return [
        Fault(
            name,
            None,
            f"voorbeelden[{result.name}].dan.{names.get(key, key)}",
            format_euro(result.found[key]) + " volgens de verdeling",
            format_euro(result.expected[key]) + " volgens het voorbeeld",
        )
        for result in run_examples(agreement)
        for key in result.differing
    ]


def names_of(agreement: Distribution) -> dict[str, str]:
    """Return what the text calls everything that an outcome may name."""
    parties = {party.agb: party.name for party in agreement.parties}
    return terms.OUTCOMES | parties | {row.agb: row.name for row in agreement.suppliers}


def organisation_ids(agreement: Distribution) -> dict[str, int]:
    """Number everybody in the text by AGB code."""
    agbs = {party.agb for party in agreement.parties} | {row.agb for row in agreement.suppliers}
    return {agb: number for number, agb in enumerate(sorted(agbs), start=1)}


def _given(
    example: Example, position: int, agreement: Distribution, ids: Mapping[str, int]
) -> dict[str, list[Row]]:
    """Return the products of an example; its codes count as acts where no price is asked."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for number, row in enumerate(example.given, start=position * MOST_PRODUCTS):
        tables["divisible_products"].append(
            {
                "product_no": number,
                "product": row.product,
                "starts_on": row.starts_on or agreement.valid_from,
                "cents": row.cents,
                "month": date(2000 + position, 1, 1),
                "carried_cents": None,
            }
        )

        def add(table: str, agb: str, number: int = number, **values: object) -> None:
            done = {"product_no": number, "organisation_id": ids[agb]}
            tables[table].append(done | values)

        for agb, units in row.performed.items():
            add("units", agb, units=units)
        for agb, counts in row.codes.items():
            for code, units in counts.items():
                add("coded_units", agb, code=code, units=units)
                if agb not in row.performed:
                    add("units", agb, units=units)
        for agb, cents in row.mono.items():
            add("mono", agb, cents=cents)
        for agb, cents in row.supplied.items():
            add("supplier_costs", agb, cents=cents)
    return dict(tables)


def _found(example: Example, shares: list[Row], ids: Mapping[str, int]) -> dict[str, int]:
    agbs = {number: agb for agb, number in ids.items()}
    sums: dict[str, int] = defaultdict(int)
    for share in shares:
        match share["kind"], share["reason"]:
            case "partner", _:
                sums[agbs[share["organisation_id"]]] += share["cents"]
                sums[share["discipline"]] += share["cents"]
            case "supplier", _:
                sums[agbs[share["organisation_id"]]] += share["cents"]
            case "overhead", _:
                sums[OVERHEAD] += share["cents"]
            case _, "earmarked":
                sums[EARMARKED] += share["cents"]
            case _:
                sums[RESERVE] += share["cents"]
    assert sum(share["cents"] for share in shares) == sum(row.cents for row in example.given)
    return {key: sums[key] for key in [*example.then, *sums]}
