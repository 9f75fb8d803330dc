"""What each practice did in each phase, in one pass over the activities that count.

Three rules ask it: `product` (who decides), `mono` (what acts are worth by the price list) and the
division (who performed how much). The pass is the costly part, so they share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.activity import COURSES, REFERRAL, counted
from ooievaar.storage.expressions import DAY_BITS, day_number, holds, total, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

KEYS = ["pregnancy_id", "phase", "organisation_id"]


def own_prices(t: Tables) -> ir.Table:
    """Give the prices of one organisation, by catalogue entry."""
    prices = t["price_list"]
    return _by_entry(prices.filter(prices.organisation_id > 0), t)


def common_prices(t: Tables) -> ir.Table:
    """Give the prices that hold for everyone without a price of its own."""
    prices = t["price_list"]
    return _by_entry(prices.filter(prices.organisation_id == 0), t)


def _by_entry(prices: ir.Table, t: Tables) -> ir.Table:
    entries = t["entries"].select("entry", "code")
    return prices.join(entries, "code").select(
        "organisation_id", "entry", "cents", "valid_from", "valid_until"
    )


def practice_care(t: Tables) -> ir.Table:
    """Give per pregnancy, phase and practice its care and the listed value of its acts.

    A maker is an act that makes the phase's product: inside, not by the hour, not already billed
    the old way. `opener` packs the day and id of the earliest one.
    """
    c, own, common = counted(t), t["own_prices"], t["common_prices"]
    priced = c.left_join(
        own,
        [
            c.organisation_id == own.organisation_id,
            c.entry == own.entry,
            holds(c.performed_on, own.valid_from, own.valid_until),
        ],
    ).left_join(
        common,
        [
            c.entry == common.entry,
            holds(c.performed_on, common.valid_from, common.valid_until),
        ],
    )
    acts = priced.select(
        *(c[name] for name in KEYS),
        c.is_inside,
        c.by_list,
        c.course,
        c.quantity,
        c.performed_on,
        c.is_gynaecologist,
        c.on_request,
        is_maker=c.is_inside & ~c.hourly & ~c.billed_mono,
        moment=day_number(c.performed_on) * DAY_BITS + c.activity_id,
        cents=ibis.coalesce(own.cents, common.cents),
    )
    return acts.group_by(KEYS).agg(
        is_inside=yes(acts.is_inside.any()),
        opened_on=acts.performed_on.min(where=acts.is_inside),
        opener=acts.moment.min(where=acts.is_maker),
        has_gynaecologist=yes((acts.is_maker & acts.is_gynaecologist).any()),
        has_request=yes((acts.is_maker & acts.on_request).any()),
        makers=total(acts.is_maker.cast("int64")),
        units=total(acts.quantity, where=acts.is_maker),
        listed_cents=total(acts.quantity * acts.cents, where=acts.by_list),
        unlisted_acts=total((acts.by_list & acts.cents.isnull()).cast("int64")),
        course_on=acts.performed_on.min(where=acts.course == COURSES["prenatal"]),
        referred_on=acts.performed_on.min(where=acts.course == REFERRAL),
        has_natal=(acts.course == COURSES["natal"]).any(),
        has_postnatal=(acts.course == COURSES["postnatal"]).any(),
    )


def phase_care(t: Tables) -> ir.Table:
    """Give per pregnancy and phase what the IGO did in it: since when, and who decides."""
    practices = t["practice_care"]
    inside = practices.filter(practices.opened_on.notnull())
    return inside.group_by(["pregnancy_id", "phase"]).agg(
        opened_on=inside.opened_on.min(),
        opener=inside.opener.min(),
        makers=total(inside.makers),
        has_gynaecologist=inside.has_gynaecologist.any(),
        has_request=(inside.has_request & (inside.phase == 2)).any(),
    )


def performed(t: Tables) -> ir.Table:
    """Give what each organisation performed for a product: kraamzorg in minutes, else in acts."""
    practices, made, hours = t["practice_care"], t["products"], t["claimed_hours"]
    of_phases = made.filter(made.rule == "product").select("product_no", "pregnancy_id", "phase")
    acts = practices.filter(practices.opener.notnull()).join(of_phases, ["pregnancy_id", "phase"])
    in_acts = acts.select("product_no", "organisation_id", "units")
    in_minutes = hours.group_by(["product_no", "organisation_id"]).agg(
        units=total(hours.duration_minutes)
    )
    return in_acts.union(in_minutes)
