"""What people call the engine's keys. An unknown key is shown as it is, never as nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ooievaar.bundles import explain, sentences
from ooievaar.bundles.sentences import Sentence
from ooievaar.rulebook import load

Words = dict[str, str | Promise]


def spoken(names: Mapping[Any, Sentence]) -> dict[Any, str | Promise]:
    """Return the engine's own words for its codes, in the language of whoever reads."""
    return {key: _in_language(sentence) for key, sentence in names.items()}


def _choose(sentence: Sentence) -> str:
    return explain.capital(sentence["en" if get_language() == "en" else "nl"])


_in_language = lazy(_choose, str)

DISPOSITIONS: Words = spoken(sentences.DISPOSITIONS)
REASONS: Words = {
    **spoken(sentences.REASONS),
    "contract": _("de verzekeraar heeft een contract"),
    "followed_contract": _("de verzekeraar volgt het contract van een ander"),
    "no_agreement": _("er geldt geen verdeelafspraak"),
    "not_a_member": _("de rechthebbende was geen lid"),
    "no_member_share": _("de discipline heeft geen aandelen afgesproken"),
    "nobody_performed": _("niemand van de discipline verrichtte zorg"),
    "agreed_reserve": _("de afgesproken reserve"),
    "supplier_shortfall": _("de leverancier kost meer dan het product opbracht"),
    "no_mono_value": _("van niemand is bekend wat de oude bekostiging zou hebben betaald"),
}
ROUTES: Words = {"integral": _("Integraal"), "old_way": _("De oude weg")}
PHASES: dict[int, str | Promise] = spoken(sentences.PHASES)
BREAKERS: Words = spoken(sentences.BREAKER_NAMES)
REGIMES: Words = {
    "parallel_ban": _("Parallelliteitsverbod"),
    "correction": _("Tariefcorrectie"),
    "none": _("Geen gevolg"),
}
END_KINDS: Words = {
    "ongoing": pgettext_lazy("zwangerschap", "Lopend"),
    "birth": _("Geboorte"),
    "miscarriage": _("Miskraam"),
    "termination": _("Afgebroken"),
    "ectopic": _("Buitenbaarmoederlijk"),
    "moved_away": _("Verhuisd"),
    "lost": _("Uit zicht"),
}
DISCIPLINES: Words = {
    "midwives": _("Verloskundigen"),
    "gynaecologists": _("Gynaecologen"),
    "hospital": _("Ziekenhuis"),
    "kraamzorg": _("Kraamzorg"),
    "ultrasound": _("Echocentra"),
    "other": _("Overig"),
}
SHARES: Words = {
    "overhead": _("Organisatiekosten"),
    "partner": _("Partners"),
    "reserve": _("Reserve"),
    "supplier": _("Leveranciers"),
    "surcharge": _("Toeslagen"),
}


def words(mapping: Words, key: str) -> str:
    """Return what people call `key`, or the key itself with spaces."""
    return str(mapping.get(key, key.replace("_", " ")))


def product_name(code: str, language: str) -> str:
    """Return the rule book's name of a product, or its code where the book has none."""
    try:
        product = load().product(code)
    except KeyError:
        return code
    return product.name_en if language == "en" else product.name_nl
