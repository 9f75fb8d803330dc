"""What is done to pathways: each step only in its order, and nothing is changed afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Network, Person
from ooievaar.pathways import commands, queries
from ooievaar.pathways.models import (
    Enrolment,
    PathwayInForce,
    PathwaySignature,
    PathwayVersion,
    Skip,
)
from ooievaar.pathways.tests.planned_region import BASE, DIABETES, PlannedRegion
from ooievaar.record.relations import Rejected
from ooievaar.record.tests.care_region import AT

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 1)
LATER = BASE.replace("31+0", "31+6")
OTHER_BASE = BASE.replace("key: basis", "key: other_base")


@pytest.fixture
def region() -> PlannedRegion:
    return PlannedRegion()


def field_of(outcome: Any) -> str:
    assert isinstance(outcome, Rejected), outcome
    return outcome.field


def test_a_version_has_the_next_number(region: PlannedRegion) -> None:
    version = region.version(LATER)
    assert (version.key, version.number, version.kind) == ("basis", 2, "base")
    assert queries.definition_of(version).key == "basis"


def test_a_text_that_does_not_hold_is_no_version(region: PlannedRegion) -> None:
    wrong = BASE.replace("V-CON", "V-XXX")
    outcome = commands.add_version(region.network, wrong, person=region.person, at=AT)
    assert field_of(outcome) == "text"
    assert "V-XXX" in str(outcome.reason)  # type: ignore[union-attr]
    assert PathwayVersion.objects.count() == 2


def test_the_same_text_is_no_version(region: PlannedRegion) -> None:
    same = commands.add_version(region.network, BASE, person=region.person, at=AT)
    assert field_of(same) == "text"


def test_two_writers_at_once_lose_nothing(region: PlannedRegion) -> None:
    """Both began from version 1; who comes second is told."""
    region.version(LATER)
    outcome = commands.add_version(
        region.network, BASE.replace("31+0", "32+0"), person=region.person, at=AT, based_on=1
    )
    assert field_of(outcome) == "based_on"


def test_a_base_does_not_become_an_addition(region: PlannedRegion) -> None:
    turned = BASE.replace("kind: base", "kind: addition")
    assert field_of(commands.add_version(region.network, turned, person=region.person, at=AT))


def test_only_what_was_read_is_signed_and_once(region: PlannedRegion) -> None:
    version = region.version(LATER)

    def sign(**changed: Any) -> Any:
        given = {"person": region.person, "mandate": "de regio", "sha256": version.sha256, "at": AT}
        return commands.sign(version, **(given | changed))

    assert field_of(sign(sha256="0" * 64)) == "sha256"
    assert field_of(sign(mandate=" ")) == "mandate"
    assert isinstance(sign(), PathwaySignature)
    assert isinstance(sign(), Rejected)


def test_only_what_is_signed_comes_in_force(region: PlannedRegion) -> None:
    version = region.version(LATER)

    def put(day: date) -> Any:
        return commands.put_in_force(version, person=region.person, valid_from=day, at=AT)

    assert isinstance(put(TODAY), Rejected)
    region.signed(version)
    assert field_of(put(TODAY - timedelta(days=1))) == "valid_from"
    assert isinstance(put(TODAY), PathwayInForce)
    assert isinstance(put(TODAY + timedelta(days=9)), Rejected)


def test_one_base_holds_at_a_time(region: PlannedRegion) -> None:
    region.held(OTHER_BASE, TODAY + timedelta(days=1))
    assert set(queries.in_force(region.network.pk, TODAY)) == {"basis", "diabetes"}
    tomorrow = queries.in_force(region.network.pk, TODAY + timedelta(days=1))
    assert list(tomorrow) == ["other_base", "diabetes"]


def enrol(region: PlannedRegion, version: PathwayVersion, **changed: Any) -> Any:
    given = {"person": region.person, "from_on": TODAY, "at": AT, "reason": "OGTT"}
    return commands.enrol(region.noor, version, **(given | changed))


def test_she_starts_once_moves_and_ends(region: PlannedRegion) -> None:
    given = {"person": region.person, "from_on": TODAY, "at": AT, "reason": "beleid"}
    newer = region.signed(region.version(DIABETES.replace("33+0", "32+0")))
    assert isinstance(commands.move(region.noor, newer, **given), Rejected)
    assert isinstance(enrol(region, region.diabetes), Enrolment)
    assert isinstance(enrol(region, region.diabetes), Rejected)
    assert field_of(commands.move(region.noor, newer, **(given | {"reason": " "}))) == "reason"
    assert isinstance(commands.move(region.noor, newer, **given), Enrolment)
    assert queries.on_now(region.noor.pk, AT)["diabetes"] == newer
    assert isinstance(commands.end(region.noor, region.diabetes, **given), Rejected)
    assert isinstance(commands.end(region.noor, newer, **given), Enrolment)
    assert set(queries.on_now(region.noor.pk, AT)) == {"basis"}
    assert isinstance(enrol(region, newer), Enrolment)


def test_she_moves_to_another_base_but_never_without(region: PlannedRegion) -> None:
    other = region.signed(region.version(OTHER_BASE))
    given = {"person": region.person, "from_on": TODAY, "at": AT, "reason": "wens"}
    assert isinstance(enrol(region, other), Rejected)
    assert isinstance(commands.move(region.noor, other, **given), Enrolment)
    assert set(queries.on_now(region.noor.pk, AT)) == {"other_base"}
    assert isinstance(commands.end(region.noor, other, **given), Rejected)


def test_she_starts_on_nothing_unsigned_foreign_or_to_come(region: PlannedRegion) -> None:
    unsigned = region.version(DIABETES.replace("33+0", "32+0"))
    assert field_of(enrol(region, unsigned)) == "version"
    assert field_of(enrol(region, region.diabetes, from_on=TODAY + timedelta(days=1))) == "from_on"
    elsewhere = Network.objects.create(kind="vsv", name="Elders")
    foreign = commands.add_version(elsewhere, DIABETES, person=region.person, at=AT)
    assert isinstance(foreign, PathwayVersion)
    region.signed(foreign)
    assert field_of(enrol(region, foreign)) == "version"


def test_nothing_is_written_before_something_later(region: PlannedRegion) -> None:
    assert enrol(region, region.diabetes)
    earlier = commands.end(
        region.noor,
        region.diabetes,
        person=region.person,
        from_on=TODAY - timedelta(days=3),
        at=AT,
        reason="toch niet",
    )
    assert field_of(earlier) == "from_on"


def test_an_item_is_skipped_with_a_reason_and_put_back(region: PlannedRegion) -> None:
    def skip(item: str, reason: str = "verhuisd") -> Any:
        return commands.skip(region.noor, item, reason=reason, person=region.person, at=AT)

    def status() -> tuple[str, str]:
        (item,) = [row for row in queries.plan_of(region.noor.pk, AT).items
                   if row.key == "check_34"]  # fmt: skip
        return item.status, item.reason

    assert status() == ("due", "")
    assert field_of(skip("check_34", "")) == "reason"
    assert isinstance(skip("check_34"), Skip)
    assert status() == ("skipped", "verhuisd")
    assert field_of(skip("check_34")) == "item"
    assert field_of(skip("intake")) == "item"
    assert field_of(skip("bestaat_niet")) == "item"
    undo = commands.undo_skip(region.noor, "check_34", person=region.person, at=AT)
    assert isinstance(undo, Skip)
    assert status() == ("due", "")
    assert isinstance(
        commands.undo_skip(region.noor, "check_34", person=region.person, at=AT), Rejected
    )


@pytest.mark.parametrize(
    "model", [PathwayVersion, PathwaySignature, PathwayInForce, Enrolment, Skip]
)
def test_what_was_agreed_is_not_changed(region: PlannedRegion, model: Any) -> None:
    commands.skip(region.noor, "check_34", reason="x", person=region.person, at=AT)
    enrol(region, region.diabetes)
    assert model.objects.exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(id=999)


def test_a_network_begins_with_what_is_shipped(db: None) -> None:
    network = Network.objects.create(kind="igo", name="IGO Nieuw")
    person = Person.objects.create(username="founder")
    since = date(2020, 1, 1)
    added = commands.adopt_shipped(network, person, since, AT)
    assert len(added) == len({(row.key, row.number) for row in added})
    held = queries.in_force(network.pk, TODAY)
    assert "who_anc" not in held
    assert next(iter(held)) == "basis"
    # How care is given now holds; the shift itself is there to be proposed.
    assert {row.number for row in held.values()} == {1}
    assert network.pathway_versions.filter(key="meconium").count() == 3
    assert commands.adopt_shipped(network, person, since, AT) == []
