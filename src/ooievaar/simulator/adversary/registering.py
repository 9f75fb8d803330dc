"""What comes in about women: files of other systems, and what carers write here."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from ooievaar.exchange.commands import import_activities, load_region
from ooievaar.kernel.faults import InputRejected
from ooievaar.kernel.identifiers import is_bsn
from ooievaar.network.models import Insurer, Membership, Organisation
from ooievaar.record.access_log.models import Kind as EventKind
from ooievaar.record.entries.commands import Observed, finish, mark_in_error
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.registering import NewWoman, register_pregnancy
from ooievaar.record.models import Coverage, CoverageChange, Pregnancy, PregnancyVersion, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.versions import newest_versions
from ooievaar.record.women.coverage import change_insurer
from ooievaar.simulator.adversary.life import Followed, Life, Row
from ooievaar.simulator.adversary.steps import Step
from ooievaar.simulator.insurance.world import Truth

CONTACT = "prenatal_contact"
OTHER_SOURCE = "claims"
LOCAL = "record"
COPIED = 4
"""So many acts of one file come again from another source."""
DONE, NOTHING, REFUSED = "done", "nothing", "refused"
FIRST_BSN = 999_500_000


def import_file(life: Life, step: Step) -> str:
    """Take in what was registered elsewhere since the last time, and one file of acts."""
    waiting, today = life.waiting, min(step.today, step.day)
    told = _due(life, "pregnancies", today)
    newest = {row["reference"]: {**row, "recorded_on": step.today} for row in told}
    known_acts = {(row["source"], row["reference"]) for row in waiting.told}
    gone = [
        row
        for row in _due(life, "withdrawals", today)
        if (row["source"], row["reference"]) in known_acts
    ]
    mistakes = [{**row, "recorded_on": step.today} for row in gone]
    try:
        if newest or mistakes:
            load_region(
                _tables(life, pregnancies=newest.values(), withdrawals=mistakes),
                recorded_on=step.today,
                today=step.today,
                versions_may_share_a_day=True,
            )
    except InputRejected:
        return REFUSED
    _forget(life, "pregnancies", told)
    _forget(life, "withdrawals", gone)
    known = {*Pregnancy.objects.values_list("reference", flat=True), None}
    acts = [row for row in _due(life, "activities", today) if _can_come(life, row, known)]
    return _send_acts(life, step, acts) if acts else DONE


def same_file(life: Life, step: Step) -> str:
    """Send a file again that was read: nothing of it is stored twice."""
    if not life.waiting.files:
        return NOTHING
    file = life.waiting.files[step.pick % len(life.waiting.files)]
    again = import_activities(file, now=life.now(step))
    assert again is None, "a file that was read is read again"
    return DONE


def same_care(life: Life, step: Step) -> str:
    """Let care that we know be in the next file once more, from another source."""
    told = life.waiting.told
    if not told:
        return NOTHING
    start = step.pick % len(told)
    life.waiting.rows["activities"] += [
        {**row, "source": OTHER_SOURCE, "reference": f"{row['reference']}-{step.number}"}
        for row in told[start : start + COPIED]
        if row["source"] != OTHER_SOURCE
    ]
    return DONE


def hold_back(life: Life, step: Step) -> str:
    """Let somebody send nothing from now on."""
    agbs = sorted({row["organisation_agb"] for row in life.waiting.rows["activities"]})
    if not agbs:
        return NOTHING
    life.waiting.held.add(agbs[step.pick % len(agbs)])
    return DONE


def late_file(life: Life, step: Step) -> str:
    """Let who held back send everything, months later."""
    life.waiting.held.clear()
    return import_file(life, step)


def new_woman(life: Life, step: Step) -> str:
    """Take a woman into care here, with her intake, and tell the world that she exists."""
    insurers = list(Insurer.objects.order_by("pk"))
    insurer, bsn = insurers[step.pick % len(insurers)], _bsn(FIRST_BSN + step.number)
    birth_date = date(1990, 1, 1) + timedelta(days=step.pick % 3_000)
    made = register_pregnancy(
        NewWoman(f"Vrouw {step.number}", birth_date, bsn, insurer=insurer),
        organisation=_practice(life, step),
        first_intake_on=step.today,
        due_on=step.today + timedelta(days=200),
        due_precision_days=3,
        at=life.now(step),
    )
    if isinstance(made, Rejected):
        return REFUSED
    life.administrator.world.women[bsn] = Truth(birth_date, [(insurer.uzovi, step.today, date.max)])
    return _written(life, step, made, "intake", {"intake_kind": "first"})


def contact(life: Life, step: Step) -> str:
    """Write a check of one of the last days."""
    pregnancy = _running(life, step)
    if pregnancy is None:
        return NOTHING
    return _written(life, step, pregnancy, CONTACT, _check(step), back=step.pick % 9)


def contact_twice(life: Life, step: Step) -> str:
    """Write the same check twice, as who clicks twice in two windows."""
    pregnancy = _running(life, step)
    if pregnancy is None:
        return NOTHING
    _written(life, step, pregnancy, CONTACT, _check(step))
    return _written(life, step, pregnancy, CONTACT, _check(step))


def correct(life: Life, step: Step) -> str:
    """Write what was written otherwise, on another day."""
    entry = _entry(step)
    if entry is None:
        return NOTHING
    values = {"weight": str(50 + step.pick % 30), "complaints": "rugpijn"}
    return _written(
        life, step, entry.pregnancy, CONTACT, values, back=1 + step.pick % 5, replaces=entry
    )


def in_error(life: Life, step: Step) -> str:
    """Mark a check as an error: its care is withdrawn."""
    entry = _entry(step)
    if entry is None:
        return NOTHING
    with transaction.atomic():
        marked = mark_in_error(
            entry,
            "andere vrouw",
            organisation=entry.organisation,
            person=life.person(life.carer),
            role=str(life.carer.role),
            at=life.now(step),
        )
        life.log(step, life.carer, EventKind.CHANGE, entry.woman_id)
    _follow(life, step, entry.woman_id)
    return REFUSED if isinstance(marked, Rejected) else DONE


def miscarriage(life: Life, step: Step) -> str:
    """Learn weeks later that a pregnancy ended."""
    pregnancy = _running(life, step)
    if pregnancy is None:
        return NOTHING
    ended = step.today - timedelta(days=10 + step.pick % 50)
    life.waiting.ended.add(pregnancy.reference)
    values = {"pregnancy_end_kind": "miscarriage", "pregnancy_end_date": ended.isoformat()}
    return _written(life, step, pregnancy, "pregnancy_end", values)


def born_elsewhere(life: Life, step: Step) -> str:
    """Learn that she gave birth with somebody who takes no part."""
    soon = step.today + timedelta(days=30)
    pregnancy = _running(life, step, due_before=soon)
    here = Membership.objects.filter(network=life.network).values("organisation_id")
    elsewhere = Organisation.objects.filter(discipline="gynaecologists").exclude(pk__in=here)
    place = elsewhere.order_by("pk").first()
    if pregnancy is None or place is None:
        return NOTHING
    day = step.today - timedelta(days=step.pick % 20)
    life.waiting.ended.add(pregnancy.reference)
    values = {"birth_mode": "spontaneous", "children_born": "1"}
    back = step.pick % 20
    _written(life, step, pregnancy, "birth_mother", values, back=back, place=place)
    child = {"birth_date": day.isoformat()}
    return _written(life, step, pregnancy, "birth_child", child, back=back, place=place, number=1)


def another_insurer(life: Life, step: Step) -> str:
    """Learn that a woman was insured elsewhere for some time; now and then that is not so."""
    women = list(
        Woman.objects.exclude(bsn=None)
        .filter(pregnancies__isnull=False)
        .distinct()
        .order_by("pk")
        .values_list("pk", "bsn")
    )
    insurers = list(Insurer.objects.order_by("pk"))
    if not women:
        return NOTHING
    woman_id, bsn = women[step.pick % len(women)]
    with transaction.atomic():
        changed = change_insurer(
            woman_id,
            insurers[step.pick // 7 % len(insurers)],
            step.today - timedelta(days=step.pick % 200),
            source=CoverageChange.Source.CHECK,
            checked_on=step.today,
            by=life.person(life.board.controller),
            at=life.now(step),
        )
        life.log(step, life.board.controller, EventKind.CHANGE, woman_id)
    if isinstance(changed, Rejected):
        return REFUSED
    if step.pick % 3:
        _truth_becomes(life, woman_id, str(bsn))
    _follow(life, step, woman_id)
    return DONE


def _truth_becomes(life: Life, woman_id: int, bsn: str) -> None:
    """Let the insurers know what we know."""
    women = life.administrator.world.women
    rows = Coverage.objects.filter(woman_id=woman_id).order_by("valid_from")
    held = list(rows.values_list("insurer__uzovi", "valid_from", "valid_until"))
    women[bsn] = Truth(women[bsn].birth_date, held)


def _written(
    life: Life,
    step: Step,
    pregnancy: Pregnancy,
    form: str,
    values: dict[str, str],
    *,
    back: int = 0,
    place: Organisation | None = None,
    replaces: Entry | None = None,
    number: int = 0,
) -> str:
    """Finish a form as its page does, with the log in the same transaction."""
    if place is None:
        place = pregnancy.versions.latest("recorded_on", "pk").first_intake_organisation
    with transaction.atomic():
        entry = finish(
            pregnancy,
            form,
            [Observed(name, value, number) for name, value in values.items()],
            organisation=replaces.organisation if replaces else place,
            person=life.person(life.carer),
            role=str(life.carer.role),
            happened_on=step.today - timedelta(days=back),
            at=life.now(step),
            replaces=replaces,
        )
        life.log(step, life.carer, EventKind.CHANGE, pregnancy.woman_id)
    _follow(life, step, pregnancy.woman_id)
    return REFUSED if isinstance(entry, Rejected) else DONE


def _follow(life: Life, step: Step, woman_id: int) -> None:
    life.followed = Followed(woman_id, step.today + timedelta(days=1))


def _check(step: Step) -> dict[str, str]:
    return {"weight": str(55 + step.pick % 40)}


def _running(life: Life, step: Step, due_before: date | None = None) -> Pregnancy | None:
    """Choose one of the pregnancies that run."""
    runs = newest_versions(step.today).filter(
        end_kind=PregnancyVersion.EndKind.ONGOING,
        first_intake_on__lte=step.today - timedelta(days=20),
        due_on__gt=step.today - timedelta(days=20),
    )
    if due_before is not None:
        runs = runs.filter(due_on__lte=due_before)
    found = sorted(runs.values_list("pregnancy_id", flat=True))
    return Pregnancy.objects.get(pk=found[step.pick % len(found)]) if found else None


def _entry(step: Step) -> Entry | None:
    """Choose one of the checks that stand."""
    stands = Entry.objects.filter(form=CONTACT, replaced_by__isnull=True, is_in_error=False)
    found = list(stands.select_related("pregnancy", "organisation").order_by("pk"))
    return found[step.pick % len(found)] if found else None


def _practice(life: Life, step: Step) -> Organisation:
    here = Membership.objects.filter(
        network=life.network, organisation__discipline="midwives", valid_until__gt=step.today
    )
    found = sorted({*here.values_list("organisation_id", flat=True)})
    return Organisation.objects.get(pk=found[step.pick % len(found)])


def _bsn(start: int) -> str:
    """Return the first number from `start` on that could be one; all of them are invented."""
    return next(str(n) for n in range(start, start + 100) if is_bsn(str(n)))


def _due(life: Life, table: str, day: date) -> list[Row]:
    ended = life.waiting.ended
    name = {"pregnancies": "reference"}.get(table, "pregnancy")
    return [
        row
        for row in life.waiting.rows[table]
        if row["recorded_on"] <= day and row.get(name) not in ended
    ]


def _can_come(life: Life, row: Row, known: set[str | None]) -> bool:
    return row["organisation_agb"] not in life.waiting.held and row["pregnancy"] in known


def _send_acts(life: Life, step: Step, acts: list[Row]) -> str:
    """Write a file of acts as another system would, and import it."""
    file = life.folder / f"acts-{step.number}.parquet"
    rows = [{key: value for key, value in row.items() if key != "recorded_on"} for row in acts]
    schema = life.waiting.tables["activities"].schema
    kept = pa.schema([column for column in schema if column.name != "recorded_on"])
    pq.write_table(pa.Table.from_pylist(rows, schema=kept), file)
    try:
        import_activities(file, now=life.now(step))
    except InputRejected:
        return REFUSED
    life.waiting.files.append(file)
    life.waiting.told += acts
    _forget(life, "activities", acts)
    return DONE


def _forget(life: Life, table: str, rows: Iterable[Row]) -> None:
    gone = {id(row) for row in rows}
    life.waiting.rows[table] = [row for row in life.waiting.rows[table] if id(row) not in gone]


def _tables(life: Life, **rows: Iterable[dict[str, Any]]) -> dict[str, pa.Table]:
    return {
        name: pa.Table.from_pylist(list(given), schema=life.waiting.tables[name].schema)
        for name, given in rows.items()
    }
