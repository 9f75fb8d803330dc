"""Which network a page is about: the one in the address, else the first with something to show."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ooievaar.bundles.models import Derivation
from ooievaar.network.models import Network
from ooievaar.settlement.models import Closing


def chosen_network(request: HttpRequest) -> tuple[Network | None, list[Network]]:
    """Return the network of `?netwerk=` and all there is to choose from, an IGO before a VSV.

    None before anything was derived or closed; Http404 for a network that is not among them.
    """
    derived = Exists(Derivation.objects.filter(network=OuterRef("pk")))
    closed = Exists(Closing.objects.filter(network=OuterRef("pk")))
    networks = list(Network.objects.filter(derived | closed).order_by("kind", "id"))
    wanted = request.GET.get("netwerk", "")
    if not wanted:
        return (networks[0] if networks else None), networks
    for network in networks:
        if str(network.pk) == wanted:
            return network, networks
    raise Http404


def nothing_derived(request: HttpRequest, network: Network | None = None) -> HttpResponse:
    """Say what to do before there is anything to show: make or read a region, or derive it."""
    known = [network] if network else list(Network.objects.order_by("kind", "id")[:9])
    context = {"network": network, "known": known}
    return render(request, "web/nothing_derived.html", context)
