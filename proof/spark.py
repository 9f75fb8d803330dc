"""The same rules on more machines: a real Spark cluster says what DuckDB says, to the cent.

A master and two workers, each a process of its own, on loopback; the driver is `ooievaar derive`
as anybody starts it. `share` 1 is a national year: 170,000 births in ten regions.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proof.outcome import Outcome, Tell
from proof.taken import watched

WORKERS = 2
MEMORY = {"driver": "4g", "worker": "1400m", "executor": "1g"}
"""The driver's is what `ooievaar derive` has by default. Of a national year four regions divide at
once, and what they broadcast did not fit in 1 GB."""
SETTINGS = f"""
spark.executor.memory {MEMORY["executor"]}
spark.executor.cores 1
spark.sql.shuffle.partitions 16
spark.ui.enabled false
"""
SMALL = """
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
"""For some thousands of women planning costs all: nothing is compiled."""
JAVA = re.compile(r"\s*(at |\.\.\. \d+ more)")
"""Where it was in Java: what went wrong stands above it, and must not be cut off for it."""
SMALL_BIRTHS = 2_000
PATIENCE = 60
"""Seconds in which a process of the cluster must have started."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster: where its master listens and what its processes wrote."""

    master: str
    environment: dict[str, str]
    folder: Path

    def workers_used(self) -> int:
        """Count the workers that ran an executor."""
        return len({path.parts[-4] for path in self.folder.glob("worker-*/app-*/*/stderr")})


def prove(share: float, tell: Tell) -> Outcome:
    """Derive a national year, or a share of one, on DuckDB and on a cluster, and compare."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    django.setup()
    from ooievaar.settlement.regions.comparing import differences
    from ooievaar.simulator.national import NATIONAL_BIRTHS, REGIONS, national_year
    from ooievaar.storage.spark import why_no_spark

    began = time.perf_counter()
    failures: list[str] = []
    counts: dict[str, int] = {}
    if (why := why_no_spark()) is not None:
        return Outcome("spark", counts, 0.0, [why])
    births = max(round(NATIONAL_BIRTHS * share), 40)
    regions = max(round(REGIONS * share), 2)
    with tempfile.TemporaryDirectory(prefix="ooievaar-spark-") as name:
        folder = Path(name)
        tell(f"spark: {births} geboorten in {regions} regio's schrijven")
        national_year(folder / "facts", births, tell=tell, regions=regions)
        settings = SMALL if births < SMALL_BIRTHS else ""
        with watched() as taken, cluster(folder / "cluster", settings) as running:
            for engine, words in (("duckdb", []), ("spark", ["--master", running.master])):
                tell(f"spark: afleiden met {engine}")
                before, _ = taken.cpu(), taken.peak_since()
                failures += derive(folder, engine, words, running)
                counts[f"{engine}_cpu_seconds"] = round(taken.cpu() - before)
                counts[f"{engine}_peak_mb"] = taken.peak_since()
            counts["workers"] = running.workers_used()
        if failures:
            return Outcome("spark", counts, time.perf_counter() - began, failures)
        found = differences(folder / "duckdb", folder / "spark", folder / "spill")
        for table, number in found.items():
            if number:
                failures.append(f"{table}: {number} rijen staan maar aan één kant ({births=})")
        abouts = [
            json.loads((folder / one / "about.json").read_text()) for one in ("duckdb", "spark")
        ]
        for about in abouts:
            seconds = sum(about["seconds"].values())
            counts[f"{about['engine']}_seconds"] = round(seconds)
        counts |= {"regions": regions, **abouts[0]["rows"]}
        counts |= {f"{side}_cents": cents for side, cents in abouts[1]["cents"].items()}
    if counts["workers"] != WORKERS:
        failures.append(f"{counts['workers']} van {WORKERS} werkers deden mee")
    return Outcome("spark", counts, time.perf_counter() - began, failures)


def derive(folder: Path, engine: str, words: list[str], running: Cluster) -> list[str]:
    """Run the command; return what went wrong."""
    places = ["--input", str(folder / "facts"), "--output", str(folder / engine)]
    command = ["derive", "--engine", engine, *words, "--memory", MEMORY["driver"], *places]
    done = subprocess.run(
        [sys.executable, "-m", "ooievaar.cli", *command],
        env=running.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    told = [line for line in (done.stdout + done.stderr).splitlines() if not JAVA.match(line)]
    return [f"{engine}: " + "\n".join(told)[-2000:]]


@contextmanager
def cluster(folder: Path, more: str = "") -> Iterator[Cluster]:
    """Start a master and its workers with the scripts that come with PySpark; stop them after."""
    import pyspark

    home = Path(pyspark.__file__).parent
    settings = folder / "settings"
    settings.mkdir(parents=True)
    (settings / "spark-defaults.conf").write_text(SETTINGS + more)
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOG_DIR": str(folder),
    }
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    loopback = ["--host", "127.0.0.1", "--webui-port", "0"]
    commands = [["org.apache.spark.deploy.master.Master", *loopback, "--port", str(port)]]
    for number in range(1, WORKERS + 1):
        limits = ["--cores", "1", "--memory", MEMORY["worker"]]
        place = ["--work-dir", str(folder / f"worker-{number}")]
        commands.append(
            ["org.apache.spark.deploy.worker.Worker", *loopback, *limits, *place, address]
        )
    running: list[subprocess.Popen[bytes]] = []
    try:
        for number, command in enumerate(commands):
            with (folder / f"daemon-{number}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        [str(home / "bin" / "spark-class"), *command],
                        env=environment,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
                )
            if number == 0:
                wait_until(lambda: answers(port), "de master van Spark")
        told = folder / "daemon-0.log"
        wait_until(
            lambda: told.read_text(errors="replace").count("Registering worker") >= WORKERS,
            "de werkers van Spark",
        )
        yield Cluster(address, environment, folder)
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(PATIENCE)


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether something listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for a process to be ready, or say which was not."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: niet gestart in {PATIENCE} s")
        time.sleep(0.2)
