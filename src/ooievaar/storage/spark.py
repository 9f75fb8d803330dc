"""The same stages on Apache Spark: SQL that Ibis wrote for it, run by Spark itself.

No Python of ours runs on its workers: they need Java and Spark, and the folders that are read and
written. A stage that more than one later stage reads is written down and read back, or Spark would
work it out again for each of them; the others stay queries.
"""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from ooievaar.storage.pipeline import CompiledStage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DIALECT = "pyspark"
"""What Ibis calls it."""
READ = re.compile(r"\b(?:FROM|JOIN)\s+`(\w+)`")
SETTINGS = {
    # As DuckDB: what does not fit, or cannot be read as what it should be, stops the work.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # A region called 07 is not a number.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
HERE = ("local", "spark://127.0.0.1")
"""Masters on this machine: then nothing listens beyond it."""


def why_no_spark() -> str | None:
    """Say in words why Spark cannot run here; None when it can."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "PySpark is niet geïnstalleerd: pip install 'ooievaar[spark]'"
    home = os.environ.get("JAVA_HOME")
    if which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        return "Java is niet gevonden: Spark vraagt Java 17 of hoger"
    return None


def start_spark(
    master: str = "local[*]", memory: str = "4g", more: Mapping[str, str] | None = None
) -> SparkSession:
    """Start Spark, or join a cluster as its driver; the caller stops it."""
    with warnings.catch_warnings():
        # Of pandas, which no stage touches; told on the import of a module that it uses later.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        import_module("pyspark.testing.utils")
        from pyspark.sql import SparkSession

    settings = {**SETTINGS, "spark.driver.memory": memory, **(more or {})}
    if master.startswith(HERE):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.master(master).appName("ooievaar")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def run_stages(
    session: SparkSession, stages: Sequence[CompiledStage], work: Path, kept: Iterable[str] = ()
) -> None:
    """Make a view of every stage, in order; `kept` are read after this, so they are written."""
    uses = Counter(name for stage in stages for name in READ.findall(stage.sql))
    uses.update(dict.fromkeys(kept, 2))
    for stage in stages:
        rows = session.sql(stage.sql)
        if uses[stage.name] > 1:
            written = str(work / stage.name)
            rows.write.parquet(written)
            # Its columns are known: looking for them would be a job of its own.
            rows = session.read.schema(rows.schema).parquet(written)
        rows.createOrReplaceTempView(stage.name)


def rows_of(answer: DataFrame) -> list[dict[str, Any]]:
    """Return a small answer as rows."""
    return [row.asDict() for row in answer.collect()]
