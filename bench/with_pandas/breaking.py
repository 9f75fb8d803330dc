"""What breaks the bundle of a phase, and what that costs under its contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.with_pandas.facts import Frames, clock, held
from bench.with_pandas.products import KEYS, WHO

KINDS = (
    *("outside_provider", "member_billed", "entered_mid_phase", "left_mid_phase"),
    *("phase_before_contract", "insurer_changed"),
)
COLUMNS = [*KEYS, "kind", "happened_on", "contract_id", "regime"]


def open_phases(phases: pd.DataFrame, care: pd.DataFrame) -> pd.DataFrame:
    """Give the phases under contract that the IGO has opened with care of its own."""
    return phases[phases["contract_id"] > 0].merge(care[[*KEYS, "opened_on"]], on=KEYS)


def unlisted(rows: pd.DataFrame, facts: Frames) -> pd.Series:
    """Tell which acts a contract does not allow beside the bundle."""
    listed = pd.MultiIndex.from_frame(facts["parallel_care"][["contract_id", "code"]])
    return ~pd.MultiIndex.from_frame(rows[["contract_id", "code"]]).isin(listed)


def breaking_acts(
    counted: pd.DataFrame, phases: pd.DataFrame, care: pd.DataFrame, facts: Frames
) -> pd.DataFrame:
    """Give the acts that break an open phase: by an outsider, or billed by a member itself."""
    suspects = counted[~counted["is_inside"] | (counted["is_member"] & counted["billed_mono"])]
    suspects = suspects.merge(facts["organisations"], on="organisation_id", how="left")
    suspects = suspects[["activity_id", *WHO, "code", "performed_on", "is_inside", "discipline"]]
    terms = ["contract_id", "regime", "opened_on", "kraamzorg_bills_itself"]
    here = suspects.merge(open_phases(phases, care)[[*KEYS, *terms]], on=KEYS)
    outside = ~here["is_inside"] & (here["performed_on"] >= here["opened_on"])
    of_itself = here["discipline"].eq("kraamzorg") & here["kraamzorg_bills_itself"]
    found = here[(outside | (here["is_inside"] & ~of_itself)) & unlisted(here, facts)]
    kind = np.where(found["is_inside"], "member_billed", "outside_provider")
    return found.assign(kind=kind)


def breaker_rows(
    acts: pd.DataFrame, phases: pd.DataFrame, care: pd.DataFrame, facts: Frames
) -> pd.DataFrame:
    """Give one row per pregnancy, phase and kind, before losses."""
    keys = [*KEYS, "kind", "contract_id", "regime"]
    by_acts = acts.groupby(keys, as_index=False).agg(
        happened_on=("performed_on", "min"), evidence=("activity_id", sorted)
    )
    phase = open_phases(phases, care)
    starts, until, ended = phase["starts_on"], phase["until"], phase["ended_on"]
    entered = phase[(starts < phase["entered_on"]) & (phase["entered_on"] < until)]
    left = phase[
        phase["end_kind"].eq("moved_away")
        & (starts <= ended)
        & (ended < until)
        & (phase["natural_until"] > until)
    ]
    parts = [
        by_acts,
        entered.assign(kind="entered_mid_phase", happened_on=entered["entered_on"]),
        left.assign(kind="left_mid_phase", happened_on=left["ended_on"]),
        _before_contract(phases, care, facts),
        _insurer_changed(phase, facts),
    ]
    rows = pd.concat(parts, ignore_index=True)[[*COLUMNS, "evidence"]]
    rows["evidence"] = rows["evidence"].map(lambda acts: acts if isinstance(acts, list) else [])
    return rows


def _before_contract(phases: pd.DataFrame, care: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Give phases that began before the contract with her insurer did."""
    without = (phases["contract_id"] == 0) & phases["integral"] & (phases["insurer_id"] > 0)
    rows = phases.loc[without, [*KEYS, "insurer_id", "starts_on", "until"]]
    rows = rows.merge(care[[*KEYS, "opened_on"]], on=KEYS)
    terms = facts["terms"][["insurer_id", "contract_id", "regime", "valid_from"]]
    later = rows.merge(terms, on="insurer_id")
    begun = later["valid_from"]
    here = (later["starts_on"] < begun) & (begun < later["until"]) & (begun < clock(facts))
    first = later[here].sort_values("valid_from").drop_duplicates(KEYS)
    return first.assign(kind="phase_before_contract", happened_on=first["valid_from"])


def _insurer_changed(phase: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Give phases in which she changed insurer, where the contract says that this breaks."""
    others = facts["coverages"][["woman_id", "insurer_id", "valid_from"]]
    strict = phase[phase["insurer_switch_breaks"]]
    both = strict.merge(others, on="woman_id", suffixes=("", "_new"))
    on = both["valid_from"]
    here = (both["starts_on"] < on) & (on < both["until"]) & (on < clock(facts))
    found = both[here & (both["insurer_id"] != both["insurer_id_new"])]
    first = found.sort_values("valid_from").drop_duplicates(KEYS)
    return first.assign(kind="insurer_changed", happened_on=first["valid_from"])


def broken(rows: pd.DataFrame, regime: str) -> pd.MultiIndex:
    """Return the phases that something broke under this regime; coming late breaks nothing."""
    here = (rows["kind"] != "phase_before_contract") & (rows["regime"] == regime)
    return pd.MultiIndex.from_frame(rows.loc[here, KEYS])


def losses(
    rows: pd.DataFrame,
    acts: pd.DataFrame,
    values: pd.DataFrame,
    possible: pd.DataFrame,
    lost: pd.Series,
    facts: Frames,
) -> pd.DataFrame:
    """Give per phase with a breaker what is deducted, what is lost and whether it is banned."""
    phase = rows.groupby(KEYS, as_index=False).agg(regime=("regime", "min"))
    inside = values[values["is_inside"]].groupby(KEYS)[["known_cents", "unknown_acts"]].sum()
    by = values.merge(acts[WHO].drop_duplicates(), on=WHO)
    outside = by.groupby(KEYS)[["known_cents", "unknown_acts"]].sum()
    phase = phase.join(inside.add_suffix("_inside"), on=KEYS)
    phase = phase.join(outside.add_suffix("_outside"), on=KEYS).join(lost, on=KEYS)
    phase = phase.merge(possible[[*KEYS, "tariff_cents"]], on=KEYS, how="left")
    phase = phase.join(_late_tariffs(rows, possible, facts), on=KEYS)
    known = phase["tariff_cents"].where(phase["tariff_cents"] >= 0)
    tariff = known.fillna(phase["late_cents"]).fillna(0)
    under_ban = tariff + phase["hour_cents"].fillna(0) - phase["known_cents_inside"].fillna(0)
    deduction = np.minimum(tariff, phase["known_cents_outside"].fillna(0))
    ban, correction = phase["regime"] == "parallel_ban", phase["regime"] == "correction"
    phase["loss_cents"] = np.select(
        [
            ban & (phase["unknown_acts_inside"] > 0),
            correction & (phase["unknown_acts_outside"] > 0),
            ban,
            correction,
        ],
        [np.nan, np.nan, under_ban, deduction],
        0,
    )
    index = pd.MultiIndex.from_frame(phase[KEYS])
    phase["is_banned"] = index.isin(broken(rows, "parallel_ban"))
    phase["deduction_cents"] = deduction.where(index.isin(broken(rows, "correction")), 0)
    return phase[[*KEYS, "is_banned", "deduction_cents", "loss_cents"]]


def _late_tariffs(rows: pd.DataFrame, possible: pd.DataFrame, facts: Frames) -> pd.Series:
    """Give the tariff that a phase from before the contract would have had under it."""
    late = rows[rows["kind"] == "phase_before_contract"]
    named = late.merge(possible[[*KEYS, "product"]], on=KEYS)
    tariffs = facts["tariffs"].rename(columns={"cents": "late_cents"})
    by = ["contract_id", "product"]
    priced = held(named, tariffs, by, "happened_on", {"late_cents": -1})
    return priced[priced["late_cents"] >= 0].set_index(KEYS)["late_cents"]


def told_breakers(rows: pd.DataFrame, lost: pd.DataFrame) -> pd.DataFrame:
    """Give every breaker; the earliest of a phase carries the loss."""
    order = rows["kind"].map({kind: place for place, kind in enumerate(KINDS)})
    ranked = rows.assign(order=order).sort_values([*KEYS, "happened_on", "order"])
    found = ranked.merge(lost[[*KEYS, "loss_cents"]], on=KEYS, how="left")
    found["counts_loss"] = ~found.duplicated(KEYS)
    found["loss_cents"] = found["loss_cents"].where(found["counts_loss"], 0)
    return found.drop(columns="order").assign(rule="breaker")
