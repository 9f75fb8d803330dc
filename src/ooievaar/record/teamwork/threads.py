"""Writing in threads: the only code that does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Organisation, Position
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import known, said_by
from ooievaar.record.relations import Rejected, add_to_team
from ooievaar.record.rules.consent import verdict
from ooievaar.record.teamwork.models import (
    BuddyPair,
    Mention,
    Thread,
    ThreadMessage,
    ThreadRead,
)
from ooievaar.record.teamwork.wording import LONGEST_TEXT, worded

LONGEST_SUBJECT = 120
MOST_ADDRESSED = 12
LONGEST_NAMES = 500
SYSTEM_SUBJECT = "Meldingen van Ooievaar"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody a message speaks to: an organisation, a role in it, or one person of it.

    `is_brought_in` is the buddy of the practice, who sees her record only from the question on.
    """

    organisation_id: int
    place: str
    name: str
    person_id: int | None = None
    role: str = ""
    discipline: str = ""
    is_buddy: bool = False
    is_brought_in: bool = False

    @property
    def key(self) -> str:
        """How a form calls it: `o12`, `r12-midwife`, `p12-34`."""
        if self.person_id is not None:
            return f"p{self.organisation_id}-{self.person_id}"
        return f"r{self.organisation_id}-{self.role}" if self.role else f"o{self.organisation_id}"


def held_for(pregnancy_id: int, here: Workplace, today: date) -> QuerySet[Position]:
    """Return who gives care today and treats her, or is the buddy of the practice that asks.

    Annotated: `is_whole`, that all of the organisation treats her; `is_member`, that the person is
    in her team; `is_buddy`.
    """
    in_force = {"valid_from__lte": today, "valid_until__gt": today}
    relations = TreatmentRelation.objects.filter(
        pregnancy_id=pregnancy_id, organisation_id=OuterRef("organisation_id"), **in_force
    )
    buddies = BuddyPair.objects.filter(
        practice_id=known(here.organisation_id),
        gynaecologist_id=OuterRef("person_id"),
        organisation_id=OuterRef("organisation_id"),
        **in_force,
    )
    return (
        Position.objects.filter(
            role__in=sorted(CARE_ROLES), organisation__isnull=False, person__is_active=True,
            **in_force,
        )
        .annotate(
            is_whole=Exists(relations.filter(person__isnull=True)),
            is_member=Exists(relations.filter(person_id=OuterRef("person_id"))),
            is_buddy=Exists(buddies) & Q(role=Role.GYNAECOLOGIST),
        )
        .filter(Q(is_whole=True) | Q(is_member=True) | Q(is_buddy=True))
        .select_related("person", "organisation")
        .order_by("organisation__name", "role", "person__last_name", "person__first_name", "pk")
    )  # fmt: skip


def addressees(
    pregnancy_id: int, here: Workplace, today: date, *, brings_in: bool
) -> list[Addressee]:
    """Return whom a message can speak to, the buddy first; in one query.

    With `brings_in` the buddy is among them though she sees her record only from then on.
    """
    held = list(held_for(pregnancy_id, here, today))
    buddies: dict[str, Addressee] = {}
    whole: dict[str, Addressee] = {}
    people: dict[str, Addressee] = {}
    for position in held:
        organisation = position.organisation
        assert organisation is not None
        sees, is_buddy = position.is_whole or position.is_member, position.is_buddy  # type: ignore[attr-defined]
        role = Role(position.role)
        if position.is_whole:  # type: ignore[attr-defined]
            for one in (
                Addressee(
                    organisation.pk,
                    organisation.name,
                    organisation.name,
                    discipline=organisation.discipline,
                ),
                Addressee(
                    organisation.pk,
                    organisation.name,
                    _("%(role)s, %(place)s") % {"role": role.label, "place": organisation.name},
                    role=role.value,
                    discipline=organisation.discipline,
                ),
            ):
                whole.setdefault(one.key, one)
        if not sees and not (is_buddy and brings_in):
            continue
        person = Addressee(
            organisation.pk,
            organisation.name,
            _("%(name)s, %(place)s") % {"name": position.person.name, "place": organisation.name},
            person_id=position.person_id,
            discipline=organisation.discipline,
            is_buddy=is_buddy,
            is_brought_in=not sees,
        )
        if position.person_id != here.person_id:
            (buddies if is_buddy else people).setdefault(person.key, person)
    return [*buddies.values(), *whole.values(), *people.values()]


def start_thread(
    pregnancy: Pregnancy,
    subject: str,
    text: str,
    *,
    by: Workplace,
    at: datetime,
    to: Sequence[str] = (),
    answer_by: date | None = None,
    entry: Entry | None = None,
    brings_in: bool = False,
) -> Thread | Rejected:
    """Begin a thread with its first message, on a pregnancy or on one entry of it."""
    kept = worded(subject, LONGEST_SUBJECT, "subject")
    if isinstance(kept, Rejected):
        return kept
    if entry is not None and entry.pregnancy_id != pregnancy.pk:
        return Rejected(_("Dit hoort bij een andere zwangerschap."))
    with transaction.atomic():
        _one_writer(pregnancy)
        thread = Thread(
            pregnancy=pregnancy,
            entry=entry,
            subject=kept,
            organisation_id=known(by.organisation_id),
            person_id=by.person_id,
            role=by.role,
            started_at=at,
        )
        checked = _checked(pregnancy, text, by, at, to, answer_by, brings_in)
        if isinstance(checked, Rejected):
            return checked
        thread.save()
        _write(thread, checked, by, at, answer_by, None)
    return thread


def write_message(
    thread: Thread,
    text: str,
    *,
    by: Workplace,
    at: datetime,
    to: Sequence[str] = (),
    answer_by: date | None = None,
    answers: ThreadMessage | None = None,
    brings_in: bool = False,
) -> ThreadMessage | Rejected:
    """Write in a thread; `answers` is the question in it that this settles."""
    if thread.organisation_id is None:
        return Rejected(_("Hier meldt Ooievaar wat er veranderde; begin een eigen gesprek."))
    if answers is not None and (answers.thread_id != thread.pk or answers.answer_by is None):
        return Rejected(_("Die vraag staat niet in dit gesprek."), "answers")
    with transaction.atomic():
        _one_writer(thread.pregnancy)
        checked = _checked(thread.pregnancy, text, by, at, to, answer_by, brings_in)
        if isinstance(checked, Rejected):
            return checked
        return _write(thread, checked, by, at, answer_by, answers)


def announce(
    pregnancy: Pregnancy,
    text: str,
    to_organisations: Iterable[Organisation] | None = None,
    *,
    at: datetime,
) -> ThreadMessage:
    """Tell organisations something of a pregnancy as the system: it stands unread on their home.

    Without `to_organisations` every organisation that treats her now.
    """
    if to_organisations is None:
        to_organisations = treating(pregnancy, timezone.localdate(at))
    concerned = {one.pk: one for one in to_organisations}
    with transaction.atomic():
        _one_writer(pregnancy)
        thread = Thread.objects.filter(pregnancy=pregnancy, organisation__isnull=True).first()
        if thread is None:
            thread = Thread.objects.create(
                pregnancy=pregnancy, subject=SYSTEM_SUBJECT, started_at=at
            )
        addressed = ", ".join(one.name for one in concerned.values())
        message = ThreadMessage.objects.create(
            thread=thread,
            woman_id=pregnancy.woman_id,
            pregnancy=pregnancy,
            text=text[:LONGEST_TEXT],
            addressed=_shortened(addressed),
            sent_at=at,
        )
        Mention.objects.bulk_create(
            Mention(message=message, organisation_id=key) for key in concerned
        )
    return message


def treating(pregnancy: Pregnancy, today: date) -> QuerySet[Organisation]:
    """Return the organisations that treat her today, those of one person in her team left out."""
    relations = TreatmentRelation.objects.filter(
        pregnancy=pregnancy, person__isnull=True, valid_from__lte=today, valid_until__gt=today
    )
    return Organisation.objects.filter(pk__in=relations.values("organisation_id")).order_by("name")


def mark_read(thread_id: int, last_message_id: int, person_id: int) -> None:
    """Remember that somebody read a thread up to a message; in one query."""
    ThreadRead.objects.bulk_create(
        [ThreadRead(person_id=person_id, thread_id=thread_id, last_message_id=last_message_id)],
        update_conflicts=True,
        unique_fields=["person", "thread"],
        update_fields=["last_message"],
    )


@dataclass(frozen=True, slots=True)
class _Checked:
    text: str
    to: tuple[Addressee, ...]


def _one_writer(pregnancy: Pregnancy) -> None:
    """Let one message of a pregnancy be written at a time: how far somebody read depends on it."""
    Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)


def _checked(
    pregnancy: Pregnancy,
    text: str,
    by: Workplace,
    at: datetime,
    to: Sequence[str],
    answer_by: date | None,
    brings_in: bool,
) -> _Checked | Rejected:
    kept = worded(text, LONGEST_TEXT, "text")
    if isinstance(kept, Rejected):
        return kept
    today = timezone.localdate(at)
    if answer_by is not None and not to:
        return Rejected(_("Kies aan wie u dit vraagt."), "to")
    if answer_by is not None and answer_by < today:
        return Rejected(_("Kies een dag die nog komt."), "answer_by")
    if len(set(to)) > MOST_ADDRESSED:
        return Rejected(_("Kies er ten hoogste %(most)s.") % {"most": MOST_ADDRESSED}, "to")
    chosen = _chosen(pregnancy, to, by, today, brings_in)
    if isinstance(chosen, Rejected):
        return chosen
    return _Checked(kept, tuple(chosen))


def _chosen(
    pregnancy: Pregnancy, to: Sequence[str], by: Workplace, today: date, brings_in: bool
) -> list[Addressee] | Rejected:
    """Return whom was chosen; who may not see her is refused by name, with the reason."""
    if not to:
        return []
    known_to = {one.key: one for one in addressees(pregnancy.pk, by, today, brings_in=brings_in)}
    chosen = []
    said = said_by(pregnancy.woman_id)
    for key in dict.fromkeys(to):
        one = known_to.get(key)
        if one is None:
            return Rejected(
                _("%(name)s behandelt haar niet en zou dit niet kunnen lezen.")
                % {"name": _name_of(key)},
                "to",
            )
        is_other = one.organisation_id != by.organisation_id
        heard = verdict(said, by.organisation_id, one.organisation_id, one.discipline)
        if is_other and heard is False:
            return Rejected(
                _("Zij heeft er bezwaar tegen dat %(name)s leest wat u schrijft.")
                % {"name": one.name},
                "to",
            )
        chosen.append(one)
    return chosen


def _name_of(key: str) -> str:
    """Name whom a form sent that is not among those who treat her."""
    organisation_id, _dash, person_id = key[1:].partition("-")
    if key[:1] == "p" and person_id.isdecimal():
        held = Position.objects.filter(person_id=person_id, organisation_id=organisation_id)
        found = held.select_related("person").first() if organisation_id.isdecimal() else None
        if found is not None:
            return found.person.name
    if organisation_id.isdecimal():
        organisation = Organisation.objects.filter(pk=organisation_id).first()
        if organisation is not None:
            return organisation.name
    return _("Wie u koos")


def _write(
    thread: Thread,
    checked: _Checked,
    by: Workplace,
    at: datetime,
    answer_by: date | None,
    answers: ThreadMessage | None,
) -> ThreadMessage:
    message = ThreadMessage.objects.create(
        thread=thread,
        woman_id=thread.pregnancy.woman_id,
        pregnancy_id=thread.pregnancy_id,
        organisation_id=known(by.organisation_id),
        person_id=by.person_id,
        role=by.role,
        text=checked.text,
        addressed=_shortened("; ".join(one.name for one in checked.to)),
        answer_by=answer_by,
        answers=answers,
        sent_at=at,
    )
    Mention.objects.bulk_create(
        Mention(
            message=message,
            organisation_id=one.organisation_id,
            person_id=one.person_id,
            role=one.role,
        )
        for one in checked.to
    )
    for one in checked.to:
        if one.is_brought_in:
            _bring_in(thread.pregnancy, one, timezone.localdate(at))
    return message


def _bring_in(pregnancy: Pregnancy, buddy: Addressee, today: date) -> None:
    """Let the buddy who is asked see her record, alone: as a member of her team."""
    held_there = Position.objects.select_related("person", "organisation").filter(
        person_id=buddy.person_id or 0, organisation_id=buddy.organisation_id
    )
    held = held_there[0]
    assert held.organisation is not None
    made = add_to_team(pregnancy, held.person, held.organisation, today)
    assert not isinstance(made, Rejected) or made.field == "person"


def _shortened(names: str) -> str:
    return names if len(names) <= LONGEST_NAMES else f"{names[: LONGEST_NAMES - 1]}…"
