"""The forms of the record: who is involved, what she said, the emergency button, its review."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.network.models import Organisation, Position
from ooievaar.record.break_glass import LONGEST_REASON, SHORTEST_REASON
from ooievaar.record.models import BreakGlassReview, Consent, ReceiverKind
from ooievaar.record.relations import Rejected

Choices = Sequence[tuple[str, str | Promise]]
NOBODY_CHOSEN: tuple[str, str | Promise] = ("", gettext_lazy("Kies…"))


class RecordForm(forms.Form):
    """A form whose command may reject it after its fields were read."""

    def reject(self, rejected: Rejected) -> None:
        """Show why the command did nothing, at the field it names."""
        field = rejected.field if rejected.field in self.fields else None
        self.add_error(field, str(rejected.reason))

    def _offer(self, name: str, choices: Choices) -> None:
        field: Any = self.fields[name]
        field.choices = choices


class TeamForm(RecordForm):
    """Puts one person in the team; the choice says which person, and where."""

    person = forms.ChoiceField(
        label=gettext_lazy("Wie"),
        help_text=gettext_lazy("Alleen deze persoon krijgt toegang, niet de hele organisatie."),
    )

    def __init__(self, positions: Iterable[Position], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        people = {
            f"{held.person_id}-{held.organisation_id}": f"{held.person.name}, {held.organisation}"
            for held in positions
        }
        self._offer("person", [NOBODY_CHOSEN, *people.items()])

    @property
    def chosen(self) -> tuple[int, int]:
        """The ids of the person and of the organisation."""
        person_id, _, organisation_id = self.cleaned_data["person"].partition("-")
        return int(person_id), int(organisation_id)


OF_KIND = "kind:"
"""What a choice of a kind of receiver begins with; the others are ids of organisations."""


class ConsentForm(RecordForm):
    """Writes down what a woman said about sharing, or that she takes it back."""

    source = forms.ChoiceField(label=gettext_lazy("Wat is vastgelegd door"), required=False)
    recipient = forms.ChoiceField(label=gettext_lazy("Mag gezien worden door"), required=False)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Waarvoor"),
        choices=Consent.Purpose.choices,
        initial=Consent.Purpose.TREATMENT,
        required=False,
    )
    said = forms.ChoiceField(
        label=gettext_lazy("Zij zegt"),
        choices=[
            ("yes", gettext_lazy("Ja, daarmee stem ik in")),
            ("no", gettext_lazy("Nee, daartegen heb ik bezwaar")),
            ("back", gettext_lazy("Ik neem terug wat ik hierover eerder zei")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        organisations: Iterable[Organisation],
        own: Organisation | None,
        *args: Any,
        **more: Any,
    ) -> None:
        """Offer the organisations; `own` is the only source of who may speak for no other."""
        super().__init__(*args, **more)
        known = _named(organisations)
        everyone = ("", gettext_lazy("iedereen die haar behandelt"))
        kinds = [(f"{OF_KIND}{kind}", label) for kind, label in ReceiverKind.choices]
        self._offer("source", [everyone, *known] if own is None else _named([own]))
        self.fields["source"].required = own is not None
        self._offer("recipient", [everyone, *kinds, *known])

    @property
    def receiver(self) -> tuple[int | None, str]:
        """The id of the organisation and the kind; at most one of the two."""
        chosen = self.cleaned_data["recipient"]
        if chosen.startswith(OF_KIND):
            return None, chosen.removeprefix(OF_KIND)
        return (int(chosen) if chosen else None), ""

    @property
    def is_given(self) -> bool | None:
        """What she said; None takes it back."""
        return {"yes": True, "no": False}.get(self.cleaned_data["said"])


class BreakGlassForm(RecordForm):
    """Finds one woman, by exact numbers only, and says why."""

    bsn = forms.CharField(
        label=gettext_lazy("BSN"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Of hieronder haar referentie en geboortedatum."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reference = forms.CharField(label=gettext_lazy("Referentie"), required=False, max_length=64)
    birth_date = forms.CharField(
        label=gettext_lazy("Geboortedatum"),
        required=False,
        max_length=20,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Waarom kan zij niet wachten?"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("15 tot 400 tekens. De beoordelaar leest dit; noem geen namen."),
    )

    @property
    def sought(self) -> dict[str, Any]:
        """What to look for; what cannot be read as a number or a day finds nobody."""
        typed = self.cleaned_data
        try:
            born = date.fromisoformat(typed["birth_date"].strip())
        except ValueError:
            born = None
        bsn = "".join(typed["bsn"].split()).replace(".", "")
        return {"bsn": bsn, "reference": typed["reference"].strip(), "birth_date": born}

    def find_nobody(self) -> None:
        """Answer every failure alike, so that nobody learns who is in care."""
        self.add_error(
            None,
            _("Er is niemand geopend. Controleer het BSN, of de referentie met de geboortedatum."),
        )

    def missed_too_often(self) -> None:
        """Answer somebody who found nobody again and again."""
        self.add_error(
            None,
            _("U vond te vaak niemand. Wacht een uur, of laat een collega haar openen."),
        )


class ReviewForm(RecordForm):
    """Judges one use of the emergency button."""

    judgement = forms.ChoiceField(
        label=gettext_lazy("Oordeel"),
        choices=BreakGlassReview.Judgement.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Toelichting"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Nodig wanneer het onterecht was."),
    )


def _named(organisations: Iterable[Organisation]) -> list[tuple[str, str | Promise]]:
    return [(str(one.pk), one.name) for one in organisations]
