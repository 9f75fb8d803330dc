"""What agreements show of us: the newest scenario of a version, beside its text."""

from django.urls import reverse
from django.utils.http import urlencode

from ooievaar.contracts.agreement_models import AgreementVersion
from ooievaar.contracts.agreements.slots import Effect, EffectRow
from ooievaar.network.models import Organisation
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.permissions import STARTERS
from ooievaar.settlement.whatif.running import closed_years
from ooievaar.ui.navigation import opens


def effect_of_version(workplace: Workplace, version: AgreementVersion) -> Effect | None:
    """Give the newest scenario with the text of a version; else where one can be begun.

    Of the text alone: with other tariffs the amounts would not be those of the agreement. The
    year is the one that was run; nothing at all without a year that was closed.
    """
    newest = (
        Scenario.objects.filter(
            network_id=version.network_id, sha256=version.sha256, kind=Scenario.Kind.AGREEMENT
        )
        .order_by("-at", "-pk")
        .first()
    )
    if newest is None:
        years = closed_years(version.network_id)
        return Effect(years[0], address=_start(workplace, version)) if years else None
    rows = newest.result["partners"]
    names = dict(
        Organisation.objects.filter(pk__in={row["organisation"] for row in rows}).values_list(
            "id", "name"
        )
    )
    is_ours = workplace.sees_whole_network and workplace.network_id == version.network_id
    return Effect(
        year=newest.year,
        rows=tuple(
            EffectRow(
                organisation_id=row["organisation"],
                name=names.get(row["organisation"], ""),
                discipline=row["discipline"],
                before_cents=row["before"],
                after_cents=row["after"],
                guarantee_cents=row["guarantee_after"],
            )
            for row in rows
        ),
        computed_at=newest.at,
        address=reverse("scenario", args=[newest.pk]) if is_ours else "",
    )


def _start(workplace: Workplace, version: AgreementVersion) -> str:
    """Return where who may run a scenario begins one with this text."""
    if workplace.network_id != version.network_id or workplace.role not in STARTERS:
        return ""
    address = opens("whatif", workplace.role)
    return f"{address}?{urlencode({'versie': version.pk})}" if address else ""
