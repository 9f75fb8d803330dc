"""What the old system would have paid a practice for its part of a phase; unknown is not 0."""

from __future__ import annotations

import pandas as pd

from bench.with_pandas.facts import Frames, half_up, held
from bench.with_pandas.phases import choose, gestation
from bench.with_pandas.products import KEYS, WHO

TARIFF = {"cents": -1, "is_exact": True}


def old_values(
    practices: pd.DataFrame,
    counted: pd.DataFrame,
    cases: pd.DataFrame,
    phases: pd.DataFrame,
    facts: Frames,
) -> pd.DataFrame:
    """Give per pregnancy, phase and practice the known value and how much is unknown."""
    parts = pd.concat([_courses(practices, cases, phases, facts), _kraamzorg(counted, facts)])
    sums = parts.groupby(WHO, as_index=False).agg(
        {"known_cents": "sum", "unknown_acts": "sum", "is_exact": "min"}
    )
    base = practices[[*WHO, "is_inside", "listed_cents", "unlisted_acts"]]
    found = base.merge(sums, on=WHO, how="left")
    numbers = found[["known_cents", "unknown_acts"]].fillna(0).astype("int64")
    found["known_cents"] = numbers["known_cents"] + found["listed_cents"]
    found["unknown_acts"] = numbers["unknown_acts"] + found["unlisted_acts"]
    found["is_exact"] = ~found["is_exact"].eq(False)
    return found.drop(columns=["listed_cents", "unlisted_acts"])


def _courses(
    practices: pd.DataFrame, cases: pd.DataFrame, phases: pd.DataFrame, facts: Frames
) -> pd.DataFrame:
    """Value the courses of midwives: whole; the prenatal also in part, by week, or by transfer."""
    began = practices[practices["course_on"].notna()]
    began = began.sort_values(["pregnancy_id", "course_on", "organisation_id"], ignore_index=True)
    hers = began.groupby("pregnancy_id")["course_on"]
    began["nth"], began["of"] = hers.cumcount(), hers.transform("size")
    began["next_on"] = hers.shift(-1)
    facts_of = ["pregnancy_id", "ended_on", "due_on", "term_days", "has_2"]
    rows = began.merge(cases[facts_of], on="pregnancy_id")
    referred, ended, alone = rows["referred_on"], rows["ended_on"], rows["of"] == 1
    stopped = referred.where(referred.notna() & ~(ended <= referred), ended)
    is_part = referred.notna() | (ended.notna() & ~rows["has_2"])
    until = stopped.where(alone, rows["next_on"].where(rows["nth"] == 0, rows["course_on"]))
    days = gestation(rows, until)
    band = choose(((days < 105, "0_14"), (days < 210, "15_29")), "after_29")
    kinds = ((alone, "prenatal_"), (rows["nth"] == 0, "transfer_first_"))
    kind = choose(kinds, "transfer_second_")
    rows["item"] = (kind + band).mask(alone & ~is_part, "prenatal_full")
    later = [
        practices.loc[practices[f"has_{name}"], WHO].assign(item=f"{name}_full")
        for name in ("natal", "postnatal")
    ]
    items = pd.concat([rows[[*WHO, "item"]], *later], ignore_index=True)
    dated = items.merge(phases[[*KEYS, "starts_on"]], on=KEYS)
    return _told(held(dated, facts["mono_tariffs"], ["item"], "starts_on", TARIFF))


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    unknown = rows["cents"] < 0
    rows["known_cents"] = rows["cents"].mask(unknown, 0)
    rows["unknown_acts"] = unknown.astype("int64")
    return rows[[*WHO, "known_cents", "unknown_acts", "is_exact"]]


def _kraamzorg(counted: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Value hours and items; hours at one tariff are rounded together."""
    care = counted[counted["mono"].isin(["kraamzorg_hour", "kraamzorg_item"])]
    tariffs = facts["mono_tariffs"].rename(columns={"item": "mono_item"})
    timed = held(care, tariffs, ["mono_item"], "performed_on", TARIFF)
    sums = timed.groupby([*WHO, "mono", "cents", "is_exact"], as_index=False).agg(
        minutes=("duration_minutes", "sum"), quantity=("quantity", "sum"), acts=("mono", "size")
    )
    by_hour, unknown = sums["mono"] == "kraamzorg_hour", sums["cents"] < 0
    worth = (sums["quantity"] * sums["cents"]).mask(
        by_hour, half_up(sums["minutes"] * sums["cents"], 60)
    )
    sums["known_cents"] = worth.mask(unknown, 0)
    sums["unknown_acts"] = sums["acts"].where(unknown, 0)
    return sums[[*WHO, "known_cents", "unknown_acts", "is_exact"]]


def told_values(values: pd.DataFrame) -> pd.DataFrame:
    """Give the values as others read them: empty where a part is unknown."""
    cents = values["known_cents"].where(values["unknown_acts"] == 0)
    names = [*WHO, "is_inside", "unknown_acts", "is_exact"]
    return values[names].assign(cents=cents)
