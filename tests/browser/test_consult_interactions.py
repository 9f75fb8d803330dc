"""A consult costs a midwife few hands: counted in the browser, and printed."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from ooievaar.network.roles import Role
from tests.browser.conftest import Site
from tests.browser.hands import heading, said

pytestmark = [pytest.mark.browser]

MOST = 12
CHECK = {
    "blood_pressure_systolic-0": "118",
    "blood_pressure_diastolic-0": "72",
    "weight-0": "73,5",
    "fundus_height-0": "24",
    "fetal_heart_rate-1": "144",
    "policy-0": "Over vier weken terug, dan Hb prikken.",
}


class Hands:
    """Counts: a click, a field that is filled in, a key chord. Walking to a field is `moves`."""

    def __init__(self, page: Any) -> None:
        self.page, self.count, self.moves = page, 0, 0

    def click(self, name: str) -> None:
        """Follow a link."""
        self.count += 1
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def fill(self, name: str, typed: str) -> None:
        """Type in a field; where the focus is not there yet, somebody walks or clicks to it."""
        self.count += 1
        if self.page.evaluate("document.activeElement.name") != name:
            self.moves += 1
            self.page.locator(f"[name='{name}']").focus()
        self.page.keyboard.type(typed)

    def chord(self, keys: str) -> None:
        """Press keys together."""
        self.count += 1
        self.page.keyboard.press(keys)


def test_a_consult_is_entered_in_at_most_twelve_interactions(
    come_to_work: Callable[..., Any], records: Site, record_property: Callable[[str, object], None]
) -> None:
    page = come_to_work(records.of("eva"), role=Role.MIDWIFE)
    hands = Hands(page)
    hands.click("Dossier")
    hands.click("Prenatale controle")
    # A link was followed: the page, and the focus it gives, are there a moment later.
    expect(page.locator("[name='blood_pressure_systolic-0']")).to_be_focused()
    for name, typed in CHECK.items():
        hands.fill(name, typed)
    hands.chord("Control+Enter")
    page.wait_for_url("**/dossier/")
    assert said(page).startswith("Prenatale controle is vastgelegd. Telt als:")
    row = page.locator("main tbody tr").first.inner_text()
    assert "118/72" in row and "73,5" in row and "144" in row
    assert heading(page) == "Dossier"
    print(f"consult: {hands.count} handelingen (grens {MOST}), {hands.moves} keer naar een veld")
    record_property("consult_interactions", hands.count)
    record_property("consult_moves", hands.moves)
    assert hands.count <= MOST
