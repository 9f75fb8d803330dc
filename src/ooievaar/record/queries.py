"""What others read of what happened: every fact with the day on which it was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ooievaar.record.women.records import same_records
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
        ("billed_on", pa.date32()),
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
  a.recorded_on, w.recorded_on, b.recorded_on
FROM record_careactivity a LEFT JOIN record_withdrawal w ON w.activity_id = a.id
LEFT JOIN record_billedmono b ON b.activity_id = a.id
{of_woman} ORDER BY a.id
"""


Women = int | Sequence[int] | None
"""One woman, some, or all of them."""


def coverages(women: Women = None) -> pa.Table:
    """Give who was insured where and when.

    Of a woman with two records every day once: the other one tells of the days of which the record
    that was kept says nothing.
    """
    kept = dict(same_records())
    found = _answer(COVERAGES_SQL, COVERAGES, women, kept)
    of_other = pc.is_in(found.column("woman_id"), value_set=pa.array(kept, pa.int64()))
    theirs = found.filter(of_other).to_pylist() if kept else []
    if not theirs:
        return found
    own = found.filter(pc.invert(of_other))
    return pa.concat_tables([own, _left_over(own, theirs, kept)])


def pregnancy_versions(women: Women = None) -> pa.Table:
    """Give every version of every pregnancy, oldest first."""
    kept = dict(same_records())
    return _as_one_woman(_answer(PREGNANCY_VERSIONS_SQL, PREGNANCY_VERSIONS, women, kept), kept)


def activities(women: Women = None) -> pa.Table:
    """Give every activity, with the days its withdrawal and a later billing were known."""
    kept = dict(same_records())
    return _as_one_woman(_answer(ACTIVITIES_SQL, ACTIVITIES, women, kept), kept)


def _answer(sql: str, schema: pa.Schema, women: Women, kept: dict[int, int]) -> pa.Table:
    """Return what is on record of women, and of the records that are read with theirs."""
    if women is None:
        return query_arrow(sql.format(of_woman=""), [], schema)
    asked = [women] if isinstance(women, int) else women
    wanted = {kept.get(one, one) for one in asked}
    ids = sorted(wanted | {other for other, one in kept.items() if one in wanted})
    marks = ", ".join(["%s"] * len(ids)) or "NULL"
    return query_arrow(sql.format(of_woman=f"WHERE woman_id IN ({marks})"), ids, schema)


def _as_one_woman(table: pa.Table, kept: dict[int, int]) -> pa.Table:
    """Put rows of a record that is read with another under that other.

    Not by a join in the query: hardly one of half a million rows is.
    """
    if not kept:
        return table
    women = table.column("woman_id").combine_chunks()
    place = pc.index_in(women, value_set=pa.array(kept, pa.int64()))
    hers = pc.coalesce(pa.array(kept.values(), pa.int64()).take(place), women)
    return table.set_column(table.schema.get_field_index("woman_id"), "woman_id", hers)


def _left_over(own: pa.Table, theirs: list[dict[str, Any]], kept: dict[int, int]) -> pa.Table:
    """Return the periods of other records on which the records that were kept are silent."""
    silent_but: dict[int, list[tuple[date, date]]] = defaultdict(list)
    of_kept = pc.is_in(own.column("woman_id"), value_set=pa.array(kept.values(), pa.int64()))
    for row in own.filter(of_kept).to_pylist():
        silent_but[row["woman_id"]].append((row["valid_from"], row["valid_until"]))
    found = []
    for row in theirs:
        woman_id = kept[row["woman_id"]]
        pieces = [(row["valid_from"], row["valid_until"])]
        for start, until in silent_but[woman_id]:
            pieces = [
                piece
                for since, end in pieces
                for piece in ((since, min(end, start)), (max(since, until), end))
                if piece[0] < piece[1]
            ]
        silent_but[woman_id] += pieces
        for since, end in pieces:
            found.append(row | {"woman_id": woman_id, "valid_from": since, "valid_until": end})
    return pa.Table.from_pylist(found, schema=COVERAGES)
