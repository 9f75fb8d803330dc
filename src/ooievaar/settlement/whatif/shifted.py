"""A care shift over a closed year: the women it is about, and their acts as they would have been.

The pathway is what the shift says it is; the facts are those of the year. Which women were on the
pathway is on record, or, of a year in which nobody was, those whose care looks most like it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from django.utils import timezone

from ooievaar import rulebook
from ooievaar.bundles.engine import arrow_schema
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.kernel.period import Period
from ooievaar.network.models import Membership, Network, Organisation
from ooievaar.pathways.models import CareShift, Enrolment
from ooievaar.pathways.queries import definition_of
from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.definition import Activity, Definition
from ooievaar.pathways.rules.shift import Work
from ooievaar.pathways.shifts import base_of, study
from ooievaar.settlement.whatif.rules.shifting import (
    Act,
    Moved,
    Windows,
    Woman,
    minutes_by_discipline,
    most_alike,
    shift_care,
    steps_of,
)
from ooievaar.settlement.whatif.running import rows_of

NATAL = 2
GROUPS = {
    "midwives": "midwives",
    "gynaecologists": "hospital",
    "hospital": "hospital",
    "ultrasound": "ultrasound",
    "kraamzorg": "kraamzorg",
}
"""In which part of the catalogue the codes of a discipline stand."""
SPECIALISTS = frozenset({"gynaecologists", "hospital"})
OF_THE_YEAR = """
    CREATE OR REPLACE TEMP TABLE of_the_year AS
    SELECT p.pregnancy_id, p.woman_id, p.due_on, p.first_intake_on AS first_on, p.ended_on,
      p.birth_on AS born_on
    FROM pregnancies p
    WHERE p.pregnancy_id IN (
      SELECT CAST(split_part(key, ':', 1) AS BIGINT) FROM divisible_products)
"""
ACTS = """
    SELECT d.pregnancy_id, a.activity_id, a.organisation_id, o.discipline, a.code,
      a.performed_on AS day
    FROM dispositions d JOIN activities a USING (activity_id)
    JOIN organisations o USING (organisation_id)
    WHERE a.code IN (SELECT code FROM codes_asked)
      AND d.pregnancy_id IN (SELECT pregnancy_id FROM of_the_year)
    ORDER BY a.performed_on, a.activity_id
"""
OWN = """
    SELECT d.pregnancy_id, o.discipline, a.organisation_id, count(*) AS acts
    FROM dispositions d JOIN activities a USING (activity_id)
    JOIN organisations o USING (organisation_id)
    WHERE d.pregnancy_id IN (SELECT pregnancy_id FROM of_the_year)
      AND a.organisation_id IN (SELECT organisation_id FROM memberships)
    GROUP BY ALL ORDER BY acts, a.organisation_id DESC
"""


@dataclass(frozen=True, slots=True)
class Shifted:
    """The acts of the year as a shift would have them, and what that took."""

    activities: pa.Table
    told: Mapping[str, Any]


def shift_year(
    connection: duckdb.DuckDBPyConnection, network: Network, year: Period, shift: CareShift
) -> Shifted:
    """Move the acts of a year; `connection` has it derived and divided as it was."""
    base = base_of(network.pk, timezone.localdate(shift.proposed_at))
    found = study(shift, base)
    term = rows_of(connection, "SELECT max(term_days) AS days FROM limits")[0]["days"]
    old = definition_of(shift.from_version) if shift.from_version is not None else None
    before = Windows(_activities(old, base), term)
    after = Windows(_activities(definition_of(shift.to_version), base), term)
    natal = _natal_codes()
    births = [work for work in _all(found) if set(work.codes) & natal]
    steps = steps_of(found.changed, lambda work: bool(set(work.codes) & natal))
    women = _women(connection, network, year, {c for w in _all(found) for c in w.codes})
    enrolled = _enrolled(shift, year)
    if shift.to_version.kind == "base":
        how, chosen = "all", women
    elif enrolled:
        how, chosen = "enrolled", [one for one in women if one.pregnancy_id in enrolled]
    else:
        how, chosen = "resembling", most_alike(women, steps, before, shift.women_a_year)
    moved = shift_care(chosen, steps, before, after, lambda work: _code_of(work, year.start))
    told = _told(shift, moved, how) | {
        "births_left": bool(births),
        "rescheduled": sum(step.stays for step in steps),
    }
    return Shifted(_activities_with(connection, moved), told)


def _all(found: Any) -> tuple[Work, ...]:
    return (*found.changed.touched_before, *found.changed.touched_after)


def _activities(definition: Definition | None, base: Definition | None) -> list[Activity]:
    if definition is not None and definition.kind == "base":
        base = None
    given = [one for one in (base, definition) if one is not None]
    return [row.activity for row in compose(given).activities] if given else []


def _natal_codes() -> frozenset[str]:
    rows = rulebook.load().engine_tables()["catalogue"]
    return frozenset(row["code"] for row in rows if row["phase_hint"] == NATAL)


def _code_of(work: Work, day: date) -> str:
    """Return how work is registered: by a code of its discipline's own, else by the first."""
    book = rulebook.load()
    entries = [entry for code in work.codes if (entry := book.catalogue_entry(code, day))]
    own = [entry.code for entry in entries if entry.group == GROUPS.get(work.discipline)]
    return (own or [entry.code for entry in entries] or [""])[0]


def _enrolled(shift: CareShift, year: Period) -> frozenset[int]:
    """Return who was on the pathway on some day of the year, by what is on record."""
    rows = Enrolment.objects.filter(
        version__network_id=shift.network_id,
        version__key=shift.to_version.key,
        from_on__lt=year.until,
    ).order_by("from_on", "pk")
    on: set[int] = set()
    for pregnancy_id, kind, day in rows.values_list("pregnancy_id", "kind", "from_on"):
        if kind == Enrolment.Kind.END and day < year.start:
            on.discard(pregnancy_id)
        else:
            on.add(pregnancy_id)
    return frozenset(on)


def _women(
    connection: duckdb.DuckDBPyConnection, network: Network, year: Period, codes: set[str]
) -> list[Woman]:
    alone = _only_ones(network, year)
    connection.execute(OF_THE_YEAR)
    connection.register("codes_asked", pa.table({"code": pa.array(sorted(codes), pa.string())}))
    acts: dict[int, list[Act]] = {}
    for row in rows_of(connection, ACTS):
        pregnancy_id = row.pop("pregnancy_id")
        acts.setdefault(pregnancy_id, []).append(Act(**row))
    own: dict[int, dict[str, int]] = {}
    for row in rows_of(connection, OWN):  # most acts last, so it stays
        own.setdefault(row["pregnancy_id"], {})[row["discipline"]] = row["organisation_id"]
    return [
        Woman(
            **row,
            own={**alone, **own.get(row["pregnancy_id"], {})},
            acts=tuple(acts.get(row["pregnancy_id"], ())),
        )
        for row in rows_of(connection, "FROM of_the_year ORDER BY pregnancy_id")
    ]


def _only_ones(network: Network, year: Period) -> dict[str, int]:
    """Return the member of every discipline that has only one."""
    held = Membership.objects.filter(
        network=network, valid_from__lt=year.until, valid_until__gt=year.start
    )
    members: dict[str, set[int]] = {}
    for discipline, pk in Organisation.objects.filter(
        pk__in=held.values("organisation_id")
    ).values_list("discipline", "pk"):
        members.setdefault(discipline, set()).add(pk)
    return {key: next(iter(found)) for key, found in members.items() if len(found) == 1}


def _activities_with(connection: duckdb.DuckDBPyConnection, moved: Moved) -> pa.Table:
    """Return the engine's `activities` without what goes, with what comes."""
    (top,) = rows_of(
        connection,
        "SELECT coalesce(max(activity_id), 0) AS last, coalesce(min(source_rank), 0) AS rank, "
        "(SELECT max(gynaecology_specialism) FROM limits) AS specialism FROM activities",
    )
    new = [
        {
            "activity_id": number,
            "woman_id": act.woman_id,
            "pregnancy_id": act.pregnancy_id,
            "organisation_id": act.organisation_id,
            "code": act.code,
            "specialism": top["specialism"] if act.discipline in SPECIALISTS else "",
            "performed_on": act.day,
            "performed_minute": None,
            "quantity": 1,
            "duration_minutes": 0,
            "child_number": 0,
            "source_rank": top["rank"],
            "billed_mono": False,
        }
        for number, act in enumerate(moved.added, start=top["last"] + 1)
    ]
    schema = arrow_schema(INPUTS["activities"])
    gone = pa.table({"activity_id": pa.array(moved.removed, pa.int64())})
    connection.register("acts_that_go", gone)
    kept = connection.sql(
        "SELECT * FROM activities WHERE activity_id NOT IN (SELECT activity_id FROM acts_that_go) "
        "ORDER BY activity_id"
    ).to_arrow_table()
    kept = kept.select(schema.names).cast(schema)
    return pa.concat_tables([kept, pa.Table.from_pylist(new, schema=schema)])


def _told(shift: CareShift, moved: Moved, how: str) -> dict[str, Any]:
    return {
        "shift": shift.pk,
        "women": moved.women,
        "asked_women": shift.women_a_year,
        "how": how,
        "removed": len(moved.removed),
        "added": len(moved.added),
        "unplaced": moved.unplaced,
        "unregistered": moved.unregistered,
        "acts": [[*key, *pair] for key, pair in sorted(moved.counts.items())],
        "minutes": [[key, *pair] for key, pair in minutes_by_discipline(moved).items()],
        "partner_minutes": [
            [who, discipline, round(before / 100), round(after / 100)]
            for (who, discipline), (before, after) in sorted(moved.minutes.items())
            if who
        ],
    }
