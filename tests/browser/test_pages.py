"""What the pages do when they are used: the line, the keys, the river, the theme, no script."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from ooievaar.network.roles import Role
from tests.browser.conftest import Site
from tests.browser.soundness import faults_of

pytestmark = [pytest.mark.browser]


def test_a_breaker_says_why_when_it_is_clicked(open_page: Callable[..., Any], site: Site) -> None:
    page = open_page(site.pregnancy("Z-003"), role=Role.CONTROLLER)
    page.locator("svg.line a[data-lane='-1']").click()
    panel = page.locator("#why")
    panel.wait_for()
    assert "Zorg van buiten" in panel.inner_text()
    assert "Wat de uitkomst had veranderd" in panel.inner_text()
    assert faults_of(page, [1440]) == []
    panel.get_by_role("link").filter(has_text="037651").click()
    expect(panel).to_contain_text("Waarom · Activiteit")
    panel.get_by_role("button", name="Sluiten").click()
    assert panel.is_hidden()
    assert page.complaints == []


def test_the_line_is_walked_and_asked_with_the_keyboard(
    open_page: Callable[..., Any], site: Site
) -> None:
    page = open_page(site.pregnancy("Z-002"), role=Role.MIDWIFE)
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


def test_every_choice_above_a_table_is_heard(open_page: Callable[..., Any]) -> None:
    """Not only the first: each of them asks for its rows without a button."""
    page = open_page("/zwangeren/", role=Role.CONTROLLER)
    choices = page.locator("#zwangeren-filters select")
    assert choices.count() > 1
    for number in range(choices.count()):
        name = choices.nth(number).get_attribute("name")
        value = choices.nth(number).locator("option").nth(1).get_attribute("value")
        choices.nth(number).select_option(value)
        page.wait_for_url(f"**{name}={value}*")
    assert page.complaints == []


def test_keys_search_and_go(open_page: Callable[..., Any]) -> None:
    page = open_page("/regelboek/", role=Role.MIDWIFE)
    page.keyboard.press("g")
    page.keyboard.press("z")
    page.wait_for_url("**/zwangeren/")
    found = page.locator("#zwangeren-results tbody tr")
    everybody = found.count()
    assert everybody > 3
    page.keyboard.press("/")
    page.keyboard.type("johanna")
    page.wait_for_url("**gezocht=*")
    expect(found).to_have_count(1)
    page.go_back()
    expect(found).to_have_count(everybody)
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").is_hidden()


def test_the_river_leads_to_its_lines_and_has_a_table(open_page: Callable[..., Any]) -> None:
    page = open_page("/maand/2026-10/", role=Role.CONTROLLER)
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
    page = open_page("/maand/2026-09/", role=Role.CONTROLLER)
    for width in (320, 1024, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        for number in (1, 2, 3):
            names = page.locator(f".river-column-{number} .river-name").all()
            boxes = [name.bounding_box() for name in names]
            for upper, lower in pairwise(boxes):
                assert upper["y"] + upper["height"] <= lower["y"] + 1, (width, number)


def test_every_figure_fits_its_tile(open_page: Callable[..., Any]) -> None:
    page = open_page("/maand/2026-09/", role=Role.CONTROLLER)
    figures = page.locator(".tile dd:not(.tile-note)")
    figures.evaluate_all("(all) => all.forEach((dd) => dd.textContent = '€\\u00a0-11.280.354,89')")
    for width in (320, 480, 768, 1024, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        fits = figures.evaluate_all("(all) => all.map((dd) => dd.scrollWidth <= dd.clientWidth)")
        assert len(fits) >= 3 and all(fits), width


def test_the_theme_that_was_chosen_is_kept(open_page: Callable[..., Any]) -> None:
    page = open_page("/aanmelden/")
    page.get_by_role("button", name="Donker").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_without_script_language_filters_and_why_still_work(open_page: Callable[..., Any]) -> None:
    page = open_page("/zwangeren/", role=Role.CONTROLLER, java_script_enabled=False, width=320)
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "Pregnancies"
    page.locator("#zwangeren-stand").select_option("breaker")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Z-003").click()
    expect(page.locator("#activities")).to_be_visible()
    page.locator("#activities a").first.click()
    expect(page.locator(".why-heading")).to_be_visible()
    assert "/waarom/activiteit/" in page.url
