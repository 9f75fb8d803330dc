"""The one place where every activity ends: the first that holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.with_pandas.breaking import broken, unlisted
from bench.with_pandas.facts import Frames
from bench.with_pandas.hours import GROUP
from bench.with_pandas.products import KEYS

WORDS = ["disposition", "reason", "rule"]


def dispositions(
    acts: pd.DataFrame,
    phases: pd.DataFrame,
    care: pd.DataFrame,
    rows: pd.DataFrame,
    products: pd.DataFrame,
    hours: pd.DataFrame,
    by_hour: pd.DataFrame,
    suspects: pd.DataFrame,
    facts: Frames,
) -> pd.DataFrame:
    """Give one row per activity: where it ended, why, by which rule, in which product."""
    of_phases = products.loc[products["rule"] == "product", [*KEYS, "product_no"]]
    phase = phases.merge(care[[*KEYS, "opened_on"]], on=KEYS, how="left")
    phase = phase.merge(of_phases, on=KEYS, how="left")
    phase["banned"] = pd.MultiIndex.from_frame(phase[KEYS]).isin(broken(rows, "parallel_ban"))
    names = ["insurer_id", "contract_id", "regime", "opened_on", "product_no", "is_home"]
    names += ["exempt", "is_open", "banned"]
    a = acts.merge(phase[[*KEYS, *names]], on=KEYS, how="left")
    hourly = hours.merge(by_hour[[*GROUP, "product_no", "is_open"]], on=GROUP, how="left")
    hourly["product_no"] = hourly["product_no"].where(hourly["is_paid"])
    own = ["insurer_id", "contract_id", "product_no", "is_open"]
    a = a.join(hourly.set_index("activity_id")[own].add_suffix("_hour"), on="activity_id")
    beside = ~a["is_inside"] & (a["performed_on"] >= a["opened_on"]) & (a["contract_id"] > 0)
    allowed = beside & ~unlisted(a, facts)
    by_itself = a["billed_mono"] & a["activity_id"].isin(suspects["activity_id"])
    for name in own:
        a[name] = a[name].where(~a["hourly"], a[f"{name}_hour"])
    acted = a["regime"].notna() & (a["regime"] != "none")
    is_open, mono, breaks = a["is_open"].eq(True), "monodisciplinary", "breaks_bundle"
    within, hour = "in_product", a["hourly"]
    places = (
        (a["twin_id"] > 0, "not_billable", "duplicate", "duplicate"),
        (a["entry"] < 0, "not_billable", "unknown_code", "scope"),
        (a["scope"] != "inside", "outside_bundle", "", "scope"),
        (a["pregnancy_id"] == 0, "not_billable", "no_pregnancy", "pregnancy"),
        (a["is_before"], mono, "before_intake", "phase"),
        (allowed, mono, "parallel_allowed", "breaker"),
        (beside & acted, breaks, "outside_provider", "breaker"),
        (beside, mono, "no_consequence", "breaker"),
        (~a["is_inside"], mono, "non_member", "member"),
        (a["phase"] == 0, mono, "after_phase", "phase"),
        (a["exempt"].eq(True), mono, "exempt", "route"),
        (~a["is_home"].eq(True), mono, "outside_practice", "route"),
        (~(a["insurer_id"] > 0), mono, "not_insured", "price"),
        (~(a["contract_id"] > 0), mono, "no_contract", "price"),
        (by_itself & acted, breaks, "member_billed", "breaker"),
        (a["billed_mono"], mono, "already_billed", "breaker"),
        (a["banned"].eq(True), mono, "broken", "breaker"),
        (a["product_no"].isna(), mono, "product_not_covered", "price"),
        (hour & is_open, within, "open", "kraamzorg"),
        (hour & ~a["is_member"], within, "supplier", "kraamzorg"),
        (hour, within, "member", "kraamzorg"),
        (is_open, within, "open", "product"),
        (~a["is_member"], within, "supplier", "product"),
    )
    number = np.select([place[0] for place in places], range(len(places)), len(places))
    words = pd.DataFrame([place[1:] for place in places], columns=WORDS)
    words.loc[len(places)] = [within, "member", "product"]
    told = words.take(number).set_axis(a.index)
    told["reason"] = told["reason"].where(told["reason"] != "", a["scope"])
    told["product_no"] = a["product_no"].where(told["disposition"] == within)
    return a[["activity_id", *KEYS, "twin_id"]].join(told)
