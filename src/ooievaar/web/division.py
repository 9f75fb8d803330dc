"""How the euros of one product were divided, closing by closing."""

from dataclasses import dataclass
from itertools import groupby

from ooievaar.network.models import Network
from ooievaar.settlement.queries import ProductShare, product_shares
from ooievaar.web import words


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A leaf of the division: who, how much, and why if that needs saying."""

    name: str
    cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class MonthDivision:
    """What one closing divided for a product; every closing after the first is a difference."""

    month: str
    is_difference: bool
    cents: int
    lines: tuple[ShareLine, ...]


def division_of_product(network: Network, key: str) -> list[MonthDivision]:
    """Return every closing that divided the product with this key, the first one first."""
    months: list[MonthDivision] = []
    for month, group in groupby(product_shares(key, network), key=lambda share: share.month):
        shares = list(group)
        cents = sum(share.cents for share in shares)
        lines = tuple(_line(share) for share in shares)
        months.append(MonthDivision(month, bool(months), cents, lines))
    return months


def _line(share: ProductShare) -> ShareLine:
    name = words.words(words.SHARES, share.kind)
    if share.organisation and share.kind == "partner":
        name = share.organisation
    elif share.discipline:
        name = f"{name} ({words.words(words.DISCIPLINES, share.discipline)})"
    reason = words.words(words.REASONS, share.reason) if share.kind == "reserve" else ""
    return ShareLine(name, share.cents, reason)
