"""`ooievaar worker`: does the long work that people ask for on the pages."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.utils import timezone
from rich.console import Console

from ooievaar.storage.logs import tell

INTERVAL_SECONDS = 1.0
ROUND_SECONDS = 15.0
"""How often is looked after jobs whose worker is gone."""
ROUNDS_BETWEEN_ANCHORS = 120
"""How often is asked whether the daily anchor is due: every half hour."""
QUEUE_KEPT = timedelta(days=14)

console = Console(highlight=False)


def register(app: typer.Typer) -> None:
    """Add `worker`."""
    app.command("worker")(worker)


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Doe wat er nu ligt en stop daarna.")
    ] = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Voer de taken uit die op de pagina's worden gevraagd, tot dit programma wordt gestopt.

    Wie het stopt (SIGTERM of Ctrl-C) laat de lopende taak afmaken; een tweede keer zet haar terug
    in de rij. Er mogen er meer tegelijk lopen: nooit doen twee dezelfde taak.
    """
    from ooievaar.cli.database import open_database
    from ooievaar.cli.migrating import prepare_or_refuse

    if settings.IS_PRODUCTION:
        prepare_or_refuse()
    else:
        open_database()
    if with_parent:
        threading.Thread(target=end_with_parent, daemon=True).start()
    make_round(anchors=True)
    ended = threading.Event()
    rounds = threading.Thread(target=make_rounds, args=(ended,), daemon=True)
    if not once:
        rounds.start()
        console.print("De taken worden uitgevoerd. Stoppen: Ctrl-C.")
    try:
        call_command(
            "db_worker",
            verbosity=0,
            interval=INTERVAL_SECONDS,
            batch=once,
            startup_delay=False,
            reload=False,
        )
    finally:
        ended.set()
        if rounds.is_alive():
            rounds.join()


def make_rounds(ended: threading.Event) -> None:
    """Look around now and then, until the worker ends."""
    count = 0
    try:
        while not ended.wait(ROUND_SECONDS):
            count += 1
            make_round(anchors=count % ROUNDS_BETWEEN_ANCHORS == 0)
    finally:
        connections.close_all()


def make_round(*, anchors: bool) -> None:
    """Take up what a dead worker left, tidy the queue, anchor the access log when it is time.

    Nothing that goes wrong here ends the worker: the next round looks again.
    """
    from ooievaar.record.access_log.anchors import anchor_if_due
    from ooievaar.ui.jobs import forget_queue, take_up_orphans

    now = timezone.now()
    try:
        take_up_orphans(now)
        if anchors:
            forget_queue(now - QUEUE_KEPT)
            anchor_if_due(now)
    except DatabaseError:
        # Busy or away; the connection may be of no use any more.
        connections.close_all()
    except Exception:
        tell("crash", logging.ERROR, crash=True)


def end_with_parent() -> None:
    """Wait until whoever started us is gone, then end as if asked to: our input closes with it."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def start_worker(environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a worker beside this process, which ends when this one does, however it ends.

    Ctrl-C does not reach it: end it with `stop_worker`, so that it is told once.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "ooievaar.cli", "worker", "--with-parent"],
        env=dict(environment) if environment is not None else None,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def stop_worker(process: subprocess.Popen[bytes], timeout: float = 30.0) -> None:
    """Let a worker that we started finish what it does, and end; not in time, it goes at once.

    What was cut off is begun again by the next worker.
    """
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
