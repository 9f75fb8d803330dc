"""The frame of every page: its navigation, who works there, what happened, its headers."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import translation

import ooievaar
from ooievaar.ui import faults
from ooievaar.ui.components import components
from ooievaar.ui.navigation import HOUSE, navigation_items
from ooievaar.ui.security import ContentSecurityPolicy

PACKAGE = Path(ooievaar.__file__).parent
ICONS = PACKAGE.parents[1] / "assets" / "icons.txt"


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def page_for(*roles: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x")

    if roles:
        view.door = SimpleNamespace(roles=frozenset(roles))  # type: ignore[attr-defined]
    return view


urlpatterns = [
    path("vandaag/", page_for("midwife"), name="today"),
    path("zwangeren/", page_for("midwife", "controller"), name="pregnancies"),
    path("maand/", page_for("controller"), name="month"),
    path("regelboek/", page_for(), name="rulebook"),
    path("", include("ooievaar.urls")),
]
on_these_doors = pytest.mark.urls(__name__)


def asked(address: str = "/zwangeren/4/", role: str = "") -> HttpRequest:
    request = RequestFactory().get(address)
    if role:
        here = SimpleNamespace(role=role, person_name="Anna <b>", place_name="Praktijk")
        request.workplace = here  # type: ignore[attr-defined]
        request.workplaces = [here, here]  # type: ignore[attr-defined]
    return request


HERE = {"today", "pregnancies", "month", "rulebook"}


def names(request: HttpRequest) -> list[str]:
    """Return what is in the navigation of the pages of this file; the house has more."""
    here = {str(label) for name, label, _icon, _key in HOUSE if name in HERE}
    return [str(item.label) for item in navigation_items(request) if item.label in here]


@on_these_doors
def test_the_navigation_shows_the_doors_that_open() -> None:
    assert names(asked(role="midwife")) == ["Vandaag", "Zwangeren"]
    assert names(asked(role="controller")) == ["Zwangeren", "Verdeling"]
    assert names(asked(role="purchaser")) == []


@on_these_doors
def test_a_page_without_a_door_is_in_nobodys_navigation() -> None:
    assert all("Regelboek" not in names(asked(role=role)) for role in ("midwife", "controller"))


@on_these_doors
def test_who_did_not_come_in_sees_no_navigation() -> None:
    assert names(asked()) == []
    page = render_to_string("ooievaar/fault.html", {"heading": "x"}, asked())
    assert "<nav" not in page and "data-go" not in page and "shell-bare" in page


@on_these_doors
def test_the_page_asked_for_is_marked_and_the_network_goes_along() -> None:
    items = navigation_items(asked("/zwangeren/4/?netwerk=3%26x", role="midwife"))
    assert [str(item.label) for item in items if item.is_current] == ["Zwangeren"]
    assert [str(item.label) for item in items if item.is_searched] == ["Zwangeren"]
    assert items[0].address == "/vandaag/?netwerk=3%26x"


def test_every_part_of_the_house_has_a_key_of_its_own() -> None:
    keys = [key for _name, _label, _icon, key in HOUSE]
    assert len(keys) == len(set(keys)) and "g" not in keys


@on_these_doors
def test_the_frame_says_who_works_where_and_how_to_leave() -> None:
    page = render_to_string("ooievaar/fault.html", {"heading": "x"}, asked(role="midwife"))
    assert "Anna &lt;b&gt;" in page and "Praktijk" in page and "Andere werkplek" in page
    leave = page.split(">Afmelden<")[0] if ">Afmelden<" in page else page.split("Afmelden")[0]
    assert 'method="post"' in leave.rsplit("<form", 1)[1]
    assert "csrfmiddlewaretoken" in leave.rsplit("<form", 1)[1]


@on_these_doors
def test_who_works_in_one_place_is_not_offered_another() -> None:
    request = asked(role="midwife")
    del request.workplaces[1:]  # type: ignore[attr-defined]
    page = render_to_string("ooievaar/fault.html", {"heading": "x"}, request)
    assert "Andere werkplek" not in page


def test_what_happened_is_told_and_can_be_closed() -> None:
    said = [
        Message(constants.SUCCESS, "Bewaard <b>"),
        Message(constants.ERROR, "Mislukt"),
    ]
    page = render_to_string("ooievaar/messages.html", {"messages": said}, asked("/x/?a=1"))
    assert "Bewaard &lt;b&gt;" in page
    assert re.search(r'notice-good" role="status"', page)
    assert re.search(r'notice-alarm" role="alert"', page)
    assert page.count('href="/x/?a=1" data-dismiss') == 2


def test_a_fault_of_ours_asks_nothing_of_the_database() -> None:
    """Whoever asks what a broken database knows gets a second fault instead of a page."""

    class Broken:
        def __bool__(self) -> bool:
            raise RuntimeError("de database antwoordt niet")

        __iter__ = __bool__

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("de database antwoordt niet")

    request = asked()
    request.user = Broken()  # type: ignore[assignment]
    request._messages = Broken()  # type: ignore[attr-defined]
    answer = faults.server_fault(request)
    assert answer.status_code == 500
    assert "De fout ligt bij Ooievaar" in answer.content.decode()


def test_a_refusal_does_not_tell_what_exists() -> None:
    one = faults.forbidden(asked("/zwangeren/1/")).content
    other = faults.forbidden(asked("/zwangeren/1/"), PermissionError("van Anna")).content
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert token.sub(b"", one) == token.sub(b"", other)


def test_every_page_carries_the_headers() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x", headers={"Cache-Control": "public, max-age=600"})

    answer = ContentSecurityPolicy(view)(asked())
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy
    assert "unsafe-eval" not in policy and "unsafe-inline" not in policy.replace(
        "style-src-attr 'unsafe-inline'", ""
    )
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_the_headers_are_on_a_page_that_is_not_there(client: Client, db: None) -> None:
    answer = client.get("/nergens/")
    assert answer.status_code == 404
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def templates() -> list[Path]:
    return sorted(PACKAGE.glob("*/**/templates/**/*.html"))


def test_no_template_has_inline_script_or_style() -> None:
    for file in templates():
        text = file.read_text("utf-8")
        assert not re.search(r"<style|<script(?![^>]* src=)(?![^>]*application/json)", text), file
        assert not re.search(r"<[^>]* on[a-z]+=", text), file
        assert "hx-on" not in text and "javascript:" not in text, file


@pytest.mark.skipif(not ICONS.is_file(), reason="assets/ hoort niet bij het pakket")
def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(ICONS.read_text("utf-8").split("\n"))
    for file in templates():
        for name in re.findall(r'{% icon "([^"]+)"', file.read_text("utf-8")):
            assert name in sprite, f"{file.name}: {name}"
    assert {icon for _name, _label, icon, _key in HOUSE} <= sprite


def test_the_components_stand_on_their_page_with_their_code() -> None:
    request = asked("/ui/", role="midwife")
    page = components(request).content.decode()  # type: ignore[attr-defined]
    assert page.count('class="piece-code"') >= 18
    assert "{% include &quot;ooievaar/table.html&quot; with table=table %}" in page
    file = components(asked("/ui/?uitvoer=csv&stand=breaker", role="midwife"))
    assert b"".join(file.streaming_content).count(b"\r\n") == 30  # type: ignore[attr-defined]
