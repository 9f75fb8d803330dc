"""What handing over would break, told before it is done: the euros are those of the real rules."""

import time
from datetime import date, timedelta

import pytest
from django.utils import timezone

from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Breaker, Product
from ooievaar.bundles.transfer_warning import transfer_warnings, ward_costs
from ooievaar.contracts.models import Contract, ParallelCare, PriceListEntry, Tariff
from ooievaar.network.models import Insurer, Membership, Network, Organisation, Supplier
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.handover.warnings import ExpectedBirth, TransferIdea, TransferWarning
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, Woman

pytestmark = pytest.mark.django_db
START, INTAKE, DUE = date(2025, 1, 1), date(2026, 5, 27), date(2027, 1, 3)
TODAY = date(2026, 11, 2)
TARIFF_CENTS = {
    "prenatal": 98_500,
    "prenatal_complex": 139_700,
    "natal": 176_400,
    "natal_complex": 251_900,
    "postnatal": 48_300,
    "postnatal_complex": 77_150,
}
PRICES_CENTS = {"037651": 148_000, "G-CON": 14_200, "G-KBD": 61_000, "G-CTG": 9_800}


class Region:
    """De Linde and hospital Zee are members; hospital Ver and practice Stroom are not."""

    def __init__(self, regime: str = "parallel_ban") -> None:
        self.network = Network.objects.create(kind="igo", name="IGO Waterland", agb="53010001")
        disciplines = {
            "linde": "midwives",
            "stroom": "midwives",
            "zee": "hospital",
            "gyn": "gynaecologists",
            "ver": "hospital",
        }
        self.organisations = {
            name: Organisation.objects.create(
                agb=f"0801000{number}", name=name.title(), discipline=discipline
            )
            for number, (name, discipline) in enumerate(disciplines.items())
        }
        for name in ("linde", "zee", "gyn"):
            Membership.objects.create(
                network=self.network,
                organisation=self.organisations[name],
                kind="voting",
                valid_from=START,
            )
        insurer = Insurer.objects.create(uzovi="9101", name="Waterborg Zorg")
        self.contract = Contract.objects.create(
            network=self.network,
            insurer=insurer,
            reference="C-9101",
            valid_from=START,
            regime=regime,
        )
        for product, cents in TARIFF_CENTS.items():
            Tariff.objects.create(
                contract=self.contract, product=product, cents=cents, valid_from=START
            )
        for code, cents in PRICES_CENTS.items():
            PriceListEntry.objects.create(code=code, cents=cents, valid_from=date(2017, 1, 1))
        self.woman = Woman.objects.create(reference="W-Noor", name="Noor")
        Coverage.objects.create(woman=self.woman, insurer=insurer, valid_from=START)
        self.noor = Pregnancy.objects.create(woman=self.woman, reference="Z-Noor")
        self.noor.versions.create(
            recorded_on=INTAKE,
            first_intake_on=INTAKE,
            first_intake_organisation=self.organisations["linde"],
            due_on=DUE,
        )
        self.act("linde", "V-INT", INTAKE)
        for weeks in (5, 9, 13, 17, 21):
            self.act("linde", "V-CON", INTAKE + timedelta(weeks=weeks))

    def act(self, name: str, code: str, day: date, specialism: str = "") -> None:
        CareActivity.objects.create(
            woman=self.woman,
            pregnancy=self.noor,
            organisation=self.organisations[name],
            code=code,
            specialism=specialism,
            performed_on=day,
            source="record",
            source_reference=str(CareActivity.objects.count()),
            recorded_on=day,
        )

    def idea(self, name: str, phase: int = 2, day: date = TODAY, **more: object) -> TransferIdea:
        more = {"kind": "transfer", "from_organisation_id": self.organisations["linde"].pk} | more
        return TransferIdea(
            pregnancy_id=self.noor.pk,
            organisation_id=self.organisations[name].pk,
            phase=phase,
            day=day,
            **more,  # type: ignore[arg-type]
        )

    def warned(self, name: str, phase: int = 2, **more: object) -> list[TransferWarning]:
        return list(transfer_warnings(self.idea(name, phase, **more)))  # type: ignore[arg-type]

    def born(self, day: date) -> None:
        add_pregnancy_version(
            self.noor,
            day,
            end_kind="birth",
            ended_on=day,
            birth_on=day,
            labour_on=day,
        )

    def derive(self, until: date) -> None:
        at = timezone.now()
        derive_network(self.network, until=until, known_until=until, now=at)


@pytest.fixture(autouse=True)
def second_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 2, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize("regime", ["parallel_ban", "correction", "none"])
def test_what_was_told_in_labour_is_what_the_next_derivation_finds(regime: str) -> None:
    region = Region(regime)
    (warning,) = region.warned("ver", in_labour=True)
    assert warning.is_breaker
    region.act("linde", "V-PAR", TODAY)
    region.act("ver", "037651", TODAY, "0307")
    region.born(TODAY)
    region.derive(TODAY + timedelta(days=1))
    broken = Breaker.objects.get(phase=2)
    assert warning.loss_cents == broken.loss_cents
    if regime == "parallel_ban":
        assert warning.loss_cents and warning.loss_cents > 100_000
    assert regime != "correction" or warning.loss_cents == 148_000
    assert regime != "none" or warning.loss_cents == 0


def test_a_birth_planned_elsewhere_lets_the_product_lapse_not_break() -> None:
    region = Region()
    (warning,) = region.warned("ver")
    assert (warning.is_breaker, warning.phase) == (False, 2)
    # With the gynaecologists, who could do it instead.
    assert warning.loss_cents == TARIFF_CENTS["natal_complex"]
    region.act("ver", "037651", DUE, "0307")
    region.born(DUE)
    region.derive(DUE + timedelta(days=1))
    assert not Breaker.objects.filter(phase=2).exists()
    assert not Product.objects.filter(phase=2).exists()


def test_a_consult_outside_breaks_the_running_phase() -> None:
    region = Region("correction")
    (warning,) = region.warned("ver", phase=0, kind="consult")
    assert (warning.phase, warning.loss_cents) == (1, 14_200)
    region.act("ver", "G-CON", TODAY, "0307")
    region.derive(TODAY + timedelta(days=1))
    assert Breaker.objects.get().loss_cents == 14_200


def test_everything_from_now_on_tells_of_every_phase_of_a_hospital() -> None:
    region = Region()
    assert [one.phase for one in region.warned("ver", phase=0)] == [1, 2]
    assert [one.phase for one in region.warned("stroom", phase=0)] == [1, 2, 3]


def test_a_member_breaks_nothing() -> None:
    region = Region()
    for name in ("zee", "gyn"):
        assert region.warned(name, phase=0) == []


def test_a_supplier_breaks_nothing_and_is_offered() -> None:
    region = Region("correction")
    Supplier.objects.create(
        network=region.network,
        organisation=region.organisations["ver"],
        code="037651",
        valid_from=START,
    )
    assert region.warned("ver", in_labour=True) == []
    other = Organisation.objects.create(agb="06010077", name="Nog Verder", discipline="hospital")
    region.organisations["other"] = other
    (warning,) = region.warned("other", in_labour=True)
    said = " ".join(one.sentence_nl for one in warning.alternatives)
    assert "Gyn, Zee" in said
    assert "Ingekocht, en dus in de bundel: Ver" in said


def test_what_stands_on_the_parallel_list_breaks_nothing_and_is_offered() -> None:
    region = Region("correction")
    ParallelCare.objects.create(contract=region.contract, code="G-CON")
    assert region.warned("ver", kind="consult", phase=0) == []
    (warning,) = region.warned("ver", in_labour=True)
    assert "Eerste consult gynaecoloog" in " ".join(one.sentence_nl for one in warning.alternatives)


def test_a_member_that_leaves_before_the_due_date_is_outside_by_then() -> None:
    region = Region()
    Membership.objects.filter(organisation=region.organisations["zee"]).update(
        valid_until=date(2027, 1, 1)
    )
    (warning,) = region.warned("zee")
    assert "Zee hoort" not in warning.sentence_nl
    assert warning.phase == 2
    assert region.warned("zee", in_labour=True) == []
    Membership.objects.filter(organisation=region.organisations["zee"]).update(valid_until=TODAY)
    (warning,) = region.warned("zee", in_labour=True)
    assert "Zee hoort op 02-11-2026 niet bij IGO Waterland" in warning.sentence_nl


def test_a_price_that_nobody_gave_makes_the_loss_unknown() -> None:
    region = Region("correction")
    PriceListEntry.objects.filter(code="037651").delete()
    (warning,) = region.warned("ver", in_labour=True)
    assert warning.loss_cents is None


def test_what_was_broken_already_costs_only_what_is_added() -> None:
    region = Region("correction")
    region.act("ver", "G-CON", TODAY - timedelta(days=10), "0307")
    (warning,) = region.warned("ver", phase=0, kind="consult")
    assert warning.loss_cents == 14_200
    assert "al gebroken" in warning.sentence_nl


def test_a_woman_who_came_in_outside_the_network_warns_of_nothing() -> None:
    region = Region()
    add_pregnancy_version(
        region.noor, TODAY, first_intake_organisation=region.organisations["stroom"]
    )
    assert region.warned("ver", in_labour=True) == []
    missing = TransferIdea(999_999, region.organisations["ver"].pk, "transfer", 2, TODAY)
    assert list(transfer_warnings(missing)) == []


def test_what_is_known_only_later_does_not_count_yet() -> None:
    region = Region("correction")
    told = region.warned("ver", in_labour=True)
    later = TODAY + timedelta(days=20)
    region.act("ver", "G-CON", later, "0307")
    region.born(later)
    assert region.warned("ver", in_labour=True) == told


def test_supposing_leaves_nothing_behind() -> None:
    region = Region()
    region.warned("ver", in_labour=True)
    assert CareActivity.objects.count() == 6
    assert region.noor.versions.count() == 1
    assert region.warned("ver", in_labour=True) == region.warned("ver", in_labour=True)


def test_a_warning_is_there_before_anybody_waits() -> None:
    region = Region()
    region.warned("ver", in_labour=True)
    took = []
    for _ in range(5):
        before = time.process_time()
        region.warned("ver", in_labour=True)
        took.append(time.process_time() - before)
    assert min(took) < 0.3


def test_births_of_a_full_ward_cost_by_who_leads_them() -> None:
    region = Region()
    for name, breaks, cents in (
        ("linde", True, region.warned("ver", in_labour=True)[0].loss_cents),
        ("gyn", False, TARIFF_CENTS["natal_complex"]),
    ):
        birth = ExpectedBirth(region.noor.pk, region.woman.pk, TODAY, region.organisations[name].pk)
        cost = ward_costs([birth], region.network.pk)[region.noor.pk]
        assert (cost.is_breaker, cost.loss_cents) == (breaks, cents)
    assert ward_costs([birth], 0) == {}
    assert ward_costs([], region.network.pk) == {}
