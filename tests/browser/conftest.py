"""Servers on a small region, people who are signed in, and pages that tell what goes wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from ooievaar.network.roles import Role
from tests.browser.soundness import AXE

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "ooievaar" / "ui" / "static" / "ooievaar" / "app.js"


@dataclass(frozen=True, slots=True)
class Site:
    """A served small region: what addresses name per role, page and woman; who has a password."""

    address: str
    things: dict[str, dict[str, Any]]
    women: dict[str, dict[str, int]]
    pregnancies: dict[str, int]
    products: list[int]
    passwords: dict[str, str]
    process: subprocess.Popen[str] = field(repr=False)
    of_page: dict[str, dict[str, Any]] = field(default_factory=dict)

    def pregnancy(self, reference: str) -> str:
        """Return the path of a pregnancy's page."""
        return f"/zwangeren/{self.pregnancies[reference]}/"

    def of(self, woman: str, rest: str = "") -> str:
        """Return the path of a page of one of the women of `record_world`."""
        return f"/zwangeren/{self.women[woman]['pregnancy_id']}/{rest}"

    def session(self, name: str, *, steps: int = 2, ago: int = 0) -> str:
        """Return the cookie of somebody who came in some seconds ago (see `serve.People`)."""
        assert self.process.stdin is not None and self.process.stdout is not None
        asked = {"name": name, "steps": steps, "ago": ago}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return str(json.loads(self.process.stdout.readline()))


@contextmanager
def served(data: Path, *words: str) -> Iterator[Site]:
    """Serve a small region until the end of the block."""
    assert AXE.is_file() and BUILT.is_file(), "eerst de pagina's bouwen: make install"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OOIEVAAR_")}
    environment |= {
        "OOIEVAAR_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "ooievaar.settings",
        "PYTHONPATH": os.pathsep.join(["src", environment.get("PYTHONPATH", "")]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.serve", *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        first_line = process.stdout.readline()
        assert first_line, "de server van de paginatests is niet gestart"
        yield Site(**json.loads(first_line), process=process)
    finally:
        # Its worker ends with it.
        process.stdin.close()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a region to look at, in which no test changes anything another looks at."""
    with served(tmp_path_factory.mktemp("region")) as started:
        yield started


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a region of records that the stories write in, each about a woman of its own."""
    with served(tmp_path_factory.mktemp("records"), "--record") as started:
        yield started


@pytest.fixture
def come_to_work(browser: Any, records: Site) -> Iterator[Callable[..., Any]]:
    """Give a function by which somebody comes in where the records are."""
    with visiting(browser, records) as visit:
        yield visit


@pytest.fixture
def open_page(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Give a function that opens a page as somebody would: who, width, theme, language."""
    with visiting(browser, site) as visit:
        yield visit


@contextmanager
def visiting(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Give a function that opens a page of a site; its windows are closed at the end."""
    opened = []

    def visit(
        path: str,
        *,
        role: Role | None = None,
        who: str = "",
        steps: int = 2,
        ago: int = 0,
        language: str = "nl",
        theme: str = "light",
        width: int = 1440,
        **more: Any,
    ) -> Any:
        """Open a window as `who`, as somebody of this region in a role, or as nobody."""
        has_script = more.get("java_script_enabled", True)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", **more
        )
        opened.append(context)
        cookies = {"django_language": language}
        if who or role:
            cookies["sessionid"] = site.session(who or f"own {role}", steps=steps, ago=ago)
        context.add_cookies(
            [{"name": name, "value": value, "url": site.address} for name, value in cookies.items()]
        )
        if has_script and theme != "light":
            context.add_init_script(f"localStorage.setItem('ooievaar-theme', '{theme}')")
        page = context.new_page()
        page.complaints = []
        page.elsewhere = []
        page.on("console", lambda said: _complain(page, said.type, said.text))
        page.on("pageerror", lambda error: _complain(page, "error", str(error)))
        page.on("request", lambda request: _note_host(page, request.url, site.address))
        page.visit = lambda path: page.goto(site.address + path)
        if path:
            page.visit(path)
        return page

    yield visit
    for context in opened:
        context.close()


def _complain(page: Any, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        page.complaints.append(text)


def _note_host(page: Any, address: str, own: str) -> None:
    if urlparse(address).netloc not in {urlparse(own).netloc, ""}:
        page.elsewhere.append(address)
