"""What a discipline got, over its organisations, and what a cooperative got over its members.

A cooperative is one of the organisations of its discipline: it weighs what its members weigh
together (a client of several of them is one client), and divides its part by its own method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.contracts.rules.splitting import split_largest_remainder
from ooievaar.storage.expressions import int64
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

DISCIPLINE = ["product_no", "discipline"]


def fixed_members(tables: Tables) -> ir.Table:
    """Split every distinct amount over the organisations of the discipline by fixed share."""
    parts, shares = tables["product_disciplines"], tables["member_shares"]
    entitled = (
        shares.filter(shares.ppm > 0)
        .anti_join(tables["cooperative_members"], ["agreement_id", "organisation_id"])
        .join(tables["organisations"], "organisation_id")
    )
    distinct = (
        parts.filter(parts.method == "fixed_share")
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


def weighed_members(tables: Tables) -> ir.Table:
    """Split per product over the organisations and cooperatives that weigh something."""
    import ibis

    wanted, inside = tables["product_disciplines"], tables["cooperative_members"]
    rows = wanted.filter(wanted.method != "fixed_share").rename(above_unknown="is_unknown")
    rows = rows.join(tables["weights"], [*DISCIPLINE, "method"])
    nodes = rows.left_join(
        inside.select("agreement_id", "organisation_id", "cooperative_id"),
        ["agreement_id", "organisation_id"],
    ).select(
        *(rows[name] for name in rows.columns if name != "organisation_id"),
        organisation_id=ibis.coalesce(inside.cooperative_id, rows.organisation_id),
    )
    # narrow until it is split: what else the discipline carries comes back at the end
    sums = nodes.group_by([*DISCIPLINE, "method", "discipline_cents", "organisation_id"]).aggregate(
        summed=int64(nodes.weight.sum()),
        most=nodes.weight.max(),
        is_unknown=(nodes.is_unknown | nodes.above_unknown).any(),
    )
    sums = sums.mutate(
        weight=ibis.ifelse(sums.method == "by_clients", sums.most, sums.summed),
        is_unknown=sums.is_unknown.any().over(ibis.window(group_by=DISCIPLINE)),
    ).drop("summed", "most")
    parts = split_largest_remainder(
        sums.filter(sums.weight > 0), DISCIPLINE, "discipline_cents", "weight", "organisation_id"
    )
    carried = wanted.drop("is_unknown", "method", "discipline_cents")
    return parts.join(carried, DISCIPLINE)


def member_parts(tables: Tables) -> ir.Table:
    """Give every organisation of a discipline, and every cooperative, its part of a product."""
    wanted = tables["product_disciplines"]
    by_share = wanted.filter(wanted.method == "fixed_share").join(
        tables["fixed_members"], ["agreement_id", "discipline", "discipline_cents"]
    )
    return by_share.union(tables["weighed_members"].select(by_share.columns))


def cooperative_parts(tables: Tables) -> ir.Table:
    """Give what cooperatives have to divide, with the method of each."""
    parts = tables["member_parts"]
    own = tables["cooperatives"].rename(own_method="method")
    found = parts.join(own, ["agreement_id", "organisation_id"])
    return found.select(
        *(name for name in parts.columns if name not in _OF_THE_PART),
        cooperative_id=found.organisation_id,
        cooperative_cents=found.part,
        cooperative_weight=found.weight,
        cooperative_weight_total=found.weight_total,
        own_method=found.own_method,
    )


_OF_THE_PART = ("organisation_id", "part", "weight", "weight_total")


def fixed_insiders(tables: Tables) -> ir.Table:
    """Split the part of a cooperative by the fixed shares of its members."""
    parts, inside = tables["cooperative_parts"], tables["cooperative_members"]
    distinct = (
        parts.filter(parts.own_method == "fixed_share")
        .select("agreement_id", "discipline", "cooperative_id", "cooperative_cents")
        .distinct()
    )
    rows = distinct.join(inside.filter(inside.ppm > 0), ["agreement_id", "cooperative_id"])
    split = split_largest_remainder(
        rows, distinct.columns, "cooperative_cents", "ppm", "organisation_id"
    )
    return split.rename(weight="ppm")


def weighed_insiders(tables: Tables) -> ir.Table:
    """Split the part of a cooperative over its members that weigh something."""
    import ibis

    parts, inside = tables["cooperative_parts"], tables["cooperative_members"]
    wanted = parts.filter(parts.own_method != "fixed_share").rename(above_unknown="is_unknown")
    members = wanted.join(
        inside.select("agreement_id", "cooperative_id", "organisation_id"),
        ["agreement_id", "cooperative_id"],
    )
    weights = tables["weights"].rename(own_method="method")
    rows = members.join(weights, [*DISCIPLINE, "organisation_id", "own_method"])
    of_cooperative = ["product_no", "cooperative_id"]
    rows = rows.mutate(
        is_unknown=(rows.is_unknown | rows.above_unknown)
        .any()
        .over(ibis.window(group_by=of_cooperative))
    ).drop("above_unknown")
    return split_largest_remainder(
        rows.filter(rows.weight > 0),
        of_cooperative,
        "cooperative_cents",
        "weight",
        "organisation_id",
    )


def insider_parts(tables: Tables) -> ir.Table:
    """Give every member of a cooperative its part of a product."""
    wanted = tables["cooperative_parts"]
    by_share = wanted.join(
        tables["fixed_insiders"],
        ["agreement_id", "discipline", "cooperative_id", "cooperative_cents"],
    )
    return by_share.union(tables["weighed_insiders"].select(by_share.columns))


MEMBERS = [
    Stage(build.__name__, build)
    for build in (
        fixed_members,
        weighed_members,
        member_parts,
        cooperative_parts,
        fixed_insiders,
        weighed_insiders,
        insider_parts,
    )
]
