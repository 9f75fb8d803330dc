"""What others read: the plan of a woman, of many women, and what somebody must act on."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.known import (
    CHILD_LOST,
    Known,
    On,
    acts_of,
    chosen_of,
    everything_of,
    known_of,
)
from ooievaar.pathways.models import Enrolment, PathwayInForce, PathwayVersion
from ooievaar.pathways.reading import stored_definition
from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.definition import Definition
from ooievaar.pathways.rules.planning import (
    EMPTY,
    STATUSES,
    Act,
    Facts,
    PathwayOn,
    Plan,
    PlanItem,
    Status,
    plan_items,
)
from ooievaar.pathways.rules.prepared import Prepared, for_role, prepare
from ooievaar.record.entries.slots import DueItem
from ooievaar.record.models import PregnancyVersion, TreatmentRelation
from ooievaar.record.permissions import known, pregnancies_for
from ooievaar.record.versions import newest_versions

BASE = "base"
AT_ONCE = 5000
"""Pregnancies in one query; more are asked for in turns."""
ACT_ON: tuple[Status, ...] = ("due", "overdue")
LONGEST_DAYS = 280
AFTERCARE_DAYS = 84
"""So long after the end what nobody linked to a pregnancy can still be of this one."""

REASONS = (
    gettext_noop("zwangerschap beëindigd"),
    gettext_noop("de afloop is niet vastgelegd"),
    gettext_noop("kwam later in zorg"),
    gettext_noop("begon later met dit zorgpad"),
    gettext_noop("haar keuze; niets vastgelegd"),
    gettext_noop("volgt op iets dat is overgeslagen"),
    gettext_noop("kind overleden"),
    gettext_noop("er was al een later contact"),
    gettext_noop("in dit dossier is nog niets geschreven"),
)
"""`rules.planning.AUTOMATIC`, where the translators find them: `gettext(item.reason)`."""


def plan_of(pregnancy_id: int, at: datetime) -> Plan:
    """Return the plan of one pregnancy; without a base in force it is empty. One query.

    (A second one, once per process, reads a version that it has not read yet.)
    """
    found, rows = everything_of(pregnancy_id, at)
    on = _on(found) if found is not None else ()
    if found is None or not on:
        return EMPTY
    prepared = _prepared(tuple(row.sha256 for row in on))
    facts = _facts(found, on, chosen_of(rows, prepared), timezone.localdate(at))
    return Plan(plan_items(prepared, facts), _named(on))


def plans_for(
    pregnancy_ids: Iterable[int],
    at: datetime,
    only: Collection[Status] = STATUSES,
    role: str = "",
) -> dict[int, Plan]:
    """Return the plan of each of these pregnancies, in two queries.

    With `only` the items with one of these statuses, with `role` those of that role and what can
    be mistaken for them: both are quicker. (A third query, once per process, reads a version that
    it has not read yet.)
    """
    wanted = sorted(set(pregnancy_ids))
    plans: dict[int, Plan] = {}
    for start in range(0, len(wanted), AT_ONCE):
        plans.update(_plans(wanted[start : start + AT_ONCE], at, only, role))
    return plans


def beside_hers(
    pregnancy_id: int, at: datetime, *, put_on: Definition | None = None, take_off: str = ""
) -> tuple[Plan, Plan]:
    """Return her plan, and what it would be with one pathway put on or taken off. Two queries."""
    found = known_of([pregnancy_id], at).get(pregnancy_id)
    if found is None or not found.versions:
        return EMPTY, EMPTY
    on = _on(found)
    texts = _definitions(row.sha256 for row in on)
    hers = [texts[row.sha256] for row in on]
    then = [
        row
        for row in hers
        if row.key != take_off
        and (put_on is None or row.key != put_on.key)
        and not (put_on is not None and row.kind == put_on.kind == BASE)
    ]
    both = [prepare(compose(rows)) for rows in (hers, [*then, put_on] if put_on else then)]
    acts = acts_of([pregnancy_id], both, at).get(pregnancy_id, [])
    today = timezone.localdate(at)
    now, after = (Plan(plan_items(one, _facts(found, on, acts, today))) for one in both)
    return now, after


def pathways_of(pregnancy_id: int, at: datetime) -> tuple[PathwayOn, ...]:
    """Return the pathways that a pregnancy is on, without the plan. One query."""
    return _named(_on_of(pregnancy_id, at))


@dataclass(frozen=True, slots=True)
class ToDo:
    """An item that somebody must act on, of which pregnancy.

    `to_arrange`: nobody of the discipline that should do it treats her yet, so that who took her
    into care must see to it.
    """

    pregnancy_id: int
    woman_id: int
    reference: str
    name: str
    item: PlanItem
    to_arrange: bool = False


def overdue_for(workplace: Workplace, at: datetime, most: int = 200) -> list[ToDo]:
    """Return what this role of this organisation must do now: overdue first, then due.

    Of the pregnancies that it may see and that run, or ended in a birth not long ago. Four
    queries. Who took a woman into care (a midwife) is told too what nobody else will do.
    """
    if not workplace.gives_care:
        return []
    rows = _running(workplace, at)
    arranges = workplace.role is Role.MIDWIFE
    role = "" if arranges else str(workplace.role)
    plans = plans_for([row.pregnancy_id for row in rows], at, ACT_ON, role)
    own = known(workplace.organisation_id)
    taken_in = [row.pregnancy_id for row in rows if arranges and row.taken_in_by == own]
    treating = _disciplines_treating(taken_in, timezone.localdate(at)) if taken_in else {}
    found = []
    for row in rows:
        disciplines = treating.get(row.pregnancy_id)
        for item in plans[row.pregnancy_id].items:
            is_own = item.role == workplace.role
            if is_own or (disciplines is not None and item.discipline not in disciplines):
                about = (row.pregnancy_id, row.woman_id, row.reference, row.name)
                found.append(ToDo(*about, item, not is_own))
    found.sort(key=_urgency)
    return found[:most]


def due_items(pregnancy_id: int, at: datetime) -> list[DueItem]:
    """Return what is due or overdue of a pregnancy, for the forms of the record."""
    return [
        DueItem(
            item.key,
            label_of(item),
            item.form,
            item.discipline,
            item.due_from,
            item.due_until,
            item.status == "overdue",
        )
        for item in plans_for([pregnancy_id], at, ACT_ON)[pregnancy_id].items
    ]


def label_of(item: PlanItem) -> str:
    """Return the name of an item in the language of who looks, with the child it is of."""
    name = item.name_en if (get_language() or "nl").startswith("en") else item.name_nl
    if item.occurrence < 1:
        return name
    return _("%(name)s (kind %(number)s)") % {"name": name, "number": item.occurrence}


def definition_of(version: PathwayVersion) -> Definition:
    """Return what a stored version says."""
    return stored_definition(version.sha256, version.content)


def definitions_of(plan: Plan) -> dict[str, Definition]:
    """Return what the pathways of a plan say, by key; they were read for the plan already."""
    texts = _definitions(row.sha256 for row in plan.pathways)
    return {row.key: texts[row.sha256] for row in plan.pathways}


def in_force(network_id: int, day: date) -> dict[str, PathwayVersion]:
    """Return the versions that hold in a network on a day, by key; of the bases the one."""
    rows = (
        PathwayInForce.objects.filter(network_id=network_id, valid_from__lte=day)
        .select_related("version")
        .order_by("valid_from", "pk")
    )
    held: dict[str, PathwayVersion] = {}
    for row in rows:
        version = row.version
        if version.kind == BASE:
            held = {key: other for key, other in held.items() if other.kind != BASE}
        held[version.key] = version
    return dict(sorted(held.items(), key=lambda found: (found[1].kind != BASE, found[1].title)))


def networks_of(pregnancy_id: int) -> frozenset[int]:
    """Return the networks in which somebody who treats her takes part, or who took her in."""
    treating = TreatmentRelation.objects.filter(pregnancy_id=pregnancy_id)
    took_in = PregnancyVersion.objects.filter(pregnancy_id=pregnancy_id)
    memberships = Membership.objects.filter(
        Q(organisation_id__in=treating.values("organisation_id"))
        | Q(organisation_id__in=took_in.values("first_intake_organisation_id"))
    )
    return frozenset(memberships.values_list("network_id", flat=True))


def on_now(pregnancy_id: int, at: datetime) -> dict[str, PathwayVersion]:
    """Return the versions that a pregnancy is on, by key, the base of her network among them."""
    on = _on_of(pregnancy_id, at)
    versions = PathwayVersion.objects.in_bulk([row.version_id for row in on])
    return {row.key: versions[row.version_id] for row in on}


def _plans(
    ids: Sequence[int], at: datetime, only: Collection[Status], role: str
) -> dict[int, Plan]:
    today = timezone.localdate(at)
    found = known_of(ids, at) if ids else {}
    on = {of: _on(row) for of, row in found.items()}
    _definitions({row.sha256 for rows in on.values() for row in rows})
    prepared = {
        of: _prepared(tuple(row.sha256 for row in rows), role) for of, rows in on.items() if rows
    }
    prepared = {of: ready for of, ready in prepared.items() if ready.slots}
    acts = acts_of(list(prepared), set(prepared.values()), at) if prepared else {}
    plans = dict.fromkeys(ids, EMPTY)
    for of, ready in prepared.items():
        facts = _facts(found[of], on[of], acts.get(of, []), today)
        plans[of] = Plan(plan_items(ready, facts, only), _named(on[of]))
    return plans


def _named(on: Sequence[On]) -> tuple[PathwayOn, ...]:
    texts = _definitions(row.sha256 for row in on)
    return tuple(
        PathwayOn(
            row.key,
            texts[row.sha256].kind,
            texts[row.sha256].title_nl,
            texts[row.sha256].title_en,
            row.version_id,
            row.number,
            row.from_on,
            row.reason,
            row.sha256,
        )
        for row in on
    )


def _facts(found: Known, on: Sequence[On], acts: Sequence[tuple[Act, bool]], today: date) -> Facts:
    """Return what the planning wants to know, as it is known on a day."""
    newest = found.versions[-1]
    _id, _recorded, first_intake_on, due_on, ended_on, birth_on, children, _by, end_kind = newest[
        :9
    ]
    ended = ended_on if ended_on is not None and ended_on <= today else None
    is_birth = end_kind == PregnancyVersion.EndKind.BIRTH
    born = (birth_on or ended) if is_birth else None
    born = born if born is not None and born <= today else None
    since = due_on - timedelta(days=LONGEST_DAYS)
    until = (born or ended or due_on) + timedelta(days=AFTERCARE_DAYS)
    due_dates = [(found.versions[0][1], found.versions[0][3])]
    for row in found.versions[1:]:
        # One by one: a due date may move back to what it was before.
        if row[3] != due_dates[-1][1]:
            due_dates.append((row[1], row[3]))
    return Facts(
        today=today,
        first_intake_on=first_intake_on,
        due_dates=tuple(due_dates),
        acts=tuple(act for act, unlinked in acts if not unlinked or since <= act.day < until),
        skips=found.skips,
        children=max(1, children),
        lost_children=frozenset(act.child for act, _unlinked in acts if act.mark in CHILD_LOST),
        birth_on=born,
        ended_on=ended or born,
        since={row.key: row.from_on for row in on if row.from_on is not None},
    )


def _on_of(pregnancy_id: int, at: datetime) -> tuple[On, ...]:
    found = known_of([pregnancy_id], at).get(pregnancy_id)
    return _on(found) if found is not None else ()


def _on(found: Known) -> tuple[On, ...]:
    """Return the pathways that a pregnancy is on: the base first, the others by key."""
    rows = sorted(enumerate(found.enrolments), key=lambda row: (row[1][1].from_on, row[0]))
    texts = _definitions(on.sha256 for _order, (_kind, on) in rows)
    base, others = found.base, dict[str, On]()
    for _order, (kind, on) in rows:
        if texts[on.sha256].kind == BASE:
            base = on
        elif kind == Enrolment.Kind.END:
            others.pop(on.key, None)
        else:
            others[on.key] = on
    if base is None:
        return ()
    return (base, *(others[key] for key in sorted(others)))


_MOST_TEXTS = 2000
_texts: OrderedDict[str, Definition] = OrderedDict()


def _definitions(hashes: Iterable[str]) -> Mapping[str, Definition]:
    """Return definitions by the hash of their text; what was read once needs no query."""
    unread = {sha256 for sha256 in hashes if sha256 not in _texts}
    if unread:
        rows = PathwayVersion.objects.filter(sha256__in=unread).values_list("sha256", "content")
        for sha256, content in rows:
            _texts[sha256] = stored_definition(sha256, content)
        while len(_texts) > _MOST_TEXTS:
            _texts.popitem(last=False)
    return _texts


@lru_cache(maxsize=512)
def _prepared(hashes: tuple[str, ...], role: str = "") -> Prepared:
    """Return the pathways with these hashes together, ready for planning; once per process."""
    if role:
        return for_role(_prepared(hashes), role)
    texts = _definitions(hashes)
    return prepare(compose(texts[sha256] for sha256 in hashes))


class _Running(NamedTuple):
    """Somebody who is pregnant, or gave birth not long ago."""

    pregnancy_id: int
    woman_id: int
    reference: str
    name: str
    taken_in_by: int


def _running(workplace: Workplace, at: datetime) -> list[_Running]:
    """Return who is pregnant or gave birth not long ago, of whom somebody may see."""
    day = timezone.localdate(at)
    lasts = Q(
        end_kind=PregnancyVersion.EndKind.ONGOING,
        due_on__range=(day - timedelta(days=28), day + timedelta(days=LONGEST_DAYS)),
    )
    born = Q(
        end_kind=PregnancyVersion.EndKind.BIRTH,
        ended_on__gt=day - timedelta(days=AFTERCARE_DAYS),
    )
    rows = (
        newest_versions(day)
        .filter(lasts | born, pregnancy_id__in=pregnancies_for(workplace, at).values("pk"))
        .values_list(
            "pregnancy_id",
            "pregnancy__woman_id",
            "pregnancy__reference",
            "pregnancy__woman__name",
            "first_intake_organisation_id",
        )
    )
    return [_Running(*row) for row in rows]


def _disciplines_treating(ids: Sequence[int], day: date) -> dict[int, set[str]]:
    rows = TreatmentRelation.objects.filter(
        pregnancy_id__in=ids, valid_from__lte=day, valid_until__gt=day
    ).values_list("pregnancy_id", "organisation__discipline")
    found: dict[int, set[str]] = {of: set() for of in ids}
    for of, discipline in rows:
        found[of].add(discipline)
    return found


def _urgency(row: ToDo) -> tuple[bool, date, str, int, str]:
    return (
        row.item.status != "overdue",
        row.item.due_until,
        row.name,
        row.pregnancy_id,
        row.item.key,
    )
