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

HELD: dict[str, Promise] = {
    "not_claimed": _("nog niet gedeclareerd"),
    "awaiting_answer": _("wacht op antwoord van de verzekeraar"),
    "refused": _("niet toegekend door de verzekeraar"),
    "written_off": _("afgeboekt"),
    "awaiting_payment": _("toegekend, nog niet betaald"),
}
"""Why something that is due to a partner is not paid yet."""

BENDS: dict[str, str] = {
    "gap": "de boekingen {number} tot en met {until} ontbreken",
    "loose": "boeking {number} sluit niet aan op de vorige: er is verwijderd, verwisseld of "
    "tussengevoegd",
    "changed": "boeking {number} is gewijzigd nadat zij was geschreven",
    "uneven": "boeking {number} is niet in evenwicht",
    "tail": "bij het sluiten van {name} stond boeking {number} er, en die is er niet meer, of is "
    "een andere",
}
"""What may be wrong with the chain."""


def reason_text(word: str) -> str:
    """Return a reason in the language of whoever reads; a word of another part as it is."""
    return str(REASONS.get(word, word))
