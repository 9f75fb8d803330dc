"""A day of each role, told as a story: what somebody comes for, and whether they get it.

The stories share one region, and what one changes the next may meet: as in a real one.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

from ooievaar.network.roles import Role
from tests.browser.conftest import Site, served, visiting
from tests.browser.hands import follow, heading, press, said
from tests.browser.soundness import faults_of

pytestmark = [pytest.mark.browser]

BSN_OF_WILMA = "100000034"


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a region whose October is over and not closed, with a worker beside it."""
    with served(tmp_path_factory.mktemp("days"), "--days") as started:
        yield started


@pytest.fixture
def come_in(browser: Any, days: Site) -> Iterator[Callable[..., Any]]:
    """Give a function by which somebody comes in, in a role."""
    with visiting(browser, days) as visit:
        yield visit


def test_a_midwife_finds_a_woman_sees_why_and_asks_a_consult(
    come_in: Callable[..., Any], days: Site
) -> None:
    page = come_in("/", role=Role.MIDWIFE)
    assert page.url.endswith("/vandaag/")
    assert "Noor Visser" not in page.locator("#past").inner_text()
    page.keyboard.press("/")
    page.wait_for_url("**/zwangeren/")
    page.get_by_label("Referentie of naam").fill("johanna")
    found = page.locator("#zwangeren-results tbody tr")
    expect(found).to_have_count(1)
    found.get_by_role("link").click()
    banner = page.locator(".banner-oo")
    assert "Johanna van den Berg" in banner.inner_text()
    assert "€" not in page.locator("main").inner_text()
    page.locator("svg.line a[data-lane='-1']").first.click()
    why = page.locator("#why")
    expect(why).to_contain_text("Wat de uitkomst had veranderd")
    assert "€" not in why.inner_text()
    page.keyboard.press("Escape")

    banner.get_by_role("link", name="Betrokken").click()
    follow(page, "Een consult vragen")
    press(page, "Vragen")
    page.locator(".error-summary").wait_for()
    assert faults_of(page) == []
    page.get_by_label("Aan", exact=True).select_option(label="Gynaecologen Zeezicht")
    page.get_by_label("Regulier").check()
    page.get_by_label("Vraag", exact=True).fill("Bloeddruk na de bevalling: meekijken?")
    press(page, "Vragen")
    assert said(page) == "Gevraagd aan Gynaecologen Zeezicht."
    assert "Bloeddruk na de bevalling" in page.locator("main").inner_text()

    page.locator(".banner-oo").get_by_role("link", name="Wie keek").click()
    assert heading(page) == "Wie keek in uw dossier"
    assert "Test Verloskundige" in page.locator("main").inner_text()
    assert faults_of(page) == []

    asked = come_in("/vandaag/", role=Role.GYNAECOLOGIST)
    assert "Bloeddruk na de bevalling" in asked.locator("#referrals").inner_text()
    asked.locator("#referrals").get_by_role("link", name="Johanna van den Berg").click()
    assert "Johanna van den Berg" in asked.locator(".banner-oo").inner_text()
    assert faults_of(asked) == []


def test_a_kraam_carer_sees_her_own_part_and_is_told_what_is_not_shown(
    come_in: Callable[..., Any], days: Site
) -> None:
    page = come_in(days.pregnancy("Z-003"), role=Role.KRAAM_CARER)
    assert "Johanna van den Berg" in page.locator(".banner-oo").inner_text()
    assert page.locator("[data-hidden-activities]").is_visible()
    page.get_by_role("button", name="Tabel van").click()
    seen = page.locator("#activities tbody")
    assert seen.locator("tr").count() > 0
    assert set(seen.locator("td:nth-child(2)").all_inner_texts()) == {"Kraamzorg Ooievaarsnest"}
    page.visit(days.pregnancy("Z-006"))
    assert heading(page) == "Hier heeft u geen toegang"


def test_the_emergency_button_opens_a_record_and_somebody_judges_it(
    come_in: Callable[..., Any], days: Site
) -> None:
    page = come_in(days.pregnancy("Z-006"), role=Role.SONOGRAPHER)
    refused = page.locator("main").inner_text()
    assert "geen behandelrelatie" in refused and "Wilma" not in refused
    page.visit("/zwangeren/99999/")
    assert page.locator("main").inner_text() == refused
    follow(page, "Naar de noodknop")
    page.get_by_label("BSN").fill(BSN_OF_WILMA)
    page.get_by_label("Waarom kan zij niet wachten?").fill("Bloedverlies, praktijk onbereikbaar.")
    page.complaints.clear()
    press(page, "Dossier openen")
    page.wait_for_url(f"**{days.pregnancy('Z-006')}")
    warned = page.locator(".banner-emergency")
    assert "Geopend met de noodknop, tot" in warned.inner_text()
    assert "Wilma de Boer" in page.locator(".banner-oo").inner_text()
    assert faults_of(page) == []

    judge = come_in("/toegang/noodknop/", role=Role.QUALITY_OFFICER)
    row = judge.locator("tr", has_text="Bloedverlies, praktijk onbereikbaar.")
    assert "Test Echoscopist" in row.inner_text() and "Wilma" not in row.inner_text()
    row.get_by_role("link").click()
    press(judge, "Oordeel vastleggen")
    judge.locator(".error-summary").wait_for()
    assert faults_of(judge) == []
    judge.get_by_label("Terecht", exact=True).check()
    press(judge, "Oordeel vastleggen")
    assert said(judge) == "Uw oordeel staat vast."
    judged = judge.locator("tr", has_text="Test Echoscopist").locator("td").last
    assert judged.inner_text() == "Terecht, Test Kwaliteitsfunctionaris"


def test_a_practice_sees_its_money_why_and_adds_somebody(come_in: Callable[..., Any]) -> None:
    page = come_in("/", role=Role.PRACTICE_ADMINISTRATOR)
    assert page.url.endswith("/ons-geld/")
    page.locator("section[aria-labelledby='months-heading'] tbody a").first.click()
    lines = page.locator("#lines tbody tr")
    expect(lines.first).to_be_visible()
    lines.locator("a[href*='/waarom/product/']").first.click()
    page.locator(".why-heading").first.wait_for()
    sums = page.locator(".division").first.inner_text()
    assert "Praktijk De Linde" in sums and "Duinpad" not in sums

    page.visit("/mensen/")
    follow(page, "Iemand toevoegen")
    press(page, "Toevoegen")
    page.locator(".error-summary").first.wait_for()
    assert faults_of(page) == []
    page.get_by_label("Gebruikersnaam").fill("b.bos")
    page.get_by_label("Voornaam").fill("Bea")
    page.get_by_label("Achternaam").fill("Bos")
    page.get_by_label("Functie").select_option(label="Verloskundige")
    press(page, "Toevoegen")
    assert heading(page) == "Bea Bos is toegevoegd"
    assert faults_of(page) == []
    password = page.locator("main code").last.inner_text()
    follow(page, "Doorgegeven")
    assert "Verloskundige" in page.locator("main tbody").first.inner_text()

    new = come_in("/")
    new.get_by_label("Gebruikersnaam").fill("b.bos")
    new.get_by_label("Wachtwoord").fill(password)
    new.get_by_role("button", name="Aanmelden").click()
    new.wait_for_url("**/aanmelden/wachtwoord/**")
    assert heading(new) == "Kies uw eigen wachtwoord"


def test_a_month_is_prepared_by_one_and_closed_by_another(
    come_in: Callable[..., Any], days: Site
) -> None:
    page = come_in("/", role=Role.CONTROLLER)
    assert heading(page) == "September 2026"
    follow(page, "oktober 2026 afsluiten")
    press(page, "Cijfers berekenen")
    page.wait_for_url("**/taken/*/")
    assert heading(page) == "Cijfers van oktober 2026 berekenen"
    page.locator("#job .notice-good").wait_for(timeout=60_000)
    assert faults_of(page) == []
    page.locator("#job .form-actions a").click()
    page.wait_for_url("**/maand/2026-10/afsluiten/")
    assert "Niets blijft over" in page.locator(".tiles").inner_text()
    cents = page.locator(".tile dd").first.inner_text()
    assert faults_of(page) == []
    page.get_by_label("Toelichting voor wie goedkeurt").fill("Een late correctie zit erbij.")
    press(page, "Verder naar de controle")
    page.wait_for_url("**/afsluiten/controleren/")
    assert cents in page.locator(".answers").inner_text()
    assert faults_of(page) == []
    press(page, "Ter goedkeuring aanbieden")
    assert said(page) == "De afsluiting ligt klaar voor wie goedkeurt."
    page.visit("/maand/goedkeuren/")
    assert heading(page) == "Hier heeft u geen toegang"

    approver = come_in("/", role=Role.APPROVER, ago=3600)
    waiting = approver.locator("main").get_by_role("link", name="wacht op uw goedkeuring")
    waiting.click()
    approver.locator("#goedkeuren-results tbody").get_by_role("link").click()
    assert "Een late correctie zit erbij." in approver.locator("main").inner_text()
    assert cents in approver.locator(".tiles").inner_text()
    press(approver, "Goedkeuren")
    approver.wait_for_url("**/aanmelden/opnieuw/**")
    assert heading(approver) == "Bent u het echt?"
    assert faults_of(approver) == []
    approver.get_by_label("Wachtwoord").fill(days.passwords[f"own {Role.APPROVER}"])
    press(approver, "Verder")
    approver.wait_for_url("**/besluit/")
    assert cents in approver.locator(".answers").inner_text()
    assert faults_of(approver) == []
    press(approver, "Goedkeuren en afsluiten")
    approver.wait_for_url("**/taken/*/")
    assert heading(approver) == "Maand oktober 2026 afsluiten"
    approver.locator("#job .notice-good").wait_for(timeout=60_000)
    assert faults_of(approver) == []

    page.visit("/maand/2026-10/")
    assert heading(page) == "Oktober 2026"
    assert cents in page.locator(".tiles").inner_text()
    page.visit("/maand/2026-10/afsluiten/")
    assert "Deze maand is al afgesloten." in page.locator("main").inner_text()
    page.visit("/taken/")
    assert page.locator("main tbody tr").count() == 2


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR])
def test_who_oversees_sees_the_month_and_can_change_nothing(
    come_in: Callable[..., Any], days: Site, role: Role
) -> None:
    page = come_in("/", role=role)
    assert "/maand/" in page.url
    assert page.locator(".river").is_visible()
    for path in (page.url.removeprefix(days.address), "/zwangeren/", days.pregnancy("Z-003")):
        page.visit(path)
        assert "Johanna" not in page.locator("main").inner_text()
        changing = page.locator("main form[method='post']")
        assert changing.count() == 0, path
    page.visit("/maand/2026-10/afsluiten/")
    assert heading(page) == "Hier heeft u geen toegang"


def test_a_representative_sees_the_own_discipline(come_in: Callable[..., Any]) -> None:
    page = come_in("/", role=Role.REPRESENTATIVE)
    shown = page.locator("main").inner_text()
    assert "Praktijk De Linde" in shown and "Verloskundigen Duinpad" in shown
    assert "Ziekenhuis Zeezicht" not in shown and "Kraamzorg" not in shown
    assert page.locator("main a[href*='/zwangeren/']").count() == 0


def test_a_purchaser_sees_the_contract_and_no_woman(come_in: Callable[..., Any]) -> None:
    page = come_in("/", role=Role.PURCHASER)
    assert page.url.endswith("/contract/")
    shown = page.locator("main").inner_text()
    assert "C-9101" in shown and "C-9102" not in shown
    assert "Z-00" not in shown and "De Linde" not in shown
    page.visit("/maand/")
    assert heading(page) == "Hier heeft u geen toegang"


def test_a_quality_officer_searches_who_looked_and_saves_it(come_in: Callable[..., Any]) -> None:
    page = come_in("/", role=Role.QUALITY_OFFICER)
    assert page.url.endswith("/toegang/")
    page.get_by_label("Medewerker, of referentie van een zwangere").fill("Z-003")
    page.wait_for_url("**zoek=Z-003**")
    shown = page.locator("[data-result-count]").inner_text()
    assert shown.endswith("gevonden") and not shown.startswith("0")
    page.locator("summary", has_text="Opslaan").click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="CSV").click()
    lines = saving.value.path().read_text("utf-8-sig").splitlines()
    # Looking at the log is an event too.
    assert len(lines) > int(shown.split()[0])
    assert "Test Verloskundige" in "\n".join(lines) and "Johanna" not in "\n".join(lines)


def test_an_administrator_gives_a_function_and_ends_it(come_in: Callable[..., Any]) -> None:
    page = come_in("/", role=Role.ADMINISTRATOR)
    assert page.url.endswith("/mensen/")
    page.get_by_label("Naam of gebruikersnaam").fill("kaat")
    page.wait_for_url("**zoek=kaat**")
    page.locator("#people-results tbody").get_by_role("link").click()
    page.get_by_label("Functie", exact=True).select_option(label="Praktijkadministratie")
    page.get_by_label("Organisatie").select_option(label="Verloskundigen Duinpad")
    press(page, "Geven")
    assert said(page) == "De functie is gegeven."
    given = page.locator("tbody tr", has_text="Praktijkadministratie")
    given.get_by_role("link", name="Beëindigen").click()
    press(page, "Vandaag beëindigen")
    assert said(page) == "De functie is beëindigd; zij geeft geen toegang meer."
    assert "beëindigd" in given.inner_text()
    page.visit("/zwangeren/")
    assert heading(page) == "Hier heeft u geen toegang"


def test_who_works_in_two_practices_chooses_and_changes(come_in: Callable[..., Any]) -> None:
    page = come_in("/zwangeren/", who="two places")
    assert heading(page) == "Waar werkt u nu?"
    choices = page.locator("main form")
    choices.filter(has_text="Verloskundigen Duinpad").get_by_role("button").click()
    page.wait_for_url("**/zwangeren/")
    seen = page.locator("#zwangeren-results tbody")
    assert "Wilma de Boer" in seen.inner_text() and "Noor Visser" not in seen.inner_text()
    page.get_by_role("link", name="Andere werkplek").click()
    choices.filter(has_text="Praktijk De Linde").get_by_role("button").click()
    page.visit("/zwangeren/")
    assert "Noor Visser" in seen.inner_text() and "Wilma de Boer" not in seen.inner_text()


def test_a_chair_finds_the_rule_book(come_in: Callable[..., Any]) -> None:
    page = come_in("/", role=Role.CHAIR)
    follow(page, "Wat nog voorlopig is")
    assert heading(page) == "Regelboek"
    assert page.locator("article.rule .tag-good").count() == 0


def test_somebody_comes_in_for_the_first_time_goes_and_comes_back(
    come_in: Callable[..., Any], days: Site
) -> None:
    page = come_in("/zwangeren/")
    assert heading(page) == "Aanmelden"
    page.get_by_label("Gebruikersnaam").fill("nel")
    page.get_by_label("Wachtwoord").fill(days.passwords["new"])
    press(page, "Aanmelden")
    assert heading(page) == "Kies uw eigen wachtwoord"
    page.get_by_label("Eenmalig wachtwoord").fill(days.passwords["new"])
    own = "twaalf ooievaars op een dak"
    page.get_by_label("Nieuw wachtwoord").fill(own)
    page.get_by_label("Nog een keer").fill(own)
    press(page, "Wachtwoord bewaren")
    page.wait_for_url("**/aanmelden/veilig/app/**")
    app = pyotp.TOTP(page.locator("main code").inner_text().replace(" ", ""))
    page.get_by_label("Code die de app nu toont").fill(app.now())
    press(page, "Instellen")
    page.wait_for_url(lambda url: "/veilig/app/" not in url)
    page.visit("/zwangeren/")
    assert "Wilma de Boer" in page.locator("main").inner_text()

    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url("**/aanmelden/")
    assert said(page) == "U bent afgemeld."
    page.visit("/zwangeren/")
    assert heading(page) == "Aanmelden"
    page.get_by_label("Gebruikersnaam").fill("nel")
    page.get_by_label("Wachtwoord").fill(own)
    press(page, "Aanmelden")
    # The code of half a minute from now: one code opens one door.
    page.get_by_label("Code").fill(app.at(int(time.time()) + 30))
    press(page, "Verder")
    page.wait_for_url("**/zwangeren/")
    assert "Wilma de Boer" in page.locator("main").inner_text()
    assert page.complaints == []
