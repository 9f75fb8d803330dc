"""The demo as a newcomer meets it: a command, a wait, pages; and again, at once, with its data."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

DEADLINE_SECONDS = 300


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def running_demo(data: Path) -> Iterator[str]:
    """Start the demo of a small region; give what it printed once its first page answers."""
    port = free_port()
    log = data.with_suffix(".log")
    words = ["demo", "--births", "25", "--port", str(port), "--data", str(data)]
    with log.open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "ooievaar.cli", *words],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            until = time.monotonic() + DEADLINE_SECONDS
            while not answers(f"http://127.0.0.1:{port}/"):
                assert process.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < until, log.read_text("utf-8")
                time.sleep(0.2)
            yield log.read_text("utf-8")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=20) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False


def test_a_demo_is_prepared_once_and_an_interrupted_one_anew(tmp_path: Path) -> None:
    data = tmp_path / "gegevens"
    building = data / "in-aanbouw"
    building.mkdir(parents=True)
    (building / "ooievaar.sqlite3").write_text("half af")

    with running_demo(data) as printed:
        assert "onderbroken" in printed
        closed = re.findall(r"(\d{4}-\d\d) afleiden en verdelen \((\d+) van (\d+)\) \.", printed)
        assert closed[0][0] == "2025-01" and closed[-1][1] == closed[-1][2]
        assert [number for _month, number, _all in closed] == list(
            map(str, range(1, len(closed) + 1))
        )
        lives = re.search(r"dossiers: (\d+) zwangerschappen, (\d+) vermeldingen", printed)
        assert lives is not None and int(lives[1]) >= 10 and int(lives[2]) > 300, printed
        assert "bewijs: niets blijft over" in printed
        settles(printed)
        assert re.search(r"overleggen: 2, agendapunten: \d", printed)
        people = dict(re.findall(r"^([a-z]+) +([\w-]{12,})  ", printed, re.MULTILINE))
        assert {"verloskundige", "controller", "beheerder", "namenskraamzorg"} <= set(people)
    assert controller_comes_in(data, people["controller"])
    assert not building.exists()
    database = data / "ooievaar.sqlite3"
    made = database.stat().st_ino

    with running_demo(data) as printed:
        assert "afleiden" not in printed
    assert database.stat().st_ino == made


def settles(printed: str) -> None:
    """See that the months were booked, paid, told and proved, and that something waits."""
    assert "het grootboek is in evenwicht, de keten is heel, en de bank klopt" in printed
    told = re.search(
        r"(\d+(?:\.\d+)?) boekingen, (\d+) betaalruns?, .* (\d+) afschriften voor partners", printed
    )
    assert told is not None and int(told[2]) >= 3 and int(told[3]) >= 20, printed
    assert re.search(r"van verzekeraars € .* op de bank € .*; rest € 0,00", printed)
    assert re.search(r"wacht op mensen: [01] betaalrun, .* 1 rekening", printed), printed


def controller_comes_in(data: Path, password: str) -> bool:
    """Ask `ooievaar code` for the second step, and see that the printed password fits."""
    environment = os.environ | {"OOIEVAAR_DATA": str(data)}
    asked = [sys.executable, "-m", "ooievaar.cli", "code", "controller"]
    told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert re.search(r"controller +\d{6}", told.stdout), told.stdout
    looked = [sys.executable, "-c", IS_PASSWORD, password]
    return subprocess.run(looked, env=environment, check=False).returncode == 0


IS_PASSWORD = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
import django
django.setup()
from ooievaar.network.models import Person
person = Person.objects.get(username="controller")
sys.exit(not (person.check_password(sys.argv[1]) and person.must_change_password))
"""
