"""Somebody with the database in hand bends the log; reading it again says so, and where."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from ooievaar.record.access_log import anchors, verify
from ooievaar.record.access_log.anchors import (
    ChainBent,
    anchor_if_due,
    mark_of,
    read_anchors,
    verify_with_anchors,
)
from ooievaar.record.access_log.chain import event_hash
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, AccessSubject
from ooievaar.record.access_log.tests.events import (
    AT,
    SANNE,
    bend,
    read,
    unguarded,
    written,
)
from ooievaar.record.access_log.verify import Bend, Mark, verify_chain

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows at a time, so that every fault also falls near the edge of a chunk."""
    monkeypatch.setattr(verify, "ROWS_AT_ONCE", 3)


@pytest.fixture
def log() -> None:
    """Ten events of two women each, in a database whose guards somebody took off."""
    written(10)
    assert verify_chain().holds
    unguarded()


def found(**asked: Any) -> list[tuple[int, str]]:
    verdict = verify_chain(**asked)
    assert verdict.found_count == len(verdict.found)
    return [(finding.number, finding.bend.value) for finding in verdict.found]


def test_a_log_that_nobody_touched_holds(log: None) -> None:
    verdict = verify_chain()
    assert verdict.holds
    assert (verdict.count, verdict.last_number) == (10, 10)
    assert verdict.last_hash == AccessEvent.objects.get(number=10).hash


def test_an_empty_log_holds() -> None:
    assert verify_chain().holds


CHANGES = [
    "kind = 'list'",
    "is_success = NOT is_success",
    "person_name = 'Iemand anders'",
    "person_id = NULL",
    "organisation_id = 4",
    "purpose = 'emergency'",
    "controls = 'TTTT'",
    "address = ''",
    "object_id = '13'",
    "detail = '{{\"shown\": 3}}'",
    "women = '[4]'",
    "source = 'x'",
    "format = 2",
    "hash = '" + "0" * 64 + "'",
    "previous_hash = '" + "0" * 64 + "'",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("number", [2, 3, 4, 10])
def test_a_changed_field_is_found(log: None, change: str, number: int) -> None:
    bend(f"UPDATE {{events}} SET {change} WHERE number = {number}")
    assert found()[0] in ((number, "changed"), (number, "loose"))


def test_a_moment_that_was_shifted_is_found(log: None) -> None:
    AccessEvent.objects.filter(number=5).update(at=AT + timedelta(microseconds=1))
    assert found() == [(5, "changed")]


def test_a_row_that_was_removed_from_the_middle_is_found(log: None) -> None:
    bend(
        "DELETE FROM {subjects} WHERE event_id = 6",
        "DELETE FROM {events} WHERE number = 6",
    )
    verdict = verify_chain()
    assert [(f.number, f.bend, f.until) for f in verdict.found] == [
        (6, Bend.GAP, 6),
        (7, Bend.LOOSE, 0),
    ]
    assert str(verdict.found[0]) == "de gebeurtenissen 6 tot en met 6 ontbreken"


def test_a_row_that_was_removed_and_the_rest_moved_up_is_found(log: None) -> None:
    bend(
        "DELETE FROM {subjects} WHERE event_id = 6",
        "DELETE FROM {events} WHERE number = 6",
        "UPDATE {subjects} SET event_id = event_id - 1 WHERE event_id > 6",
    )
    for number in range(7, 11):
        bend(f"UPDATE {{events}} SET number = {number - 1} WHERE number = {number}")
    assert found()[:2] == [(6, "changed"), (6, "loose")]


def test_rows_removed_from_the_start_are_found(log: None) -> None:
    bend(
        "DELETE FROM {subjects} WHERE event_id < 3",
        "DELETE FROM {events} WHERE number < 3",
    )
    assert found() == [(1, "gap"), (3, "loose")]


def test_two_rows_that_changed_places_are_found(log: None) -> None:
    bend(
        "DELETE FROM {subjects}",
        "UPDATE {events} SET number = -1 WHERE number = 4",
        "UPDATE {events} SET number = 4 WHERE number = 8",
        "UPDATE {events} SET number = 8 WHERE number = -1",
    )
    changed = {number for number, bend_ in found() if bend_ == "changed"}
    loose = {number for number, bend_ in found() if bend_ == "loose"}
    assert changed == {4, 8}
    assert loose == {4, 5, 8, 9}


def test_a_forged_row_in_front_or_behind_is_found(log: None) -> None:
    columns = [field.column for field in AccessEvent._meta.concrete_fields]
    names, rest = ", ".join(columns), ", ".join(columns[1:])
    for number in (0, 11):
        bend(f"INSERT INTO {{events}} ({names}) SELECT {number}, {rest} FROM {{events}} "
             "WHERE number = 10")  # fmt: skip
    assert {number for number, _bend in found()} == {0, 1, 11}


def test_a_row_put_in_the_middle_is_found(log: None) -> None:
    bend("DELETE FROM {subjects}")
    for number in range(10, 4, -1):
        bend(f"UPDATE {{events}} SET number = {number + 1} WHERE number = {number}")
    columns = [field.column for field in AccessEvent._meta.concrete_fields]
    names, rest = ", ".join(columns), ", ".join(columns[1:])
    bend(f"INSERT INTO {{events}} ({names}) SELECT 5, {rest} FROM {{events}} WHERE number = 4")
    assert (5, "changed") in found() and (5, "loose") in found()


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("UPDATE {subjects} SET woman_id = 77 WHERE event_id = 5 AND woman_id = 5", {5}),
        ("DELETE FROM {subjects} WHERE event_id = 5 AND woman_id = 5", {5}),
        ("DELETE FROM {subjects} WHERE event_id = 5", {5}),
        ("INSERT INTO {subjects} (event_id, woman_id) VALUES (5, 77)", {5}),
        ("UPDATE {subjects} SET event_id = 6 WHERE event_id = 5 AND woman_id = 105", {5, 6}),
        ("UPDATE {subjects} SET event_id = 2 WHERE event_id = 5 AND woman_id = 105", {2, 5}),
        ("UPDATE {subjects} SET event_id = 10 WHERE event_id = 5 AND woman_id = 105", {5, 10}),
    ],
)
def test_subjects_that_disagree_with_their_event_are_found(
    log: None, statement: str, numbers: set[int]
) -> None:
    """Else a look could vanish from what a woman sees, while the chain itself stays whole."""
    bend(statement)
    assert all(bend_ == "subjects" for _number, bend_ in found())
    assert {number for number, _bend in found()} >= numbers


def test_subjects_of_an_event_that_is_gone_are_found(log: None) -> None:
    bend("DELETE FROM {events} WHERE number = 10")
    assert found() == [(10, "subjects")]
    bend("DELETE FROM {subjects} WHERE event_id = 10")


@pytest.mark.parametrize(
    ("column", "value", "bend_"),
    [
        ("at", "gisteren", "changed"),
        ("at", "2026-13-45 10:00:00", "unreadable"),
        ("women", "geen json", "changed"),
        ("detail", "geen json", "changed"),
        ("person_name", "", "changed"),
    ],
)
def test_what_is_not_of_its_type_any_more_is_found(
    log: None, column: str, value: str, bend_: str
) -> None:
    """SQLite keeps whatever is put in a column."""
    if connection.vendor == "postgresql":
        pytest.skip("alleen met SQLite: een kolom met iets van een ander type")
    # Past the check that Django puts on the column.
    bend(
        "PRAGMA ignore_check_constraints = ON",
        f"UPDATE {{events}} SET {column} = '{value}' WHERE number = 5",
        "PRAGMA ignore_check_constraints = OFF",
    )
    assert found()[0] == (5, bend_)
    assert {number for number, _bend in found()} == {5}


def test_only_the_end_can_be_read_again(log: None) -> None:
    verdict = verify_chain(since=8)
    assert verdict.holds and verdict.count == 3
    bend("UPDATE {events} SET kind = 'list' WHERE number = 2")
    assert verify_chain(since=8).holds
    bend("UPDATE {events} SET kind = 'list' WHERE number = 9")
    assert found(since=8) == [(9, "changed")]
    assert found(since=9) == [(9, "changed")]


# --- Anchors ---


@pytest.fixture
def folder(settings: Any, tmp_path: Any) -> Any:
    settings.DATA = tmp_path
    return tmp_path / "anchors"


def anchored_days(count: int) -> None:
    """Three events a day, and the end of the day anchored."""
    for day in range(count):
        written(3)
        assert anchor_if_due(NOW + timedelta(days=day)) is not None


def forge_the_rest(start: int) -> None:
    """Compute every hash anew from an event on, as somebody who knows how would."""
    previous = AccessEvent.objects.get(number=start - 1).hash
    for row in AccessEvent.objects.filter(number__gte=start).order_by("number").values():
        row["previous_hash"] = previous
        row["hash"] = previous = event_hash(row)
        AccessEvent.objects.filter(number=row["number"]).update(
            previous_hash=row["previous_hash"], hash=row["hash"]
        )


def test_an_anchor_holds_the_end_of_the_day_and_the_anchor_before(folder: Any) -> None:
    anchored_days(2)
    first, second = read_anchors(folder)[0]
    assert (first.day, first.number, first.count) == ("2026-11-22", 3, 3)
    assert (second.day, second.number, second.count) == ("2026-11-23", 6, 6)
    assert second.previous == first.seal
    assert second.hash == AccessEvent.objects.get(number=6).hash
    assert second.line == f"2026-11-23 6:{second.hash}"
    verdict = verify_with_anchors()
    assert verdict.holds and verdict.marks_met == 2


def test_an_anchor_is_written_once_a_day_and_never_again(folder: Any) -> None:
    anchored_days(1)
    before = (folder / "2026-11-22.json").read_bytes()
    written(2)
    assert anchor_if_due(NOW + timedelta(minutes=59)) is None
    assert (folder / "2026-11-22.json").read_bytes() == before
    # Eleven in the evening in UTC is the next day in the Netherlands.
    assert anchor_if_due(NOW + timedelta(hours=1)) is not None


def test_two_that_anchor_at_once_keep_the_first(folder: Any) -> None:
    written(1)
    first = anchor_if_due(NOW)
    assert first is not None
    assert not anchors._write(first, folder)
    assert [path.name for path in folder.iterdir()] == ["2026-11-22.json"]


def test_an_empty_log_has_no_anchor(folder: Any) -> None:
    assert anchor_if_due(NOW) is None
    assert not folder.exists()


def test_a_day_without_events_is_anchored_too(folder: Any) -> None:
    anchored_days(1)
    again = anchor_if_due(NOW + timedelta(days=1))
    assert again is not None and (again.number, again.count) == (3, 3)
    assert verify_with_anchors().holds


def test_a_tail_that_was_removed_is_missed_by_the_anchor(folder: Any) -> None:
    anchored_days(2)
    unguarded()
    bend(
        "DELETE FROM {subjects} WHERE event_id > 4",
        "DELETE FROM {events} WHERE number > 4",
    )
    assert verify_chain().holds
    verdict = verify_with_anchors()
    assert [(f.number, f.bend, f.name) for f in verdict.found] == [(6, Bend.TAIL, "2026-11-23")]
    assert "het einde is verwijderd" in str(verdict.found[0])


def test_a_chain_that_was_computed_anew_is_another_than_the_anchor_saw(folder: Any) -> None:
    anchored_days(2)
    unguarded()
    AccessEvent.objects.filter(number=5).update(person_name="Iemand anders")
    forge_the_rest(5)
    assert verify_chain().holds
    verdict = verify_with_anchors()
    assert [(f.number, f.bend) for f in verdict.found] == [(6, Bend.ANCHOR)]
    assert verify_with_anchors(since=7).found[0].bend is Bend.ANCHOR


def test_a_whole_log_that_was_removed_is_missed(folder: Any) -> None:
    anchored_days(1)
    unguarded()
    bend("DELETE FROM {subjects}", "DELETE FROM {events}")
    assert [f.bend for f in verify_with_anchors().found] == [Bend.TAIL]


def change_number(values: dict[str, Any]) -> None:
    values["number"] = 2


def change_and_seal(values: dict[str, Any]) -> None:
    from ooievaar.record.access_log.chain import canonical_hash

    values["number"] = 2
    values["hash"] = AccessEvent.objects.get(number=2).hash
    del values["seal"]
    values["seal"] = canonical_hash(values)


@pytest.mark.parametrize("change", [change_number, change_and_seal])
def test_an_anchor_that_was_changed_is_found(
    folder: Any, change: Callable[[dict[str, Any]], None]
) -> None:
    anchored_days(2)
    path = folder / "2026-11-22.json"
    values = json.loads(path.read_text())
    change(values)
    path.unlink()
    path.write_text(json.dumps(values))
    assert Bend.ANCHORS in {f.bend for f in verify_with_anchors().found}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"day": 1}'])
def test_an_anchor_that_is_no_anchor_any_more_is_found(folder: Any, content: str) -> None:
    anchored_days(1)
    path = folder / "2026-11-22.json"
    path.unlink()
    path.write_text(content)
    assert [f.bend for f in verify_with_anchors().found] == [Bend.ANCHORS]


def test_an_anchor_that_was_removed_is_missed_by_the_next(folder: Any) -> None:
    anchored_days(3)
    (folder / "2026-11-23.json").unlink()
    assert [(f.bend, f.name) for f in verify_with_anchors().found] == [(Bend.ANCHORS, "2026-11-24")]


def test_an_anchor_kept_elsewhere_testifies_when_all_here_are_gone(folder: Any) -> None:
    anchored_days(2)
    kept = mark_of(read_anchors(folder)[0][1])
    unguarded()
    AccessEvent.objects.filter(number=5).update(person_name="Iemand anders")
    forge_the_rest(5)
    for path in folder.iterdir():
        path.unlink()
    assert verify_with_anchors().holds
    assert [f.bend for f in verify_with_anchors(kept=(kept,)).found] == [Bend.ANCHOR]
    assert not verify_with_anchors(kept=(Mark(99, "0" * 64, "elders"),)).holds


def test_no_anchor_testifies_of_a_chain_that_was_bent(folder: Any) -> None:
    anchored_days(1)
    written(2)
    unguarded()
    bend("UPDATE {events} SET kind = 'list' WHERE number = 5")
    with pytest.raises(ChainBent, match="gebeurtenis 5 is gewijzigd"):
        anchor_if_due(NOW + timedelta(days=1))
    assert len(read_anchors(folder)[0]) == 1


def test_memory_does_not_grow_with_what_is_wrong(
    log: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "MOST_FINDINGS", 4)
    bend("UPDATE {events} SET kind = 'list'")
    verdict = verify_chain()
    assert (len(verdict.found), verdict.found_count) == (4, 10)


def test_appending_goes_on_after_a_check(log: None) -> None:
    append([read(1)], SANNE, AT)
    assert verify_chain().count == 11
    assert AccessSubject.objects.filter(event_id=11).count() == 1
