"""What others read of the claims: how they stand, one line's life, the books with each insurer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from ooievaar.claims.models import (
    BatchLine,
    BatchStep,
    LineEvent,
    LineStanding,
    LineState,
    Payment,
    PaymentLine,
    ReturnFile,
)
from ooievaar.claims.permissions import proposals_for, standings_for
from ooievaar.claims.rules.balance import Balance, InsurerBooks, balances
from ooievaar.claims.rules.deadlines import nearness
from ooievaar.claims.rules.states import GIVEN_UP
from ooievaar.network.models import Insurer, Network
from ooievaar.network.workplace import Workplace

SIGN = Case(When(line__is_credit=True, then=Value(-1)), default=Value(1))


@dataclass(frozen=True, slots=True)
class Stage:
    """Lines of one insurer in one state: how many, how much (credits negative), since when.

    What is not a line yet has the state `desired`, what will be credited `to_be_credited`.
    """

    state: str
    insurer_id: int
    insurer: str
    count: int
    cents: int
    oldest: datetime | None


def funnel(workplace: Workplace, at: datetime) -> list[Stage]:
    """Return how far everything is that a workplace may see, per insurer; in two queries."""
    standing = (
        standings_for(workplace, at)
        .order_by()
        .values_list("state", "insurer_id", "insurer__name")
        .annotate(lines=Count("pk"), total=Sum(SIGN * F("line__cents")), oldest=Min("since"))
    )
    stages = [Stage(*row) for row in standing]
    wanted = (
        proposals_for(workplace, at)
        .filter(action__in=("new", "credit"))
        .order_by()
        .values_list("action", "insurer_id", "insurer__name")
        .annotate(lines=Count("pk"), total=Sum("cents"), oldest=Min("computed_at"))
    )
    for action, insurer_id, name, count, cents, computed_at in wanted:
        state, sign = ("desired", 1) if action == "new" else ("to_be_credited", -1)
        stages.append(Stage(state, insurer_id, name, count, sign * cents, computed_at))
    return sorted(stages, key=lambda stage: (stage.insurer, stage.state))


@dataclass(frozen=True, slots=True)
class InsurerBalance:
    """The books with one insurer, and what they must add up to."""

    insurer: Insurer
    books: InsurerBooks
    balances: tuple[Balance, ...]

    @property
    def holds(self) -> bool:
        """Tell whether nothing remains."""
        return not any(balance.remainder for balance in self.balances)


def balance_of(network: Network) -> list[InsurerBalance]:
    """Return the books with every insurer that something was sent to; credits are negative."""
    totals: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sent_steps = BatchStep.objects.filter(state=BatchStep.State.SENT)
    sent = sent_steps.filter(batch__network=network).order_by()

    def add(name: str, rows: Iterable[tuple[int, int | None]]) -> None:
        for insurer, cents in rows:
            totals[insurer][name] += cents or 0

    add(
        "sent",
        sent.values_list("batch__insurer_id").annotate(
            total=Sum(F("batch__debit_cents") - F("batch__credit_cents"))
        ),
    )
    returns = ReturnFile.objects.filter(batch__network=network).order_by()
    add(
        "granted_in_returns",
        returns.values_list("batch__insurer_id").annotate(total=Sum("granted_cents")),
    )
    payments = Payment.objects.filter(network=network).order_by()
    add("paid_in_payments", payments.values_list("insurer_id").annotate(total=Sum("cents")))
    _add_answers(network, totals)
    _move_written_off(network, totals)
    add("open", _open(network))
    paid = PaymentLine.objects.filter(payment__network=network).order_by()
    add("paid", paid.values_list("line__insurer_id").annotate(total=Sum("cents")))
    add("due", _due(network))
    insurers = Insurer.objects.in_bulk(totals)
    told = []
    for pk, values in totals.items():
        names = InsurerBooks.__slots__
        books = InsurerBooks(**{name: values[name] for name in names})
        told.append(InsurerBalance(insurers[pk], books, balances(books)))
    return sorted(told, key=lambda one: one.insurer.name)


def granted_and_paid(network: Network) -> tuple[int, int]:
    """Return what the answers granted and what payments settled, line by line; credits negative.

    The same as in `balance_of`, over all insurers, in two queries.
    """
    answers = LineEvent.objects.filter(line__network=network, cause="return")
    granted = answers.exclude(state=LineState.REFUSED_BY_PORTAL).aggregate(
        sum=Sum(SIGN * Coalesce(F("granted_cents"), 0))
    )
    paid = PaymentLine.objects.filter(payment__network=network).aggregate(sum=Sum("cents"))
    return granted["sum"] or 0, paid["sum"] or 0


def _add_answers(network: Network, totals: dict[int, dict[str, int]]) -> None:
    """Add what the answers said of every line, each answer once."""
    answers = (
        LineEvent.objects.filter(line__network=network, cause="return")
        .order_by()
        .values_list("line__insurer_id", "state")
        .annotate(
            total=Sum(SIGN * F("line__cents")),
            granted=Sum(SIGN * Coalesce(F("granted_cents"), 0)),
        )
    )
    for insurer, state, cents, granted in answers:
        if state == LineState.REFUSED_BY_PORTAL:
            totals[insurer]["refused_by_portal"] += cents
        else:
            totals[insurer]["granted"] += granted
            totals[insurer]["refused_by_insurer"] += cents - granted


def _move_written_off(network: Network, totals: dict[int, dict[str, int]]) -> None:
    """Move what a person gave up of answered lines out of what was refused.

    The last answer says where it counted: the portal says nothing of an amount.
    """
    given_up = (
        LineStanding.objects.filter(network=network, state__in=GIVEN_UP, batch__isnull=False)
        .order_by()
        .values_list("insurer_id")
        .annotate(
            is_by_portal=ExpressionWrapper(Q(granted_cents__isnull=True), BooleanField()),
            total=Sum(SIGN * (F("line__cents") - Coalesce(F("granted_cents"), 0))),
        )
    )
    for insurer, is_by_portal, cents in given_up:
        totals[insurer]["refused_by_portal" if is_by_portal else "refused_by_insurer"] -= cents
        totals[insurer]["written_off"] += cents


def _open(network: Network) -> QuerySet[Any, Any]:
    """Return per insurer what was sent and not answered, line by line."""
    sent = BatchStep.objects.filter(state=BatchStep.State.SENT).values("batch_id")
    answered = ReturnFile.objects.values("batch_id")
    lines = BatchLine.objects.filter(batch__network=network, batch__in=sent)
    return (
        lines.exclude(batch__in=answered)
        .order_by()
        .values_list("line__insurer_id")
        .annotate(total=Sum(SIGN * F("line__cents")))
    )


def _due(network: Network) -> QuerySet[Any, Any]:
    """Return per insurer what was granted and is not paid, by how the lines stand."""
    lines = LineStanding.objects.filter(network=network, granted_cents__isnull=False)
    return (
        lines.order_by()
        .values_list("insurer_id")
        .annotate(total=Sum(SIGN * F("granted_cents") - F("paid_cents")))
    )


@dataclass(frozen=True, slots=True)
class Deadline:
    """A product that must still be claimed, and how near its last day is (0: past)."""

    key: str
    product: str
    insurer: str
    action: str
    cents: int
    deadline: date
    nearness: int | None


def deadlines(workplace: Workplace, at: datetime, today: date) -> list[Deadline]:
    """Return what is not accepted yet and has a deadline that is near or past, nearest first."""
    rows = (
        proposals_for(workplace, at)
        .filter(action__in=("new", "resend", "hold", "expired", "wait"))
        .select_related("insurer")
        .order_by("deadline", "pk")
    )
    told = []
    for row in rows:
        near = nearness(row.deadline, today)
        if near is None:
            break
        told.append(
            Deadline(
                row.key, row.product, row.insurer.name, row.action, row.cents, row.deadline, near
            )
        )
    return told
