"""The money river of now: insurers, how far their money came, and who has it or waits for it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Discipline
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.settlement.ledger.pages.overview import network_of
from ooievaar.settlement.live_river import (
    OPEN,
    RECEIVED,
    REFUSED,
    STATES,
    End,
    LiveRiver,
    live_river,
)
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.money_river import Block, MoneyRiver, money_river
from ooievaar.ui.templatetags.ooievaar import euro

SMALL_PART = 40
"""A partner below one in so many of the whole is small, and flows with its likes."""
LEAST_FOLDED = 3
DISCIPLINE_ORDER = ("midwives", "ultrasound", "hospital", "gynaecologists", "kraamzorg", "other")
KIND_ORDER = ("partner", "supplier", "overhead", "surcharge", "reserve")
STATE_NAMES: dict[str, Promise] = {
    RECEIVED: gettext_lazy("Ontvangen"),
    OPEN: gettext_lazy("Open"),
    REFUSED: gettext_lazy("Niet toegekend"),
}
KIND_NAMES: dict[str, Promise] = {
    "partner": gettext_lazy("Partners"),
    "supplier": gettext_lazy("Leveranciers"),
    "overhead": gettext_lazy("Organisatiekosten"),
    "surcharge": gettext_lazy("Toeslagen"),
    "reserve": gettext_lazy("Reserve"),
}


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """What was divided to somebody: received, so that it is or can be paid, and held."""

    end: End
    name: str
    discipline: str
    received: int
    open: int
    refused: int

    @property
    def cents(self) -> int:
        """All of it."""
        return self.received + self.open + self.refused


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def books_river(request: WorkingRequest) -> HttpResponse:
    """Draw where the money is now, of a year of care or of all; sums only."""
    asked = request.GET.get("jaar", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    river, years = live_river(network_of(request.workplace), timezone.localdate(), year)
    lines = partner_lines(river)
    folded = {} if request.GET.get("partners") == "alle" else folds(river, lines)
    picture = draw(river, lines, folded)
    context = {
        "tabs": tabs_for(request.workplace),
        "river": river,
        "picture": picture,
        "lines": lines,
        "year": year,
        "years": years,
        "folded": len(folded),
        "shows_everybody": request.GET.get("partners") == "alle",
        "tiles": [
            {"name": _("Verdeeld"), "cents": river.cents},
            *({"name": STATE_NAMES[state], "cents": river.at(state)} for state in STATES),
        ],
        "flows": [
            (river.insurers.get(pk, ""), STATE_NAMES[state], cents)
            for (pk, state), cents in sorted(river.from_insurers.items(), key=lambda one: -one[1])
            if cents
        ],
        "description": description(river),
    }
    return render(request, "ledger/river.html", context)


def description(river: LiveRiver) -> str:
    """Tell the river in words."""
    return _(
        "Geldstroom van verzekeraars naar partners, samen %(all)s: %(received)s ontvangen, "
        "%(open)s open en %(refused)s niet toegekend."
    ) % {
        "all": euro(river.cents),
        "received": euro(river.at(RECEIVED)),
        "open": euro(river.at(OPEN)),
        "refused": euro(river.at(REFUSED)),
    }


def partner_lines(river: LiveRiver) -> list[PartnerLine]:
    """Return who gets what, by kind and discipline, who gets most first."""
    sums: dict[End, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (state, end), cents in river.to_ends.items():
        sums[end][state] += cents
    lines = [
        PartnerLine(
            end=end,
            name=end.name or str(KIND_NAMES.get(end.kind, end.kind)),
            discipline=discipline_name(end.discipline),
            received=of[RECEIVED],
            open=of[OPEN],
            refused=of[REFUSED],
        )
        for end, of in sums.items()
    ]
    return sorted(lines, key=_place)


def _place(line: PartnerLine) -> tuple[int, int, int, str]:
    known = DISCIPLINE_ORDER
    discipline = line.end.discipline
    return (
        KIND_ORDER.index(line.end.kind) if line.end.kind in KIND_ORDER else len(KIND_ORDER),
        known.index(discipline) if discipline in known else len(known),
        -line.cents,
        line.name,
    )


def discipline_name(key: str) -> str:
    """Return what a discipline is called; empty for none."""
    return str(Discipline(key).label) if key in Discipline.values else key


def folds(river: LiveRiver, lines: Iterable[PartnerLine]) -> dict[End, str]:
    """Return the key of the block that each small partner flows into, with its likes."""
    small: dict[str, list[End]] = defaultdict(list)
    for line in lines:
        if line.end.kind == "partner" and line.cents * SMALL_PART < river.cents:
            small[line.end.discipline].append(line.end)
    return {
        end: f"f{discipline}"
        for discipline, found in small.items()
        if len(found) >= LEAST_FOLDED
        for end in found
    }


def draw(river: LiveRiver, lines: list[PartnerLine], folded: dict[End, str]) -> MoneyRiver:
    """Lay the river out in four columns; only what is above zero flows."""
    arms = [
        (f"i{pk}", f"s{state}", cents)
        for (pk, state), cents in river.from_insurers.items()
        if cents > 0
    ]
    for (state, end), cents in river.to_ends.items():
        if cents > 0:
            arms.append((f"s{state}", _group(end), cents))
            if end.kind == "partner":
                arms.append((_group(end), _key(end, folded), cents))
    met = {key for arm in arms for key in arm[:2]}
    blocks = [*_insurers(river), *_states(), *_groups(lines), *_partners(lines, folded)]
    return money_river([block for block in blocks if block.key in met], arms)


def _group(end: End) -> str:
    return f"d{end.discipline}" if end.kind == "partner" else f"k{end.kind}"


def _key(end: End, folded: dict[End, str]) -> str:
    return folded.get(end, f"o{end.organisation_id}")


def _insurers(river: LiveRiver) -> Iterable[Block]:
    sums: dict[int, int] = defaultdict(int)
    for (pk, _state), cents in river.from_insurers.items():
        sums[pk] += cents
    for pk, _cents in sorted(sums.items(), key=lambda one: (-one[1], one[0])):
        yield Block(f"i{pk}", 0, river.insurers.get(pk, ""), "", "flows-heading", "insurer")


def _states() -> Iterable[Block]:
    for state in STATES:
        yield Block(f"s{state}", 1, str(STATE_NAMES[state]), "", "flows-heading", state)


def _groups(lines: Iterable[PartnerLine]) -> Iterable[Block]:
    seen: set[str] = set()
    for line in lines:
        key = _group(line.end)
        if key not in seen:
            seen.add(key)
            is_partner = line.end.kind == "partner"
            name = line.discipline if is_partner else str(KIND_NAMES[line.end.kind])
            tone = "product" if is_partner else line.end.kind
            yield Block(key, 2, name or _("Partners"), "", "partners-heading", tone)


def _partners(lines: Iterable[PartnerLine], folded: dict[End, str]) -> Iterable[Block]:
    held: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    named: dict[str, PartnerLine] = {}
    for line in lines:
        if line.end.kind == "partner":
            key = _key(line.end, folded)
            named.setdefault(key, line)
            held[key] += line.open + line.refused
            counts[key] += 1
    for key, line in sorted(named.items(), key=lambda one: (one[0][0] == "f", 0)):
        is_fold = line.end in folded
        name = line.name
        if is_fold:
            n = counts[key]
            name = ngettext("%(n)s organisatie", "%(n)s organisaties", n) % {"n": n}
        words = _("%(cents)s aangehouden") % {"cents": euro(held[key])} if held[key] else ""
        anchor = "partners-heading" if is_fold else f"partner-{line.end.organisation_id}"
        yield Block(key, 3, name, words, anchor, "fold" if is_fold else "partner")
