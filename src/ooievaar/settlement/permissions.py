"""Who may see which of what was divided: one set for each, as in `record.permissions`."""

from django.db.models import QuerySet

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.models import ClosedProduct, Closing, Share


def closings_for(workplace: Workplace) -> QuerySet[Closing]:
    """Return the closed months that a workplace may see.

    A partner those in which it has a share: of the summary, which speaks of all, it sees nothing.
    """
    if workplace.sees_whole_network or workplace.role == Role.REPRESENTATIVE:
        return Closing.objects.filter(network_id=known(workplace.network_id))
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        # Not by "exists a share of this closing": that looks at every share again for each closing.
        own = Share.objects.filter(organisation_id=known(workplace.organisation_id))
        return Closing.objects.filter(pk__in=own.values("product__closing_id"))
    return Closing.objects.none()


def closed_products_for(workplace: Workplace) -> QuerySet[ClosedProduct]:
    """Return the closed products that a workplace may see.

    A purchaser those of its own insurer; a partner those in which it has a share, of which the
    total is not its own to see.
    """
    products = ClosedProduct.objects.all()
    if workplace.sees_whole_network:
        return products.filter(closing__network_id=known(workplace.network_id))
    if workplace.role == Role.PURCHASER:
        return products.filter(
            closing__network_id=known(workplace.network_id), insurer_id=known(workplace.insurer_id)
        )
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        return products.filter(pk__in=shares_for(workplace).values("product_id"))
    return products.none()


def shares_for(workplace: Workplace) -> QuerySet[Share]:
    """Return the shares that a workplace may see: all, its discipline's, or its own."""
    shares = Share.objects.all()
    if workplace.sees_whole_network:
        return shares.filter(product__closing__network_id=known(workplace.network_id))
    if workplace.role == Role.REPRESENTATIVE:
        of_network = shares.filter(product__closing__network_id=known(workplace.network_id))
        return of_network.filter(discipline=workplace.discipline)
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        return shares.filter(organisation_id=known(workplace.organisation_id))
    return shares.none()
