"""The forms of pathways and care shifts."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.pathways.commands import LONGEST_MANDATE, LONGEST_REASON
from ooievaar.pathways.shift_models import ShiftDecision
from ooievaar.pathways.shifts import GOES_ON, LONGEST_NOTE, LONGEST_TITLE, MOST_WOMEN
from ooievaar.record.forms import NOBODY_CHOSEN, RecordForm

Choices = Sequence[tuple[str, str | Promise]]
NO_NAMES = _("Geen namen of gegevens van cliënten.")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SkipForm(RecordForm):
    """Why something of her plan is skipped."""

    reason = forms.CharField(
        label=_("Waarom wordt dit overgeslagen?"),
        max_length=LONGEST_REASON,
        widget=_text(2),
        help_text=_("Iedereen die haar behandelt, leest dit."),
    )


class ReasonForm(RecordForm):
    """Why a woman goes to, or ends on, a pathway."""

    reason = forms.CharField(
        label=_("Waarom"),
        max_length=LONGEST_REASON,
        widget=_text(2),
        help_text=_("Iedereen die haar behandelt, leest dit."),
    )

    def __init__(self, *args: object, is_needed: bool = True, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["reason"].required = is_needed


class TextForm(RecordForm):
    """The text of a version being written."""

    text = forms.CharField(
        label=_("De tekst van het zorgpad (YAML)"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 28, "spellcheck": "false", "class": "yaml-text", "wrap": "off"}
        ),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class InventedForm(forms.Form):
    """A pregnancy that somebody makes up, to see a plan without anybody's record."""

    due_on = forms.DateField(label=_("Uitgerekend op"), widget=_day())
    first_intake_on = forms.DateField(label=_("Eerste intake op"), widget=_day())

    def clean(self) -> dict[str, object]:
        """Refuse an intake that is not in the pregnancy."""
        typed = super().clean() or {}
        due_on, intake = typed.get("due_on"), typed.get("first_intake_on")
        if due_on and intake and not -14 <= (due_on - intake).days <= 280:
            self.add_error(
                "first_intake_on", _("De intake ligt niet in de zwangerschap met deze datum.")
            )
        return typed


class WomanForm(forms.Form):
    """A pregnancy by its reference."""

    reference = forms.CharField(
        label=_("Referentie van de zwangerschap"),
        max_length=64,
        help_text=_("Van iemand die u behandelt. U ziet haar plan; er verandert niets."),
    )


class SignForm(RecordForm):
    """On behalf of whom somebody signs."""

    mandate = forms.CharField(
        label=_("Namens wie, en op grond waarvan"),
        max_length=LONGEST_MANDATE,
        help_text=_("Bijvoorbeeld: verloskundigen van de regio, besluit van 12-05-2026."),
    )
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class StartForm(RecordForm):
    """From when a version holds."""

    valid_from = forms.DateField(
        label=_("Van kracht vanaf"),
        widget=_day(),
        help_text=_("Geldt voor wie vanaf die dag in zorg komt."),
    )


class ShiftForm(RecordForm):
    """Proposes a care shift."""

    title = forms.CharField(
        label=_("Naam van de zorgverschuiving"),
        max_length=LONGEST_TITLE,
        help_text=_("Bijvoorbeeld: CTG bij minder leven voelen door de verloskundige."),
    )
    to_version = forms.ChoiceField(label=_("Naar welke versie"))
    from_version = forms.ChoiceField(
        label=_("Vanaf welke versie"),
        required=False,
        help_text=_("Leeg: het zorgpad is nieuw, en wordt vergeleken met het basiszorgpad."),
    )
    women_a_year = forms.IntegerField(
        label=_("Hoeveel vrouwen per jaar betreft het?"), min_value=1, max_value=MOST_WOMEN
    )
    quality = forms.CharField(
        label=_("Verwacht effect op de kwaliteit"),
        max_length=2000,
        widget=_text(4),
        help_text=_("Wat wordt er beter voor moeder en kind, en wat mag niet slechter worden?"),
    )
    measure = forms.CharField(
        label=_("Waaraan is dat te zien?"),
        max_length=300,
        help_text=_("Bijvoorbeeld: verwijzingen tijdens de baring, Apgar onder 7, ervaring."),
    )

    def __init__(self, versions: Choices, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self._offer("to_version", [NOBODY_CHOSEN, *versions])
        self._offer("from_version", [("", _("geen: alleen het basiszorgpad")), *versions])


class DecisionForm(RecordForm):
    """Decides about a care shift, or starts a small one at once."""

    outcome = forms.ChoiceField(label=_("Besluit"), widget=forms.RadioSelect)
    starts_on = forms.DateField(label=_("Begint op"), required=False, widget=_day())
    mandate = forms.CharField(
        label=_("Mandaat"),
        required=False,
        max_length=300,
        help_text=_("Op grond waarvan: een mandaat, een vergadering met datum."),
    )
    note = forms.CharField(
        label=_("Toelichting"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=_text(3),
        help_text=NO_NAMES,
    )

    def __init__(
        self, outcomes: Sequence[ShiftDecision.Outcome], *args: object, **more: object
    ) -> None:
        """Offer what may be decided; without a start where nothing starts."""
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self._offer("outcome", [(one.value, CHOICES[one]) for one in outcomes])
        if not any(one in GOES_ON for one in outcomes):
            del self.fields["starts_on"]
        may_be_small = ShiftDecision.Outcome.STARTED in outcomes
        self.fields["mandate"].required = not may_be_small
        self.fields["note"].required = not any(one in GOES_ON for one in outcomes)
        if len(outcomes) == 1:
            self.fields["outcome"].initial = outcomes[0].value

    @property
    def starts(self) -> date | None:
        """The day on which it starts, where one was asked and given."""
        return self.cleaned_data.get("starts_on")


CHOICES: dict[str, str | Promise] = {
    ShiftDecision.Outcome.AGREED: _("Gaat door"),
    ShiftDecision.Outcome.STARTED: _("Gaat door; klein genoeg om zonder besluit te beginnen"),
    ShiftDecision.Outcome.REJECTED: _("Afwijzen"),
    ShiftDecision.Outcome.STOPPED: _("Stoppen"),
}
