"""What a region testifies of itself: the end of the access log and of the books, and every closing.

Asked when a backup is made and again when it is restored; both answers must be the same.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import F, QuerySet, Sum

from ooievaar.network.models import Network
from ooievaar.record.access_log.anchors import verify_with_anchors
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.rules.proof import Proof


def testimony() -> dict[str, Any]:
    """Return the ends of access log and books and, per closing, what was divided of how much."""
    last = AccessEvent.objects.order_by("-number").values("number", "hash").first()
    products = dict(ClosedProduct.objects.order_by().values_list("closing").annotate(Sum("cents")))
    shares = dict(Share.objects.order_by().values_list("product__closing").annotate(Sum("cents")))
    closings = Closing.objects.order_by("id").values_list("id", "network_id", "month", "facts_hash")
    return {
        "access_log": last or {"number": 0, "hash": ""},
        "ledger": [[network.pk, *last_transaction(network)] for network in _networks()],
        "closings": [
            [network, month, facts, products.get(pk, 0), shares.get(pk, 0)]
            for pk, network, month, facts in closings
        ],
    }


def last_transaction(network: Network) -> tuple[int, str]:
    """Return number and hash of the last transaction in the books of a network."""
    last = Transaction.objects.filter(network=network).order_by("-number")
    return last.values_list("number", "hash").first() or (0, "")


def _networks() -> QuerySet[Network]:
    return Network.objects.order_by("pk")


def doubts(files: Path) -> Iterator[str]:
    """Yield what does not hold in the region that was rebuilt, with its files in `files`."""
    verdict = verify_with_anchors(folder=files / "anchors")
    if not verdict.holds:
        yield f"een toegangslog die niet klopt ({verdict.found[0]})"
    uneven = (
        ClosedProduct.objects.annotate(divided=Sum("shares__cents"))
        .exclude(divided=F("cents"))
        .exclude(divided=None, cents=0)
        .count()
    )
    if uneven:
        yield f"{uneven} producten waarvan niet elke cent verdeeld is"
    for closing in Closing.objects.order_by("id"):
        if not Proof.from_json(closing.summary["proof"]).holds:
            yield f"het bewijs van de afsluiting van {closing.month} niet sluit"
    for network in _networks():
        books = verify_chain(network)
        if not books.holds:
            yield f"een grootboek dat niet klopt ({books.found[0]})"
