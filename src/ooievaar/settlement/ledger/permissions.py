"""Who may see the books: who sees all the money of a network sees its books, nobody else."""

from typing import Any

from django.db.models import QuerySet

from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.ledger.models import Account, PeriodClosing, Posting, Transaction
from ooievaar.ui.models import Job


def accounts_for(workplace: Workplace) -> QuerySet[Account]:
    """Return the accounts that a workplace may see."""
    return _of_network(Account.objects.select_related("insurer", "organisation"), workplace)


def transactions_for(workplace: Workplace) -> QuerySet[Transaction]:
    """Return the transactions that a workplace may see."""
    return _of_network(Transaction.objects.all(), workplace)


def postings_for(workplace: Workplace) -> QuerySet[Posting]:
    """Return the postings that a workplace may see."""
    return _of_network(Posting.objects.all(), workplace, "account__network_id")


def journal_for(workplace: Workplace) -> QuerySet[Posting]:
    """Return the same postings, to be read in the order of their transactions.

    Asked by way of these, so that the database reads along their numbers and sorts nothing.
    """
    return _of_network(Posting.objects.all(), workplace, "transaction__network_id")


def closed_periods_for(workplace: Workplace) -> QuerySet[PeriodClosing]:
    """Return the closed periods that a workplace may see."""
    return _of_network(PeriodClosing.objects.all(), workplace)


def checks_for(workplace: Workplace, kind: str) -> QuerySet[Job]:
    """Return the jobs that read the books again, which a workplace may see, newest first."""
    jobs = Job.objects.filter(kind=kind).select_related("started_by").order_by("-created_at")
    return _of_network(jobs, workplace)


def _of_network(
    rows: QuerySet[Any], workplace: Workplace, column: str = "network_id"
) -> QuerySet[Any]:
    if not workplace.sees_whole_network:
        return rows.none()
    return rows.filter(**{column: known(workplace.network_id)})
