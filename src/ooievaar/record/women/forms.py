"""The forms of who she is: correct it; find her other record, merge, split."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.record.entries.intake_forms import LONGEST_BSN_TYPED, bsn_of, day_field, postcode_of
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import IdentityChange
from ooievaar.record.relations import Rejected
from ooievaar.record.women.identity import LONGEST
from ooievaar.record.women.merging import LONGEST_REASON

Field = IdentityChange.Field


class FindForm(RecordForm):
    """Finds the other record by exactly her BSN, or by a reference and her birth date."""

    bsn = forms.CharField(
        label=gettext_lazy("BSN"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Of hieronder de referentie en haar geboortedatum."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reference = forms.CharField(label=gettext_lazy("Referentie"), required=False, max_length=64)
    birth_date = forms.DateField(
        label=gettext_lazy("Geboortedatum"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    @property
    def sought(self) -> dict[str, Any]:
        """What to look for."""
        typed = self.cleaned_data
        born: date | None = typed["birth_date"]
        bsn = "".join(typed["bsn"].split()).replace(".", "")
        return {"bsn": bsn, "reference": typed["reference"].strip(), "birth_date": born}

    def find_nobody(self) -> None:
        """Answer alike who is unknown and who is not theirs to see."""
        self.add_error(
            None,
            _("Bij u is niemand anders zo bekend. U voegt samen als u bij beide betrokken bent."),
        )


class ReasonForm(RecordForm):
    """Says by what it is seen."""

    reason = forms.CharField(
        label=gettext_lazy("Waaraan ziet u dat?"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Ten hoogste 200 tekens. Dit blijft leesbaar."),
    )


class CorrectForm(RecordForm):
    """Corrects one thing of who she is, and says why."""

    reason = forms.CharField(
        label=gettext_lazy("Waarom verandert dit?"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Bijvoorbeeld: paspoort gezien. Dit blijft leesbaar."),
    )

    def __init__(self, field: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.field = field
        self.fields = {"becomes": _becomes(field), **self.fields}

    def clean_becomes(self) -> str:
        """Return it as it is stored: a day as `1994-11-21`, a postcode as `1234 AB`."""
        value = self.cleaned_data["becomes"]
        if isinstance(value, date):
            return value.isoformat()
        if self.field == Field.BSN:
            return bsn_of(value)
        return postcode_of(value) if self.field == Field.POSTCODE else str(value)

    def refuse(self, rejected: Rejected) -> None:
        """Show why it was not stored, at what it is about."""
        self.add_error("reason" if rejected.field == "reason" else "becomes", str(rejected.reason))


def _becomes(field: str) -> forms.Field:
    label = gettext_lazy("Wordt")
    match field:
        case Field.BIRTH_DATE:
            return day_field(label)
        case Field.BSN:
            return forms.CharField(
                label=label,
                max_length=LONGEST_BSN_TYPED,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                help_text=gettext_lazy("Negen cijfers; neem het over van haar identiteitsbewijs."),
            )
    return forms.CharField(label=label, max_length=LONGEST[Field(field)])
