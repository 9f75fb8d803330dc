"""Everything can be done without a mouse, and one always sees where one is."""

from collections.abc import Callable
from typing import Any

import pytest

from ooievaar.network.roles import Role
from ooievaar.ui.navigation import HOUSE, opens
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser]

WHO_HAS_WHAT = (
    Role.MIDWIFE,
    Role.PRACTICE_ADMINISTRATOR,
    Role.CONTROLLER,
    Role.PURCHASER,
    Role.QUALITY_OFFICER,
    Role.ADMINISTRATOR,
)
"""Roles that have every link of the house between them."""
FOCUSED = """() => {
  const here = document.activeElement, look = getComputedStyle(here);
  const line = (look) => look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
  const label = here.closest('label');
  // The little calendar in a field of a day is a stop by itself; the browser draws its ring.
  const isPicker = ['date', 'time'].includes(here.type) && !here.matches(':focus-visible');
  const lines = [line(look), look.boxShadow !== 'none',
                 label && line(getComputedStyle(label)), isPicker];
  return [here.tagName, here.textContent.trim().slice(0, 30), lines.some(Boolean)];
}"""


def test_these_roles_have_every_link_between_them() -> None:
    there = {name for name, *_ in HOUSE if any(opens(name, role) for role in Role)}
    assert there == {name for name, *_ in HOUSE if any(opens(name, role) for role in WHO_HAS_WHAT)}


@pytest.mark.parametrize("role", WHO_HAS_WHAT)
def test_g_and_a_letter_goes_to_every_page_of_the_menu(
    open_page: Callable[..., Any], role: Role
) -> None:
    page = open_page("/werkplek/", role=role)
    links = page.eval_on_selector_all("[data-go]", "all => all.map(a => [a.dataset.go, a.href])")
    assert len({key for key, _ in links}) == len(links) >= 2
    for key, address in links:
        page.visit("/werkplek/")
        page.keyboard.press("g")
        page.keyboard.press(key)
        # The newest month is a page further on.
        page.wait_for_url(lambda url, goal=address: url.startswith(goal))
        assert page.locator("[data-go][aria-current='page']").get_attribute("data-go") == key


def test_a_slash_searches_from_any_page(open_page: Callable[..., Any]) -> None:
    page = open_page("/vandaag/", role=Role.MIDWIFE)
    page.keyboard.press("/")
    page.wait_for_url("**/zwangeren/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("g/?")
    assert page.evaluate("document.activeElement.value") == "g/?"
    assert page.get_by_role("dialog").is_hidden()


def test_the_question_mark_shows_the_keys_and_escape_puts_them_away(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/maand/2026-10/", role=Role.CONTROLLER)
    page.keyboard.press("?")
    shown = page.get_by_role("dialog")
    assert shown.is_visible()
    assert "Verdeling" in shown.inner_text()
    page.keyboard.press("Escape")
    assert shown.is_hidden()


def test_escape_closes_a_menu_and_the_focus_stays(open_page: Callable[..., Any]) -> None:
    page = open_page("/zwangeren/", role=Role.CONTROLLER)
    summary = page.locator("summary", has_text="Opslaan")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="CSV").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("link", name="CSV").is_hidden()
    assert "Opslaan" in page.evaluate("document.activeElement.textContent")


def test_escape_closes_the_why_panel_and_the_focus_returns(
    open_page: Callable[..., Any], site: Site
) -> None:
    page = open_page(site.pregnancy("Z-001"), role=Role.CONTROLLER)
    product = page.locator("a[href*='/waarom/product/'][hx-get]").last
    product.focus()
    page.keyboard.press("Enter")
    page.locator("#why .why-heading").wait_for()
    assert page.evaluate("document.activeElement.className") == "why-heading"
    page.keyboard.press("Escape")
    assert page.locator("#why").is_hidden()
    assert page.evaluate("document.activeElement.href") == product.evaluate("a => a.href")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_always_seen(open_page: Callable[..., Any], site: Site, theme: str) -> None:
    unseen = []
    page = open_page("/aanmelden/", theme=theme)
    unseen += walked(page)
    for role, path in (
        (Role.CONTROLLER, "/maand/2026-10/"),
        (Role.MIDWIFE, site.pregnancy("Z-001")),
        (Role.QUALITY_OFFICER, "/toegang/"),
        (Role.MIDWIFE, site.of("eva", "dossier/nieuw/prenatal_contact/")),
        (Role.GYNAECOLOGIST, site.of("lotte", "overleg/?doe=gesprek")),
    ):
        page = open_page(path, role=role, theme=theme)
        unseen += walked(page)
    assert unseen == []


REACHABLE = """() => [...document.querySelectorAll(
    'main a[href], main button, main input, main select, main textarea, main summary')]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && e.type !== 'hidden'
                 && !e.disabled && !e.closest('svg'))
  .map((e, number) => {
    // Of a group of choices one is a stop; the arrows lead to the others.
    e.dataset.stop = e.type === 'radio' ? `${e.form?.dataset.stop} ${e.name}` : number;
    return [e.dataset.stop, e.outerHTML.slice(0, 90)];
  })"""


@pytest.mark.parametrize(
    ("role", "woman", "rest"),
    [
        (Role.MIDWIFE, "lotte", ""),
        (Role.MIDWIFE, "lotte", "dossier/"),
        (Role.MIDWIFE, "roos", "dossier/nieuw/prenatal_contact/"),
        (Role.SONOGRAPHER, "mila", "dossier/nieuw/ultrasound/"),
        (Role.KRAAM_CARER, "aisha", "dossier/nieuw/kraam_child/"),
        (Role.MIDWIFE, "roos", "plan/"),
        (Role.GYNAECOLOGIST, "lotte", "overdracht/"),
        (Role.MIDWIFE, "lotte", "overleg/?doe=taak"),
    ],
)
def test_every_action_of_the_record_is_reached_with_tab(
    open_page: Callable[..., Any], site: Site, role: Role, woman: str, rest: str
) -> None:
    page = open_page(site.of(woman, rest), role=role)
    # What comes after the page, comes before anybody walks over it.
    page.wait_for_load_state("networkidle")
    stops = dict(page.evaluate(REACHABLE))
    assert len(stops) > 4
    page.locator("h1").first.evaluate("h => { h.tabIndex = -1; h.focus(); }")
    missed = dict(stops)
    rounds = 0
    while missed and rounds < 2:
        page.keyboard.press("Tab")
        stop, is_outside = page.evaluate(
            "[document.activeElement.dataset.stop, document.activeElement === document.body]"
        )
        missed.pop(stop, None)
        rounds += is_outside
    assert missed == {}


def walked(page: Any) -> list[str]:
    """Walk over the whole page with Tab; return where one could not see to be."""
    unseen, steps, rounds = [], 0, 0
    # It begins where the page put the focus, and goes round once.
    while rounds < 2 and steps < 160:
        page.keyboard.press("Tab")
        tag, text, is_seen = page.evaluate(FOCUSED)
        if tag == "BODY":
            rounds += 1
            continue
        steps += 1
        if not is_seen:
            unseen.append(f"{page.url} {tag} {text}")
    assert steps > 5
    return unseen


def test_the_first_tab_leads_past_the_menu(open_page: Callable[..., Any]) -> None:
    page = open_page("/regelboek/", role=Role.CHAIR)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_what_is_wrong_in_a_form_takes_the_focus_and_leads_to_its_field(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/noodknop/", role=Role.MIDWIFE)
    page.get_by_label("BSN").fill("999999990")
    page.get_by_role("button", name="Dossier openen").click()
    page.locator(".error-summary").wait_for()
    assert "error-summary" in page.evaluate("document.activeElement.className")
    assert page.get_by_label("BSN").input_value() == "999999990"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "reason"
