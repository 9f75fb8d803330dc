"""Rows in bulk are rows like any other: typed, counted on, and refused with the same faults."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from ooievaar.storage.bulk import add_numbered_rows, analyse_tables, insert_rows, next_id

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


AMSTERDAM_IN_SUMMER = timezone(timedelta(hours=2))


def moments_as_kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(recorded_at AS text) FROM record_consent ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_a_moment_is_kept_as_the_orm_keeps_it() -> None:
    """On SQLite it is a text: written otherwise it would be another row, and sort elsewhere."""
    woman, consent = Woman.objects.create(reference="W-1"), apps.get_model("record", "Consent")
    at = datetime(2026, 7, 1, 9, 0, 30, 250_000, tzinfo=AMSTERDAM_IN_SUMMER)
    whole = datetime(2026, 7, 1, 9, tzinfo=UTC)
    rows = [(woman.pk, True, at), (woman.pk, True, whole)]
    insert_rows(consent, ("woman_id", "is_given", "recorded_at"), rows)
    for moment in (at, whole):
        consent.objects.create(woman=woman, is_given=True, recorded_at=moment)
    in_bulk, by_one = moments_as_kept()[:2], moments_as_kept()[2:]
    assert in_bulk == by_one
    assert list(consent.objects.values_list("recorded_at", flat=True)) == [at, whole] * 2


def planned_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT * FROM record_woman WHERE name = %s", ["a"])
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no such figures")
def test_after_analysing_a_database_knows_what_stands_in_a_table() -> None:
    rows = ((f"W-{n}", "a", "") for n in range(2000))
    insert_rows(Woman, ("reference", "name", "postcode"), rows)
    assert planned_rows() < 200
    analyse_tables(Woman)
    assert planned_rows() == 2000


def test_every_table_can_be_analysed() -> None:
    analyse_tables()
