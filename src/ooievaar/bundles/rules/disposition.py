"""Rule `disposition`: every activity ends in exactly one place, with a reason.

Policy (our precedence, `verified: false`): duplicate, outside the bundle, no pregnancy, before the
intake, non-member, no phase, the old way, no contract, billed already, broken, not covered, and
only then part of a product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.outcomes import FIRST_IN_PRODUCT, SCOPE_IS_THE_REASON
from ooievaar.storage.expressions import yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

KEYS = ["pregnancy_id", "phase"]


def phase_outcomes(t: Tables) -> ir.Table:
    """Give per phase what its acts need to know: contract, opening, breaking and product."""
    phase, care, broken, made = (
        t["phase_terms"],
        t["phase_care"],
        t["broken_phases"],
        t["products"],
    )
    of_phase = made.filter(made.rule == "product").select(*KEYS, "product_no")
    joined = (
        phase.left_join(care.select(*KEYS, "opened_on"), KEYS)
        .left_join(broken.select(*KEYS, broken_regime="regime"), KEYS, rname="{name}_broken")
        .left_join(of_phase, KEYS, rname="{name}_product")
    )
    return joined.select(
        *KEYS,
        "insurer_id",
        "contract_id",
        "regime",
        "opened_on",
        "product_no",
        "is_home",
        "exempt",
        "is_open",
        banned=yes(joined.broken_regime == "parallel_ban"),
    )


def hour_outcomes(t: Tables) -> ir.Table:
    """Give per hourly act its insurer, contract and product."""
    h, k = t["hours"], t["kraamzorg_products"]
    joined = h.left_join(
        k,
        [
            h.pregnancy_id == k.pregnancy_id,
            h.insurer_id == k.insurer_id,
            h.price_cents == k.price_cents,
            h.claim_until == k.claim_until,
        ],
    )
    return joined.select(
        h.activity_id,
        insurer_id=h.insurer_id,
        contract_id=h.contract_id,
        product_no=k.product_no,
        is_open=k.is_open,
    )


def parallel_entries(t: Tables) -> ir.Table:
    """Give the parallel lists by catalogue entry."""
    parallel, entries = t["parallel_care"], t["entries"].select("entry", "code")
    return parallel.join(entries, "code").select("contract_id", "entry")


def outcomes(t: Tables) -> ir.Table:
    """Give one row per activity with the number of its outcome, its product and its twin."""
    a, twins, phase, hour = t["acts"], t["twins"], t["phase_outcomes"], t["hour_outcomes"]
    parallel, breaking, billed = t["parallel_entries"], t["breaking_acts"], t["billed_twins"]
    joined = (
        a.left_join(twins, a.activity_id == twins.activity_id)
        .left_join(phase, [a.pregnancy_id == phase.pregnancy_id, a.phase == phase.phase])
        .left_join(hour, a.activity_id == hour.activity_id)
        .left_join(parallel, [phase.contract_id == parallel.contract_id, a.entry == parallel.entry])
        .left_join(breaking, a.activity_id == breaking.activity_id)
        .left_join(billed, a.activity_id == billed.activity_id)
    )
    billed_mono = a.billed_mono | billed.activity_id.notnull()
    insurer_id = ibis.ifelse(a.hourly, hour.insurer_id, phase.insurer_id)
    contract_id = ibis.ifelse(a.hourly, hour.contract_id, phase.contract_id)
    product_no = ibis.ifelse(a.hourly, hour.product_no, phase.product_no)
    is_open = yes(ibis.ifelse(a.hourly, hour.is_open, phase.is_open))
    acts_on_breakers = yes(phase.regime != "none")
    beside = ~a.is_inside & yes(a.performed_on >= phase.opened_on) & phase.contract_id.notnull()
    conditions = (
        twins.twin_id.notnull(),
        a.entry.isnull(),
        ~a.is_scope,
        a.pregnancy_id.isnull(),
        a.is_before,
        beside & parallel.entry.notnull(),
        beside & acts_on_breakers,
        beside,
        ~a.is_inside,
        a.phase == 0,
        yes(phase.exempt),
        ~yes(phase.is_home),
        insurer_id.isnull(),
        contract_id.isnull(),
        billed_mono & breaking.kind.notnull() & acts_on_breakers,
        billed_mono,
        yes(phase.banned),
        product_no.isnull(),
        a.hourly & is_open,
        a.hourly & ~a.is_member,
        a.hourly,
        is_open,
        ~a.is_member,
    )
    outcome = ibis.cases(
        *((holds, number) for number, holds in enumerate(conditions)), else_=len(conditions)
    ).cast("int32")
    return joined.select(
        activity_id=a.activity_id,
        pregnancy_id=a.pregnancy_id,
        phase=a.phase,
        entry=a.entry,
        outcome=outcome,
        product_no=product_no,
        twin_id=twins.twin_id,
    )


def dispositions(t: Tables) -> ir.Table:
    """Give one row per activity: where it ended, why, by which rule, in which product.

    A view over `outcomes`: the words are looked up when somebody reads them.
    """
    o, names, c = t["outcomes"], t["outcome_names"], t["entries"].select("entry", "scope")
    joined = o.join(names, o.outcome == names.outcome).left_join(c, o.entry == c.entry)
    return joined.select(
        activity_id=o.activity_id,
        pregnancy_id=o.pregnancy_id,
        phase=o.phase,
        disposition=names.disposition,
        reason=ibis.ifelse(
            names.outcome_reason == SCOPE_IS_THE_REASON, c.scope, names.outcome_reason
        ),
        rule=names.rule,
        product_no=ibis.ifelse(o.outcome >= FIRST_IN_PRODUCT, o.product_no, ibis.null("int64")),
        twin_id=o.twin_id,
    )
