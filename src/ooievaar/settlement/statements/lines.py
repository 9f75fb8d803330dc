"""One line of a partner's money, with all that explains it: the sum, the insurer, the bank.

Read from what was stored the day it was divided; nothing is divided again. What others got of the
same product is read to know which part was paid, and does not leave this module.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from ooievaar.bundles.permissions import dispositions_for, products_for
from ooievaar.claims.models import ClaimLine, LineState
from ooievaar.claims.rules.states import UNDER_WAY
from ooievaar.contracts.agreements.reading import stored_agreement
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.money import PPM
from ooievaar.kernel.period import month_of
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import CareActivity
from ooievaar.record.permissions import known, pregnancies_for
from ooievaar.settlement.ledger.queries import BORNE, Borne
from ooievaar.settlement.ledger.rules.payable import DividedProduct, Leaf, held_of_product
from ooievaar.settlement.models import Share
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.models import PaymentLine, PaymentRun, RunStep
from ooievaar.settlement.payments.queries import lines_for
from ooievaar.settlement.permissions import shares_for
from ooievaar.settlement.statements.questions import questions_for
from ooievaar.settlement.statements.rules.corrections import Seen, cause_of
from ooievaar.settlement.statements.rules.difference import Part

OWN_KINDS = (Share.Kind.PARTNER, Share.Kind.SUPPLIER)
TAKEN_FIRST = (Share.Kind.SUPPLIER, Share.Kind.OVERHEAD, Share.Kind.SURCHARGE)
AGREED_RESERVE = "agreed_reserve"
PARTS = ("overhead", "earmarked", AGREED_RESERVE)
"""Reasons of what is taken first as a part of the product."""
IN_PRODUCT = "in_product"
REFUSED = (LineState.REFUSED_BY_INSURER, LineState.WRITTEN_OFF)
PAYS = (PaymentLine.Outcome.PAID, PaymentLine.Outcome.SETTLED)
"""How a line of a run stands that moved what was due; of another everything waits for the next."""


@dataclass(frozen=True, slots=True)
class TakenFirst:
    """What went off a product before the disciplines: to whom, and by which part (None: none)."""

    kind: str
    reason: str
    cents: int
    ppm: int | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A line as it was claimed, and what the insurer did with it so far; a credit is negative."""

    line_id: int
    reference: str
    is_credit: bool
    state: str
    since: datetime
    cents: int
    granted_cents: int | None
    paid_cents: int
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What of a product went to the organisation with one run; negative: taken back with it."""

    run_number: str
    pay_on: date
    statement_number: str
    cents: int


@dataclass(frozen=True, slots=True)
class Under:
    """The agreement by which a line was divided; `text` is what it says, where it has a text."""

    title: str
    valid_from: date
    version_id: int | None
    text: Distribution | None


@dataclass(frozen=True, slots=True)
class Line:
    """A leaf of a product, as one closing divided it, and all closings before it together."""

    share: Share
    product_no: int | None
    is_treated: bool
    question_id: int | None
    agreement: Under | None
    before_cents: int | None
    changed: Part | None
    all_cents: int
    taken_first: tuple[TakenFirst, ...]
    claimed: tuple[Claimed, ...]
    held_cents: int
    borne_cents: int
    covered_cents: int
    paid_out: tuple[PaidOut, ...]

    @property
    def now_cents(self) -> int:
        """What the leaf is since this closing, all closings until then together."""
        return int(self.share.parameters.get("total_cents", self.share.cents))

    @property
    def is_gone(self) -> bool:
        """Tell whether the leaf does not belong to the division any more."""
        return self.share.parameters.get("parent_cents") is None

    @property
    def rest_cents(self) -> int:
        """What the disciplines divided: the product, less what was taken first."""
        return self.share.product.total_cents - sum(row.cents for row in self.taken_first)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf of the product as it was stored, whoever it is of."""

    month: str
    closed_at: datetime
    leaf: Leaf
    key: tuple[str, str, int, str]
    cents: int
    parameters: Mapping[str, Any]
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Paid:
    """What an insurer paid on the product, on which day, and when that was known."""

    paid_on: date
    stored_at: datetime
    cents: int


def line_for(workplace: Workplace, share_id: int, at: datetime) -> Line | None:
    """Return a line that a workplace may see with what explains it; None when it may not.

    Four queries; five where the insurer refused some of it.
    """
    share = _own(workplace, share_id, at)
    if share is None:
        return None
    rows = _leaves(share)
    leaves = [leaf for leaf in rows if leaf.seen.insurer_id == share.product.insurer_id]
    claimed, paid = _claimed(share)
    own = (share.kind, share.discipline, share.organisation_id or 0, share.reason)
    until_now = [leaf for leaf in leaves if leaf.month <= share.product.closing.month]
    before = [leaf for leaf in until_now if leaf.month < share.product.closing.month]
    borne = _borne(share, at) if _is_refused(claimed) else NOT_BORNE
    standing = _standing(share, leaves, paid, borne)
    return Line(
        share=share,
        product_no=share.product_no,  # type: ignore[attr-defined]
        is_treated=share.treated_id is not None,  # type: ignore[attr-defined]
        question_id=share.question_id,  # type: ignore[attr-defined]
        agreement=_under(share.agreement),  # type: ignore[attr-defined]
        before_cents=sum(leaf.cents for leaf in before if leaf.key == own) if before else None,
        changed=_changed(share, rows, own) if share.product.is_correction else None,
        all_cents=_got(share, leaves),
        taken_first=tuple(_taken_first(until_now)),
        claimed=claimed,
        held_cents=held_of_product(standing).get(_own_leaf(share), 0),
        borne_cents=borne.leaves.get(_own_leaf(share), 0),
        covered_cents=borne.covered_cents,
        paid_out=tuple(_paid_out(workplace, share, leaves, paid)),
    )


def _own(workplace: Workplace, share_id: int, at: datetime) -> Share | None:
    """Return the leaf with how much of the care may be told, and the newest question about it."""
    of_network = {"derivation__network_id": OuterRef("product__closing__network_id")}
    explained = products_for(workplace, at).filter(
        pregnancy_id=OuterRef("product__pregnancy_id"), key=OuterRef("product__key"), **of_network
    )
    treated = pregnancies_for(workplace, at).filter(pk=OuterRef("product__pregnancy_id"))
    asked = questions_for(workplace).filter(share_id=OuterRef("pk")).order_by("-pk")
    return (
        shares_for(workplace)
        .filter(pk=share_id, kind__in=OWN_KINDS)
        .select_related(
            *("organisation", "product__closing__network"),
            *("product__pregnancy", "product__insurer"),
        )
        .defer("product__closing__summary")
        .annotate(
            product_no=Subquery(explained.values("product_no")[:1]),
            treated_id=Subquery(treated.values("pk")[:1]),
            question_id=Subquery(asked.values("pk")[:1]),
            agreement_pk=Cast(KeyTextTransform("agreement_id", "parameters"), BigIntegerField()),
            agreement=Subquery(_agreements(OuterRef("agreement_pk")), output_field=JSONField()),
        )
        .first()
    )


def _agreements(pk: OuterRef) -> QuerySet[Agreement, Any]:
    told = JSONObject(
        title="title",
        valid_from="valid_from",
        version_id="version_id",
        sha256="version__sha256",
        content="version__content",
    )
    return Agreement.objects.filter(pk=pk).order_by().values_list(told)[:1]


def _under(told: Mapping[str, Any] | None) -> Under | None:
    """Return the agreement that came along with a leaf."""
    if not told:
        return None
    sha256, content = told["sha256"], told["content"]
    text = stored_agreement(sha256, content) if content else None
    day = date.fromisoformat(told["valid_from"])
    return Under(told["title"], day, told["version_id"], text)


def _leaves(share: Share) -> list[_Leaf]:
    """Return every leaf of the product over all closings, whatever its insurer, oldest first."""
    rows = (
        Share.objects.filter(
            product__key=share.product.key,
            product__closing__network_id=share.product.closing.network_id,
        )
        .order_by("product__closing__month", "pk")
        .values_list(
            *("product__closing__month", "product__closing__created_at"),
            *("kind", "discipline", "organisation_id", "reason", "cents", "parameters"),
            *("product__product", "product__insurer_id", "product__total_cents"),
            "product__explanation",
        )
    )
    return [_leaf(*row) for row in rows]


def _leaf(
    month: str,
    closed_at: datetime,
    kind: str,
    discipline: str,
    organisation_id: int | None,
    reason: str,
    cents: int,
    parameters: Mapping[str, Any],
    *product: Any,
) -> _Leaf:
    whose = organisation_id or 0
    key = (kind, discipline, whose, reason)
    return _Leaf(month, closed_at, (kind, whose), key, cents, parameters, Seen(*product))


def _changed(share: Share, rows: Iterable[_Leaf], own: tuple[str, str, int, str]) -> Part:
    """Name what changed of the product since the closing before, as a statement of a month does."""
    product, month = share.product, share.product.closing.month
    before = [
        leaf for leaf in rows if leaf.month < month and leaf.seen.insurer_id == product.insurer_id
    ]
    had = [leaf.parameters for leaf in before if leaf.key == own]
    insurers = {leaf.seen.insurer_id for leaf in rows if leaf.month == month}
    was = before[-1].seen if before else None
    now = Seen(product.product, product.insurer_id, product.total_cents, product.explanation)
    cause = cause_of(
        was,
        now,
        moved=len(insurers) > 1,
        had=had[-1] if had else None,
        has=share.parameters,
        reason=share.reason,
    )
    other = was.product if was and was.product != now.product else ""
    return Part(f"corrected_{cause}", share.cents, now.product, other, 1)


def _taken_first(leaves: Iterable[_Leaf]) -> Iterable[TakenFirst]:
    """Sum what went off the product, in the order in which it went; the newest part counts."""
    order: list[str] = [*TAKEN_FIRST, Share.Kind.RESERVE]
    sums: dict[tuple[str, str], list[_Leaf]] = defaultdict(list)
    for leaf in leaves:
        kind, _discipline, _organisation, reason = leaf.key
        if kind in TAKEN_FIRST or reason == AGREED_RESERVE:
            sums[kind, reason].append(leaf)
    for (kind, reason), found in sorted(sums.items(), key=lambda row: order.index(row[0][0])):
        cents = sum(leaf.cents for leaf in found)
        if cents:
            yield TakenFirst(kind, reason, cents, _part(found[-1].parameters, reason))


def _part(parameters: Mapping[str, Any], reason: str) -> int | None:
    """Return the parts per million of a leaf; None where it is no part of the product."""
    weight, whole = parameters.get("weight"), parameters.get("weight_total")
    return weight if whole == PPM and reason in PARTS and weight else None


def _claimed(share: Share) -> tuple[tuple[Claimed, ...], list[_Paid]]:
    """Return what was claimed of the product with what the insurer did, and when it paid."""
    rows = (
        ClaimLine.objects.filter(
            key=share.product.key,
            insurer_id=share.product.insurer_id,
            network_id=share.product.closing.network_id,
        )
        .order_by("pk", "payment_lines__payment__paid_on", "payment_lines__pk")
        .values_list(
            *("pk", "reference", "is_credit", "cents", "standing__state", "standing__since"),
            *("standing__granted_cents", "payment_lines__cents"),
            *("payment_lines__payment__paid_on", "payment_lines__payment__stored_at"),
        )
    )
    found: dict[int, Claimed] = {}
    paid: list[_Paid] = []
    for pk, reference, is_credit, cents, state, since, granted, part, paid_on, stored_at in rows:
        sign = -1 if is_credit else 1
        so_far = found[pk].paid_cents if pk in found else 0
        found[pk] = Claimed(
            line_id=pk,
            reference=reference,
            is_credit=is_credit,
            state=state or LineState.PREPARED,
            since=since,
            cents=sign * cents,
            granted_cents=None if granted is None else sign * granted,
            paid_cents=so_far + (part or 0),
            paid_on=paid_on,
        )
        if part:
            paid.append(_Paid(paid_on, stored_at, part))
    return tuple(found.values()), paid


def _is_refused(claimed: Sequence[Claimed]) -> bool:
    """Tell whether an insurer refused some of what was claimed: then people may bear it."""
    return any(
        not one.is_credit
        and (one.state in REFUSED or (one.granted_cents or 0) < one.cents)
        and one.state not in UNDER_WAY
        for one in claimed
    )


def _borne(share: Share, at: datetime) -> Borne:
    """Return what people decided to bear of what was refused of the product."""
    leaves: dict[Leaf, int] = defaultdict(int)
    covered = 0
    product = share.product.key, share.product.insurer_id
    for read in BORNE:
        found = read(share.product.closing.network, timezone.localdate(at)).get(product)
        if found is not None:
            covered += found.covered_cents
            for leaf, cents in found.leaves.items():
                leaves[leaf] += cents
    return Borne(leaves, covered)


NOT_BORNE = Borne({}, 0)


def _standing(
    share: Share, leaves: Sequence[_Leaf], paid: Iterable[_Paid], borne: Borne = NOT_BORNE
) -> DividedProduct:
    """Return the product as the rule that holds back reads it."""
    sums: dict[Leaf, int] = defaultdict(int)
    for leaf in leaves:
        sums[leaf.leaf] += leaf.cents
    for own, lost in borne.leaves.items():
        sums[own] -= lost
    cents = sum(row.cents for row in paid) + borne.covered_cents
    return DividedProduct(share.product.key, share.product.insurer_id, dict(sums), cents, "")


def _own_leaf(share: Share) -> Leaf:
    return share.kind, share.organisation_id or 0


def _got(share: Share, leaves: Iterable[_Leaf]) -> int:
    """Sum what the organisation got of the product, all its leaves and closings together."""
    return sum(leaf.cents for leaf in leaves if leaf.leaf == _own_leaf(share))


def _paid_out(
    workplace: Workplace, share: Share, leaves: Sequence[_Leaf], paid: Sequence[_Paid]
) -> Iterable[PaidOut]:
    """Say with which runs the product went to the organisation: what was free then, less before.

    As `ledger.queries.payable_of` saw it on the day of the run, from what was known then; a run
    by another rule than what insurers paid, took all of it.
    """
    before = 0
    for line in _runs(workplace, share):
        run = line.run
        month = month_of(date.fromordinal(run.day.toordinal() + 1))
        known_then = [
            leaf for leaf in leaves if leaf.month < month and leaf.closed_at <= run.prepared_at
        ]
        paid_then = [
            row for row in paid if row.paid_on <= run.day and row.stored_at <= run.prepared_at
        ]
        standing = _standing(share, known_then, paid_then)
        free = _got(share, known_then)
        if run.rule == PaymentRun.Rule.PAID:
            free -= held_of_product(standing).get(_own_leaf(share), 0)
        if free != before:
            yield PaidOut(run.number, run.pay_on, line.statement_number, free - before)
        before = free


def _runs(workplace: Workplace, share: Share) -> QuerySet[PaymentLine]:
    """Return the lines of runs that moved what was due to the organisation, oldest first."""
    return (
        lines_for(workplace)
        .filter(
            run__network_id=share.product.closing.network_id,
            organisation_id=known(share.organisation_id),
            run__steps__state=RunStep.State.SENT,
            outcome__in=PAYS,
        )
        .exclude(statuses__state__in=BACK)
        .order_by("run_id")
    )


def own_activities(workplace: Workplace, line: Line, at: datetime) -> list[CareActivity]:
    """Return what the organisation did that ended in the product, oldest first; in one query.

    Nothing where the product is not there any more, or may not be seen.
    """
    if line.product_no is None:
        return []
    product = line.share.product
    seen = dispositions_for(workplace, at, product.pregnancy_id).filter(
        product_no=line.product_no,
        disposition=IN_PRODUCT,
        derivation__network_id=product.closing.network_id,
        activity__organisation_id=known(line.share.organisation_id),
    )
    rows = seen.select_related("activity__organisation").order_by(
        "activity__performed_on", "activity_id"
    )
    return [row.activity for row in rows]
