"""What the words of the end of a year mean, for people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "safety_net": _("vangnet van het jaar"),
    "guarantee": _("garantie van het jaar"),
    "reserve_released": _("vrijgevallen uit de reserve"),
    "loss_on_reserve": _("niet toegekend; de reserve draagt het"),
    "loss_on_shares": _("niet toegekend; gedragen naar ieders deel"),
    "opening": _("beginsaldo van de bank"),
    "safety_net_paid": _("vangnet betaald"),
}
"""Why something was posted, beside the words of the books."""

CAUSES: dict[str, Promise] = {
    "year_end": _("jaareinde"),
    "loss": _("besluit om een verlies te dragen"),
    "opening": _("beginsaldo van de bank"),
    "safety_net_paid": _("vangnet betaald"),
}
"""What caused a posting, beside those of the books."""

SOURCES: dict[str, Promise] = {
    "safety_net": _("het vangnet"),
    "reserve": _("de reserve"),
    "gainers": _("wie erop vooruitging"),
}
"""Who pays for a guarantee."""

HINDRANCES: dict[str, Promise] = {
    "not_over": _("Het jaar is nog niet voorbij. Dit is de stand van nu."),
    "not_closed": _("Nog niet elke maand van het jaar is afgesloten."),
    "not_derived": _(
        "De laatste afleiding kijkt niet tot het einde van het jaar. Leid eerst opnieuw af."
    ),
}
"""Why a year cannot be prepared yet."""
