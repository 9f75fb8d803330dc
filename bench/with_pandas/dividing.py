"""The division of products whose phase has ended: overhead, disciplines, their organisations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.with_pandas.facts import Frames, half_up, held
from bench.with_pandas.hours import GROUP
from bench.with_pandas.products import KEYS

PPM = 1_000_000
LEAF = ["product_no", "kind", "discipline", "organisation_id", "cents", "reason"]


def divide(
    products: pd.DataFrame,
    practices: pd.DataFrame,
    hours: pd.DataFrame,
    by_hour: pd.DataFrame,
    facts: Frames,
) -> pd.DataFrame:
    """Give every share; what is nothing is no share."""
    ready = products.loc[~products["is_open"], ["product_no", "product", "starts_on", "cents"]]
    units = performed(products, practices, hours, by_hour)
    agreed = facts["agreements"].fillna({"overhead_ppm": 0})
    rows = held(ready, agreed, [], "starts_on", {"agreement_id": 0, "overhead_ppm": 0})
    shares = facts["discipline_shares"]
    shares = shares[shares["ppm"] > 0]
    by = ["agreement_id", "listed"]
    named = pd.MultiIndex.from_frame(shares[["agreement_id", "product"]])
    own = pd.MultiIndex.from_frame(rows[["agreement_id", "product"]]).isin(named)
    rows["listed"] = rows["product"].where(own, "*")
    ruled = pd.MultiIndex.from_frame(rows[by]).isin(named)
    without, rows = rows[~ruled], rows[ruled]
    overhead = half_up(rows["cents"] * rows["overhead_ppm"], PPM)
    rows = rows.assign(overhead=overhead, rest=rows["cents"] - overhead)
    parts = rows.merge(shares.rename(columns={"product": "listed"}), on=by)
    parts["cents"] = split(parts, ["product_no"], "rest", "ppm", "discipline")
    parts = parts[parts["cents"] != 0].rename(columns={"cents": "discipline_cents"})
    leaves = pd.concat(
        [
            without.assign(kind="reserve", reason="no_agreement", organisation_id=0),
            rows.assign(kind="overhead", reason="overhead", cents=overhead, organisation_id=0),
            _members(parts, units, facts),
        ],
        ignore_index=True,
    )
    return leaves.loc[leaves["cents"] != 0, LEAF].fillna({"discipline": ""})


def performed(
    products: pd.DataFrame, practices: pd.DataFrame, hours: pd.DataFrame, by_hour: pd.DataFrame
) -> pd.DataFrame:
    """Give what each organisation did for a product: kraamzorg in minutes, else in acts."""
    of_phases = products.loc[products["rule"] == "product", [*KEYS, "product_no"]]
    acts = practices[practices["is_maker"]].merge(of_phases, on=KEYS)
    done = hours[hours["is_paid"]].merge(by_hour[[*GROUP, "product_no"]], on=GROUP)
    who = ["product_no", "organisation_id"]
    minutes = done.groupby(who, as_index=False).agg(units=("duration_minutes", "sum"))
    return pd.concat([acts[[*who, "units"]], minutes], ignore_index=True)


def _members(parts: pd.DataFrame, units: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Divide what each discipline got over its organisations; what nobody earned is reserve."""
    organisations, fixed = facts["organisations"], facts["member_shares"]
    entitled = fixed[fixed["ppm"] > 0].merge(organisations, on="organisation_id")
    entitled = entitled.rename(columns={"ppm": "weight"})
    by_share = parts[parts["method"] == "fixed_share"].merge(
        entitled, on=["agreement_id", "discipline"]
    )
    done = units[units["units"] > 0].merge(organisations, on="organisation_id")
    by_work = parts[parts["method"] == "performed"].merge(done, on=["product_no", "discipline"])
    by_work = _of_members(by_work.rename(columns={"units": "weight"}), facts)
    every = pd.concat([by_share, by_work[by_work["is_member"]]], ignore_index=True)
    discipline = ["product_no", "discipline"]
    every["cents"] = split(every, discipline, "discipline_cents", "weight", "organisation_id")
    every = _of_members(every[every["cents"] != 0].drop(columns="is_member"), facts)
    every["kind"] = np.where(every["is_member"], "partner", "reserve")
    every["reason"] = every["method"].where(every["is_member"], "not_a_member")
    earned = pd.MultiIndex.from_frame(every[discipline])
    idle = parts[~pd.MultiIndex.from_frame(parts[discipline]).isin(earned)]
    nobody = idle["method"].map({"fixed_share": "no_member_share", "performed": "nobody_performed"})
    left = idle.assign(
        kind="reserve", reason=nobody, cents=idle["discipline_cents"], organisation_id=0
    )
    return pd.concat([every, left], ignore_index=True)


def _of_members(rows: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    members = facts["memberships"].assign(is_member=True)
    return held(rows, members, ["organisation_id"], "starts_on", {"is_member": False})


def split(rows: pd.DataFrame, parent: list[str], amount: str, weight: str, order: str) -> pd.Series:
    """Split over the rows of a parent: floors, then a cent each to the largest rests."""
    total = rows.groupby(parent)[weight].transform("sum")
    exact = rows[amount] * rows[weight]
    base = exact // total
    rest = rows[[*parent, order]].assign(rest=exact % total)
    ranked = rest.sort_values(["rest", order], ascending=[False, True], kind="stable")
    nth = ranked.groupby(parent).cumcount()
    left = rows[amount] - base.groupby([rows[name] for name in parent]).transform("sum")
    return base + (nth.reindex(rows.index) < left)
