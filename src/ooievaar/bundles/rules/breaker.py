"""Rule `breaker`: what breaks the bundle of a phase; one predicate per kind.

Policy: until 2022 an integral product could not be claimed beside a mono-disciplinary claim of a
third provider [S NZa, BR/REG-18150: parallelliteitsverbod, unless the contract lists the care];
from 2023 the text of the rule is not public. What happens is therefore the contract's regime.
The predicates are our reading (`verified: false`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.activity import counted, with_entry
from ooievaar.storage.expressions import holds, in_order, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

KINDS = (
    "outside_provider",
    "member_billed",
    "entered_mid_phase",
    "left_mid_phase",
    "phase_before_contract",
    "insurer_changed",
    "late_miscarriage",
)
"""In the order that decides which of two breakers on one day carries the loss."""
NOT_BREAKING = ("phase_before_contract", "late_miscarriage")
"""Kinds that cost money although the phase has no product that they could break."""
KEYS = ["pregnancy_id", "phase"]


def _open_phases(t: Tables) -> ir.Table:
    """Give the phases that a contract covers and that the IGO has opened with care of its own."""
    phase, care = t["phase_terms"], t["phase_care"].select(*KEYS, "opened_on")
    return phase.filter(phase.contract_id.notnull()).join(care, KEYS)


def breaking_acts(t: Tables) -> ir.Table:
    """Give the acts that break an open phase: by an outsider, or billed by a member itself."""
    c, parallel, givers = counted(t), t["parallel_care"], t["organisations"]
    suspects = (
        with_entry(c.filter(~c.is_inside | (c.is_member & c.billed_mono)), t, "code")
        .left_join(givers, "organisation_id")
        .select(
            "activity_id",
            *KEYS,
            "organisation_id",
            "code",
            "performed_on",
            "is_inside",
            bills_as_kraamzorg=yes(givers.discipline == "kraamzorg"),
        )
    )
    phase = _open_phases(t).select(
        *KEYS, "contract_id", "regime", "opened_on", "kraamzorg_bills_itself"
    )
    here = suspects.join(phase, KEYS)
    outside = ~here.is_inside & (here.performed_on >= here.opened_on)
    billed = here.is_inside & ~(here.bills_as_kraamzorg & here.kraamzorg_bills_itself)
    breaking = here.filter(outside | billed).anti_join(parallel, ["contract_id", "code"])
    return breaking.select(
        "activity_id",
        *KEYS,
        "organisation_id",
        "performed_on",
        "contract_id",
        "regime",
        kind=ibis.ifelse(breaking.is_inside, "member_billed", "outside_provider"),
    )


def breaker_rows(t: Tables) -> ir.Table:
    """Give one row per pregnancy, phase and kind, before losses."""
    acts = t["breaking_acts"]
    by_acts = acts.group_by([*KEYS, "kind", "contract_id", "regime"]).agg(
        happened_on=acts.performed_on.min(),
        evidence=in_order(acts.activity_id),
    )
    columns = [*KEYS, "kind", "happened_on", "contract_id", "regime", "evidence"]
    none = ibis.literal([], "array<int64>")
    phase = _open_phases(t)

    def found(rows: ir.Table, kind: str, happened_on: ir.DateValue) -> ir.Table:
        return rows.select(
            *KEYS,
            kind=ibis.literal(kind),
            happened_on=happened_on,
            contract_id="contract_id",
            regime="regime",
            evidence=none,
        )

    entered = phase.filter((phase.starts_on < phase.entered_on) & (phase.entered_on < phase.until))
    left = phase.filter(
        (phase.end_kind == "moved_away")
        & holds(phase.ended_on, phase.starts_on, phase.until)
        & (phase.natural_until > phase.until)
    )
    return ibis.union(
        by_acts.select(*columns),
        found(entered, "entered_mid_phase", entered.entered_on),
        found(left, "left_mid_phase", left.ended_on),
        _phase_before_contract(t).select(*columns),
        _insurer_changed(t).select(*columns),
        _late_miscarriage(t).select(*columns),
    )


def _phase_before_contract(t: Tables) -> ir.Table:
    """Give phases that began before the contract with the woman's insurer did."""
    phase, care, terms = t["phase_terms"], t["phase_care"], t["terms"]
    today = t["clock"].until.as_scalar()
    without = phase.filter(phase.contract_id.isnull() & phase.is_home & ~phase.exempt).join(
        care.select(*KEYS, "opened_on"), KEYS
    )
    starts = terms.select(
        "insurer_id",
        late_contract_id="contract_id",
        late_regime="regime",
        contract_from="valid_from",
    )
    later = without.join(
        starts,
        [
            without.insurer_id == starts.insurer_id,
            without.starts_on < starts.contract_from,
            ibis.least(without.until, today) > starts.contract_from,
        ],
    )
    first = later.group_by(KEYS).agg(
        happened_on=later.contract_from.min(),
        contract=later.late_contract_id.argmin(later.contract_from),
        late=later.late_regime.argmin(later.contract_from),
    )
    return first.select(
        *KEYS,
        "happened_on",
        kind=ibis.literal("phase_before_contract"),
        contract_id="contract",
        regime="late",
        evidence=ibis.literal([], "array<int64>"),
    )


def _insurer_changed(t: Tables) -> ir.Table:
    """Give phases in which the woman changed insurer, where the contract says that this breaks."""
    phase, coverages = _open_phases(t), t["coverages"]
    today = t["clock"].until.as_scalar()
    strict = phase.filter(phase.insurer_switch_breaks).mutate(
        watched_until=ibis.least(phase.until, today)
    )
    other = coverages.select("woman_id", other_insurer_id="insurer_id", changed_on="valid_from")
    switched = strict.join(
        other,
        [
            strict.woman_id == other.woman_id,
            strict.starts_on < other.changed_on,
            strict.watched_until > other.changed_on,
            strict.insurer_id != other.other_insurer_id,
        ],
    )
    return switched.group_by([*KEYS, "contract_id", "regime"]).agg(
        happened_on=switched.changed_on.min(),
        kind=ibis.literal("insurer_changed"),
        evidence=ibis.literal([], "array<int64>"),
    )


def _late_miscarriage(t: Tables) -> ir.Table:
    """Give early ends that became known after a product of a later phase was made."""
    made, case, terms = t["made_products"], t["cases"], t["terms"]
    regimes = terms.select("contract_id", "regime").distinct()
    early = case.filter(case.is_early).select("pregnancy_id", "ended_on")
    later = made.filter(made.phase >= 2).join(early, "pregnancy_id").join(regimes, "contract_id")
    found = later.group_by(KEYS).agg(
        happened_on=later.ended_on.min(),
        contract=later.contract_id.min(),
        regime=later.regime.argmin(later.contract_id),
    )
    return found.select(
        *KEYS,
        "happened_on",
        "regime",
        kind=ibis.literal("late_miscarriage"),
        contract_id="contract",
        evidence=ibis.literal([], "array<int64>"),
    )


def broken_phases(t: Tables) -> ir.Table:
    """Give the phases with a breaker that their contract's regime acts upon."""
    rows = t["breaker_rows"]
    return rows.filter(~rows.kind.isin(NOT_BREAKING)).select(*KEYS, "regime").distinct()
