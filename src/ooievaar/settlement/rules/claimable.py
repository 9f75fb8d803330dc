"""What there is to divide: the products whose phase has ended, and who did what for them.

What the old way would have paid for a phase product is that of its phase without the hours of
kraamzorg: those have products of their own. What an act of a supplier costs is unknown where
neither the agreement nor the price list prices it; it is not invoiced until one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.bundles.rules.outcomes import FIRST_IN_PRODUCT
from ooievaar.storage.expressions import half_up, holds, int64, plus_days
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

SUPPLIER_PRICES = {
    "organisation_id": "int64",
    "code": "string",
    "cents": "int64",  # per act, or per hour; null: by the price list
    "valid_from": "date",
    "valid_until": "date",
}
OF_AN_ACT = (
    *("activity_id", "organisation_id", "code", "performed_on", "quantity", "duration_minutes"),
)
KEPT = ("product_no", "product", "starts_on", "cents", "key", "insurer_id", "rule")
HOURLY_RULE = "kraamzorg"
MONO = "mono_pro_rata"
PHASE_OF = ["pregnancy_id", "phase", "organisation_id"]


def divisible_products(tables: Tables) -> ir.Table:
    """Keep the products that are claimable: a product is when its phase (or month) has ended.

    Each counts for the month that it became claimable in, as if it was never divided before.
    """
    import ibis

    products = tables["products"]
    last_day = plus_days(products.claimable_on, -1).cast("timestamp")
    return products.filter(~products.is_open).select(
        *KEPT, month=last_day.truncate("M").cast("date"), carried_cents=ibis.null("int64")
    )


def divisible_now(tables: Tables) -> ir.Table:
    """Keep the claimable products in a closing: new ones count for the month that is closed.

    One that was divided before carries the overhead that it has.
    """
    import ibis

    products, closed, shares = (
        tables["products"],
        tables["closed_products"],
        tables["closed_shares"],
    )
    overhead = (
        shares.filter(shares.kind == "overhead")
        .group_by("closed_id")
        .aggregate(carried=int64(shares.cents.sum()))
    )
    rows = closed.left_join(overhead, "closed_id").select(
        closed.key, carried=overhead.carried.fill_null(0)
    )
    carried = rows.group_by("key").aggregate(carried_cents=int64(rows.carried.sum()))
    month = tables["closing_month"].starts_on.as_scalar()
    ready = products.filter(~products.is_open).select(*KEPT)
    return ready.left_join(carried, "key").select(
        *(ready[name] for name in KEPT),
        month=ibis.ifelse(carried.carried_cents.isnull(), month, ibis.null("date")),
        carried_cents=carried.carried_cents,
    )


def units(tables: Tables) -> ir.Table:
    """Keep what each organisation performed for a product that is divided now."""
    return tables["performed"].semi_join(tables["divisible_products"], "product_no")


def supplied_care(tables: Tables) -> ir.Table:
    """Give the acts that the agreements buy from suppliers; few or none."""
    bought = tables["supplier_prices"].select("organisation_id", "code").distinct()
    acts = tables["activities"].select(*OF_AN_ACT)
    return acts.semi_join(bought, ["organisation_id", "code"])


def coded_acts(tables: Tables) -> ir.Table:
    """Give the acts of products by code: where a supplier did them or internal prices hold."""
    import ibis

    products, prices = tables["divisible_products"], tables["unit_prices"]
    everything = (prices["product"] == "*").any().as_scalar()
    priced = products.filter(everything).union(
        products.semi_join(prices.select("product"), "product"), distinct=True
    )
    acts, bought = tables["activities"].select(*OF_AN_ACT), tables["supplied_care"]
    placed = tables["outcomes"]
    placed = placed.filter(placed.outcome >= FIRST_IN_PRODUCT).select("activity_id", "product_no")
    known = ("product_no", "rule", "starts_on")
    of_prices = acts.join(placed.join(priced.select(*known), "product_no"), "activity_id")
    of_suppliers = bought.join(placed, "activity_id").join(products.select(*known), "product_no")
    columns = [*acts.columns, *known]
    rows = ibis.union(of_prices.select(columns), of_suppliers.select(columns), distinct=True)
    return rows.mutate(
        units=ibis.ifelse(rows.rule == HOURLY_RULE, rows.duration_minutes, rows.quantity).cast(
            "int64"
        )
    )


def coded_units(tables: Tables) -> ir.Table:
    """Sum the units by code: minutes of kraamzorg, else acts."""
    acts = tables["coded_acts"]
    return acts.group_by(["product_no", "organisation_id", "code"]).aggregate(
        units=int64(acts.units.sum())
    )


def supplied_acts(tables: Tables) -> ir.Table:
    """Price what suppliers did: by the agreement, else by their own or the common price list.

    The price is null where none of them has it.
    """
    import ibis

    acts, agreed, listed = tables["coded_acts"], tables["supplier_prices"], tables["price_list"]
    bought = acts.join(
        agreed,
        [
            acts.organisation_id == agreed.organisation_id,
            acts.code == agreed.code,
            holds(acts.starts_on, agreed.valid_from, agreed.valid_until),
        ],
    ).select(*(acts[name] for name in acts.columns), agreed_cents=agreed.cents)
    own, common = (
        listed.filter(listed.organisation_id > 0),
        listed.filter(listed.organisation_id == 0),
    )
    priced = bought.left_join(
        own,
        [
            bought.organisation_id == own.organisation_id,
            bought.code == own.code,
            holds(bought.performed_on, own.valid_from, own.valid_until),
        ],
    ).select(*(bought[name] for name in bought.columns), own_cents=own.cents)
    return priced.left_join(
        common,
        [
            priced.code == common.code,
            holds(priced.performed_on, common.valid_from, common.valid_until),
        ],
    ).select(
        *(priced[name] for name in ("product_no", "organisation_id", "code", "rule", "units")),
        price=ibis.coalesce(priced.agreed_cents, priced.own_cents, common.cents),
    )


def unpriced_supplies(tables: Tables) -> ir.Table:
    """Count what suppliers did that has no price: nobody is paid for it, and it is told."""
    acts = tables["supplied_acts"]
    left = acts.filter(acts.price.isnull())
    return left.group_by(["organisation_id", "code"]).aggregate(acts=int64(left.count()))


def supplier_costs(tables: Tables) -> ir.Table:
    """Sum what suppliers invoice per product and price."""
    import ibis

    acts = tables["supplied_acts"]
    priced = acts.filter(acts.price.notnull())
    sums = priced.group_by(["product_no", "organisation_id", "rule", "price"]).aggregate(
        units=int64(priced.units.sum())
    )
    cents = ibis.ifelse(
        sums.rule == HOURLY_RULE, half_up(sums.units * sums.price, 60), sums.units * sums.price
    )
    return sums.select("product_no", "organisation_id", cents=cents.cast("int64"))


def mono(tables: Tables) -> ir.Table:
    """Give what the old way would have paid for each product, where an agreement asks for it."""
    import ibis

    named = ("product_rules", "discipline_shares", "member_rules", "cooperatives")
    methods = ibis.union(*(tables[name].select("method") for name in named))
    is_asked = (methods.method == MONO).any().as_scalar()
    products = tables["products"].semi_join(tables["divisible_products"], "product_no")
    return old_values(tables, products.filter(is_asked))


def old_values(tables: Tables, products: ir.Table) -> ir.Table:
    """Give what the old way would have paid each for these products; null is unknown."""
    return _of_phases(tables, products).union(_of_hours(tables, products))


def _of_phases(tables: Tables, products: ir.Table) -> ir.Table:
    import ibis

    parts, values = tables["mono_parts"], tables["kraamzorg_values"]
    hourly = values.filter(values.by_hour)
    hours = hourly.group_by(PHASE_OF).aggregate(
        hour_cents=int64(hourly.known_cents.sum()), hour_acts=int64(hourly.unknown_acts.sum())
    )
    phase = products.filter(products.rule != HOURLY_RULE).select(
        "product_no", "pregnancy_id", "phase"
    )
    found = parts.filter(parts.is_inside).join(phase, PHASE_OF[:2])
    rows = found.left_join(hours, PHASE_OF).select(
        found.product_no,
        found.organisation_id,
        cents=found.known_cents - hours.hour_cents.fill_null(0),
        unknown=found.unknown_acts - hours.hour_acts.fill_null(0),
    )
    return rows.select(
        "product_no",
        "organisation_id",
        cents=ibis.ifelse(rows.unknown > 0, ibis.null("int64"), rows.cents),
    )


def _of_hours(tables: Tables, products: ir.Table) -> ir.Table:
    entries, tariffs = tables["entries"], tables["mono_tariffs"]
    by_hour = entries.filter(entries.mono == "kraamzorg_hour").select(item="mono_item").distinct()
    hourly = tariffs.semi_join(by_hour, "item")
    hours = products.filter(products.rule == HOURLY_RULE).select("product_no", "starts_on")
    priced = hours.left_join(
        hourly, [holds(hours.starts_on, hourly.valid_from, hourly.valid_until)]
    ).select(hours.product_no, price=hourly.cents)
    done = tables["performed"].join(priced, "product_no")
    return done.select("product_no", "organisation_id", cents=half_up(done.units * done.price, 60))


ACT_STAGES = [
    Stage(build.__name__, build)
    for build in (
        units,
        supplied_care,
        coded_acts,
        coded_units,
        supplied_acts,
        unpriced_supplies,
        supplier_costs,
        mono,
    )
]
CLAIM_STAGES = [Stage("divisible_products", divisible_products), *ACT_STAGES]
"""For a division that stands alone: of a year, or of another agreement."""
CLOSING_CLAIMS = [Stage("divisible_products", divisible_now), *ACT_STAGES]
"""For a closing, that goes on from the closings before it."""
