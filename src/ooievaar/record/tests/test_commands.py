"""What was written stays; what turns out otherwise is written beside it."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Organisation
from ooievaar.record.commands import (
    ACTIVITY_FIELDS,
    add_pregnancy_version,
    store_activities,
    withdraw_activity,
)
from ooievaar.record.models import CareActivity, Pregnancy, PregnancyVersion, Woman

pytestmark = pytest.mark.django_db


@pytest.fixture
def pregnancy() -> Pregnancy:
    practice = Organisation.objects.create(agb="08000001", name="Praktijk", discipline="midwives")
    pregnancy = Woman.objects.create(reference="V-1").pregnancies.create(reference="Z-1")
    pregnancy.versions.create(
        recorded_on=date(2025, 3, 3),
        first_intake_on=date(2025, 3, 3),
        first_intake_organisation=practice,
        due_on=date(2025, 10, 1),
    )
    return pregnancy


def row(pregnancy: Pregnancy, number: int, reference: str) -> tuple[object, ...]:
    practice = Organisation.objects.get()
    values: dict[str, object] = dict.fromkeys(ACTIVITY_FIELDS, 0) | {
        "id": number, "woman_id": pregnancy.woman_id, "pregnancy_id": pregnancy.pk,
        "organisation_id": practice.pk, "code": "V-CON", "specialism": "",
        "performed_on": "2025-04-01", "performed_minute": None, "billed_mono": False,
        "source": "record", "source_reference": reference, "recorded_on": "2025-04-01",
    }  # fmt: skip
    return tuple(values[name] for name in ACTIVITY_FIELDS)


def test_a_new_version_keeps_what_did_not_change(pregnancy: Pregnancy) -> None:
    add_pregnancy_version(pregnancy, date(2025, 5, 1), due_on=date(2025, 10, 8))
    old, new = PregnancyVersion.objects.all()
    assert (old.due_on, new.due_on) == (date(2025, 10, 1), date(2025, 10, 8))
    assert new.first_intake_organisation == old.first_intake_organisation


def test_an_activity_of_a_source_is_stored_once(pregnancy: Pregnancy) -> None:
    store_activities([row(pregnancy, 1, "A-1")])
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        store_activities([row(pregnancy, 2, "A-2"), row(pregnancy, 3, "A-1")])
    assert CareActivity.objects.count() == 1


def test_numbering_goes_on_after_rows_with_their_own_numbers(pregnancy: Pregnancy) -> None:
    store_activities([row(pregnancy, 41, "A-1")])
    stored = CareActivity.objects.get()
    later = CareActivity.objects.create(
        woman=stored.woman, organisation=stored.organisation, code="V-CON", source="record",
        source_reference="A-2", performed_on=stored.performed_on, recorded_on=stored.recorded_on,
    )  # fmt: skip
    assert later.pk == 42


def test_a_withdrawn_activity_stays_readable_and_is_withdrawn_once(pregnancy: Pregnancy) -> None:
    store_activities([row(pregnancy, 1, "A-1")])
    activity = CareActivity.objects.get()
    withdraw_activity(activity, date(2025, 5, 1), "dubbel ingevoerd")
    assert CareActivity.objects.get().withdrawal.reason == "dubbel ingevoerd"
    with pytest.raises(DatabaseError), transaction.atomic():
        withdraw_activity(activity, date(2025, 5, 2), "nog eens")
