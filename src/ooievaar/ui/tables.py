"""Tables whose state is in the address: filters, search, order, columns, page.

A bookmark or the back button shows the same rows again, and a file holds what the page showed.
Whatever stands in the address that no column or filter knows is passed over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from ooievaar.ui.columns import Column, order_key, with_note, write
from ooievaar.ui.exports import FORMATS, export_rows

__all__ = ["Action", "Column", "Filter", "Head", "Line", "Table", "searched", "with_note"]
SEARCH, SORT, COLUMNS, PAGE, ROWS, EXPORT = "zoek sorteer kolommen pagina rijen uitvoer".split()
MOST_ROWS = 500
"""Rows that one page shows at most; beyond it people page on, or take a file."""
MOST_SEARCH = 80
CHUNK = 1000
Rows = QuerySet[Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the table; `apply` narrows the rows, unless the view did so itself."""

    key: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]]
    apply: Callable[[Any, str], Any] | None = None

    def chosen(self, request: HttpRequest) -> str:
        """Return the choice in the address; empty when it is none of ours."""
        text = request.GET.get(self.key, "")
        return text if any(text == key for key, _label in self.choices) else ""


def searched(request: HttpRequest, key: str = SEARCH) -> str:
    """Return what was typed in the search field, without what no name or number holds."""
    text = request.GET.get(key, "")[:MOST_SEARCH]
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column, with where a click on it leads."""

    column: Column
    sort_address: str
    direction: str
    """`ascending`, `descending`, or nothing: the value of aria-sort."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it."""

    row: Any
    key: str
    name: str
    """What the row is called, for its tick box."""
    cells: list[tuple[str, str | SafeString]]
    """The class of each cell, and what stands in it."""


class Table:
    """Rows as a page shows them: narrowed, put in order and cut to a page by the address.

    Several tables on a page each take a `prefix` for their part of the address. `prepare` turns the
    rows of one page into what the columns read, so that no cell asks the database. With `actions`
    rows can be picked; `row_key` names a row in the form.
    """

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Rows,
        request: HttpRequest,
        search_label: str | Promise = "",
        filters: Sequence[Filter] = (),
        page_size: int = 25,
        *,
        search: Callable[[Any, str], Any] | None = None,
        prepare: Callable[[Sequence[Any]], Sequence[Any]] | None = None,
        default_sort: str = "",
        caption: str | Promise = "",
        empty_heading: str | Promise = "",
        empty_text: str | Promise = "",
        actions: Sequence["Action"] = (),
        row_key: Callable[[Any], Any] = lambda row: row.pk,
        prefix: str = "",
        exports: bool = True,
    ) -> None:
        self.name, self.request, self.prefix = name, request, prefix
        self.all_columns = list(columns)
        self.search_label, self.filters = search_label, list(filters)
        self.page_size, self.prepare = page_size, prepare
        self.caption = caption
        self.empty_heading, self.empty_text = empty_heading, empty_text
        self.actions, self.row_key = list(actions), row_key
        self.exports = exports
        self.search = searched(request, self.key(SEARCH)) if search_label else ""
        self.chosen = {f.key: f.chosen(request) for f in self.filters}
        for narrowing in self.filters:
            if narrowing.apply and self.chosen[narrowing.key]:
                rows = narrowing.apply(rows, self.chosen[narrowing.key])
        if search and self.search:
            rows = search(rows, self.search)
        self.sort = self._known_sort(request.GET.get(self.key(SORT), "")) or default_sort
        self.matching: Rows = self._ordered(rows)
        """Every row that matches, in order, not only those of this page."""
        self._taken: list[Any] | None = None

    def key(self, name: str) -> str:
        """Return how a part of the state is called in the address."""
        return f"{self.prefix}{name}"

    # --- Order ---

    def _column(self, key: str) -> Column | None:
        return next((c for c in self.all_columns if c.key == key), None)

    def _known_sort(self, text: str) -> str:
        column = self._column(text.removeprefix("-"))
        return text if column and column.sort else ""

    def _ordered(self, rows: Rows) -> Rows:
        is_down = self.sort.startswith("-")
        column = self._column(self.sort.removeprefix("-"))
        if column is None or not column.sort:
            if isinstance(rows, QuerySet) and not rows.ordered:
                return rows.order_by("pk")
            return rows
        if isinstance(rows, QuerySet):
            order = [_order_by(rows, name, is_down) for name in column.order]
            # The key last: pages do not overlap where values are equal.
            return rows.order_by(*order, "pk")
        known = [row for row in rows if column.value(row) is not None]
        unknown = [row for row in rows if column.value(row) is None]
        known.sort(key=lambda row: order_key(column.value(row)), reverse=is_down)
        return known + unknown

    # --- Page ---

    @cached_property
    def count(self) -> int:
        """How many rows match."""
        return self.matching.count() if isinstance(self.matching, QuerySet) else len(self.matching)

    @cached_property
    def page(self) -> int:
        """The page that is shown, from 1; a page that is not there is the last one."""
        asked = _whole(self.request.GET.get(self.key(PAGE), ""), 1)
        return min(asked, self.pages)

    @cached_property
    def pages(self) -> int:
        """How many pages of the ordinary size there are, at least one."""
        return max(1, -(-self.count // self.page_size))

    @cached_property
    def shown_size(self) -> int:
        """How many rows this page shows: the ordinary size, or more because somebody asked."""
        asked = _whole(self.request.GET.get(self.key(ROWS), ""), self.page_size)
        steps = -(-min(asked, MOST_ROWS) // self.page_size)
        return max(1, steps) * self.page_size

    @property
    def first(self) -> int:
        """The place of the first row shown, from 1; 0 when there is none."""
        return (self.page - 1) * self.page_size + 1 if self.count else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return min((self.page - 1) * self.page_size + self.shown_size, self.count)

    @cached_property
    def rows(self) -> list[Any]:
        """The rows of this page, prepared."""
        if not self.count:
            return []
        return self._prepared(list(self.matching[self.first - 1 : self.last]))

    def _prepared(self, rows: list[Any]) -> list[Any]:
        return list(self.prepare(rows)) if self.prepare else rows

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the rows."""
        return bool(self.search) or any(self.chosen.values())

    # --- What the template asks ---

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that were chosen, in the table's order; the first always stays."""
        asked = ",".join(self.request.GET.getlist(self.key(COLUMNS))).split(",")
        chosen = [c for c in self.all_columns if c.key in asked]
        if not chosen:
            return [c for c in self.all_columns if c.is_default]
        first = self.all_columns[0]
        return chosen if first in chosen else [first, *chosen]

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """Every column but the first, and whether it is shown."""
        return [(c, c in self.columns) for c in self.all_columns[1:]]

    @property
    def has_column_choice(self) -> bool:
        """Tell whether there is anything to choose."""
        return len(self.all_columns) > 3

    @property
    def heads(self) -> list[Head]:
        """The heads of the columns shown."""
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        turned = f"-{column.key}"
        direction = {column.key: "ascending", turned: "descending"}.get(self.sort, "")
        after = turned if direction == "ascending" else column.key
        return Head(column, self.address(**{SORT: after, PAGE: None, ROWS: None}), direction)

    @cached_property
    def lines(self) -> list[Line]:
        """The rows of this page as cells."""
        columns = self.columns
        has_key = bool(self.actions)
        return [
            Line(
                row,
                str(self.row_key(row)) if has_key else "",
                write(columns[0].kind, columns[0].value(row)),
                [(c.look(row), c.cell(row)) for c in columns],
            )
            for row in self.rows
        ]

    @property
    def filter_fields(self) -> list[tuple[Filter, str]]:
        """The filters, each with what is chosen."""
        return [(f, self.chosen[f.key]) for f in self.filters]

    def address(self, **changes: object) -> str:
        """Return the address of this page with other state; None takes a part out.

        What belongs to others on the page (the network, another table) stays in it.
        """
        query = self.request.GET.copy()
        for name, value in {EXPORT: None, **changes}.items():
            key = self.key(name)
            if value is None:
                query.pop(key, None)
            else:
                query[key] = str(value)
        return f"?{query.urlencode()}"

    @property
    def more_address(self) -> str:
        """Where this page is with as many rows again below it; nothing when there are no more."""
        if self.last >= self.count or self.shown_size >= MOST_ROWS:
            return ""
        return self.address(**{ROWS: self.shown_size + self.page_size})

    @property
    def more_count(self) -> int:
        """How many rows are added then."""
        return min(self.page_size, self.count - self.last)

    @property
    def next_address(self) -> str:
        """Where the rows after these are."""
        if self.last >= self.count:
            return ""
        return self.address(**{PAGE: self.last // self.page_size + 1, ROWS: None})

    @property
    def previous_address(self) -> str:
        """Where the rows before these are."""
        return "" if self.page <= 1 else self.address(**{PAGE: self.page - 1, ROWS: None})

    @property
    def clear_address(self) -> str:
        """Where every row is: the address without search and filters."""
        query = self.request.GET.copy()
        for key in (*self.chosen, *map(self.key, (SEARCH, PAGE, ROWS, EXPORT))):
            query.pop(key, None)
        return f"?{query.urlencode()}"

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        """What the filter form sends along unseen: everything but what it asks itself."""
        return self._kept({*self.chosen, *map(self.key, (SEARCH, PAGE, ROWS, EXPORT))})

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        """What the choice of columns sends along unseen."""
        return self._kept({self.key(COLUMNS), self.key(EXPORT)})

    def _kept(self, without: set[str]) -> list[tuple[str, str]]:
        query: QueryDict = self.request.GET
        return [(k, v) for k, values in query.lists() if k not in without for v in values]

    # --- Files ---

    @property
    def export_addresses(self) -> list[tuple[str, str]]:
        """The formats that this table can be saved in, each with its address."""
        known = [f for f in FORMATS.values() if self.count <= f.most_rows]
        return [(f.label, self.address(**{EXPORT: f.key})) for f in known]

    @property
    def too_long_for(self) -> list[tuple[str, int]]:
        """The formats that cannot hold this many rows, each with how many it can."""
        return [(f.label, f.most_rows) for f in FORMATS.values() if self.count > f.most_rows]

    @property
    def wants_export(self) -> str:
        """The format that was asked for in the address; empty when the page itself was."""
        asked = self.request.GET.get(self.key(EXPORT), "")
        return asked if self.exports and asked in FORMATS else ""

    def take(self, field: str) -> list[Any]:
        """Fix which rows leave in the file, and return one field of each, for the access log.

        What comes in after this is not in the file, so that nothing leaves that was not noted.
        """
        if isinstance(self.matching, QuerySet):
            taken = list(self.matching.values_list("pk", field))
            self._taken = [key for key, _value in taken]
            return [value for _key, value in taken]
        return [getattr(row, field) for row in self.matching]

    def export(self, format: str) -> HttpResponseBase:
        """Answer with a file of exactly what is shown, every page of it."""
        count = self.count if self._taken is None else len(self._taken)
        return export_rows(self.name, format, self.columns, self._every_row(), count)

    def _every_row(self) -> Iterator[Any]:
        if not isinstance(self.matching, QuerySet):
            yield from self._prepared(list(self.matching))
            return
        if self._taken is None:
            chunk: list[Any] = []
            for row in self.matching.iterator(chunk_size=CHUNK):
                chunk.append(row)
                if len(chunk) == CHUNK:
                    yield from self._prepared(chunk)
                    chunk = []
            yield from self._prepared(chunk)
            return
        for start in range(0, len(self._taken), CHUNK):
            keys = self._taken[start : start + CHUNK]
            found = {row.pk: row for row in self.matching.filter(pk__in=keys).order_by()}
            yield from self._prepared([found[key] for key in keys if key in found])


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with the rows that were picked; it is asked once, on a page."""

    key: str
    label: str | Promise
    address: str
    icon: str = "check"


def _order_by(rows: QuerySet[Any], name: str, is_down: bool) -> OrderBy | str:
    """Return one part of the order; what is not known comes last, whichever way it is turned."""
    plain = name.removeprefix("-")
    is_down = is_down != name.startswith("-")
    try:
        can_be_null = bool(rows.model._meta.get_field(plain).null)
    except FieldDoesNotExist:
        can_be_null = True
    if not can_be_null:
        # As an index has it: no sorting of all rows for the first page.
        return f"-{plain}" if is_down else plain
    return F(plain).desc(nulls_last=True) if is_down else F(plain).asc(nulls_last=True)


def _whole(text: str, otherwise: int) -> int:
    """Return a number from 1 that stands in the address, or another one where it does not."""
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else otherwise
