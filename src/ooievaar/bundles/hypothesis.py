"""What if? The rules run over the facts of some women as they are, and as they would be.

Both are asked in one run: the supposed woman is a copy beside the real one, under shifted ids, so
that planning and reading are paid once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pyarrow as pa

from ooievaar import rulebook
from ooievaar.bundles.engine import Rows
from ooievaar.bundles.prepared import prepared_rules
from ooievaar.bundles.snapshot import Snapshot, facts_at, read_snapshot
from ooievaar.network.models import Network
from ooievaar.record import queries as record

SHIFT = 10**12
"""Added to every id of a copy; a number of a day and an activity still fit in one integer."""
NEW = 10**11
"""Ids of supposed activities count from here."""
NOBODY = 0
SOURCE = "record"


@dataclass(frozen=True, slots=True)
class SupposedAct:
    """An act that somebody would do."""

    organisation_id: int
    code: str
    day: date
    duration_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """How it would go on with one pregnancy: acts, and the day of the birth if there is one."""

    acts: tuple[SupposedAct, ...] = ()
    birth_on: date | None = None


@dataclass(frozen=True, slots=True)
class Supposition:
    """One pregnancy with two courses that are compared: `plain` and `other`."""

    pregnancy_id: int
    woman_id: int
    plain: Course
    other: Course


@dataclass(frozen=True, slots=True)
class PhaseOutcome:
    """What a phase amounts to: its products in cents, its breakers and what they cost.

    `loss_cents` None is unknown. `cents` holds kraamzorg by the hour too.
    """

    contract_id: int | None = None
    regime: str = ""
    product: str = ""
    cents: int = 0
    kinds: frozenset[str] = frozenset()
    loss_cents: int | None = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """A pregnancy under its two courses, by phase."""

    plain: Mapping[int, PhaseOutcome]
    other: Mapping[int, PhaseOutcome]


@dataclass(frozen=True, slots=True)
class Supposed:
    """What came of suppositions, with the fixed facts that were read for them."""

    by_pregnancy: Mapping[int, Compared]
    fixed: Mapping[str, pa.Table]


def suppose(network: Network, suppositions: Sequence[Supposition], today: date) -> Supposed:
    """Derive every supposition under both courses, in one run of the rules."""
    women = sorted({one.woman_id for one in suppositions})
    snapshot = _read(network, women)
    courses = {one.pregnancy_id: one.plain for one in suppositions}
    courses |= {one.pregnancy_id + SHIFT: one.other for one in suppositions}
    versions = _twice(_known(snapshot.versions, today), "pregnancy_id", "woman_id")
    activities = _twice(
        _known(snapshot.activities, today), "activity_id", "pregnancy_id", "woman_id"
    )
    copied = replace(
        snapshot,
        versions=_with_births(versions, courses, snapshot.versions.schema),
        activities=_with_acts(activities, versions, courses, snapshot.activities.schema),
        source_ranks=_with_rank(snapshot.source_ranks),
        fixed=snapshot.fixed
        | {
            "coverages": pa.Table.from_pylist(
                _twice(snapshot.fixed["coverages"].to_pylist(), "woman_id"),
                schema=snapshot.fixed["coverages"].schema,
            )
        },
    )
    days = [act.day for course in courses.values() for act in course.acts]
    days += [course.birth_on for course in courses.values() if course.birth_on]
    until = max([*days, today]) + timedelta(days=1)
    with prepared_rules() as rules:
        facts = facts_at(copied, until=until, known_until=until, connection=rules.beside)
        outcomes = _outcomes(rules.run(facts.tables))
    compared = {
        one.pregnancy_id: Compared(outcomes[one.pregnancy_id], outcomes[one.pregnancy_id + SHIFT])
        for one in suppositions
    }
    return Supposed(compared, snapshot.fixed)


def _read(network: Network, women: Sequence[int]) -> Snapshot:
    """Read the facts of some women; what is fixed is read once for all."""
    if len(women) == 1:
        return read_snapshot(network, woman_id=women[0])
    snapshot = read_snapshot(network, woman_id=NOBODY)
    activities = record.activities(women)
    book = rulebook.load()
    sources = activities.column("source").unique().to_pylist()
    return replace(
        snapshot,
        versions=record.pregnancy_versions(women),
        activities=activities,
        source_ranks=pa.Table.from_pylist(
            [{"source": source, "rank": book.source_rank(source)} for source in sources],
            schema=snapshot.source_ranks.schema,
        ),
        fixed=snapshot.fixed | {"coverages": record.coverages(women)},
    )


def _known(table: pa.Table, today: date) -> Rows:
    """Return what is known today; a fact may be written down with a later day."""
    rows = [row for row in table.to_pylist() if row["recorded_on"] <= today]
    for row in rows:
        for name in ("withdrawn_on", "billed_on"):
            known_on = row.get(name)
            if known_on is not None and known_on > today:
                row[name] = None
    return rows


def _twice(rows: Rows, *ids: str) -> Rows:
    """Return rows, and behind them their copies under shifted ids."""
    copies = [
        row | {name: row[name] + SHIFT for name in ids if row[name] is not None} for row in rows
    ]
    return rows + copies


def _with_births(rows: Rows, courses: Mapping[int, Course], schema: pa.Schema) -> pa.Table:
    """Add to each pregnancy that ends in its course the version that tells so."""
    added = []
    for pregnancy_id, course in courses.items():
        newest = _newest(rows, pregnancy_id)
        if course.birth_on is None or newest is None or newest["ended_on"] is not None:
            continue
        labour_on = newest["labour_on"]
        is_known = labour_on is not None and labour_on <= course.birth_on
        added.append(
            newest
            | {
                "version_id": newest["version_id"] + NEW,
                "end_kind": "birth",
                "ended_on": course.birth_on,
                "birth_on": course.birth_on,
                "labour_on": labour_on if is_known else course.birth_on,
                "labour_minute": newest["labour_minute"] if is_known else None,
            }
        )
    return pa.Table.from_pylist(rows + added, schema=schema)


def _with_acts(
    rows: Rows, versions: Rows, courses: Mapping[int, Course], schema: pa.Schema
) -> pa.Table:
    """Add the acts of each course."""
    numbers = count(NEW)
    added = []
    for pregnancy_id, course in courses.items():
        newest = _newest(versions, pregnancy_id)
        for act in course.acts if newest else ():
            entry = rulebook.load().catalogue_entry(act.code, act.day)
            added.append(
                {
                    "activity_id": next(numbers) + (SHIFT if pregnancy_id >= SHIFT else 0),
                    "woman_id": newest["woman_id"] if newest else 0,
                    "pregnancy_id": pregnancy_id,
                    "organisation_id": act.organisation_id,
                    "code": act.code,
                    "specialism": entry.specialism if entry else "",
                    "performed_on": act.day,
                    "quantity": 1,
                    "duration_minutes": act.duration_minutes,
                    "child_number": 0,
                    "source": SOURCE,
                    "billed_mono": False,
                    "recorded_on": act.day,
                }
            )
    return pa.Table.from_pylist(rows + added, schema=schema)


def _with_rank(ranks: pa.Table) -> pa.Table:
    """Make sure that the source of supposed acts has its rank."""
    rows = ranks.to_pylist()
    if SOURCE not in {row["source"] for row in rows}:
        rows.append({"source": SOURCE, "rank": rulebook.load().source_rank(SOURCE)})
    return pa.Table.from_pylist(rows, schema=ranks.schema)


def _newest(versions: Rows, pregnancy_id: int) -> dict[str, Any] | None:
    theirs = [row for row in versions if row["pregnancy_id"] == pregnancy_id]
    return max(theirs, key=lambda row: (row["recorded_on"], row["version_id"]), default=None)


def _outcomes(results: Mapping[str, Rows]) -> Mapping[int, Mapping[int, PhaseOutcome]]:
    """Return what every phase of every pregnancy amounts to."""
    found: dict[int, dict[int, PhaseOutcome]] = defaultdict(dict)
    for row in results["phases"]:
        found[row["pregnancy_id"]][row["phase"]] = PhaseOutcome(contract_id=row["contract_id"])
    for row in results["products"]:
        so_far = found[row["pregnancy_id"]].get(row["phase"], PhaseOutcome())
        name = row["product"] if row["rule"] == "product" else so_far.product
        found[row["pregnancy_id"]][row["phase"]] = replace(
            so_far, product=name, cents=so_far.cents + row["cents"]
        )
    for row in results["breakers"]:
        so_far = found[row["pregnancy_id"]].get(row["phase"], PhaseOutcome())
        loss = so_far.loss_cents
        if row["counts_loss"]:
            loss = row["loss_cents"]
        found[row["pregnancy_id"]][row["phase"]] = replace(
            so_far,
            contract_id=row["contract_id"],
            regime=row["regime"],
            kinds=so_far.kinds | {row["kind"]},
            loss_cents=loss,
        )
    return found
