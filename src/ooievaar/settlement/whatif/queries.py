"""The only code that reads scenarios for others: which are there, and what they say, with names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ooievaar.network.models import Insurer, Organisation
from ooievaar.settlement.whatif import words
from ooievaar.settlement.whatif.rules.effect import Change, losers_first

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """One partner in both divisions; `kept` is with what the guarantee adds or asks."""

    organisation_id: int
    name: str
    discipline: str
    income: Change
    kept: Change
    old_cents: int | None
    old_unknown: int
    guarantee_before: int
    guarantee_after: int

    @property
    def old_known(self) -> int | None:
        """What the old way would have paid; None where part of it has no price."""
        return None if self.old_unknown else self.old_cents


@dataclass(frozen=True, slots=True)
class ProductLine:
    """The products of one type at one insurer, in both."""

    insurer: str
    product: str
    count: Change
    cents: Change


@dataclass(frozen=True, slots=True)
class Told:
    """What a scenario says, with the names of who is in it; read once for a page or a printer."""

    result: Result
    names: Mapping[int, str]
    insurers: Mapping[int, str]

    @property
    def cents(self) -> Change:
        """What there was to divide."""
        return Change(*self.result["cents"])

    @property
    def products(self) -> Change:
        """How many products that were."""
        return Change(*self.result["products"])

    @property
    def remainders(self) -> tuple[int, int]:
        """What went nowhere, in the one division and in the other: 0 is proof."""
        before, after = (
            self.result["cents"][side] - sum(pair[side] for pair in self.result["kinds"].values())
            for side in (0, 1)
        )
        return before, after

    def kinds(self) -> list[tuple[str, Change]]:
        """Where it went: suppliers, overhead, what is put aside, partners."""
        return [
            (words.said(words.KINDS, kind), Change(*pair))
            for kind, pair in self.result["kinds"].items()
            if any(pair)
        ]

    def reserve(self) -> list[tuple[str, Change]]:
        """What lies in the reserve, and why."""
        return [
            (words.said(words.RESERVE, reason), Change(*pair))
            for reason, pair in sorted(self.result["reserve"].items())
        ]

    def partners(self) -> list[PartnerLine]:
        """Every partner, who loses most of its income first; the guarantee is in it."""
        lines = {index: self._line(row) for index, row in enumerate(self.result["partners"])}
        order = losers_first({index: line.kept for index, line in lines.items()})
        return [lines[index] for index, _ in order]

    def _line(self, row: Mapping[str, Any]) -> PartnerLine:
        before, after = row["before"], row["after"]
        more = row["guarantee_before"], row["guarantee_after"]
        return PartnerLine(
            organisation_id=row["organisation"],
            name=self.names.get(row["organisation"], str(row["organisation"])),
            discipline=row["discipline"],
            income=Change(before, after),
            kept=Change(before + more[0], after + more[1]),
            old_cents=row["old"],
            old_unknown=row["old_unknown"],
            guarantee_before=more[0],
            guarantee_after=more[1],
        )

    def disciplines(self) -> list[tuple[str, Change]]:
        """Every discipline, who loses most first; the guarantee is in it."""
        sums: dict[str, tuple[int, int]] = {}
        for line in self.partners():
            before, after = sums.get(line.discipline, (0, 0))
            sums[line.discipline] = before + line.kept.before, after + line.kept.after
        return losers_first({key: Change(*pair) for key, pair in sums.items()})

    def sold(self, *, only_changed: bool = False) -> list[ProductLine]:
        """The products by insurer and type."""
        lines = [
            ProductLine(
                self.insurers.get(insurer, str(insurer)),
                product,
                Change(count, counts),
                Change(before, after),
            )
            for insurer, product, count, counts, before, after in self.result["sold"]
        ]
        return [line for line in lines if not only_changed or line.cents.cents or line.count.cents]

    def by_product(self, *, only_changed: bool = True) -> list[tuple[str, str, Change]]:
        """What each discipline gets of each type of product."""
        rows = [
            (discipline, product, Change(before, after))
            for discipline, product, before, after in self.result["by_product"]
        ]
        return [row for row in rows if row[2].cents or not only_changed]

    @property
    def guarantee(self) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
        """The guarantee of the agreement in force and of the other one; None where it has none."""
        before, after = self.result["guarantee"]
        return before, after

    def named(self, organisation_ids: Sequence[int]) -> str:
        """Name organisations, one after the other."""
        return ", ".join(sorted(self.names.get(one, str(one)) for one in organisation_ids))

    @property
    def is_equal(self) -> bool:
        """Tell whether nothing differs for anybody."""
        return all(line.kept.cents == 0 for line in self.partners()) and all(
            before == after for before, after in self.result["kinds"].values()
        )


def told(result: Result) -> Told:
    """Return what a scenario says, with names. Two queries."""
    ids = {row["organisation"] for row in result["partners"]}
    for guarantee in result["guarantee"]:
        ids |= set(guarantee["without_reference"]) if guarantee else set()
    ids |= {row["organisation_id"] for row in result["bridge"]["moved"]}
    ids |= {row[0] for row in result.get("shift", {}).get("partner_minutes", ())}
    insurers = {row[0] for row in result["sold"]}
    return Told(
        result,
        dict(Organisation.objects.filter(pk__in=ids).values_list("id", "name")),
        dict(Insurer.objects.filter(pk__in=insurers).values_list("id", "name")),
    )
