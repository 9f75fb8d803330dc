"""Checked region rows into the record: natural keys become ids, one insert per table."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
from django.db import connection as database
from django.db.models import Model

from ooievaar.contracts import commands as contracts
from ooievaar.contracts.models import (
    Agreement,
    Contract,
    DisciplineShare,
    MemberShare,
    ParallelCare,
    PriceListEntry,
    Tariff,
)
from ooievaar.network import commands as network
from ooievaar.network.models import Insurer, Membership, Network, Organisation, Supplier
from ooievaar.record import commands as record
from ooievaar.record.models import (
    CareActivity,
    Coverage,
    Pregnancy,
    PregnancyVersion,
    Withdrawal,
    Woman,
)
from ooievaar.record.relations import relate_from_care
from ooievaar.storage.bulk import next_id

Connection = duckdb.DuckDBPyConnection
Rows = Iterator[Sequence[Any]]

BATCH = 20_000
MOST_WOMEN_NAMED = 500
PERIOD = "CAST(n.valid_from AS VARCHAR), CAST(n.valid_until AS VARCHAR)"

# The select of each table gives the command's fields in order; `n._id` is the new row's own id.
WRITES: tuple[tuple[str, type[Model], Callable[[Rows], None], str], ...] = (
    ("networks", Network, network.add_networks,
     "SELECT n._id, name, kind, COALESCE(agb, '') FROM n_networks n"),
    ("organisations", Organisation, network.add_organisations,
     "SELECT n._id, agb, name, discipline, COALESCE(city, '') FROM n_organisations n"),
    ("memberships", Membership, network.add_memberships,
     f"SELECT n._id, w._id, o._id, n.kind, {PERIOD} FROM n_memberships n "
     "JOIN i_networks w ON w.k = n.network JOIN i_organisations o ON o.k = n.organisation_agb"),
    ("suppliers", Supplier, network.add_suppliers,
     f"SELECT n._id, w._id, o._id, n.code, {PERIOD} FROM n_suppliers n "
     "JOIN i_networks w ON w.k = n.network JOIN i_organisations o ON o.k = n.organisation_agb"),
    ("insurers", Insurer, network.add_insurers,
     "SELECT n._id, n.uzovi, n.name, COALESCE(n.group_name, ''), f._id FROM n_insurers n "
     "LEFT JOIN i_insurers f ON f.k = n.follows_uzovi"),
    ("contracts", Contract, contracts.add_contracts,
     f"SELECT n._id, n.reference, w._id, i._id, {PERIOD}, n.regime, n.insurer_switch_breaks, "
     "n.kraamzorg_bills_itself, n.kraamzorg_unit_minutes, "
     "n.claim_within_months FROM n_contracts n "
     "JOIN i_networks w ON w.k = n.network JOIN i_insurers i ON i.k = n.uzovi"),
    ("parallel_codes", ParallelCare, contracts.add_parallel_care,
     "SELECT n._id, c._id, n.code FROM n_parallel_codes n JOIN i_contracts c ON c.k = n.contract"),
    ("tariffs", Tariff, contracts.add_tariffs,
     f"SELECT n._id, c._id, n.product, n.cents, {PERIOD} FROM n_tariffs n "
     "JOIN i_contracts c ON c.k = n.contract"),
    ("price_list", PriceListEntry, contracts.add_prices,
     f"SELECT n._id, o._id, n.code, n.cents, {PERIOD} FROM n_price_list n "
     "LEFT JOIN i_organisations o ON o.k = n.organisation_agb"),
    ("women", Woman, record.add_women,
     "SELECT n._id, reference, bsn, COALESCE(name, ''), CAST(birth_date AS VARCHAR), "
     "COALESCE(postcode, '') FROM n_women n"),
    ("coverages", Coverage, record.add_coverages,
     f"SELECT n._id, v._id, i._id, {PERIOD} FROM n_coverages n "
     "JOIN i_women v ON v.k = n.woman JOIN i_insurers i ON i.k = n.uzovi"),
    ("pregnancy_names", Pregnancy, record.add_pregnancies,
     "SELECT n._id, v._id, n.reference FROM n_pregnancy_names n JOIN i_women v ON v.k = n.woman"),
    ("pregnancies", PregnancyVersion, record.add_pregnancy_versions,
     "SELECT n._id, p._id, CAST(n.recorded_on AS VARCHAR), "
     "CAST(n.first_intake_on AS VARCHAR), o._id, "
     "CAST(n.due_on AS VARCHAR), n.due_precision_days, n.end_kind, CAST(n.ended_on AS VARCHAR), "
     "n.ended_precision_days, CAST(n.birth_on AS VARCHAR), n.children, "
     "CAST(n.labour_on AS VARCHAR), "
     "n.labour_time, CAST(n.placenta_on AS VARCHAR), n.placenta_time, "
     "CAST(n.entered_on AS VARCHAR), COALESCE(n.exempt_reason, '') FROM n_pregnancies n "
     "JOIN i_pregnancies p ON p.k = n.reference "
     "JOIN i_organisations o ON o.k = n.first_intake_agb"),
    ("activities", CareActivity, record.store_activities,
     "SELECT n._id, v._id, p._id, o._id, n.code, COALESCE(n.specialism, ''), "
     "CAST(n.performed_on AS VARCHAR), n.performed_time, n.quantity, n.duration_minutes, "
     "n.child_number, n.billed_mono, n.source, n.reference, CAST(n.recorded_on AS VARCHAR) "
     "FROM n_activities n JOIN i_women v ON v.k = n.woman "
     "JOIN i_organisations o ON o.k = n.organisation_agb "
     "LEFT JOIN i_pregnancies p ON p.k = n.pregnancy"),
    ("withdrawals", Withdrawal, record.withdraw_activities,
     "SELECT n._id, a._id, CAST(n.recorded_on AS VARCHAR), n.reason FROM n_withdrawals n "
     "JOIN i_activities a ON a.k = n.reference AND a.source = n.source"),
    ("agreements", Agreement, contracts.add_agreements,
     f"SELECT n._id, n.title, w._id, {PERIOD}, n.overhead_ppm FROM n_agreements n "
     "JOIN i_networks w ON w.k = n.network"),
    ("agreement_shares", DisciplineShare, contracts.add_discipline_shares,
     "SELECT n._id, g._id, n.product, n.discipline, n.ppm, n.method FROM n_agreement_shares n "
     "JOIN i_agreements g ON g.k = n.agreement"),
    ("agreement_members", MemberShare, contracts.add_member_shares,
     "SELECT n._id, g._id, o._id, n.ppm FROM n_agreement_members n "
     "JOIN i_agreements g ON g.k = n.agreement JOIN i_organisations o ON o.k = n.organisation_agb"),
)  # fmt: skip

KEYED = {
    "networks": "name",
    "organisations": "agb",
    "insurers": "uzovi",
    "contracts": "reference",
    "women": "reference",
    "agreements": "title",
}
"""Tables that others refer to, with the column that they are referred to by."""


def lock_for_numbering() -> None:
    """Keep other writers out of the tables until the transaction ends, since ids are given here."""
    if database.vendor != "postgresql":
        return  # SQLite's immediate transaction holds the only write lock already.
    with database.cursor() as cursor:
        for _, model, _, _ in WRITES:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def store_new_rows(connection: Connection, progress: Callable[[str], None]) -> dict[str, int]:
    """Store the `n_` tables, which were checked; return how many rows of each were stored.

    Must run inside the transaction in which `s_` was read.
    """
    _split_contracts_and_pregnancies(connection)
    counts: dict[str, int] = {}
    for name, model, write, select in WRITES:
        count = _one(connection, f'SELECT COUNT(*) FROM "n_{name}"')
        _number(connection, name, next_id(model) if count else None)
        if count:
            progress(f"{name}: {count} rijen opslaan")
            write(_fetched(connection, f"{select} ORDER BY n._id"))
            counts[name] = count
    if counts.keys() & {"pregnancies", "activities"}:
        relate_from_care(_women_of(connection))
    counts.pop("parallel_codes", None)
    counts.pop("pregnancy_names", None)
    return counts


def _women_of(connection: Connection) -> list[int] | None:
    """Return the women of new care; None is all, when there are too many to name."""
    women = connection.execute(
        "SELECT DISTINCT i._id FROM i_women i JOIN ("
        "SELECT woman FROM n_pregnancies UNION SELECT woman FROM n_activities) n ON n.woman = i.k "
        "ORDER BY 1"
    ).fetchall()
    return None if len(women) > MOST_WOMEN_NAMED else [woman_id for (woman_id,) in women]


def _split_contracts_and_pregnancies(connection: Connection) -> None:
    """One region row gives a contract and its parallel codes; versions share one pregnancy."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE n_parallel_codes AS SELECT _row, reference AS contract, "
        "unnest(string_split(parallel_codes, ' ')) AS code FROM n_contracts "
        "WHERE parallel_codes IS NOT NULL"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE n_pregnancy_names AS SELECT MIN(_row) AS _row, reference, "
        "ANY_VALUE(woman) AS woman FROM n_pregnancies n WHERE NOT EXISTS "
        "(SELECT 1 FROM s_pregnancies s WHERE s.reference = n.reference) GROUP BY reference"
    )


def _number(connection: Connection, name: str, first: int | None) -> None:
    """Number the new rows of a table from `first`; None where there are none."""
    if first is None:
        connection.execute(f'ALTER TABLE "n_{name}" ADD COLUMN _id BIGINT')
    else:
        connection.execute(
            f'CREATE OR REPLACE TEMP TABLE "n_{name}" AS SELECT * EXCLUDE (_row), '
            f'_row, {first} - 1 + ROW_NUMBER() OVER (ORDER BY _row) AS _id FROM "n_{name}"'
        )
    if name in KEYED:
        key = KEYED[name]
        connection.execute(
            f'CREATE OR REPLACE TEMP TABLE "i_{name}" AS SELECT "{key}" AS k, _id FROM "s_{name}" '
            f'UNION ALL SELECT "{key}", _id FROM "n_{name}"'
        )
    elif name == "pregnancy_names":
        _name_pregnancies(connection)
    elif name == "activities":
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE i_activities AS SELECT source, reference AS k, _id "
            "FROM s_activities UNION ALL SELECT source, reference, _id FROM n_activities"
        )


def _name_pregnancies(connection: Connection) -> None:
    import pyarrow as pa

    stored = list(Pregnancy.objects.values_list("reference", "pk"))
    known = pa.table(
        {
            "k": pa.array([reference for reference, _ in stored], pa.string()),
            "_id": pa.array([pk for _, pk in stored], pa.int64()),
        }
    )
    connection.register("known", known)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE i_pregnancies AS SELECT k, _id FROM known "
        "UNION ALL SELECT reference, _id FROM n_pregnancy_names"
    )
    connection.unregister("known")


def _fetched(connection: Connection, select: str) -> Rows:
    result = connection.execute(select)
    while rows := result.fetchmany(BATCH):
        yield from rows


def _one(connection: Connection, select: str) -> int:
    row = connection.execute(select).fetchone()
    return int(row[0]) if row else 0
