"""What the words of advances and payments mean, for people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "paid_out": _("uitbetaald en verrekend"),
    "payment_returned": _("betaling teruggekomen van de bank"),
    "advanced": _("voorschot ontvangen van de verzekeraar"),
    "offset": _("voorschot van de verzekeraar verrekend"),
    "lent": _("geleend"),
}
"""Why something was posted, beside the words of the books."""

FLAGS: dict[str, Promise] = {
    "iban_changed": _("de rekening is kort geleden gewijzigd"),
    "first_payment": _("de eerste betaling op deze rekening"),
    "iban_shared": _("dezelfde rekening als een ander"),
}
"""What who approves a run must see of a line."""

STOPPED: dict[str, Promise] = {
    "leaving": _("gaat weg uit het netwerk"),
    "no_care": _("registreerde maanden geen zorg"),
    "not_expected": _("er worden geen inkomsten verwacht"),
}
"""Why a partner gets no advance."""
