"""Double diagnostics counted: prevented, made again anyway, and who sees how many."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.entries.commands import mark_in_error
from ooievaar.record.entries.models import Entry, RepeatChoice
from ooievaar.record.entries.repeat_counts import (
    RepeatCount,
    counts_in_network,
    counts_of_organisation,
)
from ooievaar.record.entries.tests.writing import Desk, queries_of
from ooievaar.record.models import Consent, Woman
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
PAGE = "/dubbel-onderzoek/"
# Half past eleven in the evening of 30 September for the world, October in the Netherlands.
OCTOBER = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def linde(region: CareRegion) -> Desk:
    return Desk(region, "linde")


@pytest.fixture
def earlier(region: CareRegion) -> Entry:
    scan = {"scan_kind": "growth", "hc:1": "250"}
    return Desk(region, "echo").wrote("ultrasound", scan, days_ago=3)


def chose(
    desk: Desk, earlier: Entry, at: datetime, entry: Entry | None = None, kind: str = "growth_scan"
) -> RepeatChoice:
    assert desk.held.organisation is not None
    return RepeatChoice.objects.create(
        pregnancy=desk.pregnancy,
        diagnostic=kind,
        earlier=earlier,
        entry=entry,
        organisation=desk.held.organisation,
        person=desk.held.person,
        is_prevented=entry is None,
        reason="" if entry is None else "minder leven",
        chosen_at=at,
    )


def scanned_again(desk: Desk) -> Entry:
    return desk.wrote("ultrasound", {"scan_kind": "growth", "hc:1": "252"})


def own(desk: Desk) -> list[RepeatCount]:
    return counts_of_organisation(desk.held.organisation_id)


def test_choices_are_counted_by_month_here_and_by_kind(linde: Desk, earlier: Entry) -> None:
    chose(linde, earlier, OCTOBER)
    chose(linde, earlier, OCTOBER, kind="hb")
    chose(linde, earlier, NOVEMBER, scanned_again(linde))
    chose(linde, earlier, NOVEMBER, kind="hb")
    assert own(linde) == [
        RepeatCount("2026-11", "growth_scan", 0, 1),
        RepeatCount("2026-11", "hb", 1, 0),
        RepeatCount("2026-10", "hb", 1, 0),
    ], "the scan of October was made after all"


def test_what_was_prevented_after_one_was_made_again_counts(linde: Desk, earlier: Entry) -> None:
    chose(linde, earlier, OCTOBER, scanned_again(linde))
    chose(linde, earlier, NOVEMBER)
    assert [(one.prevented, one.made_again) for one in own(linde)] == [(1, 0), (0, 1)]


def test_a_mistake_was_not_made_again_also_when_it_was_corrected_first(
    linde: Desk, earlier: Entry
) -> None:
    made = scanned_again(linde)
    chose(linde, earlier, NOVEMBER, made)
    better = linde.wrote("ultrasound", {"scan_kind": "growth", "hc:1": "253"}, replaces=made)
    assert own(linde) == [RepeatCount("2026-11", "growth_scan", 0, 1)]
    held: dict[str, Any] = {
        "person": linde.held.person,
        "organisation": linde.held.organisation,
        "role": linde.held.role,
    }
    assert isinstance(mark_in_error(better, "andere vrouw", at=NOVEMBER, **held), Entry)
    assert own(linde) == []


def test_an_organisation_counts_its_own_and_a_network_its_women(
    region: CareRegion, linde: Desk, earlier: Entry
) -> None:
    gyn = Desk(region, "gyn")
    chose(linde, earlier, NOVEMBER)
    chose(gyn, earlier, NOVEMBER)
    other = Network.objects.create(kind="igo", name="IGO Elders")
    assert [one.prevented for one in own(linde)] == [1]
    assert [one.prevented for one in counts_in_network(region.network.pk)] == [2]
    assert counts_in_network(other.pk) == counts_in_network(None) == []
    assert counts_of_organisation(None) == []


def test_of_who_objects_to_learning_from_her_care_nothing_counts(
    region: CareRegion, linde: Desk, earlier: Entry
) -> None:
    chose(linde, earlier, NOVEMBER)
    chose(Desk(region, "gyn"), earlier, NOVEMBER)
    region.says("linde", "", is_given=False, purpose="research")
    assert [one.prevented for one in counts_in_network(region.network.pk)] == [2]
    region.says("linde", "", is_given=False, purpose="quality")
    assert own(linde) == []
    assert [one.prevented for one in counts_in_network(region.network.pk)] == [1]
    other = Woman.objects.create(reference="W-2", name="Noor", birth_date=date(1994, 3, 12))
    Woman.objects.filter(pk=region.noor.woman_id).update(same_as=other)
    Consent.objects.create(woman=other, purpose="quality", is_given=False, recorded_at=NOVEMBER)
    assert counts_in_network(region.network.pk) == []


def test_who_gives_no_care_sees_that_it_is_few_on_the_page_and_in_the_file(
    region: CareRegion, linde: Desk, earlier: Entry
) -> None:
    for _ in range(4):
        chose(linde, earlier, NOVEMBER)
    for _ in range(5):
        chose(linde, earlier, NOVEMBER, kind="hb")
    rows = [["november 2026", "Groei-echo", "4", "0"], ["november 2026", "Hemoglobine", "5", "0"]]
    assert cells(linde.client) == rows
    for role in (Role.QUALITY_OFFICER, Role.DIRECTOR):
        client = come_in(Client(), position(role, network=region.network))
        assert cells(client) == [[*rows[0][:2], "< 5", "0"], rows[1]]
        file = client.get(f"{PAGE}?uitvoer=csv").getvalue().decode()
        assert "< 5" in file and ";4;" not in file
        assert "Noor" not in client.get(PAGE).content.decode()


def test_the_page_says_what_will_stand_there_and_asks_little(
    linde: Desk, earlier: Entry, region: CareRegion
) -> None:
    assert "Nog niets geteld" in linde.client.get(PAGE).content.decode()
    for kind in ("growth_scan", "hb", "ctg"):
        chose(linde, earlier, NOVEMBER, kind=kind)
    chose(linde, earlier, NOVEMBER, scanned_again(linde))
    assert len(queries_of(linde.client, PAGE)) <= 7
    controller = come_in(Client(), position(Role.CONTROLLER, network=region.network))
    assert controller.get(PAGE).status_code == 403


def cells(client: Client) -> list[list[str]]:
    table = client.get(PAGE).context["table"]
    return [[str(text) for _look, text in line.cells] for line in table.lines]
