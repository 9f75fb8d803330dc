"""The page of components: each piece as it looks, with its code, for who builds the next page.

Its door stands where the page gets its address; this room knows no roles.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.ui.bulk import ask_once, back_address, confirmed, picked_keys
from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers
from ooievaar.ui.tables import Action, Column, Filter, Table, with_note
from ooievaar.ui.templatetags.ooievaar import icon

COLOURS = """
    petrol petrol-strong petrol-soft accent accent-text accent-soft alarm alarm-soft good good-soft
    page card raised line text quiet side in-product breaks-bundle outside-bundle monodisciplinary
    not-billable overhead reserve
""".split()
PURPOSE = "components"
ROWS = 87


@dataclass(frozen=True, slots=True)
class Sample:
    """A row that means nothing."""

    pk: int
    reference: str
    note: str
    due_on: date | None
    gestation_days: int
    visits: int
    cents: int
    month: str
    state: str


def samples() -> list[Sample]:
    """Return rows for the table: the same ones every time, about nobody."""
    return [
        Sample(
            pk=n,
            reference=f"V-{n:03d}",
            note=_("praktijk %(n)s") % {"n": n % 7 + 1},
            due_on=date.fromordinal(date(2026, 1, 1).toordinal() + n * 37 % 300) if n % 9 else None,
            gestation_days=50 + n * 53 % 230,
            visits=n * 11 % 17,
            cents=(n * 7919 % 250_000) - 30_000,
            month=f"2026-{n % 12 + 1:02d}",
            state=("open", "closed", "breaker")[n % 3],
        )
        for n in range(1, ROWS + 1)
    ]


STATES = (
    ("open", gettext_lazy("Loopt nog")),
    ("closed", gettext_lazy("Declarabel")),
    ("breaker", gettext_lazy("Met een breker")),
)
LOOKS = {"open": ("", "clock"), "closed": ("tag-good", "check"), "breaker": ("tag-alarm", "bolt")}


def _state(row: Sample) -> str:
    look, sign = LOOKS[row.state]
    return format_html(
        '<span class="tag {}">{}{}</span>', look, icon(sign), dict(STATES)[row.state]
    )


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("Naam"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Bedrag"), help_text=gettext_lazy("In euro's, bijvoorbeeld 12,50.")
    )
    day = forms.DateField(
        label=gettext_lazy("Vanaf"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    discipline = forms.ChoiceField(
        label=gettext_lazy("Discipline"),
        choices=[
            ("", gettext_lazy("kies")),
            ("midwives", gettext_lazy("Verloskundigen")),
            ("kraamzorg", gettext_lazy("Kraamzorg")),
        ],
    )
    how = forms.ChoiceField(
        label=gettext_lazy("Hoe is het gebleken?"),
        widget=forms.RadioSelect,
        choices=[("call", gettext_lazy("Telefonisch")), ("paper", gettext_lazy("Op papier"))],
    )
    note = forms.CharField(
        label=gettext_lazy("Toelichting"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Ik heb het nagekeken"),
        help_text=gettext_lazy("Zonder dit gaat het niet verder."),
    )


def components(request: HttpRequest) -> HttpResponseBase:
    """Show every piece that pages are made of; nothing on it is of the region."""
    if request.method == "POST":
        return _posted(request)
    table = _table(request)
    if table.wants_export:
        return table.export(table.wants_export)
    right = {"name": "J. de Vries", "amount": "12.50", "discipline": "midwives"}
    answers = {"naam": "J. de Vries", "bedrag_cents": 1250}
    context = {
        "table": table,
        "empty": Table("leeg", table.all_columns, [], request, exports=False, prefix="leeg-"),
        "form": SampleForm(prefix="leeg", initial={"day": date(2026, 11, 21)}),
        "wrong": SampleForm(right),
        "answers": [
            (_("Naam"), "J. de Vries", "#formulier-met-fouten"),
            (_("Bedrag"), "€ 12,50", "#formulier-met-fouten"),
            (_("Vanaf"), "21-11-2026", "#formulier-met-fouten"),
        ],
        "token": sign_answers(answers, PURPOSE),
        "colours": COLOURS,
        "icons": icon_names(),
        "levels": [
            ("info", "plain", "info-circle", _("Er is een nieuwe versie van het regelboek.")),
            ("success", "good", "circle-check", _("De maand is afgesloten.")),
            ("warning", "warm", "alert-triangle", _("Twee regels wachten nog op antwoord.")),
            (
                "error",
                "alarm",
                "alert-triangle",
                _("De maand is niet afgesloten: er blijft iets over."),
            ),
        ],
    }
    return render(request, "ooievaar/components.html", context)


def _table(request: HttpRequest) -> Table:
    columns = [
        Column(
            "referentie",
            _("Voorbeeld"),
            lambda row: row.reference,
            sort="reference",
            show=lambda row: with_note(row.reference, row.note),
        ),
        Column("uitgerekend", _("Uitgerekend"), lambda row: row.due_on, "day", sort="due_on"),
        Column("duur", _("Duur"), lambda row: row.gestation_days, "gestation", sort="days"),
        Column("stand", _("Stand"), lambda row: str(dict(STATES)[row.state]), show=_state),
        Column("bezoeken", _("Bezoeken"), lambda row: row.visits, "number", sort="visits"),
        Column("bedrag", _("Bedrag"), lambda row: row.cents, "euro", sort="cents"),
        Column("maand", _("Maand"), lambda row: row.month, "month", is_default=False),
    ]
    return Table(
        "voorbeelden",
        columns,
        samples(),
        request,
        search_label=_("Referentie"),
        filters=[Filter("stand", _("Stand"), STATES, _with_state)],
        search=lambda rows, text: [row for row in rows if text.lower() in row.reference.lower()],
        page_size=5,
        caption=_("Voorbeelden"),
        actions=[Action("nakijken", _("Markeer als nagekeken"), request.path, "clipboard-check")],
    )


def _with_state(rows: list[Sample], state: str) -> list[Sample]:
    return [row for row in rows if row.state == state]


def _posted(request: HttpRequest) -> HttpResponseBase:
    """Answer the examples: rows that were picked, answers that were checked. Nothing is kept."""
    if request.POST.get("actie") == "nakijken":
        names = {str(row.pk): row.reference for row in samples()}
        rows = [(key, names[key]) for key in picked_keys(request) if key in names]
        return ask_once(
            request,
            PURPOSE + ":picked",
            _("Deze voorbeelden nakijken?"),
            rows,
            _("Markeer als nagekeken"),
            _("Er gebeurt niets: dit is een voorbeeld."),
            request.path,
        )
    if picked := confirmed(request, PURPOSE + ":picked"):
        messages.success(request, _("%(n)s voorbeelden nagekeken.") % {"n": len(picked.keys)})
        return redirect(picked.back)
    if read_answers(request.POST.get(FIELD, ""), purpose=PURPOSE):
        messages.success(request, _("Bevestigd is precies wat er stond."))
    else:
        messages.error(
            request, _("Dit stond te lang open of is gewijzigd; controleer het opnieuw.")
        )
    return redirect(back_address(request, request.path))


def icon_names() -> list[str]:
    """Return the icons of the sprite, as it was built."""
    sprite = Path(__file__).parent / "static" / "ooievaar" / "icons.svg"
    if not sprite.is_file():
        return []
    parts = sprite.read_text("utf-8").split('<symbol id="')[1:]
    return [part.split('"', 1)[0] for part in parts]
