"""The forms of working together; what the commands refuse is said at its field."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.network.models import Organisation, Position
from ooievaar.record.forms import NOBODY_CHOSEN, Choices, RecordForm
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork import appointments, meetings
from ooievaar.record.teamwork.models import BuddyPair, MeetingDecision, TeamMeeting
from ooievaar.record.teamwork.tasks import LONGEST_NOTE, LONGEST_TASK
from ooievaar.record.teamwork.threads import LONGEST_SUBJECT, Addressee
from ooievaar.record.teamwork.wording import LONGEST_TEXT, moment

DAYS = ["%Y-%m-%d", "%d-%m-%Y"]
LONGEST_KEY = 64


class DayField(forms.DateField):
    """A day, as browsers send it or as people type it."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=DAYS, **more)


class ClockField(forms.TimeField):
    """A time of the day by the clock."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(widget=widget, input_formats=["%H:%M"], **more)


def long_text(label: Any, rows: int = 5, **more: Any) -> forms.CharField:
    """Return a field for a text of some lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=widget, max_length=LONGEST_TEXT, **more)


class AnyChoice(forms.MultipleChoiceField):
    """A choice of which the command tells what is wrong, by name."""

    def valid_value(self, value: Any) -> bool:
        """Take what may be a key; the command looks whose it is."""
        return len(str(value)) <= LONGEST_KEY


class MessageForm(RecordForm):
    """Writes in a thread."""

    text = long_text(gettext_lazy("Bericht"))
    answers = forms.ChoiceField(
        label=gettext_lazy("Dit beantwoordt"), required=False, widget=forms.RadioSelect
    )
    to = AnyChoice(
        label=gettext_lazy("Aan"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choose-people"}),
        help_text=gettext_lazy(
            "Wie haar behandelt. Kiest u niemand, dan staat het alleen in het gesprek."
        ),
    )
    answer_by = DayField(
        label=gettext_lazy("Antwoord verwacht uiterlijk"),
        required=False,
        help_text=gettext_lazy("Bij een vraag: zij staat dan bij hen op Vandaag."),
    )
    field_order: Sequence[str] = ("text", "answers", "to", "answer_by")

    def __init__(
        self, offered: Sequence[Addressee], questions: Choices, *args: Any, **more: Any
    ) -> None:
        """Offer whom to address, and which open questions this may answer."""
        super().__init__(*args, **more)
        fields: dict[str, Any] = self.fields
        fields["to"].choices = by_place(offered)
        nothing: tuple[str, str | Promise] = ("", gettext_lazy("geen vraag"))
        self._offer("answers", [*questions, nothing])
        if not questions:
            del self.fields["answers"]


class ThreadForm(MessageForm):
    """Begins a thread."""

    subject = forms.CharField(label=gettext_lazy("Onderwerp"), max_length=LONGEST_SUBJECT)
    field_order = ("subject", "text", "to", "answer_by")


def by_place(offered: Sequence[Addressee]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return who is offered, by organisation; the buddy first, with what asking her means."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in offered:
        group = _("Buddy van uw praktijk") if one.is_buddy else one.place
        groups.setdefault(group, []).append((one.key, _offered(one)))
    return list(groups.items())


def _offered(one: Addressee) -> str:
    if one.is_brought_in:
        return _("%(name)s (ziet haar dossier vanaf deze vraag)") % {"name": one.name}
    if one.is_buddy:
        return one.name
    if one.person_id is not None:
        return one.name.removesuffix(f", {one.place}")
    role = one.name.removesuffix(f", {one.place}")
    return _("Ieder in de rol: %(role)s") % {"role": role} if one.role else _("Ieder die er werkt")


class TaskForm(RecordForm):
    """Agrees a task."""

    text = forms.CharField(
        label=gettext_lazy("Wat is afgesproken?"),
        max_length=LONGEST_TASK,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = forms.ChoiceField(label=gettext_lazy("Wie doet dit?"))
    until = DayField(label=gettext_lazy("Uiterlijk"))

    def __init__(self, owners: Iterable[Addressee], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = [(one.key, one.name) for one in owners if not one.role]
        self._offer("owner", [NOBODY_CHOSEN, *found])


class LapseForm(RecordForm):
    """Says why a task lapses."""

    note = forms.CharField(
        label=gettext_lazy("Waarom vervalt dit?"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MomentForm(RecordForm):
    """Asks for a moment by the Dutch clock, and how long."""

    day = DayField(label=gettext_lazy("Dag"))
    clock = ClockField(label=gettext_lazy("Tijd"))
    minutes = forms.IntegerField(label=gettext_lazy("Duur in minuten"), min_value=1)

    def clean(self) -> dict[str, Any]:
        """Put day and time together; a time that the clock skips is refused."""
        typed: dict[str, Any] = super().clean() or {}
        day, clock = typed.get("day"), typed.get("clock")
        if isinstance(day, date) and isinstance(clock, time):
            found = moment(day, clock, "clock")
            if isinstance(found, Rejected):
                self.reject(found)
            else:
                typed["starts_at"] = found
        return typed


def moment_of(starts_at: datetime, minutes: int) -> dict[str, Any]:
    """Return what a form about a moment starts with."""
    local = timezone.localtime(starts_at)
    return {"day": local.date(), "clock": local.time(), "minutes": minutes}


class MeetingForm(MomentForm):
    """Plans a meeting."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Wat voor overleg"), choices=TeamMeeting.Kind.choices
    )
    place = forms.CharField(label=gettext_lazy("Waar"), required=False, max_length=120)
    chair = forms.ChoiceField(label=gettext_lazy("Voorzitter"))
    organisations = forms.MultipleChoiceField(
        label=gettext_lazy("Wie nemen deel"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Uw eigen organisatie neemt altijd deel."),
    )
    field_order = ("kind", "day", "clock", "minutes", "place", "chair", "organisations")

    def __init__(
        self,
        chairs: Iterable[Position],
        organisations: Iterable[Organisation] | None,
        *args: Any,
        **more: Any,
    ) -> None:
        """Offer who may lead it; without `organisations` it is a meeting that stands there."""
        super().__init__(*args, **more)
        people = {str(one.person_id): f"{one.person.name}, {one.organisation}" for one in chairs}
        self._offer("chair", [NOBODY_CHOSEN, *people.items()])
        self.fields["minutes"].widget.attrs["max"] = meetings.LONGEST_MINUTES
        if organisations is None:
            del self.fields["organisations"], self.fields["kind"]
        else:
            self._offer("organisations", [(str(one.pk), one.name) for one in organisations])


class AgendaForm(RecordForm):
    """Puts a woman on the agenda of a meeting."""

    question = forms.CharField(
        label=gettext_lazy("Wat wilt u bespreken?"),
        max_length=meetings.LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Ten hoogste 200 tekens."),
    )
    preparation = long_text(
        gettext_lazy("Ter voorbereiding"),
        required=False,
        help_text=gettext_lazy("Wat de anderen vooraf moeten weten; haar dossier zien zij zelf."),
    )
    organisations = forms.MultipleChoiceField(
        label=gettext_lazy("Wie spreken over haar"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Zij zien haar dossier vanaf nu, als bij een consult, tot het overleg is afgesloten. "
            "Kies alleen wie nodig is, en zeg het haar: zij mag bezwaar maken."
        ),
    )

    def __init__(self, organisations: Iterable[Organisation], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("organisations", [(str(one.pk), one.name) for one in organisations])


class DecisionForm(RecordForm):
    """Writes down what a meeting decided about her."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Wat gebeurde er"),
        choices=MeetingDecision.Kind.choices,
        widget=forms.RadioSelect,
        initial=MeetingDecision.Kind.DISCUSSED,
    )
    conclusion = long_text(
        gettext_lazy("Conclusie"),
        required=False,
        help_text=gettext_lazy("Nodig wanneer zij is besproken. Komt zo in haar dossier."),
    )


class MinutesForm(RecordForm):
    """Adds to the minutes."""

    text = long_text(
        gettext_lazy("Notulen"),
        rows=8,
        help_text=gettext_lazy(
            "Ieder die deelneemt leest dit: noem geen zwangere. Wat over haar is besloten, legt u "
            "bij haar vast."
        ),
    )


class BuddyForm(RecordForm):
    """Fixes a gynaecologist to a practice."""

    practice = forms.ChoiceField(label=gettext_lazy("Praktijk"))
    gynaecologist = forms.ChoiceField(label=gettext_lazy("Gynaecoloog"))
    valid_from = DayField(label=gettext_lazy("Vanaf"))

    def __init__(
        self,
        practices: Iterable[Organisation],
        gynaecologists: Iterable[Position],
        *args: Any,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        offered = [(str(one.pk), one.name) for one in practices]
        self._offer("practice", offered if len(offered) == 1 else [NOBODY_CHOSEN, *offered])
        people = {
            f"{held.person_id}-{held.organisation_id}": f"{held.person.name}, {held.organisation}"
            for held in gynaecologists
        }
        self._offer("gynaecologist", [NOBODY_CHOSEN, *people.items()])


class AppointmentForm(MomentForm):
    """Makes an appointment with a woman."""

    woman = forms.CharField(
        label=gettext_lazy("Zwangere"),
        max_length=120,
        help_text=gettext_lazy("Haar referentie, of een deel van haar naam."),
    )
    person = forms.ChoiceField(label=gettext_lazy("Bij wie"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Waarvoor"), required=False, max_length=appointments.LONGEST_NOTE
    )
    field_order = ("woman", "day", "clock", "minutes", "person", "note")

    def __init__(self, colleagues: Iterable[Position], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        people = {str(held.person_id): held.person.name for held in colleagues}
        anybody: tuple[str, str | Promise] = ("", gettext_lazy("wie er dan werkt"))
        self._offer("person", [anybody, *people.items()])


class PlanInForm(RecordForm):
    """Gives a free place of a joint hour to a woman."""

    woman = forms.CharField(
        label=gettext_lazy("Zwangere"),
        max_length=120,
        help_text=gettext_lazy("Haar referentie, of een deel van haar naam."),
    )
    note = forms.CharField(
        label=gettext_lazy("Waarvoor"), required=False, max_length=appointments.LONGEST_NOTE
    )


class JointHourForm(MomentForm):
    """Opens a joint consultation hour: so many places after each other."""

    pair = forms.ChoiceField(label=gettext_lazy("Praktijk en buddy"))
    places = forms.IntegerField(
        label=gettext_lazy("Hoeveel plaatsen"), min_value=1, max_value=appointments.MOST_PLACES
    )
    field_order = ("pair", "day", "clock", "places", "minutes")

    def __init__(self, pairs: Iterable[BuddyPair], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["minutes"].label = gettext_lazy("Minuten per plaats")
        offered = [(str(one.pk), f"{one.practice}: {one.gynaecologist.name}") for one in pairs]
        self._offer("pair", offered if len(offered) == 1 else [NOBODY_CHOSEN, *offered])


class MoveForm(MomentForm):
    """Moves an appointment."""


class CancelForm(RecordForm):
    """Cancels an appointment."""

    reason = forms.CharField(label=gettext_lazy("Waarom"), max_length=appointments.LONGEST_NOTE)
