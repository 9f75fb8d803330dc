"""Rule `product`: per pregnancy and phase exactly one of the products in force at its start.

Policy: a product only where the IGO gave in-bundle care in the phase; complex where a
gynaecologist of the IGO (0307) acted; on request where the birth was in hospital without medical
need; before 2023 a pregnancy that ended before 16 weeks has its own product [S MTR, NZa]. The
triggers of "complex" and "on request" are our reading (`verified: false`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.activity import counted
from ooievaar.storage.expressions import DAY_BITS, holds, in_order, total, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def deciders(t: Tables) -> ir.Table:
    """Give the acts that decide a complex or on-request product, as evidence, and how many."""
    c = counted(t)
    acts = c.filter(c.is_inside & ~c.hourly & ~c.billed_mono & (c.is_gynaecologist | c.on_request))
    return acts.group_by(["pregnancy_id", "phase"]).agg(
        gynaecologist_acts=in_order(acts.activity_id, where=acts.is_gynaecologist),
        request_acts=in_order(acts.activity_id, where=acts.on_request),
        by_gynaecologist=total(acts.is_gynaecologist.cast("int64")),
        requested=total(acts.on_request.cast("int64")),
        requested_otherwise=total((acts.on_request & ~acts.is_gynaecologist).cast("int64")),
    )


def candidates(t: Tables) -> ir.Table:
    """Give per phase the product that its care amounts to, priced or not, and the alternative.

    Also for phases without a contract: a breaker asks what the product would have been.
    """
    phase, care, acts, in_force = (
        t["phase_terms"],
        t["phase_care"],
        t["deciders"],
        t["products_in_force"],
    )
    keys = ["pregnancy_id", "phase"]
    made = phase.join(care.filter(care.opener.notnull()), keys).left_join(acts, keys)
    early_end = in_force.filter(in_force.variant == "early_end")
    with_early = made.left_join(
        early_end,
        [
            made.phase == early_end.phase,
            holds(made.starts_on, early_end.valid_from, early_end.valid_until),
        ],
    ).select(
        *(made[name] for name in made.columns if not name.endswith("_right")),
        early_product=early_end["product"],
    )
    chosen = _with_variants(with_early)
    named = _name(chosen, in_force, "variant", "product")
    named = _name(named, in_force, "alternative_variant", "alternative_product")
    priced = _price(named, t["tariffs"], "product", "tariff_cents")
    priced = _price(priced, t["tariffs"], "alternative_product", "alternative_cents")
    return priced.mutate(
        reason=ibis.cases(
            (priced.variant == "early_end", "before_16_weeks"),
            (priced.variant == "complex", "gynaecologist_acted"),
            (priced.variant == "on_request", "on_request"),
            else_="regular",
        ),
        evidence=ibis.cases(
            (priced.variant == "complex", priced.gynaecologist_acts),
            (priced.variant == "on_request", priced.request_acts),
            else_=ibis.array([priced.opener % DAY_BITS]),
        ),
    )


def _with_variants(rows: ir.Table) -> ir.Table:
    """Add the variant that the care amounts to, and the one that it would be otherwise.

    Otherwise: without the acts that decide, with one act of a gynaecologist, or with an end from
    16 weeks on. Without them nothing may be left: then there would be no product, and no variant.
    """
    is_early = rows.is_early & rows.early_product.notnull()
    by_care = ibis.cases(
        (rows.has_gynaecologist, "complex"), (rows.has_request, "on_request"), else_="regular"
    )
    asked_otherwise = rows.has_request & (rows.requested_otherwise > 0)
    alternative = ibis.cases(
        (is_early, by_care),
        (rows.has_gynaecologist & asked_otherwise, "on_request"),
        (rows.has_gynaecologist & (rows.makers > rows.by_gynaecologist), "regular"),
        (rows.has_gynaecologist, ibis.null("string")),
        (rows.has_request & (rows.makers > rows.requested), "regular"),
        (rows.has_request, ibis.null("string")),
        else_="complex",
    )
    return rows.mutate(
        variant=ibis.ifelse(is_early, "early_end", by_care), alternative_variant=alternative
    )


def _name(rows: ir.Table, in_force: ir.Table, variant: str, name: str) -> ir.Table:
    """Add the product that is in force at the phase's start for a variant."""
    in_force = in_force.view()
    joined = rows.left_join(
        in_force,
        [
            rows.phase == in_force.phase,
            rows[variant] == in_force.variant,
            holds(rows.starts_on, in_force.valid_from, in_force.valid_until),
        ],
    )
    return joined.select(*(rows[column] for column in rows.columns), in_force["product"].name(name))


def _price(rows: ir.Table, tariffs: ir.Table, product: str, name: str) -> ir.Table:
    """Add the contract's tariff for a product at the phase's start (null: not covered)."""
    tariffs = tariffs.view()
    joined = rows.left_join(
        tariffs,
        [
            rows.contract_id == tariffs.contract_id,
            rows[product] == tariffs["product"],
            holds(rows.starts_on, tariffs.valid_from, tariffs.valid_until),
        ],
    )
    return joined.select(*(rows[column] for column in rows.columns), tariffs.cents.name(name))


def products(t: Tables) -> ir.Table:
    """Give every product: those of the phases, then kraamzorg by the hour."""
    c, broken = t["candidates"], t["phase_losses"]
    keys = ["pregnancy_id", "phase"]
    joined = c.filter(c.contract_id.notnull() & c.tariff_cents.notnull()).left_join(broken, keys)
    standing = joined.filter(~yes(joined.is_banned))
    deduction = standing.deduction_cents.fill_null(0)
    phase_products = standing.select(
        product_no=standing.pregnancy_id * 100 + standing.phase,
        key=standing.pregnancy_id.cast("string") + ":" + standing.phase.cast("string"),
        pregnancy_id="pregnancy_id",
        phase="phase",
        product="product",
        insurer_id="insurer_id",
        contract_id="contract_id",
        starts_on="starts_on",
        claimable_on="until",
        is_open="is_open",
        minutes=ibis.literal(0, "int64"),
        units=ibis.literal(1, "int64"),
        tariff_cents="tariff_cents",
        deduction_cents=deduction,
        cents=standing.tariff_cents - deduction,
        rule=ibis.literal("product"),
        reason="reason",
        evidence="evidence",
        alternative_product=standing.alternative_product.fill_null(""),
        alternative_cents="alternative_cents",
    )
    hourly = t["kraamzorg_products"].select(*phase_products.columns)
    return phase_products.union(hourly)
