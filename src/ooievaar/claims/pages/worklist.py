"""The work list: one row per problem, what probably causes it, and what would mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ooievaar.claims.causes import cause_book
from ooievaar.claims.layouts import known_codes
from ooievaar.claims.messages.codes import RETURN_CODES, Codes
from ooievaar.claims.models import ProblemMark
from ooievaar.claims.pages import words
from ooievaar.claims.problems import marks_for, open_problems
from ooievaar.claims.rules.problems import Problem
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.ui.columns import Column, with_note
from ooievaar.ui.tables import Action, Filter, Table
from ooievaar.ui.templatetags.ooievaar import day, language

NOBODY, ME = "niemand", "mij"
OPEN, FIXED = "open", "hersteld"


@dataclass(frozen=True)
class Row:
    """A problem as the list shows it, with what people did about it."""

    problem: Problem
    marks: tuple[ProblemMark, ...]

    @property
    def key(self) -> str:
        """What the problem is called in addresses."""
        return self.problem.key

    @property
    def address(self) -> str:
        """Where the problem is shown."""
        return reverse("claims_problem", args=[self.key])

    @property
    def name(self) -> str:
        """What is wrong, in a few words."""
        return cause_book().name(self.problem.cause, language())

    @property
    def insurer(self) -> str:
        """With whom."""
        return self.problem.insurer

    @property
    def reference(self) -> str:
        """Of the pregnancy, where the problem is about one."""
        return self.problem.pregnancy

    @property
    def women(self) -> list[int]:
        """Of whom the reference stands with it."""
        return [self.problem.lines[0].woman_id] if self.reference else []

    @cached_property
    def assigned(self) -> ProblemMark | None:
        """To whom it was given last."""
        given = [mark for mark in self.marks if mark.kind == ProblemMark.Kind.ASSIGNED]
        return given[-1] if given else None

    @property
    def assigned_name(self) -> str:
        """Who takes it on; empty is nobody."""
        mark = self.assigned
        return mark.to_person.name if mark is not None and mark.to_person else ""

    @cached_property
    def fixed(self) -> ProblemMark | None:
        """What was done about it last, if the lines were not compared again since."""
        done = [mark for mark in self.marks if mark.kind == ProblemMark.Kind.FIXED]
        compared = [line.compared_at for line in self.problem.lines if line.compared_at]
        if not done or (compared and done[-1].at < max(compared)):
            return None
        return done[-1]

    @property
    def days_left(self) -> int:
        """Days until the first line is too late; below zero it is."""
        return (self.problem.deadline - timezone.localdate()).days


def rows_for(request: WorkingRequest, at: datetime) -> list[Row]:
    """Return the problems of the network with their marks, what presses most first."""
    found = open_problems(request.workplace, at)
    marks = marks_for(request.workplace, at, [problem.key for problem in found])
    return [Row(problem, tuple(marks.get(problem.key, ()))) for problem in found]


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_safe
def claims_work(request: WorkingRequest) -> HttpResponseBase:
    """List the problems; of a woman only the reference stands here."""
    rows = rows_for(request, timezone.now())
    table = work_table(request, rows)
    if table.wants_export:
        _note(request, Kind.EXPORT, list(table.matching), table.count)
        return table.export(table.wants_export)
    _note(request, Kind.SEARCH if table.search else Kind.LIST, table.rows, table.count)
    to_do = [row for row in rows if row.fixed is None]
    soon = max(cause_book().causes.nearing_days)
    context = {
        "table": table,
        "count": len(to_do),
        "fixed_count": len(rows) - len(to_do),
        "cents": sum(row.problem.cents for row in to_do),
        "lines": sum(len(row.problem.lines) for row in to_do),
        "nearing": sum(row.days_left <= soon for row in to_do),
        "nearing_days": soon,
        "is_verified": cause_book().is_verified,
    }
    return render(request, "claims/worklist.html", context)


def _note(request: WorkingRequest, kind: Kind, rows: Sequence[Row], found: int) -> None:
    women = {woman for row in rows for woman in row.women}
    note(request, kind, "claims_work", women=women, controls=NO_RELATION, found=found)


def work_table(request: WorkingRequest, rows: list[Row]) -> Table:
    """Return the problems as a table: the order of the rule, unless somebody sorts."""
    me, codes = request.workplace.person_id, known_codes()
    columns = [
        Column("probleem", _("Probleem"), lambda row: row.name, sort="name",
            show=partial(_name, codes=codes),
       ),
        Column("zwangere", _("Zwangere"), lambda row: row.reference),
        Column("verzekeraar", _("Verzekeraar"), lambda row: row.insurer, sort="insurer"),
        Column("regels", _("Regels"), lambda row: len(row.problem.lines), "number", sort="lines"),
        Column("bedrag", _("Bedrag"), lambda row: row.problem.cents, "euro", sort="cents"),
        Column(
            "termijn", _("Uiterlijk"), lambda row: row.problem.deadline, "day", sort="deadline",
            show=_deadline,
        ),
        Column("voorstel", _("Voorstel"), lambda row: words.said(words.FIXES, row.problem.fix)),
        Column("wie", _("Wie"), lambda row: row.assigned_name, sort="assigned_name"),
        Column("stand", _("Stand"), _standing, show=_standing_tag, is_default=False),
        Column("codes", _("Codes"), lambda row: ", ".join(row.problem.codes), is_default=False),
    ]  # fmt: skip
    filters = [
        Filter(
            "stand", _("Stand"),
            [(OPEN, _("te doen")), (FIXED, _("hersteld, wacht op vergelijking"))],
            lambda rows, chosen: [r for r in rows if (r.fixed is not None) == (chosen == FIXED)],
        ),
        Filter(
            "oorzaak", _("Oorzaak"), sorted({(row.problem.cause, row.name) for row in rows}),
            lambda rows, cause: [row for row in rows if row.problem.cause == cause],
        ),
        Filter(
            "verzekeraar", _("Verzekeraar"),
            sorted({(str(row.problem.insurer_id), row.insurer) for row in rows}),
            lambda rows, pk: [row for row in rows if str(row.problem.insurer_id) == pk],
        ),
        Filter(
            "wie", _("Wie"), [(ME, _("aan mij")), (NOBODY, _("nog niemand"))],
            lambda rows, who: [r for r in rows if _is_of(r, who, me)],
        ),
    ]  # fmt: skip
    actions = []
    if request.workplace.role is Role.CONTROLLER:
        address = reverse("claims_bulk")
        actions = [
            Action("assign", _("Neem ik op mij"), address, "user"),
            Action("wait", _("Wacht"), address, "clock"),
            Action("release", _("Geef vrij"), address, "send"),
            Action("write_off", _("Boek af"), address, "x"),
        ]
    return Table(
        "werklijst",
        columns,
        rows,
        request,
        search_label=_("Zoek op declaratienummer"),
        search=lambda rows, text: [row for row in rows if _is_found(row, text)],
        filters=filters,
        actions=actions,
        row_key=lambda row: row.key,
        caption=_("Werklijst declaraties"),
        empty_heading=_("Niets staat stil"),
        empty_text=_(
            "Hier komt wat niet vanzelf verdergaat: wat is afgekeurd, wat nog niet kan worden "
            "gedeclareerd en wat te laat dreigt te worden."
        ),
    )


def _is_of(row: Row, who: str, me: int) -> bool:
    mark = row.assigned
    if who == ME:
        return mark is not None and mark.to_person_id == me
    return mark is None


def _is_found(row: Row, text: str) -> bool:
    return any(text.casefold() in line.reference.casefold() for line in row.problem.lines)


def _name(row: Row, codes: Codes) -> str:
    """Write what is wrong, and what the first code says."""
    link = format_html('<a href="{}">{}</a>', row.address, row.name)
    if not row.problem.codes:
        return link
    return with_note(link, codes.text(RETURN_CODES, row.problem.codes[0], language=language()))


def _deadline(row: Row) -> str:
    left, written = row.days_left, day(row.problem.deadline)
    if left < 0:
        return format_html('{} <span class="tag tag-alarm">{}</span>', written, _("te laat"))
    if left > max(cause_book().causes.nearing_days):
        return written
    words_left = ngettext("nog %(n)s dag", "nog %(n)s dagen", left) % {"n": left}
    tone = "tag-alarm" if left <= min(cause_book().causes.nearing_days) else "tag-warm"
    return format_html('{} <span class="tag {}">{}</span>', written, tone, words_left)


def _standing(row: Row) -> str:
    return _("hersteld, wacht op vergelijking") if row.fixed else _("te doen")


def _standing_tag(row: Row) -> str:
    return format_html(
        '<span class="tag {}">{}</span>', "tag-good" if row.fixed else "", _standing(row)
    )
