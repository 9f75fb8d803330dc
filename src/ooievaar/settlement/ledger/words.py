"""What the words of the books mean, for people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "divided": _("verdeeld"),
    "corrected": _("verschil met wat eerder verdeeld is"),
    "no_longer_owed": _("is niet meer verschuldigd"),
    "granted": _("toegekend"),
    "granted_in_part": _("deels toegekend"),
    "credit_taken": _("teruggenomen door een creditregel"),
    "disputed": _("verdeeld en niet toegekend"),
    "paid": _("betaald door de verzekeraar"),
    "paid_back": _("terugbetaald aan de verzekeraar"),
    "vanished": _("vervallen"),
    "reversed": _("teruggeboekt"),
}
"""Why something was posted; who posts with another word brings its own sentence."""

MEANINGS: dict[str, tuple[Promise, Promise]] = {
    "insurer_receivable": (
        _("toegekend, en nog niet betaald"),
        _("meer betaald dan toegekend: gaat terug of wordt verrekend"),
    ),
    "undivided": (
        _("verdeeld over partners, en nog niet toegekend of gedeclareerd"),
        _("toegekend, en nog niet verdeeld: komt in een volgende afsluiting"),
    ),
    "disputed": (
        _("verdeeld over partners, en door de verzekeraar niet toegekend"),
        _("meer teruggenomen dan verdeeld was"),
    ),
    "insurer_advance": (
        _("meer verrekend dan er vooruit betaald was"),
        _("vooruit ontvangen, en nog niet met toekenningen verrekend"),
    ),
    "safety_net": (
        _("te ontvangen van de verzekeraar uit het vangnet"),
        _("te betalen aan de verzekeraar uit het vangnet"),
    ),
    "partner_payable": (
        _("te veel gekregen: wordt verrekend met wat nog komt"),
        _("staat tegoed, voor een deel aangehouden tot de verzekeraar betaalt"),
    ),
    "partner_advance": (
        _("vooruit betaald, en nog niet verdiend"),
        _("meer verrekend dan er vooruit betaald was"),
    ),
    "partner_guarantee": (
        _("bijdrage aan de garantie van anderen, nog te verrekenen"),
        _("garantie die nog wordt betaald"),
    ),
    "supplier_payable": (
        _("te veel betaald aan een leverancier"),
        _("te betalen aan een leverancier"),
    ),
    "lender": (_("meer terugbetaald dan geleend"), _("geleend, en nog terug te betalen")),
    "overhead": (
        _("meer uitgegeven dan er voor organisatiekosten was"),
        _("opzijgezet voor organisatiekosten"),
    ),
    "reserve": (_("meer uitgegeven dan er in reserve was"), _("in reserve")),
    "surcharge": (
        _("meer uitgegeven dan er aan toeslaggeld was"),
        _("toeslaggeld voor zijn doel"),
    ),
    "opening": (_("tekort bij het begin"), _("vermogen waarmee deze boeken begonnen")),
    "own_contributions": (_("nog te ontvangen"), _("ontvangen")),
    "bank": (_("staat volgens de boeken op de bank"), _("staat volgens de boeken rood")),
}
"""What a balance means, by kind of account: where it is a debit, and where it is a credit."""

CAUSES: dict[str, Promise] = {
    "claim_line": _("antwoord op een declaratieregel"),
    "dispute": _("declaratieregel die niet is toegekend"),
    "closed_product": _("verdeling van een product"),
    "insurer_payment": _("betaling door een verzekeraar"),
}
"""What caused a posting, by its kind; who posts because of something else brings its own."""

HELD: dict[str, Promise] = {
    "not_claimed": _("nog niet gedeclareerd"),
    "awaiting_answer": _("wacht op antwoord van de verzekeraar"),
    "refused": _("niet toegekend door de verzekeraar"),
    "written_off": _("afgeboekt"),
    "awaiting_payment": _("toegekend, nog niet betaald"),
}
"""Why something that is due to a partner is not paid yet."""

BENDS: dict[str, Promise] = {
    "gap": _("de boekingen {number} tot en met {until} ontbreken"),
    "loose": _(
        "boeking {number} sluit niet aan op de vorige: er is verwijderd, verwisseld of "
        "tussengevoegd"
    ),
    "changed": _("boeking {number} is gewijzigd nadat zij was geschreven"),
    "uneven": _("boeking {number} is niet in evenwicht"),
    "tail": _(
        "bij het sluiten van {name} stond boeking {number} er, en die is er niet meer, of is "
        "een andere"
    ),
}
"""What may be wrong with the chain."""


def meaning(kind: str, cents: int) -> str:
    """Say what a balance on an account of a kind means; nothing stands there: nothing."""
    if not cents:
        return ""
    debit, credit = MEANINGS.get(kind, ("", ""))
    return str(debit if cents > 0 else credit)


def reason_text(word: str) -> str:
    """Return a reason in the language of whoever reads; a word of another part as it is."""
    return str(REASONS.get(word, word))


def finding_text(bend: str, number: int, until: int = 0, name: str = "") -> str:
    """Return what is wrong with the chain at a number, in the language of whoever reads."""
    return str(BENDS[bend]).format(number=number, until=until, name=name)
