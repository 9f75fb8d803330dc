"""Care shifts: proposing one, deciding on it, and what is planned against what is on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Network
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.agreeing import (
    NOT_YOURS,
    SIGNERS,
    WRITERS,
    may_sign,
    may_write,
)
from ooievaar.pathways.models import Enrolment, PathwayVersion
from ooievaar.pathways.queries import definition_of, in_force
from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.definition import Activity, Definition, Series, describe_window
from ooievaar.pathways.rules.shift import (
    ALARMS,
    Difference,
    Effort,
    Flag,
    Hours,
    Month,
    Need,
    Reason,
    Work,
    difference,
    flags,
    hours_per_discipline,
    hours_per_line,
    needs,
    planned_against_real,
    reasons_for_decision,
)
from ooievaar.pathways.rules.who_schedule import contacts_after
from ooievaar.pathways.shift_models import CareShift, ShiftDecision
from ooievaar.pathways.shipped import newest
from ooievaar.pathways.thresholds import DatedThreshold, threshold_on
from ooievaar.record.models import CareActivity
from ooievaar.record.relations import Rejected

Outcome = ShiftDecision.Outcome
GOES_ON = (Outcome.AGREED, Outcome.STARTED)
LONGEST_TITLE = 120
LONGEST_NOTE = 500
MOST_WOMEN = 100_000
MOST_MONTHS = 12
DEFAULT_BASE = "basis"
USUAL_FIRST_CONTACT_DAYS = 8 * 7
"""Of a series of contacts there are as many as for who comes into care at 8 weeks."""
SMALLEST_SHOWN = 5
"""Below this many, who gives no care sees that it is few, not how many."""


@dataclass(frozen=True, slots=True)
class Study:
    """What a shift amounts to: what changes, whose hours, what to look at, what it asks."""

    changed: Difference
    after: tuple[Work, ...]
    lines: tuple[Hours, ...]
    disciplines: tuple[Hours, ...]
    flags: tuple[Flag, ...]
    needs: tuple[Need, ...]
    reasons: tuple[Reason, ...]
    threshold: DatedThreshold

    @property
    def needs_decision(self) -> bool:
        """Tell whether it may not start without a decision."""
        return bool(self.reasons)

    @property
    def is_alarming(self) -> bool:
        """Tell whether it is bound to fail as it is."""
        return bool(ALARMS & set(self.flags))


def study(shift: CareShift, base: Definition | None) -> Study:
    """Return what a shift amounts to, for the women it is about; `base` as it was when proposed."""
    before = definition_of(shift.from_version) if shift.from_version is not None else None
    return compare(
        before,
        definition_of(shift.to_version),
        base,
        shift.women_a_year,
        timezone.localdate(shift.proposed_at),
    )


def compare(
    before: Definition | None, after: Definition, base: Definition | None, women: int, day: date
) -> Study:
    """Return what going from one version to another amounts to for so many women a year."""
    then = _works(after, base)
    changed = difference(_works(before, base), then)
    was, becomes = changed.touched_before, changed.touched_after
    lines = hours_per_line(was, becomes, women)
    dated = threshold_on(day)
    raised = flags(changed, lines, women, dated.threshold)
    return Study(
        changed=changed,
        after=then,
        lines=lines,
        disciplines=hours_per_discipline(was, becomes, women),
        flags=raised,
        needs=needs(changed),
        reasons=reasons_for_decision(changed, lines, raised, women, dated.threshold),
        threshold=dated,
    )


@lru_cache(maxsize=256)
def _works(definition: Definition | None, base: Definition | None) -> tuple[Work, ...]:
    """Return the work of a pathway on top of the base; without a pathway that of the base."""
    if definition is not None and definition.kind == "base":
        base = None
    given = [one for one in (base, definition) if one is not None]
    return tuple(work_of(row.activity) for row in compose(given).activities) if given else ()


def work_of(activity: Activity) -> Work:
    """Return an activity as far as a shift goes."""
    timing, times = activity.timing, 1
    if isinstance(timing, Series):
        times = len(contacts_after(USUAL_FIRST_CONTACT_DAYS, timing))
    return Work(
        key=activity.key,
        name_nl=activity.name_nl,
        name_en=activity.name_en,
        discipline=activity.discipline,
        line=activity.line,
        efforts=tuple(
            Effort(one.discipline, one.line, one.minutes, one.percent) for one in activity.effort
        ),
        window=describe_window(activity),
        times=times,
        needs=tuple((one.name_nl, one.name_en) for one in activity.needs),
        codes=activity.codes,
        replaces=activity.replaces,
    )


def base_of(network_id: int, day: date) -> Definition | None:
    """Return the base that held in a network on a day; before the first, the shipped one."""
    held = next((one for one in in_force(network_id, day).values() if one.kind == "base"), None)
    if held is not None:
        return definition_of(held)
    shipped = newest(DEFAULT_BASE)
    return shipped.definition if shipped else None


# --- Proposing and deciding ---


def shifts_for(networks: QuerySet[Network]) -> QuerySet[CareShift]:
    """Return the care shifts of these networks with what was decided, newest first."""
    return (
        CareShift.objects.filter(network__in=networks)
        .select_related("network", "from_version", "to_version", "proposed_by")
        .prefetch_related("decisions__decided_by", "decisions__decided_as")
        .order_by("-proposed_at", "-pk")
    )


def newest_decision(shift: CareShift) -> ShiftDecision | None:
    """Return what was decided last; None while nothing was."""
    return max(shift.decisions.all(), key=lambda one: one.pk, default=None)


@transaction.atomic
def propose(
    workplace: Workplace,
    *,
    title: str,
    from_version: PathwayVersion | None,
    to_version: PathwayVersion,
    women_a_year: int,
    quality: str,
    measure: str,
    at: datetime,
) -> CareShift | Rejected:
    """Propose to go from one version to another; what it amounts to follows from both."""
    today = timezone.localdate(at)
    if not may_write(workplace, to_version.network_id, today):
        return Rejected(NOT_YOURS)
    if from_version is not None and from_version.network_id != to_version.network_id:
        return Rejected(_("Dit zorgpad is van een ander netwerk."), "from_version")
    if from_version is None and to_version.kind == "base":
        return Rejected(_("Kies bij een basiszorgpad ook vanaf welke versie."), "from_version")
    if from_version is not None and (from_version.kind == "base") != (to_version.kind == "base"):
        return Rejected(_("Een basiszorgpad gaat alleen over in een basiszorgpad."), "from_version")
    found = compare(
        definition_of(from_version) if from_version else None,
        definition_of(to_version),
        base_of(to_version.network_id, today),
        women_a_year,
        today,
    )
    if found.changed.is_empty:
        return Rejected(_("Tussen deze twee versies verandert niets."), "to_version")
    return CareShift.objects.create(
        network_id=to_version.network_id,
        title=title.strip(),
        from_version=from_version,
        to_version=to_version,
        women_a_year=women_a_year,
        quality=quality.strip(),
        measure=measure.strip(),
        proposed_by_id=workplace.person_id,
        proposed_as_id=workplace.position_id,
        proposed_at=at,
    )


def outcomes_open_to(
    workplace: Workplace, shift: CareShift, found: Study, today: date
) -> tuple[Outcome, ...]:
    """Return what this person may decide now about a shift; nothing when it is not theirs."""
    last = newest_decision(shift)
    decides = may_sign(workplace, shift.network_id)
    if last is not None and last.outcome not in GOES_ON:
        return ()
    if last is not None:
        is_writer = workplace.role in WRITERS and may_write(workplace, shift.network_id, today)
        return (Outcome.STOPPED,) if decides or is_writer else ()
    if found.needs_decision:
        is_own = workplace.person_id == shift.proposed_by_id
        return (Outcome.AGREED, Outcome.REJECTED) if decides and not is_own else ()
    if decides:
        return (Outcome.STARTED, Outcome.REJECTED)
    is_writer = workplace.role in WRITERS and may_write(workplace, shift.network_id, today)
    return (Outcome.STARTED,) if is_writer else ()


@transaction.atomic
def decide(
    workplace: Workplace,
    shift: CareShift,
    outcome: str,
    *,
    starts_on: date | None,
    mandate: str,
    note: str,
    at: datetime,
) -> ShiftDecision | Rejected:
    """Decide about a shift, or start a small one at once. A large one takes another person."""
    Network.objects.select_for_update().get(pk=shift.network_id)
    today = timezone.localdate(at)
    shift = CareShift.objects.select_related("from_version", "to_version").get(pk=shift.pk)
    found = study(shift, base_of(shift.network_id, timezone.localdate(shift.proposed_at)))
    if outcome not in outcomes_open_to(workplace, shift, found, today):
        is_own = workplace.person_id == shift.proposed_by_id and workplace.role in SIGNERS
        words = _("U stelde dit zelf voor; een ander beslist erover.") if is_own else NOT_YOURS
        return Rejected(words)
    note, mandate = note.strip(), mandate.strip()
    if outcome in GOES_ON and starts_on is None:
        return Rejected(_("Zeg vanaf wanneer."), "starts_on")
    if outcome in GOES_ON and starts_on is not None and starts_on < today:
        return Rejected(_("Op zijn vroegst vandaag."), "starts_on")
    if outcome != Outcome.STARTED and not mandate:
        return Rejected(_("Zeg op grond van welk mandaat of welk besluit."), "mandate")
    if outcome in (Outcome.REJECTED, Outcome.STOPPED) and not note:
        return Rejected(_("Zeg waarom."), "note")
    if outcome in GOES_ON and found.is_alarming and not note:
        return Rejected(
            _("Er komt werk bij en er gaat niets af. Zeg waarom dit toch doorgaat."), "note"
        )
    return ShiftDecision.objects.create(
        shift=shift,
        outcome=outcome,
        starts_on=starts_on if outcome in GOES_ON else None,
        mandate=mandate,
        note=note,
        decided_by_id=workplace.person_id,
        decided_as_id=workplace.position_id,
        decided_at=at,
    )


# --- Planned against real ---


def months_since(starts_on: date, today: date) -> list[str]:
    """Return the months from the start until this one, the last twelve of them."""
    months, month = [], month_of(starts_on)
    while month <= month_of(today):
        months.append(month)
        month = month_of(month_period(month).until)
    return months[-MOST_MONTHS:]


def planned_and_done(
    shift: CareShift, found: Study, starts_on: date, today: date
) -> tuple[Month, ...]:
    """Return every new activity in every month since the start, planned against real. One query.

    What is on record counts for the women who were on the pathway in that month; of a base for all
    women in care with a member.
    """
    months = months_since(starts_on, today)
    if not months:
        return ()
    changed = found.changed
    codes = {code for work in (*changed.touched_before, *changed.touched_after)
             for code in work.codes}  # fmt: skip
    done = _done(shift, codes, month_period(months[0]).start, today)
    return planned_against_real(changed, found.after, shift.women_a_year, months, done)


def _done(
    shift: CareShift, codes: set[str], start: date, today: date
) -> dict[tuple[str, str, str], int]:
    acts = CareActivity.objects.filter(
        code__in=sorted(codes),
        performed_on__gte=start,
        performed_on__lt=today + timedelta(days=1),
        withdrawal__isnull=True,
    ).annotate(month=TruncMonth("performed_on"))
    if shift.to_version.kind == "base":
        acts = acts.filter(
            organisation__memberships__network_id=shift.network_id,
            organisation__memberships__valid_from__lte=today,
            organisation__memberships__valid_until__gt=today,
        )
    else:
        acts = acts.filter(Exists(_on_it_that_month(shift)))
    rows = (
        acts.values_list("month", "organisation__discipline", "code")
        .annotate(n=Count("pk", distinct=True))
        .order_by()
    )
    return {(month_of(month), discipline, code): n for month, discipline, code, n in rows}


def _on_it_that_month(shift: CareShift) -> QuerySet[Enrolment]:
    """Return by what a woman was on the pathway on some day of the `month` of an activity."""
    hers = Enrolment.objects.filter(
        version__network_id=shift.network_id,
        version__key=shift.to_version.key,
        pregnancy_id=OuterRef("pregnancy_id"),
    )
    same_day = Q(from_on=OuterRef("from_on"), pk__gt=OuterRef("pk"))
    by_then = Q(from_on__gt=OuterRef("from_on"), from_on__lte=OuterRef(OuterRef("month")))
    over = hers.filter(same_day | by_then, kind=Enrolment.Kind.END)
    begun = hers.exclude(kind=Enrolment.Kind.END).annotate(begun=TruncMonth("from_on"))
    return begun.filter(~Exists(over), begun__lte=OuterRef("month"))


def shown_count(count: int | None, workplace: Workplace) -> str:
    """Write a count; few are not counted out for who gives no care."""
    if count is None:
        return "–"
    if 0 < count < SMALLEST_SHOWN and not workplace.gives_care:
        return f"< {SMALLEST_SHOWN}"
    return str(count)


def versions_of(network_id: int) -> Sequence[PathwayVersion]:
    """Return every version that a network has, by pathway, the newest first."""
    return list(
        PathwayVersion.objects.filter(network_id=network_id)
        .defer("content")
        .order_by("title", "key", "-number")
    )
