"""One account: what was posted on it and why, with what stood there after each posting."""

from typing import Any

from django.db.models import Sum
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.settlement.ledger.history import choices_of, history_of
from ooievaar.settlement.ledger.models import Account, Posting
from ooievaar.settlement.ledger.pages.causes import said
from ooievaar.settlement.ledger.permissions import accounts_for, postings_for
from ooievaar.settlement.ledger.rules.accounts import KINDS, Side
from ooievaar.settlement.ledger.words import meaning, reason_text
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import euro, month_name

MONTH, REASON = "maand", "reden"


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def account(request: WorkingRequest, account_id: int) -> HttpResponseBase:
    """Show the history of one account; a file of it is noted as an export."""
    found = accounts_for(request.workplace).filter(pk=account_id).first()
    if found is None:
        return refuse(request, "row", Door(WHOLE_NETWORK_ROLES))
    table = history_table(request, found)
    if table.wants_export:
        note(request, Kind.EXPORT, "account", found.pk, controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    note(request, Kind.READ, "account", found.pk, controls=NO_RELATION)
    postings = postings_for(request.workplace).filter(account=found)
    cents = postings.aggregate(sum=Sum("cents", default=0))["sum"]
    context = {
        "tabs": tabs_for(request.workplace),
        "account": found,
        "name": account_title(found),
        "cents": cents,
        "size_cents": abs(cents),
        "means": meaning(found.kind, cents),
        "table": table,
    }
    return render(request, "ledger/account.html", context)


def account_title(found: Account) -> str:
    """Return an account as people call it: its kind, and whose it is."""
    party = found.insurer or found.organisation
    kind = found.get_kind_display()
    return f"{kind}: {party.name}" if party else kind


def history_table(request: WorkingRequest, found: Account) -> Table:
    """Return what was posted on an account as a table, newest first; every page in SQL."""
    postings = postings_for(request.workplace)
    months, reasons = choices_of(postings, found)
    filters = [
        Filter(MONTH, _("Periode"), [(month, month_name(month)) for month in months]),
        Filter(REASON, _("Reden"), [(word, reason_text(word)) for word in reasons]),
    ]
    month, reason = (one.chosen(request) for one in filters)
    return Table(
        f"rekening-{found.pk}",
        columns(found.kind),
        history_of(postings, found, month, reason),
        request,
        filters=filters,
        caption=_("Wat op deze rekening is geboekt"),
        empty_heading=_("Nog niets geboekt"),
        empty_text=_("Hier komt elke boeking op deze rekening, met waarom en wat er dan staat."),
    )


def columns(kind: str) -> list[Column]:
    """Return the columns of a history; the balance is above zero on the side of its kind."""
    owns = KINDS[kind].side is Side.ASSETS
    sign, saldo = (1, _("Saldo debet")) if owns else (-1, _("Saldo credit"))
    return [
        Column("boeking", _("Boeking"), lambda p: p.transaction.number,
               link=transaction_address),
        Column("dag", _("Dag"), lambda p: p.transaction.day, "day"),
        Column("reden", _("Reden"), lambda p: reason_text(p.transaction.reason)),
        Column("tekst", _("Omschrijving"), lambda p: said(p.transaction.text)),
        Column("over", _("Gaat over"), lambda p: p.transaction.names_period, is_default=False),
        Column("debet", _("Debet"), lambda p: p.cents if p.cents > 0 else None, "euro",
               show=lambda p: side(p.cents)),
        Column("credit", _("Credit"), lambda p: -p.cents if p.cents < 0 else None, "euro",
               show=lambda p: side(-p.cents)),
        Column("saldo", saldo, lambda p: sign * p.balance, "euro"),
    ]  # fmt: skip


def side(cents: int) -> str:
    """Write an amount on its own side; on the other nothing stands."""
    return euro(cents) if cents > 0 else ""


def transaction_address(posting: Posting | Any) -> str:
    """Return where the transaction of a posting is shown."""
    return reverse("transaction", args=[posting.transaction.number])
