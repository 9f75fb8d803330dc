"""What hands do on a page, with a mouse or with the keys alone, and what the page says back."""

from typing import Any

from playwright.sync_api import expect

FOCUSED = "() => (document.activeElement.innerText || document.activeElement.name || '').trim()"
MOST_TABS = 90


def press(page: Any, name: str) -> None:
    """Press a button of the page."""
    page.locator("main").get_by_role("button", name=name).first.click()


def follow(page: Any, name: str) -> None:
    """Follow a link of the page."""
    page.locator("main").get_by_role("link", name=name).first.click()


def tab(page: Any, name: str) -> None:
    """Open a tab of the pregnancy."""
    page.locator(".banner-oo").get_by_role("link", name=name, exact=True).click()


def heading(page: Any) -> str:
    """Return the heading of the page."""
    return str(page.locator("h1").first.inner_text())


def main(page: Any) -> str:
    """Return everything that the page says beside the menu."""
    return str(page.locator("main").inner_text())


def said(page: Any) -> str:
    """Return what the page tells somebody who just did something."""
    return str(page.locator("#messages .message p").first.inner_text())


def tab_to(page: Any, wanted: str) -> None:
    """Walk on with Tab until the focus is on a text or on a field of that name."""
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(wanted):
            return
    raise AssertionError(f"met Tab kwam niemand bij {wanted!r} op {page.url}")


def keys_open(page: Any, wanted: str) -> None:
    """Walk to a link with Tab and follow it with Enter."""
    tab_to(page, wanted)
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def is_saved(page: Any) -> None:
    """Wait until the draft is kept."""
    expect(page.locator("[data-saved]")).to_contain_text("Concept opgeslagen")
