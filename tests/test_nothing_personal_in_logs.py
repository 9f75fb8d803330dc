"""Pages and commands driven with marked names, numbers and words; the log knows none of them."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, include, path

from ooievaar.network.doors import open_to_anybody
from ooievaar.network.models import Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.storage import logs
from ooievaar.web.urls import urlpatterns as pages_of_web

NAME, BSN, WORDS = "Qwijbeltje-van-Xerxes", "123456782", "bloedverlies-na-zwemles"
MARKED = (NAME, BSN, WORDS)


@open_to_anybody
def crashing(request: HttpRequest) -> HttpResponse:
    woman = {"name": NAME, "bsn": request.GET.get("bsn")}
    raise ValueError(f"{woman} {WORDS}")


@open_to_anybody
def crashing_in_the_database(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nergens WHERE naam = %s", [NAME])
    return HttpResponse()


@open_to_anybody
def unknown(request: HttpRequest) -> HttpResponse:
    raise Http404(f"geen {NAME}")


@open_to_anybody
def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(f"{NAME} {BSN}")


@open_to_anybody
def warning(request: HttpRequest) -> HttpResponse:
    logging.getLogger("zomaar").warning("%s heeft %s", NAME, WORDS, extra={"bsn": BSN})
    logs.tell("job", kind=f"{NAME}")
    return HttpResponse()


urlpatterns = [
    path("stuk/", crashing, name="crash"),
    path("databank/", crashing_in_the_database, name="crash_database"),
    path("weg/", unknown, name="unknown"),
    path("verdacht/", suspicious, name="suspicious"),
    path("waarschuwing/", warning, name="warning"),
    path("", include("ooievaar.urls")),
]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that production would write, from every logger, at its most talkative."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    named = [logging.getLogger(name) for name in ("django", "django.request", "ooievaar")]
    levels = [one.level for one in named]
    root.addHandler(handler)
    for one in (root, *named):
        one.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    for one, before in zip(named, levels, strict=True):
        one.setLevel(before)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"),
    [("stuk", 500), ("databank", 500), ("weg", 404), ("verdacht", 400), ("waarschuwing", 200)],
)
def test_a_page_that_goes_wrong_tells_its_name_and_nothing_of_a_woman(
    db: None, log: io.StringIO, address: str, status: int
) -> None:
    logs.view_names.cache_clear()
    client = Client(raise_request_exception=False)
    answer = client.get(f"/{address}/", {"zoek": NAME, "bsn": BSN, "q": WORDS})
    assert answer.status_code == status
    told = lines(log)
    asked = next(line for line in told if line["event"] == "request")
    assert (asked["status"], asked["method"], "view" in asked) == (status, "GET", True)
    assert asked["request"] == answer.headers["X-Request-ID"]
    assert not any(mark in log.getvalue() for mark in MARKED)
    logs.view_names.cache_clear()


@pytest.mark.urls(__name__)
def test_the_crash_can_still_be_found(db: None, log: io.StringIO) -> None:
    Client(raise_request_exception=False).get("/stuk/", {"bsn": BSN})
    crash = next(line for line in lines(log) if "error" in line)
    assert crash["error"] == "ValueError"
    places = crash["places"]
    assert isinstance(places, list)
    assert "test_nothing_personal_in_logs.py:" in places[-1]


def every_plain_address(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += every_plain_address(pattern.url_patterns, before + str(pattern.pattern))
        elif "<" not in str(pattern.pattern) and "^" not in str(pattern.pattern):
            found.append("/" + before + str(pattern.pattern))
    return found


def test_every_page_asked_with_marked_words_keeps_them_out_of_the_log(
    db: None, log: io.StringIO
) -> None:
    client = Client(raise_request_exception=False)
    addresses = every_plain_address(get_resolver().url_patterns)
    assert len(addresses) > len(pages_of_web)
    marks = {"zoek": NAME, "bsn": BSN, "sorteer": WORDS, "next": f"/{WORDS}", "login": NAME}
    network = Network.objects.create(kind="igo", name="IGO")
    practice = Organisation.objects.create(agb="08000001", name="Praktijk", discipline="midwives")
    people = (
        None,
        position(Role.MIDWIFE, organisation=practice),
        position(Role.CONTROLLER, network=network),
    )
    for who in people:
        if who is not None:
            come_in(client, who)
        for address in addresses:
            client.get(address, marks)
            client.post(address, {**marks, "username": NAME, "password": BSN})
    asked = [line for line in lines(log) if line["event"] == "request"]
    assert len(asked) >= 6 * len(addresses)
    assert not any(mark in log.getvalue() for mark in MARKED)


def test_a_command_that_crashes_in_production_tells_where_and_not_what(tmp_path: Path) -> None:
    """As the service runs it: standard error goes to the journal."""
    crash = (
        "import django; django.setup(); import sys, threading, warnings;"
        f"warnings.warn('{NAME}');"
        f"worker = threading.Thread(target=lambda: int('{BSN}x')); worker.start(); worker.join();"
        f"raise ValueError('{WORDS}')"
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OOIEVAAR_")}
    done = subprocess.run(
        [sys.executable, "-c", crash],
        env=kept | {
            "DJANGO_SETTINGS_MODULE": "ooievaar.settings",
            "OOIEVAAR_DATA": str(tmp_path),
            "OOIEVAAR_MODE": "production",
            "OOIEVAAR_ONE_OFFICE": "1",
            "OOIEVAAR_SECRET_KEY": "q8Zr5Jw1Yb7Xc3Vn9Mk2Ls4Hd6Gf0Tt8Pp5Rr1Ww7Ee3Uu9Ii2Oo4",
            "OOIEVAAR_ORIGIN": "https://ooievaar.example",
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in told] == ["library", "crash", "crash"]
    assert not any(mark in done.stderr + done.stdout for mark in MARKED)
