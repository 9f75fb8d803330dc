"""Rule `history`: gravidity and parity must agree with the earlier pregnancies that are known.

Gravidity counts this pregnancy too. Parity counts the earlier pregnancies that ended at or after
`parity_from_days` (data/choices.yaml), however many children were born; one that ended as a birth
counts when its length is not known.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

DAYS_PER_WEEK = 7
BIRTH = "birth"


@dataclass(frozen=True, slots=True)
class EarlierPregnancy:
    """What is known of one; `ending` is a choice of `earlier_ending`, days are of gestation."""

    number: int
    ending: str = ""
    gestation_days: int | None = None

    def counts_for_parity(self, parity_from_days: int) -> bool:
        """Tell whether a woman has given birth in it, in the sense of parity."""
        if self.gestation_days is None:
            return self.ending == BIRTH
        return self.gestation_days >= parity_from_days


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A number that the earlier pregnancies contradict."""

    element: str
    found: int
    expected: int
    message_nl: str
    message_en: str


def earlier_pregnancies(observed: Iterable[tuple[str, int, str]]) -> tuple[EarlierPregnancy, ...]:
    """Return the earlier pregnancies that observations (element, number, value) speak of."""
    by_number: dict[int, dict[str, str]] = defaultdict(dict)
    for element, number, value in observed:
        if element.startswith("earlier_") and number > 0:
            by_number[number][element] = value
    return tuple(
        EarlierPregnancy(
            number=number,
            ending=values.get("earlier_ending", ""),
            gestation_days=_days(values.get("earlier_gestation_weeks")),
        )
        for number, values in sorted(by_number.items())
    )


def expected_numbers(earlier: Iterable[EarlierPregnancy], parity_from_days: int) -> tuple[int, int]:
    """Return the gravidity and parity that follow from the earlier pregnancies."""
    known = tuple(earlier)
    parity = sum(one.counts_for_parity(parity_from_days) for one in known)
    return len(known) + 1, parity


def disagreements(
    gravidity: int | None,
    parity: int | None,
    earlier: Iterable[EarlierPregnancy],
    parity_from_days: int,
) -> tuple[Disagreement, ...]:
    """Return what does not agree; what is not known agrees with everything."""
    known = tuple(earlier)
    expected_gravidity, expected_parity = expected_numbers(known, parity_from_days)
    found = []
    if gravidity is not None and parity is not None and parity >= gravidity:
        found.append(
            Disagreement(
                "parity",
                parity,
                gravidity - 1,
                f"Pariteit: gevonden {parity}; verwacht minder dan de graviditeit ({gravidity}).",
                f"Parity: found {parity}; expected less than the gravidity ({gravidity}).",
            )
        )
    if known and gravidity is not None and gravidity != expected_gravidity:
        found.append(
            Disagreement(
                "gravidity",
                gravidity,
                expected_gravidity,
                f"Graviditeit: gevonden {gravidity}; verwacht {expected_gravidity}, want er staan"
                f" {len(known)} eerdere zwangerschappen.",
                f"Gravidity: found {gravidity}; expected {expected_gravidity}, because"
                f" {len(known)} earlier pregnancies are on record.",
            )
        )
    if known and parity is not None and parity != expected_parity:
        weeks = parity_from_days // DAYS_PER_WEEK
        found.append(
            Disagreement(
                "parity",
                parity,
                expected_parity,
                f"Pariteit: gevonden {parity}; verwacht {expected_parity}, want zoveel eerdere"
                f" zwangerschappen duurden ten minste {weeks} weken.",
                f"Parity: found {parity}; expected {expected_parity}, because so many earlier"
                f" pregnancies lasted at least {weeks} weeks.",
            )
        )
    return tuple(found)


def _days(weeks: str | None) -> int | None:
    return None if weeks is None else int(weeks) * DAYS_PER_WEEK
