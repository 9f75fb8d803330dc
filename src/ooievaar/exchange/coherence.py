"""Do the tables fit each other, the rule book and what is stored? Adds the faults.

Reads per table `t_` (given, typed), `s_` (stored, same columns and `_id`), `n_` (given and not yet
stored) and `a_` (stored and new together; `_row` is null for what is stored). Each check says
which mistake it keeps out.
"""

from collections import defaultdict
from datetime import date

import duckdb

from ooievaar.contracts.rules.checks import share_sum_faults, tariff_hole
from ooievaar.contracts.rules.follow import Follower, following_loops
from ooievaar.exchange.column_checks import Checks, quoted
from ooievaar.exchange.tables import BY_NAME, TABLES, Table
from ooievaar.kernel.period import FAR_DATE, Period

Connection = duckdb.DuckDBPyConnection


def check_keys(checks: Checks, table: Table) -> None:
    """Refuse a key that stands twice in the file, and one that is stored with other content."""
    name, key = table.name, table.key
    partition = ", ".join(f'"{column}"' for column in key)
    shown = _shown(key)
    checks.add(
        name, key[0],
        f"SELECT _row, {shown}, first_row FROM "
        f"(SELECT *, MIN(_row) OVER (PARTITION BY {partition}) "
        f'AS first_row FROM "t_{name}") WHERE _row > first_row AND "{key[-1]}" IS NOT NULL',
        "'een sleutel die nog niet in de tabel staat (eerder in regel ' || x || ')'", with_x=True,
    )  # fmt: skip
    others = [column for column in table.names if column not in key]
    for column in others:
        private = table.column(column).private
        stored = "'***'" if private else f"COALESCE(CAST(s.\"{column}\" AS VARCHAR), 'niets')"
        checks.add(
            name, column,
            f'SELECT t._row, CAST(t."{column}" AS VARCHAR), {stored} FROM "t_{name}" t '
            f'JOIN "s_{name}" s ON {_same(key)} '
            f'WHERE t."{column}" IS DISTINCT FROM s."{column}"',
            "'wat er al is opgeslagen: ' || x", with_x=True,
        )  # fmt: skip


def fill_recorded_on(connection: Connection, recorded_on: date) -> None:
    """Give rows without a day of their own the day they were stored with, else `recorded_on`.

    So that the same rows read again on a later day are still the same rows.
    """
    unknown = [
        name
        for name in ("activities", "withdrawals", "pregnancies")
        if _count(connection, f"t_{name}", "recorded_on IS NULL")
    ]
    for name in ("activities", "withdrawals"):
        if name not in unknown:
            continue
        key = _same(BY_NAME[name].key)
        connection.execute(
            f'UPDATE "t_{name}" AS t SET recorded_on = COALESCE((SELECT MAX(s.recorded_on) '
            f"FROM \"s_{name}\" s WHERE {key}), DATE '{recorded_on}') WHERE recorded_on IS NULL"
        )
    if "pregnancies" not in unknown:
        return
    known = [column for column in BY_NAME["pregnancies"].names if column != "recorded_on"]
    newest = (
        "SELECT * FROM s_pregnancies QUALIFY ROW_NUMBER() OVER "
        "(PARTITION BY reference ORDER BY recorded_on DESC, _id DESC) = 1"
    )
    connection.execute(
        "UPDATE t_pregnancies AS t SET recorded_on = COALESCE((SELECT MAX(s.recorded_on) "
        f"FROM ({newest}) s WHERE {_same(tuple(known))}), DATE '{recorded_on}') "
        "WHERE recorded_on IS NULL"
    )


def split_new(connection: Connection, table: Table, *, whole_rows: bool = False) -> int:
    """Make `n_` and `a_` of a table; return how many given rows are stored already.

    A row is stored already when its key is, or with `whole_rows` when all of it is.
    """
    name = table.name
    key = table.names if whole_rows else table.key
    given = _count(connection, f"t_{name}")
    is_new = f'NOT EXISTS (SELECT 1 FROM "s_{name}" s WHERE {_same(key)})' if given else "false"
    connection.execute(
        f'CREATE OR REPLACE TEMP TABLE "n_{name}" AS SELECT * FROM "t_{name}" t WHERE {is_new}'
    )
    columns = ", ".join(f'"{column}"' for column in table.names)
    connection.execute(
        f'CREATE OR REPLACE TEMP VIEW "a_{name}" AS '
        f'SELECT NULL::BIGINT AS _row, {columns} FROM "s_{name}" '
        f'UNION ALL SELECT _row, {columns} FROM "n_{name}"'
    )
    return given - _count(connection, f"n_{name}") if given else 0


def check_references(checks: Checks, table: Table) -> None:
    """Refuse a reference to a row of another table that is neither given nor stored."""
    for column in table.columns:
        if not column.refers:
            continue
        target = BY_NAME[column.refers]
        checks.add(
            table.name, column.name,
            f'SELECT _row, "{column.name}" FROM "t_{table.name}" t '
            f'WHERE "{column.name}" IS NOT NULL '
            f'AND NOT EXISTS (SELECT 1 FROM "a_{target.name}" a '
            f'WHERE a."{target.key[0]}" = t."{column.name}")',
            quoted(f"een {target.key[0]} uit de tabel {target.name}"),
        )  # fmt: skip


def check_periods(checks: Checks, table: Table) -> None:
    """Refuse a period that ends before it starts, and periods of one thing that overlap."""
    if "valid_until" not in table.names:
        return
    name = table.name
    checks.add(
        name, "valid_until",
        f'SELECT _row, CAST(valid_until AS VARCHAR), valid_from FROM "t_{name}" '
        "WHERE valid_until <= valid_from",
        "'een dag na ' || x", with_x=True,
    )  # fmt: skip
    if not table.no_overlap:
        return
    same_name = ", ".join(table.no_overlap)
    same = " AND ".join(f'x."{c}" IS NOT DISTINCT FROM y."{c}"' for c in table.no_overlap)
    checks.add(
        name, "valid_from",
        "SELECT x._row, CAST(x.valid_from AS VARCHAR), "
        f"MIN(y.valid_from || CASE WHEN y.valid_until = DATE '{FAR_DATE}' THEN ' en later' "
        "ELSE ' tot ' || y.valid_until END) "
        f'FROM "n_{name}" x JOIN "a_{name}" y ON {same} '
        "AND x.valid_from < y.valid_until AND y.valid_from < x.valid_until "
        "AND x.valid_from < x.valid_until AND y.valid_from < y.valid_until "
        "AND (y._row IS NULL OR (y.valid_from, y._row) < (x.valid_from, x._row)) GROUP BY ALL",
        f"'een periode die niet overlapt met ' || x || ' van dezelfde {same_name}'", with_x=True,
    )  # fmt: skip


def check_codes(checks: Checks) -> None:
    """Refuse codes and products that the rule book does not know (on that day)."""
    known = "SELECT 1 FROM codes c WHERE c.code = t.code"
    checks.add(
        "activities", "code",
        "SELECT _row, code, performed_on FROM t_activities t WHERE code IS NOT NULL "
        f"AND performed_on IS NOT NULL AND NOT EXISTS ({known} "
        "AND c.valid_from <= t.performed_on AND t.performed_on < c.valid_until)",
        "'een code uit de catalogus van het regelboek op ' || x", with_x=True,
    )  # fmt: skip
    for name in ("suppliers", "price_list"):
        checks.add(
            name, "code",
            f"SELECT _row, code FROM t_{name} t WHERE code IS NOT NULL AND NOT EXISTS ({known})",
            quoted("een code uit de catalogus van het regelboek"),
        )  # fmt: skip
    checks.add(
        "contracts", "parallel_codes",
        "SELECT _row, code FROM (SELECT _row, unnest(string_split_regex(parallel_codes, '\\s+')) "
        f"AS code FROM t_contracts) t WHERE NOT EXISTS ({known})",
        quoted("codes uit de catalogus van het regelboek, met spaties ertussen"),
    )  # fmt: skip
    for name in ("tariffs", "agreement_shares"):
        checks.add(
            name, "product",
            f"SELECT _row, product FROM t_{name} t WHERE product IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM products p WHERE p.product = t.product)",
            "(SELECT 'een van: ' || string_agg(DISTINCT product, ', ' ORDER BY product) "
            "FROM products)",
        )  # fmt: skip


def check_sources(checks: Checks, sources: tuple[str, ...]) -> None:
    """Refuse a source that the rule book does not rank: its duplicates could not be judged."""
    known = ", ".join(quoted(source) for source in sources)
    for name in ("activities", "withdrawals"):
        checks.add(
            name, "source",
            f"SELECT _row, source FROM t_{name} WHERE source NOT IN ({known})",
            quoted("een van: " + ", ".join(sources)),
        )  # fmt: skip


def check_insurers(checks: Checks) -> None:
    """Refuse an insurer that follows itself, directly or in a circle."""
    if not checks.has_rows("insurers"):
        return
    rows = checks.connection.execute(
        "SELECT uzovi, follows_uzovi, _row FROM a_insurers WHERE follows_uzovi IS NOT NULL"
    ).fetchall()
    number = {
        uzovi: place for place, uzovi in enumerate(sorted({u for row in rows for u in row[:2]}))
    }
    followers = [Follower(number[uzovi], number[followed]) for uzovi, followed, _ in rows]
    circling = {insurer for circle in following_loops(followers) for insurer in circle}
    for uzovi, followed, row in rows:
        if number[uzovi] in circling and row is not None:
            checks.add_fault("insurers", row, "follows_uzovi", followed,
                     "een andere verzekeraar, die niet terugwijst")  # fmt: skip


def check_women(checks: Checks) -> None:
    """Refuse one BSN for two women."""
    checks.add(
        "women", "bsn",
        "SELECT x._row, x.bsn FROM n_women x JOIN a_women y ON x.bsn = y.bsn "
        "AND length(x.bsn) = 9 AND x.reference <> y.reference "
        "AND (y._row IS NULL OR y._row < x._row) GROUP BY ALL",
        quoted("een BSN dat bij één vrouw hoort"),
    )  # fmt: skip


PREGNANCY_CHECKS = (
    ("ended_on", "end_kind <> 'ongoing' AND ended_on IS NULL", "NULL",
     "een einddatum, want end_kind is ' || end_kind || '"),
    ("ended_on", "end_kind = 'ongoing' AND ended_on IS NOT NULL", "ended_on",
     "leeg, want end_kind is ongoing"),
    ("ended_on", "ended_on < first_intake_on", "ended_on",
     "een dag op of na first_intake_on (' || first_intake_on || ')"),
    ("birth_on", "end_kind = 'birth' AND birth_on IS NULL", "NULL",
     "een geboortedag, want end_kind is birth"),
    ("birth_on", "end_kind NOT IN ('birth', 'moved_away', 'lost') AND birth_on IS NOT NULL",
     "birth_on", "leeg, want end_kind is ' || end_kind || '"),
    ("birth_on", "birth_on > ended_on", "birth_on",
     "een dag niet na ended_on (' || ended_on || ')"),
    ("labour_on", "labour_on > COALESCE(birth_on, ended_on)", "labour_on",
     "een dag niet na de geboorte (' || COALESCE(birth_on, ended_on) || ')"),
    ("placenta_on", "placenta_on < birth_on", "placenta_on",
     "een dag niet voor de geboorte (' || birth_on || ')"),
    ("labour_time", "labour_time IS NOT NULL AND labour_on IS NULL", "labour_time",
     "een dag in labour_on bij deze tijd"),
    ("placenta_time", "placenta_time IS NOT NULL AND placenta_on IS NULL", "placenta_time",
     "een dag in placenta_on bij deze tijd"),
    ("due_on", "due_on > first_intake_on + 300 OR due_on < first_intake_on - 100", "due_on",
     "een datum die past bij first_intake_on (' || first_intake_on || ')"),
)  # fmt: skip


def check_pregnancies(checks: Checks) -> None:
    """Refuse a pregnancy whose dates contradict each other, or that changes woman."""
    for column, test, found, expected in PREGNANCY_CHECKS:
        checks.add(
            "pregnancies", column,
            f"SELECT _row, CAST({found} AS VARCHAR), '{expected}' FROM t_pregnancies WHERE {test}",
            "x", with_x=True,
        )  # fmt: skip
    checks.add(
        "pregnancies", "woman",
        "SELECT x._row, x.woman FROM n_pregnancies x JOIN a_pregnancies y "
        "ON x.reference = y.reference AND x.woman <> y.woman "
        "AND (y._row IS NULL OR y._row < x._row) GROUP BY ALL",
        quoted("dezelfde vrouw als in de eerdere stand van deze zwangerschap"),
    )  # fmt: skip


def check_activities(checks: Checks) -> None:
    """Refuse an activity on a pregnancy of another woman, and a withdrawal of nothing."""
    checks.add(
        "activities", "pregnancy",
        "SELECT t._row, t.pregnancy FROM t_activities t SEMI JOIN a_pregnancies p "
        "ON p.reference = t.pregnancy AND p.woman <> t.woman",
        quoted("een zwangerschap van dezelfde vrouw"),
    )  # fmt: skip
    checks.add(
        "withdrawals", "reference",
        "SELECT t._row, t.reference FROM t_withdrawals t ANTI JOIN a_activities a "
        "ON a.source = t.source AND a.reference = t.reference",
        quoted("een activiteit van deze bron uit de tabel activities"),
    )  # fmt: skip


def check_tariffs(checks: Checks) -> None:
    """Refuse tariffs that leave days of the contract (while the product exists) without a price."""
    if not checks.has_rows("tariffs"):
        return
    exists = _periods(
        checks, "SELECT product, MIN(valid_from), MAX(valid_until) FROM products GROUP BY product"
    )
    contracts = _periods(checks, "SELECT reference, valid_from, valid_until FROM a_contracts")
    tariffs: dict[tuple[str, str], list[Period]] = defaultdict(list)
    first_row: dict[tuple[str, str], int] = {}
    for contract, product, start, until, row in checks.connection.execute(
        "SELECT contract, product, valid_from, valid_until, _row FROM a_tariffs "
        "WHERE valid_from < valid_until ORDER BY _row NULLS LAST"
    ).fetchall():
        if contract in contracts and product in exists:
            tariffs[contract, product].append(Period(start, until))
            if row is not None:
                first_row.setdefault((contract, product), row)
    for (contract, product), row in first_row.items():
        hole = tariff_hole(contracts[contract], exists[product], tariffs[contract, product])
        if hole:
            checks.add_fault("tariffs", row, "valid_from", hole.found,
                             f"{hole.expected} ({contract}, {product})")  # fmt: skip


def check_shares(checks: Checks) -> None:
    """Refuse shares that do not add up to 100 % (1,000,000 parts)."""
    shares = {
        "agreement_shares":
            "SELECT agreement, product, ppm, _row FROM a_agreement_shares "
            "WHERE product IS NOT NULL",
        "agreement_members":
            "SELECT m.agreement, o.discipline, m.ppm, m._row FROM a_agreement_members m "
            "JOIN a_organisations o ON o.agb = m.organisation_agb WHERE o.discipline IS NOT NULL",
    }  # fmt: skip
    for name, select in shares.items():
        if not checks.has_rows(name):
            continue
        rows = checks.connection.execute(
            f"SELECT * FROM ({select}) WHERE agreement IS NOT NULL AND ppm IS NOT NULL "
            "ORDER BY _row NULLS FIRST"
        ).fetchall()
        last_row = {(agreement, part): row for agreement, part, _, row in rows}
        parts = [((agreement, part), ppm) for agreement, part, ppm, _ in rows]
        for fault in share_sum_faults(parts):
            row = last_row[fault.whole]
            if row is not None:
                checks.add_fault(name, row, "ppm", fault.found,
                                 f"{fault.expected} voor {', '.join(fault.whole)}")  # fmt: skip


def check_together(checks: Checks, sources: tuple[str, ...]) -> None:
    """Run every check that looks at more than one row."""
    for table in TABLES:
        check_references(checks, table)
        check_periods(checks, table)
    check_codes(checks)
    check_sources(checks, sources)
    check_insurers(checks)
    check_women(checks)
    check_pregnancies(checks)
    check_activities(checks)
    check_tariffs(checks)
    check_shares(checks)
    checks.run()


def _shown(key: tuple[str, ...]) -> str:
    return " || ', ' || ".join(f"COALESCE(CAST(\"{column}\" AS VARCHAR), '-')" for column in key)


def _same(key: tuple[str, ...]) -> str:
    return " AND ".join(f't."{column}" IS NOT DISTINCT FROM s."{column}"' for column in key)


def _count(connection: Connection, name: str, where: str = "true") -> int:
    row = connection.execute(f'SELECT COUNT(*) FROM "{name}" WHERE {where}').fetchone()
    return int(row[0]) if row else 0


def _periods(checks: Checks, select: str) -> dict[str, Period]:
    """Return the periods that `select` (name, start, until) names, without those that are none."""
    return {
        name: Period(start, until)
        for name, start, until in checks.connection.execute(select).fetchall()
        if name is not None and start is not None and until is not None and start < until
    }
