"""Four eyes in the database itself: who prepares does not approve; without it nothing closes."""

from typing import Any

from django.apps import AppConfig

from ooievaar.settlement.models import ClosingRequest, ClosingStep
from ooievaar.storage.row_guards import (
    RowGuard,
    install_row_guards,
    own_approval,
    without_approval,
)

STEPS = ClosingStep._meta.db_table
GUARDS = (
    RowGuard(
        STEPS,
        "own",
        own_approval(ClosingRequest._meta.db_table, "request_id"),
        "four eyes: wie een afsluiting voorbereidde, keurt haar niet goed",
    ),
    RowGuard(
        STEPS,
        "unapproved",
        without_approval(STEPS, "request_id", "closed"),
        "four eyes: een afsluiting zonder goedkeuring van een ander",
    ),
)


def install_four_eyes(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the triggers on the steps of closing requests."""
    install_row_guards(using, GUARDS)
