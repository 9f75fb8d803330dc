"""Rows in bulk are rows like any other: typed, counted on, and refused with the same faults."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from ooievaar.storage.bulk import add_numbered_rows, insert_rows, next_id

pytestmark = pytest.mark.django_db

FIELDS = ("id", "reference", "bsn", "name", "birth_date", "postcode")
Woman = apps.get_model("record", "Woman")


def row(number: int, reference: str, birth_date: str | None = None) -> tuple:
    return (number, reference, None, "Zoë\t\\N\n'; --", birth_date, "")


def test_values_are_stored_as_they_are() -> None:
    insert_rows(Woman, FIELDS, iter([row(1, "W-1", "1994-03-12"), row(2, "W-2")]))
    first, second = Woman.objects.order_by("id")
    assert (first.birth_date, first.bsn, first.name) == (
        *(date(1994, 3, 12), None),
        "Zoë\t\\N\n'; --",
    )
    assert second.birth_date is None


def test_foreign_keys_are_given_by_their_attribute_name() -> None:
    insert_rows(Woman, FIELDS, [row(7, "W-7")])
    pregnancy = apps.get_model("record", "Pregnancy")
    insert_rows(pregnancy, ("id", "woman_id", "reference"), [(3, 7, "Z-3")])
    assert pregnancy.objects.get().woman_id == 7


def test_no_rows_are_no_fault() -> None:
    insert_rows(Woman, FIELDS, [])
    add_numbered_rows(Woman, FIELDS, [])
    assert not Woman.objects.exists()
    assert next_id(Woman) == 1


def test_a_refused_row_is_a_fault_of_the_database_and_nothing_is_stored() -> None:
    """As Django's own: who catches its faults need not know the driver."""
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Woman, FIELDS, [row(1, "W-1"), row(2, "W-1")])
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_rows(Woman, FIELDS, [row(1, "W-1")[:-1]])
    assert not Woman.objects.exists()


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(KeyError):
        insert_rows(Woman, ("id", "mother"), [(1, "x")])


def test_numbering_goes_on_after_the_highest() -> None:
    add_numbered_rows(Woman, FIELDS, [row(41, "W-41"), row(5, "W-5")])
    assert next_id(Woman) == 42
    assert Woman.objects.create(reference="W-42").pk == 42


def test_a_failing_source_of_rows_leaves_nothing_behind() -> None:
    def rows():
        yield row(1, "W-1")
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        add_numbered_rows(Woman, FIELDS, rows())
    assert not Woman.objects.exists()
    assert connection.is_usable()
