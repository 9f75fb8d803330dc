"""A synthetic region as the facts the rules read, without a database: for the bench and tests.

Needs Django's settings (the reading of a snapshot lives beside models), but no database.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from ooievaar import rulebook
from ooievaar.bundles.engine import arrow_table, new_connection
from ooievaar.contracts.rules.follow import Follower, InsurerContract, expand_terms
from ooievaar.kernel.period import FAR_DATE

IDS = """
CREATE TABLE {name}_ids AS
SELECT {key}, row_number() OVER (ORDER BY {key}) AS id FROM (SELECT DISTINCT {key} FROM {name})
"""
NUMBERED = (
    ("organisations", "agb"),
    ("insurers", "uzovi"),
    ("contracts", "reference"),
    ("women", "reference"),
    ("pregnancies", "reference"),
)
"""Tables whose rows get a dense number, in order of this key."""

ORGANISATIONS = """
SELECT id AS organisation_id, discipline FROM organisations JOIN organisations_ids USING (agb)
ORDER BY ALL
"""
MEMBERSHIPS = """
SELECT o.id AS organisation_id, valid_from, coalesce(valid_until, $far) AS valid_until
FROM memberships JOIN organisations_ids o ON o.agb = organisation_agb
WHERE network = $network AND list_contains($funding_kinds, kind) ORDER BY ALL
"""
SUPPLIERS = """
SELECT o.id AS organisation_id, code, valid_from, coalesce(valid_until, $far) AS valid_until
FROM suppliers JOIN organisations_ids o ON o.agb = organisation_agb
WHERE network = $network ORDER BY ALL
"""
COVERAGES = """
SELECT w.id AS woman_id, i.id AS insurer_id, valid_from, coalesce(valid_until, $far) AS valid_until
FROM coverages JOIN women_ids w ON w.reference = woman JOIN insurers_ids i USING (uzovi)
ORDER BY ALL
"""
TARIFFS = """
SELECT c.id AS contract_id, product, cents, valid_from, coalesce(valid_until, $far) AS valid_until
FROM tariffs JOIN contracts_ids c ON c.reference = contract
WHERE contract IN (SELECT reference FROM contracts WHERE network = $network) ORDER BY ALL
"""
PARALLEL_CARE = """
SELECT DISTINCT c.id AS contract_id, code
FROM (SELECT reference, unnest(string_split(parallel_codes, ' ')) AS code FROM contracts
  WHERE network = $network)
JOIN contracts_ids c USING (reference) ORDER BY ALL
"""
PRICE_LIST = """
SELECT coalesce(o.id, 0) AS organisation_id, code, cents, valid_from,
  coalesce(valid_until, $far) AS valid_until
FROM price_list LEFT JOIN organisations_ids o ON o.agb = organisation_agb ORDER BY ALL
"""
CONTRACTS = """
SELECT c.id AS contract_id, i.id AS insurer_id, valid_from, coalesce(valid_until, $far)
  AS valid_until, regime, insurer_switch_breaks, kraamzorg_bills_itself, kraamzorg_unit_minutes
FROM contracts JOIN contracts_ids c USING (reference) JOIN insurers_ids i USING (uzovi)
WHERE network = $network ORDER BY ALL
"""
FOLLOWERS = """
SELECT i.id, f.id FROM insurers JOIN insurers_ids i USING (uzovi)
LEFT JOIN insurers_ids f ON f.uzovi = follows_uzovi ORDER BY ALL
"""
MINUTE = "CAST({0}[1:2] AS INTEGER) * 60 + CAST({0}[4:5] AS INTEGER)"
VERSIONS = f"""
SELECT p.id AS pregnancy_id, w.id AS woman_id, row_number() OVER (ORDER BY p.id, recorded_on)
    AS version_id,
  recorded_on, first_intake_on, o.id AS first_intake_organisation_id, due_on, due_precision_days,
  end_kind, ended_on, ended_precision_days, birth_on, labour_on,
  {MINUTE.format("labour_time")} AS labour_minute, placenta_on,
  {MINUTE.format("placenta_time")} AS placenta_minute, entered_on,
  exempt_reason IS NOT NULL AS exempt
FROM pregnancies v JOIN pregnancies_ids p USING (reference)
JOIN women_ids w ON w.reference = woman JOIN organisations_ids o ON o.agb = first_intake_agb
ORDER BY version_id
"""  # noqa: S608 - constants only
ACTIVITIES = f"""
SELECT row_number() OVER (ORDER BY a.source, a.reference) AS activity_id, w.id AS woman_id,
  p.id AS pregnancy_id, o.id AS organisation_id, code, coalesce(specialism, '') AS specialism,
  performed_on, {MINUTE.format("performed_time")} AS performed_minute, quantity, duration_minutes,
  child_number, a.source, billed_mono, a.recorded_on, d.recorded_on AS withdrawn_on,
  NULL::DATE AS billed_on
FROM activities a JOIN women_ids w ON w.reference = woman
LEFT JOIN pregnancies_ids p ON p.reference = a.pregnancy
JOIN organisations_ids o ON o.agb = organisation_agb
LEFT JOIN withdrawals d ON d.source = a.source AND d.reference = a.reference
ORDER BY activity_id
"""  # noqa: S608 - constants only


def engine_facts(
    tables: dict[str, pa.Table], until: date, known_until: date, network: str | None = None
) -> dict[str, pa.Table]:
    """Return the input tables of the rules for region tables, as they were on a day.

    Facts count when they happened before `until` and were known before `known_until`. `network`
    names whose memberships and terms hold; by default the first IGO. Rows get dense numbers in
    the order of their natural keys.
    """
    from ooievaar.bundles.snapshot import Snapshot, facts_at

    book = rulebook.load()
    with new_connection() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        for name, key in NUMBERED:
            connection.execute(IDS.format(name=name, key=key))
        if network is None:
            igos = [row["name"] for row in tables["networks"].to_pylist() if row["kind"] == "igo"]
            network = igos[0]
        words = {"far": FAR_DATE, "network": network, "funding_kinds": sorted(book.funding_kinds)}
        fixed = {
            name: _rows(connection, query, words)
            for name, query in (
                ("organisations", ORGANISATIONS),
                ("memberships", MEMBERSHIPS),
                ("suppliers", SUPPLIERS),
                ("tariffs", TARIFFS),
                ("parallel_care", PARALLEL_CARE),
                ("price_list", PRICE_LIST),
            )
        }
        contracts = [InsurerContract(**row) for row in _rows(connection, CONTRACTS, words)]
        followers = [Follower(*ids) for ids in connection.execute(FOLLOWERS).fetchall()]
        fixed["terms"] = [asdict(row) for row in expand_terms(contracts, followers)]
        snapshot = Snapshot(
            edition=book.edition,
            versions=connection.sql(VERSIONS).to_arrow_table(),
            activities=connection.sql(ACTIVITIES).to_arrow_table(),
            source_ranks=_source_ranks(book, tables["activities"]),
            fixed={
                **{
                    name: arrow_table(name, rows)
                    for name, rows in {**fixed, **book.engine_tables()}.items()
                },
                "coverages": connection.sql(COVERAGES, params={"far": FAR_DATE}).to_arrow_table(),
            },
        )
    return facts_at(snapshot, until=until, known_until=known_until).tables


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, words: dict[str, Any]
) -> list[dict[str, Any]]:
    used = {name: value for name, value in words.items() if f"${name}" in query}
    return connection.sql(query, params=used).to_arrow_table().to_pylist()


def _source_ranks(book: rulebook.RuleBook, activities: pa.Table) -> pa.Table:
    sources = sorted(activities.column("source").unique().to_pylist())
    ranks = [{"source": source, "rank": book.source_rank(source)} for source in sources]
    return pa.Table.from_pylist(
        ranks, schema=pa.schema([("source", pa.string()), ("rank", pa.int32())])
    )
