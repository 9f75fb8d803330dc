"""What partners ask and the controller answers: one field."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ooievaar.settlement.statements.questions import LONGEST_TEXT

NO_NAMES = _("Geen namen of geboortedatums van zwangeren: de regel zelf zegt om wie het gaat.")


class QuestionForm(forms.Form):
    """A question about a line, or the next one."""

    text = forms.CharField(
        label=_("Uw vraag"),
        help_text=NO_NAMES,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(forms.Form):
    """What the controller answers."""

    text = forms.CharField(
        label=_("Uw antwoord"),
        help_text=NO_NAMES,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
