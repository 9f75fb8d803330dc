"""The wheel is all that a machine needs: assets, translations and the rule book are in it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "src/ooievaar/ui/static/ooievaar/app.css"
DEADLINE_SECONDS = 120
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not BUILT.exists():
        pytest.skip("de assets zijn niet gebouwd (make assets): niet uitgevoerd")
    folder = tmp_path_factory.mktemp("wheel")
    words = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    subprocess.run([*PIP, *words, str(ROOT)], check=True)
    return next(folder.glob("ooievaar-*.whl"))


def test_everything_that_runs_is_in_it_and_nothing_that_only_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        *(f"ui/static/ooievaar/{name}" for name in ("app.css", "app.js", "theme.js", "icons.svg")),
        "ui/static/ooievaar/app.js.br",
        "locale/en/LC_MESSAGES/django.mo",
        "ui/templates/ooievaar/base.html",
    }
    source = ROOT / "src/ooievaar"
    for pattern in ("**/*.html", "rulebook/data/*.yaml", "**/*.py"):
        wanted |= {path.relative_to(source).as_posix() for path in source.glob(pattern)}
    wanted = {f"ooievaar/{name}" for name in wanted if "tests/" not in name}
    assert wanted <= names, wanted - names
    assert not [name for name in names if "/tests/" in name]


@contextmanager
def serving(home: Path, data: Path) -> Iterator[str]:
    """Serve from what was installed in `home`, in a place without repository or Node."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OOIEVAAR_")}
    environment |= {"PYTHONPATH": str(home), "PATH": "", "OOIEVAAR_DATA": str(data)}
    log = home.parent / "serve.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "ooievaar.cli", "serve", "--port", str(port)],
            cwd=home.parent,
            env=environment,
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + DEADLINE_SECONDS
            while fetched(f"{address}/gezond/")[0] != 200:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def fetched(address: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, b""
    except OSError:
        return 0, b""


def test_an_installed_wheel_serves_its_pages_away_from_the_repository(
    wheel: Path, tmp_path: Path
) -> None:
    assert shutil.which("node", path="") is None
    home = tmp_path / "geinstalleerd"
    words = ["install", "--no-deps", "--no-index", "--no-compile", "--target", str(home)]
    subprocess.run([*PIP, *words, str(wheel)], check=True)
    with serving(home, tmp_path / "gegevens") as address:
        status, page = fetched(f"{address}/aanmelden/")
        assert status == 200
        assert b"/static/ooievaar/app.css" in page
        for name in ("app.css", "app.js", "icons.svg"):
            status, content = fetched(f"{address}/static/ooievaar/{name}")
            assert (status, bool(content)) == (200, True), name
        assert fetched(f"{address}/klaar/") == (200, b"klaar\n")
