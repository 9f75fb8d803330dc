"""Division of a product: what is taken first, then disciplines, organisations, cooperatives.

Each level is one largest-remainder split of its parent, ties to the earlier key, so the parts of
every level add up exactly; an amount below zero is the exact mirror of the same amount above it.
The agreement in force when the product's phase starts divides it; a share without an entitled
partner goes to the reserve. [BK: partners agree among themselves; law says nothing of it]

`taken_first` takes suppliers, overhead and reserve; `weighing` weighs what each did; `disciplines`
and `members` split; `leaves` gathers what everybody gets.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ooievaar.contracts.rules import schemas
from ooievaar.contracts.rules.disciplines import DISCIPLINES
from ooievaar.contracts.rules.leaves import LEAVES
from ooievaar.contracts.rules.members import MEMBERS
from ooievaar.contracts.rules.taken_first import TAKEN_FIRST
from ooievaar.contracts.rules.weighing import WEIGHING
from ooievaar.storage.pipeline import CompiledStage, compile_stages, kept_stages, run_stages

SPLIT_STAGES = [*TAKEN_FIRST, *WEIGHING, *DISCIPLINES, *MEMBERS, *LEAVES]


@cache
def compiled_split() -> tuple[CompiledStage, ...]:
    """Return the division as SQL, kept on disk: whoever saves an agreement waits for it."""

    def make() -> list[CompiledStage]:
        return compile_stages(schemas.DIVISION_INPUTS, SPLIT_STAGES)

    return tuple(kept_stages("split", make))


def divide_tables(tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Divide rows of plain values, named as in `schemas.DIVISION_INPUTS`; missing tables are empty.

    Returns the shares in a fixed order. For tests and examples; a closing runs the stages itself.
    """
    # Without Ibis: a page that runs an example would wait half a second for its import.
    import duckdb
    import pyarrow as pa

    kinds = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32()}
    connection = duckdb.connect(config={"threads": 1})
    for name, columns in schemas.DIVISION_INPUTS.items():
        schema = pa.schema([(column, kinds[kind]) for column, kind in columns.items()])
        connection.register(name, pa.Table.from_pylist(tables.get(name, []), schema=schema))
    run_stages(connection, compiled_split())
    order = "product_no, kind, discipline, organisation_id NULLS FIRST, reason"
    found = connection.sql(f"FROM shares ORDER BY {order}").to_arrow_table().to_pylist()
    connection.close()
    return found
