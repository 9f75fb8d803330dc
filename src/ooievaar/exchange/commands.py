"""Region tables into the database: checked together, all stored or nothing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from ooievaar.contracts.agreements.importing import write_imported
from ooievaar.exchange.book import read_book
from ooievaar.exchange.coherence import check_keys, check_together, fill_recorded_on, split_new
from ooievaar.exchange.column_checks import Checks, Days, check_columns, check_header
from ooievaar.exchange.reading import read_table
from ooievaar.exchange.region_files import read_folder
from ooievaar.exchange.showing import shown
from ooievaar.exchange.stored import read_stored
from ooievaar.exchange.storing import lock_for_numbering, store_new_rows
from ooievaar.exchange.tables import BY_NAME, TABLES
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.record.commands import remember_file
from ooievaar.record.models import ImportedFile
from ooievaar.storage.bulk import analyse_tables

ACTIVITIES_SOURCE = "activities"
NO_ROWS = pa.table({"_row": pa.array([], pa.int64())})

Progress = Callable[[str], None]


@dataclass(frozen=True)
class LoadResult:
    """What an import did: rows stored and rows that were stored already, per table.

    `refused` holds the faults of rows that were left out because the caller accepted that.
    """

    stored: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    refused: list[Fault] = field(default_factory=list)

    @property
    def rows_stored(self) -> int:
        """How many rows of all tables were stored."""
        return sum(self.stored.values())

    @property
    def rows_refused(self) -> int:
        """How many rows were left out."""
        return len({(fault.file, fault.row) for fault in self.refused})


def load_region(
    tables: Mapping[str, pa.Table],
    *,
    recorded_on: date,
    today: date | None = None,
    source_name: str = "",
    report: Progress | None = None,
    files: Mapping[str, str] | None = None,
    row_numbers_given: bool = False,
    leave_out_bad: str = "",
    versions_may_share_a_day: bool = False,
) -> LoadResult:
    """Check region tables against each other, the rule book and the database, and store them.

    `tables` are Arrow tables with the columns of `tables.py`, as text or as their own types;
    `recorded_on` is the day from which rows without one of their own are known; nothing may lie
    after `today` (by default the same day). `source_name` or `files` (per table) name the source
    in faults. With `leave_out_bad` the bad rows of that one table are left out and returned. With
    `versions_may_share_a_day` a pregnancy may become known better twice on one day.

    Raises InputRejected with every fault; then nothing is stored.
    """
    progress = report or (lambda _: None)
    book = read_book()
    days = Days(book.years.start, book.years.until, today or recorded_on)
    names = {table.name: _file_name(table.name, source_name, files or {}) for table in TABLES}
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        connection.register("codes", book.codes)
        connection.register("products", book.products)
        checks = Checks(connection)
        _type_given(checks, tables, days, row_numbers_given, progress)
        with transaction.atomic():
            lock_for_numbering()
            for table in TABLES:
                read_stored(connection, table)
            fill_recorded_on(connection, recorded_on)
            refused: list[Fault] = []
            while True:
                skipped = _check_all(checks, book.sources, versions_may_share_a_day)
                faults = _faults(connection, names)
                if not faults:
                    break
                if not leave_out_bad or not _only_rows_of(connection, leave_out_bad):
                    raise InputRejected(faults)
                refused += faults
                _leave_out(connection, leave_out_bad)
            stored = store_new_rows(connection, progress)
            if "agreements" in stored:
                write_imported(timezone.now())
            transaction.on_commit(analyse_tables, robust=True)
    return LoadResult(stored, {name: n for name, n in skipped.items() if n}, refused)


def _type_given(
    checks: Checks,
    tables: Mapping[str, pa.Table],
    days: Days,
    row_numbers_given: bool,
    progress: Progress,
) -> None:
    """Make the typed `t_` table of every region table; of what is not given, an empty one."""
    for table in TABLES:
        given = tables.get(table.name, NO_ROWS)
        if table.name in tables:
            if not row_numbers_given:
                given = _with_row_numbers(given)
            progress(f"{table.name}: {given.num_rows} rijen controleren")
            header = given.column_names[1:]
            check_header(checks, table, header)
            if len({"_row", *header}) <= len(header):
                given = NO_ROWS  # with a name twice it is not clear what stands where
        check_columns(checks, table, given, days)
    if checks.has_rows("contracts"):
        # The same codes in another order are the same contract.
        checks.connection.execute(
            "UPDATE t_contracts SET parallel_codes = array_to_string(list_sort(list_distinct("
            "string_split_regex(parallel_codes, '\\s+'))), ' ') WHERE parallel_codes IS NOT NULL"
        )


def _check_all(
    checks: Checks, sources: tuple[str, ...], versions_may_share_a_day: bool
) -> dict[str, int]:
    """Compare what is given with what is stored and with itself; rows stored already, per table."""
    skipped = {}
    for table in TABLES:
        whole_rows = versions_may_share_a_day and table.name == "pregnancies"
        if not whole_rows:
            check_keys(checks, table)
        skipped[table.name] = split_new(checks.connection, table, whole_rows=whole_rows)
    check_together(checks, sources)
    return skipped


def _file_name(table: str, source_name: str, files: Mapping[str, str]) -> str:
    return files.get(table) or (f"{source_name}:{table}" if source_name else table)


def _with_row_numbers(given: pa.Table) -> pa.Table:
    numbers = pa.array(range(2, given.num_rows + 2), pa.int64())
    return pa.Table.from_arrays([numbers, *given.columns], names=["_row", *given.column_names])


def _faults(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> list[Fault]:
    order = {table.name: position for position, table in enumerate(TABLES)}
    rows = connection.execute("SELECT DISTINCT * FROM faults").fetchall()
    rows.sort(key=lambda row: (order[row[0]], row[1] or 0, row[2], row[3] or "", row[4]))
    return [
        Fault(names[table], row, column, shown(found, BY_NAME[table].find(column)), expected)
        for table, row, column, found, expected in rows
    ]


def _only_rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    row = connection.execute(
        "SELECT COUNT(*) FROM faults WHERE tbl <> ? OR row_number = 1", [table]
    ).fetchone()
    return row is not None and row[0] == 0


def _leave_out(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute(
        f'DELETE FROM "t_{table}" WHERE _row IN (SELECT row_number FROM faults WHERE tbl = ?)',
        [table],
    )
    connection.execute("DELETE FROM faults")


def import_region(folder: Path, *, today: date, report: Progress | None = None) -> LoadResult:
    """Read the tables of a region from a folder and store them all, or nothing.

    Raises InputRejected with every fault of every file.
    """
    tables, files, unreadable = read_folder(folder)
    if unreadable and not tables:
        raise InputRejected(unreadable)
    try:
        with transaction.atomic():
            result = load_region(
                tables,
                recorded_on=today,
                today=today,
                report=report,
                files=files,
                row_numbers_given=True,
            )
            if unreadable:
                raise InputRejected(unreadable)
    except InputRejected as rejected:
        if not unreadable or rejected.faults == unreadable:
            raise
        # What a missing or unreadable table leaves unknown would only repeat its fault.
        told = _without_consequences(rejected.faults, tables)
        raise InputRejected([*unreadable, *told]) from rejected
    return result


def import_activities(
    path: Path,
    *,
    now: datetime,
    accept_good_rows: bool = False,
    report: Progress | None = None,
) -> LoadResult | None:
    """Read a table of activities from a file; None when that very file was read before.

    With `accept_good_rows` the bad rows are left out and returned as `refused`. A file of which
    rows were refused may be read again: what is stored is skipped.

    Raises InputRejected when the file cannot be read, or with every fault when one row is bad.
    """
    today = timezone.localdate(now)
    read = read_table(path)
    if isinstance(read, list):
        raise InputRejected(read)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    before = ImportedFile.objects.filter(sha256=sha256).first()
    if before is not None and not before.rows_refused:
        return None
    with transaction.atomic():
        result = load_region(
            {"activities": _with_source(read, ACTIVITIES_SOURCE)},
            recorded_on=today,
            today=today,
            report=report,
            files={"activities": path.name},
            row_numbers_given=True,
            leave_out_bad="activities" if accept_good_rows else "",
        )
        if before is None:
            remember_file(sha256, path.name[:200], "activities", now, result.rows_stored,
                          result.rows_refused)  # fmt: skip
    return result


def _with_source(given: pa.Table, source: str) -> pa.Table:
    """Rows that name no source come from the activities table, not from a region's."""
    if "source" not in given.column_names:
        return given.append_column("source", pa.array([source] * given.num_rows, pa.string()))
    position = given.column_names.index("source")
    named = [value if str(value or "").strip() else source for value in given["source"].to_pylist()]
    return given.set_column(position, "source", pa.array(named, pa.string()))


def _without_consequences(faults: list[Fault], tables: Mapping[str, pa.Table]) -> list[Fault]:
    missing = {name for name in BY_NAME if name not in tables}
    return [
        fault
        for fault in faults
        if not any(fault.expected.endswith(f"uit de tabel {name}") for name in missing)
    ]
