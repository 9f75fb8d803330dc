"""What holds for everybody in one region, told of each organisation in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]
Days = tuple[date, date]


def own_prices(prices: Sequence[Row], organisations: Iterable[int]) -> list[Row]:
    """Return a price list in which nothing holds for everybody: each has its prices by name.

    A price of an organisation's own wins; on the days that it has none, the common one holds.
    """
    own: dict[tuple[int, str], list[Days]] = defaultdict(list)
    for row in prices:
        if row["organisation_id"]:
            days = (row["valid_from"], row["valid_until"])
            own[row["organisation_id"], row["code"]].append(days)
    common = [row for row in prices if not row["organisation_id"]]
    found = [row for row in prices if row["organisation_id"]]
    for organisation in organisations:
        for row in common:
            for since, until in left_over(
                (row["valid_from"], row["valid_until"]), own.get((organisation, row["code"]), [])
            ):
                named = {"organisation_id": organisation, "valid_from": since, "valid_until": until}
                found.append({**row, **named})
    return found


def left_over(days: Days, taken: Iterable[Days]) -> list[Days]:
    """Return the parts of a period that none of the others holds."""
    pieces = [days]
    for start, until in taken:
        pieces = [
            piece
            for since, end in pieces
            for piece in ((since, min(end, start)), (max(since, until), end))
            if piece[0] < piece[1]
        ]
    return pieces
