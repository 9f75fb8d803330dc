"""A day with the record, told as a story: writing, correcting, measuring, and what others see.

The stories share one region, and each is about a woman of its own (see `record_world`).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ooievaar.network.roles import Role
from tests.browser.conftest import Site
from tests.browser.hands import (
    follow,
    heading,
    is_saved,
    keys_open,
    main,
    press,
    said,
    tab,
    tab_to,
)
from tests.browser.soundness import faults_of

pytestmark = [pytest.mark.browser]

FINISH = "Control+Enter"


def test_a_midwife_writes_a_check_with_the_keys_alone(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work("/", role=Role.MIDWIFE)
    assert page.url.endswith("/vandaag/")
    keys_open(page, "Roos Hendriks")
    keys_open(page, "Dossier")
    keys_open(page, "Prenatale controle")
    assert page.evaluate("document.activeElement.name") == "blood_pressure_systolic-0"
    page.keyboard.type("172")
    page.keyboard.press("Tab")
    page.keyboard.type("74")
    page.keyboard.press("Tab")
    page.keyboard.type("75,2")
    is_saved(page)
    page.reload()
    weight = page.get_by_label("Gewicht")
    assert weight.input_value() == "75,2"

    page.keyboard.press(FINISH)
    page.locator(".error-summary").wait_for()
    assert "Ongewoon: klopt dit?" in page.locator(".error-summary").inner_text()
    assert "error-summary" in page.evaluate("document.activeElement.className")
    assert faults_of(page) == []
    assert weight.input_value() == "75,2"
    tab_to(page, "sure")
    page.keyboard.press("Space")
    page.keyboard.press(FINISH)
    page.wait_for_url("**/dossier/")
    assert "Telt als" in said(page)
    row = page.locator("main tbody tr").first.inner_text()
    assert "172/74" in row and "75,2" in row
    assert page.complaints == []


def test_two_who_correct_the_same_entry_see_each_other_and_lose_nothing(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    """Eva's intake: the midwife and a colleague open the same version; both change the weight."""
    first = records.of("eva", f"dossier/{records.women['eva']['entry_id']}/")
    page = come_to_work(first, role=Role.MIDWIFE)
    follow(page, "Verbeteren")
    assert page.get_by_label("Gewicht voor de zwangerschap").input_value() == "64"
    colleague = come_to_work(first + "verbeteren/", who="colleague")
    colleague.get_by_label("Gewicht voor de zwangerschap").fill("66,5")
    press(colleague, "Nieuwe versie vastleggen")
    assert "vastgelegd" in said(colleague)

    page.get_by_label("Gewicht voor de zwangerschap").fill("65")
    page.get_by_label("Lengte", exact=True).fill("171")
    press(page, "Nieuwe versie vastleggen")
    expect(page.locator("#clash-heading")).to_contain_text("Carla de Boer")
    clash = page.locator("main tbody").first.inner_text()
    assert "64" in clash and "65" in clash and "66,5" in clash
    assert faults_of(page) == []
    page.get_by_label("66,5").check()
    press(page, "Nieuwe versie vastleggen")
    assert "vastgelegd" in said(page)

    page.visit(first)
    seen = main(page)
    assert "versie" in seen.lower() and "64" in seen
    assert "66,5" in seen and "171" in seen
    assert faults_of(page) == []


def test_an_entry_made_by_mistake_stays_readable(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work(records.of("eva", "dossier/nieuw/note/"), role=Role.MIDWIFE)
    page.get_by_role("textbox", name="Notitie").fill("Dit hoort bij iemand anders.")
    press(page, "Afronden")
    written = page.locator("li", has_text="Dit hoort bij iemand anders.").last
    written.get_by_role("link", name="Notitie").click()
    follow(page, "Per vergissing ingevoerd")
    page.get_by_label("Wat ging er mis?").fill("Bij de verkeerde vrouw.")
    press(page, "Melden als vergissing")
    assert "Bij de verkeerde vrouw." in main(page)
    assert "Dit hoort bij iemand anders." in main(page)
    assert faults_of(page) == []


def test_a_midwife_takes_somebody_into_care_whose_bsn_is_not_known_yet(
    come_to_work: Callable[..., Any],
) -> None:
    page = come_to_work("/zwangeren/nieuw/", role=Role.MIDWIFE)
    press(page, "Inschrijven")
    page.locator(".error-summary").wait_for()
    assert faults_of(page) == []
    page.get_by_label("Naam", exact=True).fill("Iris van Dam")
    page.get_by_label("Geboortedatum").fill("1998-02-28")
    page.get_by_label("Geen BSN, omdat").select_option(label="Niet bij zich; volgt later")
    today = timezone.localdate().isoformat()
    due = (timezone.localdate() + timedelta(days=215)).isoformat()
    page.get_by_label("Eerste intake").fill(today)
    page.get_by_label("Uitgerekende datum").fill(due)
    page.get_by_label("Bepaald met").select_option(label="Laatste menstruatie (± 7 d)")
    press(page, "Inschrijven")
    page.locator(".banner-oo").wait_for()
    assert "Iris van Dam" in page.locator(".banner-oo").inner_text()
    assert heading(page) == "Intake"
    assert faults_of(page) == []


def test_a_sonographer_is_shown_the_scan_of_a_partner_and_does_not_make_it_again(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work("/", role=Role.SONOGRAPHER)
    follow(page, "Mila de Groot")
    tab(page, "Dossier")
    follow(page, "Echo")
    repeats = page.locator(".entry-repeats")
    assert "Groei-echo" in repeats.inner_text()
    assert "Gynaecologen Zeezicht" in repeats.inner_text()
    assert faults_of(page) == []
    again = repeats.locator("li", has_text="Groei-echo")
    again.get_by_role("button", name="Niet opnieuw doen").click()
    assert said(page) == "Genoteerd: Groei-echo niet opnieuw gedaan."

    # Another scan, of both children, is hers to make.
    follow(page, "Echo")
    page.get_by_label("Soort echo").select_option(label="Echo om een klacht of vraag")
    for number, (hc, ac, fl) in enumerate((("268", "244", "54"), ("262", "228", "52")), start=1):
        for element, typed in (("hc", hc), ("ac", ac), ("fl", fl)):
            page.locator(f"[name='{element}-{number}']").fill(typed)
    assert faults_of(page) == []
    press(page, "Afronden")
    assert "Telt als" in said(page)
    tab(page, "Dossier")
    follow(page, "Groei")
    assert heading(page) == "Groei"
    assert page.locator("main svg").first.is_visible()
    press(page, "Tabel van alle metingen")
    assert "268" in main(page) and "228" in main(page)
    assert faults_of(page) == []


def test_a_kraam_carer_writes_her_day_and_sees_only_her_part(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work("/", role=Role.KRAAM_CARER)
    follow(page, "Aisha Bakkali")
    tab(page, "Dossier")
    shown = main(page)
    assert "Kraamzorg: dag bij de moeder" in shown
    # Of the midwife she sees the birth, and no laboratory.
    assert "Bevalling" in shown and "Hemoglobine" not in shown
    page.visit(records.of("aisha", "dossier/nieuw/prenatal_contact/"))
    assert heading(page) == "Hier heeft u geen toegang"
    page.complaints.clear()

    page.visit(records.of("aisha", "dossier/"))
    follow(page, "Kraamzorg: dag bij de moeder")
    page.get_by_label("Kraamzorg gegeven").fill("480")
    page.get_by_label("Temperatuur").fill("36,9")
    assert faults_of(page) == []
    press(page, "Afronden")
    assert "Telt als" in said(page)
    follow(page, "Kraamweek: het kind")
    page.get_by_label("Gewicht van het kind").fill("3310")
    page.get_by_label("Temperatuur van het kind").fill("37,0")
    press(page, "Afronden")
    assert "Kraamweek: het kind is vastgelegd." in said(page)
    assert "3310" in main(page).replace(".", "")

    tab(page, "Delen")
    letters = page.locator("tr", has_text="Overdracht aan de jeugdgezondheidszorg")
    letter = letters.get_by_role("link", name="zonder naam")
    sharing, address = page.url, records.address + letter.get_attribute("href")
    page.goto(address)
    assert heading(page) == "Vraag het haar eerst"
    token = page.locator("main [name=csrfmiddlewaretoken]").input_value()
    said_yes = {"csrfmiddlewaretoken": token, "said": "yes"}
    answer = page.request.post(address, form=said_yes, headers={"Referer": address})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body()[:5] == b"%PDF-"
    page.goto(sharing)
    written = page.locator("section", has=page.get_by_role("heading", name="Brieven over u"))
    assert "Test Kraamverzorgende" in written.last.inner_text()
    assert "€" not in main(page)
    assert page.complaints == []
