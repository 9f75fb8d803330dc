"""The forms of distribution agreements."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ooievaar.contracts.agreements.commands import (
    LONGEST_MANDATE,
    LONGEST_REASON,
    LONGEST_REMARK,
)
from ooievaar.contracts.models import AgreementRemark
from ooievaar.record.forms import RecordForm

Kind = AgreementRemark.Kind
NO_NAMES = _("Geen namen of gegevens van cliënten.")


class TextForm(RecordForm):
    """The text of an agreement being written."""

    text = forms.CharField(
        label=_("De tekst van de verdeelafspraak (YAML)"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 30, "spellcheck": "false", "class": "yaml-text", "wrap": "off"}
        ),
    )
    note = forms.CharField(
        label=_("Wat is er anders, en waarom?"),
        help_text=_("Staat bij de versie, voor wie haar leest."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class StepForm(RecordForm):
    """Words with a step: proposing, starting."""

    reason = forms.CharField(
        label=_("Toelichting"),
        help_text=NO_NAMES,
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(RecordForm):
    """Why a version is taken back."""

    reason = forms.CharField(
        label=_("Waarom trekt u haar in?"),
        help_text=_("Iedereen die haar kon lezen, leest dit."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StartForm(RecordForm):
    """Putting in force asks nothing; what keeps it from happening is told here."""


class EndForm(RecordForm):
    """From which day an agreement holds no more, and why."""

    ended_on = forms.DateField(
        label=_("De eerste dag zonder deze afspraak"),
        help_text=_("Wat vanaf die dag begint, wordt niet verdeeld tot er een andere afspraak is."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Waarom eindigt zij eerder?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SignForm(RecordForm):
    """On behalf of whom somebody signs."""

    mandate = forms.CharField(
        label=_("Namens wie, en op grond waarvan"),
        max_length=LONGEST_MANDATE,
        help_text=_("Bijvoorbeeld: verloskundigen van de regio, besluit van 12-05-2026."),
    )
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class RemarkForm(RecordForm):
    """What a party asks or says about a version."""

    kind = forms.ChoiceField(
        label=_("Wat wilt u zeggen?"),
        widget=forms.RadioSelect,
        choices=[
            (Kind.QUESTION, _("Ik heb een vraag")),
            (Kind.CONSENT, _("Wij stemmen in")),
            (Kind.OBJECTION, _("Wij hebben bezwaar")),
        ],
    )
    text = forms.CharField(
        label=_("Uw vraag of toelichting"),
        help_text=_("Iedereen die deze versie kan lezen, leest dit. Het blijft staan."),
        max_length=LONGEST_REMARK,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(RecordForm):
    """An answer to one of them."""

    answers = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Uw antwoord"),
        help_text=_("Iedereen die deze versie kan lezen, leest dit. Het blijft staan."),
        max_length=LONGEST_REMARK,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
