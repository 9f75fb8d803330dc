"""What others read of what happened: every fact with the day on which it was known."""

from __future__ import annotations

import pyarrow as pa

from ooievaar.storage.arrow import query_arrow

COVERAGES = pa.schema(
    [
        ("woman_id", pa.int64()),
        ("insurer_id", pa.int64()),
        ("valid_from", pa.date32()),
        ("valid_until", pa.date32()),
    ]
)
PREGNANCY_VERSIONS = pa.schema(
    [
        ("pregnancy_id", pa.int64()),
        ("woman_id", pa.int64()),
        ("version_id", pa.int64()),
        ("recorded_on", pa.date32()),
        ("first_intake_on", pa.date32()),
        ("first_intake_organisation_id", pa.int64()),
        ("due_on", pa.date32()),
        ("due_precision_days", pa.int32()),
        ("end_kind", pa.string()),
        ("ended_on", pa.date32()),
        ("ended_precision_days", pa.int32()),
        ("birth_on", pa.date32()),
        ("labour_on", pa.date32()),
        ("labour_minute", pa.int32()),
        ("placenta_on", pa.date32()),
        ("placenta_minute", pa.int32()),
        ("entered_on", pa.date32()),
        ("exempt", pa.bool_()),
    ]
)
ACTIVITIES = pa.schema(
    [
        ("activity_id", pa.int64()),
        ("woman_id", pa.int64()),
        ("pregnancy_id", pa.int64()),
        ("organisation_id", pa.int64()),
        ("code", pa.string()),
        ("specialism", pa.string()),
        ("performed_on", pa.date32()),
        ("performed_minute", pa.int32()),
        ("quantity", pa.int32()),
        ("duration_minutes", pa.int32()),
        ("child_number", pa.int32()),
        ("source", pa.string()),
        ("billed_mono", pa.bool_()),
        ("recorded_on", pa.date32()),
        ("withdrawn_on", pa.date32()),
    ]
)


COVERAGES_SQL = """
SELECT woman_id, insurer_id, valid_from, valid_until FROM record_coverage
{of_woman} ORDER BY id
"""
PREGNANCY_VERSIONS_SQL = """
SELECT v.pregnancy_id, woman_id, v.id, v.recorded_on, v.first_intake_on,
  v.first_intake_organisation_id, v.due_on, v.due_precision_days, v.end_kind, v.ended_on,
  v.ended_precision_days, v.birth_on, v.labour_on, v.labour_minute, v.placenta_on,
  v.placenta_minute, v.entered_on, v.exempt_reason <> ''
FROM record_pregnancyversion v JOIN record_pregnancy p ON p.id = v.pregnancy_id
{of_woman} ORDER BY v.id
"""
ACTIVITIES_SQL = """
SELECT a.id, woman_id, a.pregnancy_id, a.organisation_id, a.code, a.specialism, a.performed_on,
  a.performed_minute, a.quantity, a.duration_minutes, a.child_number, a.source, a.billed_mono,
  a.recorded_on, w.recorded_on
FROM record_careactivity a LEFT JOIN record_withdrawal w ON w.activity_id = a.id
{of_woman} ORDER BY a.id
"""


def coverages(woman_id: int | None = None) -> pa.Table:
    """Give who was insured where and when, of one woman or of all."""
    return _answer(COVERAGES_SQL, COVERAGES, woman_id)


def pregnancy_versions(woman_id: int | None = None) -> pa.Table:
    """Give every version of every pregnancy, oldest first, of one woman or of all."""
    return _answer(PREGNANCY_VERSIONS_SQL, PREGNANCY_VERSIONS, woman_id)


def activities(woman_id: int | None = None) -> pa.Table:
    """Give every activity, with the day its withdrawal was known, of one woman or of all."""
    return _answer(ACTIVITIES_SQL, ACTIVITIES, woman_id)


def _answer(sql: str, schema: pa.Schema, woman_id: int | None) -> pa.Table:
    if woman_id is None:
        return query_arrow(sql.format(of_woman=""), [], schema)
    return query_arrow(sql.format(of_woman="WHERE woman_id = %s"), [woman_id], schema)
