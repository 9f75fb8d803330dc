"""Nobody types a correction: what changes in the care changes what is claimed, to the cent."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Product
from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.messages.returns import Verdicts, write_return
from ooievaar.claims.models import Batch, LineStanding, ReturnFile
from ooievaar.claims.preparing import approve, prepare
from ooievaar.claims.queries import balance_of
from ooievaar.claims.reconciling import reconcile
from ooievaar.claims.returning import take_return
from ooievaar.claims.sending import send
from ooievaar.network.models import Insurer
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.record.models import CareActivity, Coverage, Withdrawal
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db

Steps = list[tuple[str, str, int, str]]


class Office:
    """A small region whose claims go out and come back, all granted, a week at a time."""

    def __init__(self, folder: Path) -> None:
        self.region = Region()
        self.network = self.region.network
        self.network.agb = "53000001"
        self.network.save()
        self.pregnancy = self.region.usual_care()
        woman = self.pregnancy.woman
        woman.bsn, woman.birth_date, woman.name = "111222333", date(1994, 2, 1), "De Vries"
        woman.save()
        self.clerk = working(Role.CONTROLLER, network=self.network)
        self.approver = working(Role.APPROVER, network=self.network)
        self.channel = FolderChannel(folder)
        self.now = datetime(2025, 9, 1, 9, tzinfo=UTC)

    def differs(self) -> Steps:
        """Derive what is known now and compare it with what was claimed."""
        self.now += timedelta(days=7)
        today = self.now.date()
        derive_network(self.network, until=today, known_until=today, now=self.now)
        steps = reconcile(self.network, today, now=self.now).steps
        return [(step.action, step.key.split(":", 1)[1], step.cents, step.reason) for step in steps]

    def claim_and_grant(self) -> list[Batch]:
        """Send what should go out, and let every insurer grant all of it."""
        today = self.now.date()
        made = prepare(self.network, by=self.clerk, now=self.now, today=today, until="2025-08")
        assert isinstance(made, tuple), made
        for batch in made:
            assert approve(batch, self.approver, self.now)
            assert send(batch, self.channel, self.now)
            verdicts = Verdicts(answered_on=today, insurer_reference=f"Z{batch.pk}")
            answer = write_return(batch.file.content.encode("iso-8859-1"), verdicts)
            assert isinstance(answer, bytes)
            assert isinstance(take_return(answer, "r", self.now), ReturnFile)
        return list(made)

    def granted(self) -> int:
        """What the insurers owe by all their answers."""
        return sum(one.books.granted for one in balance_of(self.network))

    def owed(self) -> int:
        products = Product.objects.filter(derivation__network=self.network, is_open=False)
        return sum(products.values_list("cents", flat=True))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    steps = office.differs()
    assert {step[0] for step in steps} == {"new"} and len(steps) == 4
    office.claim_and_grant()
    assert office.differs() == []
    assert office.granted() == office.owed() > 0
    return office


def test_a_day_of_kraamzorg_that_was_not_there_is_taken_back(office: Office) -> None:
    activity = CareActivity.objects.filter(code="KZ-UUR").order_by("-pk")[0]
    Withdrawal.objects.create(
        activity=activity, recorded_on=office.now.date(), reason="dubbel geregistreerd"
    )
    steps = office.differs()
    assert [(action, reason) for action, _, _, reason in steps] == [
        ("credit", "changed"),
        ("new", "changed"),
    ]
    assert steps[0][2] - steps[1][2] == 4 * 6_001
    office.claim_and_grant()
    assert office.differs() == []
    assert office.granted() == office.owed()
    assert all(one.holds for one in balance_of(office.network))


def test_another_insurer_all_along_moves_every_product(office: Office) -> None:
    other = Insurer.objects.create(uzovi="8888", name="Andere verzekeraar")
    office.region.contracted(other)
    Coverage.objects.filter(woman=office.pregnancy.woman).update(insurer=other)
    steps = office.differs()
    credits = [step for step in steps if step[0] == "credit"]
    assert len(credits) == 4 == len(steps) - len(credits)
    assert sum(step[2] for step in credits) == office.granted()
    batches = office.claim_and_grant()
    assert {batch.insurer for batch in batches} == {office.region.insurer, other}
    assert office.differs() == []
    standing = LineStanding.objects.filter(network=office.network)
    assert standing.filter(insurer=office.region.insurer, state="credited").count() == 4
    assert office.granted() == office.owed()
    assert all(one.holds for one in balance_of(office.network))
