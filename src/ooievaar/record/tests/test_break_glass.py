"""The emergency button: found by exact numbers only, with a reason, and judged by somebody else."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, position, working
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.break_glass import (
    find_in_emergency,
    open_in_emergency,
    openings_for,
    review,
    reviewed,
    reviews_open,
)
from ooievaar.record.models import BreakGlass, BreakGlassReview
from ooievaar.record.relations import Rejected
from ooievaar.record.tests.care_region import AT, CareRegion

pytestmark = pytest.mark.django_db
BORN = date(1994, 3, 12)
REASON = "Bloedverlies op de spoedeisende hulp"


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def opening(region: CareRegion) -> BreakGlass:
    opened = open_in_emergency(region.carer("duin"), region.noor, REASON, AT)
    assert isinstance(opened, BreakGlass)
    return opened


@pytest.fixture
def officer(region: CareRegion) -> Workplace:
    return working(Role.QUALITY_OFFICER, network=region.network)


def test_a_woman_is_found_by_bsn_or_by_reference_with_birth_date(region: CareRegion) -> None:
    region.noor.woman.bsn = "123456782"
    region.noor.woman.save()
    assert find_in_emergency(bsn="123456782") == region.noor
    assert find_in_emergency(reference="W-Noor", birth_date=BORN) == region.noor
    assert find_in_emergency(reference="Z-Noor", birth_date=BORN) == region.noor


@pytest.mark.parametrize(
    "sought",
    [
        {},
        {"reference": "W-Noor"},
        {"birth_date": BORN},
        {"reference": "W-No", "birth_date": BORN},
        {"reference": "w-noor", "birth_date": BORN},
        {"reference": "W-Noor", "birth_date": date(1994, 3, 13)},
        {"bsn": "12345678"},
    ],
)
def test_half_of_the_numbers_finds_nobody(region: CareRegion, sought: dict[str, object]) -> None:
    assert find_in_emergency(**sought) is None  # type: ignore[arg-type]


def test_the_newest_pregnancy_is_the_one_that_opens(region: CareRegion) -> None:
    earlier = region.noor.woman.pregnancies.create(reference="Z-Noor-eerder")
    earlier.versions.create(
        recorded_on=date(2023, 1, 2),
        first_intake_on=date(2023, 1, 2),
        first_intake_organisation=region.organisations["linde"],
        due_on=date(2023, 9, 1),
    )
    assert find_in_emergency(reference="W-Noor", birth_date=BORN) == region.noor
    assert find_in_emergency(reference="Z-Noor-eerder", birth_date=BORN) == earlier


@pytest.mark.parametrize("reason", ["", "spoed", " " * 30, "x" * 401])
def test_without_a_reason_nothing_opens(region: CareRegion, reason: str) -> None:
    refused = open_in_emergency(region.carer("duin"), region.noor, reason, AT)
    assert isinstance(refused, Rejected)
    assert refused.field == "reason"
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.AUDITOR, Role.QUALITY_OFFICER])
def test_no_office_opens_a_record(region: CareRegion, role: Role) -> None:
    here = working(role, network=region.network)
    assert isinstance(open_in_emergency(here, region.noor, REASON, AT), Rejected)


def test_a_practice_administrator_opens_no_record(region: CareRegion) -> None:
    here = working(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations["duin"])
    assert isinstance(open_in_emergency(here, region.noor, REASON, AT), Rejected)


def test_a_use_waits_for_the_quality_officer_and_is_judged_once(
    officer: Workplace, opening: BreakGlass
) -> None:
    assert list(reviews_open(officer)) == [opening]
    assert review(officer, opening, "justified", "", AT)
    assert list(reviews_open(officer)) == []
    assert list(reviewed(officer)) == [opening]
    again = review(officer, opening, "unjustified", "toch niet", AT)
    assert isinstance(again, Rejected)
    assert BreakGlassReview.objects.get().judgement == "justified"


def test_what_was_unjustified_says_why(officer: Workplace, opening: BreakGlass) -> None:
    assert isinstance(review(officer, opening, "unjustified", "  ", AT), Rejected)
    assert isinstance(review(officer, opening, "misschien", "", AT), Rejected)
    assert review(officer, opening, "unjustified", "Buurvrouw", AT)


def test_nobody_judges_their_own_use(region: CareRegion) -> None:
    held = position(Role.MIDWIFE, organisation=region.organisations["duin"])
    own = held.person.positions.create(
        role=Role.QUALITY_OFFICER, network=region.network, valid_from=SINCE
    )
    opened = open_in_emergency(workplace(held), region.noor, REASON, AT)
    assert isinstance(opened, BreakGlass)
    assert list(reviews_open(workplace(own))) == []
    assert isinstance(review(workplace(own), opened, "justified", "", AT), Rejected)


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.DIRECTOR, Role.ADMINISTRATOR])
def test_only_the_quality_officer_judges(
    region: CareRegion, opening: BreakGlass, role: Role
) -> None:
    here = working(role, network=region.network)
    assert list(openings_for(here)) == []
    assert isinstance(review(here, opening, "justified", "", AT), Rejected)


def test_both_networks_judge_when_a_member_of_one_opens_a_woman_of_the_other(
    region: CareRegion, opening: BreakGlass
) -> None:
    elsewhere = Network.objects.create(kind="igo", name="IGO Elders", agb="53010002")
    there = working(Role.QUALITY_OFFICER, network=elsewhere)
    assert list(openings_for(there)) == []
    region.organisation("elders", "hospital", elsewhere)
    stranger = working(Role.CLINICAL_CARER, organisation=elsewhere.memberships.get().organisation)
    opened = open_in_emergency(stranger, region.noor, REASON, AT + timedelta(minutes=1))
    assert list(openings_for(there)) == [opened]
    here = working(Role.QUALITY_OFFICER, network=region.network)
    assert set(openings_for(here)) == {opening, opened}


def test_a_use_is_never_changed_or_removed(opening: BreakGlass) -> None:
    for attempt in (
        lambda: BreakGlass.objects.update(reason="een andere reden dan eerst"),
        lambda: BreakGlass.objects.filter(pk=opening.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
