"""What is stored already, as region tables: the same columns and keys as a file would have."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa
from django.db.models import Q, QuerySet

from ooievaar.contracts.models import (
    Agreement,
    Contract,
    DisciplineShare,
    MemberShare,
    ParallelCare,
    PriceListEntry,
    Tariff,
)
from ooievaar.exchange.tables import Table
from ooievaar.network.models import Insurer, Membership, Network, Organisation, Supplier
from ooievaar.record.models import CareActivity, Coverage, PregnancyVersion, Withdrawal, Woman

ARROW_TYPE = {
    "text": pa.string(),
    "date": pa.date32(),
    "time": pa.int64(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "cents": pa.int64(),
}
FEW_ROWS = 2_000
"""Up to this many given rows only their own stored twins are fetched, not the whole table."""

PATHS: dict[str, tuple[type, dict[str, str]]] = {
    "networks": (Network, {}),
    "organisations": (Organisation, {}),
    "memberships": (
        Membership,
        {"network": "network__name", "organisation_agb": "organisation__agb"},
    ),
    "suppliers": (Supplier, {"network": "network__name", "organisation_agb": "organisation__agb"}),
    "insurers": (Insurer, {"follows_uzovi": "follows__uzovi"}),
    "contracts": (
        Contract,
        {"network": "network__name", "uzovi": "insurer__uzovi", "parallel_codes": "pk"},
    ),
    "tariffs": (Tariff, {"contract": "contract__reference"}),
    "price_list": (PriceListEntry, {"organisation_agb": "organisation__agb"}),
    "women": (Woman, {}),
    "coverages": (Coverage, {"woman": "woman__reference", "uzovi": "insurer__uzovi"}),
    "pregnancies": (
        PregnancyVersion,
        {
            "reference": "pregnancy__reference",
            "woman": "pregnancy__woman__reference",
            "first_intake_agb": "first_intake_organisation__agb",
            "labour_time": "labour_minute",
            "placenta_time": "placenta_minute",
        },
    ),
    "activities": (
        CareActivity,
        {
            "reference": "source_reference",
            "woman": "woman__reference",
            "pregnancy": "pregnancy__reference",
            "organisation_agb": "organisation__agb",
            "performed_time": "performed_minute",
        },
    ),
    "withdrawals": (
        Withdrawal,
        {"source": "activity__source", "reference": "activity__source_reference"},
    ),
    "agreements": (Agreement, {"network": "network__name"}),
    "agreement_shares": (DisciplineShare, {"agreement": "agreement__title"}),
    "agreement_members": (
        MemberShare,
        {"agreement": "agreement__title", "organisation_agb": "organisation__agb"},
    ),
}
"""The model behind each table, and the path of each column that is not a field of that name."""


def read_stored(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make `s_<table>`: the stored rows as region rows, with `_id`.

    Of activities only those with the given sources and references (`t_activities` and
    `t_withdrawals`) are read, since nothing else of them is asked.
    """
    model, paths = PATHS[table.name]
    fields = ["pk", *(paths.get(name, name) for name in table.names)]
    if table.name == "activities":
        rows: Iterable[Sequence[Any]] = _activity_rows(connection, fields)
    else:
        rows = model._default_manager.order_by().values_list(*fields)  # type: ignore[attr-defined]
    if table.name == "contracts":
        rows = _with_parallel_codes(rows)
    schema = pa.schema(
        [("_id", pa.int64()), *((column.name, ARROW_TYPE[column.kind]) for column in table.columns)]
    )
    connection.register("stored", pa.Table.from_batches(_batches(rows, schema), schema))
    texts = {column.name for column in table.columns if column.kind == "text"}
    select = ", ".join(
        f'NULLIF("{n}", \'\') AS "{n}"' if n in texts else f'"{n}"' for n in table.names
    )
    connection.execute(
        f'CREATE OR REPLACE TEMP TABLE "s_{table.name}" AS SELECT _id, {select} FROM stored'
    )
    connection.unregister("stored")


def _batches(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    source = iter(rows)
    while chunk := list(islice(source, 50_000)):
        columns = [
            pa.array(values, field.type)
            for values, field in zip(zip(*chunk, strict=True), schema, strict=True)
        ]
        yield pa.record_batch(columns, schema=schema)


def _activity_rows(
    connection: duckdb.DuckDBPyConnection, fields: list[str]
) -> Iterator[Sequence[Any]]:
    wanted = connection.execute(
        "SELECT source, reference FROM t_activities "
        "UNION SELECT source, reference FROM t_withdrawals"
    ).fetchall()
    stored: QuerySet[CareActivity] = CareActivity.objects.order_by()
    if len(wanted) > FEW_ROWS:
        sources = {source for source, _ in wanted}
        yield from stored.filter(source__in=sources).values_list(*fields).iterator(50_000)
        return
    for start in range(0, len(wanted), 400):
        chosen = Q()
        for source in {source for source, _ in wanted[start : start + 400]}:
            references = [r for s, r in wanted[start : start + 400] if s == source]
            chosen |= Q(source=source, source_reference__in=references)
        yield from stored.filter(chosen).values_list(*fields)


def _with_parallel_codes(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    codes: dict[int, list[str]] = {}
    for contract_id, code in ParallelCare.objects.values_list("contract_id", "code").order_by(
        "code"
    ):
        codes.setdefault(contract_id, []).append(code)
    for row in rows:
        yield (*row[:-1], " ".join(codes.get(row[0], ())))
