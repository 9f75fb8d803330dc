"""A day of working together: referring, handing over, answering, deciding, and a ward that is full.

In the region of `record_world`; what one story changes the next may meet.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.network.roles import Role
from tests.browser.conftest import Site
from tests.browser.hands import follow, heading, main, press, said, tab
from tests.browser.soundness import faults_of

pytestmark = [pytest.mark.browser]


def test_a_midwife_refers_and_sees_what_a_transfer_outside_would_cost(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work(records.of("roos"), role=Role.MIDWIFE)
    tab(page, "Verwijzen")
    follow(page, "Consult vragen")
    press(page, "Vragen")
    page.locator(".error-summary").wait_for()
    assert faults_of(page) == []
    page.get_by_label("Aan", exact=True).select_option(label="Gynaecologen Zeezicht")
    page.get_by_label("Binnen 24 uur").check()
    page.get_by_label("Vraag", exact=True).fill("Bloeddruk 172/74: meekijken?")
    press(page, "Vragen")
    assert "Bloeddruk 172/74" in main(page)
    assert "€" not in main(page)

    tab(page, "Verwijzen")
    follow(page, "Overdragen")
    page.get_by_label("De bevalling", exact=True).check()
    page.get_by_label("Aan", exact=True).select_option(label="Ziekenhuis Verderop")
    page.get_by_label("Regulier").check()
    page.get_by_label("Vraag", exact=True).fill("Zij wil daar bevallen, dicht bij haar moeder.")
    press(page, "Overdracht vragen")
    assert heading(page) == "Wat dit betekent"
    warned = main(page)
    assert "€" in warned and "Zorg gaat voor" in warned
    assert "Zij wil daar bevallen" in warned
    assert faults_of(page) == []
    press(page, "Toch zo overdragen")
    tab(page, "Verwijzen")
    waiting = page.locator("tr", has_text="Ziekenhuis Verderop")
    assert "Open" in waiting.inner_text()
    responsible = page.locator(".banner-oo").inner_text()
    assert "Praktijk De Linde" in responsible
    assert faults_of(page) == []
    assert page.complaints == []


def test_a_gynaecologist_answers_takes_over_and_decides(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work("/", role=Role.GYNAECOLOGIST)
    assert "Bloeddruk loopt op: meekijken?" in main(page)
    page.visit(records.of("lotte", "overdracht/"))
    page.locator("tr", has_text="Bloeddruk loopt op").get_by_role("link").first.click()
    follow(page, "Antwoorden")
    page.get_by_label("Antwoord", exact=True).fill("Tweemaal per week meten; bij 150 bellen.")
    page.get_by_label("Wij blijven meekijken").check()
    press(page, "Antwoord")
    assert said(page) == "Uw antwoord staat vast."
    assert "Tweemaal per week meten" in main(page)
    assert faults_of(page) == []

    # As the buddy of the practice she answers the question that was asked of her hospital.
    tab(page, "Overleg")
    follow(page, "Pijnstilling")
    follow(page, "Schrijven")
    page.get_by_role("textbox", name="Bericht").fill("Dat kan dag en nacht; zij belt van tevoren.")
    press(page, "Versturen")
    assert "Dat kan dag en nacht" in main(page)
    assert "beantwoord" in main(page)
    assert faults_of(page) == []

    page.visit(f"/mdo/{records.women['lotte']['meeting_id']}/")
    follow(page, "Vastleggen wat is besloten")
    assert faults_of(page) == []
    page.get_by_label("Besproken", exact=True).check()
    page.get_by_label("Conclusie").fill("Poliklinisch met de eigen verloskundige.")
    press(page, "Vastleggen")
    assert "Poliklinisch met de eigen verloskundige." in main(page)
    assert faults_of(page) == []
    assert page.complaints == []


def test_a_midwife_asks_to_take_over_and_the_hospital_does(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work(records.of("lotte", "overdracht/"), role=Role.MIDWIFE)
    follow(page, "Overdragen")
    page.get_by_label("Alles vanaf dan").check()
    page.get_by_label("Aan", exact=True).select_option(label="Gynaecologen Zeezicht")
    page.get_by_label("Binnen 24 uur").check()
    page.get_by_label("Vraag", exact=True).fill("Hypertensie: neemt u haar over?")
    press(page, "Overdracht vragen")
    if heading(page) == "Wat dit betekent":
        press(page, "Toch zo overdragen")
    assert "Praktijk De Linde" in page.locator(".banner-oo").inner_text()

    doctor = come_to_work(records.of("lotte", "overdracht/"), role=Role.GYNAECOLOGIST)
    doctor.locator("tr", has_text="Hypertensie").get_by_role("link").first.click()
    follow(doctor, "Aannemen")
    doctor.get_by_label("Nu", exact=True).check()
    doctor.locator("main form .btn-primary").click()
    assert said(doctor) == "Overgenomen."
    page.reload()
    leads = page.locator(".banner-oo").inner_text()
    assert "Verantwoordelijk\nGynaecologen Zeezicht" in leads
    assert faults_of(doctor) == []


def test_a_ward_that_is_full_is_known_to_everybody_at_once(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    doctor = come_to_work("/volmeldingen/", role=Role.GYNAECOLOGIST)
    assert "Geen afdeling is vol" in main(doctor)
    midwife = come_to_work("/vandaag/", role=Role.MIDWIFE)
    assert "Ziekenhuis Zeezicht" not in midwife.locator("body").inner_text()
    follow(doctor, "Vol melden")
    press(doctor, "Vol melden")
    doctor.locator(".error-summary").wait_for()
    assert faults_of(doctor) == []
    # A gynaecologist reports for the hospitals of the networks that they work with.
    hospital = doctor.get_by_label("Ziekenhuis")
    hospital.select_option(label="Ziekenhuis Zeezicht")
    doctor.get_by_label("Verloskamers").check()
    doctor.get_by_label("Te weinig personeel").check()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    doctor.get_by_label("Vol tot, dag").fill(tomorrow)
    doctor.get_by_label("Vol tot, tijd").fill("08:00")
    press(doctor, "Vol melden")
    assert "Ziekenhuis Zeezicht" in main(doctor)

    for look in (midwife, come_to_work("/vandaag/", role=Role.SONOGRAPHER)):
        look.reload()
        assert "Ziekenhuis Zeezicht" in look.locator("body").inner_text()
        assert faults_of(look) == []
    midwife.visit("/volmeldingen/")
    follow(midwife, "Ziekenhuis Zeezicht")
    assert "Deze week verwacht" in main(midwife)
    assert "€" not in main(midwife)
    controller = come_to_work("/volmeldingen/", role=Role.CONTROLLER)
    follow(controller, "Ziekenhuis Zeezicht")
    follow(controller, "Wat kost het als zij elders bevallen?")
    assert "Als zij allemaal elders bevallen" in main(controller)
    assert faults_of(controller) == []
    press(doctor, "Weer open")
    midwife.reload()
    assert "Geen afdeling is vol" in main(midwife)


def test_a_midwife_plans_her_day_in_the_calendar(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work("/agenda/", role=Role.MIDWIFE)
    today = page.locator(".week-today")
    assert "Roos Hendriks" in today.inner_text() and "Eva Mulder" in today.inner_text()
    assert faults_of(page) == []
    page.visit("/buddys/")
    assert "Test Gynaecoloog" in main(page)
    page.visit("/agenda/?doe=afspraak")
    press(page, "Maken")
    page.locator(".error-summary").wait_for()
    assert faults_of(page) == []
