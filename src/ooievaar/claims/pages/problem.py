"""One problem: what it says, what probably caused it, its lines, and what can be done about it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ooievaar.claims import fixing
from ooievaar.claims.causes import cause_book
from ooievaar.claims.fixing import Fixed
from ooievaar.claims.layouts import known_codes
from ooievaar.claims.messages.codes import RETURN_CODES
from ooievaar.claims.pages import forms, words
from ooievaar.claims.pages.worklist import Row, rows_for
from ooievaar.claims.rules.problems import Problem
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Insurer, Organisation, Person
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import CoverageChange
from ooievaar.record.relations import Rejected
from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Table
from ooievaar.ui.templatetags.ooievaar import day, euro, language, number

ASKING = frozenset({"ask_partner", "complete_identity"})


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def claims_problem(request: WorkingRequest, problem_key: str) -> HttpResponseBase:
    """Show one problem; the controller comments on it, gives it away, and chooses what mends it."""
    at = timezone.now()
    row = find(request, problem_key, at)
    if row is None:
        return refuse(request, "row", Door(WHOLE_NETWORK_ROLES))
    may_fix = request.workplace.role is Role.CONTROLLER
    comment, assign = forms.CommentForm(prefix="zeg"), _assign_form(request)
    if request.method == "POST" and may_fix:
        if request.POST.get("doe") == "assign":
            assign = _assign_form(request, request.POST)
            if assign.is_valid() and _assigned(request, row.problem, assign, at):
                return redirect(row.address)
        else:
            comment = forms.CommentForm(request.POST, prefix="zeg")
            if comment.is_valid() and _commented(request, row.problem, comment, at):
                return redirect(row.address)
    table = lines_table(request, row.problem)
    if table.wants_export:
        women = {line.woman_id for line in row.problem.lines}
        note(request, Kind.EXPORT, "claims_problem", women=women, controls=NO_RELATION)
        return table.export(table.wants_export)
    women = {line.woman_id for line in table.rows}
    note(request, Kind.READ, "claims_problem", women=women, controls=NO_RELATION)
    problem = row.problem
    codes = code_lines(problem)
    has_own = any(line.probably for line in codes)
    context = {
        "row": row,
        "problem": problem,
        "codes": codes,
        "probably": "" if has_own else cause_book().probably(problem.cause, language()),
        "is_verified": cause_book().is_verified,
        "table": table,
        "fixes": [_fix_choice(problem, fix) for fix in problem.fixes],
        "may_fix": may_fix,
        "comment_form": comment,
        "assign_form": assign,
    }
    status = 422 if comment.errors or assign.errors else 200
    return render(request, "claims/problem.html", context, status=status)


def find(request: WorkingRequest, key: str, at: datetime) -> Row | None:
    """Return a problem that stands now; None when it does no longer."""
    return next((row for row in rows_for(request, at) if row.key == key), None)


def _fix_choice(problem: Problem, fix: str) -> dict[str, str]:
    return {
        "key": fix,
        "label": words.said(words.FIXES, fix),
        "does": words.said(words.FIXES_DO, fix),
        "address": reverse("fix_problem", args=[problem.key, fix]),
    }


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A return code with what it says and what probably caused it."""

    code: str
    says: str
    probably: str


def code_lines(problem: Problem) -> list[CodeLine]:
    """Return the codes of a problem in plain words; an unknown code is said to be."""
    book, found = known_codes(), []
    for code in problem.codes:
        known = book.return_code(code)
        says = book.text(RETURN_CODES, code, language=language())
        found.append(CodeLine(code, says, known.cause(language()) if known else ""))
    return found


def lines_table(request: WorkingRequest, problem: Problem) -> Table:
    """Return the lines of a problem as a table, of a woman only the reference."""
    return Table(
        "regels",
        [
            Column(
                "nummer", _("Declaratienummer"), lambda line: line.reference or _("nog geen"),
                sort="reference", link=_line_address,
            ),
            Column(
                "zwangere", _("Zwangere"), lambda line: line.pregnancy, sort="pregnancy",
                link=lambda line: reverse("pregnancy", args=[line.pregnancy_id]),
            ),
            Column(
                "product", _("Product"), lambda line: words.product_name(line.product), sort="p"
            ),
            Column(
                "reden", _("Waarom"), lambda line: words.said(words.REASONS, line.reason), sort="r"
            ),
            Column("bedrag", _("Bedrag"), lambda line: line.cents, "euro", sort="cents"),
            Column("termijn", _("Uiterlijk"), lambda line: line.deadline, "day", sort="deadline"),
        ],
        problem.lines,
        request,
        caption=_("Regels van dit probleem"),
    )  # fmt: skip


def _line_address(line: Any) -> str:
    return reverse("claim_line", args=[line.line_id]) if line.line_id else ""


def _assign_form(request: WorkingRequest, data: Any = None) -> forms.AssignForm:
    people = fixing.fixers(request.workplace) if request.workplace.role is Role.CONTROLLER else ()
    return forms.AssignForm(people, data, prefix="geef")


def _assigned(
    request: WorkingRequest, problem: Problem, form: forms.AssignForm, at: datetime
) -> bool:
    to = Person.objects.get(pk=int(form.cleaned_data["to"]))
    return _told(request, form, fixing.assign(request.workplace, problem, to, at=at), "assign")


def _commented(
    request: WorkingRequest, problem: Problem, form: forms.CommentForm, at: datetime
) -> bool:
    made = fixing.comment(request.workplace, problem, form.cleaned_data["text"], at=at)
    return _told(request, form, made, "comment")


def _told(request: WorkingRequest, form: RecordForm, made: Fixed | Rejected, action: str) -> bool:
    if isinstance(made, Rejected):
        form.reject(made)
        return False
    note(request, Kind.MONEY, "claims_problem", controls=NO_RELATION, step=action)
    return True


# --- A fix: ask what it needs, show once more what will happen, do it ---


@open_to(Role.CONTROLLER, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def fix_problem(request: WorkingRequest, problem_key: str, fix: str) -> HttpResponseBase:
    """Ask what a fix needs to know, and take it on to the check of the answers."""
    at = timezone.now()
    row = find(request, problem_key, at)
    if row is None or fix not in row.problem.fixes:
        return refuse(request, "row", Door(frozenset({Role.CONTROLLER})))
    kept = request.session.get(_kept_key(problem_key, fix))
    form = form_of(fix, row.problem, at, request.POST if request.method == "POST" else None, kept)
    if request.method == "POST" and form.is_valid():
        request.session[_kept_key(problem_key, fix)] = _as_json(form)
        return redirect("check_fix", problem_key, fix)
    note(request, Kind.READ, "claims_problem", women=row.women, controls=NO_RELATION)
    context = {"row": row, "form": form, "choice": _fix_choice(row.problem, fix)}
    return render(request, "claims/fix.html", context, status=422 if form.errors else 200)


def form_of(
    fix: str, problem: Problem, at: datetime, data: Any = None, kept: dict[str, Any] | None = None
) -> RecordForm:
    """Return the form that a fix asks; `kept` is what was typed before."""
    today = timezone.localdate(at)
    if fix == "correct_insurer":
        insurers = Insurer.objects.exclude(pk=problem.insurer_id).order_by("name")
        first = {"checked_on": today, "source": CoverageChange.Source.CHECK}
        return forms.InsurerForm(insurers, data, initial=kept or first)
    if fix in ASKING:
        initial = kept or {"text": _question(fix)}
        return forms.AskForm(treating(problem, today), data, initial=initial)
    if fix == "bill_outside":
        return forms.ExemptionForm(data, initial=kept)
    return forms.ReasonForm(data, initial=kept)


def treating(problem: Problem, today: date) -> list[Organisation]:
    """Return the organisations that treat a woman of a problem today."""
    caring = fixing.carers_of(problem, today).values()
    ids = {organisation_id for of_one in caring for organisation_id in of_one}
    return list(Organisation.objects.filter(pk__in=ids).order_by("name"))


def _question(fix: str) -> str:
    if fix == "complete_identity":
        return _(
            "Haar zorg kan nog niet worden gedeclareerd: haar BSN of geboortedatum ontbreekt of "
            "klopt niet. Wilt u haar gegevens nakijken en aanvullen?"
        )
    return _(
        "Haar zorg kan nog niet worden gedeclareerd: er ontbreekt een datum, of die klopt niet. "
        "Wilt u in haar dossier nakijken wanneer de zorg begon en eindigde?"
    )


def _as_json(form: RecordForm) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in form.cleaned_data.items()
    }


def _kept_key(problem_key: str, fix: str) -> str:
    return f"claims-fix-{problem_key}-{fix}"


@open_to(Role.CONTROLLER, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def check_fix(request: WorkingRequest, problem_key: str, fix: str) -> HttpResponseBase:
    """Show once more what a fix changes, and do it."""
    at, kept = timezone.now(), request.session.get(_kept_key(problem_key, fix))
    row = find(request, problem_key, at)
    if row is None or fix not in row.problem.fixes:
        return refuse(request, "row", Door(frozenset({Role.CONTROLLER})))
    back = reverse("fix_problem", args=[problem_key, fix])
    if kept is None:
        return redirect(back)
    # Bound to the lines that are shown: if others joined meanwhile, it is shown again.
    shown = sorted(line.key for line in row.problem.lines)
    purpose = f"claims-fix:{request.workplace.position_id}:{problem_key}:{fix}"
    if request.method == "POST":
        answers = read_answers(request.POST.get(FIELD, ""), purpose=purpose)
        if answers is not None and answers["lines"] == shown:
            return _fix(request, row, fix, answers["kept"], at)
        messages.warning(request, _("Er is intussen iets veranderd. Kijk het nog eens na."))
        return redirect(request.path)
    note(request, Kind.READ, "claims_problem", women=row.women, controls=NO_RELATION)
    context = {
        "heading": _("Controleer: %(fix)s") % {"fix": words.said(words.FIXES, fix).lower()},
        "answers": [*_about(row), *_typed(fix, kept, back)],
        "action": words.said(words.FIXES, fix),
        "token": sign_answers({"kept": kept, "lines": shown}, purpose=purpose),
        "back_address": back,
        "warning": words.said(words.FIXES_DO, fix),
    }
    return render(request, "ooievaar/check_answers.html", context)


def _about(row: Row) -> list[tuple[str, str, str]]:
    problem = row.problem
    told = [
        (_("Probleem"), row.name, ""),
        (_("Verzekeraar"), row.insurer, ""),
        (_("Regels"), number(len(problem.lines)), ""),
        (_("Bedrag"), euro(problem.cents), ""),
    ]
    if row.reference:
        told.insert(1, (_("Zwangere"), row.reference, ""))
    return told


def _typed(fix: str, kept: dict[str, Any], back: str) -> list[tuple[str, str, str]]:
    if fix == "correct_insurer":
        insurer = Insurer.objects.get(pk=int(kept["insurer"]))
        source = CoverageChange.Source(kept["source"]).label
        return [
            (_("Verzekerd bij"), insurer.name, back),
            (_("Vanaf"), day(forms.as_day(kept["from_day"])), back),
            (_("Hoe weet u dit?"), str(source), back),
            (_("Nagekeken op"), day(forms.as_day(kept["checked_on"])), back),
        ]
    if fix in ASKING:
        asked = Organisation.objects.filter(pk__in=kept["organisations"]).order_by("name")
        return [
            (_("Aan wie"), ", ".join(one.name for one in asked), back),
            (_("Uw vraag"), kept["text"], back),
        ]
    return [(_("Waarom"), kept["reason"], back)]


def _fix(
    request: WorkingRequest, row: Row, fix: str, kept: dict[str, Any], at: datetime
) -> HttpResponse:
    made = carry_out(request, row.problem, fix, kept, at)
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect("fix_problem", row.key, fix)
    request.session.pop(_kept_key(row.key, fix), None)
    note(
        request,
        Kind.CHANGE if made.women else Kind.MONEY,
        "claims_problem",
        women=made.women,
        controls=NO_RELATION,
        step=fix,
        products=made.products,
    )
    done = ngettext("%(n)s product.", "%(n)s producten.", made.products) % {"n": made.products}
    messages.success(
        request,
        _("Vastgelegd: %(fix)s, %(done)s De volgende vergelijking doet de rest.")
        % {"fix": words.said(words.FIXES, fix).lower(), "done": done},
    )
    return redirect("claims_work")


def carry_out(
    request: WorkingRequest, problem: Problem, fix: str, kept: dict[str, Any], at: datetime
) -> Fixed | Rejected:
    """Do what was asked and confirmed."""
    by = request.workplace
    match fix:
        case "correct_insurer":
            return fixing.correct_insurer(
                by,
                problem,
                Insurer.objects.get(pk=int(kept["insurer"])),
                forms.as_day(kept["from_day"]),
                source=kept["source"],
                checked_on=forms.as_day(kept["checked_on"]),
                at=at,
            )
        case "ask_partner" | "complete_identity":
            asked = [
                one
                for one in treating(problem, timezone.localdate(at))
                if str(one.pk) in kept["organisations"]
            ]
            return fixing.ask_partner(by, problem, asked, kept["text"], at=at, action=fix)
        case "bill_outside":
            return fixing.bill_outside(by, problem, kept["reason"], at=at)
        case "release" | "credit":
            return fixing.release(by, problem, kept["reason"], at=at, fix=fix)
        case "write_off":
            return fixing.write_off(by, problem, kept["reason"], at=at)
    return fixing.wait(by, problem, kept["reason"], at=at)
