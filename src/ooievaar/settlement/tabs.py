"""The row of pages that the bookkeeping shares, and the one of a partner: only doors that open."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.network.workplace import Workplace
from ooievaar.ui.navigation import opens

BOOKS: tuple[tuple[str, Promise], ...] = (
    ("books", _("Overzicht")),
    ("payment_runs", _("Betalingen")),
    ("advances", _("Voorschotten")),
    ("bank_accounts", _("Rekeningnummers")),
    ("year_end", _("Jaareinde")),
    ("money_questions", _("Vragen van partners")),
    ("whatif", _("Wat als")),
)
"""Name of the address and what stands on the tab: the pages of who keeps the books."""
OURS: tuple[tuple[str, Promise], ...] = (
    ("statement", _("Ons geld")),
    ("our_statements", _("Afschriften")),
    ("our_bank_account", _("Onze rekening")),
    ("our_questions", _("Onze vragen")),
)
"""The pages of a partner about its own money."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One link of the row; `name` is that of its address."""

    name: str
    label: Promise
    address: str


def tabs_for(workplace: Workplace) -> list[Tab]:
    """Return the tabs of the bookkeeping that open for a workplace, in order."""
    return _open(BOOKS, workplace)


def our_tabs_for(workplace: Workplace) -> list[Tab]:
    """Return the tabs of a partner that open for a workplace, in order."""
    return _open(OURS, workplace)


def _open(names: tuple[tuple[str, Promise], ...], workplace: Workplace) -> list[Tab]:
    found = [Tab(name, label, opens(name, workplace.role)) for name, label in names]
    return [tab for tab in found if tab.address]
