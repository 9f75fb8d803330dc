"""How an outcome stands on its page: a bar for each discipline, a table of partners, the steps."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ooievaar.network.doors import WorkingRequest
from ooievaar.settlement.whatif import words
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.queries import PartnerLine, Told
from ooievaar.settlement.whatif.rules.effect import Change
from ooievaar.ui.columns import Column, with_note
from ooievaar.ui.tables import Table
from ooievaar.ui.templatetags.ooievaar import euro, language, number, percent

MIDDLE, HALF, STEP = 220, 120, 44
"""Where the bars begin, how far they reach to either side, how far apart they stand."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a discipline gains or loses, as a bar from the middle; on one scale of percents."""

    label: str
    words: str
    left: int
    width: int
    top: int
    is_loss: bool


@dataclass(frozen=True, slots=True)
class ShownGuarantee:
    """A guarantee in words: of the agreement in force, or of the other one."""

    name: str
    told: Any
    sources: list[tuple[str, int]]
    without: str


def changed(change: Change) -> str:
    """Write a difference with its sign and its part of before."""
    sign = "+" if change.cents > 0 else ""
    if change.ppm is None:
        return f"{sign}{euro(change.cents)}"
    return f"{sign}{euro(change.cents)} ({sign}{percent(tenths(change.ppm))})"


def tenths(ppm: int) -> int:
    """Round parts per million to a tenth of a percent."""
    size = (abs(ppm) + 500) // 1_000 * 1_000
    return size if ppm >= 0 else -size


def bars_of(outcome: Told) -> tuple[list[Bar], int]:
    """Return the disciplines as bars, who loses most first, and how high they are together."""
    rows = outcome.disciplines()
    most = max((abs(change.ppm or 0) for _, change in rows), default=0)
    bars = []
    for index, (key, change) in enumerate(rows):
        size = abs(change.ppm or 0)
        width = max(2 if size else 0, size * HALF // most) if most else 0
        is_loss = change.cents < 0
        left = MIDDLE - width if is_loss else MIDDLE
        bars.append(Bar(words.discipline(key), changed(change), left, width, index * STEP, is_loss))
    return bars, STEP * len(bars)


def partner_table(request: WorkingRequest, outcome: Told) -> Table:
    """Return every partner, who loses most of its income first."""
    return Table(
        "partners",
        [
            Column(
                "partner",
                _("Partner"),
                lambda row: row.name,
                sort="name",
                show=lambda row: with_note(row.name, words.discipline(row.discipline)),
            ),
            Column("was", _("Kreeg"), lambda row: row.kept.before, "euro", "was"),
            Column("wordt", _("Had gekregen"), lambda row: row.kept.after, "euro", "wordt"),
            Column("verschil", _("Verschil"), lambda row: row.kept.cents, "euro", "verschil"),
            Column("deel", _("Deel"), _part, "number", "deel", show=_shown_part),
            Column("garantie", _("Waarvan garantie"), _guarantee, "euro", "garantie"),
            Column("oud", _("Oude bekostiging"), _old, "euro", "oud", show=_shown_old),
            Column("discipline", _("Discipline"), lambda row: words.discipline(row.discipline),
                   is_default=False),
        ],
        outcome.partners(),
        request,
        caption=_("Per partner"),
        page_size=50,
        empty_heading=_("Niemand kreeg iets"),
        empty_text=_("In dit jaar werd niets onder partners verdeeld."),
    )  # fmt: skip


def _part(row: PartnerLine) -> int | None:
    return row.kept.ppm


def _shown_part(row: PartnerLine) -> str:
    return "–" if row.kept.ppm is None else percent(tenths(row.kept.ppm))


def _guarantee(row: PartnerLine) -> int:
    return row.guarantee_after


def _old(row: PartnerLine) -> int | None:
    return row.old_known


def _shown_old(row: PartnerLine) -> str:
    if row.old_cents is None:
        return "–"
    if row.old_unknown:
        return with_note(_("niet bekend"), _("%(n)s zonder prijs") % {"n": row.old_unknown})
    return euro(row.old_cents)


def guarantees_of(outcome: Told) -> list[ShownGuarantee]:
    """Return the guarantees, of the agreement in force first."""
    names = (_("Zoals het gold"), _("In dit scenario"))
    return [
        ShownGuarantee(
            name,
            one,
            [(words.said(words.SOURCES, source), c) for source, c in one["financing"].items()],
            outcome.named(one["without_reference"]),
        )
        for name, one in zip(names, outcome.guarantee, strict=True)
        if one is not None
    ]


def shift_shown(scenario: Scenario, outcome: Told) -> dict[str, Any] | None:
    """Return what a care shift changed in the care itself; None where the scenario is no shift."""
    told = scenario.result.get("shift")
    if told is None:
        return None
    return {
        **told,
        "of": scenario.care_shift,
        "act_lines": [
            (words.discipline(discipline), code, gone, come)
            for discipline, code, gone, come in told["acts"]
        ],
        "hours": [
            (words.discipline(key), *hours(before, after)) for key, before, after in told["minutes"]
        ],
        "partner_hours": [
            (outcome.names.get(who, ""), words.discipline(key), *hours(before, after))
            for who, key, before, after in told["partner_minutes"]
        ],
        "breaker_lines": [
            (words.breaker(kind), count, loss, counts, losses)
            for kind, count, loss, counts, losses in told["breakers"]
        ],
    }


def hours(before: int, after: int) -> tuple[str, str, str]:
    """Write minutes before, after and their difference as hours with one decimal."""
    more = "+" if after > before else ""
    return _hours(before), _hours(after), f"{more}{_hours(after - before)}"


def _hours(minutes: int) -> str:
    tenths = (abs(minutes) * 10 + 30) // 60
    sign = "-" if minutes < 0 and tenths else ""
    whole, rest = divmod(tenths, 10)
    return f"{sign}{number(whole)},{rest}" if language() == "nl" else f"{sign}{whole:,}.{rest}"


def steps_of(scenario: Scenario) -> list[tuple[str, int, bool]]:
    """Return how the closings of the year lead to what is divided here; totals are marked."""
    bridge, year = scenario.result["bridge"], {"year": scenario.year}
    return [
        (_("Verdeeld in de afsluitingen van %(year)s") % year, bridge["closed"], True),
        (_("Daarvan ging over zorg uit andere jaren"), -bridge["of_other_years"], False),
        (_("Over %(year)s verdeeld in andere afsluitingen") % year,
         bridge["closed_elsewhere"], False),
        (_("Veranderd sinds de laatste afsluiting"), bridge["changed_since"], False),
        (_("Hier verdeeld, zoals het ging"), scenario.result["cents"][0], True),
    ]  # fmt: skip
