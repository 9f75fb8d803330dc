"""Rule `disposition`: every activity ends in exactly one place, with a reason.

Policy (our precedence, `verified: false`): duplicate, outside the bundle, no pregnancy, before the
intake, non-member, no phase, the old way, no contract, billed already, broken, not covered, and
only then part of a product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.outcomes import (
    FIRST_IN_PRODUCT,
    OUTCOMES,
    SCOPE_IS_THE_REASON,
)
from ooievaar.storage.expressions import yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

KEYS = ["pregnancy_id", "phase"]
OF_THE_ACT = ("activity_id", "pregnancy_id", "phase", "entry")
_NUMBERS = {(reason, rule): number for number, (_, reason, rule) in enumerate(OUTCOMES)}
EXEMPT = _NUMBERS["exempt", "route"]
OUTSIDE_PRACTICE = _NUMBERS["outside_practice", "route"]
NOT_INSURED = _NUMBERS["not_insured", "price"]
NO_CONTRACT = _NUMBERS["no_contract", "price"]
BROKEN = _NUMBERS["broken", "breaker"]
NOT_COVERED = _NUMBERS["product_not_covered", "price"]
OPEN = _NUMBERS["open", "product"]
MEMBER = _NUMBERS["member", "product"]


def phase_outcomes(t: Tables) -> ir.Table:
    """Give per phase what its acts need to know: contract, opening, breaking and product.

    `plain_outcome` is where the plain acts of its members end.
    """
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
    known = joined.select(
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
    plain = ibis.cases(
        (known.exempt, EXEMPT),
        (~known.is_home, OUTSIDE_PRACTICE),
        (known.insurer_id.isnull(), NOT_INSURED),
        (known.contract_id.isnull(), NO_CONTRACT),
        (known.banned, BROKEN),
        (known.product_no.isnull(), NOT_COVERED),
        (known.is_open, OPEN),
        else_=MEMBER,
    )
    return known.mutate(plain_outcome=plain.cast("int32"))


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
    """Give one row per activity with the number of its outcome, its product and its twin.

    A view: plain acts need no more than their phase, so only the others are asked every question.
    """
    a, phase = t["acts"], t["phase_outcomes"]
    plain = a.filter(a.is_plain)
    placed = plain.left_join(phase, KEYS)
    settled = placed.select(
        *OF_THE_ACT,
        outcome=placed.plain_outcome,
        product_no=placed.product_no,
        twin_id=ibis.null("int64"),
    )
    return settled.union(t["other_outcomes"].select(*settled.columns))


def other_outcomes(t: Tables) -> ir.Table:
    """Give the outcome of the acts that are not plain."""
    every, twins, phase, hour = t["acts"], t["twins"], t["phase_outcomes"], t["hour_outcomes"]
    parallel, breaking = t["parallel_entries"], t["breaking_acts"]
    a = every.filter(~every.is_plain)
    joined = (
        a.left_join(twins, a.activity_id == twins.activity_id)
        .left_join(phase, [a.pregnancy_id == phase.pregnancy_id, a.phase == phase.phase])
        .left_join(hour, a.activity_id == hour.activity_id)
        .left_join(parallel, [phase.contract_id == parallel.contract_id, a.entry == parallel.entry])
        .left_join(breaking, a.activity_id == breaking.activity_id)
    )
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
        a.billed_mono & breaking.kind.notnull() & acts_on_breakers,
        a.billed_mono,
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
        *(a[name] for name in OF_THE_ACT),
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
