"""The database itself refuses a payment that two people did not agree on, and one made twice."""

# ruff: noqa: S608 - the names in the statements are our own

from typing import Any

from django.apps import AppConfig

from ooievaar.settlement.payments.models import (
    AdvanceLine,
    AdvanceRun,
    AdvanceStep,
    BankAccount,
    BankAccountStep,
    LineStatus,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.storage.row_guards import (
    RowGuard,
    install_row_guards,
    own_approval,
    without_approval,
)

OWN_ACCOUNT = "four eyes: wie een rekening opgaf, keurt haar niet goed"
OWN_ADVANCE = "four eyes: wie voorschotten voorbereidde, keurt ze niet goed"
OWN_RUN = "four eyes: wie een betaalrun voorbereidde, keurt haar niet goed"
OWN_REPORT = "four eyes: wie een weigering meldde, boekt haar niet terug"
UNAPPROVED = "four eyes: een betaalrun zonder goedkeuring van een ander"
UNAPPROVED_ACCOUNT = "four eyes: een betaling op een rekening die niemand goedkeurde"
ENDED = "betaalrun: deze run is gestopt"
UNEVEN = "betaalrun: de regels tellen niet op tot wat er voorbereid is"
SEALED = "betaalrun: aan een voorbereide run komt niets meer bij"
ONE_OPEN = "betaalrun: er is nog een run die niet klaar is"
ADVANCE_TWICE = "betaalrun: dit voorschot gaat al mee in een andere run"
NOT_SENT = "betaalrun: de bank kan niets doen met wat niet verzonden is"

ACCOUNTS, ACCOUNT_STEPS = BankAccount._meta.db_table, BankAccountStep._meta.db_table
ADVANCES, ADVANCE_STEPS = AdvanceRun._meta.db_table, AdvanceStep._meta.db_table
ADVANCE_LINES = AdvanceLine._meta.db_table
RUNS, STEPS = PaymentRun._meta.db_table, RunStep._meta.db_table
LINES, PARTS, STATUSES = (model._meta.db_table for model in (PaymentLine, PaymentPart, LineStatus))


ALONE = (RUNS, STEPS)
"""Two runs that are begun at once would not see each other."""

_DONE = "('refused', 'withdrawn', 'sent', 'failed')"
_LINE_OF_SENT = (
    f"SELECT 1 FROM {LINES} l JOIN {STEPS} s ON s.run_id = l.run_id "
    "WHERE l.id = NEW.line_id AND s.state = 'sending'"
)
GUARDS = (
    RowGuard(
        ACCOUNT_STEPS, "own", own_approval(ACCOUNTS, "account_id", "proposed_by_id"), OWN_ACCOUNT
    ),
    RowGuard(ADVANCE_STEPS, "own", own_approval(ADVANCES, "run_id"), OWN_ADVANCE),
    RowGuard(STEPS, "own", own_approval(RUNS, "run_id"), OWN_RUN),
    RowGuard(
        STEPS,
        "ended",
        "NEW.state IN ('approved', 'sending', 'sent') AND EXISTS (SELECT 1 FROM "
        f"{STEPS} WHERE run_id = NEW.run_id AND state IN ('refused', 'withdrawn'))",
        ENDED,
    ),
    RowGuard(
        STEPS,
        "unapproved",
        without_approval(STEPS, "run_id", "sending"),
        UNAPPROVED,
    ),
    RowGuard(
        STEPS,
        "not_sent",
        "NEW.state IN ('sent', 'confirmed', 'failure_reported', 'failed') AND NOT EXISTS "
        f"(SELECT 1 FROM {STEPS} WHERE run_id = NEW.run_id AND state = 'sending')",
        NOT_SENT,
    ),
    RowGuard(
        STEPS,
        "own_report",
        "NEW.state = 'failed' AND (NEW.person_id IS NULL OR NOT EXISTS (SELECT 1 FROM "
        f"{STEPS} WHERE run_id = NEW.run_id AND state = 'failure_reported' "
        "AND person_id <> NEW.person_id))",
        OWN_REPORT,
    ),
    RowGuard(
        STEPS,
        "uneven",
        "NEW.state = 'prepared' AND EXISTS (SELECT 1 FROM "
        f"{RUNS} r WHERE r.id = NEW.run_id AND ("
        f"r.cents <> (SELECT coalesce(sum(l.cents), 0) FROM {LINES} l WHERE l.run_id = r.id) "
        f"OR r.lines_count <> (SELECT count(*) FROM {LINES} l WHERE l.run_id = r.id) "
        f"OR EXISTS (SELECT 1 FROM {LINES} l WHERE l.run_id = r.id AND l.cents <> "
        f"(SELECT coalesce(sum(p.cents), 0) FROM {PARTS} p WHERE p.line_id = l.id))))",
        UNEVEN,
    ),
    RowGuard(
        STEPS,
        "unapproved_account",
        "NEW.state = 'sending' AND (EXISTS (SELECT 1 FROM "
        f"{LINES} l WHERE l.run_id = NEW.run_id AND l.cents > 0 AND NOT EXISTS (SELECT 1 FROM "
        f"{ACCOUNT_STEPS} s WHERE s.account_id = l.account_id AND s.state = 'approved')) "
        f"OR NOT EXISTS (SELECT 1 FROM {RUNS} r JOIN {ACCOUNT_STEPS} s "
        "ON s.account_id = r.account_id AND s.state = 'approved' WHERE r.id = NEW.run_id))",
        UNAPPROVED_ACCOUNT,
    ),
    RowGuard(
        STEPS,
        "advance_twice",
        "NEW.state = 'sending' AND EXISTS (SELECT 1 FROM "
        f"{PARTS} mine JOIN {LINES} m ON m.id = mine.line_id AND m.run_id = NEW.run_id "
        f"JOIN {PARTS} other ON other.advance_id = mine.advance_id "
        f"JOIN {LINES} o ON o.id = other.line_id AND o.run_id <> NEW.run_id "
        f"JOIN {STEPS} s ON s.run_id = o.run_id AND s.state = 'sending' "
        f"WHERE NOT EXISTS (SELECT 1 FROM {STATUSES} back WHERE back.line_id = o.id "
        "AND back.state IN ('returned', 'failed')))",
        ADVANCE_TWICE,
    ),
    RowGuard(
        RUNS,
        "one_open",
        f"EXISTS (SELECT 1 FROM {RUNS} r WHERE r.network_id = NEW.network_id "
        # A row put in its own place is refused as what it is: a change.
        f"AND r.id <> coalesce(NEW.id, -1) AND NOT EXISTS "
        f"(SELECT 1 FROM {STEPS} s WHERE s.run_id = r.id AND s.state IN {_DONE}))",
        ONE_OPEN,
    ),
    RowGuard(
        LINES,
        "sealed",
        f"EXISTS (SELECT 1 FROM {STEPS} WHERE run_id = NEW.run_id)",
        SEALED,
    ),
    RowGuard(
        PARTS,
        "sealed",
        f"EXISTS (SELECT 1 FROM {LINES} l JOIN {STEPS} s ON s.run_id = l.run_id "
        "WHERE l.id = NEW.line_id)",
        SEALED,
    ),
    RowGuard(
        ADVANCE_LINES,
        "sealed",
        f"EXISTS (SELECT 1 FROM {ADVANCE_STEPS} WHERE run_id = NEW.run_id)",
        SEALED,
    ),
    RowGuard(
        STATUSES,
        "not_sent",
        f"NEW.state IN ('confirmed', 'returned', 'failed') AND NOT EXISTS ({_LINE_OF_SENT})",
        NOT_SENT,
    ),
)


def install_guards(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the triggers on the tables of payments."""
    install_row_guards(using, GUARDS, ALONE)
