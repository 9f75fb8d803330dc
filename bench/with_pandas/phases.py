"""Pregnancies with their phases, and who insures and pays for each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.with_pandas.facts import DAY, FAR, NEVER, Frames, clock, day_number, days, held

DELIVERED = ("birth", "miscarriage", "termination", "ectopic")
LEFT = ("moved_away", "lost")
TERMS = {
    "contract_id": 0,
    "regime": "",
    "followed": False,
    "insurer_switch_breaks": False,
    "kraamzorg_bills_itself": False,
}


def wide_cases(facts: Frames) -> pd.DataFrame:
    """Give one row per pregnancy with the bounds of its three phases, empty where it has none."""
    limits = {name: 0 for name in facts["limits"].columns if name.endswith(("days", "minutes"))}
    columns = {**limits, "gynaecology_specialism": ""}
    known = held(facts["pregnancies"], facts["limits"], [], "first_intake_on", columns)
    known = known[known["term_days"] > 0]
    members = facts["memberships"].assign(is_home=True)
    members = members.rename(columns={"organisation_id": "first_intake_organisation_id"})
    p = held(
        known, members, ["first_intake_organisation_id"], "first_intake_on", {"is_home": False}
    ).rename(columns={"first_intake_on": "intake_on"})
    ended, after = p["ended_on"], days(p["aftercare_days"] + 1)
    delivered = ended.notna() & p["end_kind"].isin(DELIVERED)
    left = ended.notna() & p["end_kind"].isin(LEFT)
    p["is_home"] |= p["entered_on"].notna()
    p["is_early"] = delivered & (gestation(p, ended) < p["early_end_days"])
    finish = p["birth_on"].where(left, p["birth_on"].fillna(ended))
    p["closes_on"] = ended.fillna(p["due_on"] + days(p["ongoing_extra_days"]))
    p["opens_on"] = p["due_on"] - days(p["term_days"])
    p["after_until"] = (ended + DAY).where(left, p["birth_on"].fillna(ended) + after)
    has_natal = (delivered & ~p["is_early"]) | (left & p["birth_on"].notna())
    natal_on = p["labour_on"].where(p["labour_on"] <= finish, finish)
    cut = (ended + DAY).where(left, FAR)
    prenatal = p["closes_on"].mask(left, FAR).mask(has_natal, natal_on)
    p["natural_1"] = prenatal.mask(p["is_early"], ended + after)
    p["natural_2"] = (finish + DAY).where(has_natal)
    p["natural_3"] = (finish + after).where(has_natal)
    bound = p["intake_on"]
    for phase, start in ((1, p["intake_on"]), (2, natal_on), (3, finish + DAY)):
        starts = start.where(start > p["intake_on"], p["intake_on"])
        natural = p[f"natural_{phase}"]
        until = natural.where(natural < cut, cut).where(natural.notna())
        p[f"has_{phase}"] = start.notna() & until.notna() & (starts < until)
        p[f"from_{phase}"] = starts.where(p[f"has_{phase}"], NEVER)
        p[f"until_{phase}"] = until.where(p[f"has_{phase}"], NEVER)
        bound = p[f"until_{phase}"].fillna(bound)
        p[f"bound_{phase}"] = bound
    labour = p["labour_minute"].fillna(0).where(p["labour_on"] == natal_on, 0)
    p["natal_from_minute"] = day_number(natal_on) * 1440 + labour
    placenta = day_number(p["placenta_on"]) * 1440 + p["placenta_minute"]
    by_day = day_number(finish + DAY) * 1440
    p["natal_until_minute"] = (placenta + p["after_placenta_minutes"]).fillna(by_day)
    return p


def gestation(p: pd.DataFrame, day: pd.Series) -> pd.Series:
    """Return the days that she was pregnant on a day."""
    return p["term_days"] - (p["due_on"] - day) / DAY


def long_phases(cases: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Give a row per phase, with the insurer and the contract that its start fixes."""
    of_case = ["pregnancy_id", "woman_id", "is_home", "exempt", "is_early", "end_kind"]
    of_case += ["ended_on", "entered_on"]
    parts = []
    for phase in (1, 2, 3):
        names = {
            f"from_{phase}": "starts_on",
            f"until_{phase}": "until",
            f"natural_{phase}": "natural_until",
        }
        has = cases[cases[f"has_{phase}"]]
        parts.append(has[[*of_case, *names]].rename(columns=names).assign(phase=phase))
    phases = with_terms(pd.concat(parts, ignore_index=True), "starts_on", facts)
    phases["integral"] = phases["is_home"] & ~phases["exempt"]
    phases["contract_id"] = phases["contract_id"].where(phases["integral"], 0)
    phases["regime"] = phases["regime"].where(phases["integral"], "")
    phases["is_open"] = phases["until"] > clock(facts)
    return phases


def with_terms(rows: pd.DataFrame, day: str, facts: Frames, **more: object) -> pd.DataFrame:
    """Add who insures her on a day, and the terms of the contract with that insurer."""
    insured = held(rows, facts["coverages"], ["woman_id"], day, {"insurer_id": 0})
    return held(insured, facts["terms"], ["insurer_id"], day, {**TERMS, **more})


def told_phases(phases: pd.DataFrame) -> pd.DataFrame:
    """Give the phases as others read them."""
    names = ["pregnancy_id", "phase", "starts_on", "until", "is_open", "insurer_id", "contract_id"]
    return phases[names]


def routes(cases: pd.DataFrame, phases: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Tell how each pregnancy is funded, by the latest phase that has begun."""
    begun = phases[phases["starts_on"] < clock(facts)]
    latest = begun.groupby("pregnancy_id")["starts_on"].max().rename("on")
    rows = cases[["pregnancy_id", "woman_id", "is_home", "exempt", "intake_on"]]
    rows = rows.join(latest, on="pregnancy_id")
    rows["on"] = rows["on"].fillna(rows["intake_on"])
    found = with_terms(rows, "on", facts)
    conditions = (
        (found["exempt"], "exempt"),
        (~found["is_home"], "outside_practice"),
        (found["insurer_id"] == 0, "not_insured"),
        (found["contract_id"] == 0, "no_contract"),
        (found["followed"], "followed_contract"),
    )
    found["reason"] = choose(conditions, "contract")
    integral = found["reason"].isin(["contract", "followed_contract"])
    found["route"] = np.where(integral, "integral", "old_way")
    found["contract_id"] = found["contract_id"].where(integral, 0)
    return found[["pregnancy_id", "route", "reason", "contract_id", "insurer_id"]]


def choose(conditions: tuple[tuple[pd.Series, object], ...], otherwise: object) -> pd.Series:
    """Return what belongs to the first condition that holds."""
    holds, values = zip(*conditions, strict=True)
    return pd.Series(np.select(holds, values, otherwise), index=holds[0].index)
