"""Every activity with what the rules need to know of it: its pregnancy, phase, scope and giver.

Rules `scope` (inside or outside the law's bundle, by catalogue and date) and `member` (member or
contracted supplier on the date of the activity) are joins on dated tables; they are read here in
one pass, because an activity table is the only large one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.bundles.rules.phase import phase_of_act
from ooievaar.storage.expressions import holds, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

INSIDE = "inside"


def entries(t: Tables) -> ir.Table:
    """Give the catalogue with a number per row: a number travels lighter than five texts."""
    c = t["catalogue"]
    order = ibis.window(order_by=[c.code, c.valid_from])
    return c.mutate(entry=ibis.row_number().over(order).cast("int32"), is_scope=c.scope == INSIDE)


def acts(t: Tables) -> ir.Table:
    """Give one row per activity with pregnancy, phase, scope and whether its giver is inside.

    `pregnancy_id` is null when the activity belongs to no known pregnancy; `entry` is null when
    its code is not in the catalogue on its date.
    """
    a, matched, case = t["activities"], t["matches"], t["cases"]
    c, m, s = t["entries"], t["memberships"], t["suppliers"]
    day = a.performed_on
    pregnancy_id = ibis.coalesce(a.pregnancy_id, matched.matched_id)
    joined = (
        a.left_join(matched, a.activity_id == matched.activity_id)
        .left_join(case, pregnancy_id == case.pregnancy_id)
        .left_join(c, [a.code == c.code, holds(day, c.valid_from, c.valid_until)])
        .left_join(
            m, [a.organisation_id == m.organisation_id, holds(day, m.valid_from, m.valid_until)]
        )
        .left_join(
            s,
            [
                a.organisation_id == s.organisation_id,
                a.code == s.code,
                holds(day, s.valid_from, s.valid_until),
            ],
        )
    )
    phase = phase_of_act(day, a.performed_minute, c.phase_hint.fill_null(0), case).fill_null(0)
    is_before = yes(day < case.intake_on)
    return joined.select(
        a.activity_id,
        pregnancy_id=case.pregnancy_id,
        organisation_id=a.organisation_id,
        performed_on=day,
        quantity=a.quantity,
        duration_minutes=a.duration_minutes,
        child_number=a.child_number,
        source_rank=a.source_rank,
        billed_mono=a.billed_mono,
        phase=phase,
        entry=c.entry,
        is_before=is_before,
        is_scope=yes(c.is_scope),
        is_bundle_care=yes(c.is_scope) & (phase > 0) & ~is_before,
        is_member=m.organisation_id.notnull(),
        is_inside=m.organisation_id.notnull() | s.organisation_id.notnull(),
        is_gynaecologist=yes((a.specialism == case.gynaecology_specialism) & c.complex_counts),
        on_request=yes(c.on_request),
        hourly=yes(c.hourly),
        by_list=yes(c.mono == "price_list"),
    )


def twin_pairs(t: Tables) -> ir.Table:
    """Give activities beside those of a more trusted source on the same day for the same person."""
    rows = t["acts"]
    placed = rows.filter(rows.pregnancy_id.notnull())
    losers = placed.filter(placed.source_rank > placed.source_rank.min().as_scalar())
    others = placed.view()
    keys = ("pregnancy_id", "organisation_id", "performed_on", "child_number")
    return losers.join(
        others,
        [*(losers[key] == others[key] for key in keys), losers.source_rank > others.source_rank],
    ).select(
        losers.activity_id,
        is_billed=losers.billed_mono,
        loser_entry=losers.entry,
        twin_id=others.activity_id,
        twin_entry=others.entry,
        twin_order=others.source_rank.cast("int64") * (1 << 48) + others.activity_id,
    )


def unknown_codes(t: Tables) -> ir.Table:
    """Give the code of activities that are not in the catalogue."""
    a, act = t["activities"].select("activity_id", "code"), t["acts"]
    return a.semi_join(act.filter(act.entry.isnull()), "activity_id")


def same_acts(t: Tables) -> ir.Table:
    """Give the pairs that are the same act: of one code, or catalogue equivalents."""
    pairs, c, codes = t["twin_pairs"], t["entries"], t["unknown_codes"]
    mine, theirs = c.view(), c.view()
    my_code, their_code = codes.view(), codes.view()
    named = (
        pairs.left_join(mine, pairs.loser_entry == mine.entry)
        .left_join(theirs, pairs.twin_entry == theirs.entry)
        .left_join(my_code, pairs.activity_id == my_code.activity_id)
        .left_join(their_code, pairs.twin_id == their_code.activity_id)
        .select(
            pairs.activity_id,
            pairs.twin_id,
            pairs.twin_order,
            pairs.is_billed,
            same=ibis.coalesce(mine.equivalent, my_code.code)
            == ibis.coalesce(theirs.equivalent, their_code.code),
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


def billed_twins(t: Tables) -> ir.Table:
    """Give the activities that a lesser source tells of too, knowing that they were billed.

    The claim is not the act that survives, but what became of it counts for the care.
    """
    found = t["same_acts"]
    return found.filter(found.is_billed).select(activity_id="twin_id").distinct()


def counted(t: Tables) -> ir.Table:
    """Give the activities that count for the bundle: once, in scope, in a phase of a pregnancy."""
    once = t["acts"].anti_join(t["twins"], "activity_id")
    # the filter comes last: Ibis lets nobody join on an unfinished join
    return once.filter(once.is_bundle_care)


def counted_with_billing(t: Tables) -> ir.Table:
    """Give what counts, where the billing of a twin is its own."""
    a, billed = t["acts"], t["billed_twins"]
    marked = a.left_join(billed, a.activity_id == billed.activity_id).select(
        *(a[name] for name in a.columns if name != "billed_mono"),
        billed_mono=a.billed_mono | billed.activity_id.notnull(),
    )
    once = marked.anti_join(t["twins"], "activity_id")
    return once.filter(once.is_bundle_care)


def with_entry(acts_table: ir.Table, t: Tables, *names: str) -> ir.Table:
    """Add columns of the catalogue to activities that are in it."""
    c = t["entries"]
    return acts_table.join(c.select("entry", *names), "entry")
