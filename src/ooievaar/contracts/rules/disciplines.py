"""What is left of a product, over the disciplines: by fixed share, old-system value or work done.

What depends on the amount alone is computed on the distinct amounts and joined back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.contracts.rules.splitting import split_largest_remainder
from ooievaar.kernel.money import PPM
from ooievaar.storage.expressions import half_up, int64
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def fixed_disciplines(tables: Tables) -> ir.Table:
    """Split every distinct amount over the disciplines by their share of the product."""
    budgets, shares = tables["budgets"], tables["discipline_shares"]
    amounts = (
        budgets.filter(budgets.product_method == "fixed_share")
        .select("agreement_id", "listed", "rest_cents")
        .distinct()
    )
    rows = amounts.join(shares.rename(listed="product"), ["agreement_id", "listed"])
    parts = split_largest_remainder(
        rows, ["agreement_id", "listed", "rest_cents"], "rest_cents", "ppm", "discipline"
    )
    return parts.select(
        "agreement_id",
        "listed",
        "rest_cents",
        "discipline",
        "method",
        discipline_ppm=parts.ppm,
        discipline_cents=parts.part,
    )


def weighed_disciplines(tables: Tables) -> ir.Table:
    """Split per product over the disciplines by what their members weigh together.

    `discipline_ppm` is then the part it came to, rounded: for people, nothing is computed with it.
    """
    import ibis

    budgets, weights = tables["budgets"], tables["weights"]
    wanted = budgets.filter(budgets.product_method != "fixed_share").select(
        *("product_no", "starts_on", "agreement_id", "listed", "rest_cents", "has_prices"),
        method="product_method",
    )
    rows = wanted.join(weights, ["product_no", "method"])
    keys = [*wanted.columns, "discipline"]
    sums = rows.group_by(keys).aggregate(
        weight=int64(rows.weight.sum()), is_unknown=rows.is_unknown.any()
    )
    sums = sums.mutate(is_unknown=sums.is_unknown.any().over(ibis.window(group_by=sums.product_no)))
    parts = split_largest_remainder(
        sums.filter(sums.weight > 0), ["product_no"], "rest_cents", "weight", "discipline"
    )
    return parts.mutate(discipline_ppm=half_up(parts.weight * PPM, parts.weight_total))


def product_disciplines(tables: Tables) -> ir.Table:
    """Give every product the parts of its disciplines, and how each divides its own."""
    import ibis

    budgets, shares, rules = (
        tables["budgets"],
        tables["discipline_shares"],
        tables["member_rules"],
    )
    fixed = budgets.filter(budgets.product_method == "fixed_share").join(
        tables["fixed_disciplines"], ["agreement_id", "listed", "rest_cents"]
    )
    nothing = ibis.null("int64")
    columns = (
        *("product_no", "starts_on", "agreement_id", "has_prices"),
        *("discipline", "discipline_ppm"),
    )
    by_share = fixed.select(
        *columns,
        "discipline_cents",
        "method",
        is_unknown=ibis.literal(False),
        product_method=ibis.null("string"),
        rest_cents=nothing,
        discipline_weight=nothing,
        discipline_weight_total=nothing,
    )
    found = tables["weighed_disciplines"].rename(product_method="method")
    shared = shares.select("agreement_id", "discipline", listed="product", share_method="method")
    found = found.left_join(shared, ["agreement_id", "listed", "discipline"]).select(
        *(found[name] for name in found.columns), "share_method"
    )
    ruled = found.left_join(rules, ["agreement_id", "discipline"])
    by_weight = ruled.select(
        *(found[name] for name in columns),
        discipline_cents=found.part,
        method=ibis.coalesce(found.share_method, rules.method, found.product_method),
        is_unknown=found.is_unknown,
        product_method=found.product_method,
        rest_cents=found.rest_cents,
        discipline_weight=found.weight,
        discipline_weight_total=found.weight_total,
    )
    return by_share.union(by_weight.select(by_share.columns))


DISCIPLINES = [
    Stage(build.__name__, build)
    for build in (fixed_disciplines, weighed_disciplines, product_disciplines)
]
