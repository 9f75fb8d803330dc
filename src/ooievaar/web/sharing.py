"""Who sees what of her, in words that she understands: read together, or printed for her."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar import rulebook
from ooievaar.exchange.letters.compose import sharing_with
from ooievaar.exchange.letters.receivers import LetterKind, letter_kind, letter_kinds
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log import words
from ooievaar.record.access_log.models import AccessEvent, AccessSubject, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import banner_for
from ooievaar.record.models import Consent, TreatmentRelation
from ooievaar.record.permissions import EMERGENCY, access_to, as_said, known
from ooievaar.record.rules.consent import Said
from ooievaar.record.rules.sharing import (
    AGREED,
    OBJECTED,
    REFERRED,
    TOGETHER,
    UNASKED,
    Receiver,
    in_force,
    reason_for,
    sights_of,
)
from ooievaar.record.women.records import her_records
from ooievaar.rulebook.schema import ElementSet
from ooievaar.ui.templatetags.ooievaar import language

DOOR = Door(CARE_ROLES, is_care=True)
MOST_EVENTS = 100
Basis = TreatmentRelation.Basis

BECAUSE: dict[str, str | Promise] = {
    TOGETHER: gettext_lazy("omdat zij u samen behandelen"),
    REFERRED: gettext_lazy("omdat u van daar bent verwezen"),
    AGREED: gettext_lazy("omdat u daarmee instemde"),
    OBJECTED: gettext_lazy("omdat u daartegen bezwaar heeft"),
    UNASKED: gettext_lazy("omdat u daarvoor geen toestemming gaf"),
}
OF_LETTER: dict[str, str | Promise] = {
    TOGETHER: gettext_lazy("Deze brief mag worden gestuurd, tenzij u bezwaar heeft."),
    AGREED: gettext_lazy("U stemde in met deze brief."),
    OBJECTED: gettext_lazy("U heeft bezwaar: deze brief wordt niet gemaakt."),
    UNASKED: gettext_lazy(
        "U bent dit nog niet gevraagd: dat gebeurt eerst. Pas als u instemt, wordt de brief "
        "gemaakt, met alleen wat de afzender zelf vastlegde en wat u van anderen al liet delen."
    ),
}
OF_PURPOSE: dict[tuple[str, str], str | Promise] = {
    ("quality", TOGETHER): gettext_lazy(
        "Uw zorgverleners mogen van uw zorg leren, zolang u geen bezwaar heeft."
    ),
    ("quality", AGREED): gettext_lazy("U stemde ermee in dat uw zorgverleners hiervan leren."),
    ("quality", OBJECTED): gettext_lazy("U heeft bezwaar: er wordt niet van uw dossier geleerd."),
    ("research", AGREED): gettext_lazy("U stemde in met onderzoek met uw gegevens."),
    ("research", OBJECTED): gettext_lazy("U heeft bezwaar: geen onderzoek met uw gegevens."),
    ("research", UNASKED): gettext_lazy(
        "U gaf geen toestemming: er is geen onderzoek met uw gegevens."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What a receiver sees, or does not see, of some others, and why."""

    is_seen: bool
    names: str
    because: str


@dataclass(frozen=True, slots=True)
class Treating:
    """An organisation that treats her now: why it sees her, and what."""

    organisation: Organisation
    why: tuple[str, ...]
    lines: tuple[Line, ...]
    part: str
    part_sentence: str


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """A letter that can be made, what she said of it, and to whom it may be addressed."""

    kind: LetterKind
    name: str
    words: str
    reason: str
    receivers: tuple[Organisation, ...]

    @property
    def is_refused(self) -> bool:
        """Tell whether she objected."""
        return self.reason == OBJECTED

    @property
    def asks_first(self) -> bool:
        """Tell whether she has to be asked before it is sent."""
        return self.reason == UNASKED


@dataclass(frozen=True, slots=True)
class Happened:
    """Something from the access log: when, who, and what of it she has to know."""

    at: datetime
    who: str
    what: str


@open_to(*CARE_ROLES, is_care=True)
def sharing(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show per organisation what it sees of her and why, what she said, and what left by letter."""
    here, at = request.workplace, timezone.now()
    access = access_to(here, pregnancy_id, at)
    # Read with her, about who sees what: how her care is paid and who leads it stand elsewhere.
    banner = access and banner_for(here, pregnancy_id, at, access=access, parts=(), leaders=())
    if access is None or banner is None:
        return refuse(request, "relation", DOOR)
    note(
        request,
        Kind.READ,
        "sharing",
        pregnancy_id,
        women=[access.woman_id],
        controls=access.controls,
        purpose=str(access.purpose),
    )
    today = timezone.localdate(at)
    relations = list(
        TreatmentRelation.objects.filter(pregnancy_id=pregnancy_id, valid_from__lte=today)
        .select_related("organisation", "person", "asked_by")
        .order_by("valid_from", "pk")
    )
    consents = list(
        Consent.objects.filter(woman__in=her_records(access.woman_id))
        .select_related("source", "recipient")
        .order_by("recorded_at", "pk")
    )
    said = [as_said(row) for row in consents]
    running = [row for row in relations if row.valid_until > today]
    treating = _treating(running, relations, said, today)
    events = _events(access.woman_id)
    context: dict[str, Any] = {
        "banner": banner,
        "treating": treating,
        "ended": _ended(relations, {one.organisation.pk for one in treating}),
        "words": _words(consents, said),
        "purposes": _purposes(said),
        "openings": [_opening(one) for one in events if one.kind == Kind.BREAK_GLASS],
        "letters": [_sent(one, today) for one in events if one.kind == Kind.EXPORT],
        "choices": _choices(here, running, said, today),
        "may_say": access.basis != EMERGENCY,
        "today": today,
    }
    return render(request, "web/sharing.html", context)


def _treating(
    running: Sequence[TreatmentRelation],
    relations: Sequence[TreatmentRelation],
    said: Sequence[Said],
    today: date,
) -> list[Treating]:
    """Return who treats her now, in the order in which they began."""
    by_organisation: dict[int, list[TreatmentRelation]] = defaultdict(list)
    for row in running:
        by_organisation[row.organisation_id].append(row)
    by_name = sorted(relations, key=lambda row: row.organisation.name)
    names = {row.organisation_id: row.organisation.name for row in by_name}
    found = []
    for organisation_id, rows in by_organisation.items():
        organisation = rows[0].organisation
        referred_by = frozenset(row.asked_by_id for row in rows if row.asked_by_id)
        receiver = Receiver(organisation_id, organisation.discipline, referred_by)
        lines = tuple(
            Line(
                sight.is_seen,
                _and([names[source] for source in sight.source_ids]),
                str(BECAUSE[sight.reason]),
            )
            for sight in sights_of(said, receiver, names)
        )
        part = _part(organisation.discipline, today)
        found.append(
            Treating(
                organisation=organisation,
                why=tuple(_why(row) for row in rows),
                lines=lines,
                part="" if part is None or part.sees_all else _in_language(part, "name"),
                part_sentence="" if part is None else _in_language(part, "sentence"),
            )
        )
    return found


def _why(row: TreatmentRelation) -> str:
    """Say why somebody treats her: `geeft u zorg sinds 02-03-2026`."""
    known_of = {
        "day": f"{row.valid_from:%d-%m-%Y}",
        "asked_by": str(row.asked_by) if row.asked_by else "",
        "person": row.person.name if row.person else "",
    }
    if row.basis == Basis.TEAM:
        return _("in uw team sinds %(day)s: alleen %(person)s") % known_of
    if row.basis == Basis.CARE:
        return _("geeft u zorg sinds %(day)s") % known_of
    if row.asked_by:
        return _("om raad gevraagd door %(asked_by)s sinds %(day)s") % known_of
    return _("om raad gevraagd sinds %(day)s") % known_of


def _part(discipline: str, today: date) -> ElementSet | None:
    """Return which part of the dataset an organisation sees of others."""
    book = rulebook.load()
    rows = book.element_sets.element_sets
    found = (row for row in rows if discipline in row.seen_by and today in book.within(row))
    return next(found, None)


def _in_language(row: Any, field: str) -> str:
    return str(getattr(row, f"{field}_{language()}"))


def _ended(
    relations: Sequence[TreatmentRelation], treating: set[int]
) -> list[tuple[Organisation, date]]:
    """Return who treats her no more, with the day from which on it sees nothing."""
    last: dict[int, TreatmentRelation] = {}
    for row in relations:
        known_end = last.get(row.organisation_id)
        if known_end is None or row.valid_until > known_end.valid_until:
            last[row.organisation_id] = row
    return [(row.organisation, row.valid_until) for pk, row in last.items() if pk not in treating]


def _words(consents: Iterable[Consent], said: Iterable[Said]) -> list[Consent]:
    """Return what she said that still counts, newest first."""
    rows = {row.pk: row for row in consents}
    return [rows[one.said_id] for one in reversed(in_force(said))]


def _purposes(said: Sequence[Said]) -> list[str]:
    """Say what she lets be done with her record apart from treating her."""
    everyone = Receiver(None, "")
    found = []
    for purpose in (Consent.Purpose.QUALITY, Consent.Purpose.RESEARCH):
        reason = reason_for(said, None, everyone, purpose)
        found.append(str(OF_PURPOSE[str(purpose), reason]))
    return found


def _events(woman_id: int) -> list[AccessEvent]:
    """Return the letters about her and the uses of the emergency button, newest first."""
    letters = Q(kind=Kind.EXPORT, object_type="letter")
    openings = Q(kind=Kind.BREAK_GLASS)
    hers = AccessSubject.objects.filter(woman_id__in=her_records(woman_id)).values("event_id")
    return list(
        AccessEvent.objects.filter(letters | openings, number__in=hers, is_success=True).order_by(
            "-number"
        )[:MOST_EVENTS]
    )


def _opening(event: AccessEvent) -> Happened:
    return Happened(event.at, words.who(event), "")


def _sent(event: AccessEvent, today: date) -> Happened:
    kind = letter_kind(str(event.detail.get("receiver", "")), today)
    what = _in_language(kind.row, "name") if kind else _("Brief")
    return Happened(event.at, words.who(event), what)


def _choices(
    here: Workplace,
    running: Iterable[TreatmentRelation],
    said: Sequence[Said],
    today: date,
) -> list[LetterChoice]:
    """Return the letters that may be made from here; the wider the choice, the more precise."""
    own = known(here.organisation_id)
    treating = {row.organisation_id: row.organisation for row in running}
    found = []
    for kind in letter_kinds(today):
        reason = sharing_with(said, own, kind).reason
        receivers = [
            one
            for one in treating.values()
            if one.discipline in kind.row.disciplines
            and one.pk != own
            and not sharing_with(said, own, kind, one).is_refused
        ]
        found.append(
            LetterChoice(
                kind=kind,
                name=_in_language(kind.row, "name"),
                words=str(OF_LETTER[reason]),
                reason=reason,
                receivers=tuple(receivers),
            )
        )
    return found


def _and(names: Sequence[str]) -> str:
    """Write names as people say them: `A, B en C`."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s en %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
