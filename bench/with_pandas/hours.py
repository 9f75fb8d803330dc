"""Kraamzorg by the hour: priced on each day of care, summed and rounded once a month."""

from __future__ import annotations

import pandas as pd

from bench.with_pandas.breaking import broken
from bench.with_pandas.facts import DAY, Frames, clock, half_up, held
from bench.with_pandas.phases import with_terms
from bench.with_pandas.products import KEYS

PRODUCT = "kraamzorg_hour"
GROUP = ["pregnancy_id", "insurer_id", "price_cents", "claim_until"]


def priced_hours(
    counted: pd.DataFrame, cases: pd.DataFrame, rows: pd.DataFrame, facts: Frames
) -> pd.DataFrame:
    """Give every hourly act of the IGO with its price, and whether it is paid."""
    acts = counted[counted["is_inside"] & counted["hourly"]]
    names = ["activity_id", "woman_id", *KEYS, "organisation_id", "performed_on"]
    acts = acts[[*names, "duration_minutes", "billed_mono"]]
    acts = acts.merge(cases[["pregnancy_id", "is_home", "exempt"]], on="pregnancy_id")
    acts = with_terms(acts, "performed_on", facts, kraamzorg_unit_minutes=0)
    tariffs = facts["tariffs"].rename(columns={"cents": "price_cents"})
    hourly = tariffs[tariffs["product"] == PRODUCT]
    acts = held(acts, hourly, ["contract_id"], "performed_on", {"price_cents": -1})
    month = acts["performed_on"].dt.to_period("M") + 1
    acts["claim_until"] = month.dt.to_timestamp().dt.as_unit("s")
    integral = acts["is_home"] & ~acts["exempt"]
    acts["is_payable"] = integral & ~acts["billed_mono"] & (acts["price_cents"] >= 0)
    acts["is_banned"] = pd.MultiIndex.from_frame(acts[KEYS]).isin(broken(rows, "parallel_ban"))
    acts["is_paid"] = acts["is_payable"] & ~acts["is_banned"]
    return acts


def lost_hours(hours: pd.DataFrame) -> pd.Series:
    """Give per phase broken under a ban the cents that can no longer be claimed."""
    lost = _grouped(hours[hours["is_payable"] & hours["is_banned"]], [*KEYS, *GROUP[1:]])
    return lost.groupby(KEYS)["cents"].sum().rename("hour_cents")


def _grouped(acts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sum minutes per group and round them once to the unit of the lowest contract."""
    sums = (
        acts.sort_values(["contract_id", "activity_id"])
        .groupby(keys, as_index=False)
        .agg(
            contract_id=("contract_id", "first"),
            unit=("kraamzorg_unit_minutes", "first"),
            minutes=("duration_minutes", "sum"),
            starts_on=("performed_on", "min"),
            evidence=("activity_id", sorted),
        )
    )
    sums["units"] = half_up(sums["minutes"], sums["unit"])
    sums["cents"] = half_up(sums["units"] * sums["unit"] * sums["price_cents"], 60)
    return sums


def hourly_products(hours: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Give the kraamzorg products: per pregnancy, insurer, price and month."""
    order = ["pregnancy_id", "claim_until", "insurer_id", "price_cents"]
    sums = _grouped(hours[hours["is_paid"]], GROUP).sort_values(order, ignore_index=True)
    nth = sums.groupby("pregnancy_id").cumcount()
    month = (sums["claim_until"] - DAY).dt.strftime("%Y-%m")
    numbers = ["pregnancy_id", "insurer_id", "price_cents"]
    text = sums[numbers].astype("int64").astype("str")
    paid = text["insurer_id"] + ":" + text["price_cents"]
    known = ["pregnancy_id", "insurer_id", "contract_id", "starts_on", "minutes", "units", "cents"]
    known += ["evidence"]
    return sums[[*known, "claim_until", "price_cents"]].assign(
        product_no=sums["pregnancy_id"] * 100 + 10 + nth,
        key=text["pregnancy_id"] + ":kraamzorg:" + paid + ":" + month,
        phase=3,
        product=PRODUCT,
        claimable_on=sums["claim_until"],
        is_open=sums["claim_until"] > clock(facts),
        tariff_cents=sums["price_cents"],
        deduction_cents=0,
        rule="kraamzorg",
        reason="hours",
        alternative_product="",
        alternative_cents=None,
    )
