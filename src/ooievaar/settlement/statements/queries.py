"""What a partner reads of its money: how it stands, what it got, and of what.

Everything is of one organisation in one network, from the shares that the reader may see (`Own`).
Why a month differs from the one before is in `months`, what one line is made of in `lines`, what
the old system would have paid in `comparing`; what the words mean in `words`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ooievaar.bundles.models import Derivation, Product
from ooievaar.network.models import Membership, Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.permissions import known
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.sources import kinds_of_cause
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.models import LineStatus, PaymentLine, RunStep
from ooievaar.settlement.permissions import shares_for
from ooievaar.settlement.queries import OwnIncome, own_income
from ooievaar.settlement.statements.held import GIVES, held_on
from ooievaar.settlement.statements.models import Statement

MEAN_OF_MONTHS = 12
"""Closed months of which the mean tells what is still expected."""
OWED = ("partner_payable", "supplier_payable")
FEW = 500
"""So many ids stand in a query; of more the whole set is read."""
PSEUDONYM_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Own:
    """Whose money is read: one organisation in one network, and the shares its reader may see."""

    network: Network
    organisation: Organisation
    shares: QuerySet[Share]
    sees_whole: bool = False

    def gained(self) -> QuerySet[Share]:
        """Return the shares that the organisation gets in this network."""
        return self.shares.filter(
            kind__in=GIVES,
            organisation=self.organisation,
            product__closing__network=self.network,
        )


def own_money(workplace: Workplace, network: Network, organisation: Organisation) -> Own | None:
    """Return what a workplace may read of an organisation's money; None when it may not.

    A practice's administrator its own; a representative its discipline's members; the offices of a
    network all of its partners'.
    """
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        may = workplace.organisation_id == organisation.pk
    elif workplace.role == Role.REPRESENTATIVE:
        may = workplace.network_id == network.pk and workplace.discipline == organisation.discipline
    else:
        may = workplace.sees_whole_network and workplace.network_id == network.pk
    if not may or not _takes_part(network, organisation):
        return None
    return Own(network, organisation, shares_for(workplace), workplace.sees_whole_network)


def of_itself(network: Network, organisation: Organisation) -> Own:
    """Return the money of an organisation as it may read it itself, for what is made for it."""
    return Own(network, organisation, Share.objects.filter(organisation=organisation))


def _takes_part(network: Network, organisation: Organisation) -> bool:
    member = Membership.objects.filter(network=network, organisation=organisation)
    if member.exists():
        return True
    shares = Share.objects.filter(organisation=organisation, product__closing__network=network)
    return shares.exists()


def statements_for(workplace: Workplace) -> QuerySet[Statement]:
    """Return the statements that a workplace may see, the newest first."""
    statements = Statement.objects.select_related("network", "organisation").order_by(
        "-month", "number"
    )
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        return statements.filter(organisation_id=known(workplace.organisation_id))
    of_network = statements.filter(network_id=known(workplace.network_id))
    if workplace.sees_whole_network:
        return of_network
    if workplace.role == Role.REPRESENTATIVE:
        return of_network.filter(organisation__discipline=workplace.discipline)
    return statements.none()


# How it stands


@dataclass(frozen=True, slots=True)
class Expected:
    """What is still to come of products that no closing divided: by the mean part so far.

    `products` of which `running` have not ended. Cents are None where no closing tells a part.
    """

    products: int = 0
    running: int = 0
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """How an organisation stands at the end of a day, as the books say.

    `divided_cents` (less what it bears of a loss) is `approved_cents`, granted by insurers, and all
    that is held but what was granted and not paid. What may be paid and what is held are together
    what stands to its credit. `advance_cents` was paid ahead and is not earned.
    """

    day: date
    expected: Expected
    divided_cents: int
    approved_cents: int
    paid_cents: int
    payable_cents: int
    held_cents: int
    held: tuple[tuple[str, int], ...]
    advance_cents: int
    guarantee_cents: int
    lent_cents: int
    last_payment: PaymentLine | None

    @property
    def debt_cents(self) -> int:
        """What it owes and goes along to the next run; zero when it owes nothing."""
        return max(-self.payable_cents, 0)


def position_of(own: Own, day: date) -> Position:
    """Return how an organisation stands at the end of a day; six queries."""
    held = held_on(own.network, day).get(own.organisation.pk, {})
    stands, divided = _stands(own, day)
    lines = _sent_to(own)
    waiting = sum(cents for why, cents in held.items() if why != "awaiting_payment")
    credit = sum(stands.get(kind, 0) for kind in OWED)
    return Position(
        day=day,
        expected=expected_of(own),
        divided_cents=divided,
        approved_cents=divided - waiting,
        paid_cents=sum(line.cents for line in lines if not line.is_back),
        payable_cents=credit - sum(held.values()),
        held_cents=sum(held.values()),
        held=tuple(sorted(held.items())),
        advance_cents=-stands.get("partner_advance", 0),
        guarantee_cents=stands.get("partner_guarantee", 0),
        lent_cents=stands.get("lender", 0),
        last_payment=lines[-1] if lines else None,
    )


def _stands(own: Own, day: date) -> tuple[dict[str, int], int]:
    """Return what stands on each kind of its accounts, and what follows of closings for it."""
    divided = Q(transaction__cause_kind__in=kinds_of_cause(), account__kind__in=OWED)
    rows = list(
        Posting.objects.filter(
            account__network=own.network,
            account__organisation=own.organisation,
            transaction__day__lte=day,
        )
        .order_by()
        .values_list("account__kind")
        .annotate(sum=Sum("cents"), divided=Sum("cents", filter=divided, default=0))
    )
    return {kind: -cents for kind, cents, _ in rows}, -sum(cents for _, _, cents in rows)


def _sent_to(own: Own) -> list[Any]:
    """Return the lines of runs that went to the bank, oldest first, with whether it came back."""
    came_back = LineStatus.objects.filter(line=OuterRef("pk"), state__in=BACK)
    lines = PaymentLine.objects.filter(
        run__network=own.network,
        run__steps__state=RunStep.State.SENT,
        organisation=own.organisation,
    )
    return list(
        lines.annotate(is_back=Exists(came_back))
        .select_related("run", "account")
        .order_by("run_id")
    )


def expected_of(own: Own) -> Expected:
    """Estimate what is still to come: each derived product by the mean part of its kind so far.

    Provisional by nature: who gets which part, a closing decides. Two queries.
    """
    newest = Derivation.objects.filter(network=own.network).order_by("-id").values("pk")[:1]
    closed = ClosedProduct.objects.filter(closing__network=own.network, key=OuterRef("key"))
    waiting = list(
        Product.objects.filter(~Exists(closed), derivation_id__in=newest)
        .order_by()
        .values_list("product")
        .annotate(count=Count("id"), running=Count("id", filter=Q(is_open=True)), sum=Sum("cents"))
    )
    months = Closing.objects.filter(network=own.network).order_by("-month")
    # Of all, to know the mean part: what others got does not leave this function.
    ours = Q(organisation=own.organisation, kind__in=GIVES)
    parts = {
        product: (part, whole)
        for product, part, whole in Share.objects.filter(
            product__closing__in=months.values("pk")[:MEAN_OF_MONTHS]
        )
        .order_by()
        .values_list("product__product")
        .annotate(part=Sum("cents", filter=ours, default=0), whole=Sum("cents"))
        if whole
    }
    cents = sum(
        round(Fraction(amount * parts[product][0], parts[product][1]))
        for product, _, _, amount in waiting
        if product in parts
    )
    return Expected(
        products=sum(count for _, count, _, _ in waiting),
        running=sum(running for _, _, running, _ in waiting),
        cents=cents if parts else None,
    )


# What it got


@dataclass(frozen=True, slots=True)
class MonthIncome:
    """A closed month: new products and corrections, and the statement that told it, if there is."""

    month: str
    products: int
    new_cents: int
    corrections_cents: int
    statement: Statement | None

    @property
    def cents(self) -> int:
        """New and corrections together."""
        return self.new_cents + self.corrections_cents


@dataclass(frozen=True, slots=True)
class ProductIncome:
    """What a product gave in some months: new ones, and differences on earlier ones."""

    product: str
    phase: int
    count: int
    new_cents: int
    corrections: int
    corrections_cents: int

    @property
    def cents(self) -> int:
        """New and corrections together."""
        return self.new_cents + self.corrections_cents


@dataclass(frozen=True, slots=True)
class PregnancyIncome:
    """What one pregnancy gave in some months; `name` is hers, or a pseudonym for this partner."""

    pregnancy_id: int
    woman_id: int
    name: str
    is_pseudonym: bool
    products: int
    cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """One share on a statement: of which product, and whether it is a correction."""

    share_id: int
    month: str
    pregnancy_id: int
    woman_id: int
    name: str
    is_pseudonym: bool
    product: str
    phase: int
    key: str
    claimable_on: date
    is_correction: bool
    cents: int
    kind: str
    reason: str
    parameters: dict[str, object]


def years_of(own: Own) -> list[str]:
    """Return the years in which something was closed for the organisation, the newest first."""
    months = own.gained().order_by().values_list("product__closing__month", flat=True).distinct()
    return sorted({month[:4] for month in months}, reverse=True)


def income_by_month(own: Own, year: str) -> list[MonthIncome]:
    """Return the closed months of a year, the oldest first; one without income is a line too."""
    income = own_income_of(own, year)
    told = {
        one.month: one
        for one in Statement.objects.filter(
            network=own.network, organisation=own.organisation, month__startswith=f"{year}-"
        ).defer("figures")
    }
    months = Closing.objects.filter(network=own.network, month__startswith=f"{year}-")
    return [
        MonthIncome(
            month=month,
            products=sum(row.count for row in rows if not row.is_correction),
            new_cents=sum(row.cents for row in rows if not row.is_correction),
            corrections_cents=sum(row.cents for row in rows if row.is_correction),
            statement=told.get(month),
        )
        for month in months.order_by("month").values_list("month", flat=True)
        for rows in [[row for row in income if row.month == month]]
    ]


def own_income_of(own: Own, year: str) -> list[OwnIncome]:
    """Return a year of income by month, product and phase, as `settlement.queries` sums it."""
    return own_income(own.gained(), own.network, year)


def by_product(own: Own, months: Collection[str]) -> list[ProductIncome]:
    """Sum the income of some months by product, in the order of the phases."""
    new, corrected = Q(product__is_correction=False), Q(product__is_correction=True)
    rows = (
        own.gained()
        .filter(product__closing__month__in=months)
        .order_by("product__phase", "product__product")
        .values_list("product__product", "product__phase")
        .annotate(
            count=Count("product_id", filter=new, distinct=True),
            new=Sum("cents", filter=new, default=0),
            corrections=Count("product_id", filter=corrected, distinct=True),
            corrected=Sum("cents", filter=corrected, default=0),
        )
    )
    return [ProductIncome(*row) for row in rows]


def by_pregnancy(own: Own, months: Collection[str], at: datetime) -> list[PregnancyIncome]:
    """Sum the income of some months by pregnancy, the largest first."""
    rows = list(
        own.gained()
        .filter(product__closing__month__in=months)
        .order_by()
        .values_list(
            "product__pregnancy_id",
            "product__pregnancy__woman_id",
            "product__pregnancy__reference",
        )
        .annotate(count=Count("product_id", distinct=True), sum=Sum("cents"))
    )
    treated = treated_by(own.organisation, at, (row[0] for row in rows))
    found = [
        PregnancyIncome(pk, woman, *_named(own.organisation, pk, reference, treated), count, cents)
        for pk, woman, reference, count, cents in rows
    ]
    return sorted(found, key=lambda one: (-one.cents, one.name))


def shares_of(own: Own, months: Collection[str]) -> QuerySet[Share]:
    """Return the shares behind the lines of some months, for a table that pages."""
    return (
        own.gained()
        .filter(product__closing__month__in=months)
        .select_related("product__closing", "product__pregnancy")
        .order_by("product__closing__month", "product__is_correction", "product__key", "id")
    )


def lines_of(own: Own, months: Collection[str], at: datetime) -> list[Line]:
    """Return every line of some months; one statement's are those of its month."""
    return as_lines(own, shares_of(own, months), at)


def as_lines(own: Own, shares: Iterable[Share], at: datetime) -> list[Line]:
    """Return shares as lines, each with the name its pregnancy has for this organisation."""
    shares = list(shares)
    treated = treated_by(own.organisation, at, (one.product.pregnancy_id for one in shares))
    lines = []
    for share in shares:
        product = share.product
        name, is_pseudonym = _named(
            own.organisation, product.pregnancy_id, product.pregnancy.reference, treated
        )
        lines.append(
            Line(
                share_id=share.pk,
                month=product.closing.month,
                pregnancy_id=product.pregnancy_id,
                woman_id=product.pregnancy.woman_id,
                name=name,
                is_pseudonym=is_pseudonym,
                product=product.product,
                phase=product.phase,
                key=product.key,
                claimable_on=product.claimable_on,
                is_correction=product.is_correction,
                cents=share.cents,
                kind=share.kind,
                reason=share.reason,
                parameters=share.parameters,
            )
        )
    return lines


# Who it is about


def treated_by(organisation: Organisation, at: datetime, ids: Iterable[int]) -> set[int]:
    """Return in which of these pregnancies an organisation gave care: whom its office may know.

    As `record.permissions` says of a practice's administrator.
    """
    asked = set(ids)
    care = TreatmentRelation.objects.filter(
        basis=TreatmentRelation.Basis.CARE,
        organisation=organisation,
        valid_from__lte=timezone.localdate(at),
    )
    if len(asked) <= FEW:
        care = care.filter(pregnancy_id__in=asked)
    return asked & set(care.values_list("pregnancy_id", flat=True)) if asked else set()


def pseudonym(organisation: Organisation, pregnancy_id: int) -> str:
    """Return the name of a pregnancy for a partner that had no part in its care: `P-7QX4-M2KD`.

    The same for good for one partner, another for another; without the key of this installation
    nobody can make or read it.
    """
    made = salted_hmac(
        "ooievaar.statements.pseudonym", f"{organisation.pk}:{pregnancy_id}", algorithm="sha256"
    ).digest()
    signs = "".join(PSEUDONYM_SIGNS[byte % 32] for byte in made[:8])
    return f"P-{signs[:4]}-{signs[4:]}"


def _named(
    organisation: Organisation, pregnancy_id: int, reference: str, treated: set[int]
) -> tuple[str, bool]:
    """Return what a pregnancy is called for an organisation, and whether that is a pseudonym."""
    if pregnancy_id in treated:
        return reference, False
    return pseudonym(organisation, pregnancy_id), True
