"""The three largest steps of the derivation as somebody would write them in pandas.

Only: which pregnancy, phase and scope an act has; what each practice did per phase; whether an act
is a member's. No breakers, products, prices, kraamzorg or division: what all rules would cost in
pandas is more than this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import duckdb


def dispose(connection: duckdb.DuckDBPyConnection) -> int:
    """Do the steps on the tables of a connection; return the number of activities."""
    read = {name: connection.sql(f"FROM {name}").df() for name in TABLES}
    acts, cases = read["activities"], read["pregnancies"]
    placed = with_pregnancy(acts, cases)
    known = placed.merge(cases.drop(columns="woman_id"), on="pregnancy_id", how="left")
    known = dated(known, read["catalogue"], ["code"])
    known = dated(known, read["memberships"].assign(is_member=True), ["organisation_id"])
    day, birth = known["performed_on"], known["birth_on"].fillna(known["ended_on"])
    known["phase"] = 1
    known.loc[day >= known["labour_on"], "phase"] = 2
    known.loc[day > birth, "phase"] = 3
    known.loc[known["phase_hint"] > 0, "phase"] = known["phase_hint"]
    known["counts"] = known["scope"].eq("inside") & (day >= known["first_intake_on"])
    known["is_member"] = known["is_member"].eq(True)
    keys = ["pregnancy_id", "phase", "organisation_id"]
    care = known[known["counts"]].groupby(keys).agg(
        opened_on=("performed_on", "min"), opener=("activity_id", "min"), units=("quantity", "sum")
    )  # fmt: skip
    known = known.merge(care["opened_on"].reset_index(), on=keys, how="left")
    known["disposition"] = "in_product"
    known.loc[~known["is_member"], "disposition"] = "monodisciplinary"
    known.loc[~known["scope"].eq("inside"), "disposition"] = "outside_bundle"
    known.loc[known["pregnancy_id"].isna(), "disposition"] = "not_billable"
    same = ["pregnancy_id", "organisation_id", "code", "performed_on", "child_number"]
    ordered = known.sort_values([*same, "source_rank", "activity_id"])
    double = ordered.duplicated(same) & ordered["pregnancy_id"].notna()
    known.loc[double[double].index, "disposition"] = "not_billable"
    assert known["activity_id"].is_unique
    return len(known)


TABLES = ("activities", "pregnancies", "catalogue", "memberships")


def with_pregnancy(acts: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Fill in the pregnancy of acts without a link: the newest that had begun."""
    free = acts["pregnancy_id"].isna()
    begun = cases[["woman_id", "pregnancy_id", "first_intake_on"]].sort_values("first_intake_on")
    found = pd.merge_asof(
        acts[free].drop(columns="pregnancy_id").sort_values("performed_on"), begun,
        left_on="performed_on", right_on="first_intake_on", by="woman_id",
    )  # fmt: skip
    return pd.concat([acts[~free], found.drop(columns="first_intake_on")], ignore_index=True)


def dated(rows: pd.DataFrame, periods: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Join what held on the day of each act."""
    joined = rows.merge(periods, on=keys, how="left")
    until = pd.to_datetime(joined["valid_until"], errors="coerce")
    holds = (joined["valid_from"] <= joined["performed_on"]) & (
        until.isna() | (joined["performed_on"] < until)
    )
    kept = joined[holds | joined["valid_from"].isna()]
    lost = rows[~rows["activity_id"].isin(kept["activity_id"])]
    return pd.concat([kept, lost], ignore_index=True).drop(columns=["valid_from", "valid_until"])
