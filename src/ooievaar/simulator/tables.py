"""A synthetic region as the region tables of `exchange.tables`, in Arrow."""

from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ooievaar.exchange.tables import BY_NAME, Table
from ooievaar.simulator.activities import SOURCES, Registered
from ooievaar.simulator.acts import NO_TIME, SPECIALISMS, specialism_number
from ooievaar.simulator.households import FIRST_NAMES, SURNAMES, Households
from ooievaar.simulator.pregnancies import DAY_MINUTES, Courses, End
from ooievaar.simulator.randomness import NEVER, Days, Mask, chance, stream
from ooievaar.simulator.region import Region

ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "cents": pa.int64(),
    "date": pa.date32(),
    "time": pa.string(),
    "boolean": pa.bool_(),
}
END_KINDS = pa.array(["birth", "miscarriage", "termination", "ectopic", "moved_away", "lost"])
EXEMPT_REASONS = pa.array(["deelt geen gegevens met de IGO", "kiest voor de oude bekostiging"])
WITHDRAWN_REASONS = pa.array(["verkeerde vrouw", "dubbel ingevoerd", "afspraak ging niet door"])
BSN_RANGES = (999_000_000, 990_000_000)
"""First numbers of the range BSNs are taken from: the small one as long as it suffices."""
PLACENTA_MINUTES = (8, 45)


def arrow_schema(table: Table) -> pa.Schema:
    """Return the columns of a region table with the Arrow type of each."""
    return pa.schema([(column.name, ARROW_TYPES[column.kind]) for column in table.columns])


def region_tables(region: Region) -> dict[str, pa.Table]:
    """Return the small tables: who takes part and what was agreed."""
    return {
        name: pa.Table.from_pylist(rows, schema=arrow_schema(BY_NAME[name]))
        for name, rows in region.rows.items()
    }


def women_tables(seed: int, region: Region, households: Households) -> dict[str, pa.Table]:
    """Return the women and with whom they are insured."""
    n = households.women
    rng = stream(seed, "names")
    names = [f"{first} {last}" for first in FIRST_NAMES for last in SURNAMES]
    # No Dutch postcode ends in SA, SD or SS.
    postcodes = [f"{number} {end}" for number in range(9000, 9040) for end in ("SA", "SD", "SS")]
    women = {
        "reference": _references("V", np.arange(n)),
        "bsn": synthetic_bsns(n),
        "name": _chosen(names, rng.integers(0, len(names), n)),
        "birth_date": _dates(households.born_on),
        "postcode": _chosen(postcodes, rng.integers(0, len(postcodes), n)),
    }
    columns = [
        (women_of, insurer, np.full(len(women_of), since), np.full(len(women_of), until))
        for women_of, insurer, since, until in households.insurers
    ]
    woman, insurer, since, until = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    order = np.lexsort((since, woman))
    coverages = {
        "woman": _references("V", woman[order]),
        "uzovi": _chosen(region.uzovis, insurer[order]),
        "valid_from": _dates(since[order]),
        "valid_until": _dates(until[order]),
    }
    return {"women": _table("women", women), "coverages": _table("coverages", coverages)}


def synthetic_bsns(count: int) -> pa.Array:
    """Return `count` different numbers that pass the eleven-test, from a range nobody has."""
    # The begin of a range, where one in eleven passes; all of it only when that was too little.
    for first, length in product(BSN_RANGES, (12 * count + 1_000, 999_999_999)):
        numbers = np.arange(first, min(first + length, 999_999_999))
        digits = numbers[:, None] // 10 ** np.arange(8, -1, -1) % 10
        passing = numbers[digits @ np.array([9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0]
        if len(passing) >= count:
            return pc.cast(pa.array(passing[:count]), pa.string())
    raise ValueError(f"no {count} synthetic BSNs exist")


def pregnancies_table(
    seed: int, region: Region, courses: Courses, households: Households, end: int
) -> pa.Table:
    """Return the versions of every pregnancy that were known before `end` (days since 1970)."""
    c, n = courses, len(courses)
    rng = stream(seed, "versions")
    agbs = np.array(region.agbs)
    starts_with = np.where(
        c.starts_second_line,
        np.array(region.gynaecologists)[households.hospital],
        households.practice_first,
    )
    begins = np.where(c.entered, c.taken_over, c.intake)
    # An activity may name a pregnancy, so each of them is known on the last day.
    begun = np.minimum(begins + rng.integers(0, 3, n), end - 1)
    corrected = np.maximum(c.due_corrected_on + rng.integers(0, 4, n), begun + 1)
    corrected = np.where(c.due_corrected_on < c.prenatal_until, corrected, NEVER)
    ended = c.ended + rng.integers(0, 6, n)
    # Some miscarriages come to light long after, and a woman out of sight is missed late.
    slow = (c.end == End.MISCARRIAGE) & chance(rng, n, 0.06)
    ended = np.where(slow, c.ended + rng.integers(30, 150, n), ended)
    ended = np.where(c.end == End.LOST, c.ended + rng.integers(30, 60, n), ended)
    corrected = np.where(corrected < ended, corrected, NEVER)
    ended = np.maximum(ended, begun + 1)

    everyone = np.arange(n)
    row = np.concatenate([everyone, everyone, everyone])
    kind = np.repeat([0, 1, 2], n)
    recorded = np.concatenate([begun, corrected, ended])
    known = recorded < end
    row, kind, recorded = row[known], kind[known], recorded[known]
    order = np.lexsort((kind, row))
    row, kind, recorded = row[order], kind[order], recorded[order]

    is_end = kind == 2
    born = is_end & c.born[row]
    timed = born & chance(stream(seed, "birth-times"), n, 0.88)[row]
    minutes = stream(seed, "placentas").integers(*PLACENTA_MINUTES, n)
    placenta = c.birth_minute[row] + minutes[row]
    placenta_day = c.ended[row] + placenta // DAY_MINUTES
    placenta_known = timed & (placenta_day < end)
    scanned = (kind > 0) & (c.due_corrected_on < NEVER)[row]
    right = (kind > 0) & (c.due_corrected_on < c.prenatal_until)[row]
    due = np.where(right, c.due[row], c.due_first_guess[row])
    kinds = END_KINDS.take(pa.array(c.end[row]))
    exempt_reason = EXEMPT_REASONS.take(pa.array(row % len(EXEMPT_REASONS)))
    columns = {
        "reference": _references("Z", row),
        "woman": _references("V", households.woman[row]),
        "recorded_on": _dates(recorded),
        "first_intake_on": _dates(c.intake[row]),
        "first_intake_agb": pa.array(agbs[starts_with[row]]),
        "due_on": _dates(due),
        "due_precision_days": pa.array(np.where(kind > 0, 2, 5)),
        "end_kind": pc.if_else(pa.array(is_end), kinds, "ongoing"),
        "ended_on": _dates(c.ended[row], is_end),
        "ended_precision_days": pa.array(_end_precision(c.end[row], is_end)),
        "birth_on": _dates(c.ended[row], born),
        "children": pa.array(np.where(scanned, c.children[row], 1).astype(np.int64)),
        "labour_on": _dates(c.labour[row], born),
        "labour_time": _times(c.labour_minute[row], timed),
        "placenta_on": _dates(placenta_day, placenta_known),
        "placenta_time": _times(placenta % DAY_MINUTES, placenta_known),
        "entered_on": _dates(c.taken_over[row], c.entered[row]),
        "exempt_reason": pc.if_else(pa.array(c.exempt[row]), exempt_reason, None),
    }
    return _table("pregnancies", columns)


def activity_tables(
    seed: int, region: Region, households: Households, registered: Registered
) -> dict[str, pa.Table]:
    """Return the activities as registered, and those that were withdrawn."""
    acts, n = registered.acts, len(registered.acts)
    specialisms = np.array([specialism_number(code) for code in registered.codes])[acts.code]
    numbers = np.arange(n)
    references = _references("A", numbers)
    sources = _chosen(SOURCES, registered.source)
    columns = {
        "source": sources,
        "reference": references,
        "woman": _references("V", households.woman[acts.pregnancy]),
        "pregnancy": pc.if_else(
            pa.array(registered.linked), _references("Z", acts.pregnancy), None
        ),
        "organisation_agb": _chosen(region.agbs, acts.organisation),
        "code": _chosen(registered.codes, acts.code),
        "specialism": pc.if_else(
            pa.array(specialisms > 0), _chosen(SPECIALISMS, specialisms), None
        ),
        "performed_on": _dates(acts.day),
        "performed_time": _times(acts.minute, acts.minute != NO_TIME),
        "quantity": pa.array(acts.quantity).cast(pa.int64()),
        "duration_minutes": pa.array(acts.duration).cast(pa.int64()),
        "child_number": pa.array(acts.child).cast(pa.int64()),
        "billed_mono": pa.array(registered.billed_mono),
        "recorded_on": _dates(registered.recorded),
    }
    gone = np.flatnonzero(registered.withdrawn < NEVER)
    why = stream(seed, "withdrawals").integers(0, len(WITHDRAWN_REASONS), len(gone))
    withdrawals = {
        "source": sources.take(pa.array(gone)),
        "reference": references.take(pa.array(gone)),
        "recorded_on": _dates(registered.withdrawn[gone]),
        "reason": WITHDRAWN_REASONS.take(pa.array(why)),
    }
    return {
        "activities": _table("activities", columns),
        "withdrawals": _table("withdrawals", withdrawals),
    }


def _table(name: str, columns: dict[str, pa.Array]) -> pa.Table:
    schema = arrow_schema(BY_NAME[name])
    return pa.Table.from_arrays(
        [columns[column].cast(schema.field(column).type) for column in schema.names], schema=schema
    )


def _references(letter: str, numbers: NDArray[Any]) -> pa.Array:
    text = pc.utf8_lpad(pc.cast(pa.array(numbers.astype(np.int64) + 1), pa.string()), 7, "0")
    return pc.binary_join_element_wise(pa.scalar(letter), text, "")


def _chosen(values: Any, positions: NDArray[Any]) -> pa.Array:
    """Return the text at each position, in steps without a Python object per row."""
    return pa.array(list(values), pa.string()).take(pa.array(positions.astype(np.int64)))


def _dates(days: Days, known: Mask | None = None) -> pa.Array:
    given = days < NEVER if known is None else known & (days < NEVER)
    return pa.array(days.astype(np.int32), mask=~given).cast(pa.date32())


def _times(minutes: NDArray[Any], known: Mask) -> pa.Array:
    clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY_MINUTES)]
    positions = pa.array(np.where(known, minutes, 0).astype(np.int64), mask=~known)
    return pa.array(clock).take(positions)


def _end_precision(end: NDArray[np.int8], is_end: Mask) -> NDArray[np.int64]:
    unsure = np.select([end == End.MISCARRIAGE, end == End.LOST], [3, 14], 0)
    return np.where(is_end, unsure, 0)
