"""The form of the due date: what follows from measures, and a better date is not lost unasked."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.record.entries.models import Draft, Entry
from ooievaar.record.entries.tests.test_pages_writing import field, values_of
from ooievaar.record.entries.tests.writing import Desk
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
FORM = "nieuw/due_date/"


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def linde(region: CareRegion) -> Desk:
    return Desk(region, "linde")


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def days_ahead(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def scanned(region: CareRegion) -> str:
    """Let the sonographer measure 60 mm (12+3) ten days ago; return when she is due by that."""
    Desk(region, "echo").wrote("ultrasound", {"scan_kind": "dating", "crl:1": "60"}, days_ago=10)
    return days_ahead(ago(10), 280 - 87)


def said(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d-%m-%Y}"


def test_a_date_is_proposed_from_the_scan_and_from_the_period_while_one_types(
    region: CareRegion, linde: Desk
) -> None:
    by_scan = scanned(region)
    assert said(by_scan) in linde.text(FORM)
    typed = {"last_period-0": ago(90).isoformat(), "cycle_days-0": "30"}
    text = linde.post("concept/due_date/", typed).content.decode()
    by_period = days_ahead(ago(90), 282)
    assert text.index(said(by_scan)) < text.index(said(by_period))
    assert 'value="datum-crl"' in text and 'value="datum-last_period"' in text
    assert not Entry.objects.filter(form="due_date").exists()


def test_a_proposal_is_taken_over_with_its_method_precision_and_day(
    region: CareRegion, linde: Desk
) -> None:
    by_scan = scanned(region)
    text = linde.post(FORM, {"fetus_count-0": "1", "doe": "datum-crl"}).content.decode()
    assert f'value="{by_scan}"' in field(text, "due_date-0")
    assert 'value="3"' in field(text, "due_date_precision_days-0")
    assert f'value="{ago(10).isoformat()}"' in field(text, "due_date_determined_on-0")
    assert re.search(r'<option value="crl" selected', text)
    assert 'value="1"' in field(text, "fetus_count-0")
    assert "staat er" in text and not Entry.objects.filter(form="due_date").exists()


@pytest.mark.parametrize(("method", "days"), [("crl", "3"), ("estimate", "21")])
def test_how_exact_it_is_follows_from_the_method(linde: Desk, method: str, days: str) -> None:
    typed = {"due_date-0": days_ahead(ago(0), 200), "due_date_method-0": method}
    assert (
        f"Nauwkeurig tot op {days} dagen" in linde.post("concept/due_date/", typed).content.decode()
    )
    linde.finish("due_date", typed)
    assert values_of(Entry.objects.get())["due_date_precision_days:0"] == days
    version = linde.pregnancy.versions.last()
    assert version is not None and version.due_precision_days == int(days)


def test_what_somebody_says_of_the_precision_stands(linde: Desk) -> None:
    typed = {"due_date-0": days_ahead(ago(0), 200), "due_date_method-0": "crl"}
    linde.finish("due_date", {**typed, "due_date_precision_days-0": "5"})
    assert values_of(Entry.objects.get())["due_date_precision_days:0"] == "5"


def test_the_precision_of_another_method_is_not_left_over(linde: Desk) -> None:
    entry = linde.wrote(
        "due_date",
        {"due_date": days_ahead(ago(0), 200), "due_date_method": "last_period",
         "due_date_precision_days": "7"},
    )  # fmt: skip
    assert 'value="7"' not in field(linde.text(FORM), "due_date_precision_days-0")
    typed = {
        "due_date-0": days_ahead(ago(0), 203), "due_date_method-0": "crl",
        "due_date_precision_days-0": "7", "version": str(entry.pk), "doe": "klaar",
    }  # fmt: skip
    linde.post(f"{entry.pk}/verbeteren/", typed)
    assert values_of(Entry.objects.get(replaces=entry))["due_date_precision_days:0"] == "3"


def better(linde: Desk) -> str:
    due = days_ahead(ago(0), 200)
    linde.wrote(
        "due_date",
        {"due_date": due, "due_date_method": "crl", "due_date_determined_on": ago(40).isoformat()},
        days_ago=30,
    )
    return due


def test_a_weaker_method_that_takes_the_place_of_a_better_one_is_asked_about(linde: Desk) -> None:
    due, new = better(linde), days_ahead(ago(0), 207)
    typed: dict[str, Any] = {"due_date-0": new, "due_date_method-0": "last_period"}
    text = linde.finish("due_date", typed).content.decode()
    assert f"De eerdere datum, {said(due)}, kwam van Termijnecho: kruin-romplengte" in text
    assert f"({said(ago(40).isoformat())}). Klopt deze nieuwe?" in text
    assert f'name="sure" value="due_date-0={new}"' in text
    assert Entry.objects.count() == 1
    linde.finish("due_date", {**typed, "sure": f"due_date-0={new}"})
    version = linde.pregnancy.versions.last()
    assert version is not None and version.due_on.isoformat() == new


@pytest.mark.parametrize("method", ["crl", "transfer"])
def test_a_better_method_or_the_same_one_later_is_not_asked_about(linde: Desk, method: str) -> None:
    better(linde)
    new = days_ahead(ago(0), 204)
    linde.finish("due_date", {"due_date-0": new, "due_date_method-0": method})
    assert Entry.objects.count() == 2


def test_taking_over_keeps_no_draft_of_another(region: CareRegion, linde: Desk) -> None:
    scanned(region)
    linde.post(FORM, {"doe": "datum-crl"})
    linde.post(FORM, {"doe": "datum-bestaat-niet"})
    assert not Draft.objects.exists()
