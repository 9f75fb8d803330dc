"""The forms of two records of one woman: find the other, merge, split."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.record.forms import RecordForm
from ooievaar.record.women.merging import LONGEST_REASON


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
