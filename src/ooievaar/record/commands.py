"""The only code that writes what happened; nothing that was written is changed or removed.

Rows are tuples in the order of the `..._FIELDS` beside each command, already checked, and bring
their own ids. A correction is a new version, a mistake is a withdrawal.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from ooievaar.record.models import (
    BilledMono,
    CareActivity,
    Coverage,
    ImportedFile,
    Pregnancy,
    PregnancyVersion,
    Withdrawal,
    Woman,
)
from ooievaar.storage.bulk import add_numbered_rows, insert_rows

Rows = Iterable[Sequence[Any]]

WOMAN_FIELDS = ("id", "reference", "bsn", "name", "birth_date", "postcode")
COVERAGE_FIELDS = ("id", "woman_id", "insurer_id", "valid_from", "valid_until")
PREGNANCY_FIELDS = ("id", "woman_id", "reference")
PREGNANCY_VERSION_FIELDS = (
    "id",
    "pregnancy_id",
    "recorded_on",
    "first_intake_on",
    "first_intake_organisation_id",
    "due_on",
    "due_precision_days",
    "end_kind",
    "ended_on",
    "ended_precision_days",
    "birth_on",
    "children",
    "labour_on",
    "labour_minute",
    "placenta_on",
    "placenta_minute",
    "entered_on",
    "exempt_reason",
)
ACTIVITY_FIELDS = (
    "id",
    "woman_id",
    "pregnancy_id",
    "organisation_id",
    "code",
    "specialism",
    "performed_on",
    "performed_minute",
    "quantity",
    "duration_minutes",
    "child_number",
    "billed_mono",
    "source",
    "source_reference",
    "recorded_on",
)
WITHDRAWAL_FIELDS = ("id", "activity_id", "recorded_on", "reason")
BILLED_FIELDS = ("activity_id", "recorded_on", "reason")


def add_women(rows: Rows) -> None:
    """Add women in care."""
    add_numbered_rows(Woman, WOMAN_FIELDS, rows)


def add_coverages(rows: Rows) -> None:
    """Add insurances; one that overlaps another of the same woman is refused."""
    add_numbered_rows(Coverage, COVERAGE_FIELDS, rows)


def add_pregnancies(rows: Rows) -> None:
    """Add pregnancies; what is known of them comes with their versions."""
    add_numbered_rows(Pregnancy, PREGNANCY_FIELDS, rows)


def add_pregnancy_versions(rows: Rows) -> None:
    """Add what became known of pregnancies."""
    add_numbered_rows(PregnancyVersion, PREGNANCY_VERSION_FIELDS, rows)


def store_activities(rows: Rows) -> None:
    """Store care activities; the same source and reference twice is refused by the database."""
    add_numbered_rows(CareActivity, ACTIVITY_FIELDS, rows)


def withdraw_activities(rows: Rows) -> None:
    """Withdraw activities that were entered in error; they stay readable."""
    add_numbered_rows(Withdrawal, WITHDRAWAL_FIELDS, rows)


def mark_billed(rows: Rows) -> None:
    """Add that activities turned out to be billed the old way, known from a day on."""
    insert_rows(BilledMono, BILLED_FIELDS, rows)


def withdraw_activity(activity: CareActivity, recorded_on: date, reason: str) -> Withdrawal:
    """Withdraw one activity, known from `recorded_on`."""
    return Withdrawal.objects.create(activity=activity, recorded_on=recorded_on, reason=reason)


def add_pregnancy_version(
    pregnancy: Pregnancy, recorded_on: date, **changed: Any
) -> PregnancyVersion:
    """Add a version that is like the newest one but for `changed`, known from `recorded_on`."""
    with transaction.atomic():
        newest = pregnancy.versions.last()
        known = {
            name: getattr(newest, name)
            for name in PREGNANCY_VERSION_FIELDS
            if newest is not None and name not in ("id", "pregnancy_id", "recorded_on")
        }
        if "first_intake_organisation" in changed:
            known.pop("first_intake_organisation_id", None)
        return pregnancy.versions.create(**{**known, "recorded_on": recorded_on, **changed})


def remember_file(
    sha256: str, name: str, reader: str, imported_at: datetime, stored: int, refused: int = 0
) -> ImportedFile:
    """Remember by its content that a file was read."""
    return ImportedFile.objects.create(
        sha256=sha256,
        name=name,
        reader=reader,
        imported_at=imported_at,
        rows_stored=stored,
        rows_refused=refused,
    )
