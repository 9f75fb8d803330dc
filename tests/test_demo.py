"""The demo as a newcomer meets it: a command, a wait, pages; and again, at once, with its data."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

DEADLINE_SECONDS = 120


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
            process.wait(timeout=20)


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
        assert "2026-12 afleiden en verdelen (24 van 24)" in printed
    assert not building.exists()
    database = data / "ooievaar.sqlite3"
    made = database.stat().st_ino

    with running_demo(data) as printed:
        assert "afleiden" not in printed
    assert database.stat().st_ino == made
