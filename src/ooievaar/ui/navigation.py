"""The navigation follows the flow of the house; it shows the doors that open, and no others."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOUSE: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("today", _("Vandaag"), "calendar-month", "v"),
    ("pregnancies", _("Zwangeren"), "users", "z"),
    ("case_management", _("Casemanagement"), "heart-handshake", "h"),
    ("calendar", _("Agenda"), "calendar-week", "a"),
    ("meetings", _("MDO"), "messages", "d"),
    ("pathways", _("Zorgpaden"), "route", "p"),
    ("care_shifts", _("Zorgverschuivingen"), "arrows-exchange", "s"),
    ("full_wards", _("Volmeldingen"), "building-hospital", "f"),
    ("repeats", _("Dubbel onderzoek"), "switch-horizontal", "u"),
    ("bundles", _("Bundels"), "package", "b"),
    ("claims", _("Declaraties"), "file-invoice", "x"),
    ("agreements", _("Afspraken"), "writing-sign", "e"),
    ("month", _("Verdeling"), "scale", "m"),
    ("statement", _("Ons geld"), "coins", "o"),
    ("books", _("Boekhouding"), "book-2", "y"),
    ("contract_volumes", _("Contract"), "file-text", "c"),
    ("quality", _("Kwaliteit"), "check", "k"),
    ("people", _("Mensen"), "users-group", "n"),
    ("access_log", _("Wie keek"), "eye", "w"),
    ("rulebook", _("Regelboek"), "book", "r"),
    ("jobs", _("Taken"), "list-check", "t"),
)
"""Address name, label, icon, and the letter that follows `g` on the keyboard."""
SEARCHED = "pregnancies"
"""Where `/` leads from a page that has no search of its own."""


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One link of the navigation; `is_current` where the page asked for lies in it."""

    label: str | Promise
    address: str
    icon: str
    key: str
    is_current: bool
    is_searched: bool


def navigation_items(request: HttpRequest) -> list[NavigationItem]:
    """Return the links for whoever asks: what exists and opens for the role they work in now.

    Who did not sign in, or chose no workplace yet, has no navigation. The network that was chosen
    in the address goes along.
    """
    workplace = getattr(request, "workplace", None)
    if workplace is None:
        return []
    network = request.GET.get("netwerk", "")
    query = f"?{urlencode({'netwerk': network})}" if network else ""
    items = []
    for name, label, icon, key in HOUSE:
        address = opens(name, workplace.role)
        if address:
            is_current = request.path.startswith(address)
            items.append(
                NavigationItem(label, address + query, icon, key, is_current, name == SEARCHED)
            )
    return items


def opens(name: str, role: Any) -> str:
    """Return the address of a page where its door opens for a role; empty where it does not."""
    address, roles = _door(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    return address if role in roles else ""


@lru_cache(maxsize=512)
def _door(name: str, urlconf: str, prefix: str) -> tuple[str, frozenset[Any]]:
    """Return the address of a page and the roles that its door names.

    A view carries its door as an attribute (`network.doors`); this room knows no more of it.
    """
    try:
        address = reverse(name, urlconf)
    except NoReverseMatch:
        return "", frozenset()
    view = resolve(address, urlconf).func
    return address, frozenset(getattr(getattr(view, "door", None), "roles", ()))
