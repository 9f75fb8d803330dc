"""The forms of payments; what is typed in them is checked by the commands."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Insurer, Organisation
from ooievaar.record.forms import NOBODY_CHOSEN, RecordForm
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.accounts import LONGEST_NAME, read_iban
from ooievaar.settlement.payments.insurer_advances import LONGEST_REFERENCE
from ooievaar.settlement.payments.models import PaymentRun

NO_NAMES = _("Geen namen of gegevens van cliënten.")
APPROVE, REFUSE = "goedkeuren", "afkeuren"
LONGEST_NOTE = 500
MOST_EUROS = Decimal("99999999.99")


def day_field() -> forms.DateInput:
    """Return the widget of a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def lines_field(rows: int = 3) -> forms.Textarea:
    """Return the widget of a few sentences."""
    return forms.Textarea(attrs={"rows": rows})


def next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    following = day + timedelta(days=1)
    while following.isoweekday() > 5:
        following += timedelta(days=1)
    return following


class LookForm(RecordForm):
    """On which day is paid, and what."""

    pay_on = forms.DateField(
        label=_("Betaaldag"),
        help_text=_("Een werkdag: vandaag of later, binnen 31 dagen."),
        widget=day_field(),
    )
    rule = forms.ChoiceField(
        label=_("Wat wordt er betaald?"), choices=PaymentRun.Rule.choices, widget=forms.RadioSelect
    )


class OfferForm(RecordForm):
    """What the controller wants the approver to know; and why, when it is not as agreed."""

    note = forms.CharField(
        label=_("Toelichting voor wie goedkeurt"),
        help_text=NO_NAMES,
        max_length=LONGEST_NOTE,
        required=False,
        widget=lines_field(2),
    )

    def __init__(self, *args: Any, deviates: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if deviates:
            self.fields["deviates"] = forms.CharField(
                label=_("Waarom wijkt deze run af van de verdeelafspraak?"),
                help_text=NO_NAMES,
                max_length=LONGEST_NOTE,
                widget=lines_field(2),
            )


class DecisionForm(RecordForm):
    """Yes, or no and why."""

    doe = forms.CharField(widget=forms.HiddenInput, initial="besluiten", required=False)
    decision = forms.ChoiceField(
        label=_("Uw besluit"),
        choices=[(APPROVE, _("Goedkeuren")), (REFUSE, _("Afkeuren"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Waarom keurt u niet goed?"),
        help_text=NO_NAMES,
        max_length=LONGEST_NOTE,
        required=False,
        widget=lines_field(),
    )

    def clean(self) -> dict[str, Any]:
        """Ask why, of who refuses."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == REFUSE and not cleaned.get("reason", "").strip():
            self.add_error("reason", gettext("Zeg waarom u niet goedkeurt."))
        if cleaned.get("decision") == APPROVE:
            cleaned["reason"] = ""
        return cleaned


class ReasonForm(RecordForm):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Waarom"), help_text=NO_NAMES, max_length=LONGEST_NOTE, widget=lines_field(2)
    )


class StatementForm(RecordForm):
    """A statement of the bank; how large it may be is said before it is chosen."""

    file = forms.FileField(
        label=_("Afschrift van de bank (camt.053, XML)"),
        help_text=_(
            "Ten hoogste 1 MB, ruim duizend bewegingen. Een groter bestand leest de beheerder in "
            "met <code>ooievaar payments status BESTAND</code>."
        ),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )


class AdvancesForm(RecordForm):
    """For which month, and which part of what is expected."""

    month = forms.CharField(label=_("Maand"), help_text=_("Schrijf hem als 2026-10."), max_length=7)
    percent = forms.DecimalField(
        label=_("Deel van de verwachte inkomsten, in procenten"),
        help_text=_("Leeg: zoals de verdeelafspraak zegt. Meer mag niet, minder wel."),
        max_digits=7,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        max_value=Decimal(100),
        required=False,
        localize=True,
    )
    note = forms.CharField(
        label=_("Toelichting voor wie goedkeurt"),
        help_text=NO_NAMES,
        max_length=LONGEST_NOTE,
        required=False,
        widget=lines_field(2),
    )


class ReceiptForm(RecordForm):
    """Money that came in ahead, as it stands on the statement of the bank."""

    who = forms.ChoiceField(label=_("Van wie"))
    euros = forms.DecimalField(
        label=_("Bedrag in euro’s"),
        max_digits=10,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=MOST_EUROS,
        localize=True,
    )
    received_on = forms.DateField(label=_("Ontvangen op"), widget=day_field())
    reference = forms.CharField(
        label=_("Kenmerk van de ontvangst"),
        help_text=_("Zoals het op het afschrift staat. Elk kenmerk kan één keer."),
        max_length=LONGEST_REFERENCE,
    )

    def __init__(self, who: Iterable[Insurer | Organisation], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("who", [NOBODY_CHOSEN, *((str(one.pk), one.name) for one in who)])

    @property
    def cents(self) -> int:
        """The amount in whole cents."""
        return int(self.cleaned_data["euros"] * 100)


class AccountForm(RecordForm):
    """On which account somebody is paid, and since when."""

    iban = forms.CharField(
        label=_("IBAN"),
        help_text=_("Zoals op uw bankpas of afschrift; spaties mogen."),
        max_length=42,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Op naam van"), help_text=_("Zoals de bank de naam kent."), max_length=LONGEST_NAME
    )
    valid_from = forms.DateField(label=_("Vanaf"), widget=day_field())
    note = forms.CharField(
        label=_("Toelichting voor wie goedkeurt"),
        help_text=_("Bijvoorbeeld hoe u dit heeft nagevraagd. Geen gegevens van cliënten."),
        max_length=LONGEST_NOTE,
        required=False,
        widget=lines_field(2),
    )

    def clean_iban(self) -> str:
        """Return the IBAN without spaces, when it can exist."""
        read = read_iban(self.cleaned_data["iban"])
        if isinstance(read, Rejected):
            raise forms.ValidationError(str(read.reason))
        return str(read)


class WhoseAccountForm(AccountForm):
    """The same for the controller, who says whose account it is."""

    whose = forms.ChoiceField(label=_("Van wie"))
    field_order = ("whose", "iban", "name", "valid_from", "note")

    def __init__(self, organisations: Iterable[Organisation], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = ("0", _("het netwerk zelf"))
        rows = [(str(one.pk), one.name) for one in organisations]
        self._offer("whose", [NOBODY_CHOSEN, own, *rows])


class EndForm(ReasonForm):
    """From which day nothing is paid on an account any more."""

    ends_on = forms.DateField(
        label=_("Vanaf deze dag wordt er niets op gestort"), widget=day_field()
    )
    field_order = ("ends_on", "reason")
