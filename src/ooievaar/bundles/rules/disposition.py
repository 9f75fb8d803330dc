"""Rule `disposition`: every activity ends in exactly one place, with a reason.

Policy (our precedence, `verified: false`): duplicate, outside the bundle, no pregnancy, before the
intake, non-member, no phase, the old way, no contract, billed already, broken, not covered, and
only then part of a product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.expressions import yes

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


def dispositions(t: Tables) -> ir.Table:
    """Give one row per activity: where it ended, why, by which rule, in which product."""
    a, twins, phase, hour = t["acts"], t["twins"], t["phase_outcomes"], t["hour_outcomes"]
    parallel, breaking, c = t["parallel_entries"], t["breaking_acts"], t["entries"]
    joined = (
        a.left_join(twins, a.activity_id == twins.activity_id)
        .left_join(phase, [a.pregnancy_id == phase.pregnancy_id, a.phase == phase.phase])
        .left_join(hour, a.activity_id == hour.activity_id)
        .left_join(parallel, [phase.contract_id == parallel.contract_id, a.entry == parallel.entry])
        .left_join(breaking, a.activity_id == breaking.activity_id)
        .left_join(c, a.entry == c.entry)
    )
    insurer_id = ibis.ifelse(a.hourly, hour.insurer_id, phase.insurer_id)
    contract_id = ibis.ifelse(a.hourly, hour.contract_id, phase.contract_id)
    product_no = ibis.ifelse(a.hourly, hour.product_no, phase.product_no)
    is_open = yes(ibis.ifelse(a.hourly, hour.is_open, phase.is_open))
    acts_on_breakers = yes(phase.regime != "none")
    beside = ~a.is_inside & yes(a.performed_on >= phase.opened_on) & phase.contract_id.notnull()
    outcomes = (
        (twins.twin_id.notnull(), "not_billable", "duplicate", "duplicate"),
        (a.entry.isnull(), "not_billable", "unknown_code", "scope"),
        (~c.is_scope, "outside_bundle", c.scope, "scope"),
        (a.pregnancy_id.isnull(), "not_billable", "no_pregnancy", "pregnancy"),
        (a.is_before, "monodisciplinary", "before_intake", "phase"),
        (beside & parallel.entry.notnull(), "monodisciplinary", "parallel_allowed", "breaker"),
        (beside & acts_on_breakers, "breaks_bundle", "outside_provider", "breaker"),
        (beside, "monodisciplinary", "no_consequence", "breaker"),
        (~a.is_inside, "monodisciplinary", "non_member", "member"),
        (a.phase == 0, "monodisciplinary", "after_phase", "phase"),
        (yes(phase.exempt), "monodisciplinary", "exempt", "route"),
        (~yes(phase.is_home), "monodisciplinary", "outside_practice", "route"),
        (insurer_id.isnull(), "monodisciplinary", "not_insured", "price"),
        (contract_id.isnull(), "monodisciplinary", "no_contract", "price"),
        (
            a.billed_mono & breaking.kind.notnull() & acts_on_breakers,
            "breaks_bundle",
            "member_billed",
            "breaker",
        ),
        (a.billed_mono, "monodisciplinary", "already_billed", "breaker"),
        (yes(phase.banned), "monodisciplinary", "broken", "breaker"),
        (product_no.isnull(), "monodisciplinary", "product_not_covered", "price"),
        (is_open, "in_product", "open", None),
        (~a.is_member, "in_product", "supplier", None),
    )
    product_rule = ibis.ifelse(a.hourly, "kraamzorg", "product")
    in_product = "in_product"
    disposition = ibis.cases(*((when, name) for when, name, _, _ in outcomes), else_=in_product)
    reason = ibis.cases(*((when, why) for when, _, why, _ in outcomes), else_="member")
    rule = ibis.cases(
        *((when, by or product_rule) for when, _, _, by in outcomes), else_=product_rule
    )
    return joined.select(
        activity_id=a.activity_id,
        pregnancy_id=a.pregnancy_id,
        phase=a.phase,
        disposition=disposition,
        reason=reason,
        rule=rule,
        product_no=ibis.ifelse(disposition == in_product, product_no, ibis.null("int64")),
        twin_id=twins.twin_id,
    )
