"""A test or scan made elsewhere and not shared: that it was made is told, nothing else of it."""

import re
from typing import Any

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from ooievaar.record.entries.models import Entry, RepeatChoice
from ooievaar.record.entries.tests.writing import MOST_QUERIES, Desk, queries_of
from ooievaar.record.relations import ask_consult
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
FORM = "nieuw/ultrasound/"
AGAIN: dict[str, Any] = {"scan_kind-0": "growth", "hc-1": "252"}
THAT, ASK = "Elders is minder dan 2 weken", "Vraag haar of dit onderzoek al elders is gedaan"
SHOWN, ELSEWHERE = "Al gedaan door een partner", "elders gedaan, binnen 10 dagen"


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def scan(region: CareRegion) -> Entry:
    scan = {"scan_kind": "growth", "hc:1": "250"}
    return Desk(region, "zee").wrote("ultrasound", scan, days_ago=3)


@pytest.fixture
def echo(region: CareRegion) -> Desk:
    return Desk(region, "echo")


def notice(html: str) -> str:
    """Return what the page says of what was made, apart from the form and the banner."""
    told = html[html.index('class="page-head') : html.index('class="entry-form"')]
    return re.sub(r"\s+", " ", strip_tags(told))


def test_a_scan_that_is_not_shared_is_told_without_what_and_by_whom(
    echo: Desk, scan: Entry
) -> None:
    said = notice(echo.text(FORM))
    assert THAT in said and "voordat u begint" in said
    for part in ("Groei", "Zee", "250", f"{scan.happened_on:%d-%m-%Y}", SHOWN):
        assert part not in said, part
    assert f"/dossier/{scan.pk}/" not in echo.text(FORM)


def test_who_makes_just_that_is_told_and_asked_why(echo: Desk, scan: Entry) -> None:
    html = echo.finish("ultrasound", AGAIN).content.decode()
    said = notice(html)
    assert "Groei-echo" in said and ELSEWHERE in said
    assert "Zeg waarom het opnieuw nodig was." in html and 'name="repeat_reason"' in html
    for part in ("Zee", "250", f"{scan.happened_on:%d-%m-%Y}", f"/dossier/{scan.pk}/"):
        assert part not in html.split("<form", 1)[0], part
    echo.finish("ultrasound", {**AGAIN, "repeat_reason": "zij weet de uitslag niet"})
    choice = RepeatChoice.objects.get()
    assert (choice.is_prevented, choice.earlier, choice.entry) == (
        False, scan, Entry.objects.order_by("pk").last(),
    )  # fmt: skip


def test_what_she_told_of_it_prevents_it_and_is_counted(echo: Desk, scan: Entry) -> None:
    answer = echo.post(FORM, {"doe": "niet-opnieuw", "diagnostic": "growth_scan"})
    assert answer.status_code == 302
    choice = RepeatChoice.objects.get()
    assert (choice.is_prevented, choice.earlier, choice.entry) == (True, scan, None)
    assert THAT not in notice(echo.text(FORM)), "not asked twice"


def test_what_she_lets_be_seen_is_shown_as_always(
    region: CareRegion, echo: Desk, scan: Entry
) -> None:
    region.says("zee", "echo", is_given=True)
    said = notice(echo.text(FORM))
    assert SHOWN in said and "Groei-echo" in said and "Zee" in said
    assert THAT not in said


def test_a_referral_shows_it_too(region: CareRegion, echo: Desk, scan: Entry) -> None:
    zee = region.organisations["zee"]
    ask_consult(region.noor, echo.held.organisation, "Groei?", timezone.localdate(), zee)  # type: ignore[arg-type]
    assert SHOWN in notice(echo.text(FORM))


@pytest.mark.parametrize("name", ["echo", "linde"])
def test_her_objection_tells_nothing_of_it(region: CareRegion, scan: Entry, name: str) -> None:
    """Then only the question stands that always may: ask her."""
    desk = Desk(region, name)
    region.says("zee", name, is_given=False)
    said = notice(desk.text(FORM))
    assert THAT not in said and SHOWN not in said
    assert ASK in said
    answer = desk.finish("ultrasound", AGAIN)
    assert answer.status_code == 302
    assert not RepeatChoice.objects.exists()
    assert ASK not in notice(desk.text("nieuw/note/")), "a note is no test"


def test_outside_its_window_and_in_error_nothing_is_told(region: CareRegion, echo: Desk) -> None:
    Desk(region, "zee").wrote("ultrasound", {"scan_kind": "growth"}, days_ago=11)
    assert THAT not in notice(echo.text(FORM))
    assert echo.finish("ultrasound", AGAIN).status_code == 302


def test_the_page_stays_within_its_queries(region: CareRegion, echo: Desk, scan: Entry) -> None:
    for days_ago in (1, 2, 4):
        Desk(region, "linde").wrote("ultrasound", {"scan_kind": "position"}, days_ago=days_ago)
    assert len(queries_of(echo.client, echo.dossier + FORM)) <= MOST_QUERIES
    assert len(queries_of(Desk(region, "zee").client, echo.dossier + FORM)) <= MOST_QUERIES
