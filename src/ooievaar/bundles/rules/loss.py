"""Rule `price`, the breaker's part: what a broken phase costs under the contract's regime.

Policy: under a ban there is no product, and the loss is its tariff less what the members get the
old way; under correction the product stays less what the outsider got; else nothing. The regimes'
effects are contract terms (`verified: false`). A loss that rests on an unknown value is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.breaker import KEYS, KINDS
from ooievaar.storage.expressions import holds, total

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def phase_losses(t: Tables) -> ir.Table:
    """Give per broken phase what is deducted, what is lost and whether its product is banned."""
    rows, mono, breaking = t["breaker_rows"], t["mono_parts"], t["breaking_acts"]
    lost, made, fallback = t["lost_hours"], t["candidates"], t["late_contract_tariffs"]
    of_phase = (
        rows.filter(rows.kind != "late_miscarriage").group_by(KEYS).agg(regime=rows.regime.min())
    )
    inside = (
        mono.filter(mono.is_inside)
        .group_by(KEYS)
        .agg(inside_cents=total(mono.known_cents), inside_unknown=total(mono.unknown_acts))
    )
    of_breakers = mono.semi_join(
        breaking.select(*KEYS, "organisation_id").distinct(), [*KEYS, "organisation_id"]
    )
    outside = of_breakers.group_by(KEYS).agg(
        outside_cents=total(of_breakers.known_cents),
        outside_unknown=total(of_breakers.unknown_acts),
    )
    joined = (
        of_phase.left_join(made.select(*KEYS, "tariff_cents"), KEYS)
        .left_join(fallback, KEYS, rname="{name}_late")
        .left_join(inside, KEYS, rname="{name}_inside")
        .left_join(outside, KEYS, rname="{name}_outside")
        .left_join(lost, KEYS, rname="{name}_lost")
    )
    tariff = ibis.coalesce(joined.tariff_cents, joined.late_tariff_cents, 0)
    outside_cents = joined.outside_cents.fill_null(0)
    unknown = ibis.null("int64")
    ban = joined.regime == "parallel_ban"
    correction = joined.regime == "correction"
    under_ban = ibis.ifelse(
        joined.inside_unknown.fill_null(0) > 0,
        unknown,
        tariff + joined.lost_cents.fill_null(0) - joined.inside_cents.fill_null(0),
    )
    deduction = ibis.least(tariff, outside_cents)
    under_correction = ibis.ifelse(joined.outside_unknown.fill_null(0) > 0, unknown, deduction)
    return joined.select(
        *KEYS,
        is_banned=ban,
        deduction_cents=ibis.ifelse(correction, deduction, 0).cast("int64"),
        loss_cents=ibis.cases((ban, under_ban), (correction, under_correction), else_=0).cast(
            "int64"
        ),
    )


def late_contract_tariffs(t: Tables) -> ir.Table:
    """Give the tariff that a phase from before the contract would have had under that contract."""
    rows, made, tariffs = t["breaker_rows"], t["candidates"], t["tariffs"]
    late = rows.filter(rows.kind == "phase_before_contract").select(
        *KEYS, "happened_on", "contract_id"
    )
    named = late.join(made.select(*KEYS, "product"), KEYS)
    priced = named.join(
        tariffs,
        [
            named.contract_id == tariffs.contract_id,
            named["product"] == tariffs["product"],
            holds(named.happened_on, tariffs.valid_from, tariffs.valid_until),
        ],
    )
    return priced.select(named.pregnancy_id, named.phase, late_tariff_cents=tariffs.cents)


def breakers(t: Tables) -> ir.Table:
    """Give every breaker; the earliest of a phase carries the loss, so that it counts once."""
    rows, losses, made = t["breaker_rows"], t["phase_losses"], t["made_products"]
    kind_order = ibis.cases(
        *((rows.kind == kind, position) for position, kind in enumerate(KINDS)), else_=len(KINDS)
    )
    order = ibis.window(
        group_by=[rows.pregnancy_id, rows.phase], order_by=[rows.happened_on, kind_order]
    )
    ranked = rows.mutate(nth=ibis.row_number().over(order))
    made_cents = made.group_by(KEYS).agg(made_cents=total(made.cents))
    joined = ranked.left_join(losses, KEYS).left_join(made_cents, KEYS, rname="{name}_made")
    late = ibis.ifelse(joined.regime == "none", 0, joined.made_cents)
    loss = ibis.ifelse(joined.kind == "late_miscarriage", late, joined.loss_cents)
    first = joined.nth == 0
    return joined.select(
        *KEYS,
        "kind",
        "happened_on",
        "contract_id",
        "regime",
        rule=ibis.literal("breaker"),
        evidence="evidence",
        counts_loss=first,
        loss_cents=ibis.ifelse(first, loss, 0).cast("int64"),
    )
