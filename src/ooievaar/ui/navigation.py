"""The navigation follows the flow of the house; what has no page yet is left out."""

from dataclasses import dataclass
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOUSE: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("today", _("Vandaag"), "calendar-month", "v"),
    ("pregnancies", _("Zwangeren"), "users", "z"),
    ("pathways", _("Zorgpaden"), "clock", "p"),
    ("bundles", _("Bundels"), "package", "b"),
    ("claims", _("Declaraties"), "coins", "d"),
    ("month", _("Verdeling"), "scale", "m"),
    ("quality", _("Kwaliteit"), "check", "k"),
    ("network", _("Netwerk"), "users", "n"),
    ("rulebook", _("Regelboek"), "book", "r"),
    ("administration", _("Beheer"), "lock", "h"),
)
"""Address name, label, icon, and the letter that follows `g` on the keyboard."""


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One link of the navigation; `is_current` where the page asked for lies in it."""

    label: str | Promise
    address: str
    icon: str
    key: str
    is_current: bool


def navigation_items(path: str, network: str = "") -> list[NavigationItem]:
    """Return the links for a page at `path`: only what exists, on the `network` that was chosen."""
    query = f"?netwerk={quote(network)}" if network else ""
    items = []
    for name, label, icon, key in HOUSE:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        items.append(NavigationItem(label, address + query, icon, key, path.startswith(address)))
    return items
