"""The only code that stores what members' own claim files tell of.

A file is stored whole or not at all, unless the good rows of a bad one are asked for. Nothing that
was read is changed later: a credit withdraws, and what turns out to have gone to an insurer is
marked beside the activity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ooievaar.claims.members.codes import known_codes
from ooievaar.claims.members.reading import Contents, read_contents, whole
from ooievaar.claims.members.rows import Act, CreditOf, Earlier, Judged, Known, Place, judge_rows
from ooievaar.claims.models import MemberCodeTable, MemberFile, MemberFileLine
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Organisation
from ooievaar.record.commands import mark_billed, store_activities, withdraw_activities
from ooievaar.record.models import BilledMono, CareActivity, Withdrawal, Woman
from ooievaar.storage.bulk import analyse_tables, insert_rows, next_id

SOURCE = "claims"
Outcome = MemberFileLine.Outcome
LINE_FIELDS = (
    "file_id",
    "detail_number",
    "course",
    "reference",
    "activity_id",
    "list_code",
    "code",
    "performed_on",
    "quantity",
    "cents",
    "is_credit",
    "outcome",
)
REFERENCES_LAST = timedelta(days=5 * 366)
"""For so long a reference is unique per provider; an older one is another line."""
LARGEST_FILE_BYTES = 300_000_000
MANY_ROWS = 10_000
"""After so many new rows PostgreSQL looks at its tables again."""
AT_ONCE = 500
"""How many values stand in one question to the database."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class MemberImport:
    """What was done with a file: lines stored, known before, taken back, marked billed, refused."""

    file: MemberFile
    stored: int = 0
    known: int = 0
    taken_back: int = 0
    billed: int = 0
    read_before: bool = False
    refused: list[Fault] = field(default_factory=list)
    rows_refused: int = 0
    notes: list[str] = field(default_factory=list)


def import_member_file(
    name: str,
    content: bytes,
    *,
    now: datetime,
    billed: bool = False,
    allow_test: bool = False,
    accept_good_rows: bool = False,
    report: Progress | None = None,
) -> MemberImport:
    """Read a member's own claim file, called `name`, into care activities.

    `billed`: it is known that the file went to an insurer; of a file that was read before, its
    lines are then marked. With `accept_good_rows` the bad lines are left out and returned; such a
    file may be read again.

    Raises InputRejected with every fault when the file, or one of its lines, is not good.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    before = MemberFile.objects.filter(sha256=sha256).first()
    if before is not None and not before.refused:
        marked = mark_file_billed(before, now) if billed else 0
        return MemberImport(before, billed=marked, read_before=True)
    tell = report or (lambda _: None)
    contents = read_contents(name, content, now=now, allow_test=allow_test)
    today = timezone.localdate(now)
    tell(f"{name}: {len(contents.rows)} regels nakijken")
    with transaction.atomic():
        _lock()
        file = _file_before(name, contents, sha256)
        known = _known(contents, file)
        judged = judge_rows(contents, known, known_codes(), today, name)
        bad = len(contents.bad_lines | {fault.row for fault in judged.faults})
        refused = sorted(
            [*contents.faults, *judged.faults], key=lambda fault: (fault.row or 0, fault.column)
        )
        if refused and not accept_good_rows:
            raise InputRejected(refused)
        if file is None:
            file = _remember(contents, sha256, name, now, billed, bad)
        tell(f"{name}: {len(judged.acts)} activiteiten opslaan")
        notes = _notes(judged)
        first = next_id(CareActivity)
        store_activities(_activity_rows(judged.acts, first, billed, today))
        withdraw_activities(_withdrawals(judged.credits, contents, today))
        insert_rows(MemberFileLine, LINE_FIELDS, _line_rows(file.pk, judged, first))
        # What was stored as billed just now is not marked again.
        marked = mark_file_billed(file, now) if billed else 0
        if len(judged.acts) >= MANY_ROWS:
            transaction.on_commit(
                partial(analyse_tables, CareActivity, MemberFileLine), robust=True
            )
    return MemberImport(
        file,
        stored=len(judged.acts),
        known=len(judged.known),
        taken_back=len(judged.credits),
        billed=(len(judged.acts) if billed else 0) + marked,
        refused=refused,
        rows_refused=bad,
        notes=notes,
    )


def member_content(path: Path) -> bytes:
    """Return the bytes of a file; InputRejected when it is larger than any claim file."""
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        raise InputRejected([whole(path.name, f"{size} bytes", "ten hoogste 300 MB")])
    return path.read_bytes()


def mark_file_billed(
    file: MemberFile, now: datetime, details: Iterable[int] | None = None, how: str = ""
) -> int:
    """Mark the lines of a file (or those with these numbers) as gone to an insurer; how many are.

    What counted as billed already, and what a credit has taken back, stays as it is.
    """
    lines = MemberFileLine.objects.filter(
        file=file, activity__isnull=False, is_credit=False, activity__billed_mono=False
    )
    pairs = lines.order_by("detail_number").values_list("detail_number", "activity_id")
    chosen = None if details is None else set(details)
    ids = [act for number, act in pairs if act and (chosen is None or number in chosen)]
    with transaction.atomic():
        _lock()
        return _mark(ids, timezone.localdate(now), how or _how(file))


def import_member_codes(
    name: str, rows: Sequence[dict[str, Any]], now: datetime, sha256: str
) -> MemberCodeTable | None:
    """Put a checked table of codes in force; None when that very table was imported before."""
    if MemberCodeTable.objects.filter(sha256=sha256).exists():
        return None
    return MemberCodeTable.objects.create(
        name=name[:255], content=list(rows), sha256=sha256, imported_at=now
    )


def _lock() -> None:
    """Keep other writers out until the transaction ends: activities are numbered here."""
    if connection.vendor != "postgresql":
        return  # SQLite's immediate transaction holds the only write lock already.
    with connection.cursor() as cursor:
        for model in (CareActivity, Withdrawal, BilledMono, MemberFile):
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def _file_before(name: str, contents: Contents, sha256: str) -> MemberFile | None:
    """Return the file when its bad lines are offered again; refuse an invoice that is known."""
    same = MemberFile.objects.filter(
        organisation=contents.organisation, invoice_number=contents.invoice_number
    ).first()
    if same is None or same.sha256 == sha256:
        return same
    raise InputRejected(
        [
            Fault(
                name,
                1,
                "factuurnummer",
                f'"{contents.invoice_number}", dat al is ingelezen '
                f"op {timezone.localdate(same.imported_at):%d-%m-%Y} uit {same.name}",
                "een factuur die nog niet is ingelezen",
            )
        ]
    )


def _known(contents: Contents, file: MemberFile | None) -> Known:
    """Read what the database knows of everything the lines name."""
    rows = contents.rows
    women = {
        bsn: (pk, birth)
        for chunk in _chunks({row.bsn for row in rows})
        for pk, bsn, birth in Woman.objects.filter(bsn__in=chunk).values_list(
            "pk", "bsn", "birth_date"
        )
        if bsn
    }
    named = {row.practitioner_agb for row in rows} - {""}
    organisations = {
        agb: pk
        for chunk in _chunks(named)
        for agb, pk in Organisation.objects.filter(agb__in=chunk).values_list("agb", "pk")
    }
    references = {row.reference for row in rows} | {row.previous_reference for row in rows}
    since = contents.starts_on - REFERENCES_LAST
    lines = MemberFileLine.objects.filter(
        file__organisation=contents.organisation, file__until__gt=since
    )
    earlier: dict[str, Earlier] = {}
    for chunk in _chunks(references - {""}):
        found = (
            lines.filter(reference__in=chunk)
            .order_by("pk")
            .values_list(
                "reference", "list_code", "code", "performed_on", "quantity", "is_credit",
                "activity_id", "activity__woman_id", "file__invoice_number", "file_id",
                F("activity__withdrawal__reason"), "outcome",
            )
        )  # fmt: skip
        for values in found:
            earlier[values[0]] = Earlier(*values)
    return Known(women, organisations, earlier, contents.organisation.pk, file.pk if file else None)


def _notes(judged: Judged) -> list[str]:
    """Tell how many lines repeat care of earlier files: what a second invoice of a month does.

    They are stored all the same: two checks on one day do happen.
    """
    acts = [act for _, act in judged.acts]
    if not acts:
        return []
    days = [act.performed_on for act in acts]
    claimed = CareActivity.objects.filter(
        source=SOURCE, withdrawal__isnull=True, performed_on__range=(min(days), max(days))
    )
    taken_back = {one.activity_id for _, one in judged.credits}
    before = {
        tuple(key)
        for women in _chunks({act.woman_id for act in acts})
        for pk, *key in claimed.filter(woman_id__in=women).values_list(
            "pk", "woman_id", "organisation_id", "code", "performed_on"
        )
        if pk not in taken_back
    }
    again = sum(
        (act.woman_id, act.organisation_id, act.activity, act.performed_on) in before
        for act in acts
    )
    if not again:
        return []
    return [
        f"van {again} van deze regels is dezelfde zorg (vrouw, code en dag) al eens uit een "
        "declaratie ingelezen; staat zij er dubbel in, lees dan de creditregels in."
    ]


def _remember(
    contents: Contents, sha256: str, name: str, now: datetime, billed: bool, bad: int
) -> MemberFile:
    return MemberFile.objects.create(
        organisation=contents.organisation,
        name=name[:255],
        sha256=sha256,
        invoice_number=contents.invoice_number,
        standard=contents.standard,
        is_test=contents.is_test,
        uzovi=contents.uzovi,
        starts_on=contents.starts_on,
        until=contents.until,
        lines=len(contents.rows),
        refused=bad,
        cents=contents.cents,
        is_billed=billed,
        imported_at=now,
    )


def _activity_rows(
    acts: Sequence[tuple[Place, Act]], first: int, billed: bool, today: date
) -> Iterator[tuple[Any, ...]]:
    known_on = today.isoformat()
    for number, (_, act) in enumerate(acts, start=first):
        yield (
            number, act.woman_id, None, act.organisation_id, act.activity, act.specialism,
            act.performed_on.isoformat(), None, act.quantity, act.duration_minutes, 0, billed,
            SOURCE, act.source_reference, known_on,
        )  # fmt: skip


def _withdrawals(
    credits: Sequence[tuple[Place, CreditOf]], contents: Contents, today: date
) -> list[tuple[Any, ...]]:
    """Give the rows all at once: while rows are copied, nothing can be asked for a number."""
    reason = f"Gecrediteerd in factuur {contents.invoice_number}"
    open_ones = [one.activity_id for _, one in credits if not one.is_withdrawn]
    first = next_id(Withdrawal)
    return [(number, activity_id, today.isoformat(), reason)
            for number, activity_id in enumerate(open_ones, start=first)]  # fmt: skip


def _line_rows(file_id: int, judged: Judged, first: int) -> Iterator[tuple[Any, ...]]:
    def line(place: Place, activity_id: int | None, outcome: str) -> tuple[Any, ...]:
        return (
            file_id, place.detail_number, place.course, place.reference, activity_id,
            place.list_code, place.code, place.performed_on.isoformat(), place.quantity,
            place.cents, place.is_credit, outcome,
        )  # fmt: skip

    for number, (place, _) in enumerate(judged.acts, start=first):
        yield line(place, number, Outcome.STORED.value)
    for place, earlier in judged.known:
        yield line(place, earlier.activity_id, Outcome.KNOWN.value)
    for place, credit in judged.credits:
        yield line(place, credit.activity_id, Outcome.TAKEN_BACK.value)
    for place in judged.courses:
        outcome = Outcome.TAKEN_BACK if place.is_credit else Outcome.STORED
        yield line(place, None, outcome.value)


def _mark(ids: Sequence[int], today: date, how: str) -> int:
    """Mark activities as billed the old way, those that were not; return how many."""
    done: set[int] = set()
    for chunk in _chunks(set(ids)):
        acts = CareActivity.objects.filter(pk__in=chunk, billed_mono=False)
        done.update(acts.filter(billed_later__isnull=True).values_list("pk", flat=True))
    mark_billed((pk, today.isoformat(), how[:200]) for pk in sorted(done))
    return len(done)


def _how(file: MemberFile) -> str:
    return f"Factuur {file.invoice_number} ging naar de verzekeraar"


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(values)
    while chunk := list(islice(source, AT_ONCE)):
        yield chunk
