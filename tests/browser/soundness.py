"""What makes a page sound: nothing for axe to find, nothing off to the side, no complaint."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1440, 768, 320)
HEIGHT = 900
RULES_OF_COLOUR = ("color-contrast", "link-in-text-block")
"""What a theme can change; everything else is the same in both."""


def faults_of(page: Any, widths: Sequence[int] = WIDTHS) -> list[str]:
    """Return what is wrong with the page that stands open, at every width and in both themes.

    Without loading it again; what the browser complained of is told once.
    """
    wrong = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wrong += [f"{width}: {fault}" for fault in faults_found_by_axe(page)]
        wrong += sideways(page)
    theme = page.locator("html").get_attribute("data-bs-theme")
    other = "dark" if theme == "light" else "light"
    choose_theme(page, other)
    for width in reversed(widths):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found = faults_found_by_axe(page, RULES_OF_COLOUR)
        wrong += [f"{width} {other}: {fault}" for fault in found]
    choose_theme(page, theme)
    return wrong + told(page)


def unfitting(page: Any) -> list[str]:
    """Return what scrolls sideways at every width, and what the browser complained of."""
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wrong += sideways(page)
    return wrong + told(page)


def choose_theme(page: Any, theme: str) -> None:
    """Choose a theme as its button does, shown or not."""
    page.locator(f"[data-choose-theme='{theme}']").dispatch_event("click")


def faults_found_by_axe(page: Any, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe finds in the page as it stands, by some of its rules or by all."""
    if not page.evaluate("'axe' in window"):
        # Evaluated, not added: the Content-Security-Policy refuses an inline script, as it should.
        page.evaluate(AXE.read_text("utf-8"))
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate(
        f"axe.run(document, {json.dumps(options)}).then((run) => run.violations.map("
        "({id, nodes}) => nodes.map((node) => [id, node.html, node.failureSummary])).flat())"
    )
    return [f"{rule}: {html[:160]} ({why[:200]})" for rule, html, why in found]


def sideways(page: Any) -> list[str]:
    """Return what makes the page scroll sideways, outermost first; nothing when it does not.

    What lies in a box that scrolls by itself does not.
    """
    width = page.viewport_size["width"]
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    reaching = page.evaluate(
        """(width) => [...document.querySelectorAll('body *')]
             .filter((e) => e.getBoundingClientRect().right > width + 0.5)
             .filter((e) => {
               for (let box = e.parentElement; box; box = box.parentElement)
                 if (getComputedStyle(box).overflowX !== 'visible') return false;
               return true;
             })
             .map((e) => e.outerHTML.slice(0, 60)).slice(0, 4)""",
        width,
    )
    return [f"{width}: schuift opzij door {reaching}"]


def told(page: Any) -> list[str]:
    """Return what the browser complained of and which other hosts were asked, and forget it."""
    wrong = page.complaints + page.elsewhere
    page.complaints.clear()
    page.elsewhere.clear()
    return wrong
