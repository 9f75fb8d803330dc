"""Four eyes in the database itself: who prepares does not approve; without it nothing is booked."""

from typing import Any

from django.apps import AppConfig

from ooievaar.settlement.year_end.models import LossLine, Proposal, ProposalStep
from ooievaar.storage.row_guards import (
    RowGuard,
    install_row_guards,
    own_approval,
    without_approval,
)

PROPOSALS, STEPS = Proposal._meta.db_table, ProposalStep._meta.db_table
OWN = "four eyes: wie een besluit over de boeken voorbereidde, keurt het niet goed"
UNAPPROVED = "four eyes: een besluit over de boeken zonder goedkeuring van een ander"
ENDED = "besluit: hierover is al beslist"
UNAPPROVED_LOSS = "four eyes: een verlies dat niemand goedkeurde"

GUARDS = (
    RowGuard(STEPS, "own", own_approval(PROPOSALS, "proposal_id"), OWN),
    RowGuard(STEPS, "unapproved", without_approval(STEPS, "proposal_id", "booked"), UNAPPROVED),
    RowGuard(
        STEPS,
        "ended",
        f"NEW.state = 'approved' AND EXISTS (SELECT 1 FROM {STEPS} "  # noqa: S608
        "WHERE proposal_id = NEW.proposal_id AND state IN ('refused', 'withdrawn', 'booked'))",
        ENDED,
    ),
    RowGuard(
        LossLine._meta.db_table,
        "unapproved",
        f"NOT EXISTS (SELECT 1 FROM {STEPS} "  # noqa: S608
        "WHERE proposal_id = NEW.proposal_id AND state = 'approved')",
        UNAPPROVED_LOSS,
    ),
)


def install_guards(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the triggers on the steps and what follows from them."""
    install_row_guards(using, GUARDS)
