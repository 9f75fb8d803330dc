"""Every activity with what the rules need to know of it: its pregnancy, phase, scope and giver.

Rules `scope` (inside or outside the law's bundle, by catalogue and date) and `member` (member or
contracted supplier on the date of the activity) are joins on dated tables; they are read here in
one pass, because an activity table is the only large one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.phase import phase_of_act
from ooievaar.bundles.rules.pregnancy import found_pregnancy
from ooievaar.storage.expressions import holds, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

INSIDE = "inside"
TOGETHER = ("organisation_id", "performed_on", "child_number")
COURSES = {"prenatal": 1, "natal": 2, "postnatal": 3}
REFERRAL = 4
"""What an act says of a midwife's course, as a number; 0 is nothing."""


def entries(t: Tables) -> ir.Table:
    """Give the catalogue with a number per row: a number travels lighter than five texts."""
    c = t["catalogue"]
    order = ibis.window(order_by=[c.code, c.valid_from])
    course = ibis.cases(
        (c.mono == "referral", REFERRAL),
        *(((c.mono == "course") & (c.mono_item == item), n) for item, n in COURSES.items()),
        else_=0,
    )
    return c.mutate(
        entry=ibis.row_number().over(order).cast("int32"),
        is_scope=c.scope == INSIDE,
        course=course.cast("int8"),
    )


def lesser_acts(t: Tables) -> ir.Table:
    """Give the activities of all sources but the most trusted one, with their pregnancy."""
    a, case, lone, ranked = t["activities"], t["cases"], t["lone_women"], t["matches"]
    a = a.filter(a.source_rank > a.source_rank.min().as_scalar())
    found = a.left_join(lone, a.woman_id == lone.woman_id).left_join(
        ranked, a.activity_id == ranked.activity_id
    )
    columns = (*TOGETHER, "activity_id", "code", "source_rank", "billed_mono")
    known = found.select(
        *(a[name] for name in columns), pregnancy_id=found_pregnancy(a, lone, ranked)
    )
    known = known.filter(known.pregnancy_id.notnull())
    return known.join(case.select("pregnancy_id", "woman_id"), "pregnancy_id")


def twin_pairs(t: Tables) -> ir.Table:
    """Give activities beside those of a more trusted source on the same day for the same person.

    Those without a link are looked for by woman, and stay when her pregnancy is the same.
    """
    a, lone, ranked = t["activities"], t["lone_women"], t["matches"]
    lesser = t["lesser_acts"]

    def beside(others: ir.Table, key: str) -> ir.Table:
        pairs = lesser.join(
            others,
            [
                *(lesser[name] == others[name] for name in (*TOGETHER, key)),
                lesser.source_rank > others.source_rank,
            ],
        )
        return pairs.select(
            lesser.activity_id,
            lesser.performed_on,
            lesser.code,
            is_billed=lesser.billed_mono,
            of_pregnancy_id=lesser.pregnancy_id,
            twin_id=others.activity_id,
            twin_code=others.code,
            twin_order=others.source_rank.cast("int64") * (1 << 48) + others.activity_id,
            woman_id=others.woman_id,
            pregnancy_id=others.pregnancy_id,
        )

    told = beside(a.filter(a.pregnancy_id.notnull()), "pregnancy_id")
    free = beside(a.filter(a.pregnancy_id.isnull()), "woman_id")
    every = told.union(free)
    found = every.left_join(lone, every.woman_id == lone.woman_id).left_join(
        ranked, every.twin_id == ranked.activity_id
    )
    known = found.select(
        *(every[name] for name in every.columns if name != "pregnancy_id"),
        pregnancy_id=found_pregnancy(every, lone, ranked),
    )
    return known.filter(known.pregnancy_id == known.of_pregnancy_id).drop(
        "woman_id", "pregnancy_id", "of_pregnancy_id"
    )


def same_acts(t: Tables) -> ir.Table:
    """Give the pairs that are the same act: of one code, or catalogue equivalents."""
    pairs, c = t["twin_pairs"], t["entries"]
    mine, theirs = c.view(), c.view()
    day = pairs.performed_on
    named = (
        pairs.left_join(
            mine, [pairs.code == mine.code, holds(day, mine.valid_from, mine.valid_until)]
        )
        .left_join(
            theirs,
            [pairs.twin_code == theirs.code, holds(day, theirs.valid_from, theirs.valid_until)],
        )
        .select(
            pairs.activity_id,
            pairs.twin_id,
            pairs.twin_order,
            pairs.is_billed,
            same=ibis.coalesce(mine.equivalent, pairs.code)
            == ibis.coalesce(theirs.equivalent, pairs.twin_code),
        )
    )
    return named.filter(named.same).drop("same")


def twins(t: Tables) -> ir.Table:
    """Rule `duplicate`: give the activities that another source already gave, with their twin.

    The same pregnancy, organisation, code (or catalogue equivalent), date and child from a source
    that is trusted more: the best source survives, its lowest id is the twin.
    """
    found = t["same_acts"]
    return found.group_by("activity_id").agg(twin_id=found.twin_id.argmin(found.twin_order))


def marks(t: Tables) -> ir.Table:
    """Give what other sources say of an activity: its twin, and that it was billed.

    A lesser source's claim is not the act that survives, but what became of it counts for the care.
    """
    double, found = t["twins"], t["same_acts"]
    told = found.filter(found.is_billed).select(
        activity_id="twin_id", twin_id=ibis.null("int64"), is_billed=ibis.literal(True)
    )
    every = told.union(double.select("activity_id", "twin_id", is_billed=ibis.literal(False)))
    return every.group_by("activity_id").agg(
        twin_id=every.twin_id.max(), is_billed=every.is_billed.any()
    )


def supplied_entries(t: Tables) -> ir.Table:
    """Give what suppliers may do by catalogue entry."""
    s, c = t["suppliers"], t["entries"].select("entry", "code")
    return s.join(c, "code").select("organisation_id", "entry", "valid_from", "valid_until")


def acts(t: Tables) -> ir.Table:
    """Give one row per activity with pregnancy, phase, scope and whether its giver is inside.

    `pregnancy_id` is null when the activity belongs to no known pregnancy; `entry` is null when
    its code is not in the catalogue on its date. `counts` for the bundle: once, in scope, in a
    phase. `is_plain` is what most are: a member's own act that counts, not by the hour, not billed
    the old way. The billing of a twin is that of the act itself.
    """
    a, lone, ranked, case = t["activities"], t["lone_women"], t["matches"], t["cases"]
    c, m, s, mark = t["entries"], t["memberships"], t["supplied_entries"], t["marks"]
    day = a.performed_on
    pregnancy_id = found_pregnancy(a, lone, ranked)
    joined = (
        a.left_join(lone, a.woman_id == lone.woman_id)
        .left_join(ranked, a.activity_id == ranked.activity_id)
        .left_join(case, pregnancy_id == case.pregnancy_id)
        .left_join(c, [a.code == c.code, holds(day, c.valid_from, c.valid_until)])
        .left_join(
            m, [a.organisation_id == m.organisation_id, holds(day, m.valid_from, m.valid_until)]
        )
        .left_join(
            s,
            [
                a.organisation_id == s.organisation_id,
                c.entry == s.entry,
                holds(day, s.valid_from, s.valid_until),
            ],
        )
        .left_join(mark, a.activity_id == mark.activity_id)
    )
    phase = phase_of_act(day, a.performed_minute, c.phase_hint, case)
    is_before = yes(day < case.intake_on)
    counts = yes(c.is_scope) & (phase > 0) & mark.twin_id.isnull()
    is_member, billed_mono = (
        m.organisation_id.notnull(),
        a.billed_mono | yes(mark.is_billed),
    )
    hourly = yes(c.hourly)
    return joined.select(
        a.activity_id,
        pregnancy_id=case.pregnancy_id,
        organisation_id=a.organisation_id,
        performed_on=day,
        quantity=a.quantity,
        duration_minutes=a.duration_minutes,
        billed_mono=billed_mono,
        phase=phase,
        entry=c.entry,
        is_before=is_before,
        is_scope=yes(c.is_scope),
        counts=counts,
        is_member=is_member,
        is_inside=is_member | s.organisation_id.notnull(),
        is_gynaecologist=yes((a.specialism == case.gynaecology_specialism) & c.complex_counts),
        on_request=yes(c.on_request),
        hourly=hourly,
        by_list=yes(c.mono == "price_list"),
        course=c.course.fill_null(0),
        is_plain=counts & is_member & ~hourly & ~billed_mono,
    )


def counted(t: Tables) -> ir.Table:
    """Give the activities that count for the bundle: once, in scope, in a phase of a pregnancy."""
    a = t["acts"]
    return a.filter(a.counts)


def with_entry(acts_table: ir.Table, t: Tables, *names: str) -> ir.Table:
    """Add columns of the catalogue to activities that are in it."""
    c = t["entries"]
    return acts_table.join(c.select("entry", *names), "entry")
