"""Activities with their pregnancy, phase and twin, and which of them count."""

from __future__ import annotations

import pandas as pd

from bench.with_pandas.facts import Frames, day_number, held
from bench.with_pandas.phases import choose

OF_THE_CASE = (
    *("has_1", "has_2", "has_3", "intake_on", "bound_1", "bound_2", "bound_3"),
    *("natal_from_minute", "natal_until_minute", "gynaecology_specialism"),
)
OF_THE_CODE = (
    *("scope", "phase_hint", "match_hint", "complex_counts", "on_request", "hourly"),
    *("equivalent", "mono", "mono_item"),
)


def placed_acts(cases: pd.DataFrame, facts: Frames) -> pd.DataFrame:
    """Give every act its pregnancy and phase, and tell which of them count."""
    acts = facts["activities"].sort_values("performed_on", ignore_index=True)
    book = facts["catalogue"].reset_index(drop=True)
    acts = held(acts, book.assign(entry=book.index), ["code"], "performed_on", {"entry": -1})
    acts = acts.join(book[[*OF_THE_CODE]], on="entry")
    flags = ["complex_counts", "on_request", "hourly"]
    acts[flags] = acts[flags].eq(True)
    acts["phase_hint"] = acts["phase_hint"].fillna(0)
    acts["pregnancy_id"] = acts["pregnancy_id"].where(
        acts["pregnancy_id"] > 0, matched(acts, cases)
    )
    wide = cases.set_index("pregnancy_id")[[*OF_THE_CASE]]
    acts["pregnancy_id"] = acts["pregnancy_id"].where(acts["pregnancy_id"].isin(wide.index), 0)
    acts = acts.join(wide, on="pregnancy_id")
    acts["phase"] = phase_of(acts)
    by_member = ["organisation_id"]
    members = facts["memberships"].assign(is_member=True)
    acts = held(acts, members, by_member, "performed_on", {"is_member": False})
    supplied = facts["suppliers"].assign(is_supplier=True)
    by_code = ["organisation_id", "code"]
    acts = held(acts, supplied, by_code, "performed_on", {"is_supplier": False})
    acts["is_inside"] = acts["is_member"] | (acts["is_supplier"] & (acts["entry"] >= 0))
    mark_twins(acts)
    acts["is_before"] = acts["performed_on"] < acts["intake_on"]
    acts["counts"] = acts["scope"].eq("inside") & (acts["phase"] > 0) & (acts["twin_id"] == 0)
    specialism = acts["specialism"] == acts["gynaecology_specialism"]
    acts["is_gynaecologist"] = specialism & acts["complex_counts"]
    return acts.drop(columns=[*OF_THE_CASE])


def matched(acts: pd.DataFrame, cases: pd.DataFrame) -> pd.Series:
    """Find the pregnancy that fits an act without a link best; 0 is none."""
    free = acts.loc[acts["pregnancy_id"] == 0, ["activity_id", "woman_id", "performed_on"]]
    free = free.join(acts["match_hint"]).reset_index(names="at")
    spans = ["woman_id", "pregnancy_id", "intake_on", "opens_on", "closes_on", "ended_on"]
    both = free.merge(cases[[*spans, "after_until"]], on="woman_id")
    day, intake = both["performed_on"], both["intake_on"]
    after = (both["ended_on"] <= day) & (day < both["after_until"])
    before = (both["opens_on"] <= day) & (day < intake)
    hint = both["match_hint"]
    both["tier"] = choose(
        (
            ((intake <= day) & (day < both["closes_on"]), 1),
            (hint.eq("aftercare") & after, 2),
            (hint.eq("intake") & before, 2),
            (after, 3),
            (before, 4),
        ),
        0,
    )
    fits = both[both["tier"] > 0].sort_values(
        ["tier", "intake_on", "pregnancy_id"], ascending=[True, False, False]
    )
    best = fits.drop_duplicates("at").set_index("at")["pregnancy_id"]
    return best.reindex(acts.index, fill_value=0)


def phase_of(acts: pd.DataFrame) -> pd.Series:
    """Tell in which phase an act falls: by its hint, else by its time; 0 is none."""
    day, hint = acts["performed_on"], acts["phase_hint"]
    minute = day_number(day) * 1440 + acts["performed_minute"]
    has = {phase: acts[f"has_{phase}"].eq(True) for phase in (1, 2, 3)}
    timed = minute.notna() & has[2]
    late = timed & (minute >= acts["natal_until_minute"])
    return choose(
        (
            (~(day >= acts["intake_on"]), 0),
            *(((hint == phase) & has[phase], phase) for phase in (1, 2, 3)),
            (timed & (minute < acts["natal_from_minute"]), has[1].astype("int64")),
            (timed & ~late, 2),
            (late, 3 * (has[3] & (day < acts["bound_3"])).astype("int64")),
            (day < acts["bound_1"], 1),
            (day < acts["bound_2"], 2),
            (day < acts["bound_3"], 3),
        ),
        0,
    )


def mark_twins(acts: pd.DataFrame) -> None:
    """Name the twin of what a more trusted source gave too; what was billed is told of that."""
    same = ["pregnancy_id", "organisation_id", "performed_on", "child_number", "what"]
    known = acts.loc[acts["pregnancy_id"] > 0, [*same[:-1], "activity_id", "source_rank"]]
    known["what"] = acts["equivalent"].fillna(acts["code"])
    known["billed_mono"] = acts["billed_mono"]
    lesser = known[known["source_rank"] > known["source_rank"].min()].reset_index(names="at")
    pairs = lesser.merge(known, on=same, suffixes=("", "_of"))
    pairs = pairs[pairs["source_rank"] > pairs["source_rank_of"]]
    best = pairs.sort_values(["source_rank_of", "activity_id_of"]).drop_duplicates("at")
    twin = best.set_index("at")["activity_id_of"]
    acts["twin_id"] = twin.reindex(acts.index, fill_value=0)
    told = pairs.loc[pairs["billed_mono"], "activity_id_of"]
    acts["billed_mono"] |= acts["activity_id"].isin(told)
