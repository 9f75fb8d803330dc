"""What the engine adds to the banner of a pregnancy: how it is funded, and whether it broke."""

from collections.abc import Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ooievaar.bundles import sentences
from ooievaar.bundles.conclusions import conclusions_on
from ooievaar.bundles.explain import capital
from ooievaar.bundles.queries import home_conclusions
from ooievaar.record.banner import BannerPart


def banner_parts(pregnancy_id: int) -> list[BannerPart]:
    """Return the parts of a pregnancy, in one query."""
    rows = home_conclusions(conclusions_on(pregnancy_id, only=("route", "phase", "breaker")))
    route = next((row for row in rows if row.kind == "route"), None)
    if route is None:
        return [BannerPart(_("Route"), _("nog niet afgeleid"))]
    return funding_parts(
        route.reason,
        running_phases=[row.phase for row in rows if row.kind == "phase" and row.flag],
        breakers=sum(row.kind == "breaker" for row in rows),
    )


def funding_parts(reason: str, running_phases: Sequence[int], breakers: int) -> list[BannerPart]:
    """Return the route with its reason, and the state of the bundle, in the reader's language."""
    language = "en" if get_language() == "en" else "nl"
    # "Integraal: het contract van haar verzekeraar geldt."
    name, _colon, why = sentences.ROUTES[reason][language].rstrip(".").partition(": ")
    phases = [sentences.PHASES[phase][language] for phase in sorted(running_phases)]
    note = _("%(phase)s loopt") % {"phase": ", ".join(phases)} if phases else ""
    if breakers:
        said = ngettext("%(n)s breker", "%(n)s brekers", breakers) % {"n": breakers}
        bundle = BannerPart(_("Bundel"), said, note, is_alarm=True)
    else:
        bundle = BannerPart(_("Bundel"), capital(_("heel")), note)
    return [BannerPart(_("Route"), name, why), bundle]
