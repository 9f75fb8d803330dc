"""Every page, in both languages and themes, on a phone, a tablet and a desk."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AXE, Site

pytestmark = [pytest.mark.browser]

LOOKS = [("nl", "light", 1440), ("en", "dark", 1440), ("en", "light", 320), ("nl", "dark", 320)]
LOOKS += [("nl", "light", 768), ("en", "dark", 768)]


def addresses(site: Site) -> list[str]:
    return [
        "/maand/2026-10/",
        "/maand/2026-09/?partners=alle",
        "/zwangeren/",
        "/zwangeren/?zoek=niemand",
        *(site.pregnancy(reference) for reference in ("Z-001", "Z-003", "Z-004")),
        f"/waarom/activiteit/{site.activity}/",
        *(f"/waarom/product/{product}/" for product in site.products),
        f"/waarom/breker/{site.breaker}/",
        "/regelboek/?deel=rules",
        "/regelboek/?zoek=niets-van-dit-alles",
    ]


def faults_found_by_axe(page: Any) -> list[str]:
    # Evaluated, not added: the Content-Security-Policy refuses an inline script, as it should.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_is_sound(
    open_page: Callable[..., Any], site: Site, language: str, theme: str, width: int
) -> None:
    """Nothing for axe to find, no complaint of the browser, no sideways scroll, no other host."""
    wrong = []
    page = open_page("/", language=language, theme=theme, width=width)
    for address in addresses(site):
        page.visit(address)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        wrong += [f"{address} {fault}" for fault in faults_found_by_axe(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{address} schuift opzij")
    wrong += page.complaints + page.elsewhere
    assert wrong == []


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_that_is_not_there_is_sound_too(
    open_page: Callable[..., Any], language: str, theme: str, width: int
) -> None:
    wrong = []
    page = open_page("/regelboek/", language=language, theme=theme, width=width)
    for address in ("/nergens/", "/maand/2026-11/", "/maand/2026-08/"):
        page.visit(address)
        wrong += [f"{address} {fault}" for fault in faults_found_by_axe(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{address} schuift opzij")
    # The browser itself tells of a page that was not found.
    wrong += [said for said in page.complaints if "404" not in said] + page.elsewhere
    assert wrong == []


def test_a_breaker_says_why_when_it_is_clicked(open_page: Callable[..., Any], site: Site) -> None:
    page = open_page(site.pregnancy("Z-003"))
    page.locator("svg.line a[data-lane='-1']").click()
    panel = page.locator("#why")
    panel.wait_for()
    assert "Zorg van buiten" in panel.inner_text()
    assert "Wat de uitkomst had veranderd" in panel.inner_text()
    assert faults_found_by_axe(page) == []
    panel.get_by_role("link").filter(has_text="037651").click()
    expect(panel).to_contain_text("Waarom · Activiteit")
    panel.get_by_role("button", name="Sluiten").click()
    assert panel.is_hidden()
    assert page.complaints == []


def test_the_line_is_walked_and_asked_with_the_keyboard(
    open_page: Callable[..., Any], site: Site
) -> None:
    page = open_page(site.pregnancy("Z-001"))
    tab_stops = page.locator("svg.line a[tabindex='0']")
    assert tab_stops.count() == 1
    tab_stops.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "Echocentrum Waterland" in focused
    page.keyboard.press("Enter")
    page.locator("#why .why-heading").wait_for()
    assert page.evaluate("document.activeElement.className") == "why-heading"
    page.keyboard.press("Escape")
    assert page.locator("#why").is_hidden()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == focused


def test_keys_search_and_go(open_page: Callable[..., Any]) -> None:
    page = open_page("/regelboek/")
    page.keyboard.press("g")
    page.keyboard.press("z")
    page.wait_for_url("**/zwangeren/")
    page.keyboard.press("/")
    page.keyboard.type("johanna")
    page.wait_for_url("**zoek=johanna**")
    page.locator("#results tbody tr").first.wait_for()
    assert page.locator("#results tbody tr").count() == 1
    page.go_back()
    expect(page.locator("#results tbody tr")).to_have_count(6)
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()


def test_the_river_leads_to_its_lines_and_has_a_table(open_page: Callable[..., Any]) -> None:
    page = open_page("/maand/2026-10/")
    assert "Geldstroom" in page.locator(".river figcaption").inner_text()
    table = page.locator("#river-table")
    assert table.is_hidden()
    page.get_by_role("button", name="Toon als tabel").click()
    assert table.is_visible()
    product = page.locator("[data-river-block^='p']").first
    product.focus()
    assert page.locator("[data-ends][data-shown]").count() >= 2
    product.press("Enter")
    assert page.url.split("#")[1].startswith("product-")


def test_no_name_in_the_river_lies_over_another(open_page: Callable[..., Any]) -> None:
    for width in (320, 1024, 1440, 1920):
        page = open_page("/maand/2026-09/", width=width)
        for number in (1, 2, 3):
            names = page.locator(f".river-column-{number} .river-name").all()
            boxes = [name.bounding_box() for name in names]
            for upper, lower in pairwise(boxes):
                assert upper["y"] + upper["height"] <= lower["y"] + 1, (width, number)


def test_every_figure_fits_its_tile(open_page: Callable[..., Any]) -> None:
    for width in (320, 480, 768, 1024, 1280, 1440, 1920):
        page = open_page("/maand/2026-09/", width=width)
        for figure in page.locator(".tile dd:not(.tile-note)").all():
            figure.evaluate("(dd) => { dd.textContent = '€\\u00a0-11.280.354,89'; }")
            assert figure.evaluate("(dd) => dd.scrollWidth <= dd.clientWidth"), width


def test_the_theme_that_was_chosen_is_kept(open_page: Callable[..., Any]) -> None:
    page = open_page("/regelboek/")
    page.get_by_role("button", name="Donker").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("localStorage.getItem('ooievaar-theme')") == "dark"


def test_without_script_language_filters_and_why_still_work(open_page: Callable[..., Any]) -> None:
    page = open_page("/zwangeren/", java_script_enabled=False, width=320)
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "Pregnancies"
    page.get_by_label("Products").select_option("breaker")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Z-003").click()
    assert page.locator("#activities").is_visible()
    page.locator("#activities a").first.click()
    assert page.locator(".why-heading").is_visible()
    assert "/waarom/activiteit/" in page.url
