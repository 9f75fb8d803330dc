"""Which network a page is about: the one in the address, else the first with something to show."""

from typing import cast

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ooievaar.bundles.models import Derivation
from ooievaar.network.doors import WorkingRequest
from ooievaar.network.models import Network
from ooievaar.network.permissions import networks_for
from ooievaar.network.roles import Role
from ooievaar.settlement.models import Closing

COMMAND_ROLES = frozenset({Role.CONTROLLER, Role.ADMINISTRATOR})
"""Roles that are told which command to run: they, or whoever sits beside them, have a prompt."""


def chosen_network(request: HttpRequest) -> tuple[Network | None, list[Network]]:
    """Return the network of `?netwerk=` and all that this workplace may choose from.

    An IGO comes before a VSV. None before anything was derived or closed; Http404 for a network
    that is not among them.
    """
    derived = Exists(Derivation.objects.filter(network=OuterRef("pk")))
    closed = Exists(Closing.objects.filter(network=OuterRef("pk")))
    known = networks_for(cast(WorkingRequest, request).workplace)
    networks = list(known.filter(derived | closed).order_by("kind", "id"))
    wanted = request.GET.get("netwerk", "")
    if not wanted:
        return (networks[0] if networks else None), networks
    for network in networks:
        if str(network.pk) == wanted:
            return network, networks
    raise Http404


def nothing_derived(
    request: HttpRequest, network: Network | None = None, status: int = 200
) -> HttpResponse:
    """Say what will stand here, and what to do before there is anything to show."""
    workplace = cast(WorkingRequest, request).workplace
    known = [network] if network else list(networks_for(workplace).order_by("kind", "id")[:9])
    context = {"network": network, "known": known, "may_command": may_command(request)}
    return render(request, "web/nothing_derived.html", context, status=status)


def may_command(request: HttpRequest) -> bool:
    """Tell whether this workplace is told which command to run."""
    return cast(WorkingRequest, request).workplace.role in COMMAND_ROLES
