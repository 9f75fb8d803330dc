"""The forms of the work list: what a fix asks, in as few fields as it can."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.fixing import LONGEST_EXEMPTION, LONGEST_QUESTION, LONGEST_REASON
from ooievaar.network.models import Insurer, Organisation
from ooievaar.record.forms import NOBODY_CHOSEN, RecordForm
from ooievaar.record.models import CoverageChange

NO_NAMES = _("Geen namen of gegevens van cliënten.")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class InsurerForm(RecordForm):
    """With whom she is insured from a day, and how that is known."""

    insurer = forms.ChoiceField(label=_("Verzekerd bij"))
    from_day = forms.DateField(
        label=_("Vanaf"),
        help_text=_("De dag waarop zij overstapte; meestal 1 januari."),
        widget=_day(),
    )
    source = forms.ChoiceField(
        label=_("Hoe weet u dit?"),
        choices=CoverageChange.Source.choices,
        initial=CoverageChange.Source.CHECK,
        widget=forms.RadioSelect,
    )
    checked_on = forms.DateField(label=_("Nagekeken op"), widget=_day())

    def __init__(self, insurers: Iterable[Insurer], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("insurer", [NOBODY_CHOSEN, *((str(one.pk), one.name) for one in insurers)])


class AskForm(RecordForm):
    """What is asked, and of whom."""

    organisations = forms.MultipleChoiceField(
        label=_("Aan wie"),
        help_text=_("Wie haar nu behandelt."),
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(
        label=_("Uw vraag"), help_text=NO_NAMES, max_length=LONGEST_QUESTION, widget=_lines(5)
    )

    def __init__(self, organisations: Iterable[Organisation], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("organisations", [(str(one.pk), one.name) for one in organisations])


class ReasonForm(RecordForm):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Waarom"), help_text=NO_NAMES, max_length=LONGEST_REASON, widget=_lines()
    )


class ExemptionForm(RecordForm):
    """Why she falls outside the bundle: stands in her record, so it is short."""

    reason = forms.CharField(
        label=_("Waarom valt zij buiten de bundel?"),
        help_text=_("Wie haar behandelt leest dit ook. Geen bedragen en geen namen."),
        max_length=LONGEST_EXEMPTION,
    )


class CommentForm(RecordForm):
    """Something for whoever looks next."""

    text = forms.CharField(
        label=_("Opmerking"), help_text=NO_NAMES, max_length=LONGEST_REASON, widget=_lines(2)
    )


class AssignForm(RecordForm):
    """Who takes it on."""

    to = forms.ChoiceField(label=_("Wie pakt dit op?"))

    def __init__(self, people: Iterable[Any], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("to", [NOBODY_CHOSEN, *((str(one.pk), one.name) for one in people)])


class PrepareForm(forms.Form):
    """Up to which month files are made."""

    until = forms.ChoiceField(
        label=_("Producten die klaar waren tot en met"),
        help_text=_("Wat later klaar is, gaat in een volgend bestand."),
    )

    def __init__(self, months: Iterable[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["until"]
        field.choices = list(months)


def as_day(text: str) -> date:
    """Return a day as a form was stored in the session."""
    return date.fromisoformat(text)
