"""What the pages call the codes of this room, and how they colour them."""

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import BatchStep, LineState
from ooievaar.rulebook import load
from ooievaar.ui.templatetags.ooievaar import language

Words = dict[str, str | Promise]

FIXES: Words = {
    "correct_insurer": _("Verbeter de verzekeraar"),
    "complete_identity": _("Laat haar gegevens aanvullen"),
    "ask_partner": _("Vraag het de partner"),
    "bill_outside": _("Declareer buiten de bundel"),
    "release": _("Geef vrij, ongewijzigd opnieuw"),
    "credit": _("Crediteer en declareer opnieuw"),
    "write_off": _("Boek af"),
    "wait": _("Wacht"),
}
"""What a person can do about a problem, as a button says it."""

FIXES_DO: Words = {
    "correct_insurer": _(
        "U legt vast bij wie zij vanaf een dag verzekerd is, zoals de controle op "
        "verzekeringsgegevens (COV) het zegt. Daarna volgt vanzelf een credit bij de oude en een "
        "nieuwe regel bij de juiste verzekeraar, waar dat kan."
    ),
    "complete_identity": _(
        "U ziet hier geen namen of nummers. Uw vraag komt ongelezen op de eerste pagina van wie "
        "haar behandelt; die vult haar gegevens aan, en de regel gaat daarna vanzelf mee."
    ),
    "ask_partner": _(
        "Uw vraag komt ongelezen op de eerste pagina van wie haar behandelt. Wat de partner "
        "verbetert, komt vanzelf in de declaratie."
    ),
    "bill_outside": _(
        "Haar zorg valt vanaf nu buiten de bundel: wat al is toegekend, wordt gecrediteerd, en de "
        "partners declareren zelf op de oude wijze."
    ),
    "release": _("De regels gaan ongewijzigd mee in het volgende bestand, met een nieuw nummer."),
    "credit": _(
        "De regels worden voor het toegekende bedrag gecrediteerd en daarna opnieuw gedeclareerd, "
        "in het volgende bestand."
    ),
    "write_off": _(
        "Wat nog openstaat wordt afgeboekt, met uw naam en reden. De regels gaan niet meer mee."
    ),
    "wait": _("Er verandert niets. De anderen zien dat u erop wacht, en waarop."),
}
"""What happens then, in a sentence."""

STEPS: Words = {
    "new": _("wordt gedeclareerd"),
    "credit": _("wordt gecrediteerd"),
    "resend": _("gaat opnieuw, onder hetzelfde nummer"),
    "wait": _("wacht op antwoord"),
    "hold": _("blijft staan tot iemand iets doet"),
    "expired": _("is te laat"),
}
"""What the next file would do with a product."""

REASONS: Words = {
    "first": _("is afgerond en nog niet gedeclareerd"),
    "changed": _("er werd iets anders bekend dan is gedeclareerd"),
    "other_insurer": _("zij blijkt bij een andere verzekeraar verzekerd"),
    "no_longer_owed": _("het product bestaat niet meer: de zorg bleek anders"),
    "doubled": _("er staat al een regel voor hetzelfde"),
    "released": _("iemand gaf de regel vrij"),
    "owed_again": _("is gecrediteerd en nu weer verschuldigd"),
    "person_changed": _("haar gegevens zijn aangevuld of verbeterd"),
    "refused_by_portal": _("het portaal keurde het bestand af"),
    "refused_by_insurer": _("de verzekeraar keurde de regel af"),
    "granted_in_part": _("de verzekeraar kende een deel toe"),
    "credit_refused": _("de verzekeraar keurde de creditregel af"),
    "deadline_passed": _("de termijn van het contract is voorbij"),
    "awaiting_approval": _("wacht op goedkeuring"),
    "awaiting_sending": _("wacht op verzending"),
    "awaiting_answer": _("wacht op antwoord van de verzekeraar"),
    "no_bsn": _("haar BSN is niet bekend"),
    "no_birth_date": _("haar geboortedatum is niet bekend"),
    "name_not_writable": _("haar naam past niet in een bericht"),
    "no_uzovi": _("de verzekeraar heeft geen UZOVI-nummer van vier cijfers"),
    "no_claim_code": _("het product heeft geen prestatiecode op deze dag"),
    "too_much_for_a_line": _("het bedrag past niet op een regel"),
}
"""Why the reconciler proposes something."""

EVENTS: Words = {
    LineState.PREPARED: _("Klaargezet in een bestand"),
    LineState.APPROVED: _("Goedgekeurd door een ander"),
    LineState.SENT: _("Verzonden aan de verzekeraar"),
    LineState.REFUSED_BY_PORTAL: _("Teruggekomen: het portaal keurde het bestand af"),
    LineState.REFUSED_BY_INSURER: _("Afgekeurd door de verzekeraar"),
    LineState.GRANTED: _("Geheel toegekend"),
    LineState.GRANTED_IN_PART: _("Voor een deel toegekend"),
    LineState.PAID: _("Betaald"),
    LineState.CREDITED: _("Teruggenomen door een creditregel"),
    LineState.WRITTEN_OFF: _("Afgeboekt"),
    LineState.EXPIRED: _("Verlopen"),
    LineState.WITHDRAWN: _("Ingetrokken, niet verzonden"),
}
"""What happened to a line, on its timeline."""

CAUSES: Words = {
    "late_allowed": _("Mag toch gaan, hoewel de termijn voorbij is"),
    "replaced": _("Vervangen: gaat anders opnieuw, onder hetzelfde nummer"),
}
"""What happened, where its state alone would say something else."""

STATE_TAGS = {
    LineState.REFUSED_BY_PORTAL: "tag-alarm",
    LineState.REFUSED_BY_INSURER: "tag-alarm",
    LineState.GRANTED: "tag-good",
    LineState.GRANTED_IN_PART: "tag-warm",
    LineState.PAID: "tag-good",
    LineState.EXPIRED: "tag-alarm",
    LineState.WRITTEN_OFF: "tag-plain",
    LineState.CREDITED: "tag-plain",
    LineState.WITHDRAWN: "tag-plain",
}
BATCH_TAGS = {
    BatchStep.State.PREPARED: "tag-warm",
    BatchStep.State.APPROVED: "tag-warm",
    BatchStep.State.WITHDRAWN: "tag-plain",
    BatchStep.State.ANSWERED_BY_PORTAL: "tag-alarm",
    BatchStep.State.ANSWERED: "tag-good",
}


def said(words: Words, key: str) -> str:
    """Return what people call a code; one that is not named here is shown as it is."""
    return str(words.get(key, key.replace("_", " ")))


def state_tag(state: str) -> SafeString:
    """Return how a line stands, as a tag."""
    label = LineState(state).label if state in LineState.values else state
    return format_html('<span class="tag {}">{}</span>', STATE_TAGS.get(state, ""), label)  # type: ignore[call-overload]


def batch_tag(state: str) -> SafeString:
    """Return how a file stands, as a tag."""
    label = BatchStep.State(state).label if state in BatchStep.State.values else state
    return format_html('<span class="tag {}">{}</span>', BATCH_TAGS.get(state, ""), label)  # type: ignore[call-overload]


def product_name(code: str) -> str:
    """Return the rule book's name of a product, or its code where the book has none."""
    try:
        product = load().product(code)
    except KeyError:
        return code
    return product.name_en if language() == "en" else product.name_nl
