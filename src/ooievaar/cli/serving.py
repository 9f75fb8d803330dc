"""`ooievaar demo` and `ooievaar serve`: a region that does not exist, and its pages."""

import gc
import ipaddress
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from django.conf import settings
from django.utils import timezone
from rich.console import Console

from ooievaar import __version__
from ooievaar.cli.demo_people import (
    MONEY_ROLES,
    DemoPerson,
    add_demo_people,
    add_representatives,
)
from ooievaar.kernel.period import month_of, month_period

DEMO_SEED = 1
DEMO_BIRTHS = 2400
DEMO_YEARS = 2
DEMO_START = date(2025, 1, 1)
BUILDING = "in-aanbouw"
"""Folder inside the data folder where a region grows; what was interrupted there is thrown away."""
DATABASE = "ooievaar.sqlite3"
OF_A_REAL_REGION = (
    "OOIEVAAR_DATABASE_URL",
    "OOIEVAAR_CLAIMS_FOLDER",
    "OOIEVAAR_BANK_FOLDER",
)
"""What the demo must not touch: another database, and the folder of real claims."""
THREADS = 4

Port = Annotated[int, typer.Option(help="Poort op 127.0.0.1.", min=1, max=65535)]
Births = Annotated[int, typer.Option(help="Geboorten per jaar in een nieuwe regio.", min=1)]

console = Console(highlight=False)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("demo")(demo)
    app.command("demo-region", hidden=True)(demo_region)
    app.command("serve")(serve)


def demo(
    port: Port = 8000,
    data: Annotated[
        Path | None, typer.Option(help="Datamap; standaard OOIEVAAR_DATA of ./ooievaar-data.")
    ] = None,
    births: Births = DEMO_BIRTHS,
) -> None:
    """Maak een verzonnen regio van twee jaar, reken haar door en toon de pagina's.

    Werkt met SQLite in de datamap. Staat daar al een regio, dan blijft zij zoals zij is.
    """
    refuse_taken_port("127.0.0.1", port)
    folder = (data or settings.DATA).resolve()
    environment = environment_for(folder)
    if not holds_a_region(folder / DATABASE):
        prepare(folder, environment, births)
    # Started anew: the settings of this process may name another folder or database.
    words = [sys.executable, "-m", "ooievaar.cli", "serve", "--port", str(port)]
    sys.stdout.flush()
    os.execve(words[0], words, environment)  # noqa: S606 (our own command, no shell)


def environment_for(folder: Path) -> dict[str, str]:
    """Return this process's environment with everything of the demo in `folder`."""
    environment = {k: v for k, v in os.environ.items() if k not in OF_A_REAL_REGION}
    return environment | {"OOIEVAAR_DATA": str(folder)}


def prepare(folder: Path, environment: dict[str, str], births: int) -> None:
    """Build the region in a folder beside its place, and move it there when it is whole."""
    building = folder / BUILDING
    if building.exists():
        console.print("Een eerdere voorbereiding is onderbroken; zij begint opnieuw.")
        shutil.rmtree(building)
    building.mkdir(parents=True)
    done = subprocess.run(  # noqa: S603 (our own command, no shell)
        [sys.executable, "-m", "ooievaar.cli", "demo-region", "--births", str(births)],
        env=environment | {"OOIEVAAR_DATA": str(building)},
        check=False,
    )
    if done.returncode != 0:
        console.print("De regio is niet gemaakt; de datamap is zoals zij was.")
        raise typer.Exit(max(done.returncode, 1))
    move_into_place(building, folder)


def move_into_place(building: Path, folder: Path) -> None:
    """Move what was built to `folder`, the database last: once it is there, the region is whole."""
    # What an older, empty database left in its log must not be read into the new one.
    for leftover in ("-wal", "-shm"):
        (folder / f"{DATABASE}{leftover}").unlink(missing_ok=True)
    for path in sorted(building.iterdir(), key=lambda path: path.name == DATABASE):
        place = folder / path.name
        if place.is_dir():
            shutil.rmtree(place)
        path.replace(place)
    building.rmdir()


def holds_a_region(database: Path) -> bool:
    """Return whether someone's networks or women stand in this SQLite file."""
    from ooievaar.network.models import Network
    from ooievaar.record.models import Woman

    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(database)) as connection:
            present = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {Network._meta.db_table, Woman._meta.db_table} & {row[0] for row in present}
            return any(
                connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608
                for table in tables
            )
    except sqlite3.DatabaseError as error:
        # Whatever it is, it is not ours to replace.
        refuse(f"{database.name} in de datamap is niet te lezen als SQLite-databank ({error}).")


def demo_region(births: Births = DEMO_BIRTHS) -> None:
    """Fill an empty database with the demo's region, close and claim its months, print the proofs.

    What the region does after today is not derived; the last month that is over waits for the
    controller and the approver.
    """
    from ooievaar.bundles.commands import derive_network
    from ooievaar.bundles.snapshot import read_snapshot
    from ooievaar.cli.claims_year import MONTHS_LEFT_ALONE, open_counter, print_claims
    from ooievaar.cli.closing import closing_line, print_closing
    from ooievaar.cli.database import prepare_database
    from ooievaar.cli.settled_year import ask_questions, open_books, print_settled
    from ooievaar.network.models import Network
    from ooievaar.settlement.commands import close_month
    from ooievaar.settlement.queries import made_products
    from ooievaar.simulator.commands import simulate_region
    from ooievaar.simulator.dossiers.commands import simulate_dossiers

    # Very much lives long here: looking through it for garbage time and again took a third of it.
    gc.set_threshold(50_000, 50, 1_000)
    today = timezone.localdate()
    end = DEMO_START.replace(year=DEMO_START.year + DEMO_YEARS)
    until = min(end, today + timedelta(days=1))
    with step("Databank maken"):
        prepare_database()
    with step(f"Regio verzinnen: {births} geboorten per jaar, {DEMO_YEARS} jaar") as told:
        simulate_region(
            profile="regional",
            seed=DEMO_SEED,
            births=births,
            years=DEMO_YEARS,
            start=DEMO_START,
            report=told,
        )
    months = months_to_close(DEMO_START, until)
    made: list[DemoPerson] = []
    for network in Network.objects.filter(kind=Network.Kind.IGO).order_by("id"):
        with step(f"{network.name}: feiten lezen"):
            snapshot = read_snapshot(network)
        settlers = add_demo_people(network, DEMO_START, today, made, only=MONEY_ROLES)
        speakers = add_representatives(network, DEMO_START, today)
        claims = open_counter(network, settlers, DEMO_SEED, today)
        books = open_books(network, [*settlers, *speakers], DEMO_START, today)
        for number, month in enumerate(months, start=1):
            after = month_period(month).until
            snapshot = claims.refreshed(snapshot)
            with step(f"{month} afleiden en verdelen ({number} van {len(months)})") as told:
                closed = close_month(
                    network,
                    month,
                    known_until=after,
                    now=first_instant(after),
                    report=told,
                    snapshot=snapshot,
                    beside=claims.read,
                )
            console.print(f"    {closing_line(closed)}", soft_wrap=True)
            if not closed.proof.holds:
                break
            with step(f"{month} declareren, antwoorden en betalen"):
                claims.live(month, until, is_worked=number <= len(months) - MONTHS_LEFT_ALONE)
            with step(f"{month} boeken, uitbetalen en met de bank vergelijken"):
                books.live(month, until, is_paid=number < len(months))
        print_closing(closed)
        if not closed.proof.holds:
            raise typer.Exit(1)
        with step(f"Stand op {until:%d-%m-%Y} afleiden"):
            derive_network(
                network,
                until=until,
                known_until=until,
                now=first_instant(until),
                made_products=made_products(network),
            )
        with step("Laatste bestanden declareren en vergelijken met de verzekeraars"):
            claims.finish(month_of(after), today)
        if not print_claims(claims, today):
            raise typer.Exit(1)
        with step("Boeken bijwerken, en klaarzetten wat op mensen wacht"):
            books.finish(timezone.now(), today)
        if not print_settled(books):
            raise typer.Exit(1)
        if not made:
            with step("Mensen toevoegen, één per functie"):
                made = add_demo_people(network, DEMO_START, today, settlers)
                ask_questions(books, made, timezone.now())
            with step("Dossiers, zorgpaden en overleg schrijven") as told:
                simulate_dossiers(
                    network,
                    [row.person for row in made],
                    since=DEMO_START,
                    seed=DEMO_SEED,
                    now=timezone.now(),
                    report=told,
                )
    print_people([*made, *speakers])


def print_people(made: Sequence[DemoPerson]) -> None:
    """Print who may come in, each with a password that is shown here only."""
    name_width = max((len(row.person.username) for row in made), default=0)
    password_width = max((len(row.password) for row in made), default=0)
    console.print("\n[bold]Wie kan binnenkomen: naam, eenmalig wachtwoord, functie[/bold]")
    for row in made:
        who = f"{row.person.username:<{name_width}}  {row.password:<{password_width}}"
        # Not a table: it would cut the password off where the terminal is narrow.
        console.print(f"{who}  {row.role.label}, {row.place}", soft_wrap=True, markup=False)
    console.print(
        "Na het wachtwoord vraagt Ooievaar een code: `ooievaar code NAAM` toont haar, alleen voor\n"
        "deze verzonnen mensen. Wachtwoord kwijt: `ooievaar people password NAAM`.",
        soft_wrap=True,
    )


def months_between(start: date, until: date) -> Iterator[str]:
    """Yield the months (`2025-01`) that begin in [start, until)."""
    while start < until:
        month = month_of(start)
        yield month
        start = month_period(month).until


def months_to_close(start: date, until: date) -> list[str]:
    """Return the months that are over before `until` but for the last: people close that one."""
    over = [month for month in months_between(start, until) if month_period(month).until <= until]
    return over[:-1]


def first_instant(day: date) -> datetime:
    """Return the moment a demo closing is said to have happened: the first of `day`, in UTC."""
    return datetime.combine(day, clock_time(), tzinfo=UTC)


@contextmanager
def step(words: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done now, and afterwards how long it took; gives a way to tell more."""
    began = time.perf_counter()

    def tell(more: str) -> None:
        if console.is_terminal:
            shown.update(f"{words}: {more.strip()}")
        else:
            console.print(f"    {more.strip()}", soft_wrap=True)

    if not console.is_terminal:
        console.print(f"  {words} ...", soft_wrap=True)
    with console.status(words) as shown:
        yield tell
    console.print(f"  {words}: {time.perf_counter() - began:.1f} s".replace(".", ","))


def serve(
    port: Port = 8000,
    host: Annotated[
        str, typer.Option(help="Adres waarop geluisterd wordt; anders alleen in productie.")
    ] = "127.0.0.1",
    worker: Annotated[
        bool | None,
        typer.Option(help="Ook de uitvoerder van lang werk; in productie een eigen dienst."),
    ] = None,
) -> None:
    """Toon de pagina's; buiten productie alleen op deze computer."""
    refuse_other_machines(host)
    refuse_taken_port(host, port)
    from waitress.server import create_server

    from ooievaar.bundles.prepared import prepared_rules
    from ooievaar.cli.migrating import prepare_or_refuse
    from ooievaar.cli.own_data import refuse_unsound
    from ooievaar.cli.worker import start_worker, stop_worker
    from ooievaar.storage import logs
    from ooievaar.web.running import server_words
    from ooievaar.wsgi import application

    refuse_unsound()
    prepare_or_refuse()
    # The first to hand over a woman or to ask why need not wait until the rules are planned.
    with prepared_rules():
        pass
    signal.signal(signal.SIGTERM, stop)
    server = create_server(application, host=host, port=port, threads=THREADS, **server_words())
    has_worker = not settings.IS_PRODUCTION if worker is None else worker
    working = start_worker(dict(os.environ)) if has_worker else None
    name = f"[{host}]" if ":" in host else host
    console.print(f"\nOoievaar staat open op [bold]http://{name}:{port}[/bold]", soft_wrap=True)
    if not settings.IS_PRODUCTION:
        console.print("Alleen deze computer kan erbij. Stoppen: Ctrl-C.")
    mode = "production" if settings.IS_PRODUCTION else "local"
    logs.tell("started", port=port, threads=THREADS, version=__version__, mode=mode)
    # What is loaded by now stays: looking through it for garbage would stop a page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        logs.tell("stopped", port=port)
        if working is not None:
            stop_worker(working)
    console.print("Gestopt; de gegevens blijven staan.")


def stop(number: int, frame: FrameType | None) -> None:
    """Take a request to stop as the keyboard's."""
    raise KeyboardInterrupt


def refuse_other_machines(host: str) -> None:
    """Exit 2 when others than this computer could reach `host` without TLS before it."""
    if settings.IS_PRODUCTION and settings.TRUSTED_PROXY:
        return
    try:
        reachable = not ipaddress.ip_address(host).is_loopback
    except ValueError:
        reachable = host != "localhost"
    if reachable:
        refuse(
            f"{host} is ook vanaf andere computers te bereiken; dat mag alleen in productie, "
            "achter TLS (docs/running.md). Kies 127.0.0.1."
        )


def refuse_taken_port(host: str, port: int) -> None:
    """Exit 2 when `port` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            refuse(f"Poort {port} is niet vrij; kies een andere met --port (make demo PORT=...).")


def refuse(message: str) -> NoReturn:
    """Say in one line why not, and exit 2."""
    typer.echo(message, err=True)
    raise typer.Exit(2)
