"""What each practice did in each phase, and the product that a phase amounts to."""

from __future__ import annotations

import pandas as pd

from bench.with_pandas.facts import Frames, held
from bench.with_pandas.phases import choose

KEYS = ["pregnancy_id", "phase"]
WHO = [*KEYS, "organisation_id"]


def practice_care(counted: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Give per pregnancy, phase and practice its care, and what its acts are worth by the list."""
    prices = facts["price_list"]
    own, common = prices[prices["organisation_id"] > 0], prices[prices["organisation_id"] == 0]
    own = own.rename(columns={"cents": "own"})
    acts = held(counted, own, ["organisation_id", "code"], "performed_on", {"own": -1})
    common = common.rename(columns={"cents": "common"})
    acts = held(acts, common, ["code"], "performed_on", {"common": -1})
    price = acts["own"].where(acts["own"] >= 0, acts["common"])
    by_list = acts["mono"].eq("price_list")
    maker = acts["is_inside"] & ~acts["hourly"] & ~acts["billed_mono"]
    day, item = acts["performed_on"], acts["mono_item"]
    course, prenatal = acts["mono"].eq("course"), acts["phase"] == 1
    asked = acts.assign(
        inside_on=day.where(acts["is_inside"]),
        units=acts["quantity"].where(maker, 0),
        is_maker=maker,
        has_gynaecologist=maker & acts["is_gynaecologist"],
        has_request=maker & acts["on_request"],
        is_simple=maker & ~acts["is_gynaecologist"],
        is_unasked=maker & ~acts["on_request"],
        asked_simply=maker & acts["on_request"] & ~acts["is_gynaecologist"],
        listed_cents=(acts["quantity"] * price).where(by_list & (price >= 0), 0),
        unlisted_acts=by_list & (price < 0),
        course_on=day.where(course & (item == "prenatal") & prenatal),
        referred_on=day.where(acts["mono"].eq("referral") & prenatal),
        has_natal=course & (item == "natal"),
        has_postnatal=course & (item == "postnatal"),
    )
    flags = ["is_inside", "is_maker", "has_gynaecologist", "has_request", "is_simple"]
    flags += ["is_unasked", "asked_simply", "has_natal", "has_postnatal"]
    sums, firsts = ["units", "listed_cents", "unlisted_acts"], ["inside_on", "course_on"]
    how = dict.fromkeys(flags, "max") | dict.fromkeys(sums, "sum")
    how |= dict.fromkeys([*firsts, "referred_on"], "min")
    return asked.groupby(WHO, as_index=False, sort=False).agg(how)


def phase_care(practices: pd.DataFrame) -> pd.DataFrame:
    """Give per phase since when the IGO had it open, and what its care says of the product."""
    inside = practices[practices["inside_on"].notna()]
    natal = inside["phase"] == 2
    asked = inside.assign(
        has_request=inside["has_request"] & natal, asked_simply=inside["asked_simply"] & natal
    )
    return asked.groupby(KEYS, as_index=False).agg(
        opened_on=("inside_on", "min"),
        is_made=("is_maker", "max"),
        has_gynaecologist=("has_gynaecologist", "max"),
        has_request=("has_request", "max"),
        is_simple=("is_simple", "max"),
        is_unasked=("is_unasked", "max"),
        asked_simply=("asked_simply", "max"),
    )


def candidates(
    counted: pd.DataFrame, phases: pd.DataFrame, care: pd.DataFrame, facts: Frames
) -> pd.DataFrame:
    """Give per phase the product that its care amounts to, priced or not, and the alternative."""
    made = phases.merge(care[care["is_made"]], on=KEYS)
    book = facts["products_in_force"]
    early = book[book["variant"] == "early_end"].rename(columns={"product": "early"})
    made = held(made, early, ["phase"], "starts_on", {"early": ""})
    is_early = made["is_early"] & (made["early"] != "")
    requested = made["has_request"].map({True: "on_request", False: "regular"})
    variants = ((is_early, "early_end"), (made["has_gynaecologist"], "complex"))
    made["variant"] = choose(variants, requested)
    doctors, by_care = made["has_gynaecologist"], choose(variants[1:], requested)
    others = (
        (is_early, by_care),
        (doctors & made["asked_simply"], "on_request"),
        (doctors & made["is_simple"], "regular"),
        (doctors, "none"),
        (made["has_request"] & made["is_unasked"], "regular"),
        (made["has_request"], "none"),
    )
    made["other"] = choose(others, "complex")
    reasons = (*variants, (made["has_request"], "on_request"))
    words = {"early_end": "before_16_weeks", "complex": "gynaecologist_acted"}
    made["reason"] = choose(reasons, "regular").replace(words)
    for variant, product, cents in (
        ("variant", "product", "tariff_cents"),
        ("other", "alternative_product", "alternative_cents"),
    ):
        named = book.rename(columns={"variant": variant, "product": product})
        made = held(made, named, ["phase", variant], "starts_on", {product: ""})
        priced = facts["tariffs"].rename(columns={"product": product, "cents": cents})
        made = held(made, priced, ["contract_id", product], "starts_on", {cents: -1})
    return with_evidence(made, counted)


def with_evidence(made: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Add the acts that decided each product: all of a kind, or the first of the phase."""
    makers = counted[counted["is_inside"] & ~counted["hourly"] & ~counted["billed_mono"]]
    in_order = makers.sort_values("activity_id")
    asked = in_order[in_order["on_request"]].assign(variant="on_request")
    doctors = in_order[in_order["is_gynaecologist"]].assign(variant="complex")
    first = makers.sort_values(["performed_on", "activity_id"]).drop_duplicates(KEYS)
    every = [asked, doctors, first.assign(variant="regular"), first.assign(variant="early_end")]
    lists = [one.groupby([*KEYS, "variant"])["activity_id"].agg(list) for one in every]
    return made.join(pd.concat(lists).rename("evidence"), on=[*KEYS, "variant"])


def phase_products(possible: pd.DataFrame, lost: pd.DataFrame) -> pd.DataFrame:
    """Give the products of phases: what a contract prices, unless a ban broke it."""
    priced = possible[(possible["contract_id"] > 0) & (possible["tariff_cents"] >= 0)]
    rows = priced.merge(lost[[*KEYS, "is_banned", "deduction_cents"]], on=KEYS, how="left")
    rows = rows[~rows["is_banned"].eq(True)]
    deduction = rows["deduction_cents"].fillna(0).astype("int64")
    pregnancy, phase = rows["pregnancy_id"], rows["phase"]
    return pd.DataFrame(
        {
            "product_no": pregnancy * 100 + phase,
            "key": pregnancy.astype("str") + ":" + phase.astype("str"),
            **{name: rows[name] for name in (*KEYS, "product", "insurer_id", "contract_id")},
            "starts_on": rows["starts_on"],
            "claimable_on": rows["until"],
            "is_open": rows["is_open"],
            "minutes": 0,
            "units": 1,
            "tariff_cents": rows["tariff_cents"],
            "deduction_cents": deduction,
            "cents": rows["tariff_cents"] - deduction,
            "rule": "product",
            "reason": rows["reason"],
            "evidence": rows["evidence"],
            "alternative_product": rows["alternative_product"],
            "alternative_cents": rows["alternative_cents"].where(rows["alternative_cents"] >= 0),
        }
    )
