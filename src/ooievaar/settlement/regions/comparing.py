"""Whether two derivations of the same facts say the same, row for row and cent for cent."""

from __future__ import annotations

from pathlib import Path

from ooievaar.settlement.regions.engines import DuckDBEngine
from ooievaar.settlement.regions.folder import RESULTS, table_path


def differences(one: Path, other: Path, spill: Path) -> dict[str, int]:
    """Count per result the rows that stand in only one of two folders, region and year included."""
    engine = DuckDBEngine("3g", spill)
    found = {}
    for name, schema in RESULTS.items():
        for side, folder in (("one", one), ("other", other)):
            engine.read(side, table_path(folder, name), schema, "region", "year")
        (left,) = engine.rows(
            "SELECT (SELECT count(*) FROM (FROM one EXCEPT ALL FROM other)) "
            "+ (SELECT count(*) FROM (FROM other EXCEPT ALL FROM one)) AS number"
        )
        found[name] = left["number"]
    return found
