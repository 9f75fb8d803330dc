"""How the euros of one product were divided, closing by closing, every amount with its sum.

A partner reads its own leaves only, and their sums without what the others did or got: the
percentages of the agreement, which every member signed, and its own units. What the discipline
got together is not told, for of two partners that would tell the other's income.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from ooievaar.kernel.money import PPM
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.permissions import shares_for
from ooievaar.settlement.queries import ProductShare, product_shares
from ooievaar.ui.templatetags.ooievaar import euro, number, percent
from ooievaar.web import words

HOURLY = "kraamzorg_hour"
"""The product whose performed units are minutes."""


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A leaf of the division: who, how much, and the sum that gave it.

    `before_cents` is what earlier closings gave this leaf, None where there were none.
    """

    name: str
    cents: int
    sums: tuple[str, ...]
    before_cents: int | None = None
    now_cents: int = 0


@dataclass(frozen=True, slots=True)
class MonthDivision:
    """What one closing divided for a product; every closing after the first is a difference."""

    month: str
    is_difference: bool
    cents: int
    lines: tuple[ShareLine, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """Every closing that divided a product, the first one first, and all of them together."""

    months: tuple[MonthDivision, ...]
    together: tuple[ShareLine, ...]
    cents: int


def division_of_product(
    workplace: Workplace, network: Network, key: str, product: str
) -> Division | None:
    """Return how the product with this key was divided so far, as far as a role may see it.

    None for a role that sees no division at all.
    """
    is_own = workplace.role is Role.PRACTICE_ADMINISTRATOR
    if not (is_own or workplace.sees_whole_network):
        return None
    shares = product_shares(shares_for(workplace), network, key)
    months: list[MonthDivision] = []
    for month, group in groupby(shares, key=lambda share: share.month):
        leaves = list(group)
        is_difference = bool(months)
        months.append(
            MonthDivision(
                month=month,
                is_difference=is_difference,
                cents=sum(share.cents for share in leaves),
                lines=tuple(_line(share, product, is_difference, is_own) for share in leaves),
            )
        )
    return Division(
        months=tuple(months),
        together=_together(shares) if len(months) > 1 else (),
        cents=sum(share.cents for share in shares),
    )


def _line(share: ProductShare, product: str, is_difference: bool, is_own: bool) -> ShareLine:
    now = share.parameters.get("total_cents", share.cents)
    sums = own_sums(share, product) if is_own else _sums(share, product)
    return ShareLine(
        name=_name(share),
        cents=share.cents,
        sums=tuple(sums),
        before_cents=now - share.cents if is_difference else None,
        now_cents=now,
    )


def _together(shares: Sequence[ProductShare]) -> tuple[ShareLine, ...]:
    """Sum the leaves over the closings; a leaf that was taken back in full is left out."""
    sums: dict[str, int] = defaultdict(int)
    for share in shares:
        sums[_name(share)] += share.cents
    return tuple(ShareLine(name, cents, ()) for name, cents in sums.items() if cents)


def _name(share: ProductShare) -> str:
    name = words.words(words.SHARES, share.kind)
    if share.organisation and share.kind in ("partner", "supplier"):
        return share.organisation
    if share.discipline:
        return f"{name} ({words.words(words.DISCIPLINES, share.discipline)})"
    return name


def _sums(share: ProductShare, product: str) -> list[str]:
    """Say in words how the amount of a leaf came about, from the parameters it was stored with."""
    why = [words.words(words.REASONS, share.reason)] if share.kind == "reserve" else []
    known = share.parameters
    if known.get("parent_cents") is None:
        return [*why, _("vervallen: dit hoort niet meer bij de verdeling")]
    parent, weight, whole = known["parent_cents"], known["weight"], known["weight_total"]
    if share.kind == "overhead":
        return [
            _("%(part)s organisatiekosten van %(amount)s")
            % {"part": percent(weight * PPM // whole), "amount": euro(parent)}
        ]
    if known.get("discipline_ppm") is None:
        return why
    discipline = words.words(words.DISCIPLINES, share.discipline).lower()
    why.append(
        _("aandeel %(discipline)s %(part)s van wat na de organisatiekosten rest: %(amount)s")
        % {
            "discipline": discipline,
            "part": percent(known["discipline_ppm"]),
            "amount": euro(parent),
        }
    )
    if weight == whole:
        if share.kind == "partner":
            why.append(only_one(share))
    else:
        why.append(weighed_last(share, product))
    return why


def own_sums(share: ProductShare, product: str) -> list[str]:
    """Say in words how a partner's own amount came about, without what others did or got."""
    why = [words.words(words.REASONS, share.reason)] if share.kind == "reserve" else []
    known = share.parameters
    if known.get("parent_cents") is None:
        return [*why, _("vervallen: dit hoort niet meer bij de verdeling")]
    weight, whole = known["weight"], known["weight_total"]
    if known.get("discipline_ppm") is None:
        return why
    discipline = words.words(words.DISCIPLINES, share.discipline).lower()
    why.append(
        _("aandeel %(discipline)s: %(part)s van wat na de organisatiekosten rest")
        % {"discipline": discipline, "part": percent(known["discipline_ppm"])}
    )
    if weight == whole:
        if share.kind == "partner":
            why.append(only_one(share))
    else:
        why.append(_weighed_own(share, product))
    return why


def weighed_last(share: ProductShare, product: str) -> str:
    """Say by what a partner shared in what was split last, and how much that was of all of it."""
    return weighed(
        _method(share), share.parameters["weight"], share.parameters["weight_total"], product
    )


def weighed(method: str, weight: int, whole: int, product: str) -> str:
    """Say by what something was shared in, and how much that was of all of it."""
    match method:
        case "mono_pro_rata":
            told = _("zoals de oude bekostiging: %(part)s van %(whole)s")
            return told % {"part": euro(weight), "whole": euro(whole)}
        case "internal_prices":
            told = _("verdeeld naar onderlinge prijzen: %(part)s van %(whole)s")
            return told % {"part": euro(weight), "whole": euro(whole)}
        case "by_clients":
            told = _("verdeeld naar cliënten: %(part)s van %(whole)s die haar hielpen")
            return told % {"part": number(weight), "whole": number(whole)}
        case "performed" if product == HOURLY:
            told = _("verdeeld naar uren: %(part)s van %(whole)s")
            return told % {"part": _hours(weight), "whole": _hours(whole)}
        case "performed":
            told = _("verdeeld naar verrichtingen: %(part)s van %(whole)s")
            return told % {"part": number(weight), "whole": number(whole)}
    told = _("vast aandeel %(part)s van de discipline")
    return told % {"part": percent(weight * PPM // whole)}


def _weighed_own(share: ProductShare, product: str) -> str:
    """Say the same without what others weighed."""
    weight, whole = share.parameters["weight"], share.parameters["weight_total"]
    match _method(share):
        case "mono_pro_rata":
            return _("zoals de oude bekostiging: %(part)s van ons") % {"part": euro(weight)}
        case "internal_prices":
            return _("verdeeld naar onderlinge prijzen: %(part)s van ons") % {"part": euro(weight)}
        case "by_clients":
            return _("verdeeld naar cliënten: zij was onze cliënt")
        case "performed" if product == HOURLY:
            return _("verdeeld naar uren: %(part)s van ons") % {"part": _hours(weight)}
        case "performed":
            told = _("verdeeld naar verrichtingen: %(part)s van ons")
            return told % {"part": number(weight)}
    told = _("vast aandeel %(part)s van de discipline")
    return told % {"part": percent(weight * PPM // whole)}


def _method(share: ProductShare) -> str:
    """Name how what was split last was split; a share tells it where its reason does not."""
    return str(share.parameters.get("method") or share.reason)


def only_one(share: ProductShare) -> str:
    """Say why a partner got all of what was split last."""
    if share.reason == "performed":
        return _("enige die hiervoor zorg verrichtte")
    return _("enige rechthebbende van de discipline")


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
