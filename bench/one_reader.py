"""Every page of somebody who gives care, asked once at a time: what one answer costs.

`python -m bench.one_reader` measures on the database of `OOIEVAAR_DATABASE_URL`, in this process
and without a network: the best and the median of some rounds, as wall time and as the process's own
CPU time (the database's is not in it where that is a server). It adds people and looks of its own
to the region: give it a copy.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

ROUNDS = 7
ROLES = ("midwife", "clinical_carer", "kraam_carer", "sonographer")


@dataclass(frozen=True, slots=True)
class Cost:
    """What the rounds of one page cost, in milliseconds; `sql` is the best of what it waited."""

    page: str
    best: float
    median: float
    cpu: float
    sql: float
    queries: int


def main() -> None:
    """Measure and print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    words.add_argument("--roles", nargs="+", default=ROLES)
    chosen = words.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    import django

    django.setup()
    from django.db import connection

    from bench.pages import make_readers, size

    load = os.getloadavg()[0]
    sizes = size()
    print(
        f"{sizes['pregnancies']:,} pregnancies, {sizes['entries']:,} entries, "
        f"{sizes['activities']:,} activities; {connection.vendor}; load {load:.1f} before.\n"
    )
    print("| role | page | best ms | median ms | CPU ms | SQL ms | queries |")
    print("|---|---|---:|---:|---:|---:|---:|")
    readers = make_readers()
    for role in chosen.roles:
        reader = max(
            (one for one in readers if one.role == role), key=lambda one: len(one.pregnancies)
        )
        for cost in measure(reader.cookie, reader.pregnancies, chosen.rounds):
            print(
                f"| {role} | {cost.page} | {cost.best:.0f} | {cost.median:.0f} | {cost.cpu:.0f} "
                f"| {cost.sql:.0f} | {cost.queries} |",
                flush=True,
            )


def measure(cookie: str, pregnancies: tuple[int, ...], rounds: int) -> Iterator[Cost]:
    """Yield what each page costs this reader."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.cookies["sessionid"] = cookie

    def get(address: str) -> Callable[[], int]:
        return lambda: client.get(address).status_code

    def search(text: str) -> Callable[[], int]:
        return lambda: client.post("/zwangeren/", {"zoek": text}, follow=True).status_code

    most = most_written(pregnancies)
    yield cost("today", get("/vandaag/"), rounds)
    yield cost("today: pathways", get("/vandaag/zorgpaden/"), rounds)
    yield cost("today: the rest", get("/vandaag/rest/"), rounds)
    yield cost("list", get("/zwangeren/"), rounds)
    for kind, text in words_of(most).items():
        yield cost(f"search by {kind}", search(text), rounds)
    yield cost("pregnancy", get(f"/zwangeren/{most}/"), rounds)
    yield cost("record", get(f"/zwangeren/{most}/dossier/"), rounds)
    yield cost("plan", get(f"/zwangeren/{most}/plan/"), rounds)


def most_written(pregnancies: tuple[int, ...]) -> int:
    """Return the pregnancy of which most is written, of those a reader may open."""
    from django.db.models import Count

    from ooievaar.record.models import Pregnancy

    rows = Pregnancy.objects.filter(pk__in=pregnancies).annotate(n=Count("entries"))
    return int(rows.order_by("-n", "pk").values_list("pk", flat=True)[0])


def words_of(pregnancy_id: int) -> dict[str, str]:
    """Return by what somebody may look for her."""
    from django.utils import timezone

    from ooievaar.record.models import Woman
    from ooievaar.record.versions import newest_versions

    woman = Woman.objects.get(pregnancies=pregnancy_id)
    version = newest_versions(timezone.localdate()).filter(pregnancy_id=pregnancy_id).first()
    due: date | None = version.due_on if version else None
    found = {
        "name": woman.name.split()[-1] if woman.name else "",
        "birth date": woman.birth_date.strftime("%d-%m-%Y") if woman.birth_date else "",
        "BSN": woman.bsn or "",
        "due date": due.isoformat() if due else "",
        "nobody's name": "zzyzx",
    }
    return {kind: text for kind, text in found.items() if text}


def cost(page: str, ask: Callable[[], int], rounds: int) -> Cost:
    """Ask a page some times after one that is not counted."""
    from django.db import connection

    waited: list[float] = []

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                waited.append(1000 * (time.perf_counter() - began))

    walls, cpus, sums = [], [], []
    for number in range(rounds + 1):
        waited.clear()
        began, worked = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(timed):
            status = ask()
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        if status != 200:
            raise RuntimeError(f"{page}: {status}")
        if number:
            walls.append(1000 * wall)
            cpus.append(1000 * cpu)
            sums.append(sum(waited))
    return Cost(page, min(walls), statistics.median(walls), min(cpus), min(sums), len(waited))


if __name__ == "__main__":
    main()
