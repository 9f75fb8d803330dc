"""The page of one woman: what is said, agreed and put on agendas; `?doe=` is a form to add to it.

`?draad=` opens a thread, which marks it as read for who looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Discipline, Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import banner_for
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.permissions import entries_for
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import Access, access_to, known
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork import tasks, threads
from ooievaar.record.teamwork.board import board_of
from ooievaar.record.teamwork.forms import (
    AgendaForm,
    LapseForm,
    MessageForm,
    TaskForm,
    ThreadForm,
)
from ooievaar.record.teamwork.meetings import put_on_agenda
from ooievaar.record.teamwork.models import PlanStep, TeamMeeting, ThreadMessage
from ooievaar.record.teamwork.permissions import (
    may_agree,
    may_involve,
    meetings_for,
    messages_for,
    tasks_for_pregnancies,
)
from ooievaar.record.teamwork.queries import author, shortened, with_marks

DOOR = Door(CARE_ROLES, is_care=True)
NAME = "conversation"


@dataclass(frozen=True, slots=True)
class Here:
    """Who looks at which pregnancy, and when."""

    request: WorkingRequest
    workplace: Workplace
    access: Access
    pregnancy_id: int
    at: datetime

    @property
    def pregnancy(self) -> Pregnancy:
        """The pregnancy itself, asked for when something is written."""
        return Pregnancy.objects.get(pk=self.pregnancy_id)

    @property
    def sent(self) -> Any:
        """What was sent; None when the page is only looked at."""
        return self.request.POST if self.request.method == "POST" else None

    def asked(self, name: str) -> int:
        """Return a number in the address; 0, which nothing has, when there is none."""
        text = self.request.GET.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 16 else 0


@dataclass(slots=True)
class Step:
    """A form of this page: what it asks, and what is done with it.

    `carry_out` gives the type and id of what was made, for the log, and where to go on.
    """

    heading: str
    intro: str
    button: str
    form: RecordForm
    carry_out: Callable[[dict[str, Any]], "Done | Rejected"]
    shown: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What was made, for the log, the words to whoever did it, and where they go on."""

    object_type: str
    object_id: int
    words: str
    query: str = ""
    action: Action = Action.CREATE


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def conversation(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show what is said and agreed about her, or one thread, or a form."""
    at = timezone.now()
    access = access_to(request.workplace, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", DOOR)
    here = Here(request, request.workplace, access, pregnancy_id, at)
    asked = request.GET.get("doe", "")
    if request.method == "POST" and not asked and not here.asked("draad"):
        return _settle(here)
    if asked in STEPS:
        step = STEPS[asked](here)
        return redirect(NAME, pregnancy_id) if step is None else _step(here, step)
    return _thread(here) if here.asked("draad") else _overview(here)


def address(pregnancy_id: int, **query: int) -> str:
    """Return the address of this page of a pregnancy."""
    found = reverse(NAME, args=[pregnancy_id])
    return f"{found}?{urlencode(query)}" if query else found


def _overview(here: Here) -> HttpResponse:
    board = board_of(here.workplace, here.pregnancy_id, here.at)
    _note(here, Kind.READ, "conversation", here.pregnancy_id)
    context = {
        "banner": banner_for(here.workplace, here.pregnancy_id, here.at, access=here.access),
        "board": board,
        "may_agree": may_agree(here.workplace, here.access),
        "may_flag": may_involve(here.workplace, here.access),
        "today": timezone.localdate(here.at),
    }
    return render(here.request, "teamwork/conversation.html", context)


def _settle(here: Here) -> HttpResponse:
    """Say that a task is done or open again: a button of the overview."""
    sent, state = here.request.POST.get("taak", ""), here.request.POST.get("stand", "")
    tasks_here = tasks_for_pregnancies(here.workplace, here.at, here.pregnancy_id)
    task = tasks_here.filter(pk=sent).first() if sent.isdecimal() and len(sent) < 16 else None
    if task is not None and state in (PlanStep.State.DONE, PlanStep.State.REOPENED):
        done = tasks.step(task, state, by=here.workplace, at=here.at)
        if isinstance(done, Rejected):
            messages.error(here.request, str(done.reason))
        else:
            _note(here, Kind.CHANGE, "plan_item", task.pk, Action.UPDATE)
            is_done = state == PlanStep.State.DONE
            messages.success(
                here.request,
                _("Gedaan. Dit staat vast.") if is_done else _("De taak is weer open."),
            )
    return redirect(NAME, here.pregnancy_id)


def _thread(here: Here) -> HttpResponse:
    """Show a thread whole, and remember that it was read."""
    found = _messages_of(here, here.asked("draad"))
    if not found:
        return redirect(NAME, here.pregnancy_id)
    if here.request.method == "POST":
        return redirect(address(here.pregnancy_id, draad=found[0].thread_id))
    _note(here, Kind.READ, "thread", found[0].thread_id)
    if any(not one.is_read for one in found):  # type: ignore[attr-defined]
        threads.mark_read(found[0].thread_id, found[-1].pk, here.workplace.person_id)
    context = {
        "banner": banner_for(here.workplace, here.pregnancy_id, here.at, access=here.access),
        **_shown(here, found),
    }
    return render(here.request, "teamwork/thread.html", context)


def _step(here: Here, step: Step) -> HttpResponse:
    """Show a form, or do what it asks; what was typed stays when it is refused."""
    if here.request.method == "POST" and step.form.is_valid():
        done = step.carry_out(step.form.cleaned_data)
        if not isinstance(done, Rejected):
            _note(here, Kind.CHANGE, done.object_type, done.object_id, done.action)
            messages.success(here.request, done.words)
            return redirect(address(here.pregnancy_id) + done.query)
        step.form.reject(done)
    _note(here, Kind.READ, "conversation", here.pregnancy_id)
    # The funding does not stand here: who to write to is asked instead.
    banner = banner_for(here.workplace, here.pregnancy_id, here.at, access=here.access, parts=())
    context = {"banner": banner, "step": step, "form": step.form, **step.shown}
    return render(here.request, "teamwork/step.html", context)


def _note(here: Here, kind: Kind, thing: str, key: int, action: Action | None = None) -> None:
    note(
        here.request,
        kind,
        thing,
        key,
        women=[here.access.woman_id],
        controls=here.access.controls,
        action=action,
        purpose=here.access.purpose if here.access.is_emergency else "",
    )


# --- Forms ---


def _start(here: Here) -> Step | None:
    """Begin a thread; of a practice the buddy is proposed first."""
    brings_in = may_involve(here.workplace, here.access)
    today = timezone.localdate(here.at)
    offered = threads.addressees(here.pregnancy_id, here.workplace, today, brings_in=brings_in)
    proposed = [one.key for one in offered if one.is_buddy]
    is_practice = here.workplace.discipline == Discipline.MIDWIVES
    form = ThreadForm(offered, [], here.sent, initial={"to": proposed if is_practice else []})

    def carry_out(typed: dict[str, Any]) -> Done | Rejected:
        entry = _entry(here)
        if isinstance(entry, Rejected):
            return entry
        made = threads.start_thread(
            here.pregnancy,
            typed["subject"],
            typed["text"],
            by=here.workplace,
            at=here.at,
            to=typed["to"],
            answer_by=typed["answer_by"],
            entry=entry,
            brings_in=brings_in,
        )
        if isinstance(made, Rejected):
            return made
        return Done("thread", made.pk, _("Uw bericht staat in het dossier."), f"?draad={made.pk}")

    return Step(
        heading=_("Een gesprek beginnen"),
        intro=_("Wat u schrijft, hoort bij haar dossier en blijft staan."),
        button=_("Versturen"),
        form=form,
        carry_out=carry_out,
    )


def _entry(here: Here) -> Entry | Rejected | None:
    """Return the entry that a thread is about; None when it is about the pregnancy."""
    asked = here.asked("onderdeel")
    if not asked:
        return None
    found = entries_for(here.workplace, here.at, here.pregnancy_id).filter(pk=asked).first()
    return found or Rejected(_("Dit onderdeel van het dossier kunt u niet zien."))


def _reply(here: Here) -> Step | None:
    """Write in a thread; an open question may be answered with it."""
    found = _messages_of(here, here.asked("draad"))
    if not found or found[0].thread.organisation_id is None:
        return None
    answered = {one.answers_id for one in found}
    open_questions = [one for one in found if one.answer_by and one.pk not in answered]
    choices = [(str(one.pk), f"{author(one)}: {shortened(one.text)}") for one in open_questions]
    brings_in = may_involve(here.workplace, here.access)
    today = timezone.localdate(here.at)
    offered = threads.addressees(here.pregnancy_id, here.workplace, today, brings_in=brings_in)
    others = [one for one in open_questions if one.person_id != here.workplace.person_id]
    initial = {"answers": str(others[0].pk) if others else ""}
    form = MessageForm(offered, choices, here.sent, initial=initial)

    def carry_out(typed: dict[str, Any]) -> Done | Rejected:
        chosen = typed.get("answers", "")
        made = threads.write_message(
            found[0].thread,
            typed["text"],
            by=here.workplace,
            at=here.at,
            to=typed["to"],
            answer_by=typed["answer_by"],
            answers=next((one for one in open_questions if str(one.pk) == chosen), None),
            brings_in=brings_in,
        )
        if isinstance(made, Rejected):
            return made
        words = _("Uw bericht staat in het dossier.")
        return Done("thread", made.thread_id, words, f"?draad={made.thread_id}")

    return Step(
        heading=found[0].thread.subject,
        intro=_("Wat u schrijft, hoort bij haar dossier en blijft staan."),
        button=_("Versturen"),
        form=form,
        carry_out=carry_out,
        shown=_shown(here, found),
    )


def _messages_of(here: Here, thread_id: int) -> list[ThreadMessage]:
    """Return the messages of a thread that may be read, oldest first, each with `is_read`."""
    return list(
        with_marks(messages_for(here.workplace, here.at, here.pregnancy_id), here.workplace)
        .filter(thread_id=thread_id)
        .select_related("thread__pregnancy", "person", "organisation")
        .order_by("pk")
    )


def _shown(here: Here, found: Sequence[ThreadMessage]) -> dict[str, Any]:
    answered = {one.answers_id for one in found}
    return {
        "thread": found[0].thread,
        "messages_shown": found,
        "answered": answered,
        "today": timezone.localdate(here.at),
    }


def _task(here: Here) -> Step | None:
    if not may_agree(here.workplace, here.access):
        return None
    today = timezone.localdate(here.at)
    owners = threads.addressees(here.pregnancy_id, here.workplace, today, brings_in=False)
    form = TaskForm(owners, here.sent, initial={"owner": f"o{here.workplace.organisation_id}"})

    def carry_out(typed: dict[str, Any]) -> Done | Rejected:
        made = tasks.agree(here.pregnancy, **typed, by=here.workplace, at=here.at)
        if isinstance(made, Rejected):
            return made
        return Done("plan_item", made.pk, _("De afspraak staat vast."))

    return Step(
        heading=_("Een taak afspreken"),
        intro=_("Wie de taak heeft, ziet haar op Vandaag staan tot zij gedaan is."),
        button=_("Afspreken"),
        form=form,
        carry_out=carry_out,
    )


def _lapse(here: Here) -> Step | None:
    found = tasks_for_pregnancies(here.workplace, here.at, here.pregnancy_id)
    task = found.filter(pk=here.asked("taak")).first()
    if task is None:
        return None
    form = LapseForm(here.sent)

    def carry_out(typed: dict[str, Any]) -> Done | Rejected:
        made = tasks.step(
            task, PlanStep.State.DROPPED, by=here.workplace, at=here.at, note=typed["note"]
        )
        if isinstance(made, Rejected):
            return made
        return Done("plan_item", task.pk, _("De taak is vervallen."), action=Action.UPDATE)

    return Step(
        heading=_("Een taak laten vervallen"),
        intro=task.text,
        button=_("Laten vervallen"),
        form=form,
        carry_out=carry_out,
    )


def _flag(here: Here) -> Step | None:
    """Put her on an agenda: first of which meeting, then who speaks of her."""
    if not may_involve(here.workplace, here.access):
        return None
    coming = list(
        meetings_for(here.workplace)
        .filter(closing__isnull=True, starts_at__gte=here.at - STILL_GOING)
        .select_related("organisation")
        .order_by("starts_at", "pk")[:12]
    )
    asked = here.asked("overleg")
    meeting = next((one for one in coming if one.pk == asked), None)
    if meeting is None and len(coming) == 1:
        meeting = coming[0]
    shown: dict[str, Any] = {"coming": coming, "meeting": meeting}
    taking_part = _speaking(meeting, here) if meeting is not None else []
    preset = [str(one.pk) for one in taking_part if one.discipline not in SUBSET_DISCIPLINES]
    form = AgendaForm(taking_part, here.sent, initial={"organisations": preset})

    def carry_out(typed: dict[str, Any]) -> Done | Rejected:
        if meeting is None:
            return Rejected(_("Kies eerst het overleg."))
        chosen = [one for one in taking_part if str(one.pk) in typed["organisations"]]
        made = put_on_agenda(
            meeting,
            here.pregnancy,
            question=typed["question"],
            preparation=typed["preparation"],
            organisations=chosen,
            by=here.workplace,
            at=here.at,
        )
        if isinstance(made, Rejected):
            return made
        return Done("agenda_item", made.pk, _("Zij staat op de agenda."))

    return Step(
        heading=_("Op de agenda van een overleg zetten"),
        intro="",
        button=_("Op de agenda zetten"),
        form=form,
        carry_out=carry_out,
        shown=shown,
    )


SUBSET_DISCIPLINES = frozenset({Discipline.KRAAMZORG, Discipline.ULTRASOUND})
STILL_GOING = timedelta(hours=12)
"""A meeting that began is still added to: somebody is remembered during it."""


def _speaking(meeting: TeamMeeting, here: Here) -> list[Organisation]:
    """Return who else takes part in a meeting."""
    own = known(here.workplace.organisation_id)
    taking_part = Organisation.objects.filter(pk__in=meeting.taking_part.values("organisation_id"))
    return list(taking_part.exclude(pk=own).order_by("name"))


STEPS: dict[str, Callable[[Here], Step | None]] = {
    "gesprek": _start,
    "antwoord": _reply,
    "taak": _task,
    "vervalt": _lapse,
    "mdo": _flag,
}
