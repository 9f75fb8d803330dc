"""The log in words: for the woman whose record it is, and for who reads it for the network."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.network.roles import Purpose, Role
from ooievaar.record.access_log.models import AccessEvent, Kind

TO_HER: dict[str, str | Promise] = {
    Kind.READ: gettext_lazy("bekeek uw dossier"),
    Kind.LIST: gettext_lazy("zag u in een lijst"),
    Kind.SEARCH: gettext_lazy("zag u bij het zoeken"),
    Kind.EXPORT: gettext_lazy("sloeg een bestand op waarin u staat"),
    Kind.CHANGE: gettext_lazy("legde iets vast in uw dossier"),
    Kind.REFUSAL: gettext_lazy("wilde uw dossier openen en mocht dat niet"),
    Kind.BREAK_GLASS: gettext_lazy("opende uw dossier met de noodknop"),
    Kind.REVIEW: gettext_lazy("beoordeelde of de noodknop terecht was gebruikt"),
    Kind.LOG_READ: gettext_lazy("bekeek wie er in uw dossier keek"),
    Kind.MONEY: gettext_lazy("verwerkte de betaling van uw zorg"),
}
"""What somebody did, said to the woman."""

OBJECTS: dict[str, str | Promise] = {
    "pregnancy": gettext_lazy("zwangerschap"),
    "pregnancies": gettext_lazy("lijst van zwangeren"),
    "today": gettext_lazy("vandaag"),
    "case_management": gettext_lazy("casemanagement"),
    "activity": gettext_lazy("activiteit"),
    "why_activity": gettext_lazy("waarom van een activiteit"),
    "why_product": gettext_lazy("waarom van een product"),
    "why_breaker": gettext_lazy("waarom van een breker"),
    "involved": gettext_lazy("betrokken zorgverleners"),
    "consent": gettext_lazy("toestemming"),
    "relations": gettext_lazy("betrokken zorgverleners"),
    "relation": gettext_lazy("behandelrelatie"),
    "closed_product": gettext_lazy("verdeeld product"),
    "proposal": gettext_lazy("besluit over de boeken"),
    "share": gettext_lazy("aandeel"),
    "break_glass": gettext_lazy("noodknop"),
    "break_glass_review": gettext_lazy("beoordeling van de noodknop"),
    "who_looked": gettext_lazy("wie keek"),
    "access_log": gettext_lazy("toegangslog"),
    "person": gettext_lazy("persoon"),
    "position": gettext_lazy("functie"),
    "closing": gettext_lazy("afsluiting van een maand"),
    "month": gettext_lazy("maand"),
    "statement": gettext_lazy("ons geld"),
    "record": gettext_lazy("dossier"),
    "entry": gettext_lazy("deel van het dossier"),
    "entry_form": gettext_lazy("formulier in het dossier"),
    "draft": gettext_lazy("concept in het dossier"),
    "growth": gettext_lazy("groeicurven"),
    "repeat": gettext_lazy("keuze bij dubbel onderzoek"),
    "woman": gettext_lazy("persoonsgegevens"),
    "own_files": gettext_lazy("lijst van eigen dossiers"),
    "own_file": gettext_lazy("eigen dossier"),
    "woman_merge": gettext_lazy("samenvoegen van twee dossiers"),
    "woman_split": gettext_lazy("splitsen van twee dossiers"),
    "plan": gettext_lazy("plan van de zorg"),
    "plan_pathways": gettext_lazy("zorgpaden van deze zwangerschap"),
    "plan_skip": gettext_lazy("overgeslagen onderdeel van het plan"),
    "enrolment": gettext_lazy("zorgpad van deze zwangerschap"),
    "pathway_version": gettext_lazy("versie van een zorgpad"),
    "care_shift": gettext_lazy("zorgverschuiving"),
    "pathway_trial": gettext_lazy("proef met een zorgpad"),
    "handover": gettext_lazy("verwijzen en overdragen"),
    "referral": gettext_lazy("verwijzing"),
    "coordinator": gettext_lazy("coördinerend zorgverlener"),
    "full_ward": gettext_lazy("volmelding"),
    "conversation": gettext_lazy("overleg"),
    "thread": gettext_lazy("gesprek"),
    "meeting": gettext_lazy("MDO"),
    "meetings": gettext_lazy("lijst van MDO’s"),
    "agenda_item": gettext_lazy("agendapunt van een MDO"),
    "meeting_decision": gettext_lazy("conclusie van een MDO"),
    "plan_item": gettext_lazy("afspraak uit overleg"),
    "appointment": gettext_lazy("afspraak"),
    "calendar": gettext_lazy("agenda"),
    "buddy": gettext_lazy("buddy"),
    "letter": gettext_lazy("overdrachtsbrief"),
    "sharing": gettext_lazy("wat met wie wordt gedeeld"),
    "claim_line": gettext_lazy("declaratieregel"),
    "claim_batch": gettext_lazy("bestand aan een verzekeraar"),
    "claim_file": gettext_lazy("opgeslagen bestand aan een verzekeraar"),
    "claims_work": gettext_lazy("werklijst van declaraties"),
    "claims_problem": gettext_lazy("probleem met declaraties"),
    "claims_deadlines": gettext_lazy("termijnen van declaraties"),
    "payment_run": gettext_lazy("betaalrun"),
    "payment_file": gettext_lazy("opgeslagen bestand voor de bank"),
    "bank_statement": gettext_lazy("afschrift van de bank"),
    "bank_account": gettext_lazy("rekening"),
    "advances": gettext_lazy("voorschotten"),
    "scenario": gettext_lazy("wat-als over een afgesloten jaar"),
    "money_question": gettext_lazy("vraag over een regel geld"),
    "money_statement": gettext_lazy("afschrift van een maand"),
    "account": gettext_lazy("rekening in de boeken"),
    "transaction": gettext_lazy("boeking"),
    "journal": gettext_lazy("journaal"),
    "books_check": gettext_lazy("nalezen van de boeken"),
    "agreement_version": gettext_lazy("versie van een verdeelafspraak"),
}
"""What was looked at; what is not named here is shown as it is stored."""


def who(event: AccessEvent) -> str:
    """Say who it was: `Sanne de Vries, verloskundige bij Praktijk de Linde`."""
    if event.role == "system":
        if event.responsible_name:
            return _("Ooievaar zelf, in opdracht van %(name)s") % {"name": event.responsible_name}
        return _("Ooievaar zelf")
    name = event.person_name or _("Iemand die niet is aangemeld")
    if not event.role:
        return name
    held = role(event.role)
    # Only its first letter: a role may hold an abbreviation.
    words = {"name": name, "role": held[:1].lower() + held[1:], "place": event.place_name}
    if not event.place_name:
        return _("%(name)s, %(role)s") % words
    return _("%(name)s, %(role)s bij %(place)s") % words


def did(event: AccessEvent) -> str:
    """Say to her what that person did, and for what: `bekeek uw dossier; waarvoor: behandeling`."""
    what = str(TO_HER.get(event.kind, kind(event.kind).lower()))
    if not event.is_success and event.kind != Kind.REFUSAL:
        what = _("%(what)s, maar dat lukte niet") % {"what": what}
    if not event.purpose or event.kind == Kind.BREAK_GLASS:
        return what
    return _("%(what)s; waarvoor: %(purpose)s") % {
        "what": what,
        "purpose": purpose(event.purpose).lower(),
    }


def kind(value: str) -> str:
    """Return the label of a kind of event."""
    return str(Kind(value).label) if value in Kind.values else value


def role(value: str) -> str:
    """Return the label of a role, of the system too."""
    if value == "system":
        return _("Systeem")
    return str(Role(value).label) if value in Role.values else value


def purpose(value: str) -> str:
    """Return the label of a purpose."""
    return str(Purpose(value).label) if value in Purpose.values else value


def thing(event: AccessEvent) -> str:
    """Say what was looked at: `zwangerschap 12`."""
    name = str(OBJECTS.get(event.object_type, event.object_type))
    return f"{name} {event.object_id}".strip()


def checks(controls: str) -> str:
    """Say which of the four checks held: `bevoegd, behandelrelatie, toestemming`."""
    names = (_("bevoegd"), _("behandelrelatie"), _("toestemming"), _("noodknop"))
    held = [name for name, held in zip(names, controls, strict=False) if held == "T"]
    return ", ".join(held) or _("geen")
