"""Rule `pregnancy`: an activity belongs to exactly one pregnancy of the woman.

Policy: the source's own link wins; else the pregnancy whose [first intake, end) holds the date;
else the catalogue's hint (aftercare, intake); else the earlier one's aftercare; else the window
before the intake. Our own choice (`verified: false` in the rule book): no law says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.kernel.period import FAR_DATE
from ooievaar.storage.expressions import day_number, holds, plus_days

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

DELIVERED = ("birth", "miscarriage", "termination", "ectopic")
LEFT = ("moved_away", "lost")


def spans(t: Tables) -> ir.Table:
    """Give one row per pregnancy with its window, its end and the limits of its year."""
    p, limits = t["pregnancies"], t["limits"]
    joined = p.join(limits, holds(p.first_intake_on, limits.valid_from, limits.valid_until))
    has_end = joined.ended_on.notnull()
    delivered = has_end & joined.end_kind.isin(DELIVERED)
    left = has_end & joined.end_kind.isin(LEFT)
    end_gestation = joined.term_days - (day_number(joined.due_on) - day_number(joined.ended_on))
    early = delivered & (end_gestation < joined.early_end_days)
    finish_on = ibis.ifelse(left, joined.birth_on, ibis.coalesce(joined.birth_on, joined.ended_on))
    after = (joined.aftercare_days + 1).cast("int32")
    return joined.select(
        "pregnancy_id",
        "woman_id",
        "first_intake_organisation_id",
        "entered_on",
        "exempt",
        "end_kind",
        "ended_on",
        "labour_on",
        "labour_minute",
        "placenta_on",
        "placenta_minute",
        "due_on",
        "term_days",
        "after_placenta_minutes",
        "gynaecology_specialism",
        intake_on=joined.first_intake_on,
        opens_on=plus_days(joined.due_on, -joined.term_days),
        closes_on=ibis.coalesce(
            joined.ended_on, plus_days(joined.due_on, joined.ongoing_extra_days)
        ),
        after_until=ibis.cases(
            (left, plus_days(joined.ended_on, 1)),
            (has_end, plus_days(ibis.coalesce(joined.birth_on, joined.ended_on), after)),
            else_=ibis.null("date"),
        ),
        # `aftercare_on` is the end of the aftercare counted from the end of the pregnancy itself
        aftercare_on=plus_days(joined.ended_on, after),
        postnatal_until=plus_days(finish_on, after),
        is_early=early.fill_null(False),
        is_left=left,
        has_end=has_end,
        has_natal=(delivered & ~early) | (left & joined.birth_on.notnull()),
        finish_on=finish_on,
        cut_on=ibis.ifelse(left, plus_days(joined.ended_on, 1), ibis.date(FAR_DATE.isoformat())),
    )


def women(t: Tables) -> ir.Table:
    """Give how many pregnancies a woman has, and the only one of a woman with one.

    Most women have one: their unlinked activities need no ranking of candidates.
    """
    s = t["spans"]
    fields = ("pregnancy_id", "intake_on", "opens_on", "closes_on", "ended_on", "after_until")
    return s.group_by("woman_id").agg(
        pregnancies=s.count(), **{f"lone_{name}": s[name].min() for name in fields}
    )


def found_pregnancy(a: ir.Table, lone: ir.Table, ranked: ir.Table) -> ir.IntegerValue:
    """Return the pregnancy of activities that were joined with `lone_women` and `matches`."""
    tier = tier_of(
        a.performed_on,
        ibis.literal(""),
        lone.lone_intake_on,
        lone.lone_opens_on,
        lone.lone_closes_on,
        lone.lone_ended_on,
        lone.lone_after_until,
    )
    of_lone = ibis.ifelse(tier.notnull(), lone.lone_pregnancy_id, ibis.null("int64"))
    return ibis.coalesce(a.pregnancy_id, of_lone, ranked.matched_id)


def lone_women(t: Tables) -> ir.Table:
    """Give the women with one pregnancy: their unlinked activities need no ranking."""
    woman = t["women"]
    return woman.filter(woman.pregnancies == 1).drop("pregnancies")


def matches(t: Tables) -> ir.Table:
    """Give the pregnancy of unlinked activities of women with several: that of the lowest tier.

    Ties go to the latest first intake, then to the highest pregnancy id.
    """
    a, c, spans_of, woman = t["activities"], t["catalogue"], t["spans"], t["women"]
    order = ibis.window(
        group_by=spans_of.woman_id,
        order_by=[spans_of.intake_on.desc(), spans_of.pregnancy_id.desc()],
    )
    candidates_of = spans_of.select(
        "woman_id",
        "pregnancy_id",
        "intake_on",
        "opens_on",
        "closes_on",
        "ended_on",
        "after_until",
        nth=ibis.row_number().over(order),
    )
    free = (
        a.filter(a.pregnancy_id.isnull())
        .select("activity_id", "woman_id", "code", "performed_on")
        .semi_join(woman.filter(woman.pregnancies > 1), "woman_id")
    )
    hinted = free.left_join(
        c, [free.code == c.code, holds(free.performed_on, c.valid_from, c.valid_until)]
    ).select(free.activity_id, free.woman_id, free.performed_on, c.match_hint)
    pairs = hinted.join(candidates_of, "woman_id")
    tier = tier_of(
        pairs.performed_on,
        pairs.match_hint,
        pairs.intake_on,
        pairs.opens_on,
        pairs.closes_on,
        pairs.ended_on,
        pairs.after_until,
    )
    ranked = pairs.select(
        "activity_id", "pregnancy_id", rank=tier.cast("int64") * 1_000 + pairs.nth
    ).filter(lambda row: row["rank"].notnull())
    return ranked.group_by("activity_id").agg(matched_id=ranked.pregnancy_id.argmin(ranked["rank"]))


def tier_of(
    day: ir.DateValue,
    match_hint: ir.StringValue,
    intake_on: ir.DateValue,
    opens_on: ir.DateValue,
    closes_on: ir.DateValue,
    ended_on: ir.DateValue,
    after_until: ir.DateValue,
) -> ir.IntegerValue:
    """Return how well a pregnancy fits an activity without a link (1 is best, null: not)."""
    in_aftercare = (ended_on <= day) & (day < after_until)
    before_intake = holds(day, opens_on, intake_on)
    return ibis.cases(
        (holds(day, intake_on, closes_on), 1),
        ((match_hint == "aftercare") & in_aftercare, 2),
        ((match_hint == "intake") & before_intake, 2),
        (in_aftercare, 3),
        (before_intake, 4),
        else_=ibis.null("int8"),
    )
