"""Twins at a contact: each has its own place, and an only child notices nothing of it."""

import re

import pytest

from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.tests.writing import CHECK, Desk
from ooievaar.record.relations import Rejected
from ooievaar.record.tests.care_region import AT, CareRegion

pytestmark = pytest.mark.django_db
OF_A_CHECK = ["Moeder", "Kind", "Beleid", "Verder"]
TWINS = {"due_date": "2026-11-09", "due_date_method": "crl", "fetus_count": "2"}


@pytest.fixture
def linde() -> Desk:
    return Desk(CareRegion(), "linde")


@pytest.fixture
def twins(linde: Desk) -> Desk:
    linde.wrote("due_date", TWINS, days_ago=30)
    return linde


def headings(desk: Desk, form: str) -> list[str]:
    return re.findall(
        r"<fieldset class=\"entry-part\"><legend>([^<]*)", desk.text(f"nieuw/{form}/")
    )


def row_of_checks(desk: Desk) -> list[str]:
    table = desk.text().partition("entry-checks")[2].partition("</table>")[0]
    return re.findall(r"<td>([^<]*)</td>", table)


def test_the_form_of_an_only_child_has_one_heading_for_it_and_no_number(linde: Desk) -> None:
    assert headings(linde, "prenatal_contact") == OF_A_CHECK
    assert headings(linde, "phone_contact") == ["Gesprek"]
    assert headings(linde, "consult") == ["Consult", "Onderzoek", "Inwendig onderzoek", "Beleid"]
    assert headings(linde, "ctg") == ["Registratie", "Hartslag", "Conclusie"]
    text = linde.text("nieuw/prenatal_contact/")
    assert "Foetus" not in text and 'value="nog"' not in text


def test_of_twins_each_has_its_own_fields_at_a_check(twins: Desk) -> None:
    assert headings(twins, "prenatal_contact") == [
        "Moeder", "Foetus 1 · Kind", "Foetus 2 · Kind", "Beleid", "Verder",
    ]  # fmt: skip
    assert headings(twins, "phone_contact") == [
        "Gesprek", "Foetus 1 · Gesprek", "Foetus 2 · Gesprek", "Gesprek, verder",
    ]  # fmt: skip
    text = twins.text("nieuw/ctg/")
    assert text.count('name="ctg_baseline-') == 2 and text.count('name="ctg_minutes-') == 1


def test_the_hearts_of_twins_stand_apart_side_by_side_and_in_the_list(twins: Desk) -> None:
    twins.finish(
        "prenatal_contact",
        {**CHECK, "fetal_heart_rate-2": "152", "fetal_lie-2": "breech", "count": "2"},
    )
    cells = row_of_checks(twins)
    assert "1: 140 · 2: 152" in cells and "2: Stuit" in cells and "71,5" in cells
    text = twins.text().replace("\u00a0", " ")
    assert "Foetus 1 Harttonen 140 /min" in text
    entry = Entry.objects.get(form="prenatal_contact")
    page = twins.text(f"{entry.pk}/")
    assert "Foetus 2" in page and "Stuit" in page
    assert 'value="152"' in twins.text(f"{entry.pk}/verbeteren/")


def test_of_an_only_child_the_card_says_no_number(linde: Desk) -> None:
    linde.finish("prenatal_contact", CHECK)
    assert "140" in row_of_checks(linde)
    assert "Foetus" not in linde.text()


def test_what_was_last_of_each_twin_stands_under_its_own_field(twins: Desk) -> None:
    twins.wrote(
        "prenatal_contact", {"fetal_lie:1": "head", "fetal_lie:2": "transverse"}, days_ago=9
    )
    text = twins.text("nieuw/prenatal_contact/")
    first, _heading, second = text.partition("Foetus 2 · Kind")
    assert "Hoofd, " in first and "Dwars of schuin, " not in first
    assert "Dwars of schuin, " in second


@pytest.mark.parametrize("wrong", [Observed("fetal_lie", "head"), Observed("weight", "70", 1)])
def test_a_value_of_nobody_in_particular_is_refused(linde: Desk, wrong: Observed) -> None:
    made = finish(
        linde.pregnancy,
        "prenatal_contact",
        [wrong],
        organisation=linde.held.organisation,
        person=linde.held.person,
        role=linde.held.role,
        happened_on=AT.date(),
        at=AT,
    )
    assert isinstance(made, Rejected) and made.field == wrong.element
