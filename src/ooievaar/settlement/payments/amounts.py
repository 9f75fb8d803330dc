"""What the books say of each organisation: the amounts that a run is made of."""

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Sum

from ooievaar.network.models import Network
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.queries import divided_products
from ooievaar.settlement.ledger.rules.payable import held_of_product
from ooievaar.settlement.payments.models import (
    AdvanceLine,
    AdvanceStep,
    LineStatus,
    Loan,
    PaymentPart,
    RunStep,
)
from ooievaar.settlement.payments.rules.netting import (
    ADVANCE,
    GUARANTEE,
    LENDER,
    PAYABLE,
    SUPPLIER,
    Net,
    Owed,
    net,
    released,
    remaining,
    repayment,
)

OURS = (PAYABLE, SUPPLIER, GUARANTEE, ADVANCE)
BACK = (LineStatus.State.RETURNED, LineStatus.State.FAILED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one organisation stands on a day, and what a run would pay it."""

    organisation_id: int
    owed: Owed
    held_cents: int
    held_why: tuple[tuple[str, int], ...]
    net: Net

    @property
    def due_cents(self) -> int:
        """What stands to its credit and may be paid; below zero it owes."""
        return sum(self.owed.due.values())

    @property
    def left_cents(self) -> int:
        """What it has ahead once this run offset its part; a new advance not counted."""
        return self.owed.advanced_cents + sum(
            part.cents
            for part in self.net.parts
            if part.kind == ADVANCE and part.advance_id is None
        )


@dataclass
class _Found:
    due: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: int = 0
    why: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    advanced: int = 0
    new: dict[int, int] = field(default_factory=dict)


def standings(
    network: Network, day: date, rule: str, payees: Container[int] | None = None
) -> dict[int, Standing]:
    """Return how every organisation stands at the end of a day, by id; ask after the ledger's post.

    To who is not among `payees` (None: everybody is) nothing is paid; all of it stays as it is.
    """
    found: dict[int, _Found] = defaultdict(_Found)
    stands = _all_stands(network, day)
    for kind, waiting in held_of(network, day).items():
        for organisation_id in stands[kind].keys() | waiting.keys():
            one, why = found[organisation_id], waiting.get(organisation_id, {})
            credit = -stands[kind].get(organisation_id, 0) - sum(why.values())
            cents, held = released(credit, why.items(), rule)
            one.due[kind] += cents
            one.held += held
            for reason, amount in why.items():
                one.why[reason] += amount
    for organisation_id, cents in stands[GUARANTEE].items():
        found[organisation_id].due[GUARANTEE] -= cents
    for organisation_id, cents in stands[ADVANCE].items():
        found[organisation_id].advanced = cents
    for line in unpaid_advances(network):
        found[line.organisation_id].new[line.pk] = line.cents
    made = {pk: _standing(pk, one, payees) for pk, one in found.items()}
    for lender, cents in loans_to_repay(network, day, made).items():
        found[lender].due[LENDER] += cents
        made[lender] = _standing(lender, found[lender], payees)
    return dict(sorted(made.items()))


def held_of(network: Network, day: date) -> dict[str, dict[int, dict[str, int]]]:
    """Return by account and organisation what is held, by why; every product is read once."""
    accounts = {"partner": PAYABLE, "supplier": SUPPLIER}
    sums: dict[str, dict[int, dict[str, int]]] = {kind: {} for kind in accounts.values()}
    for product in divided_products(network, day):
        for (leaf, organisation_id), cents in held_of_product(product).items():
            if leaf in accounts:
                why = sums[accounts[leaf]].setdefault(organisation_id, {})
                why[product.waits_for] = why.get(product.waits_for, 0) + cents
    return sums


def unpaid_advances(network: Network) -> list[AdvanceLine]:
    """Return approved advances that are not paid, and not on their way in a run."""
    approved = AdvanceStep.objects.filter(run=OuterRef("run_id"), state=AdvanceStep.State.APPROVED)
    lines = AdvanceLine.objects.filter(
        Exists(approved), ~Exists(_paying(OuterRef("pk"))), run__network=network, cents__gt=0
    )
    return list(lines.select_related("run").order_by("pk"))


def loans_to_repay(network: Network, day: date, made: Mapping[int, Standing]) -> dict[int, int]:
    """Return what goes back to each lender, given what a run offsets of the advances it paid."""
    lent = dict(
        Loan.objects.filter(network=network, received_on__lte=day)
        .order_by()
        .values_list("lender_id")
        .annotate(Sum("cents"))
    )
    if not lent:
        return {}
    stands = _stands(network, LENDER, day)
    used, outstanding = lender_use(network, {pk: one.left_cents for pk, one in made.items()})
    found = {
        lender: repayment(
            cents, cents + stands.get(lender, 0), used.get(lender, 0), outstanding.get(lender, 0)
        )
        for lender, cents in lent.items()
    }
    return {lender: cents for lender, cents in found.items() if cents}


def lender_use(
    network: Network, outstanding: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return by lender what went out as advances, and what partners did not earn of it yet.

    `outstanding`: what each organisation has ahead, of all its advances together.
    """
    paid = (
        AdvanceLine.objects.filter(
            Exists(_paying(OuterRef("pk"))), run__network=network, cents__gt=0
        )
        .order_by("pk")
        .values_list("organisation_id", "id", "cents", "run__lender_id")
    )
    by_organisation: dict[int, list[tuple[int, int]]] = defaultdict(list)
    lender_of: dict[int, int | None] = {}
    used: dict[int, int] = defaultdict(int)
    for organisation_id, pk, cents, lender in paid:
        by_organisation[organisation_id].append((pk, cents))
        lender_of[pk] = lender
        if lender is not None:
            used[lender] += cents
    unearned: dict[int, int] = defaultdict(int)
    for organisation_id, advances in by_organisation.items():
        for pk, cents in remaining(advances, outstanding.get(organisation_id, 0)).items():
            financier = lender_of[pk]
            if financier is not None:
                unearned[financier] += cents
    return dict(used), dict(unearned)


def advanced(network: Network, day: date) -> dict[int, int]:
    """Return what each organisation has ahead at the end of a day."""
    return _stands(network, ADVANCE, day)


def _paying(advance: OuterRef) -> QuerySet[PaymentPart]:
    """Return the parts that pay an advance in a run that goes out, or went, and did not return."""
    going = RunStep.objects.filter(run=OuterRef("line__run_id"), state=RunStep.State.SENDING)
    back = LineStatus.objects.filter(line=OuterRef("line_id"), state__in=BACK)
    return PaymentPart.objects.filter(Exists(going), ~Exists(back), advance=advance)


def _stands(network: Network, kind: str, day: date) -> dict[int, int]:
    """Return what stands on the accounts of a kind at the end of a day, by organisation."""
    return dict(
        Posting.objects.filter(
            account__network=network, account__kind=kind, transaction__day__lte=day
        )
        .order_by()
        .values_list("account__organisation_id")
        .annotate(Sum("cents"))
    )


def _all_stands(network: Network, day: date) -> dict[str, dict[int, int]]:
    """Return what stands on every account of an organisation, by kind."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    sums = (
        Posting.objects.filter(
            account__network=network, account__kind__in=OURS, transaction__day__lte=day
        )
        .order_by()
        .values_list("account__kind", "account__organisation_id")
        .annotate(Sum("cents"))
    )
    for kind, organisation_id, cents in sums:
        found[kind][organisation_id] = cents
    return found


def _standing(organisation_id: int, one: _Found, payees: Container[int] | None) -> Standing:
    owed = Owed(dict(one.due), one.advanced, dict(one.new))
    outcome = net(owed)
    if outcome.cents and payees is not None and organisation_id not in payees:
        outcome = Net(0, (), 0)
    return Standing(organisation_id, owed, one.held, tuple(sorted(one.why.items())), outcome)
