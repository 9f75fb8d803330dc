"""All leaves of a division: suppliers, overhead, partners, reserve; each with what explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.contracts.rules.schemas import PARAMETERS
from ooievaar.kernel.money import PPM
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

PLAIN = ("fixed_share", "performed")
"""Methods whose shares need no method beside their reason; but for internal prices."""
AT_PRICES = "internal_prices"
IS_MEMBER = ["starts_on", "organisation_id"]


def shares(tables: Tables) -> ir.Table:
    """All leaves; what is zero is no leaf."""
    import ibis

    leaves = [*_taken_first(tables), *_of_disciplines(tables), *_of_cooperatives(tables)]
    every = ibis.union(*leaves)
    return every.filter(every.cents != 0)


def _taken_first(tables: Tables) -> list[ir.Table]:
    import ibis

    products, budgets, paid = tables["own_products"], tables["budgets"], tables["invoices"]
    kept = products.filter(~products.is_short)
    short = products.filter(products.is_short)
    undivided = kept.anti_join(budgets, "product_no")
    monthly = budgets.overhead_cents > 0
    by_month = budgets.group_cents.notnull()
    own = ibis.ifelse(monthly, budgets.overhead_taken, budgets.cents)
    part = ibis.ifelse(monthly, ibis.literal(1, "int64"), budgets.overhead_ppm)
    whole = ibis.ifelse(monthly, ibis.literal(1, "int64"), ibis.literal(PPM, "int64"))
    overhead = _leaf(
        budgets,
        "overhead",
        ibis.ifelse(monthly, "monthly_overhead", "overhead"),
        budgets.overhead_taken,
        parent_cents=ibis.ifelse(by_month, budgets.group_cents, own),
        weight=ibis.ifelse(by_month, budgets.cents, part),
        weight_total=ibis.ifelse(by_month, budgets.group_total, whole),
    )
    return [
        _leaf(paid, "supplier", "invoice", paid.cents),
        _leaf(short, "reserve", "supplier_shortfall", short.cents),
        _leaf(undivided, "reserve", "no_agreement", undivided.cents),
        overhead,
        _put_aside(
            budgets, "surcharge", "earmarked", budgets.earmarked_cents, budgets.earmarked_ppm
        ),
        _put_aside(
            budgets, "reserve", "agreed_reserve", budgets.reserve_cents, budgets.reserve_ppm
        ),
    ]


def _put_aside(
    budgets: ir.Table, kind: str, reason: str, cents: ir.IntegerValue, ppm: ir.IntegerValue
) -> ir.Table:
    import ibis

    return _leaf(
        budgets,
        kind,
        reason,
        cents,
        parent_cents=budgets.left_cents,
        weight=ppm,
        weight_total=ibis.literal(PPM, "int64"),
    )


def _of_disciplines(tables: Tables) -> list[ir.Table]:
    budgets, disciplines = tables["budgets"], tables["product_disciplines"]
    parts = tables["member_parts"].anti_join(
        tables["cooperative_parts"].select("product_no", organisation_id="cooperative_id"),
        ["product_no", "organisation_id"],
    )
    members, others = _by_membership(tables, parts)
    idle = disciplines.anti_join(tables["member_parts"], ["product_no", "discipline"])
    unweighed = budgets.filter(budgets.product_method != "fixed_share").anti_join(
        tables["weighed_disciplines"], "product_no"
    )
    unweighed = unweighed.select("product_no", "agreement_id", "rest_cents", "product_method")
    return [
        _leaf(members, "partner", _earned(members.method, members), members.part),
        _leaf(others, "reserve", "not_a_member", others.part),
        _leaf(idle, "reserve", _nobody(idle.method), idle.discipline_cents),
        _leaf(unweighed, "reserve", _nobody(unweighed.product_method), unweighed.rest_cents),
    ]


def _of_cooperatives(tables: Tables) -> list[ir.Table]:
    parts = tables["insider_parts"]
    members, others = _by_membership(tables, parts)
    idle = tables["cooperative_parts"].anti_join(parts, ["product_no", "cooperative_id"])
    idle = idle.mutate(organisation_id=idle.cooperative_id)
    return [
        _leaf(
            members,
            "partner",
            _earned(members.own_method, members),
            members.part,
            parent_cents=members.cooperative_cents,
        ),
        _leaf(
            others,
            "reserve",
            "not_a_member",
            others.part,
            parent_cents=others.cooperative_cents,
        ),
        _leaf(
            idle,
            "reserve",
            _nobody(idle.own_method),
            idle.cooperative_cents,
            parent_cents=idle.cooperative_cents,
        ),
    ]


def _by_membership(tables: Tables, parts: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Part the shares of members on the day the phase started from those of others."""
    here = tables["members_on"]
    return parts.semi_join(here, IS_MEMBER), parts.anti_join(here, IS_MEMBER)


def _earned(method: ir.StringValue, rows: ir.Table) -> ir.StringValue:
    import ibis

    return ibis.ifelse(rows.is_unknown, "mono_partly_unknown", method)


def _nobody(method: ir.StringValue) -> ir.StringValue:
    import ibis

    return ibis.cases(
        (method == "fixed_share", "no_member_share"),
        (method == "mono_pro_rata", "no_mono_value"),
        else_="nobody_performed",
    )


def _leaf(
    rows: ir.Table,
    kind: str,
    reason: str | ir.StringValue,
    cents: ir.IntegerValue,
    **known: ir.Value,
) -> ir.Table:
    """Shape rows as shares; what they do not carry themselves is empty, or the whole of `cents`."""
    import ibis

    def column(name: str, otherwise: ir.Value) -> ir.Value:
        return known[name] if name in known else rows[name] if name in rows.columns else otherwise

    one = ibis.literal(1, "int64")
    in_discipline = "discipline_cents" in rows.columns
    given = {
        "parent_cents": column(
            "parent_cents", rows["discipline_cents"] if in_discipline else cents
        ),
        "weight": column("weight", one),
        "weight_total": column("weight_total", one),
        "method": _told_method(rows),
        "discipline_cents": rows["discipline_cents"]
        if "cooperative_id" in rows.columns
        else ibis.null("int64"),
    }
    return rows.select(
        product_no=rows.product_no,
        kind=ibis.literal(kind),
        discipline=column("discipline", ibis.literal("")),
        organisation_id=column("organisation_id", ibis.null("int64")),
        cents=cents,
        rule=ibis.literal("division"),
        reason=ibis.literal(reason) if isinstance(reason, str) else reason,
        **{
            name: given[name] if name in given else column(name, ibis.null(kind_of))
            for name, kind_of in PARAMETERS.items()
        },
    )


def _told_method(rows: ir.Table) -> ir.Value:
    """Name the method of the last level, where the reason alone may not tell it."""
    import ibis

    nothing = ibis.null("string")
    name = "own_method" if "own_method" in rows.columns else "method"
    if name not in rows.columns:
        return nothing
    at_prices = (rows[name] == "performed") & rows.has_prices
    plain = rows[name].isin(PLAIN) & ~rows.is_unknown
    return ibis.cases((at_prices, AT_PRICES), (plain, nothing), else_=rows[name])


LEAVES = [Stage("shares", shares)]
