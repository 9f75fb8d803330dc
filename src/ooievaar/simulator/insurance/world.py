"""What is true of the women, whatever we recorded: who insures them, and when they were born."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from ooievaar.network.models import Insurer, Network
from ooievaar.record.models import Coverage, Woman
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.rates import InsuranceRates

Coverages = list[tuple[str, date, date]]
"""UZOVI, first day, first day no longer."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One woman as the population register and her insurer know her."""

    birth_date: date | None
    coverages: Coverages = field(default_factory=list)

    def held_on(self, day: date) -> tuple[str, date, date] | None:
        """Return the insurance that covers a day, or None where nobody insures her."""
        return next((held for held in self.coverages if held[1] <= day < held[2]), None)

    def insurer_on(self, day: date) -> str:
        """Return the UZOVI of who insures her on a day; empty where nobody does."""
        held = self.held_on(day)
        return held[0] if held else ""


@dataclass(frozen=True, slots=True)
class World:
    """The women by BSN."""

    women: dict[str, Truth]

    def of(self, bsn: str) -> Truth | None:
        """Return who a woman is, or None where the number is nobody's."""
        return self.women.get(bsn)


def read_world(network: Network, rates: InsuranceRates, chances: Chances) -> World:
    """Read once what we recorded, and make some of it wrong: the truth is then otherwise.

    Equal facts, rates and seed give equal worlds. Of a woman who is insured elsewhere, the whole
    last insurance that we know of is with another insurer.
    """
    contracted = Insurer.objects.filter(contracts__network=network).distinct()
    uzovis = sorted(contracted.values_list("uzovi", flat=True))
    insured: dict[int, Coverages] = {}
    rows = Coverage.objects.order_by("woman_id", "valid_from")
    for woman_id, uzovi, since, until in rows.values_list(
        "woman_id", "insurer__uzovi", "valid_from", "valid_until"
    ):
        insured.setdefault(woman_id, []).append((uzovi, since, until))
    women = {}
    known = Woman.objects.exclude(bsn=None).order_by("bsn")
    for woman_id, bsn, birth_date in known.values_list("id", "bsn", "birth_date"):
        assert bsn is not None
        coverages = insured.get(woman_id, [])
        if chances.happens(rates.insured_elsewhere, "insured", bsn):
            coverages = _elsewhere(coverages, uzovis, chances, bsn)
        if birth_date is not None and chances.happens(rates.born_otherwise, "born", bsn):
            birth_date += timedelta(days=chances.day((1, 27), "born", bsn))
        women[bsn] = Truth(birth_date, coverages)
    return World(women)


def _elsewhere(coverages: Coverages, uzovis: list[str], chances: Chances, bsn: str) -> Coverages:
    if not coverages:
        return coverages
    *earlier, (uzovi, since, until) = coverages
    others = [other for other in uzovis if other != uzovi]
    if not others:
        return coverages
    return [*earlier, (chances.choose(others, "insurer", bsn), since, until)]
