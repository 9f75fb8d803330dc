"""The transition guarantee: a floor under a partner's income of a year, and who pays for it.

Yearly, after the division and before advances are settled. A partner whose income stayed under
g % of its reference (what the old way paid) gets the difference, up to the cap. It is paid from
the safety net, then the reserve, then by those who gained, in the order of the agreement and never
beyond what each has: a gain may shrink to nothing, it never becomes a loss. What cannot be
financed is a claim that stays visible; no cent is invented for it. [BK: V4 of the funding rules]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ooievaar.contracts.rules.yearly import ppm_of, split_over
from ooievaar.kernel.money import divide_half_up

GAINERS = "gainers"


@dataclass(frozen=True, slots=True)
class PartnerYear:
    """A partner's income of a year beside its reference for the same days; None is unknown.

    A partner without a reference (who began later) has no floor and is no gainer.
    """

    organisation_id: int
    income_cents: int
    reference_cents: int | None


@dataclass(frozen=True, slots=True)
class Floor:
    """Where a partner stood: what it is owed to reach its floor, or what it gained."""

    organisation_id: int
    income_cents: int
    reference_cents: int
    floor_cents: int
    due_cents: int
    gain_cents: int


@dataclass(frozen=True, slots=True)
class Financing:
    """What one source pays; of the gainers each pays by itself."""

    source: str
    organisation_id: int | None
    cents: int


@dataclass(frozen=True, slots=True)
class GuaranteeResult:
    """The guarantee of one year: paid, by whom, and what nobody could pay."""

    floors: tuple[Floor, ...]
    payments: Mapping[int, int]
    financing: tuple[Financing, ...]
    claims: Mapping[int, int]
    without_reference: tuple[int, ...]


def part_of_reference(reference_cents: int, days: int, days_of_year: int) -> int:
    """Return the reference of a partner that took part for some days of the year only."""
    return divide_half_up(reference_cents * days, days_of_year)


def floor_ppm(ppm_by_year: Mapping[int, int], year: int) -> int:
    """Return g of a year; a year that the agreement does not name has no guarantee."""
    return ppm_by_year.get(year, 0)


def settle_guarantee(
    partners: Sequence[PartnerYear],
    *,
    ppm: int,
    cap_ppm: int,
    funds: Mapping[str, int],
    financed_by: Sequence[str],
) -> GuaranteeResult:
    """Work out the guarantee of a year.

    `funds` is what stands in the safety net and the reserve; a source that is not in it, or is
    below zero, has nothing. Where the money runs short everybody gets the same part of its due.
    """
    floors = tuple(
        _floor(partner, partner.reference_cents, ppm, cap_ppm)
        for partner in sorted(partners, key=lambda partner: partner.organisation_id)
        if partner.reference_cents is not None
    )
    due = {floor.organisation_id: floor.due_cents for floor in floors}
    gains = {floor.organisation_id: floor.gain_cents for floor in floors}
    wanted = sum(due.values())
    financing: list[Financing] = []
    for source in financed_by:
        has = sum(gains.values()) if source == GAINERS else max(funds.get(source, 0), 0)
        taken = min(wanted, has)
        wanted -= taken
        if source == GAINERS:
            parts = split_over(taken, gains)
            financing += [Financing(source, who, cents) for who, cents in parts.items()]
        elif taken:
            financing.append(Financing(source, None, taken))
    payments = split_over(sum(row.cents for row in financing), due)
    claims = {who: cents - payments.get(who, 0) for who, cents in due.items()}
    return GuaranteeResult(
        floors=floors,
        payments=payments,
        financing=tuple(financing),
        claims={who: cents for who, cents in claims.items() if cents},
        without_reference=tuple(
            sorted(row.organisation_id for row in partners if row.reference_cents is None)
        ),
    )


def _floor(partner: PartnerYear, reference: int, ppm: int, cap_ppm: int) -> Floor:
    floor = ppm_of(reference, ppm)
    short = max(floor - partner.income_cents, 0)
    return Floor(
        organisation_id=partner.organisation_id,
        income_cents=partner.income_cents,
        reference_cents=reference,
        floor_cents=floor,
        due_cents=min(short, ppm_of(reference, cap_ppm)),
        gain_cents=max(partner.income_cents - max(reference, floor), 0),
    )
