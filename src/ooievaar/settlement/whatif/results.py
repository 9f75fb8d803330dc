"""What a scenario keeps: sums in cents, by ids, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ooievaar import rulebook
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.network.models import Insurer, Membership, Network
from ooievaar.settlement.whatif.rules.after_the_year import (
    GuaranteeOfYear,
    References,
    guarantee_over,
)
from ooievaar.settlement.whatif.rules.effect import OldValue, YearDivided, changes
from ooievaar.settlement.whatif.running import ClosedYear


@dataclass(frozen=True, slots=True)
class Side:
    """A year divided one way, with the agreement that says what is settled at its end."""

    divided: YearDivided
    agreement: Distribution | None
    old: Mapping[int, Mapping[int, OldValue]]
    old_by_insurer: Mapping[int, OldValue]
    years_apart: int = 0


def as_result(network: Network, year: ClosedYear, before: Side, after: Side) -> dict[str, Any]:
    """Return what differs between two divisions of a year."""
    members = _members(network, year)
    uzovis = dict(Insurer.objects.values_list("id", "uzovi"))
    was, becomes = (_guarantee(side, year, members, uzovis) for side in (before, after))
    old = before.old.get(year.year, {})
    incomes = changes(before.divided.incomes(), after.divided.incomes())
    partners = [
        {
            "organisation": who,
            "discipline": discipline,
            "before": change.before,
            "after": change.after,
            "old": old[who].cents if who in old else None,
            "old_unknown": old[who].unknown if who in old else 0,
            "guarantee_before": was.of(who) if was else 0,
            "guarantee_after": becomes.of(who) if becomes else 0,
        }
        for (who, discipline), change in sorted(incomes.items())
    ]
    return {
        "cents": [before.divided.cents, after.divided.cents],
        "products": [before.divided.products, after.divided.products],
        "kinds": _pairs(before.divided.by_kind(), after.divided.by_kind()),
        "reserve": _pairs(before.divided.reserve_reasons(), after.divided.reserve_reasons()),
        "partners": partners,
        "by_product": [
            [discipline, product, change.before, change.after]
            for (discipline, product), change in sorted(
                changes(before.divided.by_product(), after.divided.by_product()).items()
            )
        ],
        "sold": _sold(before.divided, after.divided),
        "guarantee": [_told(was), _told(becomes)],
    }


def _members(network: Network, year: ClosedYear) -> set[int]:
    """Return who took part in the funding on some day of the year."""
    held = Membership.objects.filter(
        network=network,
        kind__in=rulebook.load().funding_kinds,
        valid_from__lt=year.period.until,
        valid_until__gt=year.period.start,
    )
    return set(held.values_list("organisation_id", flat=True))


def _guarantee(
    side: Side, year: ClosedYear, members: set[int], uzovis: Mapping[int, str]
) -> GuaranteeOfYear | None:
    here = side.old.get(year.year, {})
    return (
        guarantee_over(
            side.agreement,
            side.divided,
            year=year.year + side.years_apart,
            partners=members,
            references=_references(side, year),
            old_by_insurer=side.old_by_insurer,
            uzovis=uzovis,
        )
        if here or side.agreement is not None
        else None
    )


def _references(side: Side, year: ClosedYear) -> References:
    """Return the reference incomes: of the year that the agreement names, if its care is here."""
    here = side.old.get(year.year, {})
    said = side.agreement.guarantee if side.agreement is not None else None
    if said is None or said.reference == "mono_of_this_care" or said.reference_year is None:
        return References(here)
    asked = said.reference_year - side.years_apart
    if asked == year.year:
        return References(here, asked)
    there = side.old.get(asked)
    return References(there, asked) if there else References(here, asked, stands_in=True)


def _pairs(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, list[int]]:
    return {key: [row.before, row.after] for key, row in changes(before, after).items()}


def _sold(before: YearDivided, after: YearDivided) -> list[list[Any]]:
    """Return per insurer and product how many and how much, before and after."""
    was = {(row.insurer_id, row.product): row for row in before.sold}
    becomes = {(row.insurer_id, row.product): row for row in after.sold}
    rows = []
    for key in sorted({*was, *becomes}):
        one, other = was.get(key), becomes.get(key)
        rows.append(
            [
                *key,
                one.count if one else 0,
                other.count if other else 0,
                one.cents if one else 0,
                other.cents if other else 0,
            ]
        )
    return rows


def _told(guarantee: GuaranteeOfYear | None) -> dict[str, Any] | None:
    if guarantee is None:
        return None
    result = guarantee.result
    return {
        "year": guarantee.year,
        "ppm": guarantee.ppm,
        "cap_ppm": guarantee.cap_ppm,
        "due": sum(floor.due_cents for floor in result.floors),
        "paid": sum(result.payments.values()),
        "claims": sum(result.claims.values()),
        "financing": guarantee.paid_by(),
        "funds": dict(guarantee.funds),
        "without_reference": list(result.without_reference),
        "asked_year": guarantee.references.asked_year,
        "stands_in": guarantee.references.stands_in,
        "is_provisional": guarantee.is_provisional,
    }
