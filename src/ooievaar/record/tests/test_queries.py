"""What happened is read whole, with the day on which it was known; of one woman or of all."""

from datetime import date

import pyarrow as pa
import pytest

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Insurer, Organisation
from ooievaar.record import queries
from ooievaar.record.commands import add_pregnancy_version, withdraw_activity
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, Woman

pytestmark = pytest.mark.django_db
INTAKE = date(2025, 3, 3)


@pytest.fixture
def practice() -> Organisation:
    return Organisation.objects.create(agb="08000001", name="Praktijk", discipline="midwives")


def in_care(practice: Organisation, name: str) -> Pregnancy:
    """A woman who is insured, had an intake and one consult."""
    insurer, _ = Insurer.objects.get_or_create(uzovi="9101", name="Verzekeraar")
    woman = Woman.objects.create(reference=name)
    Coverage.objects.create(woman=woman, insurer=insurer, valid_from=INTAKE)
    pregnancy = woman.pregnancies.create(reference=f"Z-{name}")
    pregnancy.versions.create(
        recorded_on=INTAKE,
        first_intake_on=INTAKE,
        first_intake_organisation=practice,
        due_on=date(2025, 10, 1),
    )
    CareActivity.objects.create(
        woman=woman,
        pregnancy=pregnancy,
        organisation=practice,
        code="V-CON",
        performed_on=date(2025, 4, 1),
        performed_minute=0,
        source="record",
        source_reference=name,
        recorded_on=date(2025, 4, 2),
    )
    return pregnancy


def test_nothing_recorded_is_three_tables_without_rows() -> None:
    for read, schema in (
        (queries.coverages, queries.COVERAGES),
        (queries.pregnancy_versions, queries.PREGNANCY_VERSIONS),
        (queries.activities, queries.ACTIVITIES),
    ):
        assert read() == schema.empty_table()


def test_an_activity_comes_with_the_days_it_was_known(practice: Organisation) -> None:
    pregnancy = in_care(practice, "A")
    (row,) = queries.activities().to_pylist()
    assert (row["performed_on"], row["recorded_on"]) == (date(2025, 4, 1), date(2025, 4, 2))
    assert (row["performed_minute"], row["withdrawn_on"]) == (0, None)  # midnight is a time
    assert (row["billed_mono"], row["pregnancy_id"]) == (False, pregnancy.pk)

    withdraw_activity(CareActivity.objects.get(), date(2025, 5, 1), "dubbel ingevoerd")
    (row,) = queries.activities().to_pylist()
    assert row["withdrawn_on"] == date(2025, 5, 1)


def test_an_activity_without_a_pregnancy_is_read_too(practice: Organisation) -> None:
    woman = Woman.objects.create(reference="los")
    CareActivity.objects.create(
        woman=woman,
        organisation=practice,
        code="V-CON",
        performed_on=INTAKE,
        source="claims",
        source_reference="1",
        recorded_on=INTAKE,
    )
    (row,) = queries.activities(woman.pk).to_pylist()
    assert (row["pregnancy_id"], row["performed_minute"]) == (None, None)


def test_every_version_of_a_pregnancy_comes_oldest_first(practice: Organisation) -> None:
    pregnancy = in_care(practice, "A")
    add_pregnancy_version(pregnancy, date(2025, 6, 1), exempt_reason="eigen keuze")
    first, second = queries.pregnancy_versions().to_pylist()
    assert (first["exempt"], second["exempt"]) == (False, True)
    assert first["version_id"] < second["version_id"]
    assert {first["woman_id"], second["woman_id"]} == {pregnancy.woman_id}
    assert (second["first_intake_on"], second["ended_on"]) == (INTAKE, None)


def test_an_insurance_without_an_end_runs_to_the_far_date(practice: Organisation) -> None:
    in_care(practice, "A")
    (row,) = queries.coverages().to_pylist()
    assert (row["valid_from"], row["valid_until"]) == (INTAKE, FAR_DATE)


def test_one_woman_is_read_as_she_stands_among_all(practice: Organisation) -> None:
    women = [in_care(practice, name).woman_id for name in "ABC"]
    for read in (queries.coverages, queries.pregnancy_versions, queries.activities):
        assert read().num_rows == 3
        assert pa.concat_tables([read(woman) for woman in women]) == read()
        assert read(0).num_rows == 0
