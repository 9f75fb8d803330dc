"""What a person may be in an organisation, a network or at an insurer, and why they look."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A role that a position gives; a person may hold several and works in one at a time."""

    MIDWIFE = "midwife", _("Verloskundige")
    GYNAECOLOGIST = "gynaecologist", _("Gynaecoloog")
    CLINICAL_CARER = "clinical_carer", _("Zorgverlener in het ziekenhuis")
    KRAAM_CARER = "kraam_carer", _("Kraamverzorgende")
    SONOGRAPHER = "sonographer", _("Echoscopist")
    PRACTICE_ADMINISTRATOR = "practice_administrator", _("Praktijkadministratie")
    CONTROLLER = "controller", _("Controller van de IGO")
    APPROVER = "approver", _("Goedkeurder")
    DIRECTOR = "director", _("Directeur")
    QUALITY_OFFICER = "quality_officer", _("Kwaliteitsfunctionaris")
    REPRESENTATIVE = "representative", _("Vertegenwoordiger van een discipline")
    CHAIR = "chair", _("Voorzitter van een werkgroep")
    PURCHASER = "purchaser", _("Inkoper van een verzekeraar")
    AUDITOR = "auditor", _("Accountant")
    ADMINISTRATOR = "administrator", _("Beheerder")


class Purpose(models.TextChoices):
    """Why somebody looks: the purpose of use in the access log."""

    TREATMENT = "treatment", _("Behandeling")
    PAYMENT = "payment", _("Betaling")
    QUALITY = "quality", _("Kwaliteit")
    MANAGEMENT = "management", _("Bestuur")
    OVERSIGHT = "oversight", _("Toezicht")
    ADMINISTRATION = "administration", _("Beheer")
    EMERGENCY = "emergency", _("Noodknop")


CARE_ROLES = frozenset(
    {
        Role.MIDWIFE,
        Role.GYNAECOLOGIST,
        Role.CLINICAL_CARER,
        Role.KRAAM_CARER,
        Role.SONOGRAPHER,
    }
)
"""Roles that see care, of the women whom their organisation treats."""

ORGANISATION_ROLES = CARE_ROLES | {Role.PRACTICE_ADMINISTRATOR}
"""Roles within one organisation; the others are held in a network."""

WHOLE_NETWORK_ROLES = frozenset({Role.CONTROLLER, Role.APPROVER, Role.DIRECTOR, Role.AUDITOR})
"""Roles that see all the money of their network."""

PURPOSES: dict[Role, Purpose] = {
    **dict.fromkeys(CARE_ROLES, Purpose.TREATMENT),
    Role.PRACTICE_ADMINISTRATOR: Purpose.PAYMENT,
    Role.CONTROLLER: Purpose.PAYMENT,
    Role.APPROVER: Purpose.PAYMENT,
    Role.PURCHASER: Purpose.PAYMENT,
    Role.DIRECTOR: Purpose.MANAGEMENT,
    Role.REPRESENTATIVE: Purpose.MANAGEMENT,
    Role.CHAIR: Purpose.MANAGEMENT,
    Role.QUALITY_OFFICER: Purpose.QUALITY,
    Role.AUDITOR: Purpose.OVERSIGHT,
    Role.ADMINISTRATOR: Purpose.ADMINISTRATION,
}
