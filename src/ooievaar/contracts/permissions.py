"""Who may see which contracts, as in `record.permissions`."""

from django.db.models import QuerySet

from ooievaar.contracts.models import Contract
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known


def contracts_for(workplace: Workplace) -> QuerySet[Contract]:
    """Return the contracts that a workplace may see: a purchaser only those of its insurer."""
    contracts = Contract.objects.filter(network_id=known(workplace.network_id))
    if workplace.sees_whole_network:
        return contracts
    if workplace.role == Role.PURCHASER:
        return contracts.filter(insurer_id=known(workplace.insurer_id))
    return contracts.none()
