"""The short form that takes a woman into care, and the one that completes her BSN."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.kernel.identifiers import is_bsn
from ooievaar.network.models import Insurer
from ooievaar.record.entries.rules.parts import DueMethod
from ooievaar.record.forms import NOBODY_CHOSEN, RecordForm

POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Za-z]{2})")
NOTHING_MISSING = ("", gettext_lazy("het BSN staat hierboven"))
LONGEST_BSN_TYPED = 20
YOUNGEST, OLDEST = 10, 60
DAYS_OF_YEAR = 365


def day_field(label: Any, **more: Any) -> forms.DateField:
    """Return a field for a day, as the browser gives it."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **more)


def digits(typed: str) -> str:
    """Return a BSN without the spaces and dots that people type."""
    return "".join(typed.split()).replace(".", "")


def bsn_of(typed: str) -> str:
    """Return the nine digits; refuse what does not pass the eleven-test."""
    bsn = digits(typed)
    if not is_bsn(bsn):
        raise forms.ValidationError(_("Dit is geen BSN: de elfproef klopt niet."))
    return bsn


def postcode_of(typed: str) -> str:
    """Return a postcode as `1234 AB`; refuse what is none."""
    found = POSTCODE.fullmatch(typed.strip())
    if found is None:
        raise forms.ValidationError(_("Een postcode is vier cijfers en twee letters."))
    return f"{found[1]} {found[2].upper()}"


class BsnForm(RecordForm):
    """Completes a BSN that was unknown."""

    bsn = forms.CharField(
        label=gettext_lazy("BSN"),
        max_length=LONGEST_BSN_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("Negen cijfers; neem het over van haar identiteitsbewijs."),
    )

    def clean_bsn(self) -> str:
        """Refuse what does not pass the eleven-test."""
        return bsn_of(self.cleaned_data["bsn"])


class NewPregnancyForm(RecordForm):
    """Who she is, how far along, and how that is known."""

    name = forms.CharField(
        label=gettext_lazy("Naam"),
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    birth_date = day_field(gettext_lazy("Geboortedatum"))
    bsn = forms.CharField(
        label=gettext_lazy("BSN"),
        required=False,
        max_length=LONGEST_BSN_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    without_bsn = forms.ChoiceField(label=gettext_lazy("Geen BSN, omdat"), required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), required=False, max_length=10)
    insurer = forms.ChoiceField(label=gettext_lazy("Zorgverzekeraar"), required=False)
    first_intake_on = day_field(gettext_lazy("Eerste intake"))
    due_on = day_field(gettext_lazy("Uitgerekende datum"))
    method = forms.ChoiceField(label=gettext_lazy("Bepaald met"))

    def __init__(
        self,
        insurers: Iterable[Insurer],
        methods: Sequence[tuple[str, str]],
        reasons: Mapping[str, str],
        today: date,
        *args: Any,
        **more: Any,
    ) -> None:
        """Offer the insurers by name, and the ways to know a due date, the best first.

        `reasons` are why there may be no BSN, by their code.
        """
        super().__init__(*args, **more)
        self.today = today
        self._offer("insurer", [NOBODY_CHOSEN, *((str(one.pk), one.name) for one in insurers)])
        self._offer("without_bsn", [NOTHING_MISSING, *reasons.items()])
        self._offer("method", [NOBODY_CHOSEN, *methods])
        self.fields["first_intake_on"].initial = today

    def clean_birth_date(self) -> date:
        """Refuse a day on which nobody who is pregnant now was born."""
        born: date = self.cleaned_data["birth_date"]
        years = (self.today - born) / timedelta(days=DAYS_OF_YEAR)
        if not YOUNGEST <= years <= OLDEST:
            raise forms.ValidationError(_("Op die dag is niemand geboren die nu zwanger is."))
        return born

    def clean_postcode(self) -> str:
        """Write a postcode as `1234 AB`."""
        typed = self.cleaned_data["postcode"].strip()
        return postcode_of(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        """Ask for a BSN that can be one, or for why there is none."""
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["bsn"] = digits(cleaned.get("bsn", ""))
        if cleaned["bsn"] and not is_bsn(cleaned["bsn"]):
            self.add_error("bsn", _("Dit is geen BSN: de elfproef klopt niet."))
        elif not cleaned["bsn"] and not cleaned.get("without_bsn"):
            self.add_error("bsn", _("Vul het BSN in, of kies hieronder waarom het er niet is."))
        elif cleaned["bsn"] and cleaned.get("without_bsn"):
            self.add_error("without_bsn", _("Het BSN staat hierboven; kies dat hier."))
        return cleaned


def methods_of(due: Iterable[DueMethod], names: dict[str, str]) -> list[tuple[str, str]]:
    """Return the ways to know a due date, with how many days it may be off."""
    return [
        (one.method, _("%(name)s (± %(days)s d)") % {
            "name": names.get(one.method, one.method), "days": one.precision_days,
        })
        for one in due
    ]  # fmt: skip
