"""Rule `mono`: what the old system would have paid a practice for its part of a phase.

Policy: midwives by the course products of the tariff decision (whole, part by week, transfer)
[S TB/CU-7058], never by adding up contacts; kraamzorg by hours and surcharges [S TBK]; hospital
and ultrasound by a price list the region gives. What is missing is unknown, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.activity import counted
from ooievaar.storage.expressions import day_number, half_up, holds, total, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

KEYS = ["pregnancy_id", "phase", "organisation_id"]


def prenatal_courses(t: Tables) -> ir.Table:
    """Give the tariff item of each practice's prenatal course: whole, part by week, or transfer."""
    c, case, entries = counted(t), t["cases"], t["entries"]
    midwifery = entries.filter(entries.mono.isin(["course", "referral"]))
    prenatal = c.filter(c.phase == 1).join(midwifery.select("entry", "mono", "mono_item"), "entry")
    course = (prenatal.mono == "course") & (prenatal.mono_item == "prenatal")
    practices = prenatal.group_by(["pregnancy_id", "organisation_id"]).agg(
        first_on=prenatal.performed_on.min(where=course),
        referred_on=prenatal.performed_on.min(where=prenatal.mono == "referral"),
    )
    practices = practices.filter(practices.first_on.notnull())
    of_pregnancy = ibis.window(group_by=practices.pregnancy_id)
    in_order = ibis.window(
        group_by=practices.pregnancy_id,
        order_by=[practices.first_on, practices.organisation_id],
    )
    ranked = practices.mutate(
        nth=ibis.row_number().over(in_order),
        practices_count=practices.count().over(of_pregnancy),
        next_on=practices.first_on.lead().over(in_order),
    )
    joined = ranked.join(case, "pregnancy_id")
    gave_over_on = ibis.ifelse(
        joined.referred_on.notnull()
        & (joined.ended_on.isnull() | (joined.referred_on < joined.ended_on)),
        joined.referred_on,
        joined.ended_on,
    )
    is_part = joined.referred_on.notnull() | (joined.has_end & joined.from_2.isnull())
    kind_day = ibis.cases(
        (joined.practices_count == 1, gave_over_on),
        (joined.nth == 0, joined.next_on),
        else_=joined.first_on,
    )
    gestation = joined.term_days - (day_number(joined.due_on) - day_number(kind_day))
    band = ibis.cases((gestation < 105, "0_14"), (gestation < 210, "15_29"), else_="after_29")
    item = ibis.cases(
        ((joined.practices_count == 1) & ~is_part, "prenatal_full"),
        (joined.practices_count == 1, ibis.literal("prenatal_") + band),
        (joined.nth == 0, ibis.literal("transfer_first_") + band),
        else_=ibis.literal("transfer_second_") + band,
    )
    return joined.select(
        "pregnancy_id", "organisation_id", phase=ibis.literal(1, "int32"), item=item
    )


def course_values(t: Tables) -> ir.Table:
    """Give the value of every course, prenatal, natal and postnatal, at the phase's start."""
    c, tariffs, phases = counted(t), t["mono_tariffs"], t["phase_terms"]
    entries = t["entries"]
    births = entries.filter(
        (entries.mono == "course") & entries.mono_item.isin(["natal", "postnatal"])
    )
    later = c.join(births.select("entry", "mono_item"), "entry")
    later = later.select(
        "pregnancy_id", "organisation_id", "phase", item=later.mono_item + "_full"
    ).distinct()
    courses = t["prenatal_courses"].select("pregnancy_id", "organisation_id", "phase", "item")
    items = courses.union(later)
    dated = items.join(
        phases.select("pregnancy_id", "phase", "starts_on"), ["pregnancy_id", "phase"]
    )
    valued = dated.left_join(
        tariffs,
        [
            dated["item"] == tariffs["item"],
            holds(dated.starts_on, tariffs.valid_from, tariffs.valid_until),
        ],
    )
    return valued.select(
        dated.pregnancy_id,
        dated.phase,
        dated.organisation_id,
        known_cents=tariffs.cents.fill_null(0),
        unknown_acts=tariffs.cents.isnull().cast("int64"),
        is_exact=tariffs.is_exact.fill_null(True),
    )


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


def listed_values(t: Tables) -> ir.Table:
    """Give every practice that acted in a phase, with the value of its acts on the price list."""
    c, own, common = counted(t), t["own_prices"], t["common_prices"]
    listed = c.left_join(
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
    listed = listed.select(
        *(c[name] for name in KEYS),
        c.is_inside,
        c.by_list,
        c.quantity,
        own_cents=own.cents,
        common_cents=common.cents,
    )
    cents = ibis.coalesce(listed.own_cents, listed.common_cents)
    return listed.group_by(KEYS).agg(
        is_inside=yes(listed.is_inside.any()),
        known_cents=total(listed.quantity * cents, where=listed.by_list),
        unknown_acts=total((listed.by_list & cents.isnull()).cast("int64")),
    )


def kraamzorg_values(t: Tables) -> ir.Table:
    """Give the value of kraamzorg hours and items, summed and rounded per practice and tariff."""
    c, entries, tariffs = counted(t), t["entries"], t["mono_tariffs"]
    kraamzorg = entries.filter(entries.mono.isin(["kraamzorg_hour", "kraamzorg_item"]))
    care = c.join(kraamzorg.select("entry", "mono", "mono_item"), "entry")
    timed = care.left_join(
        tariffs,
        [
            care.mono_item == tariffs["item"],
            holds(care.performed_on, tariffs.valid_from, tariffs.valid_until),
        ],
    ).select(
        *(care[name] for name in KEYS),
        care.mono,
        care.quantity,
        care.duration_minutes,
        cents=tariffs.cents,
        is_exact=tariffs.is_exact,
    )
    per_tariff = timed.group_by([*KEYS, "mono", "cents", "is_exact"]).agg(
        minutes=total(timed.duration_minutes),
        quantity=total(timed.quantity),
        acts=timed.count(),
    )
    return per_tariff.select(
        *KEYS,
        known_cents=ibis.cases(
            (per_tariff.cents.isnull(), 0),
            (
                per_tariff.mono == "kraamzorg_hour",
                half_up(per_tariff.minutes * per_tariff.cents, 60),
            ),
            else_=per_tariff.quantity * per_tariff.cents,
        ).cast("int64"),
        unknown_acts=ibis.ifelse(per_tariff.cents.isnull(), per_tariff.acts, 0).cast("int64"),
        is_exact=per_tariff.is_exact.fill_null(True),
    )


def mono_parts(t: Tables) -> ir.Table:
    """Give per pregnancy, phase and practice the known value and the number of unknown parts."""
    listed = t["listed_values"]
    parts = t["course_values"].select(*KEYS, "known_cents", "unknown_acts", "is_exact")
    parts = parts.union(t["kraamzorg_values"].select(*parts.columns))
    sums = parts.group_by(KEYS).agg(
        known_cents=total(parts.known_cents),
        unknown_acts=total(parts.unknown_acts),
        is_exact=parts.is_exact.all(),
    )
    joined = listed.left_join(sums, KEYS)
    return joined.select(
        *(listed[name] for name in KEYS),
        is_inside=listed.is_inside,
        known_cents=listed.known_cents + sums.known_cents.fill_null(0),
        unknown_acts=listed.unknown_acts + sums.unknown_acts.fill_null(0),
        is_exact=sums.is_exact.fill_null(True),
    )


def mono_values(t: Tables) -> ir.Table:
    """Give the values as others read them: null where a part is unknown."""
    m = t["mono_parts"]
    return m.select(
        *KEYS,
        "is_inside",
        cents=ibis.ifelse(m.unknown_acts > 0, ibis.null("int64"), m.known_cents),
        unknown_acts="unknown_acts",
        is_exact="is_exact",
    )
