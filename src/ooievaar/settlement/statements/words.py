"""What the words of a statement mean, for people, in the language of whoever reads."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ooievaar.bundles import explain
from ooievaar.contracts.agreements.words import PRODUCTS
from ooievaar.settlement.ledger import words as ledger_words
from ooievaar.settlement.payments import words as payment_words
from ooievaar.settlement.statements.rules.difference import Part
from ooievaar.ui.templatetags.ooievaar import language, month_name, number

PHASES: dict[int, Promise] = {
    1: _("Prenataal"),
    2: _("Nataal"),
    3: _("Postnataal"),
}
NUMBERS: tuple[Promise, ...] = (
    *(_("nul"), _("één"), _("twee"), _("drie"), _("vier"), _("vijf"), _("zes"), _("zeven")),
    *(_("acht"), _("negen"), _("tien"), _("elf"), _("twaalf")),
)
METHODS: dict[str, Promise] = {
    "fixed_share": _("een vast aandeel"),
    "performed": _("naar wat ieder verrichtte"),
    "internal_prices": _("naar wat ieder verrichtte, tegen onderlinge prijzen"),
    "by_clients": _("naar het aantal cliënten van ieder"),
    "mono_pro_rata": _("zoals de oude bekostiging het zou doen"),
    "mono_partly_unknown": _("zoals de oude bekostiging, voor zover bekend"),
    "invoice": _("op factuur"),
}
"""How a share was found, in a few words; `reason` of a share."""

ACCOUNT_KINDS: dict[str, Promise] = {
    "partner_payable": _("Aandeel in de producten"),
    "supplier_payable": _("Facturen op producten"),
    "partner_guarantee": _("Garantie"),
    "partner_advance": _("Voorschotten"),
    "lender": _("Geleend aan het netwerk"),
}
MOVEMENTS: dict[str, Promise] = {
    **ledger_words.REASONS,
    **payment_words.REASONS,
    "booked_late": _("achteraf geboekt op een eerdere dag"),
}


def product_name(code: str) -> str:
    """Return the rule book's name of a product, or its code where the book has none."""
    try:
        return explain.product_name(code, language())
    except KeyError:
        return code


def product_word(code: str) -> str:
    """Return a product within a sentence: `nataal complex`."""
    return str(PRODUCTS.get(code) or product_name(code))


def phase_name(phase: int) -> str:
    """Return the name of a phase."""
    return str(PHASES.get(phase, phase))


def counted(count: int) -> str:
    """Write a number as people do: up to twelve in letters."""
    size = abs(count)
    return str(NUMBERS[size]) if size < len(NUMBERS) else number(size)


def movement(reason: str) -> str:
    """Say why something moved on an account."""
    return str(MOVEMENTS.get(reason, reason.replace("_", " ")))


def held_word(why: str) -> str:
    """Say why something is held."""
    return str(ledger_words.HELD.get(why, why.replace("_", " ")))


def method_word(reason: str) -> str:
    """Say how a share was found."""
    return str(METHODS.get(reason, reason.replace("_", " ")))


def part_sentence(part: Part, month_before: str) -> str:
    """Say one part of the difference with the month before; its amount stands beside it."""
    facts = {
        "count": counted(part.count),
        "product": product_word(part.product) if part.product else "",
        "was": product_word(part.was) if part.was else "",
        "month": month_name(month_before) if month_before else "",
    }
    said = SENTENCES[part.cause](part) % facts
    # An accent that shows stress falls away on a capital: Eén.
    return said[:1].upper().replace("\N{LATIN CAPITAL LETTER E WITH ACUTE}", "E") + said[1:]


def _plain(text: Promise) -> Callable[[Part], str]:
    return lambda _part: str(text)


def _by_sign(more: Promise, less: Promise) -> Callable[[Part], str]:
    return lambda part: str(more if part.cents >= 0 else less)


def _number(part: Part) -> str:
    if part.count < 0:
        return ngettext(
            "%(count)s product %(product)s minder", "%(count)s producten %(product)s minder",
            -part.count,
        )  # fmt: skip
    return ngettext(
        "%(count)s product %(product)s meer", "%(count)s producten %(product)s meer", part.count
    )


def _hours(part: Part) -> str:
    hours, minutes = divmod(abs(part.count), 60)
    told = f"{number(hours)}:{minutes:02d}"
    more = _("%(hours)s uur kraamzorg meer") if part.count > 0 else _(
        "%(hours)s uur kraamzorg minder"
    )  # fmt: skip
    return str(more) % {"hours": told}


SENTENCES: dict[str, Callable[[Part], str]] = {
    "appeared": lambda part: ngettext(
        "%(count)s product %(product)s, en in %(month)s geen",
        "%(count)s producten %(product)s, en in %(month)s geen",
        part.count,
    ),
    "vanished": lambda part: ngettext(
        "geen product %(product)s; in %(month)s was het er %(count)s",
        "geen product %(product)s; in %(month)s waren het er %(count)s",
        part.count,
    ),
    "number": _number,
    "hours": _hours,
    "insurers": _plain(_("meer of minder vrouwen bij verzekeraars met een ander tarief")),
    "tariff": _plain(_("%(product)s: een ander tarief")),
    "deduction": _plain(_("%(product)s: een andere korting voor wat de bundel brak")),
    "agreement": _plain(_("%(product)s: een andere verdeelafspraak")),
    "performed": _by_sign(
        _("%(product)s: uw deel van wat er verricht is, is groter"),
        _("%(product)s: uw deel van wat er verricht is, is kleiner"),
    ),
    "parties": _plain(_("%(product)s: andere partners delen mee")),
    "rounding": _plain(_("afronding op hele centen")),
    "amounts": _plain(_("%(product)s: andere bedragen")),
    "corrections_before": lambda part: ngettext(
        "%(count)s correctie van %(month)s, die niet terugkomt",
        "%(count)s correcties van %(month)s, die niet terugkomen",
        part.count,
    ),
    "corrected_late": lambda part: ngettext(
        "%(count)s product %(product)s van een eerdere maand kwam er nog bij",
        "%(count)s producten %(product)s van eerdere maanden kwamen er nog bij",
        part.count,
    ),
    "corrected_insurer": lambda part: ngettext(
        "%(count)s regel %(product)s ging naar een andere verzekeraar",
        "%(count)s regels %(product)s gingen naar een andere verzekeraar",
        part.count,
    ),
    "corrected_vanished": lambda part: ngettext(
        "%(count)s product %(product)s van een eerdere maand verviel",
        "%(count)s producten %(product)s van eerdere maanden vervielen",
        part.count,
    ),
    "corrected_restored": lambda part: ngettext(
        "%(count)s product %(product)s dat was vervallen, kwam terug",
        "%(count)s producten %(product)s die waren vervallen, kwamen terug",
        part.count,
    ),
    "corrected_class": lambda part: ngettext(
        "%(count)s product %(was)s werd %(product)s",
        "%(count)s producten %(was)s werden %(product)s",
        part.count,
    ),
    "corrected_hours": lambda part: ngettext(
        "van %(count)s product %(product)s wijzigden de uren",
        "van %(count)s producten %(product)s wijzigden de uren",
        part.count,
    ),
    "corrected_deduction": lambda part: ngettext(
        "van %(count)s product %(product)s wijzigde de korting voor wat de bundel brak",
        "van %(count)s producten %(product)s wijzigde de korting voor wat de bundel brak",
        part.count,
    ),
    "corrected_tariff": lambda part: ngettext(
        "van %(count)s product %(product)s wijzigde het tarief",
        "van %(count)s producten %(product)s wijzigde het tarief",
        part.count,
    ),
    "corrected_amount": lambda part: ngettext(
        "van %(count)s product %(product)s wijzigde het bedrag",
        "van %(count)s producten %(product)s wijzigde het bedrag",
        part.count,
    ),
    "corrected_performed": lambda part: ngettext(
        "van %(count)s product %(product)s wijzigde wie wat deed",
        "van %(count)s producten %(product)s wijzigde wie wat deed",
        part.count,
    ),
    "corrected_agreement": lambda part: ngettext(
        "%(count)s product %(product)s is verdeeld volgens een andere afspraak",
        "%(count)s producten %(product)s zijn verdeeld volgens een andere afspraak",
        part.count,
    ),
    "corrected_parties": lambda part: ngettext(
        "van %(count)s product %(product)s wijzigde wie er meedeelt",
        "van %(count)s producten %(product)s wijzigde wie er meedeelt",
        part.count,
    ),
}
"""What each cause of rules `difference` and `corrections` says."""
