"""The rest of Today: what changed, who is due, who was born, who came into care, what is open.

What changed is about whom this person follows: whose record they opened in the last weeks.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.kernel.gestation import format_gestation
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.banner import gestation_on
from ooievaar.record.entries import words
from ooievaar.record.entries.models import Draft, Entry
from ooievaar.record.entries.permissions import forms_shown, part_of
from ooievaar.record.handover.models import Referral
from ooievaar.record.models import BreakGlass, PregnancyVersion, TreatmentRelation
from ooievaar.record.permissions import activities_for, known, pregnancies_for, shared_with
from ooievaar.record.teamwork.queries import coming_items
from ooievaar.record.versions import newest_versions
from ooievaar.web.pregnancy_list import BORN, LATEST, NEW, ONGOING, SOON
from ooievaar.web.today_parts import Line, Part, day_text, part, pregnancy_address

CHANGED = timedelta(days=28)
"""How long somebody follows a woman whose record they opened."""
LOOKS = 300
"""How many of their last looks count as what somebody follows."""
BIRTH = PregnancyVersion.EndKind.BIRTH
_ACT, _ENTRY = 1, 2


class _Open(NamedTuple):
    """A draft, kept at a moment; without a form a record that is open until a moment."""

    pregnancy_id: int
    form: str
    replaces_id: int | None
    at: datetime


def parts_of_the_rest(workplace: Workplace, at: datetime) -> list[Part]:
    """Return the parts that can wait a moment; seven queries at most."""
    day = timezone.localdate(at)
    relations, open_now = _relations(workplace, day), _open_now(workplace, at)
    looked = _last_looks(workplace, at)
    named = {row.pregnancy_id for row in relations} | {row.pregnancy_id for row in open_now}
    named |= looked.keys()
    versions = {row.pregnancy_id: row for row in _known_last(workplace, at, day, named)}
    moving = _moving(workplace, versions, looked, relations, at)
    return [*moving, *_own(workplace, versions, relations, open_now, at)]


def _moving(
    workplace: Workplace,
    versions: dict[int, PregnancyVersion],
    looked: dict[int, datetime],
    relations: Iterable[TreatmentRelation],
    at: datetime,
) -> list[Part]:
    """Return what changed, and who is over the date, due, born or new."""
    day = timezone.localdate(at)
    ongoing = [row for row in versions.values() if row.end_kind == ONGOING]
    ongoing.sort(key=lambda row: (row.due_on, row.pk))
    born = [
        (row.birth_on, row)
        for row in versions.values()
        if row.end_kind == BIRTH and row.birth_on and day - BORN <= row.birth_on <= day
    ]
    born.sort(key=lambda found: (found[0], found[1].pk), reverse=True)
    soon = [row for row in ongoing if day <= row.due_on <= day + SOON]
    past = [row for row in ongoing if day - LATEST <= row.due_on < day]
    new = [
        row
        for row in relations
        if row.basis == TreatmentRelation.Basis.CARE and row.valid_from >= day - NEW
    ]
    return [
        part(
            "changed",
            _("Veranderd sinds u keek"),
            _("niets nieuws bij wie u de laatste weken opende"),
            (
                _line(row.pregnancy, row, said, day)
                for row, said in _changed(workplace, versions, looked, at)
            ),
        ),
        part(
            "past",
            _("Uitgerekende datum voorbij"),
            _("niemand over de datum"),
            (_line(row.pregnancy, row, _due(row.due_on), day) for row in past),
            uitgerekend="voorbij",
        ),
        part(
            "born",
            _("Pas bevallen"),
            _("geen geboorte in de laatste twee weken"),
            (_line(row.pregnancy, row, _born(on), day) for on, row in born),
            geboren="kort",
        ),
        part(
            "soon",
            _("Binnen drie weken uitgerekend"),
            _("niemand binnen drie weken uitgerekend"),
            (_line(row.pregnancy, row, _due(row.due_on), day) for row in soon),
            uitgerekend="binnenkort",
        ),
        part(
            "new",
            _("Nieuw in zorg"),
            _("de laatste twee weken kwam niemand in zorg"),
            (
                _line(row.pregnancy, versions.get(row.pregnancy_id), _since(row.valid_from), day)
                for row in new
            ),
            zorg="nieuw",
        ),
    ]


def _own(
    workplace: Workplace,
    versions: dict[int, PregnancyVersion],
    relations: Iterable[TreatmentRelation],
    open_now: Iterable[_Open],
    at: datetime,
) -> list[Part]:
    """Return what is on its way: meetings, consults, drafts, teams, the emergency button."""
    day = timezone.localdate(at)

    def of(pregnancy: Any, said: str) -> Line:
        return _line(pregnancy, versions.get(pregnancy.pk), said, day)

    shown = [row for row in open_now if row.pregnancy_id in versions]
    drafts = sorted((row for row in shown if row.form), key=lambda row: row.at, reverse=True)
    opened = sorted((row for row in shown if not row.form), key=lambda row: row.at)
    consults = [row for row in relations if row.basis == TreatmentRelation.Basis.CONSULT]
    team = [row for row in relations if row.basis == TreatmentRelation.Basis.TEAM]
    return [
        part(
            "drafts",
            _("Waar u mee bezig was"),
            _("geen concept"),
            (_draft(row, versions[row.pregnancy_id], day) for row in drafts),
        ),
        part(
            "meetings",
            _("Overleg dat komt"),
            _("geen bespreking in de komende twee weken"),
            (
                Line(
                    reverse("meeting", args=[one.meeting_id]),
                    one.name or one.reference,
                    f"{one.kind}: {one.question}",
                    when=f"{timezone.localtime(one.starts_at):%d-%m %H:%M}",
                    woman_id=one.woman_id,
                )
                for one in coming_items(workplace, at)
            ),
        ),
        part(
            "asked",
            _("Consulten die lopen"),
            _("geen lopend consult"),
            (of(row.pregnancy, row.question or _("zonder vraag")) for row in consults),
        ),
        part(
            "team",
            _("In uw team"),
            _("u zit in geen team"),
            (of(row.pregnancy, _since(row.valid_from)) for row in team),
        ),
        part(
            "opened",
            _("Met de noodknop geopend"),
            _("niets open met de noodknop"),
            (of(versions[row.pregnancy_id].pregnancy, _until(row.at)) for row in opened),
        ),
    ]


def _line(pregnancy: Any, version: PregnancyVersion | None, said: str, day: date) -> Line:
    days = None
    if version is not None:
        ended_on = version.ended_on if version.ended_on and version.ended_on <= day else None
        # What is told of who gave birth is the day of it, not how far she was.
        days = None if ended_on else gestation_on(version.due_on, None, day)
    return Line(
        pregnancy_address(pregnancy.pk),
        pregnancy.woman.name or pregnancy.reference,
        said,
        format_gestation(days) if days is not None else "",
        woman_id=pregnancy.woman_id,
    )


def _draft(draft: _Open, version: PregnancyVersion, day: date) -> Line:
    if draft.replaces_id:
        address = reverse("correct_entry", args=[draft.pregnancy_id, draft.replaces_id])
    else:
        address = reverse("new_entry", args=[draft.pregnancy_id, draft.form])
    said = _("%(form)s, bewaard %(moment)s") % {
        "form": words.form_name(draft.form, day),
        "moment": f"{timezone.localtime(draft.at):%d-%m-%Y %H:%M}",
    }
    pregnancy = version.pregnancy
    title = pregnancy.woman.name or pregnancy.reference
    return Line(address, title, said, woman_id=pregnancy.woman_id)


def _due(due_on: date) -> str:
    return _("uitgerekend %(day)s") % {"day": day_text(due_on)}


def _born(birth_on: date) -> str:
    return _("bevallen %(day)s") % {"day": day_text(birth_on)}


def _since(day: date) -> str:
    return _("sinds %(day)s") % {"day": day_text(day)}


def _until(moment: datetime) -> str:
    return _("open tot %(moment)s") % {"moment": f"{timezone.localtime(moment):%d-%m-%Y %H:%M}"}


def _known_last(
    workplace: Workplace, at: datetime, day: date, named: Iterable[int]
) -> Iterable[PregnancyVersion]:
    """Return what is known last of who is due or gave birth about now, and of these."""
    due = Q(end_kind=ONGOING, due_on__range=(day - LATEST, day + SOON))
    born = Q(end_kind=BIRTH, birth_on__range=(day - BORN, day))
    return (
        newest_versions(day)
        .filter(
            due | born | Q(pregnancy_id__in=list(named)),
            pregnancy_id__in=pregnancies_for(workplace, at).values("pk"),
        )
        .select_related("pregnancy__woman")
    )


def _relations(workplace: Workplace, day: date) -> list[TreatmentRelation]:
    """Return which consults run here, this person's teams, and who came into care.

    A consult that came of a referral is among the referrals.
    """
    referred = Referral.objects.filter(relation_id=OuterRef("pk"))
    asked = Q(basis=TreatmentRelation.Basis.CONSULT, person_id__isnull=True) & ~Exists(referred)
    own = Q(person_id=workplace.person_id)
    new = Q(basis=TreatmentRelation.Basis.CARE, valid_from__gte=day - NEW)
    return list(
        TreatmentRelation.objects.filter(
            asked | own | new,
            organisation_id=known(workplace.organisation_id),
            valid_from__lte=day,
            valid_until__gt=day,
        )
        .select_related("pregnancy__woman")
        .order_by("-valid_from", "-pk")
    )


def _open_now(workplace: Workplace, at: datetime) -> list[_Open]:
    """Return this person's drafts, and what they opened with the emergency button; one query."""
    by: dict[str, Any] = {
        "person_id": workplace.person_id,
        "organisation_id": known(workplace.organisation_id),
    }
    openings = BreakGlass.objects.filter(role=workplace.role, open_until__gt=at, **by)
    drafts = Draft.objects.filter(**by)
    return [_Open(*row) for row in _as_open(drafts, "form", "replaces_id", "changed_at").union(
        _as_open(openings, Value(""), Value(None), "open_until"), all=True
    )]  # fmt: skip


def _as_open(rows: Any, form: Any, replaces: Any, moment: str) -> Any:
    """Give rows of either kind the same columns, each of the same type in both databases."""
    columns = {
        "c_of": Cast("pregnancy_id", IntegerField()),
        "c_form": Cast(form, CharField()),
        "c_replaces": Cast(replaces, IntegerField()),
        "c_at": Cast(moment, DateTimeField()),
    }
    return rows.order_by().annotate(**columns).values_list(*columns)


def _changed(
    workplace: Workplace,
    versions: dict[int, PregnancyVersion],
    looked: dict[int, datetime],
    at: datetime,
) -> list[tuple[PregnancyVersion, str]]:
    """Return whose record was added to since this person last opened it, newest first.

    An entry carries its moment. Activities and facts of the pregnancy carry the day they were
    known: what others did on the day of the last look is still news.
    """
    followed = [pregnancy_id for pregnancy_id in looked if pregnancy_id in versions]
    told = _told_by_others(workplace, followed, min(looked.values(), default=at), at)
    found = []
    for pregnancy_id in followed:
        version, moment = versions[pregnancy_id], looked[pregnancy_id]
        since = timezone.localdate(moment)
        entry, act = told.get((pregnancy_id, _ENTRY)), told.get((pregnancy_id, _ACT))
        if entry is not None and entry > moment:
            on, said = timezone.localdate(entry), _("nieuw in haar dossier, %(day)s")
        elif act is not None and act.astimezone(UTC).date() >= since:
            on, said = act.astimezone(UTC).date(), _("verrichting van een ander, %(day)s")
        elif version.recorded_on > since:
            on, said = version.recorded_on, _("gegevens van de zwangerschap, %(day)s")
        else:
            continue
        found.append((on, version, said))
    found.sort(key=lambda row: (row[0], row[1].pk), reverse=True)
    return [(version, said % {"day": day_text(on)}) for on, version, said in found]


def _told_by_others(
    workplace: Workplace, followed: list[int], first: datetime, at: datetime
) -> dict[tuple[int, int], datetime]:
    """Return when others last wrote something that may be read here; in one query."""
    if not followed:
        return {}
    own, today = known(workplace.organisation_id), timezone.localdate(at)
    shared = shared_with(workplace, at)
    if part_of(workplace) is not None:
        shared &= Q(form__in=sorted(forms_shown(workplace, today)))
    entries = (
        Entry.objects.filter(shared, pregnancy_id__in=followed, recorded_at__range=(first, at))
        .exclude(organisation_id=own)
        .order_by()
    )
    acts = (
        activities_for(workplace, at)
        .filter(
            pregnancy_id__in=followed,
            recorded_on__range=(timezone.localdate(first), today),
        )
        .exclude(organisation_id=own)
        .order_by()
    )
    rows = _last(acts, _ACT, "recorded_on").union(_last(entries, _ENTRY, "recorded_at"), all=True)
    return {(pregnancy_id, kind): last for pregnancy_id, kind, last in rows}


def _last(rows: Any, kind: int, field: str) -> Any:
    return (
        rows.values(of=F("pregnancy_id"))
        .annotate(
            kind=Value(kind, IntegerField()), last=Cast(Max(field), DateTimeField())
        )
        .values_list("of", "kind", "last")
    )  # fmt: skip


def _last_looks(workplace: Workplace, at: datetime) -> dict[int, datetime]:
    """Return when this person last opened each pregnancy, as the access log tells."""
    looks = (
        AccessEvent.objects.filter(
            person_id=workplace.person_id,
            kind=Kind.READ,
            object_type="pregnancy",
            at__gte=at - CHANGED,
        )
        .order_by("-number")
        .values_list("object_id", "at")[:LOOKS]
    )
    looked: dict[int, datetime] = {}
    for pregnancy_id, moment in looks:
        looked.setdefault(int(pregnancy_id), moment)
    return looked
