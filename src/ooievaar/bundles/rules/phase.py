"""Rule `phase`: when the prenatal, natal and postnatal phase of a pregnancy run.

Policy: prenatal from the first physical intake [S BR/REG-22100]; natal from the start of active
labour, or of a planned caesarean or induction, to two hours after the placenta, postnatal from
then on [S NR/REG-2201]; the days where no time is known, the 42 days and the 16 weeks as a point
estimate are our reading (`verified: false`). Limits come from the rule book by date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.kernel.period import FAR_DATE
from ooievaar.storage.expressions import day_number, holds, plus_days, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

PRENATAL, NATAL, POSTNATAL = 1, 2, 3
MINUTES_A_DAY = 1_440


def cases(t: Tables) -> ir.Table:
    """Give one wide row per pregnancy: its three phases (null when absent) and whose it is."""
    s, m = t["spans"], t["memberships"]
    home = s.left_join(
        m,
        [
            s.first_intake_organisation_id == m.organisation_id,
            holds(s.intake_on, m.valid_from, m.valid_until),
        ],
    )
    far = ibis.date(FAR_DATE.isoformat())
    wide = home.select(
        *(s[name] for name in s.columns),
        is_home=m.organisation_id.notnull() | s.entered_on.notnull(),
        natal_on=ibis.ifelse(yes(s.labour_on <= s.finish_on), s.labour_on, s.finish_on),
        delivered_until=plus_days(s.finish_on, 1),
    )
    prenatal_natural = ibis.cases(
        (wide.is_early, wide.aftercare_on),
        (wide.has_natal, wide.natal_on),
        (wide.is_left, far),
        else_=wide.closes_on,
    )
    absent = ibis.null("date")
    bounds = {
        1: (wide.intake_on, prenatal_natural),
        2: (wide.natal_on, ibis.ifelse(wide.has_natal, wide.delivered_until, absent)),
        3: (wide.delivered_until, ibis.ifelse(wide.has_natal, wide.postnatal_until, absent)),
    }
    columns: dict[str, ir.Value] = {}
    for phase, (start, natural) in bounds.items():
        starts_on = ibis.greatest(start, wide.intake_on)
        until = ibis.least(natural, wide.cut_on)
        exists = yes(natural.notnull() & (starts_on < until))
        columns[f"from_{phase}"] = ibis.ifelse(exists, starts_on, absent)
        columns[f"until_{phase}"] = ibis.ifelse(exists, until, absent)
        columns[f"natural_{phase}"] = natural
    labour_minute = ibis.ifelse(
        yes(wide.labour_on == wide.natal_on), wide.labour_minute.fill_null(0), 0
    )
    placenta_known = wide.placenta_on.notnull() & wide.placenta_minute.notnull()
    phased = wide.mutate(**columns)
    return phased.mutate(
        phase_bits=sum(
            (phased[f"from_{phase}"].notnull().cast("int32") * (1 << phase) for phase in (1, 2, 3)),
            ibis.literal(0, "int32"),
        ),
        natal_from_minute=day_number(wide.natal_on) * MINUTES_A_DAY + labour_minute,
        natal_until_minute=ibis.ifelse(
            placenta_known,
            day_number(wide.placenta_on) * MINUTES_A_DAY
            + wide.placenta_minute
            + wide.after_placenta_minutes,
            day_number(wide.delivered_until) * MINUTES_A_DAY,
        ),
    )


def phase_terms(t: Tables) -> ir.Table:
    """Give the phases of each pregnancy with the insurer and contract that their start fixes.

    A pregnancy that is exempt, or whose first intake was with an outside practice, has no
    contract: it goes the old way.
    """
    wide, coverages, terms, clock = t["cases"], t["coverages"], t["terms"], t["clock"]
    parts = []
    for phase in (PRENATAL, NATAL, POSTNATAL):
        has = wide.filter(wide[f"from_{phase}"].notnull())
        parts.append(
            has.select(
                "pregnancy_id",
                "woman_id",
                "is_home",
                "exempt",
                "is_early",
                "end_kind",
                "ended_on",
                "entered_on",
                phase=ibis.literal(phase, "int32"),
                starts_on=has[f"from_{phase}"],
                until=has[f"until_{phase}"],
                natural_until=has[f"natural_{phase}"],
            )
        )
    phases = ibis.union(*parts)
    insured = phases.left_join(
        coverages,
        [
            phases.woman_id == coverages.woman_id,
            holds(phases.starts_on, coverages.valid_from, coverages.valid_until),
        ],
    ).select(*(phases[name] for name in phases.columns), coverages.insurer_id)
    agreed = insured.left_join(
        terms,
        [
            insured.insurer_id == terms.insurer_id,
            holds(insured.starts_on, terms.valid_from, terms.valid_until),
        ],
    )
    integral = insured.is_home & ~insured.exempt
    today = clock.until.as_scalar()
    return agreed.select(
        *(insured[name] for name in insured.columns),
        contract_id=ibis.ifelse(integral, terms.contract_id, ibis.null("int64")),
        regime=ibis.ifelse(integral, terms.regime, ibis.null("string")),
        followed=terms.followed,
        insurer_switch_breaks=yes(terms.insurer_switch_breaks),
        kraamzorg_bills_itself=yes(terms.kraamzorg_bills_itself),
        is_open=insured.until > today,
    )


def phases(t: Tables) -> ir.Table:
    """Give the phases as others read them."""
    return t["phase_terms"].select(
        "pregnancy_id", "phase", "starts_on", "until", "is_open", "insurer_id", "contract_id"
    )


def phase_of_act(
    day: ir.DateValue, minute: ir.IntegerValue, hint: ir.IntegerValue, case: ir.Table
) -> ir.IntegerValue:
    """Return the phase (0: none) of an act: a hint wins, else time decides.

    A hint to a phase that the pregnancy does not have falls back on time; phases follow on each
    other, so where they end tells the phase of a day. An act of no pregnancy has none.
    """
    moment = day_number(day) * MINUTES_A_DAY + minute
    by_minute = ibis.cases(
        (moment < case.natal_from_minute, (case.phase_bits >> 1) & 1),
        (moment < case.natal_until_minute, 2),
        (day < case.until_3, 3),
        else_=0,
    )
    return ibis.cases(
        (day < case.intake_on, 0),
        ((case.phase_bits >> hint) & 1 == 1, hint),
        (minute.notnull() & ((case.phase_bits >> 2) & 1 == 1), by_minute),
        (day < case.until_1, 1),
        (day < case.until_2, 2),
        (day < case.until_3, 3),
        else_=0,
    ).cast("int32")
