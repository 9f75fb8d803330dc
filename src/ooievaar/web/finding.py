"""Finding somebody: by name, birth date, BSN, due date or reference, in one box.

Whom one looks for is nobody else's business: the words stand in the session, and the address says
only which words they are (`?gezocht=3`). An address is kept by browsers, servers and whoever is
sent it. A reference names nobody; `?zoek=` looks for references only.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict

from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.versions import newest_versions
from ooievaar.ui.tables import MOST_SEARCH, Column, Filter, Table, searched

SEARCH, FOUND = "zoek", "gezocht"
PASSING = ("pagina", "rijen", "uitvoer", SEARCH, FOUND, "csrfmiddlewaretoken")
"""What a new search leaves out of the address."""
KEPT = "searches"
MOST_FEW = 5000
"""So many a search may point to before it is cheaper to ask everything of everybody."""
MOST_KEPT = 8
"""So many searches a session remembers; going back further asks for the words again."""
DUTCH_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
BSN = re.compile(r"\d{9}|\d{4}\.\d{2}\.\d{3}|\d{3}\.\d{3}\.\d{3}", re.ASCII)
Rows = QuerySet[Pregnancy]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: every part of it must fit."""

    words: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    bsns: tuple[str, ...] = ()


def wanted(text: str) -> Wanted:
    """Read what was typed: `21-11-1994` and `1994-11-21` are days, nine digits are a BSN."""
    words, days, bsns = [], [], []
    for word in text.split():
        day = _day(word)
        if day is not None:
            days.append(day)
        elif BSN.fullmatch(word):
            bsns.append(word.replace(".", ""))
        else:
            words.append(word)
    return Wanted(tuple(words), tuple(days), tuple(bsns))


def _day(word: str) -> date | None:
    dutch, iso = DUTCH_DAY.fullmatch(word), ISO_DAY.fullmatch(word)
    if dutch:
        day, month, year = dutch.groups()
    elif iso:
        year, month, day = iso.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def found_in(rows: Rows, text: str, today: date, again: Callable[[list[int]], Rows]) -> Rows:
    """Narrow rows to whom fits everything that was typed: who she is, or when she is due.

    Who it is among the rows is asked once; `again` gives the rows of these few, so that counting
    and showing them does not look through the whole region each time. Two records of one woman are
    found by what either knows of her.
    """
    fitting = rows.filter(_fits(wanted(text), today))
    few = list(fitting.order_by().values_list("pk", flat=True)[: MOST_FEW + 1])
    return again(few) if len(few) <= MOST_FEW else fitting


def _fits(asked: Wanted, today: date) -> Q:
    fits = Q()
    for word in asked.words:
        named = Q(woman__name__icontains=word) | _of_merged(Q(name__icontains=word))
        fits &= Q(reference__icontains=word) | named
    for day in asked.days:
        due = newest_versions(today).filter(due_on=day).values("pregnancy_id")
        fits &= Q(pk__in=due) | _of_her(Q(birth_date=day))
    for bsn in asked.bsns:
        fits &= _of_her(Q(bsn=bsn))
    return fits


def _of_her(known: Q) -> Q:
    """Return the pregnancies of whoever has a record of which this is known, in all her records."""
    kept = Woman.objects.filter(known).values(kept=Coalesce("same_as_id", "pk"))
    return Q(woman_id__in=Woman.objects.filter(Q(pk__in=kept) | Q(same_as__in=kept)).values("pk"))


def _of_merged(known: Q) -> Q:
    """Return the same of who has more than one record: of hardly anybody, whatever the region."""
    # By the index of `same_as`: the names of a whole region are read once, not twice.
    merged = Q(same_as_id__gt=0)
    kept = Q(pk__in=Woman.objects.filter(merged).values("same_as_id"))
    return _of_her(known & merged) | _of_her(known & kept)


def by_reference(rows: Rows, text: str) -> Rows:
    """Narrow rows to the references that hold every word."""
    for word in text.split():
        rows = rows.filter(reference__icontains=word)
    return rows


def typed(request: HttpRequest) -> str:
    """Return what was typed in the box, without what no name or number holds."""
    text = request.POST.get(SEARCH, "")[:MOST_SEARCH]
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def kept_words(request: HttpRequest) -> str:
    """Return the words that the address means; empty when this session does not know them."""
    words = request.session.get(KEPT, {}).get(request.GET.get(FOUND, ""), "")
    return words if isinstance(words, str) else ""


def address_of(request: HttpRequest, filters: Sequence[Filter]) -> str:
    """Keep what was typed, and return where its rows are: filters in sight, words in the session.

    What else stood in the address (order, columns) stays. After a filter it is the address of now
    that htmx tells, not that of the form.
    """
    now = request.headers.get("HX-Current-URL")
    before = QueryDict(urlsplit(now).query) if now else request.GET
    query = before.copy()
    for name in (*PASSING, *(one.key for one in filters)):
        query.pop(name, None)
    for one in filters:
        chosen = request.POST.get(one.key, "")
        if any(chosen == key for key, _label in one.choices):
            query[one.key] = chosen
    if text := typed(request):
        query[FOUND] = _keep(request, text)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _keep(request: HttpRequest, text: str) -> str:
    kept: dict[str, str] = dict(request.session.get(KEPT, {}))
    for number, words in kept.items():
        if words == text:
            return number
    number = str(max(map(int, kept), default=0) + 1)
    kept[number] = text
    request.session[KEPT] = dict(list(kept.items())[-MOST_KEPT:])
    return number


class FindingTable(Table):
    """A table whose box and filters stand in a form of the page, because it is sent unseen."""

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Rows,
        request: HttpRequest,
        filters: Sequence[Filter],
        today: date,
        again: Callable[[list[int]], Rows],
        **more: Any,
    ) -> None:
        words, reference = kept_words(request), searched(request)
        if words:
            rows = found_in(rows, words, today, again)
        elif reference:
            rows = by_reference(rows, reference)
        super().__init__(name, columns, rows, request, filters=filters, **more)
        self.search = words or reference
        self.is_forgotten = bool(request.GET.get(FOUND)) and not words
        self.shown_filters = self.filter_fields
        self.filters = []

    @property
    def clear_address(self) -> str:
        """Where every row is: the address without search and filters."""
        query = QueryDict(super().clear_address[1:]).copy()
        query.pop(FOUND, None)
        return f"?{query.urlencode()}"
