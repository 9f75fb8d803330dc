"""Diagnostics prevented and made again: of one's own organisation, or of the network."""

from collections.abc import Sequence

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.repeat_counts import (
    RepeatCount,
    counts_in_network,
    counts_of_organisation,
)
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import month_name

LEAST = 5
"""Below this many, who gives no care sees that it is few, not how many."""


@open_to(*CARE_ROLES, Role.QUALITY_OFFICER, Role.DIRECTOR)
@require_safe
def repeats(request: WorkingRequest) -> HttpResponseBase:
    """Show per month and kind what was prevented and made again; nobody's data stands here."""
    workplace = request.workplace
    if workplace.gives_care:
        counted = counts_of_organisation(workplace.organisation_id)
    else:
        counted = counts_in_network(workplace.network_id)
    table = _table(request, counted)
    if table.wants_export:
        return table.export(table.wants_export)
    context = {
        "table": table,
        "place": workplace.place_name,
        "gives_care": workplace.gives_care,
        "least": LEAST,
    }
    return render(request, "entries/repeat_counts.html", context)


def _table(request: WorkingRequest, counted: Sequence[RepeatCount]) -> Table:
    names = {one.key: words.named(one) for one in load().repeat_windows}
    hides = not request.workplace.gives_care
    months = sorted({row.month for row in counted}, reverse=True)

    def count(number: int) -> int | str:
        return f"< {LEAST}" if hides and 0 < number < LEAST else number

    # Not put in order by what is hidden: the order would tell.
    columns = [
        Column("maand", _("Maand"), lambda row: row.month, kind="month", sort="month"),
        Column(
            "onderzoek",
            _("Onderzoek"),
            lambda row: names.get(row.diagnostic, row.diagnostic),
            sort="diagnostic",
        ),
        Column("voorkomen", _("Voorkomen"), lambda row: count(row.prevented), kind="number"),
        Column("toch", _("Toch opnieuw"), lambda row: count(row.made_again), kind="number"),
    ]
    return Table(
        "dubbel",
        columns,
        counted,
        request,
        filters=[
            Filter(
                "maand",
                _("Maand"),
                [(month, month_name(month)) for month in months],
                lambda rows, month: [row for row in rows if row.month == month],
            )
        ],
        caption=_("Dubbel onderzoek"),
        empty_heading=_("Nog niets geteld"),
        empty_text=_(
            "Zodra iemand ziet dat een partner een onderzoek al deed en het niet of toch opnieuw "
            "doet, telt het hier mee."
        ),
    )
