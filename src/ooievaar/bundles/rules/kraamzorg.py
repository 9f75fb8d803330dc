"""Rule `kraamzorg`: maternity home care is a product per hour, priced on each care date.

Policy: minutes are summed per pregnancy, insurer, price and claim month and rounded once, half up,
to the contract's unit. One product per hour is [S MTR]; the rounding and the claim month are
contract terms (`verified: false`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.activity import counted
from ooievaar.storage.expressions import first_of_next_month, half_up, holds, in_order, total, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

PRODUCT = "kraamzorg_hour"


def hours(t: Tables) -> ir.Table:
    """Give every hourly act inside the bundle with the insurer, contract and price of its date."""
    c, coverages, terms, tariffs = counted(t), t["coverages"], t["terms"], t["tariffs"]
    case = t["cases"].select("pregnancy_id", "woman_id", "is_home", "exempt")
    hourly_acts = c.filter(c.is_inside & c.hourly).join(case, "pregnancy_id")
    acts = hourly_acts.select(
        "activity_id",
        "pregnancy_id",
        "woman_id",
        "phase",
        "organisation_id",
        "performed_on",
        "duration_minutes",
        "billed_mono",
        integral=hourly_acts.is_home & ~hourly_acts.exempt,
    )
    insured = acts.left_join(
        coverages,
        [
            acts.woman_id == coverages.woman_id,
            holds(acts.performed_on, coverages.valid_from, coverages.valid_until),
        ],
    ).select(*(acts[name] for name in acts.columns), coverages.insurer_id)
    agreed = insured.left_join(
        terms,
        [
            insured.insurer_id == terms.insurer_id,
            holds(insured.performed_on, terms.valid_from, terms.valid_until),
        ],
    ).select(
        *(insured[name] for name in insured.columns),
        terms.contract_id,
        unit_minutes=terms.kraamzorg_unit_minutes,
    )
    hourly = tariffs.filter(tariffs["product"] == PRODUCT)
    priced = agreed.left_join(
        hourly,
        [
            agreed.contract_id == hourly.contract_id,
            holds(agreed.performed_on, hourly.valid_from, hourly.valid_until),
        ],
    ).select(*(agreed[name] for name in agreed.columns), price_cents=hourly.cents)
    return priced.mutate(claim_until=first_of_next_month(priced.performed_on))


def _grouped(acts: ir.Table, keys: list[str]) -> ir.Table:
    """Sum minutes per group and round them once to the unit of the lowest contract."""
    sums = acts.group_by(keys).agg(
        contract_id=acts.contract_id.min(),
        unit_minutes=acts.unit_minutes.argmin(acts.contract_id),
        minutes=total(acts.duration_minutes),
        starts_on=acts.performed_on.min(),
        evidence=in_order(acts.activity_id),
    )
    units = half_up(sums.minutes, sums.unit_minutes)
    return sums.mutate(units=units, cents=half_up(units * sums.unit_minutes * sums.price_cents, 60))


def lost_hours(t: Tables) -> ir.Table:
    """Give per phase broken under a ban the kraamzorg cents that can no longer be claimed."""
    acts = _payable(t).semi_join(_banned(t), ["pregnancy_id", "phase"])
    sums = _grouped(acts, ["pregnancy_id", "phase", "insurer_id", "price_cents", "claim_until"])
    return sums.group_by(["pregnancy_id", "phase"]).agg(lost_cents=total(sums.cents))


def kraamzorg_products(t: Tables) -> ir.Table:
    """Give the kraamzorg products: per pregnancy, insurer, price and month."""
    acts = _payable(t).anti_join(_banned(t), ["pregnancy_id", "phase"])
    sums = _grouped(acts, ["pregnancy_id", "insurer_id", "price_cents", "claim_until"])
    order = ibis.window(
        group_by=sums.pregnancy_id,
        order_by=[sums.claim_until, sums.insurer_id, sums.price_cents],
    )
    month = (sums.claim_until.cast("timestamp") - ibis.interval(days=1)).strftime("%Y-%m")
    return sums.select(
        product_no=(sums.pregnancy_id * 100 + 10 + ibis.row_number().over(order)).cast("int64"),
        key=sums.pregnancy_id.cast("string")
        + ":kraamzorg:"
        + sums.insurer_id.cast("string")
        + ":"
        + sums.price_cents.cast("string")
        + ":"
        + month,
        pregnancy_id="pregnancy_id",
        phase=ibis.literal(3, "int32"),
        product=ibis.literal(PRODUCT),
        insurer_id="insurer_id",
        contract_id="contract_id",
        starts_on="starts_on",
        claimable_on="claim_until",
        is_open=sums.claim_until > t["clock"].until.as_scalar(),
        minutes="minutes",
        units="units",
        tariff_cents="price_cents",
        deduction_cents=ibis.literal(0, "int64"),
        cents="cents",
        rule=ibis.literal("kraamzorg"),
        reason=ibis.literal("hours"),
        evidence="evidence",
        alternative_product=ibis.literal(""),
        alternative_cents=ibis.null("int64"),
        price_cents="price_cents",
        claim_until="claim_until",
    )


def claimed_hours(t: Tables) -> ir.Table:
    """Give the hourly acts that are part of a product, with its number."""
    acts, made = (
        _payable(t).anti_join(_banned(t), ["pregnancy_id", "phase"]),
        t["kraamzorg_products"],
    )
    keys = ["pregnancy_id", "insurer_id", "price_cents", "claim_until"]
    return acts.join(made.select(*keys, "product_no"), keys).select(
        "product_no", "organisation_id", "duration_minutes"
    )


def _payable(t: Tables) -> ir.Table:
    """Give the hourly acts that have a price and were not billed the old way."""
    h = t["hours"]
    return h.filter(h.integral & ~h.billed_mono & yes(h.price_cents.notnull()))


def _banned(t: Tables) -> ir.Table:
    """Give the phases that are broken under a ban."""
    broken = t["broken_phases"]
    return broken.filter(broken.regime == "parallel_ban")
