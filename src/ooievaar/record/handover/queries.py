"""What others read of handing over: who is responsible, who coordinates, what waits for an answer.

Everything about duties comes from one query, so that a banner can afford it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import BannerPart
from ooievaar.record.handover.models import Phase, Referral, ReferralStep, Responsibility
from ooievaar.record.handover.rules import course
from ooievaar.record.handover.rules.duty import Birth, duty_at, phase_at
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.permissions import known, pregnancies_for, pregnancy_ids_for
from ooievaar.record.versions import newest_first

State, Duty = ReferralStep.State, Responsibility.Duty
OUTCOMES = (State.ANSWERED, State.TAKEN_OVER, State.DECLINED, State.WITHDRAWN, State.LAPSED)
"""Steps after which nobody waits any more."""
NEWS = timedelta(days=7)
"""How long an outcome is news for who asked, or was too late."""


@dataclass(frozen=True, slots=True)
class Held:
    """A duty as it was written; `number` in the order of writing."""

    number: int
    duty: str
    phase: int
    organisation_id: int
    organisation: str
    person_id: int | None
    person: str
    starts_at: datetime
    recorded_by: str

    @property
    def phase_label(self) -> str:
        """The phase as people read it."""
        return str(Phase(self.phase).label)


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who leads at a moment; `since` is None where it is only the first intake that says so."""

    organisation_id: int
    organisation: str
    person_id: int | None = None
    person: str = ""
    since: datetime | None = None

    @property
    def is_first_intake(self) -> bool:
        """Tell whether nobody took over ever: it is where she came in."""
        return self.since is None

    @property
    def name(self) -> str:
        """The organisation, with the person in front where one is named."""
        return f"{self.person}, {self.organisation}" if self.person else self.organisation


@dataclass(frozen=True, slots=True)
class Duties:
    """Everything known of who leads and coordinates in one pregnancy."""

    pregnancy_id: int
    intake: Responsible
    birth: Birth
    held: tuple[Held, ...] = field(default=())

    def of(self, duty: str) -> tuple[Held, ...]:
        """Return the rows of one duty, in the order of writing."""
        return tuple(one for one in self.held if one.duty == duty)

    def phase(self, at: datetime) -> int:
        """Return the phase that runs at a moment."""
        local = timezone.localtime(at)
        return phase_at(local.date(), local.hour * 60 + local.minute, self.birth)

    def responsible(self, at: datetime, phase: int | None = None) -> Responsible:
        """Return who leads at a moment; of `phase`, else of the one that runs then."""
        if phase is None:
            phase = self.phase(at)
        row = duty_at(self.of(Duty.RESPONSIBLE), at, phase)
        return _as_responsible(row) if row else self.intake

    def coordinator(self, at: datetime) -> Responsible | None:
        """Return who coordinates at a moment; None where nobody said so yet."""
        row = duty_at(self.of(Duty.COORDINATOR), at, Phase.WHOLE)
        return _as_responsible(row) if row else None

    def agreed(self, at: datetime) -> list[tuple[Phase, Responsible]]:
        """Return who leads the phases still to come, where that is another than now."""
        now = self.phase(at)
        leads = self.responsible(at, now).organisation_id
        later = [(Phase(phase), self.responsible(at, phase)) for phase in range(now + 1, 4)]
        return [(phase, who) for phase, who in later if who.organisation_id != leads]


def _as_responsible(row: Held) -> Responsible:
    return Responsible(
        row.organisation_id, row.organisation, row.person_id, row.person, row.starts_at
    )


def duties_of(pregnancy_id: int, at: datetime) -> Duties | None:
    """Return who leads and coordinates in a pregnancy, in one query."""
    return duties_for([pregnancy_id], at).get(pregnancy_id)


def duties_for(pregnancy_ids: Iterable[int], at: datetime) -> dict[int, Duties]:
    """Return who leads and coordinates in pregnancies, in one query."""
    newest = newest_first(timezone.localdate(at)).filter(pregnancy_id=OuterRef("pregnancy_id"))
    told = "pregnancy__responsibilities__"
    rows = (
        PregnancyVersion.objects.filter(
            pregnancy_id__in=list(pregnancy_ids), pk=Subquery(newest.values("pk")[:1])
        )
        .order_by("pregnancy_id", f"{told}pk")
        .values_list(
            "pregnancy_id",
            "first_intake_organisation_id",
            "first_intake_organisation__name",
            *("labour_on", "labour_minute", "birth_on", "placenta_on", "placenta_minute"),
            *(f"{told}{name}" for name in ("pk", "duty", "phase", "organisation_id")),
            f"{told}organisation__name",
            f"{told}person_id",
            *(f"{told}person__{name}" for name in ("first_name", "last_name", "username")),
            f"{told}starts_at",
            *(f"{told}recorded_by__{name}" for name in ("first_name", "last_name", "username")),
        )
    )
    known_of: dict[int, tuple[Responsible, Birth]] = {}
    held: dict[int, list[Held]] = defaultdict(list)
    for row in rows:
        pregnancy_id = row[0]
        known_of[pregnancy_id] = (Responsible(row[1], row[2]), Birth(*row[3:8]))
        if row[8] is not None:
            named, by = _name(*row[14:17]), _name(*row[18:21])
            number, duty, phase, organisation_id, organisation, person_id = row[8:14]
            one = Held(
                number, duty, phase, organisation_id, organisation, person_id, named, row[17], by
            )
            held[pregnancy_id].append(one)
    return {
        pregnancy_id: Duties(pregnancy_id, intake, birth, tuple(held[pregnancy_id]))
        for pregnancy_id, (intake, birth) in known_of.items()
    }


def _name(first: str | None, last: str | None, username: str | None) -> str:
    return f"{first or ''} {last or ''}".strip() or username or ""


def leaders(pregnancy_id: int, at: datetime) -> list[BannerPart]:
    """Return who leads and who coordinates, for the banner, in one query."""
    duties = duties_of(pregnancy_id, at)
    return parts_of(duties, at) if duties else []


def parts_of(duties: Duties, at: datetime) -> list[BannerPart]:
    """Return who leads and who coordinates, for the banner of a page that read them already."""
    leads, coordinates = duties.responsible(at), duties.coordinator(at)
    notes = [_("eerste intake") if leads.since is None else _since(leads.since)]
    notes += [
        _("%(phase)s: %(name)s") % {"phase": phase.label.lower(), "name": who.organisation}
        for phase, who in duties.agreed(at)
    ]
    parts = [BannerPart(_("Verantwoordelijk"), leads.name, " · ".join(notes))]
    if coordinates is None:
        nobody = BannerPart(_("Coördinerend"), _("nog niemand"), "")
        return [*parts, nobody]
    since = _since(coordinates.since) if coordinates.since else ""
    return [*parts, BannerPart(_("Coördinerend"), coordinates.name, since)]


def _since(moment: datetime) -> str:
    return _("sinds %(moment)s") % {"moment": f"{timezone.localtime(moment):%d-%m-%Y %H:%M}"}


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """A referral in a list: what is asked, of whom, by whom, and until when it can wait.

    `name` is empty where the reader has no access to her; `other` is the other organisation.
    """

    referral_id: int
    pregnancy_id: int
    woman_id: int
    reference: str
    name: str
    kind: str
    urgency: str
    question: str
    other: str
    to_person_id: int | None
    to_person: str
    asked_at: datetime
    answer_by: datetime
    state: str
    state_at: datetime
    is_late: bool

    @property
    def kind_label(self) -> str:
        """The kind as people read it."""
        return str(Referral.Kind(self.kind).label)

    @property
    def urgency_label(self) -> str:
        """The urgency as people read it."""
        return str(Referral.Urgency(self.urgency).label)

    @property
    def state_label(self) -> str:
        """How it stands, as people read it."""
        return str(_("Open") if self.state == course.OPEN else State(self.state).label)


def open_for(workplace: Workplace, at: datetime) -> list[ReferralLine]:
    """Return what is asked of a workplace's organisation and waits for it, most urgent first.

    Of pregnancies that it may see; what was asked of one person is in it for everybody there.
    """
    rows = _with_state(
        Referral.objects.filter(
            to_organisation_id=known(workplace.organisation_id),
            asked_at__lte=at,
            pregnancy_id__in=pregnancy_ids_for(workplace, at),
        ).filter(~Exists(_steps().filter(state__in=OUTCOMES)))
    )
    lines = [_line(row, at, row.from_organisation.name, True) for row in rows]
    return sorted(lines, key=_most_urgent)


def news_for(workplace: Workplace, at: datetime) -> list[ReferralLine]:
    """Return what became of questions in the last week that somebody else decided, newest first.

    What the own organisation asked and got an answer to; and what was asked of it and lapsed,
    because another took her over first: of that it may see the reference only.
    """
    organisation_id = known(workplace.organisation_id)
    recent = _steps().filter(at__gte=at - NEWS, at__lte=at)
    ours = Exists(recent.filter(state__in=OUTCOMES).exclude(organisation_id=organisation_id))
    too_late = Exists(recent.filter(state=State.LAPSED))
    rows = _with_state(
        Referral.objects.filter(
            (Q(from_organisation_id=organisation_id) & ours)
            | (Q(to_organisation_id=organisation_id) & too_late)
        )
    )
    seen = _seen(workplace, at, [row.pregnancy_id for row in rows])
    lines = [
        _line(
            row,
            at,
            (
                row.to_organisation
                if row.from_organisation_id == organisation_id
                else row.from_organisation
            ).name,
            row.pregnancy_id in seen,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.state_at, reverse=True)


def _seen(workplace: Workplace, at: datetime, pregnancy_ids: list[int]) -> set[int]:
    if not pregnancy_ids:
        return set()
    rows = pregnancies_for(workplace, at).filter(pk__in=pregnancy_ids)
    return set(rows.values_list("pk", flat=True))


def _steps() -> QuerySet[ReferralStep]:
    return ReferralStep.objects.filter(referral_id=OuterRef("pk"))


def _with_state(rows: QuerySet[Referral]) -> list[Referral]:
    last = _steps().order_by("-at", "-pk")
    return list(
        rows.annotate(
            last_state=Subquery(last.values("state")[:1]), last_at=Subquery(last.values("at")[:1])
        )
        .select_related("pregnancy__woman", "from_organisation", "to_organisation", "to_person")
        .order_by("asked_at", "pk")
    )


def _line(row: Referral, at: datetime, other: str, shows_her: bool) -> ReferralLine:
    told = row.__dict__
    state, by = told["last_state"] or course.OPEN, course.answer_by(row.urgency, row.asked_at)
    return ReferralLine(
        referral_id=row.pk,
        pregnancy_id=row.pregnancy_id,
        woman_id=row.pregnancy.woman_id,
        reference=row.pregnancy.reference,
        name=row.pregnancy.woman.name if shows_her else "",
        kind=row.kind,
        urgency=row.urgency,
        question=row.question if shows_her else "",
        other=other,
        to_person_id=row.to_person_id,
        to_person=row.to_person.name if row.to_person else "",
        asked_at=row.asked_at,
        answer_by=by,
        state=state,
        state_at=told["last_at"] or row.asked_at,
        is_late=state == course.OPEN and at > by,
    )


def _most_urgent(line: ReferralLine) -> tuple[int, datetime, int]:
    return course.URGENCIES.index(line.urgency), line.asked_at, line.referral_id
