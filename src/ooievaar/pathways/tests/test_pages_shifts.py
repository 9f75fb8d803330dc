"""Care shifts in the page: proposing, the flags, who decides, and planned against real."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.network.models import Network, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.network.workplace import workplace
from ooievaar.pathways.models import Enrolment, PathwayVersion
from ooievaar.pathways.shift_models import CareShift, ShiftDecision
from ooievaar.pathways.shifts import (
    base_of,
    decide,
    months_since,
    planned_and_done,
    propose,
    study,
)
from ooievaar.pathways.tests.pathway_region import (
    PathwayRegion,
    at_work,
    ctg_by_midwife,
    ctg_in_hospital,
)
from ooievaar.pathways.thresholds import threshold_on
from ooievaar.record.access_log.models import AccessEvent, Kind

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]
LIST, NEW = "/zorgverschuivingen/", "/zorgverschuivingen/nieuw/"
Outcome = ShiftDecision.Outcome


@pytest.fixture
def region() -> PathwayRegion:
    return PathwayRegion()


@pytest.fixture
def versions(region: PathwayRegion) -> tuple[PathwayVersion, PathwayVersion]:
    return region.added(ctg_in_hospital()), region.added(ctg_by_midwife())


Versions = tuple[PathwayVersion, PathwayVersion]


def form(versions: Versions, women: int = 60) -> dict[str, Any]:
    return {
        "title": "CTG thuis",
        "from_version": versions[0].pk,
        "to_version": versions[1].pk,
        "women_a_year": women,
        "quality": "Minder ritten.",
        "measure": "verwijzingen na CTG",
    }


def proposed(region: PathwayRegion, versions: Versions, women: int = 60) -> CareShift:
    made = propose(
        workplace(region.chair),
        title="CTG thuis",
        from_version=versions[0],
        to_version=versions[1],
        women_a_year=women,
        quality="Minder ritten.",
        measure="verwijzingen",
        at=timezone.now(),
    )
    assert isinstance(made, CareShift), made
    return made


def the_hague(region: PathwayRegion) -> CareShift:
    first = region.added(ctg_in_hospital())
    second = region.added(ctg_by_midwife(hospital_too=True))
    return proposed(region, (first, second))


def page(shift: CareShift) -> str:
    return f"{LIST}{shift.pk}/"


def test_an_empty_list_says_what_will_stand_here(region: PathwayRegion) -> None:
    text = at_work(region.director).get(LIST).content.decode()
    assert "Nog geen zorgverschuivingen" in text


def test_a_chair_proposes_and_sees_hours_per_line(
    region: PathwayRegion, versions: Versions
) -> None:
    client = at_work(region.chair)
    answer = client.post(NEW, form(versions))
    shift = CareShift.objects.get()
    assert answer["Location"] == page(shift)
    shown = client.get(page(shift))
    assert [(bar.label, bar.before, bar.after, bar.change) for bar in shown.context["bars"]] == [
        ("Eerste lijn", "0 uur", "45 uur", "+45 uur"),
        ("Tweede lijn", "60 uur", "0 uur", "−60 uur"),
    ]
    text = shown.content.decode()
    for words in ("Ziekenhuis, tweede lijn", "Mag zonder besluit beginnen", "wat-als",
                  "niet vastgelegd"):  # fmt: skip
        assert words in text
    (event,) = AccessEvent.objects.filter(kind=Kind.CHANGE)
    assert (event.object_type, event.women) == ("care_shift", [])


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    region: PathwayRegion, versions: Versions
) -> None:
    client = at_work(region.place("linde"))
    same = form(versions) | {"from_version": versions[1].pk}
    answer = client.post(NEW, same)
    assert answer.status_code == 422
    assert (
        "verandert niets" in answer.content.decode() and "Minder ritten." in answer.content.decode()
    )
    base = form(versions) | {"from_version": "", "to_version": region.base.pk}
    assert client.post(NEW, base).status_code == 422
    assert CareShift.objects.count() == 0


def test_a_new_pathway_is_compared_with_the_base_alone(
    region: PathwayRegion, versions: Versions
) -> None:
    client = at_work(region.chair)
    client.post(NEW, form(versions) | {"from_version": ""})
    shown = client.get(page(CareShift.objects.get()))
    assert [name for name, _, _ in shown.context["added"]] == ["CTG bij minder leven"]
    assert "Werk erbij, nergens eraf" in shown.content.decode()


def test_the_shift_that_failed_in_the_hague_is_flagged(region: PathwayRegion) -> None:
    shift = the_hague(region)
    text = at_work(region.director).get(page(shift)).content.decode()
    assert "Werk erbij, nergens eraf" in text and "Vraagt een besluit" in text
    listed = at_work(region.place("kraam")).get(LIST).content.decode()
    assert "Werk erbij, nergens eraf" in listed and "Wacht op een besluit" in listed


def start_form(**more: Any) -> dict[str, Any]:
    return {"starts_on": timezone.localdate().isoformat(), "mandate": "bestuur", "note": "", **more}


def test_a_small_shift_is_started_at_once_by_who_wrote_it(
    region: PathwayRegion, versions: Versions
) -> None:
    shift = proposed(region, versions)
    client = at_work(region.chair)
    client.post(f"{page(shift)}besluit/", start_form(outcome="started", mandate=""))
    assert ShiftDecision.objects.get().outcome == Outcome.STARTED
    text = client.get(page(shift)).content.decode()
    assert "Loopt sinds" in text and "nog niet van kracht" in text


def test_a_large_shift_waits_for_another_who_may_decide(
    region: PathwayRegion, versions: Versions
) -> None:
    shift = proposed(region, versions, women=threshold_on(timezone.localdate()).women)
    deciding = f"{page(shift)}besluit/"
    chair = at_work(region.chair)
    assert chair.get(deciding).status_code == 302
    chair.post(deciding, start_form(outcome="started"))
    chair.post(deciding, start_form(outcome="agreed"))
    assert ShiftDecision.objects.count() == 0
    director = at_work(region.director)
    without = director.post(deciding, start_form(outcome="agreed", mandate=""))
    assert without.status_code == 422
    yesterday = timezone.localdate() - timedelta(days=1)
    early = start_form(outcome="agreed", starts_on=yesterday.isoformat())
    assert director.post(deciding, early).status_code == 422
    assert director.post(deciding, start_form(outcome="agreed")).status_code == 302
    decided = ShiftDecision.objects.get()
    assert (decided.outcome, decided.decided_by) == (Outcome.AGREED, region.director.person)


def test_who_proposed_a_large_shift_does_not_decide_it(
    region: PathwayRegion, versions: Versions
) -> None:
    shift = proposed(region, versions, women=5000)
    both = Position.objects.create(
        person=region.chair.person,
        role=Role.DIRECTOR,
        network=region.network,
        valid_from=region.chair.valid_from,
    )
    refused = decide(
        workplace(both),
        shift,
        Outcome.AGREED,
        starts_on=timezone.localdate(),
        mandate="bestuur",
        note="",
        at=timezone.now(),
    )
    assert not isinstance(refused, ShiftDecision)
    assert "zelf voor" in str(refused.reason)
    assert "een ander beslist" in at_work(both).get(page(shift)).content.decode()


def test_work_that_is_only_added_goes_on_with_a_reason_or_not_at_all(
    region: PathwayRegion,
) -> None:
    deciding = f"{page(the_hague(region))}besluit/"
    director = at_work(region.director)
    silent = director.post(deciding, start_form(outcome="agreed"))
    assert silent.status_code == 422 and "gaat niets af" in silent.content.decode()
    director.post(deciding, start_form(outcome="rejected", note="Eerst afspraken."))
    assert ShiftDecision.objects.get().starts_on is None
    assert director.get(deciding).status_code == 302  # rejected is the end of it


def test_a_running_shift_is_stopped_with_a_reason_and_all_stays(
    region: PathwayRegion, versions: Versions
) -> None:
    shift = proposed(region, versions)
    deciding = f"{page(shift)}besluit/"
    client = at_work(region.director)
    client.post(deciding, start_form(outcome="started"))
    assert client.post(deciding, start_form(outcome="stopped")).status_code == 422
    client.post(deciding, start_form(outcome="stopped", note="Te weinig CTG-apparaten."))
    assert [one.outcome for one in shift.decisions.all()] == [Outcome.STARTED, Outcome.STOPPED]
    assert "Te weinig CTG-apparaten." in client.get(page(shift)).content.decode()


def started(region: PathwayRegion, versions: Versions, days: int) -> CareShift:
    shift = proposed(region, versions)
    ShiftDecision.objects.create(
        shift=shift,
        outcome=Outcome.STARTED,
        starts_on=timezone.localdate() - timedelta(days=days),
        decided_by=region.chair.person,
        decided_as=region.chair,
        decided_at=timezone.now(),
    )
    return shift


def test_planned_stands_beside_real_and_few_are_hidden_from_who_gives_no_care(
    region: PathwayRegion, versions: Versions
) -> None:
    shift, today = started(region, versions, 0), timezone.localdate()
    for woman in (region.noor, region.saskia):
        Enrolment.objects.create(
            pregnancy=woman, version=versions[1], kind="start", from_on=today, at=timezone.now()
        )
    for _ in range(2):
        region.act(region.noor, "linde", "V-CTG", today)
    for _ in range(6):
        region.act(region.saskia, "zee", "G-CTG", today)
    region.act(region.pregnancy("Ander", "linde"), "linde", "V-CTG", today)  # not on the pathway

    def row(held: Position) -> dict[str, Any]:
        shown = at_work(held).get(page(shift))
        assert "Noor" not in shown.content.decode()
        (table,) = shown.context["months"]
        found: dict[str, Any] = table["rows"][-1]
        return found

    carer, controller = row(region.place("linde")), row(region.director)
    assert (carer["planned"], carer["done"], carer["old"]) == (5, "2", "6")
    assert (controller["planned"], controller["done"], controller["old"]) == (5, "< 5", "6")


def test_only_who_was_on_the_pathway_in_that_month_counts(
    region: PathwayRegion, versions: Versions
) -> None:
    shift, at = proposed(region, versions), timezone.now()
    other = region.added(ctg_by_midwife(hospital_too=True))
    began, ended, again = date(2026, 3, 20), date(2026, 5, 1), date(2026, 7, 2)

    def say(kind: str, on: date, version: PathwayVersion = versions[1]) -> None:
        Enrolment.objects.create(
            pregnancy=region.noor, version=version, kind=kind, from_on=on, at=at
        )

    for month in range(2, 9):
        region.act(region.noor, "linde", "V-CTG", date(2026, month, 15))

    def counted() -> list[int]:
        found = study(shift, base_of(shift.network_id, date(2026, 2, 1)))
        rows = planned_and_done(shift, found, date(2026, 2, 1), date(2026, 8, 31))
        return [int(row.month[5:]) for row in rows for _ in range(row.done)]

    say("start", began)
    assert counted() == [3, 4, 5, 6, 7, 8]
    say("move", date(2026, 4, 2), other)
    say("end", ended, other)
    assert counted() == [3, 4], "begun within the month, moved, and over from the first of May"
    say("start", again)
    assert counted() == [3, 4, 7, 8]
    say("end", again)
    assert counted() == [3, 4], "ended on the day itself"


def test_months_run_from_the_start_until_now_a_year_at_most() -> None:
    today = timezone.localdate().replace(year=2026, month=3, day=15)
    begun = today.replace(year=2025, month=11, day=30)
    assert months_since(begun, today) == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert len(months_since(today.replace(year=2020), today)) == 12
    assert months_since(today.replace(month=5), today) == []


def test_another_network_sees_none_of_it(region: PathwayRegion, versions: Versions) -> None:
    shift = proposed(region, versions)
    other = Network.objects.create(kind="igo", name="IGO Elders")
    client = at_work(position(Role.DIRECTOR, network=other))
    assert client.get(page(shift)).status_code == client.get(f"{LIST}999999/").status_code == 403
    assert client.get(f"{page(shift)}besluit/").status_code == 403
    assert "CTG thuis" not in client.get(LIST).content.decode()
    assert at_work(region.place("kraam")).get(NEW).status_code == 403
    auditor = position(Role.AUDITOR, network=region.network)
    assert at_work(auditor).get(page(shift)).status_code == 403


def test_the_pages_stay_within_their_queries(
    region: PathwayRegion, versions: Versions, django_assert_max_num_queries: Queries
) -> None:
    shift = started(region, versions, 70)
    region.act(region.noor, "linde", "V-CTG", timezone.localdate())
    for held in (region.chair, region.director, region.place("linde")):
        client = at_work(held)
        for asked in (LIST, page(shift), f"{page(shift)}besluit/", NEW):
            client.get(asked)
            with django_assert_max_num_queries(12):
                assert client.get(asked).status_code in (200, 403)
