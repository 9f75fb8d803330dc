"""The hash of an event covers all of it and the one before; anybody can compute it again."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ooievaar.record.access_log.actors import SYSTEM, Actor
from ooievaar.record.access_log.chain import FIELDS, GENESIS, canonical_hash, event_hash
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, AccessSubject, Kind
from ooievaar.record.access_log.noting import Look
from ooievaar.record.access_log.tests.events import AT, SANNE, read

EVENT: dict[str, Any] = {
    "number": 1,
    "format": 1,
    "at": AT,
    "kind": "read",
    "action": "R",
    "is_success": True,
    "person_id": 7,
    "person_name": "Zoë",
    "responsible_id": None,
    "responsible_name": "",
    "organisation_id": 3,
    "network_id": None,
    "place_name": "Praktijk",
    "role": "midwife",
    "purpose": "treatment",
    "object_type": "pregnancy",
    "object_id": "12",
    "controls": "TTTF",
    "address": "10.0.0.9",
    "source": "ooievaar@here",
    "women": [5],
    "detail": {"b": 1, "a": "x"},
    "previous_hash": GENESIS,
}


def test_the_hash_of_a_known_event_stays_what_it_is() -> None:
    """Computed from the line itself, by hand: logs of years ago depend on it."""
    assert event_hash(EVENT) == "d12380896abf110d7821cd2e5d94e865d6fb882e99b8a7f0dd8e87cb09dc64f9"


def test_every_field_of_the_model_but_the_hash_is_covered() -> None:
    stored = {field.attname for field in AccessEvent._meta.concrete_fields}
    assert set(FIELDS[1]) == stored - {"hash"}


@pytest.mark.parametrize("name", FIELDS[1])
def test_another_value_of_any_field_is_another_hash(name: str) -> None:
    others = {"format": 1, "at": AT + timedelta(microseconds=1), "women": [5, 6], "detail": {}}
    changed = EVENT | {name: others.get(name, "other")}
    if name != "format":
        assert event_hash(changed) != event_hash(EVENT)
    else:
        with pytest.raises(ValueError, match="format"):
            event_hash(EVENT | {"format": 2})


def test_the_same_moment_elsewhere_and_keys_in_another_order_are_the_same() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=1)))
    again = dict(reversed(EVENT.items())) | {"at": elsewhere, "detail": {"a": "x", "b": 1}}
    assert event_hash(again) == event_hash(EVENT)


def test_a_moment_without_microseconds_is_written_as_long() -> None:
    whole = datetime(2026, 1, 1, tzinfo=UTC)
    assert canonical_hash({"at": whole}) == canonical_hash(
        {"at": "2026-01-01T00:00:00.000000+00:00"}
    )


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), b"x", object(), float("nan")])
def test_what_has_no_one_way_to_be_written_has_no_place_in_a_chain(value: object) -> None:
    with pytest.raises(ValueError, match=r"no place|not JSON"):
        canonical_hash({"value": value})


@pytest.mark.django_db
class TestAppending:
    def test_events_are_numbered_without_a_gap_and_each_holds_on_to_the_one_before(self) -> None:
        append([read(1), read(2)], SANNE)
        append([read(3)], SANNE)
        rows = list(AccessEvent.objects.order_by("number").values())
        assert [row["number"] for row in rows] == [1, 2, 3]
        assert [row["previous_hash"] for row in rows] == [
            GENESIS,
            rows[0]["hash"],
            rows[1]["hash"],
        ]
        assert [event_hash(row) for row in rows] == [row["hash"] for row in rows]

    def test_the_fields_of_nen_7513_are_kept(self) -> None:
        append([read(5, 9, detail={"shown": 2})], SANNE, AT)
        event = AccessEvent.objects.get()
        assert (event.at, event.kind, event.action, event.is_success) == (AT, "read", "R", True)
        assert (event.person_name, event.responsible_name) == ("Sanne de Vries", "Sanne de Vries")
        assert (event.organisation_id, event.role, event.purpose) == (3, "midwife", "treatment")
        assert (event.object_type, event.object_id) == ("pregnancy", "12")
        assert (event.controls, event.address) == ("TTTF", "10.0.0.9")
        assert event.source.startswith("ooievaar@")
        assert (event.women, event.detail) == ([5, 9], {"shown": 2})
        assert list(AccessSubject.objects.order_by("id").values_list("event", "woman_id")) == [
            (1, 5),
            (1, 9),
        ]

    def test_behind_the_emergency_button_the_purpose_is_an_emergency(self) -> None:
        append([read(1, controls="TFFT"), read(1), read(1, purpose="quality")], SANNE)
        purposes = AccessEvent.objects.order_by("number").values_list("purpose", flat=True)
        assert list(purposes) == ["emergency", "treatment", "quality"]

    def test_nothing_noted_is_nothing_written(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            append([], SANNE)

    def test_a_page_costs_three_queries_at_most(self, django_assert_max_num_queries: Any) -> None:
        append([read(1)], SANNE)
        with django_assert_max_num_queries(3 + 2) as captured:
            append([read(*range(25)), read(3)], SANNE)
        asked = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
        assert len(asked) == (3 if connection.vendor == "sqlite" else 2)

    def test_an_export_of_very_many_women_is_one_event(self) -> None:
        append([read(*range(12_000))], SANNE)
        assert AccessEvent.objects.count() == 1
        assert AccessSubject.objects.count() == 12_000

    def test_it_goes_along_with_the_transaction_of_its_caller(self) -> None:
        append([read(1)], SANNE)
        with transaction.atomic():
            append([read(2)], SANNE)
            transaction.set_rollback(True)
        append([read(3)], SANNE)
        assert list(AccessEvent.objects.values_list("number", flat=True).order_by("number")) == [
            1,
            2,
        ]

    def test_an_address_with_odd_characters_in_it_is_kept_clean(self) -> None:
        append([Look(Kind.READ, "month", "2026\x00" + "9" * 80)], SYSTEM)
        assert AccessEvent.objects.get().object_id == "2026?" + "9" * 59

    def test_the_longest_names_fit(self) -> None:
        longest = Actor(
            person_name="n" * 301, responsible_name="n" * 301, place_name="p" * 362, role="r" * 24
        )
        append([read(1)], longest)
        assert AccessEvent.objects.get().person_name == "n" * 301

    def test_the_database_refuses_to_change_or_remove_an_event(self) -> None:
        append([read(1)], SANNE)
        for model, change in ((AccessEvent, {"kind": "list"}), (AccessSubject, {"woman_id": 2})):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                model._default_manager.update(**change)
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                model._default_manager.all()._raw_delete("default")
