"""Division of a product: overhead, then disciplines, then organisations; every cent once.

Each level is one largest-remainder split of its parent, ties to the earlier key, so the parts of
every level add up exactly; an amount below zero is the exact mirror of the same amount above it.
The agreement in force when the product's phase starts divides it; a share without an entitled
partner goes to the reserve. [BK: partners agree among themselves; law says nothing of it]

What depends on the amount alone is computed on the distinct amounts and joined back.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ooievaar.contracts.rules import schemas
from ooievaar.kernel.money import PPM
from ooievaar.storage.expressions import half_up, int64, quotient
from ooievaar.storage.pipeline import CompiledStage, Stage, compile_stages, run_stages

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

PARAMETERS = ("agreement_id", "discipline_ppm", "parent_cents", "weight", "weight_total")


def split_largest_remainder(
    rows: ir.Table, parent: list[str], amount: str, weight: str, order: str
) -> ir.Table:
    """Add `part` and `weight_total`: `amount` split over the rows of one parent by `weight`.

    The set-based twin of `kernel.money.split_largest_remainder`; weights are above zero and
    `order` is unique within a parent.
    """
    import ibis

    siblings = ibis.window(group_by=parent)
    rows = rows.mutate(
        size=rows[amount].abs(), weight_total=int64(rows[weight].sum().over(siblings))
    )
    exact = rows.size * rows[weight]
    rows = rows.mutate(base=quotient(exact, rows.weight_total), remainder=exact % rows.weight_total)
    by_remainder = ibis.window(group_by=parent, order_by=[rows.remainder.desc(), rows[order].asc()])
    left_over = rows.size - int64(rows.base.sum().over(siblings))
    gets_a_cent = ibis.row_number().over(by_remainder) < left_over  # row_number starts at 0
    part = rows.base + gets_a_cent.cast("int64")
    rows = rows.mutate(part=ibis.ifelse(rows[amount] < 0, -part, part))
    return rows.drop("size", "base", "remainder")


def dated_agreements(tables: Tables) -> ir.Table:
    """Find the agreement in force on every day a product starts (the newest, were there two)."""
    days = tables["divisible_products"].select("starts_on").distinct()
    agreements = tables["agreements"]
    held = days.join(
        agreements,
        [agreements.valid_from <= days.starts_on, days.starts_on < agreements.valid_until],
    )
    newest = held.group_by("starts_on").aggregate(agreement_id=held.agreement_id.max())
    return newest.join(agreements, "agreement_id").select(
        "starts_on", "agreement_id", "overhead_ppm"
    )


def agreed_products(tables: Tables) -> ir.Table:
    """Keep the products that an agreement divides: one in force that has shares for the product."""
    shares = tables["discipline_shares"]
    covered = shares.filter(shares.ppm > 0).select("agreement_id", "product").distinct()
    return (
        tables["divisible_products"]
        .join(tables["dated_agreements"], "starts_on")
        .join(covered, ["agreement_id", "product"])
        .select("product_no", "product", "starts_on", "cents", "agreement_id", "overhead_ppm")
    )


def amounts(tables: Tables) -> ir.Table:
    """Level 1, per distinct amount: the overhead, and the rest for the disciplines.

    Of two parts the larger remainder gets the cent and a tie goes to overhead, the earlier: that
    is rounding the overhead half up.
    """
    import ibis

    found = (
        tables["agreed_products"]
        .select("agreement_id", "product", "cents", "overhead_ppm")
        .distinct()
    )
    exact = found.cents.abs() * found.overhead_ppm
    size = half_up(exact, PPM)
    found = found.mutate(overhead_cents=ibis.ifelse(found.cents < 0, -size, size))
    return found.mutate(rest_cents=found.cents - found.overhead_cents)


def discipline_parts(tables: Tables) -> ir.Table:
    """Level 2, per distinct amount: the rest over the disciplines by their share of the product."""
    shares = tables["discipline_shares"]
    rows = tables["amounts"].join(shares.filter(shares.ppm > 0), ["agreement_id", "product"])
    parts = split_largest_remainder(
        rows, ["agreement_id", "product", "cents"], "rest_cents", "ppm", "discipline"
    )
    return parts.select(
        "agreement_id",
        "product",
        "cents",
        "discipline",
        "method",
        discipline_ppm=parts.ppm,
        discipline_cents=parts.part,
    )


def product_disciplines(tables: Tables) -> ir.Table:
    """Give every product the parts of its disciplines."""
    rows = tables["agreed_products"].join(
        tables["discipline_parts"], ["agreement_id", "product", "cents"]
    )
    return rows.filter(rows.discipline_cents != 0).select(
        "product_no",
        "starts_on",
        "agreement_id",
        "discipline",
        "method",
        "discipline_ppm",
        "discipline_cents",
    )


def fixed_parts(tables: Tables) -> ir.Table:
    """Level 3 by fixed share, per distinct amount: over the organisations of the discipline."""
    parts, shares = tables["discipline_parts"], tables["member_shares"]
    entitled = shares.filter(shares.ppm > 0).join(tables["organisations"], "organisation_id")
    distinct = (
        parts.filter(parts.method != "performed")
        .select("agreement_id", "discipline", "discipline_cents")
        .distinct()
    )
    rows = distinct.join(entitled, ["agreement_id", "discipline"])
    split = split_largest_remainder(
        rows,
        ["agreement_id", "discipline", "discipline_cents"],
        "discipline_cents",
        "ppm",
        "organisation_id",
    )
    return split.select(
        "agreement_id",
        "discipline",
        "discipline_cents",
        "organisation_id",
        "part",
        "weight_total",
        weight=split.ppm,
    )


def members_on(tables: Tables) -> ir.Table:
    """List the organisations that take part in the funding on every day a product starts."""
    days = tables["divisible_products"].select("starts_on").distinct()
    memberships = tables["memberships"]
    held = days.join(
        memberships,
        [memberships.valid_from <= days.starts_on, days.starts_on < memberships.valid_until],
    )
    return held.select("starts_on", "organisation_id").distinct()


def performed_parts(tables: Tables) -> ir.Table:
    """Level 3 by performed units, per product: over the members that performed for it."""
    wanted = tables["product_disciplines"]
    units = tables["units"].group_by(["product_no", "organisation_id"])
    weights = units.aggregate(weight=int64(tables["units"].units.sum()))
    performed = weights.filter(weights.weight > 0).join(tables["organisations"], "organisation_id")
    rows = (
        wanted.filter(wanted.method == "performed")
        .join(performed, ["product_no", "discipline"])
        .semi_join(tables["members_on"], ["starts_on", "organisation_id"])
    )
    return split_largest_remainder(
        rows, ["product_no", "discipline"], "discipline_cents", "weight", "organisation_id"
    )


def shares(tables: Tables) -> ir.Table:
    """All leaves: overhead, partners and reserve; what is zero is no leaf."""
    import ibis

    products, agreed = tables["divisible_products"], tables["agreed_products"]
    disciplines, fixed = tables["product_disciplines"], tables["fixed_parts"]
    performed = tables["performed_parts"]

    undivided = products.anti_join(agreed, "product_no")
    overhead = agreed.join(
        tables["amounts"].drop("overhead_ppm"), ["agreement_id", "product", "cents"]
    )
    is_performed = disciplines.method == "performed"
    by_share = disciplines.filter(~is_performed).join(
        fixed, ["agreement_id", "discipline", "discipline_cents"]
    )
    is_member = ["starts_on", "organisation_id"]
    entitled = by_share.semi_join(tables["members_on"], is_member)
    not_entitled = by_share.anti_join(tables["members_on"], is_member)
    shareless = disciplines.filter(~is_performed).anti_join(fixed, ["agreement_id", "discipline"])
    idle = disciplines.filter(is_performed).anti_join(performed, ["product_no", "discipline"])

    leaves = [
        _leaf(undivided, "reserve", "no_agreement", undivided.cents),
        _leaf(
            overhead,
            "overhead",
            "overhead",
            overhead.overhead_cents,
            parent_cents=overhead.cents,
            weight=overhead.overhead_ppm,
            weight_total=ibis.literal(PPM, "int64"),
        ),
        _leaf(entitled, "partner", "fixed_share", entitled.part),
        _leaf(not_entitled, "reserve", "not_a_member", not_entitled.part),
        _leaf(shareless, "reserve", "no_member_share", shareless.discipline_cents),
        _leaf(performed, "partner", "performed", performed.part),
        _leaf(idle, "reserve", "nobody_performed", idle.discipline_cents),
    ]
    every = ibis.union(*leaves)
    return every.filter(every.cents != 0)


def _leaf(
    rows: ir.Table, kind: str, reason: str, cents: ir.IntegerValue, **known: ir.IntegerValue
) -> ir.Table:
    """Shape rows as shares; what they do not carry themselves is empty, or the whole of `cents`."""
    import ibis

    def column(name: str, otherwise: ir.Value) -> ir.Value:
        return known[name] if name in known else rows[name] if name in rows.columns else otherwise

    nothing, one = ibis.null("int64"), ibis.literal(1, "int64")
    parent = rows["discipline_cents"] if "discipline_cents" in rows.columns else cents
    return rows.select(
        product_no=rows.product_no,
        kind=ibis.literal(kind),
        discipline=column("discipline", ibis.literal("")),
        organisation_id=column("organisation_id", nothing),
        cents=cents,
        rule=ibis.literal("division"),
        reason=ibis.literal(reason),
        agreement_id=column("agreement_id", nothing),
        discipline_ppm=column("discipline_ppm", nothing),
        parent_cents=column("parent_cents", parent),
        weight=column("weight", one),
        weight_total=column("weight_total", one),
    )


SPLIT_STAGES = [
    Stage(build.__name__, build)
    for build in (
        dated_agreements,
        agreed_products,
        amounts,
        discipline_parts,
        product_disciplines,
        fixed_parts,
        members_on,
        performed_parts,
        shares,
    )
]


@cache
def compiled_split() -> tuple[CompiledStage, ...]:
    """Return the division as SQL, compiled once per process."""
    return tuple(compile_stages(schemas.DIVISION_INPUTS, SPLIT_STAGES))


def divide_tables(tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Divide rows of plain values, named as in `schemas.DIVISION_INPUTS`; missing tables are empty.

    Returns the shares in a fixed order. For tests and examples; a closing runs the stages itself.
    """
    import duckdb
    import ibis
    import pyarrow as pa

    connection = duckdb.connect()
    for name, columns in schemas.DIVISION_INPUTS.items():
        rows = pa.Table.from_pylist(tables.get(name, []), schema=ibis.schema(columns).to_pyarrow())
        connection.register(name, rows)
    run_stages(connection, compiled_split())
    order = "product_no, kind, discipline, organisation_id NULLS FIRST, reason"
    return connection.sql(f"FROM shares ORDER BY {order}").to_arrow_table().to_pylist()
