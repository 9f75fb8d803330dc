"""What was said of the woman herself is known in her next pregnancy; the rest stays where it is."""

from datetime import timedelta

import pytest

from ooievaar.record.entries.banner import clinical_of
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.queries import known_of_her, known_values, written_of
from ooievaar.record.models import Pregnancy
from ooievaar.record.relations import relate_from_care
from ooievaar.record.tests.care_region import AT, CareRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def earlier(region: CareRegion) -> Pregnancy:
    """Noor was pregnant before, in care of Duin, who wrote an allergy and a risk down."""
    before = Pregnancy.objects.create(woman=region.noor.woman, reference="Z-eerder")
    day = AT.date() - timedelta(days=700)
    before.versions.create(
        recorded_on=day,
        first_intake_on=day,
        first_intake_organisation=region.organisations["duin"],
        due_on=day + timedelta(days=220),
    )
    relate_from_care()
    for form, values in (
        ("anamnesis", {"allergies": "penicillin"}),
        ("risk", {"vil_status": "C"}),
    ):
        entry = finish(
            before,
            form,
            [Observed(element, value) for element, value in values.items()],
            organisation=region.organisations["duin"],
            person=None,
            role="midwife",
            happened_on=day,
            at=AT,
        )
        assert isinstance(entry, Entry), entry
    return before


def test_an_allergy_is_known_and_the_risk_of_then_is_not(
    region: CareRegion, earlier: Pregnancy
) -> None:
    midwife = region.carer("linde")
    known = known_values(known_of_her(midwife, region.noor.pk, AT))
    assert {key for key, _number in known} == {"allergies"}
    told = clinical_of(midwife, region.noor.pk, AT)
    assert (told.alerts, told.risk) == (("Penicilline",), "")


def test_it_is_no_entry_of_this_pregnancy(region: CareRegion, earlier: Pregnancy) -> None:
    midwife = region.carer("linde")
    assert written_of(midwife, region.noor.pk, AT) == []
    assert [one.is_before for one in known_of_her(midwife, region.noor.pk, AT)] == [True]


def test_her_objection_holds_for_it_too(region: CareRegion, earlier: Pregnancy) -> None:
    region.says("duin", "linde", is_given=False)
    midwife = region.carer("linde")
    assert known_of_her(midwife, region.noor.pk, AT) == []
    assert clinical_of(midwife, region.noor.pk, AT).alerts == ()


def test_who_treats_her_not_now_knows_nothing(region: CareRegion, earlier: Pregnancy) -> None:
    assert known_of_her(region.carer("duin"), region.noor.pk, AT) == []


def test_nobody_else_is_mixed_up_with_her(region: CareRegion, earlier: Pregnancy) -> None:
    assert known_of_her(region.carer("duin"), region.saskia.pk, AT) == []
