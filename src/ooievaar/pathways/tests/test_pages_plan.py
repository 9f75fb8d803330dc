"""The plan of one woman, as those who treat her use it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.pathways import commands
from ooievaar.pathways.models import Enrolment, PathwayVersion, Skip
from ooievaar.pathways.queries import plan_of
from ooievaar.pathways.shipped import newest
from ooievaar.pathways.tests.pathway_region import (
    PathwayRegion,
    at_work,
    ctg_by_midwife,
    ctg_in_hospital,
)
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries.models import Entry
from ooievaar.record.relations import relate_from_care

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]


@pytest.fixture
def region() -> PathwayRegion:
    made = PathwayRegion()
    made.soon(31)
    return made


def address(region: PathwayRegion) -> str:
    return f"/zwangeren/{region.noor.pk}/plan/"


def paths(region: PathwayRegion) -> str:
    return f"{address(region)}zorgpaden/"


def suggestions(region: PathwayRegion) -> str:
    return f"{address(region)}voorstellen/"


def open_item(region: PathwayRegion) -> str:
    """Return the first item that may be skipped, as the page names it."""
    items = plan_of(region.noor.pk, timezone.now()).having("due", "overdue", "upcoming")
    return f"{items[0].key}.{items[0].occurrence}"


def changes() -> list[AccessEvent]:
    return list(AccessEvent.objects.filter(kind=Kind.CHANGE).order_by("number"))


def test_a_midwife_reads_the_plan_by_week(region: PathwayRegion) -> None:
    page = at_work(region.place("linde")).get(address(region))
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Nu te doen", "Week 12", "Verloskundigen, eerste lijn", "te laat", "Voorbeeld"):
        assert words in text
    (look,) = AccessEvent.objects.filter(kind=Kind.READ)
    assert (look.object_type, look.women) == ("plan", [region.noor.woman_id])


def test_what_is_done_stands_with_day_and_by_whom(region: PathwayRegion) -> None:
    day = timezone.localdate() - timedelta(days=11 * 7)
    region.act(region.noor, "echo", "E-STR", day)
    text = at_work(region.place("linde")).get(address(region)).content.decode()
    assert f"{day:%d-%m-%Y}, Echo" in text


def test_days_after_birth_do_not_stand_under_the_weeks(region: PathwayRegion) -> None:
    weeks = at_work(region.place("linde")).get(address(region)).context["weeks"]
    first = next(week for week in weeks if week.heading == "Eerste week na de geboorte")
    assert any("Kraamzorg" in line.name for line in first.lines)
    assert [week.heading for week in weeks if week.is_now] in (["Week 31"], [])
    before = [line.name for week in weeks for line in week.lines if "geboorte" not in week.heading]
    assert not any(name.startswith("Kraamzorg, dag") for name in before)


def test_every_item_names_its_source(region: PathwayRegion) -> None:
    context = at_work(region.place("linde")).get(address(region)).context
    lines = [line for week in context["weeks"] for line in week.lines]
    assert {line.source for line in lines} == {number for number, _ in context["sources"]}


def test_kraamzorg_sees_its_own_items_only(region: PathwayRegion) -> None:
    context = at_work(region.place("kraam")).get(address(region)).context
    lines = [line for week in context["weeks"] for line in week.lines]
    assert lines and {line.who for line in lines} == {"Kraamzorg, eerste lijn"}
    assert at_work(region.place("kraam")).get(paths(region)).status_code == 403


def test_another_practice_is_refused_as_if_she_did_not_exist(region: PathwayRegion) -> None:
    client = at_work(region.place("duin"))
    for page in (address(region), paths(region), suggestions(region)):
        refused = client.get(page)
        unknown = client.get(page.replace(str(region.noor.pk), "999999"))
        assert refused.status_code == unknown.status_code == 403
    client.post(address(region), {"doe": "overslaan", "wat": open_item(region), "reason": "x"})
    assert Skip.objects.count() == 0


def test_an_item_is_skipped_with_a_reason_and_put_back(region: PathwayRegion) -> None:
    client, item = at_work(region.place("linde")), open_item(region)
    form = f"{address(region)}?doe=overslaan&wat={item}"
    assert "Waarom wordt dit overgeslagen?" in client.get(form).content.decode()
    without = client.post(form, {"doe": "overslaan", "wat": item, "reason": " "})
    assert without.status_code == 422 and Skip.objects.count() == 0
    client.post(form, {"doe": "overslaan", "wat": item, "reason": "Zij wil dit niet."})
    assert "Zij wil dit niet." in client.get(address(region)).content.decode()
    client.post(address(region), {"doe": "terugzetten", "wat": item})
    assert "Zij wil dit niet." not in client.get(address(region)).content.decode()
    assert [(one.object_type, one.women) for one in changes()] == [
        ("plan_skip", [region.noor.woman_id])
    ] * 2
    assert "wil dit niet" not in str([one.detail for one in changes()])


def test_kraamzorg_cannot_skip_what_another_does(region: PathwayRegion) -> None:
    client = at_work(region.place("kraam"))
    items = plan_of(region.noor.pk, timezone.now()).having("due", "overdue")
    wanted = next(one for one in items if one.discipline == "midwives")
    posted = {"doe": "overslaan", "wat": f"{wanted.key}.0", "reason": "zomaar"}
    client.post(address(region), posted)
    assert Skip.objects.count() == 0


def begun(region: PathwayRegion) -> tuple[PathwayVersion, PathwayVersion]:
    """Put Noor on a first version, after which the region goes to a second one."""
    first = region.added(ctg_in_hospital())
    region.signed(first, region.director)
    assert commands.enrol(
        region.noor, first, person=None, from_on=timezone.localdate(), at=timezone.now()
    )
    second = region.added(ctg_by_midwife())
    region.signed(second, region.director)
    assert commands.put_in_force(
        second,
        person=region.author,
        valid_from=timezone.localdate(),
        at=timezone.now(),
    )
    return first, second


def test_she_stays_on_her_version_until_somebody_moves_her(region: PathwayRegion) -> None:
    first, second = begun(region)
    client = at_work(region.place("linde"))
    page = client.get(suggestions(region)).content.decode()
    assert "geldt nu versie 2" in page
    move = f"{paths(region)}?doe=overzetten&versie={second.pk}"
    trial = client.get(move)
    assert [(one.now.who, one.then.who) for one in trial.context["trial"].changed] == [
        ("Ziekenhuis, tweede lijn", "Verloskundigen, eerste lijn")
    ]
    assert client.post(move, {"reason": ""}).status_code == 422
    assert Enrolment.objects.get().version_id == first.pk
    client.post(move, {"reason": "Zij woont dichtbij."})
    assert Enrolment.objects.order_by("-pk")[0].version_id == second.pk
    assert changes()[-1].object_type == "enrolment"


def test_an_addition_begins_and_ends(region: PathwayRegion) -> None:
    _, second = begun(region)
    twins = region.holding("tweeling")
    client = at_work(region.place("linde"))
    client.post(f"{paths(region)}?doe=beginnen&versie={twins.pk}", {"reason": ""})
    on = {one.key for one in plan_of(region.noor.pk, timezone.now()).pathways}
    assert "tweeling" in on
    end = f"{paths(region)}?doe=beeindigen&versie={twins.pk}"
    assert client.get(end).context["trial"].changed
    client.post(end, {"reason": "Het is er een."})
    on = {one.key for one in plan_of(region.noor.pk, timezone.now()).pathways}
    assert "tweeling" not in on and second.key in on


def test_what_the_record_says_is_suggested_and_nobody_is_put_on_it(region: PathwayRegion) -> None:
    region.holding("zwangerschapsdiabetes")
    entry = Entry.objects.create(
        woman=region.noor.woman,
        pregnancy=region.noor,
        form="intake",
        organisation=region.organisations["linde"],
        role="midwife",
        happened_on=timezone.localdate(),
        recorded_at=timezone.now(),
    )
    definition = newest("zwangerschapsdiabetes")
    assert definition is not None
    said = definition.definition.for_whom.any_of[0].together[0]
    entry.observations.create(element=said.element, value=said.equals or said.one_of[0])
    client = at_work(region.place("linde"))
    text = client.get(suggestions(region)).content.decode()
    assert "past bij wat in het dossier staat" in text and "Zwangerschapsdiabetes" in text
    assert Enrolment.objects.count() == 0
    Entry.objects.create(
        **{name: getattr(entry, name) for name in ("woman", "pregnancy", "form", "organisation")},
        happened_on=entry.happened_on,
        recorded_at=timezone.now(),
        replaces=entry,
        is_in_error=True,
    )
    assert "Niets in haar dossier" in client.get(suggestions(region)).content.decode()


def test_without_a_base_the_page_says_what_will_appear(region: PathwayRegion) -> None:
    outside = region.pregnancy("Lieke", "linde")
    other = region.organisation("Los", "midwives")
    other.memberships.all().delete()
    outside.versions.create(
        recorded_on=timezone.localdate(),
        first_intake_on=timezone.localdate(),
        first_intake_organisation=other,
        due_on=timezone.localdate(),
    )
    region.act(outside, "linde", "V-CON", timezone.localdate())
    relate_from_care()
    page = at_work(region.place("linde")).get(f"/zwangeren/{outside.pk}/plan/")
    assert "Nog geen plan" in page.content.decode()


def test_the_pages_stay_within_their_queries(
    region: PathwayRegion, django_assert_max_num_queries: Queries
) -> None:
    _, second = begun(region)
    words = 2  # of the transaction in which the log is written
    addresses = [
        address(region),
        f"{address(region)}?doe=overslaan&wat={open_item(region)}",
        paths(region),
        suggestions(region),
    ]
    for name in ("linde", "kraam"):
        client = at_work(region.place(name))
        for page in addresses:
            client.get(page)
            with django_assert_max_num_queries(12 + words):
                assert client.get(page).status_code in (200, 403)
    assert second.number == 2
