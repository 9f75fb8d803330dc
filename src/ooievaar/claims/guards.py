"""Four eyes in the database itself: who prepares does not approve; nothing goes unapproved."""

from typing import Any

from django.apps import AppConfig

from ooievaar.claims.models import Batch, BatchStep
from ooievaar.storage.row_guards import (
    RowGuard,
    install_row_guards,
    own_approval,
    without_approval,
)

STEPS = BatchStep._meta.db_table
GUARDS = (
    RowGuard(
        STEPS,
        "own",
        own_approval(Batch._meta.db_table, "batch_id"),
        "four eyes: wie een bestand klaarzette, keurt het niet goed",
    ),
    RowGuard(
        STEPS,
        "unapproved",
        without_approval(STEPS, "batch_id", "sending", "sent"),
        "four eyes: een bestand zonder goedkeuring van een ander",
    ),
)


def install_four_eyes(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the triggers on the steps of batches."""
    install_row_guards(using, GUARDS)
