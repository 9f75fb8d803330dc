"""Who may see which claims: who sees all the money of a network sees its claims, nobody else.

What a woman has or had done is no part of them: codes and amounts, never words of care.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ooievaar.claims.models import (
    Batch,
    ClaimLine,
    LineStanding,
    ProblemMark,
    Proposal,
)
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known


def lines_for(workplace: Workplace, at: datetime) -> QuerySet[ClaimLine]:
    """Return the claimed lines that a workplace may see."""
    return _of_network(ClaimLine.objects.all(), workplace)


def standings_for(workplace: Workplace, at: datetime) -> QuerySet[LineStanding]:
    """Return how the lines stand that a workplace may see."""
    return _of_network(LineStanding.objects.all(), workplace)


def batches_for(workplace: Workplace, at: datetime) -> QuerySet[Batch]:
    """Return the files, made or still to be made, that a workplace may see."""
    return _of_network(Batch.objects.all(), workplace)


def proposals_for(workplace: Workplace, at: datetime) -> QuerySet[Proposal]:
    """Return what should be done, as far as a workplace may see it."""
    return _of_network(Proposal.objects.all(), workplace)


def problems_for(workplace: Workplace, at: datetime) -> QuerySet[ProblemMark]:
    """Return what people did about problems that a workplace may see."""
    return _of_network(ProblemMark.objects.all(), workplace)


def _of_network(
    rows: QuerySet[Any], workplace: Workplace, column: str = "network_id"
) -> QuerySet[Any]:
    if not workplace.sees_whole_network:
        return rows.none()
    return rows.filter(**{column: known(workplace.network_id)})
