"""The agreements of the network: what holds, what is being decided, and what is asked of whom."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ooievaar.contracts.agreements import words
from ooievaar.contracts.agreements.commands import WRITERS
from ooievaar.contracts.agreements.queries import Standing, agreement_of, versions_for
from ooievaar.contracts.agreements.schema import json_schema
from ooievaar.contracts.agreements.slots import OldWay, old_way_of
from ooievaar.contracts.models import AgreementVersion
from ooievaar.contracts.pages.shared import READERS, Look, address_of, look_at, with_everything
from ooievaar.network.doors import WorkingRequest, open_to, open_to_everybody_signed_in
from ooievaar.ui.templatetags.ooievaar import day


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that waits for whoever looks."""

    title: str
    text: str
    address: str
    action: str
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class OldWayShown:
    """What still runs as the old system paid, of the version in force, and until when."""

    version: AgreementVersion
    ends: tuple[tuple[str, str], ...]
    found: OldWay | None


@open_to(*READERS)
@require_safe
def agreements(request: WorkingRequest) -> HttpResponse:
    """List the versions with how they stand; what asks something of the reader stands first."""
    here, today = request.workplace, timezone.localdate()
    looks = [look_at(here, one, today) for one in with_everything(versions_for(here))]
    context = {
        "looks": looks,
        "has_networks": len({look.version.network_id for look in looks}) > 1,
        "asked": [one for look in looks for one in asked_of(look, looks)],
        "old_way": _old_way(request, looks),
        "may_write": here.role in WRITERS,
    }
    return render(request, "contracts/agreements.html", context)


def asked_of(look: Look, looks: Iterable[Look]) -> Iterable[Asked]:
    """Say what a version asks of its reader; a draft that a later one follows asks nothing."""
    version, here = look.version, address_of(look.version)
    title = _("%(title)s, versie %(number)s") % {"title": version.title, "number": version.number}
    if look.is_asked_to_sign:
        text = _("U kunt tekenen, of eerst vragen wat u wilt weten.")
        yield Asked(title, text, here, _("Lezen en tekenen"))
    if look.unanswered and look.may_write:
        text = ngettext("Er is %(n)s vraag zonder antwoord.",
                        "Er zijn %(n)s vragen zonder antwoord.", look.unanswered)  # fmt: skip
        yield Asked(title, text % {"n": look.unanswered}, f"{here}#gesprek", _("Antwoorden"))
    if look.may_start:
        text = _("Iedereen heeft getekend. Zij kan van kracht worden.")
        address = reverse("start_agreement", args=[version.pk])
        yield Asked(title, text, address, _("Van kracht laten worden"))
    is_newest = not any(
        other.version.network_id == version.network_id and other.version.number > version.number
        for other in looks
    )
    if look.may_propose and is_newest:
        text = _("Dit concept is nog niet voorgesteld; alleen het bureau van de regio ziet het.")
        yield Asked(title, text, here, _("Lezen en voorstellen"))


def _old_way(request: WorkingRequest, looks: Iterable[Look]) -> list[OldWayShown]:
    """Return, of each version in force that divides as the old system paid, how much and how long.

    It divides what began in its period; months that closed just now may hold older products.
    """
    shown = []
    for look in looks:
        if look.standing != Standing.IN_FORCE:
            continue
        rules = agreement_of(look.version).products
        ends = tuple(
            (str(words.PRODUCTS[product]), day(rule.until))
            for product, rule in rules.items()
            if rule.method == "mono_pro_rata"
        )
        if ends:
            found = old_way_of(request.workplace, look.version.network_id)
            shown.append(OldWayShown(look.version, ends, found))
    return shown


@open_to_everybody_signed_in
@require_safe
def agreement_schema(request: WorkingRequest) -> HttpResponseBase:
    """Give the JSON Schema of an agreement, for who writes in an editor of their own."""
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": 'attachment; filename="verdeelafspraak.schema.json"'}
    return HttpResponse(
        text, content_type="application/schema+json; charset=utf-8", headers=headers
    )
