"""What is taken from a product before the disciplines divide it, and which rule divides the rest.

The order: suppliers by invoice, overhead, then what is earmarked and the reserve. Suppliers come
first: what was bought is owed whatever the partners agreed, and carries no overhead. An invoice
above the product is paid in full, and the reserve bears the shortfall, not the partners.

A fixed overhead is an amount a month, carried by the products that are divided in that month for
the first time, each by its part of all their income; after that a product keeps what it carries,
so that a late credit moves its own shares and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.contracts.rules.splitting import part_of, split_largest_remainder
from ooievaar.storage.expressions import half_up, holds, int64, yes
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def dated_agreements(tables: Tables) -> ir.Table:
    """Find the agreement in force on every day a product starts (the newest, were there two)."""
    days = tables["divisible_products"].select("starts_on").distinct()
    agreements = tables["agreements"]
    held = days.join(
        agreements, [holds(days.starts_on, agreements.valid_from, agreements.valid_until)]
    )
    newest = held.group_by("starts_on").aggregate(agreement_id=held.agreement_id.max())
    found = newest.join(agreements, "agreement_id")
    amounts = ("overhead_ppm", "overhead_cents", "reserve_ppm", "earmarked_ppm")
    return found.select(
        "starts_on", "agreement_id", **{name: found[name].fill_null(0) for name in amounts}
    )


def dated_rules(tables: Tables) -> ir.Table:
    """Find per day and product how it is divided, and the name it is listed under: its own or '*'.

    A product that the agreement names in a rule or a share never falls back on '*'.
    """
    import ibis

    shares, rules, prices = (
        tables["discipline_shares"],
        tables["product_rules"],
        tables["unit_prices"],
    )
    wanted = (
        tables["divisible_products"]
        .select("starts_on", "product")
        .distinct()
        .join(tables["dated_agreements"].select("starts_on", "agreement_id"), "starts_on")
    )
    key = ["agreement_id", "listed"]
    shared = shares.filter(shares.ppm > 0).select("agreement_id", listed="product")
    named = shared.union(rules.select("agreement_id", listed="product"))
    own = wanted.mutate(listed=wanted["product"]).semi_join(named, key)
    other = wanted.anti_join(own, ["starts_on", "product"]).mutate(listed=ibis.literal("*"))
    listed = own.union(other.semi_join(named, key))
    ruled = listed.left_join(rules.rename(listed="product", rule="method"), key)
    ruled = ruled.select(*(listed[name] for name in listed.columns), "rule", "until")
    priced = prices.select("agreement_id", listed="product").distinct().mutate(has_prices=True)
    ruled = ruled.left_join(priced, key).select(
        *(ruled[name] for name in ruled.columns), has_prices=yes(priced.has_prices)
    )
    ends = ruled.until <= ruled.starts_on
    ruled = ruled.mutate(
        product_method=ibis.ifelse(ends, "fixed_share", ruled.rule.fill_null("fixed_share"))
    )
    without = ruled.filter(ruled.product_method == "fixed_share").anti_join(shared, key)
    return ruled.anti_join(without, ["starts_on", "product"]).select(
        "starts_on", "product", "agreement_id", "listed", "product_method", "has_prices"
    )


def invoices(tables: Tables) -> ir.Table:
    """Sum per product what each supplier is paid."""
    costs = tables["supplier_costs"].semi_join(tables["divisible_products"], "product_no")
    return costs.group_by(["product_no", "organisation_id"]).aggregate(
        cents=int64(costs.cents.sum())
    )


def own_products(tables: Tables) -> ir.Table:
    """Give every product with what the suppliers leave, and whether they leave it a shortfall."""
    products, paid = tables["divisible_products"], tables["invoices"]
    sums = paid.group_by("product_no").aggregate(supplier_cents=int64(paid.cents.sum()))
    rows = products.left_join(sums, "product_no").select(
        *(products[name] for name in ("product_no", "product", "starts_on", "month")),
        products.carried_cents,
        product_cents=products.cents,
        cents=products.cents - sums.supplier_cents.fill_null(0),
    )
    left = rows.cents.sign().cast("int64")
    is_short = (left != 0) & (left != rows.product_cents.sign().cast("int64"))
    return rows.mutate(is_short=is_short).drop("product_cents")


def agreed_products(tables: Tables) -> ir.Table:
    """Keep the products that an agreement divides: one in force with a rule or shares for it."""
    products = tables["own_products"]
    return (
        products.filter(~products.is_short)
        .drop("is_short")
        .join(tables["dated_rules"], ["starts_on", "product"])
        .join(
            tables["dated_agreements"].drop("agreement_id"),
            "starts_on",
        )
    )


def monthly_parts(tables: Tables) -> ir.Table:
    """Split the fixed overhead of a month over the products that are divided for the first time.

    Two agreements in one month: each product bears, of the amount of its own agreement, its part
    of the income of the month, so that nothing is charged twice. Never more than there is.
    """
    import ibis

    products = tables["agreed_products"]
    new = products.filter(products.carried_cents.isnull() & (products.cents > 0))
    of_month = new.mutate(month_total=new.cents.sum().over(ibis.window(group_by="month")))
    fixed = of_month.filter(of_month.overhead_cents > 0)
    group = ["agreement_id", "month"]
    fixed = fixed.mutate(group_total=int64(fixed.cents.sum().over(ibis.window(group_by=group))))
    charged = half_up(fixed.overhead_cents * fixed.group_total, fixed.month_total)
    fixed = fixed.mutate(group_cents=ibis.least(charged, fixed.group_total))
    parts = split_largest_remainder(fixed, group, "group_cents", "cents", "product_no")
    return parts.select("product_no", "group_cents", "weight_total", monthly_cents="part")


def budgets(tables: Tables) -> ir.Table:
    """Level 1: the overhead, what is earmarked and put aside, and the rest for the disciplines."""
    import ibis

    products, monthly = tables["agreed_products"], tables["monthly_parts"]
    rows = products.left_join(monthly, "product_no").select(
        *(products[name] for name in products.columns),
        monthly.monthly_cents,
        monthly.group_cents,
        group_total=monthly.weight_total,
    )
    carried = ibis.least(ibis.greatest(rows.carried_cents, 0), ibis.greatest(rows.cents, 0))
    fixed = ibis.coalesce(rows.monthly_cents, carried, 0)
    by_part = part_of(rows.cents, rows.overhead_ppm)
    rows = rows.mutate(
        overhead_taken=ibis.ifelse(rows.overhead_cents > 0, fixed, by_part).cast("int64")
    )
    left = rows.cents - rows.overhead_taken
    rows = rows.mutate(earmarked_cents=part_of(left, rows.earmarked_ppm))
    room = left - rows.earmarked_cents
    aside = part_of(left, rows.reserve_ppm)
    aside = ibis.ifelse(aside.abs() > room.abs(), room, aside)
    rows = rows.mutate(left_cents=left, reserve_cents=aside)
    return rows.mutate(
        rest_cents=rows.cents - rows.overhead_taken - rows.earmarked_cents - rows.reserve_cents
    )


TAKEN_FIRST = [
    Stage(build.__name__, build)
    for build in (
        dated_agreements,
        dated_rules,
        invoices,
        own_products,
        agreed_products,
        monthly_parts,
        budgets,
    )
]
