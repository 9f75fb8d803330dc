"""What is on record of pregnancies as the planning asks for it: two queries, however many.

Everything of the pathways of some pregnancies comes in one query, everything done in another;
the rows of several tables are laid under each other. The ORM would ask eight.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from ooievaar.pathways.rules.planning import Act
from ooievaar.pathways.rules.prepared import Prepared

_NO_DAY = "CAST(NULL AS date)"

_STATE_SQL = f"""
SELECT 1, v.pregnancy_id, v.id, v.recorded_on, v.first_intake_on, v.due_on, v.ended_on,
  v.birth_on, v.children, v.first_intake_organisation_id, 0, v.end_kind, '', '', ''
FROM record_pregnancyversion v WHERE v.pregnancy_id IN ({{ids}})
UNION ALL
SELECT 2, e.pregnancy_id, e.id, e.from_on, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  e.version_id, v.number, 0, e.kind, v.key, v.sha256, e.reason
FROM pathways_enrolment e JOIN pathways_pathwayversion v ON v.id = e.version_id
WHERE e.pregnancy_id IN ({{ids}}) AND e.at <= %s AND e.from_on <= %s
UNION ALL
SELECT 3, s.pregnancy_id, s.id, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  s.occurrence, CASE WHEN s.is_undone THEN 1 ELSE 0 END, 0, s.item, '', '', s.reason
FROM pathways_skip s WHERE s.pregnancy_id IN ({{ids}}) AND s.at <= %s
UNION ALL
SELECT 4, 0, f.id, f.valid_from, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  f.version_id, v.number, f.network_id, n.kind, v.key, v.sha256, ''
FROM pathways_pathwayinforce f JOIN pathways_pathwayversion v ON v.id = f.version_id
JOIN network_network n ON n.id = f.network_id WHERE v.kind = 'base' AND f.put_at <= %s
UNION ALL
SELECT 5, 0, m.id, m.valid_from, m.valid_until, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  m.organisation_id, m.network_id, 0, '', '', '', ''
FROM network_membership m
WHERE m.network_id IN (SELECT network_id FROM pathways_pathwayinforce)
"""  # noqa: S608

# What its source linked to no pregnancy is hers by the day; the planning takes what fits. It may
# stand in a record that is read with the one of the pregnancy (`record.women`).
_HERS = """(
  SELECT p.id, COALESCE(w.same_as_id, w.id) AS woman_id
  FROM record_pregnancy p JOIN record_woman w ON w.id = p.woman_id WHERE p.id IN ({ids})
  UNION ALL
  SELECT p.id, m.id FROM record_pregnancy p JOIN record_woman w ON w.id = p.woman_id
  JOIN record_woman m ON m.same_as_id = COALESCE(w.same_as_id, w.id) WHERE p.id IN ({ids})
)"""

_ACTS_SQL = f"""
SELECT p.id, a.id, CAST(a.performed_on AS text), a.code, '', o.name, a.child_number, 0,
  CASE WHEN a.pregnancy_id IS NULL THEN 1 ELSE 0 END
FROM {_HERS} p JOIN record_careactivity a ON a.woman_id = p.woman_id
JOIN network_organisation o ON o.id = a.organisation_id
LEFT JOIN record_withdrawal x ON x.activity_id = a.id
WHERE (a.pregnancy_id = p.id OR a.pregnancy_id IS NULL) AND x.id IS NULL
  AND a.code IN ({{codes}}) AND a.performed_on <= %s AND a.recorded_on <= %s
UNION ALL
SELECT e.pregnancy_id, e.id, CAST(e.happened_on AS text), '', e.form, o.name, 0,
  CASE WHEN EXISTS (SELECT 1 FROM entries_countedactivity c WHERE c.entry_id = e.id)
  THEN 1 ELSE 0 END, 0
FROM entries_entry e JOIN network_organisation o ON o.id = e.organisation_id
WHERE e.pregnancy_id IN ({{ids}}) AND NOT e.is_in_error AND e.form IN ({{forms}})
  AND e.happened_on <= %s AND e.recorded_at <= %s
  AND NOT EXISTS (SELECT 1 FROM entries_entry n WHERE n.replaces_id = e.id)
UNION ALL
SELECT e.pregnancy_id, e.id, CAST(e.happened_on AS text), b.value, b.element, o.name, b.number, 0, 2
FROM entries_entry e JOIN entries_observation b ON b.entry_id = e.id
JOIN network_organisation o ON o.id = e.organisation_id
WHERE e.pregnancy_id IN ({{ids}}) AND b.element IN ({{elements}})
  AND e.happened_on <= %s AND e.recorded_at <= %s
  AND NOT EXISTS (SELECT 1 FROM entries_entry n WHERE n.replaces_id = e.id)
"""  # noqa: S608
_ALL_SQL = f"""{_STATE_SQL}
UNION ALL
SELECT 6, p.id, a.id, a.performed_on, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  a.child_number, 0, CASE WHEN a.pregnancy_id IS NULL THEN 1 ELSE 0 END, a.code, '', o.name, ''
FROM {_HERS} p JOIN record_careactivity a ON a.woman_id = p.woman_id
JOIN network_organisation o ON o.id = a.organisation_id
LEFT JOIN record_withdrawal x ON x.activity_id = a.id
WHERE (a.pregnancy_id = p.id OR a.pregnancy_id IS NULL) AND x.id IS NULL
  AND a.performed_on <= %s AND a.recorded_on <= %s
UNION ALL
SELECT 7, e.pregnancy_id, e.id, e.happened_on, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  0, CASE WHEN EXISTS (SELECT 1 FROM entries_countedactivity c WHERE c.entry_id = e.id)
  THEN 1 ELSE 0 END, 0, '', e.form, o.name, ''
FROM entries_entry e JOIN network_organisation o ON o.id = e.organisation_id
WHERE e.pregnancy_id IN ({{ids}}) AND NOT e.is_in_error
  AND e.happened_on <= %s AND e.recorded_at <= %s
  AND NOT EXISTS (SELECT 1 FROM entries_entry n WHERE n.replaces_id = e.id)
UNION ALL
SELECT 8, e.pregnancy_id, e.id, e.happened_on, {_NO_DAY}, {_NO_DAY}, {_NO_DAY}, {_NO_DAY},
  b.number, 0, 2, b.value, b.element, o.name, ''
FROM entries_entry e JOIN entries_observation b ON b.entry_id = e.id
JOIN network_organisation o ON o.id = e.organisation_id
WHERE e.pregnancy_id IN ({{ids}}) AND e.happened_on <= %s AND e.recorded_at <= %s
  AND NOT EXISTS (SELECT 1 FROM entries_entry n WHERE n.replaces_id = e.id)
"""  # noqa: S608
"""Of one pregnancy everything at once: one query, where what is asked for is chosen after it."""

_UNLINKED, _ELEMENT, _FIRST_ACT = 1, 2, 6
ActRow = tuple[Any, ...]
"""Something done, as the query gives it: pregnancy, row, day, code or value, name, by, ..."""

LOST = frozenset({"child_died_on", "born_alive=no"})
"""What the record says of a child that died: nothing more is planned for it."""
CHILD_LOST = frozenset(f"element:{mark}" for mark in LOST)


@dataclass(frozen=True, slots=True)
class On:
    """A version of a pathway that somebody is on, from when and why; no day is by default."""

    version_id: int
    number: int
    key: str
    sha256: str
    from_on: date | None = None
    reason: str = ""


@dataclass(slots=True)
class Known:
    """What is known of one pregnancy apart from what was done."""

    versions: list[tuple[Any, ...]] = field(default_factory=list)
    enrolments: list[tuple[str, On]] = field(default_factory=list)
    skips: dict[tuple[str, int], str] = field(default_factory=dict)
    base: On | None = None


def known_of(ids: Sequence[int], at: datetime) -> dict[int, Known]:
    """Return what is known of these pregnancies by a moment, and their base; one query."""
    today = timezone.localdate(at)
    moment = connection.ops.adapt_datetimefield_value(at)
    marks = ", ".join(["%s"] * len(ids))
    parameters = [*ids, *ids, moment, _sql_day(today), *ids, moment, moment]
    with connection.cursor() as cursor:
        cursor.execute(_STATE_SQL.format(ids=marks), parameters)
        return _as_found(cursor.fetchall(), today)


def everything_of(pregnancy_id: int, at: datetime) -> tuple[Known | None, list[ActRow]]:
    """Return what `known_of` and `acts_of` ask of one pregnancy, in one query.

    What of it a pathway asks for, `chosen_of` tells.
    """
    today, one = timezone.localdate(at), [pregnancy_id]
    moment, day = connection.ops.adapt_datetimefield_value(at), _sql_day(today)
    parameters = [*one, *one, moment, day, *one, moment, moment]
    parameters += [*one, *one, day, day, *one, day, moment, *one, day, moment]
    with connection.cursor() as cursor:
        cursor.execute(_ALL_SQL.format(ids="%s"), parameters)
        rows = cursor.fetchall()
    state = [row for row in rows if row[0] < _FIRST_ACT]
    acts = [
        (row[1], row[2], str(row[3]), row[11], row[12], row[13], row[8], row[9], row[10])
        for row in rows
        if row[0] >= _FIRST_ACT
    ]
    return _as_found(state, today).get(pregnancy_id), acts


def chosen_of(rows: Iterable[ActRow], prepared: Prepared) -> list[tuple[Act, bool]]:
    """Return of everything done what these pathways ask for, oldest first."""
    codes, forms = set(prepared.codes), set(prepared.forms)
    wanted = set(prepared.elements) | LOST
    elements = {element.partition("=")[0] for element in wanted}
    asked = [
        row
        for row in rows
        if (
            row[4] in elements
            if row[8] == _ELEMENT
            else row[3] in codes
            if row[3]
            else row[4] in forms
        )
    ]
    acts = [act for acts in _as_acts(asked, wanted).values() for act in acts]
    return sorted(acts)


def _as_found(rows: Iterable[tuple[Any, ...]], today: date) -> dict[int, Known]:
    found: dict[int, Known] = defaultdict(Known)
    bases: list[tuple[Any, ...]] = []
    memberships: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row[0], row[2])):
        match row[0]:
            case 1:
                found[row[1]].versions.append(
                    row[2:3] + tuple(map(_day, row[3:8])) + row[8:10] + row[11:12]
                )
            case 2:
                on = On(row[8], row[9], row[12], row[13], _day(row[3]), row[14])
                found[row[1]].enrolments.append((row[11], on))
            case 3:
                _note_skip(found[row[1]].skips, row)
            case 4:
                bases.append((_day(row[3]), row[2], row[10], row[11], row))
            case _:
                memberships[row[8]].append((row[9], _day(row[3]), _day(row[4])))
    for known in found.values():
        known.versions = _as_known(known.versions, today)
        if known.versions:
            known.base = _base(known.versions[-1], bases, memberships)
    return found


def acts_of(
    ids: Sequence[int], prepared: Iterable[Prepared], at: datetime
) -> dict[int, list[tuple[Act, bool]]]:
    """Return what was done of these pregnancies by a moment, and whether it was linked by nobody.

    Only what one of these pathways asks for; one query, oldest first.
    """
    together = list(prepared)
    codes = sorted({code for row in together for code in row.codes})
    forms = sorted({form for row in together for form in row.forms})
    wanted = {element for row in together for element in row.elements} | LOST
    elements = sorted({element.partition("=")[0] for element in wanted})
    today = _sql_day(timezone.localdate(at))
    moment = connection.ops.adapt_datetimefield_value(at)
    sql = _ACTS_SQL.format(
        ids=_marks(ids), codes=_marks(codes), forms=_marks(forms), elements=_marks(elements)
    )
    parameters = [
        *ids, *ids, *(codes or [""]), today, today,
        *ids, *(forms or [""]), today, moment,
        *ids, *elements, today, moment,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = _as_acts(cursor.fetchall(), wanted)
    for acts in found.values():
        acts.sort()
    return found


def _as_acts(rows: Iterable[ActRow], wanted: Set[str]) -> dict[int, list[tuple[Act, bool]]]:
    found: dict[int, list[tuple[Act, bool]]] = defaultdict(list)
    # Days come as text: reading a few hundred of them once is quicker than each row's.
    days: dict[str, date] = {}
    for of, row, on, code, name, by, child, counted, how in rows:
        day = days.get(on) or days.setdefault(on, date.fromisoformat(on))
        if how == _ELEMENT:
            said = {name, *(f"{name}={value}" for value in code.split())} & wanted
            found[of].extend(
                (Act(day, f"element:{mark}", by, f"entry:{row}", child), False) for mark in said
            )
        elif code:
            act = Act(day, code, by, f"activity:{row}", child)
            found[of].append((act, how == _UNLINKED))
        else:
            act = Act(day, f"form:{name}", by, f"entry:{row}", 0, bool(counted))
            found[of].append((act, False))
    return found


def _as_known(versions: list[tuple[Any, ...]], today: date) -> list[tuple[Any, ...]]:
    """Return the versions known on a day, the one that counts last; the newest when none was."""
    in_order = sorted(versions, key=lambda row: (row[1], row[0]))
    return [row for row in in_order if row[1] <= today] or in_order[-1:]


def _base(
    version: tuple[Any, ...],
    bases: Iterable[tuple[Any, ...]],
    memberships: dict[int, list[tuple[Any, ...]]],
) -> On | None:
    """Return the base in force on the day of the first intake, where that was; an IGO's first."""
    intake_on, organisation_id = version[2], version[7]
    networks = {
        network
        for network, since, until in memberships.get(organisation_id, ())
        if since <= intake_on < until
    }
    held = [row for row in bases if row[2] in networks and row[0] <= intake_on]
    if not held:
        return None
    _, network_id = min((row[3] != "igo", row[2]) for row in held)
    row = max((row for row in held if row[2] == network_id), key=lambda row: row[:2])[4]
    return On(row[8], row[9], row[12], row[13])


def _note_skip(skips: dict[tuple[str, int], str], row: tuple[Any, ...]) -> None:
    place = (row[11], row[8])
    if row[9]:
        skips.pop(place, None)
    else:
        skips[place] = row[14]


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * max(1, len(values)))


def _day(value: Any) -> date | None:
    """Return a day as the database gives it: SQLite as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _sql_day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)
