"""What happened on one account, with what stood there after each posting; counted in the database.

In the order of the days, so that a month begins with what the one before it left.
"""

from django.db.models import F, Q, QuerySet, Sum, Window

from ooievaar.settlement.ledger.models import Account, Posting

ORDER = ("transaction__day", "transaction__number", "pk")


def history_of(
    postings: QuerySet[Posting], account: Account, month: str = "", reason: str = ""
) -> QuerySet[Posting]:
    """Return what was posted on an account, newest first; `balance` is what stood there after it.

    The balance counts everything, also what the month or the reason leaves out.
    """
    balance = Window(Sum("cents"), order_by=[F(name).asc() for name in ORDER])
    rows = postings.filter(account=account).annotate(balance=balance)
    # A condition that speaks of the window is looked at after it; any other one would narrow what
    # is summed. The balance is never unknown, so that half of it decides nothing.
    if month:
        rows = rows.filter(Q(transaction__period=month) | Q(balance__isnull=True))
    if reason:
        rows = rows.filter(Q(transaction__reason=reason) | Q(balance__isnull=True))
    return rows.select_related("transaction").order_by(*(f"-{name}" for name in ORDER))


def choices_of(postings: QuerySet[Posting], account: Account) -> tuple[list[str], list[str]]:
    """Return the months (newest first) and reasons that occur on an account; one query."""
    pairs = set(
        postings.filter(account=account)
        .order_by()
        .values_list("transaction__period", "transaction__reason")
        .distinct()
    )
    return (
        sorted({period for period, _ in pairs}, reverse=True),
        sorted({reason for _, reason in pairs}),
    )
