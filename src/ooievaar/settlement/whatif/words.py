"""What people read for the keys of a scenario."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ooievaar.bundles import explain, sentences
from ooievaar.contracts.agreements.words import PRODUCTS
from ooievaar.network.models import Discipline

Words = Mapping[str, str | Promise]

KINDS: Words = {
    "supplier": _("Leveranciers"),
    "overhead": _("Organisatiekosten"),
    "surcharge": _("Toeslagen"),
    "partner": _("Partners"),
    "reserve": _("Reserve"),
}
RESERVE: Words = {
    "agreed_reserve": _("de afgesproken reserve"),
    "no_agreement": _("er gold geen verdeelafspraak toen de zorg begon"),
    "supplier_shortfall": _("de leverancier kost meer dan het product opbracht"),
    "not_a_member": _("de rechthebbende was toen geen lid"),
    "no_member_share": _("de discipline heeft geen aandelen afgesproken"),
    "nobody_performed": _("niemand van de discipline verrichtte zorg"),
    "no_mono_value": _("van niemand is bekend wat de oude bekostiging zou hebben betaald"),
}
SOURCES: Words = {
    "safety_net": _("het vangnet"),
    "reserve": _("de reserve"),
    "gainers": _("wie erop vooruitgaat"),
}


def said(words: Words, key: str) -> str:
    """Return the words for a key; an unknown key is shown as it is, never as nothing."""
    return str(words.get(key, key))


def product(key: str) -> str:
    """Name a product."""
    return said(PRODUCTS, key)


def discipline(key: str) -> str:
    """Name a discipline."""
    return str(Discipline(key).label) if key in Discipline.values else key


def breaker(kind: str) -> str:
    """Name a kind of breaker, in the engine's own words."""
    found = sentences.BREAKER_NAMES.get(kind)
    return explain.capital(found["en" if get_language() == "en" else "nl"]) if found else kind
