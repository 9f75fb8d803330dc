"""What a person does about a problem: each fix changes facts, and the reconciler does the rest.

Only the controller fixes. Everything is written in one transaction, with a mark on the problem and
a touch on every product concerned.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.claims.late import allow_late
from ooievaar.claims.models import ProblemMark, Release
from ooievaar.claims.rules.problems import Problem, Stuck, is_possible
from ooievaar.claims.touches import touch
from ooievaar.claims.writing_off import write_off_lines
from ooievaar.network.models import Insurer, Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.entries.slots import CHANGED
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.commands import announce
from ooievaar.record.women.coverage import change_insurer

Kind = ProblemMark.Kind
LONGEST_REASON = 500
LONGEST_QUESTION = 1000
LONGEST_EXEMPTION = 80
NOT_YOU = gettext_lazy("Alleen de controller herstelt een probleem.")
NO_REASON = gettext_lazy("Zeg waarom.")
NOTHING = gettext_lazy("Hiermee kan geen van deze regels worden hersteld.")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fix was made: how many products it touched, and whom it concerns."""

    products: int
    women: tuple[int, ...] = ()


Parameters = ParamSpec("Parameters")
Fix = Callable[Concatenate[Workplace, Problem, Parameters], Fixed | Rejected]


def _by_controller(fix: Fix[Parameters]) -> Fix[Parameters]:
    """Let only the controller of a network do this, and all of it or nothing."""

    @wraps(fix)
    def checked(
        by: Workplace, problem: Problem, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Fixed | Rejected:
        if by.role is not Role.CONTROLLER or by.network_id is None:
            return Rejected(NOT_YOU)
        with transaction.atomic():
            made = fix(by, problem, *args, **kwargs)
            if isinstance(made, Rejected):
                transaction.set_rollback(True)
        return made

    return checked


@_by_controller
def correct_insurer(
    by: Workplace,
    problem: Problem,
    insurer: Insurer,
    from_day: date,
    *,
    source: str,
    checked_on: date,
    at: datetime,
) -> Fixed | Rejected:
    """Write down with whom the women of a problem are insured from a day, as a check said."""
    person = Person.objects.get(pk=by.person_id)
    women = _women(problem)
    for woman_id in women:
        changed = change_insurer(
            woman_id,
            insurer,
            from_day,
            source=source,
            checked_on=checked_on,
            by=person,
            at=at,
        )
        if isinstance(changed, Rejected):
            return changed
    text = _("Verzekerd bij %(name)s vanaf %(day)s.") % {
        "name": insurer.name,
        "day": f"{from_day:%d-%m-%Y}",
    }
    return _done(by, problem, problem.lines, "correct_insurer", text, at, women)


@_by_controller
def ask_partner(
    by: Workplace,
    problem: Problem,
    organisations: Sequence[Organisation],
    text: str,
    *,
    at: datetime,
    action: str = "ask_partner",
) -> Fixed | Rejected:
    """Ask organisations that treat the women of a problem: it stands unread on their first page."""
    text = text.strip()
    if not text or len(text) > LONGEST_QUESTION:
        return Rejected(_("Schrijf uw vraag op, in ten hoogste 1.000 tekens."), "text")
    if not organisations:
        return Rejected(_("Kies aan wie u het vraagt."), "organisations")
    asked = _("Vraag van %(name)s, declaraties: %(text)s") % {"name": by.person_name, "text": text}
    chosen, pregnancies = {one.pk: one for one in organisations}, _pregnancies(problem)
    caring = carers_of(problem, timezone.localdate(at))
    for pregnancy in pregnancies:
        # Whom each woman is treated by, not whom the others are.
        hers = [chosen[key] for key in caring.get(pregnancy.pk, ()) if key in chosen]
        if hers:
            announce(pregnancy, asked, hers, at=at)
    names = ", ".join(one.name for one in organisations)
    told = _("Gevraagd aan %(names)s: %(text)s") % {"names": names, "text": text}
    women = [one.woman_id for one in pregnancies]
    return _done(by, problem, problem.lines, action, told, at, women)


@_by_controller
def bill_outside(by: Workplace, problem: Problem, reason: str, *, at: datetime) -> Fixed | Rejected:
    """Take the pregnancies of a problem out of the bundle: the partners claim the old way."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_EXEMPTION:
        return Rejected(_("Zeg waarom, in ten hoogste 80 tekens."), "reason")
    pregnancies = _pregnancies(problem)
    for pregnancy in pregnancies:
        newest = pregnancy.versions.last()
        if newest is None or newest.exempt_reason:
            return Rejected(_("Deze zwangerschap valt al buiten de bundel."), "reason")
        version = add_pregnancy_version(pregnancy, timezone.localdate(at), exempt_reason=reason)
        for tell in CHANGED:
            tell(version.pregnancy.woman_id, at)
    women = [one.woman_id for one in pregnancies]
    return _done(by, problem, problem.lines, "bill_outside", reason, at, women)


@_by_controller
def release(
    by: Workplace, problem: Problem, reason: str, *, at: datetime, fix: str = "release"
) -> Fixed | Rejected:
    """Let the lines of a problem go again; what was granted in part is credited first (`credit`).

    The next reconciliation proposes them anew.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        return Rejected(NO_REASON, "reason")
    lines = [line for line in problem.lines if is_possible(fix, line)]
    if not lines:
        return Rejected(NOTHING)
    assert by.network_id is not None
    late = [line.key for line in lines if line.line_id is None]
    if late:
        allowed = allow_late(by.network_id, late, reason, person_id=by.person_id, at=at)
        if isinstance(allowed, Rejected):
            return allowed
    Release.objects.bulk_create(
        Release(line_id=line.line_id, person_id=by.person_id, at=at, reason=reason)
        for line in lines
        if line.line_id is not None
    )
    return _done(by, problem, lines, fix, reason, at, _women(problem))


@_by_controller
def write_off(by: Workplace, problem: Problem, reason: str, *, at: datetime) -> Fixed | Rejected:
    """Write off what still stands open of the lines of a problem, and say why.

    What is too late and was never claimed gets a line of its own, so that it is counted somewhere.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        return Rejected(NO_REASON, "reason")
    lines = [line for line in problem.lines if is_possible("write_off", line)]
    if not lines:
        return Rejected(NOTHING)
    assert by.network_id is not None
    written = write_off_lines(
        by.network_id,
        {line.line_id for line in lines if line.line_id is not None},
        {line.key for line in lines if line.line_id is None},
        reason,
        person_id=by.person_id,
        at=at,
    )
    if isinstance(written, Rejected):
        return written
    return _done(by, problem, lines, "write_off", reason, at, _women(problem))


@_by_controller
def wait(by: Workplace, problem: Problem, text: str, *, at: datetime) -> Fixed | Rejected:
    """Let a problem stand on purpose, and say until when or for whom; the others see it."""
    if not text.strip():
        return Rejected(NO_REASON, "reason")
    _mark(by, problem.key, Kind.COMMENT, _("Wacht: %(text)s") % {"text": text.strip()}, at)
    return _touched(by, problem, problem.lines, "wait", at)


@_by_controller
def comment(by: Workplace, problem: Problem, text: str, *, at: datetime) -> Fixed | Rejected:
    """Write something down for whoever looks at the problem next."""
    if not text.strip():
        return Rejected(_("Schrijf iets op."), "text")
    _mark(by, problem.key, Kind.COMMENT, text.strip(), at)
    return _touched(by, problem, problem.lines, "comment", at)


@_by_controller
def assign(by: Workplace, problem: Problem, to: Person, *, at: datetime) -> Fixed | Rejected:
    """Give a problem to somebody of the network who may fix it."""
    if not fixers(by).filter(pk=to.pk).exists():
        return Rejected(_("Deze persoon herstelt geen problemen van dit netwerk."), "to")
    ProblemMark.objects.create(
        network_id=known(by.network_id),
        problem=problem.key,
        kind=Kind.ASSIGNED,
        person_id=by.person_id,
        to_person=to,
        at=at,
    )
    return _touched(by, problem, problem.lines, "assign", at)


def carers_of(problem: Problem, today: date) -> dict[int, list[int]]:
    """Return which organisations treat each pregnancy of a problem today."""
    relations = TreatmentRelation.objects.filter(
        pregnancy_id__in={line.pregnancy_id for line in problem.lines},
        basis=TreatmentRelation.Basis.CARE,
        valid_from__lte=today,
        valid_until__gt=today,
    )
    found: dict[int, list[int]] = {}
    for pregnancy_id, organisation_id in relations.values_list("pregnancy_id", "organisation_id"):
        found.setdefault(pregnancy_id, []).append(organisation_id)
    return found


def fixers(by: Workplace) -> QuerySet[Person]:
    """Return the people who may fix the problems of a workplace's network now."""
    today = timezone.localdate()
    return (
        Person.objects.filter(
            is_active=True,
            positions__role=Role.CONTROLLER,
            positions__network_id=known(by.network_id),
            positions__valid_from__lte=today,
            positions__valid_until__gt=today,
        )
        .distinct()
        .order_by("last_name", "first_name", "pk")
    )


def _pregnancies(problem: Problem) -> list[Pregnancy]:
    ids = {line.pregnancy_id for line in problem.lines}
    return list(Pregnancy.objects.filter(pk__in=ids).order_by("pk"))


def _women(problem: Problem) -> list[int]:
    return sorted({pregnancy.woman_id for pregnancy in _pregnancies(problem)})


def _done(
    by: Workplace,
    problem: Problem,
    lines: Iterable[Stuck],
    action: str,
    text: str,
    at: datetime,
    women: Sequence[int],
) -> Fixed:
    _mark(by, problem.key, Kind.FIXED, text, at)
    made = _touched(by, problem, lines, action, at)
    return Fixed(made.products, tuple(sorted(set(women))))


def _touched(
    by: Workplace, problem: Problem, lines: Iterable[Stuck], action: str, at: datetime
) -> Fixed:
    touched = [(line.key, line.line_id) for line in lines]
    return Fixed(touch(by, action, touched, at, problem=problem.key))


def _mark(by: Workplace, problem: str, kind: str, text: str, at: datetime) -> None:
    ProblemMark.objects.create(
        network_id=known(by.network_id),
        problem=problem,
        kind=kind,
        person_id=by.person_id,
        text=text[:1000],
        at=at,
    )
