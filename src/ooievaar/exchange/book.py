"""What the checks need of the rule book: its years, its codes, its products, its sources."""

from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from ooievaar import rulebook
from ooievaar.kernel.period import Period


@dataclass(frozen=True)
class Book:
    """The part of the rule book that readers check against.

    `codes` (code, valid_from, valid_until) and `products` (product, valid_from, valid_until) are
    Arrow tables; facts on a day outside `years` do not fit the book.
    """

    years: Period
    codes: pa.Table
    products: pa.Table
    sources: tuple[str, ...]


@cache
def read_book() -> Book:
    """Read the rule book once per process."""
    book = rulebook.load()
    tables = book.engine_tables()
    return Book(
        years=book.period,
        codes=_dated(tables["catalogue"], "code"),
        products=_dated(tables["products_in_force"], "product"),
        sources=book.activity_sources,
    )


def _dated(rows: list[dict[str, object]], key: str) -> pa.Table:
    names = (key, "valid_from", "valid_until")
    types = (pa.string(), pa.date32(), pa.date32())
    columns = [
        pa.array([row[name] for row in rows], kind) for name, kind in zip(names, types, strict=True)
    ]
    return pa.table(columns, names=list(names))
