"""Reads the tables, and joins what held on a day; an id of 0 is nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.settlement.rules.stages import AGREED

if TYPE_CHECKING:
    import duckdb

Frames = dict[str, pd.DataFrame]
FAR = pd.Timestamp("9999-12-31").as_unit("s")
NEVER = pd.NaT
DAY = pd.Timedelta(days=1).as_unit("s")


def read(connection: duckdb.DuckDBPyConnection) -> Frames:
    """Return every table; days in whole seconds, so that the far date fits."""
    facts = {}
    for name in (*INPUTS, *AGREED):
        frame = connection.sql(f"FROM {name}").df()
        whole = {
            column: "float64" if frame[column].hasnans else "int64"
            for column in frame.select_dtypes("integer").columns
        }
        days = dict.fromkeys(frame.select_dtypes("datetime").columns, "datetime64[s]")
        facts[name] = frame.astype(whole | days)
    acts = facts["activities"]
    acts["pregnancy_id"] = acts["pregnancy_id"].fillna(0).astype("int64")
    return facts


def clock(facts: Frames) -> pd.Timestamp:
    """Return the day from which nothing has happened yet."""
    return facts["clock"]["until"].iloc[0]


def held(
    rows: pd.DataFrame,
    periods: pd.DataFrame,
    by: Sequence[str],
    day: str,
    columns: Mapping[str, Any],
) -> pd.DataFrame:
    """Add columns of the period that held on a day, or what stands in where none did.

    Periods of one key do not overlap, so it is the newest that had begun.
    """
    begun = periods[[*by, *columns, "valid_from", "valid_until"]].sort_values("valid_from")
    ordered = rows if rows[day].is_monotonic_increasing else rows.sort_values(day)
    found = pd.merge_asof(ordered, begun, left_on=day, right_on="valid_from", by=list(by) or None)
    holds = found[day] < found["valid_until"]
    for name, otherwise in columns.items():
        found[name] = found[name].where(holds, otherwise).astype(periods[name].dtype)
    return found.drop(columns=["valid_from", "valid_until"])


def half_up(numerator: pd.Series, denominator: pd.Series | int) -> pd.Series:
    """Divide whole numbers and round once, half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def days(numbers: pd.Series | int) -> Any:
    """Return whole days as a duration."""
    return numbers * DAY


def day_number(day: pd.Series) -> pd.Series:
    """Return days since 1970 as a number; an unknown day has none."""
    return (day - pd.Timestamp(0).as_unit("s")) / DAY
