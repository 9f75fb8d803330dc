"""What caused a posting: how it is called, where it is shown, and whom it is about."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import ClaimLine, Payment
from ooievaar.claims.pages.words import product_name
from ooievaar.rulebook import load
from ooievaar.settlement.ledger.slots import CAUSE_PAGES
from ooievaar.settlement.ledger.words import CAUSES
from ooievaar.settlement.models import ClosedProduct
from ooievaar.settlement.payments.models import PaymentLine

NAMES: dict[str, Promise] = {
    "payment_run": _("betaalrun"),
    "payment_back": _("betaling die terugkwam"),
    "insurer_advance": _("voorschot van een verzekeraar"),
    "insurer_offset": _("verrekening van een voorschot"),
    "loan": _("lening"),
    "year_end": _("jaareinde"),
    "loss": _("besluit om een verlies te dragen"),
    "opening": _("beginsaldo"),
    "safety_net_paid": _("betaling van het vangnet"),
}
"""Causes of the parts beside the books, as far as they brought no words of their own."""


@dataclass(frozen=True, slots=True)
class CauseShown:
    """A cause in words, where it is shown (empty: nowhere), and of which woman it is."""

    name: str
    address: str
    women: tuple[int, ...] = ()


def cause_name(kind: str) -> str:
    """Return a kind of cause in words; one that nobody named as it is."""
    return str(CAUSES.get(kind) or NAMES.get(kind) or kind.replace("_", " "))


def cause_of(kind: str, pk: int) -> CauseShown:
    """Return the cause of a posting; at most one query."""
    if kind in CAUSE_PAGES:
        return CauseShown(cause_name(kind), CAUSE_PAGES[kind](pk))
    found = READERS[kind](pk) if kind in READERS else ("", ())
    return CauseShown(cause_name(kind), *found)


Read = tuple[str, tuple[int, ...]]


def _claim_line(pk: int) -> Read:
    women = ClaimLine.objects.filter(pk=pk).values_list("pregnancy__woman_id", flat=True)
    return reverse("claim_line", args=[pk]), tuple(women)


def _product(pk: int) -> Read:
    """A divided product is shown with the pregnancy it follows from."""
    rows = ClosedProduct.objects.filter(pk=pk).values_list("pregnancy_id", "pregnancy__woman_id")
    for pregnancy_id, woman_id in rows:
        return reverse("pregnancy", args=[pregnancy_id]), (woman_id,)
    return "", ()


def _insurer_payment(pk: int) -> Read:
    batch = Payment.objects.filter(pk=pk).values_list("batch_id", flat=True).first()
    return (reverse("claim_batch", args=[batch]) if batch else ""), ()


def _payment_back(pk: int) -> Read:
    run = PaymentLine.objects.filter(pk=pk).values_list("run_id", flat=True).first()
    return (address("payment_run", run) if run else ""), ()


def _page(name: str, with_id: bool = False) -> Callable[[int], Read]:
    return lambda pk: (address(name, *([pk] if with_id else [])), ())


READERS: dict[str, Callable[[int], Read]] = {
    "claim_line": _claim_line,
    "dispute": _claim_line,
    "closed_product": _product,
    "insurer_payment": _insurer_payment,
    "payment_run": _page("payment_run", with_id=True),
    "payment_back": _payment_back,
    "insurer_advance": _page("advances"),
    "insurer_offset": _page("advances"),
    "loan": _page("advances"),
    "year_end": _page("proposal", with_id=True),
    "opening": _page("proposal", with_id=True),
    "safety_net_paid": _page("proposal", with_id=True),
    "loss": _page("losses"),
}


def address(name: str, *args: object) -> str:
    """Return where a page is; empty where this installation has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def said(text: str) -> str:
    """Return what stands with a posting in words: a product by its name, a reference as it is."""
    return product_name(text) if text else ""


def codes_called(text: str) -> list[str]:
    """Return the codes of the products in whose name a text stands: pages show names."""
    codes = {row.product for row in load().products.products}
    return sorted(code for code in codes if text.casefold() in product_name(code).casefold())
