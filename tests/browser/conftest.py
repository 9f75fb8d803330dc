"""A server on a small region, and pages that report what goes wrong in them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "src" / "ooievaar" / "ui" / "static" / "ooievaar" / "app.js"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages of the small region are."""

    address: str
    pregnancies: dict[str, int]
    products: list[int]
    breaker: int
    activity: int

    def pregnancy(self, reference: str) -> str:
        """Return the path of a pregnancy's page."""
        return f"/zwangeren/{self.pregnancies[reference]}/"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the small region for as long as the tests run."""
    assert AXE.is_file() and BUILT.is_file(), "eerst de pagina's bouwen: make install"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OOIEVAAR_")}
    environment |= {
        "OOIEVAAR_DATA": str(tmp_path_factory.mktemp("region")),
        "DJANGO_SETTINGS_MODULE": "ooievaar.settings",
        "PYTHONPATH": os.pathsep.join(["src", environment.get("PYTHONPATH", "")]),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        first_line = server.stdout.readline()
        assert first_line, "de server van de paginatests is niet gestart"
        yield Site(**json.loads(first_line))
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


@pytest.fixture
def open_page(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Give a function that opens a page as somebody would: width, theme, language."""
    opened = []

    def visit(
        path: str, *, language: str = "nl", theme: str = "light", width: int = 1440, **more: Any
    ) -> Any:
        has_script = more.get("java_script_enabled", True)
        context = browser.new_context(viewport={"width": width, "height": 900}, **more)
        opened.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": site.address}])
        if has_script and theme != "light":
            context.add_init_script(f"localStorage.setItem('ooievaar-theme', '{theme}')")
        page = context.new_page()
        page.complaints = []
        page.elsewhere = []
        page.on("console", lambda said: _complain(page, said.type, said.text))
        page.on("pageerror", lambda error: _complain(page, "error", str(error)))
        page.on("request", lambda request: _note_host(page, request.url, site.address))
        page.visit = lambda path: page.goto(site.address + path)
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
