"""Puts a base and what comes on top of it together into one set of activities, and says why.

Four rules, in this order, none of which minds in which order the pathways come:
1. a replacement takes whole pathways out, by name;
2. an activity takes activities of other pathways out, by name;
3. the same activity in two pathways becomes one: the stricter window, the more specialised line;
4. visits of one discipline on one form within some days of each other become one visit.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from ooievaar.pathways.rules.definition import (
    LINES,
    Activity,
    AfterWindow,
    DaysWindow,
    Definition,
    Effort,
    GestationWindow,
    days_of,
    describe_window,
)

Place = TypeVar("Place", str, tuple[str, str])


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is not as its own pathway says it.

    `rule`: pathway_replaced, replaced, same_key or merged. `activity`: the key in the result that
    it is about, or the key that fell away; `pathways`: those that met.
    """

    rule: str
    activity: str
    pathways: tuple[str, ...]
    text_nl: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Composed:
    """One activity of the whole, with the pathway that it comes from and what shaped it."""

    activity: Activity
    pathway: str
    explanations: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """What she should have, in order of time, and every explanation.

    `now_called`: under which key stands what was taken out or in by another activity.
    """

    pathways: tuple[str, ...]
    activities: tuple[Composed, ...]
    explanations: tuple[Explanation, ...]
    now_called: dict[str, str]


def compose(definitions: Iterable[Definition]) -> Composition:
    """Return what these pathways amount to together, whatever order they come in.

    Of one key one version may be given, and one base at most; ValueError else.
    """
    given = sorted(definitions, key=lambda row: (row.kind != "base", row.key))
    keys = [row.key for row in given]
    if len(set(keys)) < len(keys) or sum(row.kind == "base" for row in given) > 1:
        raise ValueError(f"not one version of each pathway, or two bases: {keys}")
    given, explanations = _without_replaced_pathways(given)
    titles = {row.key: row for row in given}
    rows = [Composed(activity, row.key) for row in given for activity in row.activities]
    now_called: dict[str, str] = {}
    rows = _without_replaced(rows, titles, explanations, now_called)
    rows = _one_of_each_key(rows, titles, explanations)
    days = next((row.merge_within_days for row in given if row.kind == "base"), 7)
    rows = _visits_together(rows, titles, days, explanations, now_called)
    rows.sort(key=_in_time)
    return Composition(
        tuple(row.key for row in given), tuple(rows), tuple(explanations), now_called
    )


def _without_replaced_pathways(
    given: list[Definition],
) -> tuple[list[Definition], list[Explanation]]:
    """Take out the pathways that another names; of two that name each other the first key stays."""
    names = {row.key: set(row.replaces) for row in given}
    gone = _gone(names, sorted(names))
    explanations = []
    for row in given:
        if row.key in gone:
            by = next(other for other in given if other.key == gone[row.key])
            explanations.append(
                Explanation(
                    "pathway_replaced",
                    row.key,
                    (row.key, by.key),
                    f"{row.title_nl} vervalt: {by.title_nl} komt ervoor in de plaats.",
                    f"{row.title_en} falls away: {by.title_en} takes its place.",
                )
            )
    return [row for row in given if row.key not in gone], explanations


def _without_replaced(
    rows: list[Composed],
    titles: dict[str, Definition],
    explanations: list[Explanation],
    now_called: dict[str, str],
) -> list[Composed]:
    """Take out the activities that one of another pathway names, and let it be called that."""
    # One name may stand for the activity of several pathways: a place is pathway and key.
    by_key = defaultdict(list)
    for row in rows:
        by_key[row.activity.key].append(row.pathway)
    names = {
        (row.pathway, row.activity.key): {
            (pathway, key)
            for key in row.activity.replaces
            for pathway in by_key.get(key, ())
            if pathway != row.pathway
        }
        for row in rows
    }
    ranked = sorted(rows, key=lambda row: (-_rank(row.activity), row.pathway, row.activity.key))
    gone = _gone(names, [(row.pathway, row.activity.key) for row in ranked])
    at = {(row.pathway, row.activity.key): row for row in rows}
    kept: dict[tuple[str, str], list[Explanation]] = defaultdict(list)
    for place in sorted(gone):
        row, by = at[place], at[gone[place]]
        told = Explanation(
            "replaced",
            row.activity.key,
            (row.pathway, by.pathway),
            f"{_called(row, titles)} vervalt: "
            f"{_called(by, titles)} komt ervoor in de plaats.",
            f"{_called(row, titles, 'en')} falls away: "
            f"{_called(by, titles, 'en')} takes its place.",
        )  # fmt: skip
        explanations.append(told)
        kept[gone[place]].append(told)
        if row.activity.key != by.activity.key:
            now_called[row.activity.key] = by.activity.key
    return [
        replace(row, explanations=tuple(kept[(row.pathway, row.activity.key)]))
        for row in rows
        if (row.pathway, row.activity.key) not in gone
    ]


def _one_of_each_key(
    rows: list[Composed], titles: dict[str, Definition], explanations: list[Explanation]
) -> list[Composed]:
    """Make one of what stands in several pathways under the same key."""
    by_key: dict[str, list[Composed]] = defaultdict(list)
    for row in rows:
        by_key[row.activity.key].append(row)
    found = []
    for key in sorted(by_key):
        same = by_key[key]
        if len(same) == 1:
            found.append(same[0])
            continue
        leader = max(same, key=lambda row: (_rank(row.activity), *_on_top(row, titles)))
        activity = _with_strictest_window(leader.activity, [row.activity for row in same])
        activity = _with_marks_of_all(activity, [row.activity for row in same])
        activity = activity.model_copy(update={"effort": leader.activity.effort})
        pathways = tuple(sorted(row.pathway for row in same))
        others_nl = _listed((titles[row].title_nl for row in pathways), "en")
        others_en = _listed((titles[row].title_en for row in pathways), "and")
        is_one_line = len({row.activity.line for row in same}) == 1
        by_nl = "zoals in" if is_one_line else "in de meest gespecialiseerde lijn, die van"
        by_en = "as in" if is_one_line else "in the most specialised line, that of"
        told = Explanation(
            "same_key",
            key,
            pathways,
            f"{activity.name_nl} staat in {others_nl}: één keer, {by_nl} "
            f"{titles[leader.pathway].title_nl}, {describe_window(activity)}.",
            f"{activity.name_en} stands in {others_en}: once, {by_en} "
            f"{titles[leader.pathway].title_en}, {describe_window(activity, 'en')}.",
        )
        explanations.append(told)
        before = tuple(text for row in same for text in row.explanations)
        found.append(Composed(activity, leader.pathway, (*before, told)))
    return found


def _visits_together(
    rows: list[Composed],
    titles: dict[str, Definition],
    days: int,
    explanations: list[Explanation],
    now_called: dict[str, str],
) -> list[Composed]:
    """Let a visit take in visits of other pathways, by the same discipline in the same days.

    A visit takes in one of each pathway at most, the nearest; that of a base first.
    """
    visits = sorted(
        (row for row in rows if row.activity.is_contact and _span(row.activity) is not None),
        key=lambda row: (titles[row.pathway].kind != "base", *_in_time(row)),
    )
    hosts: dict[str, Composed] = {}
    taken: dict[str, set[str]] = {}
    guests: dict[str, list[Composed]] = defaultdict(list)
    for visit in visits:
        near = [
            (_apart(hosts[key].activity, visit.activity), *_in_time(hosts[key]), key)
            for key in hosts
            if _may_host(hosts[key], visit, days) and visit.pathway not in taken[key]
        ]
        if not near:
            hosts[visit.activity.key] = visit
            taken[visit.activity.key] = {visit.pathway}
            continue
        key = min(near)[-1]
        taken[key].add(visit.pathway)
        guests[key].append(visit)
    found = [row for row in rows if row.activity.key not in {v.activity.key for v in visits}]
    for key, host in hosts.items():
        found.append(_hosting(host, guests[key], titles, explanations, now_called))
    return found


def _hosting(
    host: Composed,
    guests: list[Composed],
    titles: dict[str, Definition],
    explanations: list[Explanation],
    now_called: dict[str, str],
) -> Composed:
    """Return a visit with those that it takes in: their marks, the longest of their efforts."""
    activity, told = host.activity, list(host.explanations)
    for guest in sorted(guests, key=lambda row: (row.pathway, row.activity.key)):
        activity = _with_strictest_window(activity, [activity, guest.activity])
        activity = _with_marks_of_all(activity, [activity, guest.activity])
        now_called[guest.activity.key] = activity.key
        told.append(
            Explanation(
                "merged",
                activity.key,
                tuple(sorted((host.pathway, guest.pathway))),
                f"{_called(guest, titles)} valt samen met {_called(host, titles)}: "
                f"dezelfde discipline in dezelfde dagen, dus één contact.",
                f"{_called(guest, titles, 'en')} coincides with {_called(host, titles, 'en')}: "
                f"the same discipline in the same days, so one visit.",
            )
        )
        told.extend(guest.explanations)
        explanations.append(told[-1 - len(guest.explanations)])
    return Composed(activity, host.pathway, tuple(told))


def _may_host(host: Composed, visit: Composed, days: int) -> bool:
    one, other = host.activity, visit.activity
    return (
        host.pathway != visit.pathway
        and one.discipline == other.discipline
        and one.line == other.line
        and one.form == other.form
        and type(one.timing) is type(other.timing)
        and one.for_each_child == other.for_each_child
        and _apart(one, other) <= days
    )


def _with_strictest_window(activity: Activity, all_of_them: list[Activity]) -> Activity:
    """Return the activity in the days that all windows share, else in the shortest of them.

    Windows that are counted in different ways cannot be compared; then its own counts.
    """
    spans = {_span(row): row for row in sorted(all_of_them, key=lambda row: row.key)
             if type(row.timing) is type(activity.timing)}  # fmt: skip
    spans.pop(None, None)
    if len(spans) < 2:
        return activity
    known = [span for span in spans if span is not None]
    start, until = max(span[0] for span in known), min(span[1] for span in known)
    if start >= until:
        start, until = min(known, key=lambda span: (span[1] - span[0], span))
    match activity.timing:
        case GestationWindow():
            window = GestationWindow(start=_gestation(start), until=_gestation(until))
            return activity.model_copy(update={"gestation": window})
        case DaysWindow():
            return activity.model_copy(update={"after_birth": DaysWindow(start=start, until=until)})
        case AfterWindow(activity=waits_for):
            window_after = AfterWindow(activity=waits_for, start=start, until=until)
            return activity.model_copy(update={"after": window_after})
        case _:
            return activity


def _with_marks_of_all(activity: Activity, all_of_them: list[Activity]) -> Activity:
    """Return the activity with the marks, alternatives and efforts of all that became one."""
    rows = sorted(all_of_them, key=lambda row: row.key)
    codes = sorted({code for row in rows for code in row.codes})
    elements = sorted({element for row in rows for element in row.elements})
    alternatives = {
        (other.discipline, other.line, other.role, other.name_nl): other
        for row in rows
        for other in row.alternatives
    }
    needs = {need.name_nl: need for row in rows for need in row.needs}
    efforts: dict[tuple[str, str], Effort] = {}
    for effort in (effort for row in rows for effort in row.effort):
        of = (effort.discipline, effort.line)
        most = efforts.get(of)
        if most is None or _weight(effort) > _weight(most):
            efforts[of] = effort
    return activity.model_copy(
        update={
            "codes": tuple(codes),
            "elements": tuple(elements),
            "alternatives": tuple(alternatives[key] for key in sorted(alternatives)),
            "needs": tuple(needs[key] for key in sorted(needs)),
            "effort": tuple(efforts[key] for key in sorted(efforts)),
            "replaces": tuple(sorted({key for row in rows for key in row.replaces})),
            "is_contact": any(row.is_contact for row in rows),
            "is_choice": all(row.is_choice for row in rows),
            "is_first_contact": any(row.is_first_contact for row in rows),
            "when_late": "catch_up"
            if any(row.when_late == "catch_up" for row in rows)
            else "lapse",
        }
    )


def _weight(effort: Effort) -> tuple[int, int]:
    return effort.minutes * effort.percent, effort.minutes


def _gone(names: dict[Place, set[Place]], ranked: list[Place]) -> dict[Place, Place]:
    """Return what another takes out, and which: the first in rank that names it.

    Where some name each other in a circle, the first of them in rank stays.
    """
    reach = {place: _reached(names, place) for place in names}
    gone: dict[Place, Place] = {}
    for place in ranked:
        by = [other for other in ranked if place in names[other]]
        outside = [other for other in by if other not in reach[place]]
        circle = [other for other in ranked if other in reach[place] and place in reach[other]]
        if outside:
            gone[place] = outside[0]
        elif by and circle and circle[0] != place:
            gone[place] = next((other for other in by if other == circle[0]), by[0])
    return gone


def _reached(names: dict[Place, set[Place]], start: Place) -> set[Place]:
    seen: set[Place] = set()
    left = list(names[start])
    while left:
        place = left.pop()
        if place not in seen:
            seen.add(place)
            left.extend(names.get(place, ()))
    return seen


def _rank(activity: Activity) -> int:
    return LINES.index(activity.line)


def _on_top(row: Composed, titles: dict[str, Definition]) -> tuple[bool, str]:
    """Return what decides between equals: what comes on top of a base goes before it."""
    return titles[row.pathway].kind != "base", row.pathway


def _span(activity: Activity) -> tuple[int, int] | None:
    """Return a window in days, `[start, until)`, in its own way of counting."""
    match activity.timing:
        case GestationWindow() as window:
            return days_of(window.start), days_of(window.until)
        case DaysWindow() | AfterWindow() as window:
            return window.start, window.until
        case _:
            return None


def _apart(one: Activity, other: Activity) -> int:
    """Return the days between two windows; 0 when they touch or overlap."""
    first, second = _span(one), _span(other)
    assert first is not None
    assert second is not None
    return max(0, first[0] - second[1] + 1, second[0] - first[1] + 1)


def _in_time(row: Composed) -> tuple[int, int, int, str, str]:
    """Return what puts activities in order: prenatal, then after birth, each by its window."""
    activity = row.activity
    span = _span(activity) or (0, 0)
    return int(activity.after_birth is not None), *span, row.pathway, activity.key


def _called(row: Composed, titles: dict[str, Definition], language: str = "nl") -> str:
    title = titles[row.pathway]
    if language == "nl":
        return f"{row.activity.name_nl} ({title.title_nl})"
    return f"{row.activity.name_en} ({title.title_en})"


def _listed(names: Iterable[str], joined_by: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {joined_by} {last}" if first else last


def _gestation(days: int) -> str:
    return f"{days // 7}+{days % 7}"
