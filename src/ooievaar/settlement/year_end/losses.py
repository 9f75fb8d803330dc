"""Who bears what an insurer refuses: the reserve, or those who had it divided, by their shares.

What is refused stands in `disputed` and is held from partners. When people decide that it will not
come, each decided line is due as long as it is in dispute, and no further: is it granted after all,
or does the product fall away, then the ledger takes the loss back by itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import ClaimLine
from ooievaar.kernel.money import split_largest_remainder
from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.queries import Borne
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.rules.due import Due
from ooievaar.settlement.ledger.sources import ACCOUNT_OF_SHARE, DISPUTE, claimed
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.year_end.models import LossLine, Proposal

LOSS = "loss"
Bearer = LossLine.Bearer
OF_ORGANISATION = ("partner_payable", "supplier_payable")

NOTHING = _("Hiervan staat niets in geschil.")
OTHER_LINES = _("Kies alleen regels van deze verzekeraar, tot en met deze maand.")
NO_INSURER = _("Kies een verzekeraar.")
NO_BEARER = _("Kies wie het draagt.")


@dataclass(frozen=True, slots=True)
class Disputed:
    """A claimed line of which part was divided and refused; `cents` nobody bears yet."""

    line: ClaimLine
    cents: int

    @property
    def month(self) -> str:
        """The month in which its care ended."""
        return f"{self.line.ends_on:%Y-%m}"


def disputed_lines(network: Network, insurer_id: int | None = None) -> list[Disputed]:
    """Return what stands in dispute in the books, as they were posted, and nobody bears yet."""
    postings = Posting.objects.filter(
        account__network=network, account__kind="disputed", transaction__cause_kind=DISPUTE
    )
    if insurer_id is not None:
        postings = postings.filter(account__insurer_id=insurer_id)
    sums = dict(postings.order_by().values_list("transaction__cause_id").annotate(sum=Sum("cents")))
    decided = _decided(LossLine.objects.filter(line__network=network))
    left = {pk: cents - decided.get(pk, 0) for pk, cents in sums.items()}
    lines = ClaimLine.objects.filter(pk__in=[pk for pk, cents in left.items() if cents > 0])
    return [
        Disputed(line, left[line.pk])
        for line in lines.select_related("insurer").order_by("ends_on", "pk")
    ]


def draft_loss(network: Network, data: Mapping[str, Any]) -> dict[str, Any] | Rejected:
    """Work out who loses what of chosen lines, or of all that an insurer refused until a month.

    `data`: insurer, bearer, and either lines (ids) or until (`2026-10`; empty: all of it).
    """
    insurer = Insurer.objects.filter(pk=data.get("insurer") or 0).first()
    if insurer is None:
        return Rejected(NO_INSURER, "insurer")
    bearer = str(data.get("bearer") or "")
    if bearer not in Bearer.values:
        return Rejected(NO_BEARER, "bearer")
    chosen, until = set(data.get("lines") or ()), str(data.get("until") or "")
    found = [
        one
        for one in disputed_lines(network, insurer.pk)
        if (not chosen or one.line.pk in chosen) and (not until or one.month <= until)
    ]
    if not found:
        return Rejected(NOTHING, "insurer")
    if chosen - {one.line.pk for one in found}:
        return Rejected(OTHER_LINES, "lines")
    products = _products(network, [one.line for one in found])
    shares = _shares(network, [one.line.key for one in found])
    lines: list[dict[str, Any]] = []
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for one in found:
        key = (one.line.key, one.line.insurer_id)
        parts: list[list[Any]] = (
            [["reserve", 0, one.cents]]
            if bearer == Bearer.RESERVE
            else _parts(one.cents, shares.get(key, {}))
        )
        for kind, who, cents in parts:
            sums[kind, who] += cents
        lines.append(
            {"line": one.line.pk, "product": products[key], "cents": one.cents, "parts": parts}
        )
    names: dict[int, str] = dict(
        Organisation.objects.filter(pk__in=[who for _, who in sums]).values_list("pk", "name")
    )
    return {
        "insurer": insurer.pk,
        "insurer_name": insurer.name,
        "bearer": bearer,
        "until": until,
        "cents": sum(one.cents for one in found),
        "lines": lines,
        "bears": [
            [kind, who, names.get(who, ""), cents] for (kind, who), cents in sorted(sums.items())
        ],
    }


def store_losses(proposal: Proposal) -> None:
    """Write what was decided, once it is approved; the ledger posts it by itself."""
    LossLine.objects.bulk_create(
        LossLine(
            proposal=proposal,
            line_id=row["line"],
            product_id=row["product"],
            bearer=proposal.figures["bearer"],
            cents=row["cents"],
            parts=row["parts"],
        )
        for row in proposal.figures["lines"]
    )


def losses_due(network: Network) -> Iterator[Due]:
    """Yield what each decided line takes from whom, as far as it is in dispute now."""
    losses = LossLine.objects.filter(proposal__network=network).select_related("proposal", "line")
    decided = list(losses.order_by("pk"))
    if not decided:
        return
    left = {
        one.cause[1]: max(one.amounts.values())
        for one in claimed(network)
        if one.cause[0] == DISPUTE
    }
    for loss in decided:
        cents = min(loss.cents, left.get(loss.line_id, 0))
        left[loss.line_id] = left.get(loss.line_id, 0) - cents
        if not cents:
            continue
        amounts: dict[AccountKey, int] = defaultdict(int)
        amounts[AccountKey("disputed", loss.line.insurer_id)] -= cents
        for (kind, who), part in _scaled(loss, cents).items():
            account = ACCOUNT_OF_SHARE[kind]
            amounts[AccountKey(account, who if account in OF_ORGANISATION else 0)] += part
        yield Due(
            (LOSS, loss.pk),
            timezone.localdate(loss.proposal.prepared_at),
            f"loss_on_{loss.bearer}",
            {account: part for account, part in amounts.items() if part},
            about=f"{loss.line.ends_on:%Y-%m}",
            text=loss.line.product,
        )


def borne_losses(network: Network, day: date) -> dict[tuple[str, int], Borne]:
    """Return of each product what its leaves lost, or the reserve paid for it, by a day."""
    sums = (
        Posting.objects.filter(
            account__network=network,
            account__kind="disputed",
            transaction__cause_kind=LOSS,
            transaction__day__lte=day,
        )
        .order_by()
        .values_list("transaction__cause_id")
        .annotate(Sum("cents"))
    )
    cents = {pk: -int(sum) for pk, sum in sums if sum}
    found: dict[tuple[str, int], Borne] = {}
    losses = LossLine.objects.filter(pk__in=cents).select_related("line")
    for loss in losses.order_by("pk") if cents else ():
        key = (loss.line.key, loss.line.insurer_id)
        before = found.get(key, Borne({}, 0))
        if loss.bearer == Bearer.RESERVE:
            found[key] = Borne(before.leaves, before.covered_cents + cents[loss.pk])
            continue
        leaves = dict(before.leaves)
        for leaf, part in _scaled(loss, cents[loss.pk]).items():
            leaves[leaf] = leaves.get(leaf, 0) + part
        found[key] = Borne(leaves, before.covered_cents)
    return found


def _scaled(loss: LossLine, cents: int) -> dict[tuple[str, int], int]:
    """Return the parts of a loss, less where less of it is in dispute now."""
    leaves = [(kind, who) for kind, who, _ in loss.parts]
    parts = split_largest_remainder(cents, [part for _, _, part in loss.parts])
    return {leaf: part for leaf, part in zip(leaves, parts, strict=True) if part}


def _parts(cents: int, shares: Mapping[tuple[str, int], int]) -> list[list[Any]]:
    """Split a loss over the leaves that got something; suppliers are owed their invoice anyway.

    Never more than a leaf got of it; what is beyond that the reserve bears.
    """
    gives = sorted(
        (leaf, part) for leaf, part in shares.items() if part > 0 and leaf[0] != "supplier"
    )
    borne = min(cents, sum(part for _, part in gives))
    parts = dict(
        zip(
            (leaf for leaf, _ in gives),
            split_largest_remainder(borne, [part for _, part in gives]),
            strict=True,
        )
    )
    if borne < cents:
        parts["reserve", 0] = parts.get(("reserve", 0), 0) + cents - borne
    return [[kind, who, part] for (kind, who), part in sorted(parts.items()) if part]


def _products(network: Network, lines: list[ClaimLine]) -> dict[tuple[str, int], int]:
    """Return the newest row of each product in the closings."""
    rows = ClosedProduct.objects.filter(
        closing__network=network, key__in={line.key for line in lines}
    )
    return {
        (key, insurer): pk
        for pk, key, insurer in rows.order_by("pk").values_list("pk", "key", "insurer_id")
    }


def _shares(network: Network, keys: list[str]) -> dict[tuple[str, int], dict[tuple[str, int], int]]:
    found: dict[tuple[str, int], dict[tuple[str, int], int]] = defaultdict(dict)
    rows = (
        Share.objects.filter(product__closing__network=network, product__key__in=set(keys))
        .order_by()
        .values_list("product__key", "product__insurer_id", "kind", "organisation_id")
        .annotate(Sum("cents"))
    )
    for key, insurer, kind, organisation, cents in rows:
        found[key, insurer][kind, organisation or 0] = int(cents)
    return found


def _decided(losses: QuerySet[LossLine]) -> dict[int, int]:
    return dict(losses.order_by().values_list("line_id").annotate(Sum("cents")))
