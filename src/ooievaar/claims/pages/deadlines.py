"""What is nearly too late to claim, and what is too late: the nearest first."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ooievaar.claims.models import Proposal
from ooievaar.claims.pages import words
from ooievaar.claims.permissions import proposals_for
from ooievaar.claims.rules.deadlines import NEARING_DAYS
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import day

PAST = "voorbij"
WITH_DEADLINE = (
    Proposal.Action.NEW, Proposal.Action.RESEND, Proposal.Action.HOLD, Proposal.Action.EXPIRED,
)  # fmt: skip
"""What is not claimed yet, or must be claimed again: of that the last day counts."""
WINDOWS = (*NEARING_DAYS, 90)


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_safe
def claims_deadlines(request: WorkingRequest) -> HttpResponseBase:
    """List what is owed and not granted by its last day; without a filter up to three months."""
    at = timezone.now()
    today = timezone.localdate(at)
    rows = proposals_for(request.workplace, at).filter(action__in=WITH_DEADLINE)
    if not request.GET.get("termijn"):
        rows = rows.filter(deadline__lte=today + timedelta(days=max(WINDOWS)))
    insurers = sorted(set(rows.order_by().values_list("insurer_id", "insurer__name")))
    windows = [(PAST, _("voorbij"))] + [
        (str(days), ngettext("binnen %(n)s dag", "binnen %(n)s dagen", days) % {"n": days})
        for days in WINDOWS
    ]
    table = Table(
        "termijnen",
        [
            Column("uiterlijk", _("Uiterlijk"), lambda p: p.deadline, "day", sort="deadline",
                   show=lambda p: _deadline(p, today)),
            Column("zwangere", _("Zwangere"), lambda p: p.pregnancy.reference,
                   sort="pregnancy__reference",
                   link=lambda p: reverse("pregnancy", args=[p.pregnancy_id])),
            Column("product", _("Product"), lambda p: words.product_name(p.product),
                   sort="product"),
            Column("verzekeraar", _("Verzekeraar"), lambda p: p.insurer.name, sort="insurer__name"),
            Column("bedrag", _("Bedrag"), lambda p: p.cents, "euro", sort="cents"),
            Column("stand", _("Wat er gebeurt"), lambda p: words.said(words.STEPS, p.action),
                   sort="action"),
            Column("waarom", _("Waarom"), lambda p: words.said(words.REASONS, p.reason),
                   sort="reason"),
            Column("nummer", _("Declaratienummer"), lambda p: p.line.reference if p.line else "",
                   sort="line__reference", is_default=False,
                   link=lambda p: reverse("claim_line", args=[p.line_id]) if p.line_id else ""),
        ],
        rows.select_related("pregnancy", "insurer", "line").order_by("deadline", "pk"),
        request,
        filters=[
            Filter("termijn", _("Termijn"), windows, lambda rows, key: _within(rows, key, today)),
            Filter("verzekeraar", _("Verzekeraar"), [(str(pk), name) for pk, name in insurers],
                   lambda rows, pk: rows.filter(insurer_id=pk)),
        ],
        caption=_("Termijnen van declaraties"),
        empty_heading=_("Niets wordt binnenkort te laat"),
        empty_text=_("Hier komt wat nog niet is toegekend en waarvan de termijn nadert."),
    )  # fmt: skip
    if table.wants_export:
        women = table.take("pregnancy__woman_id")
        note(request, Kind.EXPORT, "claims_deadlines", women=women, controls=NO_RELATION)
        return table.export(table.wants_export)
    women = [row.pregnancy.woman_id for row in table.rows]
    note(request, Kind.LIST, "claims_deadlines", women=women, controls=NO_RELATION)
    return render(request, "claims/deadlines.html", {"table": table, "most": max(WINDOWS)})


def _within(rows: QuerySet[Proposal], key: str, today: date) -> QuerySet[Proposal]:
    if key == PAST:
        return rows.filter(deadline__lt=today)
    return rows.filter(deadline__gte=today, deadline__lte=today + timedelta(days=int(key)))


def _deadline(proposal: Proposal, today: date) -> str:
    left, written = (proposal.deadline - today).days, day(proposal.deadline)
    if left < 0:
        return format_html('{} <span class="tag tag-alarm">{}</span>', written, _("voorbij"))
    said = ngettext("nog %(n)s dag", "nog %(n)s dagen", left) % {"n": left}
    tone = "tag-alarm" if left <= min(WINDOWS) else "tag-warm" if left <= WINDOWS[1] else ""
    return format_html('{} <span class="tag {}">{}</span>', written, tone, said)
