"""One transaction: its postings, what caused it, and its place in the chain."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.settlement.ledger.chain import FIELDS, transaction_hash
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.ledger.pages.account import account_title
from ooievaar.settlement.ledger.pages.causes import cause_of, said
from ooievaar.settlement.ledger.permissions import transactions_for
from ooievaar.settlement.ledger.words import reason_text
from ooievaar.settlement.tabs import tabs_for

MOST_OTHERS = 50
"""Other transactions of one cause that the page lists; it says how many there are."""


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_safe
def transaction(request: WorkingRequest, number: int) -> HttpResponse:
    """Show one transaction, whether its hash is right, and what else its cause did."""
    every = transactions_for(request.workplace)
    found = every.filter(number=number).select_related("by").first()
    if found is None:
        return refuse(request, "row", Door(WHOLE_NETWORK_ROLES))
    cause = cause_of(found.cause_kind, found.cause_id)
    note(
        request,
        Kind.READ,
        "transaction",
        found.number,
        women=cause.women,
        controls=NO_RELATION,
    )
    postings = list(
        found.postings.select_related("account__insurer", "account__organisation").order_by("pk")
    )
    around = {
        one.number: one for one in every.filter(number__in=(found.number - 1, found.number + 1))
    }
    others = list(
        every.filter(cause_kind=found.cause_kind, cause_id=found.cause_id)
        .exclude(pk=found.pk)
        .order_by("number")[: MOST_OTHERS + 1]
    )
    before = around.get(found.number - 1)
    context = {
        "tabs": tabs_for(request.workplace),
        "transaction": found,
        "reason": reason_text(found.reason),
        "text": said(found.text),
        "cause": cause,
        "lines": [
            (
                account_title(one.account),
                reverse("account", args=[one.account_id]),
                max(one.cents, 0),
                max(-one.cents, 0),
            )
            for one in postings
        ],
        "debit_cents": sum(one.cents for one in postings if one.cents > 0),
        "credit_cents": -sum(one.cents for one in postings if one.cents < 0),
        "remainder": sum(one.cents for one in postings),
        "is_right": hash_is_right(found, [(one.account.key, one.cents) for one in postings]),
        "before": before,
        "after": around.get(found.number + 1),
        "is_chained": before is None or before.hash == found.previous_hash,
        "others": [(one, reason_text(one.reason), said(one.text)) for one in others[:MOST_OTHERS]],
        "has_more": len(others) > MOST_OTHERS,
        "reversed_by": next(
            (one for one in others if one.reason == "reversed" and one.number > found.number), None
        ),
    }
    return render(request, "ledger/transaction.html", context)


def hash_is_right(found: Transaction, postings: list[tuple[str, int]]) -> bool:
    """Tell whether a transaction still hashes to what was written with it."""
    row = {name: getattr(found, name) for name in FIELDS} | {"day": found.day}
    return transaction_hash(row, postings) == found.hash
