"""Advances: who gets one and why not, who lends it, and how it is earned and paid back."""

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from ooievaar.claims.tests.region import MONTH
from ooievaar.contracts.agreements.commands import store_version
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import (
    Advances,
    Distribution,
    MemberRule,
    Party,
    ProductRule,
)
from ooievaar.kernel.money import PPM
from ooievaar.network.models import Membership
from ooievaar.record.models import CareActivity
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import balances
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.payments import advancing
from ooievaar.settlement.payments.advancing import (
    approve_advances,
    divide_insurer_advance,
    propose_advances,
    record_loan,
    refuse_advances,
    withdraw_advances,
)
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.insurer_advances import (
    left_of,
    offset_granted,
    record_insurer_advance,
)
from ooievaar.settlement.payments.models import (
    AdvanceRun,
    AdvanceStep,
    InsurerAdvance,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.payments.proposing import NO_REASON, propose_run
from ooievaar.settlement.payments.tests.world import SINCE, World

pytestmark = pytest.mark.django_db
NEXT_MONTH = "2026-03"


class Lent(Books):
    """Books in which a month was divided, the claims of it are with the insurer, and a bank."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.product(self.woman(), 60_000)
        self.close(MONTH)
        [self.batch] = self.sent()
        self.posted()
        self.world = World(self.folder / "bank", 0, self.network)
        for partner in self.partners:
            Membership.objects.create(
                network=self.network, organisation=partner, kind="voting", valid_from=SINCE
            )
            self.world.account(partner)
        self.hospital = self.world.partner("Ziekenhuis", "hospital")

    def terms(self, pays_when: str = "", **terms: object) -> None:
        """Let an agreement hold that says this of advances."""
        parties = [Party(one.agb, one.name, one.discipline) for one in self.partners]
        parties.append(Party(self.hospital.agb, self.hospital.name, "hospital"))
        distribution = Distribution(
            title="Afspraak",
            network=self.network.name,
            valid_from=date(2026, 1, 1),
            parties=tuple(parties),
            products={"*": ProductRule("fixed_share", {"midwives": PPM})},
            disciplines={"midwives": MemberRule("by_clients")},
            advances=Advances(**({"share_ppm": 800_000} | terms)),
            pays_when=pays_when,
        )
        version = store_version(self.network, write(distribution), 1, person=None, at=self.now)
        Agreement.objects.create(
            network=self.network, title="Afspraak", valid_from=date(2026, 1, 1), overhead_ppm=0,
            version=version,
        )  # fmt: skip

    def advances(self, month: str = NEXT_MONTH, **more: object) -> AdvanceRun:
        made = propose_advances(self.controller, self.network, month, self.now, **more)
        assert isinstance(made, AdvanceRun), made.reason
        return made

    def approved_advances(self) -> AdvanceRun:
        run = self.advances()
        assert approve_advances(self.approver, run, self.now)
        return run

    def run(self) -> dict[str, int]:
        """Pay, read the statement, and return who got what."""
        self.world.now, self.world.today = self.now, self.today
        run = self.world.sent()
        self.world.told()
        self.next_day()
        names = dict(run.lines.filter(cents__gt=0).values_list("organisation__name", "cents"))
        return {str(name): cents for name, cents in names.items()}

    def at_the_bank(self) -> list[int]:
        """Return every movement that the books know of at the bank."""
        moved = Posting.objects.filter(account__network=self.network, account__kind="bank")
        return list(moved.order_by("transaction__number").values_list("cents", flat=True))

    def stand(self, kind: str) -> int:
        return sum(one.cents for one in balances(self.network) if one.account.kind == kind)


@pytest.fixture
def lent(tmp_path: Path) -> Lent:
    return Lent(tmp_path)


def test_a_month_of_advances_follows_from_the_agreement_and_the_closed_months(
    lent: Lent,
) -> None:
    lent.terms()
    run = lent.advances()
    names = [(line.organisation.name, line.expected_cents, line.cents) for line in run.lines.all()]
    assert names == [
        ("Praktijk 0", 28_050, 22_440),
        ("Praktijk 1", 7_650, 6_120),
        ("Praktijk 2", 15_300, 12_240),
    ]
    assert run.cents == 40_800 and run.lender is None


def test_without_terms_or_a_closed_month_there_are_no_advances(lent: Lent) -> None:
    def refused(month: str, **more: object) -> object:
        made = propose_advances(lent.controller, lent.network, month, lent.now, **more)
        return getattr(made, "reason", made)

    assert refused(NEXT_MONTH) == advancing.NO_TERMS
    lent.terms()
    assert refused("2026-13") == advancing.NO_MONTH
    assert refused("2025-12") == advancing.NO_TERMS
    assert refused(MONTH) == advancing.NO_HISTORY
    assert refused(NEXT_MONTH, share_ppm=800_001) == advancing.TOO_LARGE
    first = lent.advances(share_ppm=100_000)
    assert refused(NEXT_MONTH) == advancing.TWICE
    assert withdraw_advances(lent.controller, first, lent.now)
    assert isinstance(lent.advances(), AdvanceRun)


def test_who_leaves_and_who_gave_no_care_for_months_gets_none(lent: Lent) -> None:
    lent.terms(stop_after_months_without_care=3)
    first, second, third = lent.partners
    woman = lent.woman()
    for partner, day in (
        (first, date(2026, 2, 3)), (second, date(2025, 12, 31)), (third, date(2025, 11, 30)),
    ):  # fmt: skip
        CareActivity.objects.create(
            woman=woman.woman, pregnancy=woman, organisation=partner, code="V-CON",
            performed_on=day, source="record", source_reference=f"{day}", recorded_on=day,
        )  # fmt: skip
    Membership.objects.filter(organisation=first).update(valid_until=date(2026, 6, 1))
    stopped = dict(lent.advances().lines.values_list("organisation__name", "stopped"))
    assert stopped == {"Praktijk 0": "leaving", "Praktijk 1": "", "Praktijk 2": "no_care"}


def test_another_approves_advances_and_the_database_sees_to_it(lent: Lent) -> None:
    lent.terms()
    run = lent.advances()
    assert not approve_advances(lent.controller, run, lent.now)
    for person in (lent.controller.person_id, None):
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            AdvanceStep.objects.create(run=run, state="approved", person_id=person, at=lent.now)
    assert refuse_advances(lent.approver, run, "te hoog", lent.now)
    assert not approve_advances(lent.approver, run, lent.now)
    with pytest.raises(DatabaseError, match="niets meer bij"), transaction.atomic():
        run.lines.create(organisation=lent.hospital, expected_cents=0, cents=1)


def test_a_limit_counts_what_is_out_and_what_waits(lent: Lent) -> None:
    lent.terms(limit_cents=50_000)
    lent.approved_advances()
    refused = propose_advances(lent.controller, lent.network, "2026-04", lent.now)
    assert not refused and "€ 316,00" in str(refused.reason) and "€ 500,00" in str(refused.reason)
    assert lent.run() == {"Praktijk 0": 22_440, "Praktijk 1": 6_120, "Praktijk 2": 12_240}
    assert not propose_advances(lent.controller, lent.network, "2026-04", lent.now)
    assert lent.advances("2026-04", share_ppm=150_000).cents == 7_649


def test_the_hospital_lends_and_is_repaid_as_claims_are_paid(lent: Lent) -> None:
    lent.terms(lender=lent.hospital.agb)
    lent.world.bank.tell(50_000)
    assert record_loan(
        lent.controller, lent.network, lent.hospital,
        cents=50_000, received_on=lent.today, reference="lening 1", now=lent.now,
    )  # fmt: skip
    assert lent.approved_advances().lender == lent.hospital
    assert sum(lent.run().values()) == 40_800
    assert (lent.stand("partner_advance"), lent.stand("lender")) == (40_800, -50_000)
    nothing = propose_run(lent.controller, lent.network, pay_on=date(2026, 3, 5), now=lent.now)
    assert not nothing, "what was lent and not used yet stays"

    lent.answered(lent.batch)
    lent.world.bank.tell(60_000)
    lent.paid(lent.batch)
    paid = lent.run()
    assert paid == {
        "Praktijk 0": 28_050 - 22_440,
        "Praktijk 1": 7_650 - 6_120,
        "Praktijk 2": 15_300 - 12_240,
        "Ziekenhuis": 40_800,
    }
    assert (lent.stand("partner_advance"), lent.stand("lender")) == (0, -9_200)
    assert lent.stand("partner_payable") == 0
    proof = bank_proof(lent.network)
    assert proof.remainder_cents == 0 == proof.on_the_way_cents
    assert proof.bank_cents == lent.stand("bank") == 60_000 + 9_200 - 51_000


def test_an_insurers_advance_is_divided_and_offset_as_claims_are_granted(lent: Lent) -> None:
    insurer = lent.insurers[0]
    advance = record_insurer_advance(
        lent.controller, lent.network, insurer,
        cents=30_000, received_on=date(2026, 3, 3), reference="voorschot A", now=lent.now,
    )  # fmt: skip
    assert isinstance(advance, InsurerAdvance)
    run = divide_insurer_advance(lent.controller, advance, lent.now)
    assert isinstance(run, AdvanceRun) and run.cents == 25_500, "overhead and reserve stay"
    assert not divide_insurer_advance(lent.controller, advance, lent.now)
    assert approve_advances(lent.approver, run, lent.now)
    assert lent.run() == {"Praktijk 0": 14_025, "Praktijk 1": 3_825, "Praktijk 2": 7_650}

    assert offset_granted(lent.network, lent.now) == [], "nothing is granted yet"
    lent.answered(lent.batch)
    [offset] = offset_granted(lent.network, lent.now)
    assert offset.cents == 30_000 and left_of(advance) == 0
    assert offset_granted(lent.network, lent.now) == []
    assert lent.stand("insurer_advance") == 0 and lent.stand("insurer_receivable") == 30_000
    assert lent.at_the_bank() == [30_000, -25_500], "an offset moves no money, also not to and fro"
    assert all(one.remainder == 0 for one in prove_books(lent.network))

    lent.paid(lent.batch)
    lent.run()
    assert lent.stand("partner_advance") == 0 == lent.stand("partner_payable")
    assert lent.stand("bank") == 60_000 - 51_000


def test_an_advance_that_came_back_goes_with_the_next_run_once(lent: Lent) -> None:
    lent.terms()
    lent.approved_advances()
    lent.world.now, lent.world.today = lent.now, lent.today
    run = lent.world.sent()
    line = lent.world.line(run, lent.partners[0])
    lent.world.bank.comes_back(line.statement_number)
    lent.world.told()
    assert lent.stand("partner_advance") == 40_800 - 22_440
    lent.next_day()
    lent.world.now, lent.world.today = lent.now, lent.today
    lent.world.account(lent.partners[0], valid_from=lent.today)
    assert lent.run() == {"Praktijk 0": 22_440}
    assert lent.stand("partner_advance") == 40_800


def test_the_database_pays_an_advance_in_one_run_only(lent: Lent) -> None:
    lent.terms()
    advance = lent.approved_advances().lines.first()
    lent.run()
    account = PaymentLine.objects.filter(cents__gt=0).first().account
    run = PaymentRun.objects.create(
        network=lent.network, number="x", day=lent.today, pay_on=lent.today, rule="paid",
        account=lent.world.own, lines_count=1, cents=5, content_hash="x", prepared_at=lent.now,
        prepared_by_id=lent.controller.person_id, prepared_as_id=lent.controller.position_id,
    )  # fmt: skip
    line = PaymentLine.objects.create(
        run=run, number=1, organisation=lent.partners[0], account=account, outcome="paid",
        statement_number="x", due_cents=0, held_cents=0, advance_cents=0, carried_cents=0, cents=5,
    )  # fmt: skip
    PaymentPart.objects.create(line=line, kind="partner_advance", cents=5, advance=advance)
    RunStep.objects.create(run=run, state="prepared", at=lent.now)
    RunStep.objects.create(
        run=run, state="approved", person_id=lent.approver.person_id, at=lent.now
    )
    with pytest.raises(DatabaseError, match="al mee in een andere run"), transaction.atomic():
        RunStep.objects.create(run=run, state="sending", at=lent.now)


def test_when_is_paid_follows_from_the_agreement(lent: Lent) -> None:
    lent.terms(pays_when="granted")
    lent.answered(lent.batch)
    lent.world.now, lent.world.today = lent.now, lent.today
    paid = propose_run(
        lent.controller, lent.network, pay_on=lent.world.pay_day(), now=lent.now, rule="paid"
    )
    assert not paid and paid.reason == NO_REASON and paid.field == "deviates"
    run = lent.world.proposed()
    assert (run.rule, run.agreed_rule, run.deviates, run.cents) == (
        "granted",
        "granted",
        "",
        51_000,
    )


def test_a_rule_of_payment_may_be_wider_than_what_was_paid(lent: Lent) -> None:
    lent.world.now, lent.world.today = lent.now, lent.today
    nothing = propose_run(
        lent.controller, lent.network, pay_on=lent.world.pay_day(), now=lent.now, rule="granted",
        deviates="de verzekeraar is traag",
    )  # fmt: skip
    assert not nothing, "nothing is granted yet"
    lent.answered(lent.batch)
    lent.world.now, lent.world.today = lent.now, lent.today
    run = lent.world.proposed(rule="granted", deviates="de verzekeraar is traag")
    assert run.agreed_rule == "paid" and run.cents == 51_000
    assert next(line.held_why for line in run.lines.order_by("number")) == [
        ["awaiting_payment", 28_050]
    ]
