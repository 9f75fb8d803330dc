"""What the guarantee of an agreement would have cost over a year that is divided.

Of the safety net and the reserve only what this year itself brings in counts: what stands in the
books from other years is not spent by a question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.contracts.rules.guarantee import (
    GAINERS,
    GuaranteeResult,
    PartnerYear,
    floor_ppm,
    settle_guarantee,
)
from ooievaar.contracts.rules.safety_net import InsurerYear, settle_corridor
from ooievaar.settlement.whatif.rules.effect import RESERVE, OldValue, YearDivided


@dataclass(frozen=True, slots=True)
class References:
    """The reference income of partners, and whether it is the one that the agreement names.

    `asked_year` is the year that it names; where its care is not here, `stands_in` is true and the
    old value of this year's own care takes its place.
    """

    by_partner: Mapping[int, OldValue]
    asked_year: int | None = None
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class GuaranteeOfYear:
    """The guarantee of one agreement over a year: what each gets or gives, and who pays."""

    year: int
    ppm: int
    cap_ppm: int
    references: References
    funds: Mapping[str, int]
    result: GuaranteeResult
    is_provisional: bool
    """The old income of an insurer with a safety net is not known whole: it pays nothing here."""

    def of(self, organisation_id: int) -> int:
        """Return what a partner gets from it; below zero what it gives as a gainer."""
        given = sum(
            row.cents
            for row in self.result.financing
            if row.source == GAINERS and row.organisation_id == organisation_id
        )
        return self.result.payments.get(organisation_id, 0) - given

    def paid_by(self) -> dict[str, int]:
        """Sum what each source pays."""
        sums: dict[str, int] = {}
        for row in self.result.financing:
            sums[row.source] = sums.get(row.source, 0) + row.cents
        return sums


def reference_of(value: OldValue | None) -> int | None:
    """Return a reference income; of who did nothing, or part of whose care has no price, none."""
    return None if value is None or value.unknown else value.cents


def guarantee_over(
    agreement: Distribution | None,
    divided: YearDivided,
    *,
    year: int,
    partners: Iterable[int],
    references: References,
    old_by_insurer: Mapping[int, OldValue],
    uzovis: Mapping[int, str],
) -> GuaranteeOfYear | None:
    """Work out the guarantee of an agreement; None where it has none in that year of its own."""
    said = agreement.guarantee if agreement is not None else None
    if agreement is None or said is None or not (ppm := floor_ppm(said.ppm_by_year, year)):
        return None
    incomes: dict[int, int] = {}
    for (organisation_id, _), cents in divided.incomes().items():
        incomes[organisation_id] = incomes.get(organisation_id, 0) + cents
    net, is_provisional = safety_net_of(agreement, divided, old_by_insurer, uzovis)
    funds = {"safety_net": net, RESERVE: divided.by_kind()[RESERVE]}
    result = settle_guarantee(
        [
            PartnerYear(who, incomes.get(who, 0), reference_of(references.by_partner.get(who)))
            for who in sorted({*partners, *incomes})
        ],
        ppm=ppm,
        cap_ppm=said.cap_ppm,
        funds=funds,
        financed_by=said.financed_by,
    )
    return GuaranteeOfYear(year, ppm, said.cap_ppm, references, funds, result, is_provisional)


def safety_net_of(
    agreement: Distribution,
    divided: YearDivided,
    old_by_insurer: Mapping[int, OldValue],
    uzovis: Mapping[int, str],
) -> tuple[int, bool]:
    """Return what insurers would add for the year, and whether part of that is not known yet."""
    nets = {row.uzovi: row for row in agreement.safety_nets}
    incomes: dict[int, int] = {}
    for row in divided.sold:
        incomes[row.insurer_id] = incomes.get(row.insurer_id, 0) + row.cents
    total, is_provisional = 0, False
    for insurer_id, cents in incomes.items():
        net = nets.get(uzovis.get(insurer_id, ""))
        if net is None:
            continue
        old = old_by_insurer.get(insurer_id, OldValue())
        corridor = settle_corridor(
            InsurerYear(net.uzovi, cents, old.cents, old.unknown),
            corridor_ppm=net.corridor_ppm,
            share_ppm=net.share_ppm,
        )
        if corridor.is_provisional:
            is_provisional = True
        else:
            total += corridor.settled_cents
    return max(total, 0), is_provisional
