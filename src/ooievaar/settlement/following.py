"""What the money rooms do when something about a woman changed: derive her anew, and tell why.

Care is never held up by it: it runs after the record was stored, and what fails here is logged and
made good by the nightly derivation.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ooievaar.bundles.again import RouteChange, derive_again
from ooievaar.bundles.models import Derivation
from ooievaar.bundles.sentences import ROUTES
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy
from ooievaar.record.teamwork.commands import announce
from ooievaar.settlement.queries import made_products
from ooievaar.storage.logs import tell


def follow(woman_id: int, at: datetime) -> None:
    """Derive a woman anew once what changed is stored; what fails then is told to the keeper."""

    def after_the_commit() -> None:
        try:
            follow_now(woman_id, at)
        except Exception:
            tell("follow", logging.ERROR, crash=True, outcome="failed")

    transaction.on_commit(after_the_commit)


def follow_now(woman_id: int, at: datetime) -> list[RouteChange]:
    """Derive a woman anew in every network that was derived, and announce what changed."""
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    derived = Derivation.objects.order_by().values("network_id")
    found = []
    for network in Network.objects.filter(pk__in=derived):
        with transaction.atomic():
            changes = derive_again(
                network, woman_id, until=tomorrow, made_products=made_products(network, woman_id)
            )
            for change in changes:
                announce_route(change, at)
            found += changes
    return found


def announce_route(change: RouteChange, at: datetime) -> None:
    """Tell everybody who treats her that her care is funded in another way, and why."""
    pregnancy = Pregnancy.objects.get(pk=change.pregnancy_id)
    announce(pregnancy, f"Haar zorg wordt anders bekostigd. {ROUTES[change.reason]['nl']}", at=at)
