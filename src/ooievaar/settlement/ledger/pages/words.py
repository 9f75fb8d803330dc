"""What the pages of the books call things: equations, their parts, and what is stuck."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from ooievaar.settlement.ledger.models import Account
from ooievaar.settlement.ledger.pages.causes import address
from ooievaar.settlement.rules.proof import Balance
from ooievaar.settlement.stuck import Stuck

EQUATIONS: dict[str, tuple[Promise, Promise]] = {
    "all_accounts": (_("Debet en credit"), _("alle rekeningen samen")),
    "granted": (_("Toegekend"), _("volgens de antwoorden van verzekeraars, en in de boeken")),
    "paid": (_("Betaald door verzekeraars"), _("volgens hun betalingen, en in de boeken")),
    "divided": (_("Verdeeld"), _("volgens de afgesloten maanden, en in de boeken")),
    "receivable": (
        _("Van toegekend naar ontvangen"),
        _("wat is toegekend, is betaald of staat open"),
    ),
    "awaited": (
        _("Van verdeeld naar toegekend"),
        _("wat is verdeeld, is toegekend, in geschil of wacht"),
    ),
    "partner_payable": (
        _("Van verdeeld naar uitbetaald"),
        _("wat partners toekomt, is uitbetaald of staat tegoed"),
    ),
    "supplier_payable": (
        _("Van verdeeld naar leveranciers"),
        _("wat leveranciers toekomt, is uitbetaald of staat tegoed"),
    ),
    "paid_out": (_("Uitbetaald"), _("volgens de betaalruns, en van de bank geboekt")),
    "bank": (_("De bank"), _("volgens het nieuwste afschrift, en in de boeken")),
}
"""Name of an equation, and what it says."""

PARTS: dict[str, Promise] = {
    "booked": _("in de boeken"),
    "paid": _("betaald"),
    "to_receive": _("nog te ontvangen"),
    "granted": _("toegekend"),
    "disputed": _("in geschil"),
    "awaiting_answer": _("wacht op declaratie of antwoord"),
    "paid_out": _("uitbetaald en verrekend"),
    "credit": _("staat tegoed"),
    "elsewhere": _("anders geboekt"),
    "on_the_way": _("onderweg naar de bank"),
    "since": _("geboekt na het afschrift"),
}


@dataclass(frozen=True, slots=True)
class StuckWords:
    """How one kind of stuck money is called, why it is stuck, and where it is mended."""

    name: Promise
    why: Promise
    mended: Promise
    address: Callable[[Stuck], str]


def _page(name: str, query: str = "") -> Callable[[Stuck], str]:
    return lambda _stuck: (address(name) + query) if address(name) else ""


def _lines(state: str) -> Callable[[Stuck], str]:
    return lambda one: f"{address('claim_lines')}?stand={state}&verzekeraar={one.party_id}"


def _account(one: Stuck) -> str:
    return reverse("account", args=[one.account_id])


STUCK: dict[str, StuckWords] = {
    "unpaid": StuckWords(
        _("Toegekend, niet betaald"),
        _("de verzekeraar kende toe en betaalt langer dan gewoon niet"),
        _("Naar de regels"),
        _lines("granted"),
    ),
    "unanswered": StuckWords(
        _("Verzonden, geen antwoord"),
        _("het bestand is weg en er komt langer dan gewoon niets terug"),
        _("Naar de regels"),
        _lines("sent"),
    ),
    "unclaimed": StuckWords(
        _("Verdeeld, niet gedeclareerd"),
        _("partners kregen het toebedeeld en geen verzekeraar is erom gevraagd"),
        _("Naar de werklijst"),
        _page("claims_work"),
    ),
    "disputed": StuckWords(
        _("Niet toegekend, in geschil"),
        _("het is verdeeld en de verzekeraar kende het niet toe"),
        _("Naar de werklijst"),
        _page("claims_work"),
    ),
    "negative": StuckWords(
        _("Partner staat negatief"),
        _("kreeg meer dan er nu toekomt; het gaat af van wat nog komt"),
        _("Naar de rekening"),
        _account,
    ),
    "no_account": StuckWords(
        _("Geen rekeningnummer"),
        _("er staat geld tegoed en er is geen goedgekeurde rekening"),
        _("Naar de rekeningnummers"),
        _page("bank_accounts"),
    ),
    "returned": StuckWords(
        _("Betaling teruggekomen"),
        _("de bank stuurde het terug en het is daarna niet opnieuw betaald"),
        _("Naar de rekeningnummers"),
        _page("bank_accounts"),
    ),
    "over_limit": StuckWords(
        _("Voorschotten boven de grens"),
        _("partners hebben meer vooruit dan met de geldgever is afgesproken"),
        _("Naar de voorschotten"),
        _page("advances"),
    ),
}


def equation(balance: Balance) -> tuple[str, str]:
    """Return the name of an equation and what it says."""
    kind, _space, account = balance.name.partition(" ")
    if kind == "shares":
        return account_name(account), now("volgens de afgesloten maanden, en in de boeken")
    if kind == "moved":
        return account_name(account), now("volgens de betaalruns, en in de boeken")
    name, says = EQUATIONS[balance.name]
    return str(name), str(says)


def account_name(kind: str) -> str:
    """Return what a kind of account is called."""
    return str(Account.Kind(kind).label)
