"""The form of what-if: which year, which text, which tariffs; or which care shift."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.contracts.agreements.reading import NAME
from ooievaar.kernel.faults import Fault
from ooievaar.settlement.whatif.commands import TARIFFS_NAME

MOST_FAULTS = 20
Choices = list[tuple[str, str | Promise]]


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(
        attrs={"rows": rows, "spellcheck": "false", "class": "yaml-text", "wrap": "off"}
    )


class ScenarioForm(forms.Form):
    """What somebody wants to know about a closed year."""

    title = forms.CharField(
        label=_("Hoe heet dit scenario?"),
        max_length=120,
        help_text=_("Geen namen of gegevens van cliënten."),
    )
    year = forms.ChoiceField(label=_("Over welk jaar?"))
    text = forms.CharField(
        label=_("Een andere verdeelafspraak (YAML)"),
        help_text=_("Leeg: verdelen zoals het ging. Er staat nu wat geldt; verander wat u wilt."),
        required=False,
        strip=False,
        widget=_text(18),
    )
    tariffs = forms.CharField(
        label=_("Andere tarieven"),
        help_text=_(
            "Regels als <code>insurer_uzovi;product;cents;valid_from</code> met die kopregel, of "
            "<code>contract</code> in plaats van <code>insurer_uzovi</code>. Zonder datum: het "
            "hele jaar."
        ),
        required=False,
        strip=False,
        widget=_text(5),
    )

    def __init__(self, years: list[int], *args: Any, is_shift: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["year"]
        field.choices = [(str(year), str(year)) for year in years]
        if is_shift:
            del self.fields["text"], self.fields["tariffs"]

    def reject(self, faults: list[Fault]) -> None:
        """Show what is wrong at the field that it is in, with its line."""
        for fault in faults[:MOST_FAULTS]:
            field = {NAME: "text", TARIFFS_NAME: "tariffs", "jaar": "year"}.get(fault.file)
            self.add_error(field if field in self.fields else None, str(fault))
        if len(faults) > MOST_FAULTS:
            more = _("… en nog %(count)s fouten.") % {"count": len(faults) - MOST_FAULTS}
            self.add_error(None, more)
