"""What each member did for a product, weighed by every method that its agreement uses.

`performed`: acts or minutes, or their internal prices; `by_clients`: one for each who did anything
for her; `mono_pro_rata`: what the old system would have paid. An unknown value weighs nothing and
is remembered: what was divided beside it is marked, and comes right by itself once it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.storage.expressions import holds, int64, yes
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

WHO = ["product_no", "organisation_id"]


def methods_used(tables: Tables) -> ir.Table:
    """List the methods that each agreement names at any level."""
    import ibis

    named = ("product_rules", "discipline_shares", "member_rules", "cooperatives")
    methods = [tables[name].select("agreement_id", "method") for name in named]
    return ibis.union(*methods, distinct=True)


def members_on(tables: Tables) -> ir.Table:
    """List the organisations that take part in the funding on every day a product starts."""
    days = tables["divisible_products"].select("starts_on").distinct()
    memberships = tables["memberships"]
    held = days.join(
        memberships, [holds(days.starts_on, memberships.valid_from, memberships.valid_until)]
    )
    return held.select("starts_on", "organisation_id").distinct()


def weights(tables: Tables) -> ir.Table:
    """Give per product, member and method what it weighs; unknown ones weigh 0."""
    import ibis

    products = tables["budgets"].filter(tables["budgets"].rest_cents != 0)
    products = products.select("product_no", "starts_on", "agreement_id", "listed", "has_prices")
    found = ibis.union(
        _performed(tables, products),
        _by_prices(tables, products),
        _by_clients(tables, products),
        _mono(tables, products),
    )
    found = found.join(tables["organisations"], "organisation_id")
    return found.semi_join(tables["members_on"], ["starts_on", "organisation_id"]).select(
        *WHO, "discipline", "method", "weight", "is_unknown"
    )


def _that_use(tables: Tables, products: ir.Table, method: str) -> ir.Table:
    used = tables["methods_used"]
    return products.semi_join(used.filter(used.method == method), "agreement_id")


def _performed(tables: Tables, products: ir.Table) -> ir.Table:
    products = _that_use(tables, products.filter(~products.has_prices), "performed")
    return _summed(tables["units"].join(products, "product_no"), "performed", "units")


def _by_clients(tables: Tables, products: ir.Table) -> ir.Table:
    import ibis

    products = _that_use(tables, products, "by_clients")
    clients = _summed(tables["units"].join(products, "product_no"), "by_clients", "units")
    return clients.mutate(weight=ibis.ifelse(clients.weight > 0, 1, 0).cast("int64"))


def _by_prices(tables: Tables, products: ir.Table) -> ir.Table:
    import ibis

    prices = tables["unit_prices"].rename(listed="product", price="cents")
    done = tables["coded_units"].join(
        _that_use(tables, products.filter(products.has_prices), "performed"), "product_no"
    )
    of_code = ["agreement_id", "listed", "code"]
    own = prices.filter(prices.code != "*")
    others = prices.filter(prices.code == "*").drop("code")
    priced = done.join(own, of_code)
    rest = done.anti_join(own, of_code).join(others, of_code[:2])
    columns = [*done.columns, "price"]
    rows = ibis.union(priced.select(columns), rest.select(columns))
    return _summed(rows.mutate(worth=rows.units * rows.price), "performed", "worth")


def _mono(tables: Tables, products: ir.Table) -> ir.Table:
    values = tables["mono"].join(_that_use(tables, products, "mono_pro_rata"), "product_no")
    return _summed(values, "mono_pro_rata", "cents")


def _summed(rows: ir.Table, method: str, weight: str) -> ir.Table:
    """Sum the weights per product and organisation; what is below zero weighs nothing."""
    import ibis

    sums = rows.group_by([*WHO, "starts_on"]).aggregate(
        weight=int64(rows[weight].sum()).fill_null(0), is_unknown=rows[weight].isnull().any()
    )
    return sums.select(
        *WHO,
        "starts_on",
        method=ibis.literal(method),
        weight=ibis.greatest(sums.weight, 0),
        is_unknown=yes(sums.is_unknown),
    )


WEIGHING = [Stage(build.__name__, build) for build in (methods_used, members_on, weights)]
