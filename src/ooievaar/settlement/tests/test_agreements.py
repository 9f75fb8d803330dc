"""A month is closed by agreements that are signed and whose examples hold, or not at all."""

from datetime import UTC, datetime

import pytest

from ooievaar.contracts.agreements import commands, examples, importing, queries
from ooievaar.contracts.agreements.queries import AgreementUnsound
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import AgreementSignature, AgreementStep, AgreementVersion
from ooievaar.network.models import Person
from ooievaar.settlement import job_kinds
from ooievaar.settlement.models import Closing
from ooievaar.settlement.requests import standing
from ooievaar.settlement.tests.region import Region
from ooievaar.settlement.tests.test_requests import Office
from ooievaar.ui.jobs import Report

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def region() -> Region:
    region = Region()
    region.usual_care()
    return region


def with_text(region: Region, *, signed: bool) -> AgreementVersion:
    """Give the agreement of the region a text with examples, as if it was put in force."""
    person = Person.objects.create(username="directeur")
    agreement = importing.with_examples(importing.agreement_of_rows(region.agreement))
    version = commands.store_version(region.network, write(agreement), 1, person=person, at=AT)
    AgreementStep.objects.create(version=version, kind="proposed", person=person, at=AT)
    if signed:
        for number, discipline in enumerate(["", *agreement.disciplines]):
            AgreementSignature.objects.create(
                version=version,
                person=Person.objects.create(username=f"tekent {number}"),
                discipline=discipline,
                mandate="de leden",
                sha256=version.sha256,
                signed_at=AT,
            )
    region.agreement.version = version
    region.agreement.save()
    return version


def test_a_month_is_divided_by_the_text_that_was_signed(region: Region) -> None:
    with_text(region, signed=True)
    assert region.close("2025-09").stored


def test_a_text_that_was_read_in_counts_as_signed(region: Region) -> None:
    assert importing.write_imported(AT)
    assert region.close("2025-09").stored


def test_an_unsigned_text_closes_nothing(region: Region) -> None:
    with_text(region, signed=False)
    with pytest.raises(AgreementUnsound) as refused:
        region.close("2025-09")
    told = str(refused.value.faults[0])
    assert "verdeelafspraak “2025”" in told and "getekend: De directeur" in told
    assert not Closing.objects.exists()


def test_a_failing_example_closes_nothing(region: Region, monkeypatch) -> None:
    """The division changed under a signed text: what it would give is told, and nothing is."""
    with_text(region, signed=True)
    divide = examples.divide_tables

    def dearer(tables):
        tables["agreements"][0]["overhead_ppm"] += 10_000
        return divide(tables)

    monkeypatch.setattr(examples, "divide_tables", dearer)
    queries._results.cache_clear()
    try:
        with pytest.raises(AgreementUnsound) as refused:
            region.close("2025-09")
    finally:
        queries._results.cache_clear()
    told = str(refused.value.faults[0])
    assert ".dan.organisatiekosten: gevonden € 45,00 volgens de verdeling; verwacht € 35,00" in told
    assert not Closing.objects.exists()


def test_an_approved_closing_fails_with_the_reason() -> None:
    """What was sound when it was approved is seen again before anything is divided."""
    office = Office()
    request, job = office.approved()
    with_text(office.region, signed=False)
    with pytest.raises(AgreementUnsound):
        job_kinds.close_approved(job, Report())
    step = standing(request)
    assert step.state == "failed"
    assert "Een verdeelafspraak klopt niet" in step.failure
    assert not Closing.objects.exists()
