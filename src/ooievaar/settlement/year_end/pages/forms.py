"""What people choose for a decision about the books; the rest follows."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.network.models import Insurer
from ooievaar.record.forms import NOBODY_CHOSEN, RecordForm
from ooievaar.settlement.year_end.losses import Disputed
from ooievaar.settlement.year_end.models import LossLine
from ooievaar.ui.templatetags.ooievaar import euro, month_name

NO_NAMES = gettext_lazy("Geen namen of gegevens van cliënten.")
AMOUNT = re.compile(r"€? ?(-?)(\d{1,3}(?:\.\d{3})+|\d{1,11})(?:,(\d{2}))?")
MOST_LINES = 100
"""More lines are not chosen one by one; until a month they can be decided together."""


def _note(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=NO_NAMES,
        max_length=500,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class EuroField(forms.CharField):
    """An amount as people write it: `1.234,56`; cents come out."""

    def clean(self, value: Any) -> Any:
        """Return cents; an error says how an amount is written."""
        typed = super().clean(value).strip()
        found = AMOUNT.fullmatch(typed)
        if found is None:
            raise forms.ValidationError(_("Schrijf een bedrag zoals 1.234,56."))
        cents = int(found[2].replace(".", "")) * 100 + int(found[3] or 0)
        return -cents if found[1] else cents


class DecisionForm(RecordForm):
    """A form of which the fields are the data of a proposal, but for its note."""

    def data_of(self) -> dict[str, Any]:
        """Return what was chosen, as JSON holds it."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if name not in ("note", "despite")
        }


class YearForm(DecisionForm):
    """What goes along with a year to who approves."""

    despite = _note(gettext_lazy("Waarom mag er geboekt worden met onbekende waarden?"))
    note = _note(gettext_lazy("Toelichting voor wie goedkeurt"))

    def __init__(self, *args: Any, unknown: int = 0, **more: Any) -> None:
        super().__init__(*args, **more)
        if unknown:
            self.fields["despite"].required = True
        else:
            del self.fields["despite"]


class LossForm(DecisionForm):
    """Which refused lines, and who bears them."""

    insurer = forms.ChoiceField(label=gettext_lazy("Verzekeraar"))
    until = forms.ChoiceField(
        label=gettext_lazy("Zorg tot en met"),
        help_text=gettext_lazy("De maand waarin de zorg eindigde. Of kies hieronder regels."),
        required=False,
    )
    lines = forms.MultipleChoiceField(
        label=gettext_lazy("Alleen deze regels"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    bearer = forms.ChoiceField(
        label=gettext_lazy("Wie draagt het?"),
        choices=LossLine.Bearer.choices,
        widget=forms.RadioSelect,
    )
    note = _note(gettext_lazy("Waarom"), required=True)

    def __init__(self, disputed: Iterable[Disputed], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = list(disputed)
        insurers = {one.line.insurer_id: one.line.insurer.name for one in found}
        self._offer("insurer", [NOBODY_CHOSEN, *((str(pk), name) for pk, name in insurers.items())])
        months = sorted({one.month for one in found}, reverse=True)
        everything: tuple[str, Any] = ("", gettext_lazy("Alles"))
        self._offer("until", [everything, *((month, month_name(month)) for month in months)])
        if len(found) > MOST_LINES:
            del self.fields["lines"]
            return
        self._offer(
            "lines",
            [
                (str(one.line.pk), f"{one.line.reference} · {month_name(one.month)} · "
                 f"{one.line.insurer.name} · {euro(one.cents)}")
                for one in found
            ],
        )  # fmt: skip

    def data_of(self) -> dict[str, Any]:
        """Return ids as numbers."""
        chosen = super().data_of()
        chosen["insurer"] = int(chosen["insurer"])
        chosen["lines"] = [int(pk) for pk in chosen.get("lines") or ()]
        return chosen


class OpeningForm(DecisionForm):
    """What was in the bank when the books began."""

    cents = EuroField(
        label=gettext_lazy("Saldo van de bank"),
        help_text=gettext_lazy("Op het begin van de dag, zoals op het afschrift. 1.234,56"),
    )
    day = _day(gettext_lazy("Dag"))
    note = _note(gettext_lazy("Toelichting voor wie goedkeurt"))


class NetPaidForm(DecisionForm):
    """What an insurer paid of its safety net, or got back."""

    insurer = forms.ChoiceField(label=gettext_lazy("Verzekeraar"))
    cents = EuroField(
        label=gettext_lazy("Ontvangen"),
        help_text=gettext_lazy("Met een minteken als u het aan de verzekeraar betaalde."),
    )
    day = _day(gettext_lazy("Dag"))
    reference = forms.CharField(label=gettext_lazy("Kenmerk op het afschrift"), max_length=40)
    note = _note(gettext_lazy("Toelichting voor wie goedkeurt"))

    def __init__(self, insurers: Iterable[Insurer], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("insurer", [NOBODY_CHOSEN, *((str(one.pk), one.name) for one in insurers)])

    def data_of(self) -> dict[str, Any]:
        """Return the insurer as a number."""
        chosen = super().data_of()
        return {**chosen, "insurer": int(chosen["insurer"])}


class PeriodForm(DecisionForm):
    """Which month closes, with all before it."""

    period = forms.ChoiceField(label=gettext_lazy("Maand"))
    note = _note(gettext_lazy("Toelichting voor wie goedkeurt"))

    def __init__(self, months: Iterable[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("period", [(month, month_name(month)) for month in months])


class RefusalForm(RecordForm):
    """Why something is not approved."""

    reason = _note(gettext_lazy("Waarom keurt u niet goed?"), required=True)
