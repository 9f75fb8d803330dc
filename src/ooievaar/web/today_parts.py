"""What a part of Today is, and the parts that others ask for: the day itself and what waits.

Each line leads straight to the place where it is done: the thread, the referral, the form.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ooievaar.kernel.gestation import format_gestation
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.queries import ToDo, label_of, overdue_for
from ooievaar.record.entries.dictionary import load as load_dictionary
from ooievaar.record.handover.queries import ReferralLine, news_for, open_for
from ooievaar.record.teamwork.queries import (
    Question,
    Slot,
    Task,
    UnreadThread,
    appointments_on,
    questions_for,
    tasks_for,
    unread_for,
)

MOST_LINES = 8
"""Lines in one part of the page; where the rest is, the part says."""


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody in one part of the page, and what is said there.

    `when` stands in front of it, as the time of an appointment; an `alarm` is a word in red.
    """

    address: str
    title: str
    said: str = ""
    gestation: str = ""
    when: str = ""
    alarm: str = ""
    mark: str = ""
    woman_id: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One question of the morning: how many, who first, and where all of them are."""

    key: str
    heading: str
    empty: str
    lines: tuple[Line, ...]
    count: int
    address: str = ""

    @property
    def more(self) -> int:
        """How many are not named here."""
        return self.count - len(self.lines)


def part(
    key: str, heading: str, empty: str, lines: Iterable[Line], address: str = "", **filters: str
) -> Part:
    """Return a part; it is cut short where its `address` or the filtered list has the rest."""
    found = tuple(lines)
    if filters:
        address = f"{reverse('pregnancies')}?{urlencode(filters)}"
    shown = found[:MOST_LINES] if address else found
    return Part(key, heading, empty, shown, len(found), address)


def women_in(parts: Iterable[Part]) -> set[int]:
    """Return whom these parts name, for the access log."""
    lines = (line for one in parts for line in one.lines)
    return {line.woman_id for line in lines if line.woman_id is not None}


def parts_of_the_day(workplace: Workplace, at: datetime) -> list[Part]:
    """Return whom this workplace sees today and what waits for an answer; five queries."""
    today = timezone.localdate(at)
    slots = appointments_on(workplace, today)
    return [
        part(
            "appointments",
            _("Vandaag op het spreekuur"),
            _("geen afspraken vandaag"),
            (_slot(one) for one in slots),
            reverse("calendar") if len(slots) > 2 * MOST_LINES else "",
        ),
        part(
            "referrals",
            _("Verwijzingen aan ons"),
            _("geen open verwijzing"),
            (_referral(one) for one in open_for(workplace, at)),
        ),
        part(
            "questions",
            _("Vragen aan u"),
            _("geen open vraag"),
            (_question(one) for one in questions_for(workplace, at)),
        ),
        part(
            "unread",
            _("Ongelezen berichten"),
            _("geen ongelezen bericht"),
            (_unread(one) for one in unread_for(workplace, at)),
        ),
        part(
            "tasks",
            _("Uw taken"),
            _("geen open taak"),
            (_task(one, today) for one in tasks_for(workplace, at)),
        ),
    ]


def parts_of_the_pathways(workplace: Workplace, at: datetime) -> list[Part]:
    """Return what the pathways ask of this role, and what others decided; six queries at most."""
    todo = overdue_for(workplace, at)
    forms = {one.key for one in load_dictionary().forms_for(workplace.role, timezone.localdate(at))}
    late = [one for one in todo if one.item.status == "overdue"]
    due = [one for one in todo if one.item.status == "due"]
    return [
        part(
            "overdue",
            _("Te laat in het zorgpad"),
            _("niets te laat"),
            _todo_lines(late, forms),
            reverse("pregnancies"),
        ),
        part(
            "due",
            _("Nu aan de beurt in het zorgpad"),
            _("niets aan de beurt"),
            _todo_lines(due, forms),
            reverse("pregnancies"),
        ),
        part(
            "news",
            _("Antwoord op verwijzingen"),
            _("geen nieuw antwoord"),
            (_news(one) for one in news_for(workplace, at)),
        ),
    ]


def pregnancy_address(pregnancy_id: int) -> str:
    """Return where a pregnancy begins: its line."""
    return reverse("pregnancy", args=[pregnancy_id])


def day_text(value: date) -> str:
    """Write a day as `21-11-2026`."""
    return f"{value:%d-%m-%Y}"


def _slot(one: Slot) -> Line:
    when = f"{timezone.localtime(one.starts_at):%H:%M}"
    joint = one.kind_label if one.kind == "joint_hour" else ""
    with_whom = _("bij u") if one.is_mine else one.with_whom or _("wie er dan werkt")
    said = " · ".join(text for text in (joint, with_whom, one.note) if text)
    mark = _("bij u") if one.is_mine else ""
    if one.is_mine:
        said = " · ".join(text for text in (joint, one.note) if text)
    if one.is_free:
        return Line(reverse("calendar"), _("vrije plaats"), said, when=when, mark=mark)
    if not one.is_seen or one.pregnancy_id is None:
        return Line("", _("bezet"), said, when=when, mark=mark)
    return Line(
        pregnancy_address(one.pregnancy_id),
        one.name or one.reference,
        said,
        format_gestation(one.gestation_days) if one.gestation_days is not None else "",
        when,
        mark=mark,
        woman_id=one.woman_id,
    )


def _thread(pregnancy_id: int, thread_id: int) -> str:
    return f"{reverse('conversation', args=[pregnancy_id])}?{urlencode({'draad': thread_id})}"


def _question(one: Question) -> Line:
    before = _("antwoord vóór %(day)s") % {"day": day_text(one.answer_by)}
    return Line(
        _thread(one.pregnancy_id, one.thread_id),
        one.name or one.reference,
        f"{one.by}: {one.text} · {before}",
        alarm=_("te laat") if one.is_overdue else "",
        woman_id=one.woman_id,
    )


def _unread(one: UnreadThread) -> Line:
    return Line(
        _thread(one.pregnancy_id, one.thread_id),
        one.name or one.reference,
        f"{one.by}: {one.text}",
        mark=str(one.count) if one.count > 1 else "",
        woman_id=one.woman_id,
    )


def _task(one: Task, today: date) -> Line:
    until = _("vandaag") if one.until == today else day_text(one.until)
    return Line(
        f"{reverse('conversation', args=[one.pregnancy_id])}#tasks-heading",
        one.name or one.reference,
        _("%(text)s · uiterlijk %(day)s") % {"text": one.text, "day": until},
        alarm=_("te laat") if one.is_overdue else "",
        mark="" if one.is_mine else _("van ons allen"),
        woman_id=one.woman_id,
    )


def _referral(one: ReferralLine) -> Line:
    until = f"{timezone.localtime(one.answer_by):%d-%m-%Y %H:%M}"
    asked = _("%(kind)s voor %(other)s, antwoord uiterlijk %(until)s") % {
        "kind": one.kind_label,
        "other": one.other,
        "until": until,
    }
    to_person = one.to_person if one.to_person_id else ""
    return Line(
        reverse("referral", args=[one.pregnancy_id, one.referral_id]),
        one.name or one.reference,
        f"{one.question} · {asked}" if one.question else asked,
        alarm=_("te laat") if one.is_late else one.urgency_label if _is_urgent(one) else "",
        mark=to_person,
        woman_id=one.woman_id,
    )


def _is_urgent(one: ReferralLine) -> bool:
    return one.urgency == "emergency"


def _news(one: ReferralLine) -> Line:
    said = _("%(kind)s aan %(other)s: %(state)s, %(moment)s") % {
        "kind": one.kind_label,
        "other": one.other,
        "state": one.state_label.lower(),
        "moment": f"{timezone.localtime(one.state_at):%d-%m-%Y %H:%M}",
    }
    # Whoever was too late has no access any more: of her only the reference, and no way in.
    address = reverse("referral", args=[one.pregnancy_id, one.referral_id]) if one.name else ""
    return Line(address, one.name or one.reference, said, woman_id=one.woman_id)


def _todo_lines(found: Sequence[ToDo], forms: set[str]) -> list[Line]:
    lines = []
    for one in found:
        item = one.item
        said = _("%(what)s, tot %(day)s") % {
            "what": label_of(item),
            "day": day_text(item.due_until),
        }
        if item.form in forms:
            address = reverse("new_entry", args=[one.pregnancy_id, item.form])
        else:
            address = reverse("plan", args=[one.pregnancy_id])
        mark = _("te regelen") if one.to_arrange else ""
        lines.append(
            Line(address, one.name or one.reference, said, mark=mark, woman_id=one.woman_id)
        )
    return lines
