"""Rules as named stages: Ibis expressions compiled to SQL once, run in order on DuckDB.

Compiling costs Ibis 0.2 s a stage and 3 s of import; the SQL is kept, so that a web process that
explains one pregnancy needs DuckDB only.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """One table that a rule makes: `build` gets the tables made before it, by name.

    A view is not stored: worth it for a wide last look at a table that is.
    """

    name: str
    build: Callable[[Tables], ir.Table]
    is_view: bool = False


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage as SQL text."""

    name: str
    sql: str
    is_view: bool = False


def compile_stages(
    inputs: Mapping[str, Mapping[str, str]], stages: Sequence[Stage], dialect: str = "duckdb"
) -> list[CompiledStage]:
    """Compile stages to SQL over `inputs` (table name to column name and type, in order)."""
    import ibis

    tables = {name: ibis.table(dict(schema), name=name) for name, schema in inputs.items()}
    compiled = []
    for stage in stages:
        expression = stage.build(tables)
        sql = str(ibis.to_sql(expression, dialect=dialect))
        compiled.append(CompiledStage(stage.name, sql, stage.is_view))
        tables[stage.name] = ibis.table(expression.schema(), name=stage.name)
    return compiled


def run_stages(connection: duckdb.DuckDBPyConnection, stages: Iterable[CompiledStage]) -> None:
    """Make the table of every stage, in order; the input tables must exist on the connection."""
    for stage in stages:
        kind = "VIEW" if stage.is_view else "TABLE"
        connection.execute(f'CREATE OR REPLACE TEMP {kind} "{stage.name}" AS {stage.sql}')


def kept_stages(name: str, make: Callable[[], Sequence[CompiledStage]]) -> list[CompiledStage]:
    """Return compiled stages from the data folder, made and kept there when the rules changed.

    Kept under the hash of every rule's source and of the libraries that write the SQL. A kept
    file that cannot be read is made anew; a folder that cannot be written costs time, no more.
    """
    from django.conf import settings

    folder = settings.DATA / "compiled" if settings.configured else None
    if folder is None:
        return list(make())
    kept = folder / f"{name}-{version_of_the_rules()}.json"
    stages = _read(kept)
    if stages is None:
        stages = list(make())
        try:
            _keep(kept, stages)
        except OSError as error:
            logger.warning("compiled rules are not kept: %s", error)
    return stages


def _read(kept: Path) -> list[CompiledStage] | None:
    """Read kept stages; None when there are none, or when the file holds something else."""
    try:
        return [CompiledStage(**stage) for stage in json.loads(kept.read_text("utf-8"))] or None
    except (OSError, ValueError, TypeError):
        return None


def _keep(kept: Path, stages: Sequence[CompiledStage]) -> None:
    """Write stages whole or not at all: processes and threads may be keeping them at once."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{uuid4().hex}")
    try:
        draft.write_text(json.dumps([asdict(stage) for stage in stages]), "utf-8")
        draft.replace(kept)
    finally:
        draft.unlink(missing_ok=True)


@cache
def version_of_the_rules() -> str:
    """Return the version of the rules that this process runs, worked out once."""
    return version_of_rules(Path(__file__).parent.parent)


def version_of_rules(package: Path) -> str:
    """Hash all that compiled SQL depends on: rules, what they are written in, the libraries."""
    digest = hashlib.sha256()
    patterns = ("*/rules/*.py", "storage/*.py", "kernel/*.py")
    for source in sorted(path for pattern in patterns for path in package.glob(pattern)):
        digest.update(source.relative_to(package).as_posix().encode())
        digest.update(source.read_bytes())
    for library in ("ibis-framework", "sqlglot", "duckdb"):
        digest.update(version(library).encode())
    return digest.hexdigest()[:16]
