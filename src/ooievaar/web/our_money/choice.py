"""Of which network our money is read."""

from collections.abc import Mapping, Sequence

from django.http import Http404

from ooievaar.network.models import Network


def network_of(months: Mapping[Network, Sequence[str]], wanted: str) -> Network | None:
    """Return the network of the address, else the first with a closed month, else None."""
    if not wanted:
        return next(iter(months), None)
    for network in months:
        if str(network.pk) == wanted:
            return network
    raise Http404
