"""Rule `mono`: what the old system would have paid a practice for its part of a phase.

Policy: midwives by the course products of the tariff decision (whole, part by week, transfer)
[S TB/CU-7058], never by adding up contacts; kraamzorg by hours and surcharges [S TBK]; hospital
and ultrasound by a price list the region gives. What is missing is unknown, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.activity import counted
from ooievaar.bundles.rules.practice import KEYS
from ooievaar.storage.expressions import day_number, half_up, holds, total

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def prenatal_courses(t: Tables) -> ir.Table:
    """Give the tariff item of each practice's prenatal course: whole, part by week, or transfer."""
    done, case = t["practice_care"], t["cases"]
    practices = done.filter((done.phase == 1) & done.course_on.notnull()).select(
        "pregnancy_id", "organisation_id", "referred_on", first_on="course_on"
    )
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
    done, tariffs, phases = t["practice_care"], t["mono_tariffs"], t["phase_terms"]
    of_whom = ["pregnancy_id", "organisation_id", "phase"]
    later = done.filter(done.has_natal).select(*of_whom, item=ibis.literal("natal_full"))
    later = later.union(
        done.filter(done.has_postnatal).select(*of_whom, item=ibis.literal("postnatal_full"))
    )
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
        by_hour=per_tariff.mono == "kraamzorg_hour",
    )


def mono_parts(t: Tables) -> ir.Table:
    """Give per pregnancy, phase and practice the known value and the number of unknown parts."""
    practices = t["practice_care"]
    parts = t["course_values"].select(*KEYS, "known_cents", "unknown_acts", "is_exact")
    parts = parts.union(t["kraamzorg_values"].select(*parts.columns))
    sums = parts.group_by(KEYS).agg(
        known_cents=total(parts.known_cents),
        unknown_acts=total(parts.unknown_acts),
        is_exact=parts.is_exact.all(),
    )
    joined = practices.left_join(sums, KEYS)
    return joined.select(
        *(practices[name] for name in KEYS),
        is_inside=practices.is_inside,
        known_cents=practices.listed_cents + sums.known_cents.fill_null(0),
        unknown_acts=practices.unlisted_acts + sums.unknown_acts.fill_null(0),
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
