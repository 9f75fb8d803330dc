"""The rule book as tables for the engine: a row per key and period, open ends filled in."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ooievaar.kernel.period import Period
from ooievaar.rulebook.known_years import filled
from ooievaar.rulebook.schema import PHASE_NUMBERS, CatalogueCode

if TYPE_CHECKING:
    from ooievaar.rulebook.book import RuleBook

Row = dict[str, Any]

COURSE_ITEMS = (
    "whole_full",
    "prenatal_full",
    "natal_full",
    "postnatal_full",
    "prenatal_0_14",
    "prenatal_15_29",
    "prenatal_after_29",
    "transfer_first_0_14",
    "transfer_first_15_29",
    "transfer_first_after_29",
    "transfer_second_0_14",
    "transfer_second_15_29",
    "transfer_second_after_29",
)
"""Course products of a midwife practice that the mono value names."""


def catalogue_rows(book: "RuleBook") -> list[Row]:
    """Return what every code is in every period; `scope` follows the in/out list by date."""
    return [row for _, row in catalogue_periods(book)]


def catalogue_periods(book: "RuleBook") -> Iterator[tuple[CatalogueCode, Row]]:
    """Yield the periods of every code, cut where the in/out list changes for its kind of care."""
    for code in book.catalogue.catalogue:
        own = book.within(code)
        rows = []
        for care in book.scope.scope:
            part = _shared(own, book.within(care)) if care.care == code.care else None
            if part is not None:
                rows.append(
                    {
                        "code": code.code,
                        "valid_from": part.start,
                        "valid_until": part.until,
                        "scope": care.scope,
                        "phase_hint": PHASE_NUMBERS[code.phase_hint],
                        "match_hint": code.match_hint,
                        "complex_counts": code.complex_counts,
                        "on_request": code.on_request,
                        "hourly": bool(code.hourly_product),
                        "equivalent": code.equivalent or code.code,
                        "mono": code.mono,
                        "mono_item": code.mono_item,
                    }
                )
        for row in joined(sorted(rows, key=_starts)):
            yield code, row


def product_rows(book: "RuleBook") -> list[Row]:
    """Return the products in force, by phase and variant."""
    rows = []
    for product in book.products.products:
        period = book.within(product)
        rows.append(
            {
                "product": product.product,
                "phase": PHASE_NUMBERS[product.phase],
                "variant": product.variant,
                "valid_from": period.start,
                "valid_until": period.until,
            }
        )
    return joined(sorted(rows, key=lambda row: (row["product"], row["valid_from"])))


def mono_tariff_rows(book: "RuleBook") -> list[Row]:
    """Return the tariffs of the old system over the whole book, unknown years marked inexact."""
    wanted = {*COURSE_ITEMS, *(code.mono_item for code in book.catalogue.catalogue)}
    rows = []
    for item in book.mono_tariffs.mono_items:
        if item.item not in wanted:
            continue
        known = [(tariff.period, tariff.cents) for tariff in item.tariffs]
        for period, cents, is_exact in filled(known, book.period):
            rows.append(
                {
                    "item": item.item,
                    "cents": cents,
                    "is_exact": is_exact,
                    "valid_from": period.start,
                    "valid_until": period.until,
                }
            )
    return rows


def limit_rows(book: "RuleBook") -> list[Row]:
    """Return the limits as one row per period in which none of them changes."""
    limits = book.limits.limits
    cuts = {day for limit in limits for day in (book.within(limit).start, book.within(limit).until)}
    days = sorted(cuts)
    rows = []
    for start, until in pairwise(days):
        held: Row = {limit.limit: limit.value for limit in limits if start in book.within(limit)}
        rows.append({"valid_from": start, "valid_until": until, **held})
    return joined(rows)


def joined(rows: Iterable[Row]) -> list[Row]:
    """Join neighbouring rows that say the same, in the order they are given."""
    done: list[Row] = []
    for row in rows:
        last = done[-1] if done else None
        if last and last["valid_until"] == row["valid_from"] and _same(last, row):
            last["valid_until"] = row["valid_until"]
        else:
            done.append(dict(row))
    return done


def _same(one: Row, other: Row) -> bool:
    dates = ("valid_from", "valid_until")
    return all(one[key] == other[key] for key in one if key not in dates)


def _starts(row: Row) -> date:
    start: date = row["valid_from"]
    return start


def _shared(one: Period, other: Period) -> Period | None:
    start, until = max(one.start, other.start), min(one.until, other.until)
    return Period(start, until) if start < until else None
