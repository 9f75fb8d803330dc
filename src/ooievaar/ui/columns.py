"""Columns of a table: what stands in a cell, on the page and in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ooievaar.ui.templatetags import ooievaar as written

Kind = Literal["text", "number", "euro", "day", "month", "moment", "gestation"]
FIGURES = ("number", "euro")
"""Kinds that stand at the right of their column."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `value` is sorted on and exported, `show` stands on the page where that differs.

    `sort` names what the database orders by; empty is a column that is not sorted on. Rows that are
    not from the database are ordered by their value. Euros are whole cents, months `2026-10`.
    """

    key: str
    label: str | Promise
    value: Callable[[Any], Any]
    kind: Kind = "text"
    sort: str | tuple[str, ...] = ""
    is_default: bool = True
    link: Callable[[Any], str] | None = None
    show: Callable[[Any], str] | None = None

    @property
    def is_figure(self) -> bool:
        """Tell whether its cells stand at the right."""
        return self.kind in FIGURES

    @property
    def order(self) -> tuple[str, ...]:
        """What the database orders by, as Django's order_by takes it."""
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    def look(self, row: Any) -> str:
        """Return the class of a cell: figures at the right, below zero in red, days whole."""
        if not self.is_figure:
            return "" if self.kind == "text" else "text-nowrap"
        value = self.value(row)
        is_less = isinstance(value, int) and value < 0
        return "number negative" if is_less else "number"

    def cell(self, row: Any) -> str | SafeString:
        """Return what stands in the cell of a row; text is escaped by the template."""
        shown = self.show(row) if self.show else write(self.kind, self.value(row))
        address = self.link(row) if self.link else ""
        return format_html('<a href="{}">{}</a>', address, shown) if address else shown


def write(kind: Kind, value: Any) -> str:
    """Write a value as a page shows it; None is a dash."""
    if value is None or value == "":
        return "–"
    match kind:
        case "number":
            return written.number(value) if isinstance(value, int) else str(value)
        case "euro":
            return written.euro(value)
        case "day":
            return written.day(value)
        case "month":
            return written.month_name(value)
        case "moment":
            return f"{local(value):%d-%m-%Y %H:%M}"
        case "gestation":
            return written.gestation(value)
    return str(value)


def local(moment: datetime) -> datetime:
    """Return a moment as the clock in the Netherlands shows it."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def with_note(text: object, note: object) -> SafeString:
    """Return a cell of two lines, the second one quiet; both are escaped."""
    return format_html('{}<br><span class="quiet fw-normal">{}</span>', text, note)


def order_key(value: Any) -> tuple[int, Any]:
    """Return by what a value is put in order where there is no database: text without its case.

    Kinds that cannot be compared stand apart.
    """
    match value:
        case int() | float() | Decimal():
            return 0, value
        case datetime():
            return 1, value
        case date():
            return 2, value
    return 3, str(value).casefold()
