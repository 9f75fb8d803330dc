"""That nothing remains: the books beside what claims and closings say of themselves."""

from collections import defaultdict

from django.db.models import Sum

from ooievaar.claims.queries import granted_and_paid
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.sources import (
    ACCOUNT_OF_SHARE,
    CLAIM_LINE,
    CLOSED_PRODUCT,
    DISPUTE,
    INSURER_PAYMENT,
)
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.rules.proof import Balance


def prove_books(network: Network) -> tuple[Balance, ...]:
    """Return the balances that must be exact once all that is due was posted.

    Granted and paid are counted there from answers and payments, divided from the closings; here
    they are what stands on the accounts.
    """
    return books_proof(network, sums_by_cause(network))


def books_proof(network: Network, sums: dict[tuple[str, str], int]) -> tuple[Balance, ...]:
    """Return what `prove_books` does, from sums that were read already; in four queries."""
    answered, settled = granted_and_paid(network)
    products = ClosedProduct.objects.filter(closing__network=network)
    shares: dict[str, int] = defaultdict(int)
    by_kind = Share.objects.filter(product__closing__network=network).order_by()
    for kind, cents in by_kind.values_list("kind").annotate(Sum("cents")):
        shares[ACCOUNT_OF_SHARE[kind]] += cents
    for kind, cause in sums:
        if cause == CLOSED_PRODUCT and kind != "undivided":
            # Booked as divided, and of no closing: that is a fault to show, not to pass over.
            shares[kind] += 0
    granted = -sums["undivided", CLAIM_LINE]
    disputed = sums["disputed", DISPUTE]
    divided = sums["undivided", CLOSED_PRODUCT]
    debit = sum(cents for cents in sums.values() if cents > 0)
    return (
        _balance("all_accounts", debit, -sum(cents for cents in sums.values() if cents < 0)),
        _balance("granted", answered, granted),
        _balance("paid", settled, -sums["insurer_receivable", INSURER_PAYMENT]),
        _balance("divided", products.aggregate(sum=Sum("cents"))["sum"] or 0, divided),
        *(
            _balance(f"shares {kind}", cents, -sums[kind, CLOSED_PRODUCT])
            for kind, cents in sorted(shares.items())
        ),
        _balance(
            "undivided",
            divided - granted - disputed,
            sum(cents for (kind, _), cents in sums.items() if kind == "undivided"),
        ),
    )


def sums_by_cause(network: Network) -> dict[tuple[str, str], int]:
    """Return what stands on the accounts of a kind because of causes of a kind."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    postings = Posting.objects.filter(transaction__network=network).order_by()
    for kind, cause, cents in postings.values_list(
        "account__kind", "transaction__cause_kind"
    ).annotate(Sum("cents")):
        sums[kind, cause] = cents
    return sums


def _balance(name: str, whole: int, part: int) -> Balance:
    return Balance(name, "cents", whole, (("booked", part),))
