"""What flows in the money river of a month: who stands in it, in which order, under which name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ooievaar.kernel.money import format_euro
from ooievaar.settlement.queries import RiverLink
from ooievaar.ui.money_river import Block, MoneyRiver, money_river
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web import words
from ooievaar.web.pregnancy_line import DISCIPLINE_ORDER

SMALL_PART = 40
"""A partner below one in so many of the whole is small, and may be folded with its likes."""
LEAST_FOLDED = 3
PRODUCT_ORDER = (
    "early_end",
    "prenatal",
    "prenatal_complex",
    "natal",
    "natal_on_request",
    "natal_complex",
    "postnatal",
    "postnatal_complex",
    "kraamzorg_hour",
)
"""In the order of the phases; a product that is not here comes last."""
KIND_ORDER = ("partner", "supplier", "overhead", "surcharge", "reserve")


@dataclass(frozen=True, slots=True)
class River:
    """The picture, the same in words, and the same as a table with everybody apart."""

    picture: MoneyRiver
    description: str
    rows: tuple[tuple[str, str, int], ...]
    folded: int
    cents: int


@dataclass(frozen=True, slots=True)
class _End:
    """Who gets money: one partner in one discipline, or all of another kind together."""

    kind: str
    discipline: str
    organisation_id: int | None
    name: str

    @property
    def key(self) -> str:
        if self.kind != "partner":
            return self.kind
        return f"o{self.organisation_id}-{self.discipline}"


def month_river(links: Sequence[RiverLink], *, fold: bool) -> River:
    """Draw the links of a month; with `fold` the small partners of a discipline flow together."""
    ends: dict[_End, int] = defaultdict(int)
    insurers: dict[tuple[int, str], int] = defaultdict(int)
    for link in links:
        ends[_end(link)] += link.cents
        insurers[link.insurer_id, link.insurer] += link.cents
    folded = _folded(ends) if fold else {}
    blocks = [
        *_insurer_blocks(insurers),
        *_product_blocks({link.product for link in links}),
        *_end_blocks(ends, folded),
    ]
    arms = [(f"i{link.insurer_id}", f"p{link.product}", link.cents) for link in links]
    arms += [
        (f"p{link.product}", folded.get(_end(link), _end(link).key), link.cents) for link in links
    ]
    return River(
        picture=money_river(blocks, arms),
        description=_description(links),
        rows=_rows(links),
        folded=len(folded),
        cents=sum(link.cents for link in links),
    )


def _end(link: RiverLink) -> _End:
    return _End(link.kind, link.discipline, link.organisation_id, link.partner)


def _folded(ends: dict[_End, int]) -> dict[_End, str]:
    """Return the key of the fold that each small partner flows into."""
    whole = sum(ends.values())
    small: dict[str, list[_End]] = defaultdict(list)
    for end, cents in ends.items():
        if end.kind == "partner" and cents * SMALL_PART < whole:
            small[end.discipline].append(end)
    return {
        end: f"f{discipline}"
        for discipline, found in small.items()
        if len(found) >= LEAST_FOLDED
        for end in found
    }


def _insurer_blocks(insurers: dict[tuple[int, str], int]) -> Iterable[Block]:
    for (insurer_id, name), _cents in sorted(insurers.items(), key=lambda row: (-row[1], row[0])):
        yield Block(f"i{insurer_id}", 0, name, "", f"verzekeraar-{insurer_id}", "insurer")


def _product_blocks(products: Iterable[str]) -> Iterable[Block]:
    for product in sorted(products, key=product_place):
        name = words.product_name(product, language())
        yield Block(f"p{product}", 1, name, "", f"product-{product}", "product")


def product_place(product: str) -> tuple[int, str]:
    """Return where a product stands among others, to sort by."""
    known = product in PRODUCT_ORDER
    return (PRODUCT_ORDER.index(product) if known else len(PRODUCT_ORDER)), product


def _end_blocks(ends: dict[_End, int], folded: dict[_End, str]) -> Iterable[Block]:
    counts: dict[str, int] = defaultdict(int)
    for key in folded.values():
        counts[key] += 1
    seen: set[str] = set()

    def place(row: tuple[_End, int]) -> tuple[int, int, bool, int, str]:
        end, cents = row
        known = end.discipline in DISCIPLINE_ORDER
        discipline = DISCIPLINE_ORDER.index(end.discipline) if known else len(DISCIPLINE_ORDER)
        return KIND_ORDER.index(end.kind), discipline, end in folded, -cents, end.name

    for end, _cents in sorted(ends.items(), key=place):
        key = folded.get(end, end.key)
        if key in seen:
            continue
        seen.add(key)
        if end.kind != "partner":
            yield Block(key, 2, words.words(words.SHARES, end.kind), "", end.kind, end.kind)
            continue
        discipline = words.words(words.DISCIPLINES, end.discipline)
        if end in folded:
            yield Block(key, 2, _fold_name(end, counts[key]), discipline, "income-heading", "fold")
        else:
            anchor = f"partner-{end.organisation_id}"
            yield Block(key, 2, end.name, discipline, anchor, "partner")


def _fold_name(end: _End, count: int) -> str:
    if end.discipline == "midwives":
        return ngettext("%(n)s praktijk", "%(n)s praktijken", count) % {"n": count}
    return ngettext("%(n)s organisatie", "%(n)s organisaties", count) % {"n": count}


def _rows(links: Sequence[RiverLink]) -> tuple[tuple[str, str, int], ...]:
    """Return both stretches as rows of a table: from, to, cents."""
    first: dict[tuple[str, str], int] = defaultdict(int)
    second: dict[tuple[str, str], int] = defaultdict(int)
    for link in sorted(links, key=lambda link: product_place(link.product)):
        product = words.product_name(link.product, language())
        to = link.partner or words.words(words.SHARES, link.kind)
        first[link.insurer, product] += link.cents
        second[product, to] += link.cents
    return tuple((*ends, cents) for part in (first, second) for ends, cents in part.items())


def _description(links: Sequence[RiverLink]) -> str:
    """Tell the river in words: how much flows, and its three widest arms."""
    arms: dict[tuple[str, str], int] = defaultdict(int)
    for link in links:
        arms[link.insurer, words.product_name(link.product, language())] += link.cents
    widest = sorted(arms.items(), key=lambda arm: -arm[1])[:3]
    return _(
        "Geldstroom van verzekeraars via producten naar partners, samen %(total)s. "
        "De breedste: %(told)s."
    ) % {
        "total": format_euro(sum(arms.values()), language()),
        "told": "; ".join(
            f"{insurer} → {product} {format_euro(cents, language())}"
            for (insurer, product), cents in widest
        ),
    }
