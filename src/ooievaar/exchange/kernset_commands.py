"""Kernset dossiers into the database: pregnancies of women and the activities that follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from ooievaar.exchange.book import read_book
from ooievaar.exchange.commands import LoadResult, Progress, load_region
from ooievaar.exchange.kernset import LARGEST_BYTES, Dossier, parse_kernset
from ooievaar.exchange.kernset_entries import KernsetReport, entries_of, store_entries
from ooievaar.exchange.kernset_mapping import (
    Course,
    Line,
    join_dossiers,
    line_of,
    map_course,
    provider_of,
)
from ooievaar.exchange.kernset_providers import Provider, find_provider, read_providers
from ooievaar.exchange.kernset_women import find_pregnancy, find_woman, updated
from ooievaar.exchange.stored import ARROW_TYPE
from ooievaar.exchange.tables import BY_NAME
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.identifiers import is_uzovi
from ooievaar.kernel.period import Period
from ooievaar.network.models import Insurer, Membership, Network, Organisation
from ooievaar.record.entries.dictionary import load
from ooievaar.record.models import Pregnancy, Woman

SOURCE = "kernset"

Row = dict[str, Any]


@dataclass(frozen=True)
class KernsetResult:
    """What an import did: the rows, the references of the pregnancies, and what to know of it."""

    loaded: LoadResult
    pregnancies: list[str]
    notes: list[str]
    entries: KernsetReport = field(default_factory=KernsetReport)


@dataclass
class _Rows:
    """The region rows that the dossiers give, and the file each activity came from."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    activity_files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pregnancies: list[str] = field(default_factory=list)
    dossiers: list[tuple[Dossier, str, str]] = field(default_factory=list)
    """Each dossier with the reference of its pregnancy and the AGB of who wrote it."""

    def add(self, table: str, **row: Any) -> None:
        """Add a row once."""
        rows = self.tables.setdefault(table, [])
        if row not in rows:
            rows.append(row)

    def note(self, text: str) -> None:
        """Add something to know, once."""
        if text not in self.notes:
            self.notes.append(text)


def import_kernset(
    paths: Sequence[Path],
    *,
    reference_date: date,
    providers: Path | None = None,
    uzovi: str = "",
    now: datetime,
    report: Progress | None = None,
) -> KernsetResult:
    """Read kernset files and store what follows from them: all files, or nothing.

    Day T of relative dates is `reference_date`; `providers` maps LVR or AGB numbers to
    organisations; `uzovi` insures the women who have no insurance yet. Reading the same files
    again changes nothing.

    Raises InputRejected with every fault of every file.
    """
    today = timezone.localdate(now)
    if uzovi and not is_uzovi(uzovi):
        found = f'"{uzovi[:20]}"'
        raise InputRejected(
            [Fault("--insurer", None, "", found, "een UZOVI-code van vier cijfers")]
        )
    mapping = read_providers(providers)
    contents: dict[str, bytes] = {}
    dossiers = _read_dossiers(paths, reference_date, read_book().years, today, contents)
    with transaction.atomic():
        rows = _Rows()
        if not Network.objects.filter(kind=Network.Kind.IGO).exists():
            rows.note("er is nog geen IGO in de database: `ooievaar derive` heeft er een nodig")
        for group in join_dossiers(dossiers):
            _add_course(rows, group, mapping, uzovi, today)
        tables = {name: _arrow(name, given) for name, given in rows.tables.items()}
        files = {name: f"{SOURCE} ({name})" for name in tables}
        try:
            loaded = load_region(
                tables, recorded_on=today, today=today, report=report, files=files,
                versions_may_share_a_day=True,
            )  # fmt: skip
        except InputRejected as rejected:
            raise InputRejected(_placed(rejected.faults, rows.activity_files)) from rejected
        entries = KernsetReport()
        for dossier, reference, agb in rows.dossiers:
            told = entries_of(contents[dossier.number], dossier, load(), reference_date, today)
            pregnancy = Pregnancy.objects.get(reference=reference)
            organisation = Organisation.objects.get(agb=agb)
            store_entries(told, dossier, pregnancy, organisation, now, entries)
    return KernsetResult(loaded, rows.pregnancies, rows.notes, entries)


def _read_dossiers(
    paths: Iterable[Path],
    reference_date: date,
    years: Period,
    today: date,
    contents: dict[str, bytes],
) -> list[Dossier]:
    faults: list[Fault] = []
    by_number: dict[str, Dossier] = {}
    for path in paths:
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_BYTES + 1)
        except OSError:
            faults.append(Fault(path.name, None, "", "geen leesbaar bestand", "een kernset (XML)"))
            continue
        read = parse_kernset(
            path.name, content, reference_on=reference_date, years=years, today=today
        )
        if isinstance(read, list):
            faults += read
        elif read.number in by_number:
            found = f"het dossier van {by_number[read.number].file}"
            faults.append(Fault(path.name, None, "dossiernummer", found, "elk dossier één keer"))
        else:
            by_number[read.number] = read
            contents[read.number] = content
    if faults:
        raise InputRejected(faults)
    return list(by_number.values())


def _add_course(
    rows: _Rows,
    dossiers: Sequence[Dossier],
    mapping: Mapping[str, tuple[str, str, str]],
    uzovi: str,
    today: date,
) -> None:
    lines: dict[str, Line] = {}
    agbs: dict[str, str] = {}
    for dossier in dossiers:
        number = provider_of(dossier)
        guess = line_of(dossier, agb=dossier.agb)
        provider = find_provider(number, dossier.agb, mapping, guess)
        known = provider.discipline if provider.is_mapped or not provider.is_new else ""
        lines[dossier.number] = line_of(dossier, known, provider.agb)
        agbs[number] = _organisation(rows, number, provider)
    course = map_course(dossiers, lines)
    for act in course.acts:
        if act.provider not in agbs:
            provider = find_provider(act.provider, "", mapping, "second")
            agbs[act.provider] = _organisation(rows, act.provider, provider)
    woman = find_woman(dossiers)
    known_pregnancy = find_pregnancy(woman, course) if woman else None
    woman_reference = woman.reference if woman else _new_woman(rows, dossiers, course)
    _insure(rows, woman, woman_reference, uzovi, course)
    reference = known_pregnancy.reference if known_pregnancy else f"K-{course.number}"
    rows.pregnancies.append(reference)
    rows.dossiers += [(one, reference, agbs[provider_of(one)]) for one in dossiers]
    version = updated(known_pregnancy, course, agbs[course.first_intake_provider])
    if version is not None:
        rows.add("pregnancies", reference=reference, woman=woman_reference, **version)
    for note in course.notes:
        rows.note(f"{reference}: {note}")
    for act in course.acts:
        if act.on > today:
            rows.note(f"{reference}: {act.code} op {act.on} ligt na vandaag en is niet opgeslagen")
            continue
        rows.activity_files.append(act.file)
        rows.add(
            "activities", source=SOURCE, reference=act.reference, woman=woman_reference,
            pregnancy=reference, organisation_agb=agbs[act.provider], code=act.code,
            specialism=act.specialism or None, performed_on=act.on, performed_time=act.minute,
        )  # fmt: skip


def _new_woman(rows: _Rows, dossiers: Sequence[Dossier], course: Course) -> str:
    bsn, born_on, postcode = (
        next((value for d in dossiers if (value := getattr(d, name))), None)
        for name in ("bsn", "born_on", "postcode")
    )
    for row in rows.tables.get("women", []):
        if bsn and row["bsn"] == bsn:  # an earlier pregnancy of hers, in these same files
            return str(row["reference"])
    reference = f"K-{course.number}"
    rows.add("women", reference=reference, bsn=bsn, birth_date=born_on, postcode=postcode)
    return reference


def _organisation(rows: _Rows, number: str, provider: Provider) -> str:
    if not Membership.objects.filter(organisation__agb=provider.agb).exists():
        how = "" if provider.is_mapped else "is niet toegewezen met --providers en "
        rows.note(f"zorgaanbieder {number} (AGB {provider.agb}) {how}is geen lid van een netwerk")
    if provider.is_new:
        rows.add("organisations", agb=provider.agb, name=provider.name,
                 discipline=provider.discipline)  # fmt: skip
    return provider.agb


def _insure(rows: _Rows, woman: Woman | None, reference: str, uzovi: str, course: Course) -> None:
    if woman is not None and woman.coverages.exists():
        return
    if not uzovi:
        rows.note("zonder --insurer zijn deze vrouwen niet verzekerd: hun zorg heeft geen contract")
        return
    if not Insurer.objects.filter(uzovi=uzovi).exists():
        rows.add("insurers", uzovi=uzovi, name=f"Verzekeraar {uzovi} (kernset)")
        rows.note(f"verzekeraar {uzovi} is nieuw en heeft geen contract")
    covered = rows.tables.get("coverages", [])
    if not any(row["woman"] == reference for row in covered):
        rows.add("coverages", woman=reference, uzovi=uzovi, valid_from=course.first_intake_on)


def _arrow(table: str, rows: Sequence[Row]) -> pa.Table:
    names = [name for name in BY_NAME[table].names if any(name in row for row in rows)]
    columns = [
        pa.array([row.get(name) for row in rows], ARROW_TYPE[BY_NAME[table].column(name).kind])
        for name in names
    ]
    return pa.table(columns, names=names)


def _placed(faults: Iterable[Fault], activity_files: Sequence[str]) -> list[Fault]:
    """Name the dossier's file, not the row of a table that nobody sees."""
    placed = []
    for fault in faults:
        if fault.file == f"{SOURCE} (activities)" and fault.row is not None:
            file = activity_files[fault.row - 2]
            placed.append(Fault(file, None, fault.column, fault.found, fault.expected))
        else:
            placed.append(Fault(fault.file, None, fault.column, fault.found, fault.expected))
    return placed
