"""A full ward: known to all at once, over by itself, and what it means for that week's births."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ooievaar.network.models import Organisation
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.record.handover.models import FullWard, FullWardEnd, Responsibility
from ooievaar.record.handover.wards import (
    WardTotal,
    end_full,
    expected_births,
    full_wards,
    hospitals_of,
    report_full,
    total_of,
)
from ooievaar.record.handover.warnings import ExpectedBirth, WardCost
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.relations import Rejected
from ooievaar.record.tests.care_region import AT, CareRegion

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def report(region: CareRegion, name: str = "zee", **more: object) -> FullWard | Rejected:
    known = {
        "ward": "delivery",
        "reason": "beds",
        "full_until": AT + 6 * HOUR,
        "at": AT,
    } | more
    return report_full(region.carer(name), region.organisations["zee"], **known)  # type: ignore[arg-type]


def test_a_ward_is_full_from_now_until_the_moment_it_named(region: CareRegion) -> None:
    assert isinstance(report(region, note="Twee kamers gesloten."), FullWard)
    moments = (AT - timedelta(microseconds=1), AT, AT + 6 * HOUR - HOUR, AT + 6 * HOUR)
    assert [len(full_wards(at)) for at in moments] == [0, 1, 1, 0]
    (ward,) = full_wards(AT)
    assert (ward.organisation, ward.ward, ward.reason, ward.note) == (
        "Zee", "Verloskamers", "Geen bed of kamer vrij", "Twee kamers gesloten.",
    )  # fmt: skip


def test_it_ends_early_and_only_once(region: CareRegion) -> None:
    made = report(region)
    assert isinstance(made, FullWard)
    assert end_full(region.carer("zee"), made, at=AT + HOUR) == 1
    assert [len(full_wards(at)) for at in (AT + HOUR - timedelta(seconds=1), AT + HOUR)] == [1, 0]
    assert isinstance(end_full(region.carer("gyn"), made, at=AT + 2 * HOUR), Rejected)
    assert FullWardEnd.objects.count() == 1


def test_the_next_report_of_a_ward_takes_the_place_of_the_one_before(region: CareRegion) -> None:
    report(region)
    report(region, at=AT + HOUR, full_until=AT + 2 * HOUR)
    report(region, at=AT + HOUR, full_until=AT + 9 * HOUR, ward="maternity")
    assert [row.ward for row in full_wards(AT + HOUR)] == ["Verloskamers", "Kraamafdeling"]
    assert [row.ward for row in full_wards(AT + 3 * HOUR)] == ["Kraamafdeling"]


def test_a_hospital_speaks_for_itself_and_gynaecologists_for_their_network(
    region: CareRegion,
) -> None:
    today = AT.date()
    far = Organisation.objects.create(agb="06019999", name="Ver", discipline="hospital")
    assert [one.name for one in hospitals_of(region.carer("zee"), today)] == ["Zee"]
    assert [one.name for one in hospitals_of(region.carer("gyn"), today)] == ["Zee"]
    for name in ("linde", "kraam", "echo"):
        assert list(hospitals_of(region.carer(name), today)) == []
        assert isinstance(report(region, name), Rejected)
    assert list(hospitals_of(working(Role.CONTROLLER, network=region.network), today)) == []
    there = working(Role.CLINICAL_CARER, organisation=far)
    assert [one.name for one in hospitals_of(there, today)] == ["Ver"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"full_until": AT}, "until_on"),
        ({"full_until": AT + timedelta(days=8)}, "until_on"),
        ({"reason": "other"}, "note"),
    ],
)
def test_what_is_wrong_is_said(region: CareRegion, changed: dict[str, object], field: str) -> None:
    made = report(region, **changed)
    assert isinstance(made, Rejected)
    assert made.field == field
    assert full_wards(AT) == []


def due(region: CareRegion, at: datetime, hospital: str = "zee") -> list[int]:
    births = expected_births(region.organisations[hospital].pk, at)
    return [birth.pregnancy_id for birth in births]


def test_who_is_due_that_week_and_treated_there_is_expected(region: CareRegion) -> None:
    # Noor is due on 9 November, and the hospital treats her; Saskia nobody there knows.
    noon = datetime(2026, 11, 3, 11, 0, tzinfo=UTC)
    days = {
        noon - timedelta(days=1): [],
        noon: [region.noor.pk],
        noon + timedelta(days=6): [region.noor.pk],
        noon + timedelta(days=20): [region.noor.pk],
        noon + timedelta(days=21): [],
    }
    for at, expected in days.items():
        assert due(region, at) == expected
    region.noor.versions.create(
        recorded_on=date(2026, 11, 2),
        first_intake_on=date(2026, 3, 2),
        first_intake_organisation=region.organisations["linde"],
        due_on=date(2026, 11, 9),
        end_kind="birth",
        ended_on=date(2026, 11, 2),
        birth_on=date(2026, 11, 2),
    )
    assert due(region, noon) == []


def test_who_agreed_another_hospital_for_the_birth_is_not_expected(region: CareRegion) -> None:
    at = datetime(2026, 11, 5, 11, 0, tzinfo=UTC)
    (birth,) = expected_births(region.organisations["zee"].pk, at)
    assert birth.responsible_id == region.organisations["linde"].pk
    far = region.organisation("ver", "hospital")
    Responsibility.objects.create(
        pregnancy=region.noor,
        duty="responsible",
        phase=2,
        organisation=far,
        starts_at=AT,
        recorded_at=AT,
    )
    assert due(region, at) == []


def test_gynaecologists_of_the_same_place_belong_to_the_hospital(region: CareRegion) -> None:
    at = datetime(2026, 11, 5, 11, 0, tzinfo=UTC)
    TreatmentRelation.objects.create(
        pregnancy=region.saskia,
        organisation=region.organisations["gyn"],
        basis="care",
        valid_from=date(2026, 3, 2),
    )
    assert due(region, at) == [region.noor.pk]
    Organisation.objects.filter(name__in=["Zee", "Gyn"]).update(city="Zeedorp")
    assert due(region, at) == [region.noor.pk, region.saskia.pk]


def test_a_loss_that_is_not_known_is_counted_and_never_taken_as_nothing() -> None:
    births = [ExpectedBirth(number, number, AT.date(), 1) for number in range(4)]
    costs = [WardCost(0, 1_000, True), WardCost(1, None, True), WardCost(2, 500, False)]
    assert total_of(births, costs) == WardTotal(4, 3, 2, 1_500, 1)
