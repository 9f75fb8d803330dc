"""The forms of handing over, and of a full ward."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.network.models import Organisation, Position
from ooievaar.record.forms import NOBODY_CHOSEN, RecordForm
from ooievaar.record.handover.commands import LONGEST_LEAD_WHEN, LONGEST_TEXT
from ooievaar.record.handover.indications import Group, Indication
from ooievaar.record.handover.models import FullWard, Phase, Referral, ReferralStep
from ooievaar.record.handover.rules.moments import moment_of
from ooievaar.ui.templatetags.ooievaar import in_language

Grouped = Sequence[tuple[str | Promise, Any]]
NOW, EARLIER, ON_ARRIVAL = "now", "earlier", "arrival"


class AskForm(RecordForm):
    """Asks advice or a consult, or hands over; `phase` for a transfer only."""

    phase = forms.ChoiceField(
        label=gettext_lazy("Wat draagt u over?"),
        choices=[(str(value), label) for value, label in Phase.choices],
        widget=forms.RadioSelect,
        initial=str(Phase.WHOLE.value),
    )
    to_organisation = forms.ChoiceField(label=gettext_lazy("Aan"))
    to_person = forms.ChoiceField(
        label=gettext_lazy("Ter attentie van"),
        required=False,
        help_text=gettext_lazy("Zonder naam ziet iedereen daar het staan."),
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("Hoe snel?"),
        choices=Referral.Urgency.choices,
        widget=forms.RadioSelect,
    )
    indication = forms.ChoiceField(label=gettext_lazy("Reden"), required=False)
    question = forms.CharField(
        label=gettext_lazy("Vraag"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Situatie, achtergrond, wat u denkt, en wat u vraagt."),
    )

    def __init__(
        self,
        kind: str,
        organisations: Grouped,
        people: Iterable[tuple[str, str]],
        reasons: Iterable[tuple[Group, list[Indication]]],
        *args: Any,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        if kind != Referral.Kind.TRANSFER:
            del self.fields["phase"]
        self._offer_grouped("to_organisation", [NOBODY_CHOSEN, *organisations])
        nobody = ("", gettext_lazy("de hele organisatie"))
        self._offer("to_person", [nobody, *people])
        none = ("", gettext_lazy("geen uit de lijst"))
        grouped = [
            (in_language(group, "name"), [(row.code, _reason(row)) for row in rows])
            for group, rows in reasons
        ]
        self._offer_grouped("indication", [none, *grouped])

    def _offer_grouped(self, name: str, choices: Grouped) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_to_person(self) -> int | None:
        """Return the id of the person; their organisation must be the one that is asked."""
        chosen = str(self.cleaned_data["to_person"])
        if not chosen:
            return None
        person_id, _dash, organisation_id = chosen.partition("-")
        if organisation_id != self.cleaned_data.get("to_organisation"):
            raise forms.ValidationError(_("Deze persoon werkt bij een andere organisatie."))
        return int(person_id)


class AnswerForm(RecordForm):
    """Answers advice or a consult."""

    text = forms.CharField(
        label=gettext_lazy("Antwoord"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    lead = forms.ChoiceField(label=gettext_lazy("Wie leidt, volgens u?"), required=False)
    lead_when = forms.CharField(
        label=gettext_lazy("Vanaf wanneer, of tot wanneer?"),
        required=False,
        max_length=LONGEST_LEAD_WHEN,
        help_text=gettext_lazy("Bijvoorbeeld: vanaf 36 weken, of tot de volgende echo."),
    )
    looks_on = forms.BooleanField(
        label=gettext_lazy("Wij blijven meekijken"),
        required=False,
        help_text=gettext_lazy("Zonder dit eindigt uw toegang met dit antwoord."),
    )

    def __init__(self, kind: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("lead", [("", gettext_lazy("geen advies")), *ReferralStep.Lead.choices])
        if kind == Referral.Kind.ADVICE:
            del self.fields["looks_on"]


class MomentForm(RecordForm):
    """Asks a moment in the past; once a year an hour comes twice, and one is skipped."""

    starts_on = forms.DateField(
        label=gettext_lazy("Dag"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_time = forms.TimeField(
        label=gettext_lazy("Tijd"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def moment(self, not_before: datetime) -> datetime | None:
        """Return the moment that was typed; None, with the error at its field, without one."""
        day, time = self.cleaned_data.get("starts_on"), self.cleaned_data.get("starts_time")
        if day is None or time is None:
            self.add_error("starts_on", _("Vul de dag en de tijd in."))
            return None
        zone = timezone.get_current_timezone()
        found = moment_of(datetime.combine(day, time), zone, not_before)
        if found is None:
            self.add_error(
                "starts_time", _("Deze tijd bestond niet: de klok ging een uur vooruit.")
            )
        return found


class TakeOverForm(MomentForm):
    """Takes a woman over: since when, and who of the organisation is responsible."""

    when = forms.ChoiceField(
        label=gettext_lazy("Verantwoordelijk vanaf"),
        widget=forms.RadioSelect,
        initial=NOW,
    )
    person = forms.ChoiceField(label=gettext_lazy("Wie bij u"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Toelichting"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("when", "starts_on", "starts_time", "person", "text")

    def __init__(
        self, people: Iterable[Position], is_accepted: bool, *args: Any, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        moments = [
            (NOW, gettext_lazy("Nu")),
            (EARLIER, gettext_lazy("Sinds een eerder moment, hieronder")),
        ]
        if not is_accepted:
            moments.append((ON_ARRIVAL, gettext_lazy("Zodra zij er is; wij melden het dan hier")))
        self._offer("when", moments)
        nobody = ("", gettext_lazy("de organisatie"))
        names = {str(held.person_id): held.person.name for held in people}
        self._offer("person", [nobody, *names.items()])


class ReasonForm(RecordForm):
    """Says no, or takes a question back."""

    text = forms.CharField(
        label=gettext_lazy("Waarom?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, is_required: bool, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["text"].required = is_required


class CoordinatorForm(RecordForm):
    """Names who coordinates from now on."""

    person = forms.ChoiceField(
        label=gettext_lazy("Coördinerend zorgverlener"),
        help_text=gettext_lazy("Wie haar nu behandelt; uzelf staat bovenaan."),
    )

    def __init__(self, positions: Iterable[Position], own_id: int, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        held = sorted(positions, key=lambda one: one.pk != own_id)
        choices = [(str(one.pk), f"{one.person.name}, {one.organisation}") for one in held]
        self._offer("person", [NOBODY_CHOSEN, *choices])


class FullWardForm(RecordForm):
    """Says that a ward is full, until a moment."""

    organisation = forms.ChoiceField(label=gettext_lazy("Ziekenhuis"))
    ward = forms.ChoiceField(
        label=gettext_lazy("Afdeling"), choices=FullWard.Ward.choices, widget=forms.RadioSelect
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reden"), choices=FullWard.Reason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("Toelichting"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Iedere zorgverlener leest dit; noem geen zwangere."),
    )
    until_on = forms.DateField(
        label=gettext_lazy("Vol tot, dag"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until_time = forms.TimeField(
        label=gettext_lazy("Vol tot, tijd"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, hospitals: Sequence[Organisation], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices: list[tuple[str, str | Promise]] = [(str(one.pk), one.name) for one in hospitals]
        self._offer("organisation", choices if len(choices) == 1 else [NOBODY_CHOSEN, *choices])

    def until(self, at: datetime) -> datetime | None:
        """Return the moment until which it is full; None, with the error at its field."""
        typed = datetime.combine(self.cleaned_data["until_on"], self.cleaned_data["until_time"])
        found = moment_of(typed, timezone.get_current_timezone(), at)
        if found is None:
            self.add_error("until_time", _("Deze tijd bestaat niet: de klok gaat een uur vooruit."))
        return found


def _reason(row: Indication) -> str:
    return f"{in_language(row, 'name')} ({row.category})"
