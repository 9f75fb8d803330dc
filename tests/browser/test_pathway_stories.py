"""A pathway is written, mended, signed by two and goes into force; a woman is moved to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ooievaar.network.roles import Role
from tests.browser.conftest import Site
from tests.browser.hands import follow, heading, main, press, said, tab
from tests.browser.soundness import faults_of

pytestmark = [pytest.mark.browser]

KEY = "basis"


def test_a_chair_writes_a_version_two_sign_it_and_a_woman_goes_over(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    chair = come_to_work("/zorgpaden/", role=Role.CHAIR)
    follow(chair, "Basiszorgpad laag risico")
    follow(chair, "Nieuwe versie schrijven")
    assert heading(chair) == "Versie 2 schrijven"
    area = chair.get_by_label("De tekst van het zorgpad (YAML)")
    text = area.input_value()
    row = next(number for number, line in enumerate(text.splitlines(), 1) if "discipline:" in line)
    found = text.splitlines()[row - 1].split("discipline:")[1].strip()
    area.fill(text.replace(f"discipline: {found}", "discipline: dokters", 1))
    press(chair, "Controleren")
    wrong = chair.locator(".error-summary")
    expect(wrong).to_contain_text(f"Regel {row}")
    assert "dokters" in wrong.inner_text() and "verwacht" in wrong.inner_text()
    assert "error-summary" in chair.evaluate("document.activeElement.className")
    chair.complaints.clear()
    assert faults_of(chair) == []

    good = text.replace("minutes: 20", "minutes: 25", 1)
    assert good != text
    chair.get_by_label("De tekst van het zorgpad (YAML)").fill(good)
    press(chair, "Controleren")
    expect(chair.locator(".notice-good")).to_contain_text("De tekst klopt")
    press(chair, "Toon het plan")
    expect(chair.locator("main")).to_contain_text("Het plan, nu en straks")
    assert faults_of(chair) == []
    press(chair, "Bewaren als nieuwe versie")
    chair.wait_for_url(f"**/zorgpaden/{KEY}/2/**")
    assert "niet van kracht" in main(chair)

    version = f"/zorgpaden/{KEY}/2/"
    for role, mandate in (
        (Role.REPRESENTATIVE, "Verloskundigen, ledenvergadering"),
        (Role.DIRECTOR, "Bestuur, mandaat 2026"),
    ):
        signer = come_to_work(version, role=role)
        follow(signer, "Ondertekenen")
        signer.get_by_label("Namens wie, en op grond waarvan").fill(mandate)
        assert faults_of(signer) == []
        press(signer, "Ondertekenen")
        assert mandate in main(signer)
    follow(signer, "Van kracht laten gaan")
    today = timezone.localdate().isoformat()
    signer.get_by_label("Van kracht vanaf").fill(today)
    assert faults_of(signer) == []
    press(signer, "Van kracht laten gaan")
    assert "van kracht sinds" in main(signer)

    page = come_to_work(records.of("eva"), role=Role.MIDWIFE)
    tab(page, "Plan")
    assert "versie 1" in main(page)
    follow(page, "Haar zorgpaden")
    assert faults_of(page) == []
    follow(page, "Overzetten")
    assert heading(page) == "Overzetten naar Basiszorgpad laag risico, versie 2"
    assert faults_of(page) == []
    page.get_by_role("textbox", name="Waarom").fill("Zij wil de langere controles.")
    press(page, "Overzetten")
    assert "versie 2" in main(page)
    assert said(page)
    assert page.complaints == []


def test_a_midwife_skips_an_item_of_her_plan_and_says_why(
    come_to_work: Callable[..., Any], records: Site
) -> None:
    page = come_to_work(records.of("roos", "plan/"), role=Role.MIDWIFE)
    row = page.locator("tr", has_text="Inschrijving kraamzorg").first
    assert "te laat" in row.inner_text()
    row.get_by_role("link", name="Overslaan").click()
    assert faults_of(page) == []
    page.get_by_label("Waarom wordt dit overgeslagen?").fill("Zij regelt het zelf met haar zus.")
    press(page, "Overslaan")
    assert "Zij regelt het zelf met haar zus." in main(page)
    assert faults_of(page) == []
