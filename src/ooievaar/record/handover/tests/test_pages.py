"""The pages of handing over and of full wards, as the people in them use them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.handover import views, warnings
from ooievaar.record.handover.models import FullWard, Referral, ReferralStep, Responsibility
from ooievaar.record.handover.warnings import Said, TransferIdea, TransferWarning, WardCost
from ooievaar.record.tests.care_region import AT, DISCIPLINES, ROLES, CareRegion

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]
WARNING = TransferWarning(
    "Een bevalling daar breekt de natale bundel.",
    "A birth there breaks the natal bundle.",
    123_456,
    2,
    alternatives=(Said("Een lid dat dit kan: Zee.", "A member that can: Zee."),),
)


@pytest.fixture(autouse=True)
def first_of_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT)


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def ideas(monkeypatch: pytest.MonkeyPatch) -> list[TransferIdea]:
    """What was asked of the engine; whatever is asked, it warns."""
    asked: list[TransferIdea] = []

    def warn(idea: TransferIdea) -> list[TransferWarning]:
        asked.append(idea)
        return [WARNING]

    monkeypatch.setattr(warnings, "TRANSFER_WARNINGS", [warn])
    return asked


def place(region: CareRegion, name: str) -> Position:
    return position(ROLES[DISCIPLINES[name]], organisation=region.organisations[name])


def at_work(region: CareRegion, name: str) -> Client:
    return come_in(Client(), place(region, name))


def address(region: CareRegion) -> str:
    return f"/zwangeren/{region.noor.pk}/overdracht/"


def typed(region: CareRegion, name: str, **changed: str) -> dict[str, str]:
    return {
        "to_organisation": str(region.organisations[name].pk),
        "to_person": "",
        "urgency": "day",
        "indication": "breech",
        "question": "Stuit bij 36 weken.",
        "phase": "0",
    } | changed


def ask(
    client: Client, region: CareRegion, name: str, kind: str = "overdracht", **changed: str
) -> Any:
    return client.post(f"{address(region)}?doe={kind}", typed(region, name, **changed), follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_who_leads_stands_on_the_page_and_in_the_log(region: CareRegion) -> None:
    page = at_work(region, "linde").get(address(region))
    assert page.status_code == 200
    for words in ("Verantwoordelijk", "Linde", "niemand nam haar over", "nog niemand"):
        assert words in text(page)
    (look,) = AccessEvent.objects.filter(kind=Kind.READ)
    assert (look.object_type, look.women) == ("handover", [region.noor.woman_id])


def test_a_question_is_asked_answered_and_read(region: CareRegion) -> None:
    midwife, gynaecologist = at_work(region, "linde"), at_work(region, "gyn")
    assert gynaecologist.get(address(region)).status_code == 403
    page = ask(midwife, region, "gyn", "consult")
    assert "Stuit bij 36 weken." in text(page)
    assert "Stuitligging na 36 weken (B)" in text(page)
    row = Referral.objects.get()
    here = f"{address(region)}{row.pk}/"
    assert "antwoord voor 02-10-2026 14:00" in text(gynaecologist.get(here))
    answer = {"text": "Versie gepland.", "lead": "primary", "lead_when": "", "looks_on": "on"}
    done = gynaecologist.post(f"{here}?doe=antwoorden", answer, follow=True)
    assert "Versie gepland." in text(done)
    overview = text(midwife.get(address(region)))
    assert "zij kijken mee" in overview
    midwife.post(f"{here}?doe=afsluiten", {})
    assert gynaecologist.get(here).status_code == 403
    changes = AccessEvent.objects.filter(kind=Kind.CHANGE).order_by("number")
    assert [(one.object_type, one.action) for one in changes] == [
        ("referral", "C"), ("referral", "U"), ("referral", "U"),
    ]  # fmt: skip
    assert "Stuit" not in str([one.detail for one in AccessEvent.objects.all()])


def test_handing_over_shows_what_breaks_before_it_is_done(
    region: CareRegion, ideas: list[TransferIdea]
) -> None:
    midwife = at_work(region, "linde")
    page = ask(midwife, region, "gyn", question="Neemt u <b>haar</b>?")
    assert not Referral.objects.exists()
    for words in ("€\u00a01.234,56", "breekt de natale bundel", "Een lid dat dit kan: Zee"):
        assert words in text(page)
    assert "Toch zo overdragen" in text(page)
    assert "&lt;b&gt;haar" in text(page)
    (idea,) = ideas
    assert (idea.kind, idea.phase, idea.day, idea.in_labour) == ("transfer", 0, AT.date(), False)
    assert idea.from_organisation_id == region.organisations["linde"].pk
    token = page.context["token"]
    changing = midwife.post(
        f"{address(region)}?doe=overdracht", {"antwoorden": token, "wijzigen": "1"}
    )
    assert "Neemt u &lt;b&gt;haar&lt;/b&gt;?" in text(changing)
    assert not Referral.objects.exists()
    midwife.post(f"{address(region)}?doe=overdracht", {"antwoorden": token})
    made = Referral.objects.get()
    assert (made.question, made.kind) == ("Neemt u <b>haar</b>?", "transfer")


def test_what_was_checked_is_of_one_pregnancy_and_one_person(
    region: CareRegion, ideas: list[TransferIdea]
) -> None:
    token = ask(at_work(region, "linde"), region, "gyn").context["token"]
    colleague = at_work(region, "linde")
    page = colleague.post(f"{address(region)}?doe=overdracht", {"antwoorden": token})
    assert page.status_code == 200
    assert not Referral.objects.exists()


def test_a_page_that_lay_open_too_long_is_shown_again_with_what_was_typed(
    region: CareRegion, ideas: list[TransferIdea], monkeypatch: pytest.MonkeyPatch
) -> None:
    midwife = at_work(region, "linde")
    token = ask(midwife, region, "gyn").context["token"]
    read = views.read_answers
    monkeypatch.setattr(
        views, "read_answers", lambda token, **more: read(token, **{"max_age": -1} | more)
    )
    page = midwife.post(f"{address(region)}?doe=overdracht", {"antwoorden": token})
    assert "Stuit bij 36 weken." in text(page)
    assert not Referral.objects.exists()


def test_in_an_emergency_nothing_stands_between_and_it_is_shown_after(
    region: CareRegion, ideas: list[TransferIdea]
) -> None:
    page = ask(at_work(region, "linde"), region, "gyn", urgency="emergency", phase="2")
    assert Referral.objects.get().urgency == "emergency"
    assert "De overdracht is gedaan" in text(page)
    assert "€\u00a01.234,56" in text(page)
    assert [idea.in_labour for idea in ideas] == [True]


def test_advice_warns_of_nothing(region: CareRegion, ideas: list[TransferIdea]) -> None:
    ask(at_work(region, "linde"), region, "gyn", "advies")
    assert Referral.objects.get().kind == "advice"
    assert ideas == []


def test_taking_over_now_earlier_or_when_she_arrives(region: CareRegion) -> None:
    midwife, gynaecologist = at_work(region, "linde"), at_work(region, "gyn")
    ask(midwife, region, "gyn")
    here = f"{address(region)}{Referral.objects.get().pk}/"
    blank = {"starts_on": "", "starts_time": "", "person": "", "text": ""}
    form = text(gynaecologist.get(f"{here}?doe=aannemen"))
    assert "Zodra zij er is" in form
    wrong = gynaecologist.post(f"{here}?doe=aannemen", blank | {"when": "earlier"})
    assert "Vul de dag en de tijd in" in text(wrong)
    early = blank | {"when": "earlier", "starts_on": "2026-09-30", "starts_time": "09:00"}
    assert "tussen de vraag en nu" in text(gynaecologist.post(f"{here}?doe=aannemen", early))
    assert not ReferralStep.objects.exists()
    gynaecologist.post(f"{here}?doe=aannemen", blank | {"when": "arrival"})
    assert not Responsibility.objects.exists()
    assert "Zij is er: overnemen" in text(gynaecologist.get(here))
    done = gynaecologist.post(
        f"{here}?doe=overnemen", blank | {"when": "now", "text": "Gezien."}, follow=True
    )
    assert "Overgenomen" in text(done)
    assert Responsibility.objects.get().starts_at == AT
    # By agreement she leads now, and may hand over again; the midwife still treats her.
    assert "doe=overdracht" in text(gynaecologist.get(address(region)))
    assert "Wie het was" in text(midwife.get(address(region)))


def test_who_comes_too_late_is_told_what_happened(region: CareRegion) -> None:
    midwife = at_work(region, "linde")
    ask(midwife, region, "zee")
    to_zee = Referral.objects.get()
    ask(midwife, region, "gyn")
    to_gyn = Referral.objects.exclude(pk=to_zee.pk).get()
    now = {"when": "now", "starts_on": "", "starts_time": "", "person": "", "text": ""}
    at_work(region, "gyn").post(f"{address(region)}{to_gyn.pk}/?doe=aannemen", now)
    page = at_work(region, "zee").post(
        f"{address(region)}{to_zee.pk}/?doe=aannemen", now, follow=True
    )
    assert "iemand was u voor" in text(page)
    assert "vanzelf: een ander nam haar over" in text(page)
    assert Responsibility.objects.count() == 1


def test_somebody_is_named_who_coordinates(region: CareRegion) -> None:
    held = place(region, "linde")
    client = come_in(Client(), held)
    client.post(f"{address(region)}?doe=coordinatie", {"person": held.pk})
    page = text(client.get(address(region)))
    assert f"{held.person.name}, Linde" in page
    stranger = place(region, "duin")
    client.post(f"{address(region)}?doe=coordinatie", {"person": stranger.pk})
    assert Responsibility.objects.count() == 1


@pytest.mark.parametrize("name", ["kraam", "echo"])
def test_who_sees_a_subset_asks_nobody(region: CareRegion, name: str) -> None:
    client = at_work(region, name)
    assert "doe=consult" not in text(client.get(address(region)))
    ask(client, region, "gyn", "consult")
    assert not Referral.objects.exists()


def test_who_was_only_asked_asks_nobody_else(region: CareRegion) -> None:
    ask(at_work(region, "linde"), region, "gyn", "consult")
    ask(at_work(region, "gyn"), region, "duin", "consult")
    assert Referral.objects.count() == 1


def test_a_question_of_another_pregnancy_is_not_found(region: CareRegion) -> None:
    ask(at_work(region, "linde"), region, "gyn", "consult")
    row = Referral.objects.get()
    duin = at_work(region, "duin")
    for path in (
        f"/zwangeren/{region.saskia.pk}/overdracht/{row.pk}/",
        f"{address(region)}{row.pk}/",
        "/zwangeren/999999/overdracht/",
    ):
        assert duin.get(path).status_code == 403
        assert duin.post(f"{path}?doe=antwoorden", {"text": "x"}).status_code == 403
    assert not ReferralStep.objects.exists()


def test_a_person_belongs_to_the_organisation_that_is_asked(region: CareRegion) -> None:
    zee, gyn = place(region, "zee"), place(region, "gyn")
    midwife = at_work(region, "linde")
    wrong = f"{zee.person_id}-{zee.organisation_id}"
    assert "werkt bij een andere organisatie" in text(
        ask(midwife, region, "gyn", "advies", to_person=wrong)
    )
    ask(midwife, region, "gyn", "advies", to_person=f"{gyn.person_id}-{gyn.organisation_id}")
    assert Referral.objects.get().to_person_id == gyn.person_id


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("linde", ""),
        ("linde", "?doe=overdracht"),
        ("linde", "?doe=coordinatie"),
        ("linde", "{pk}/"),
        ("linde", "{pk}/?doe=intrekken"),
        ("gyn", ""),
        ("gyn", "{pk}/"),
        ("gyn", "{pk}/?doe=aannemen"),
    ],
)
def test_a_page_stays_within_its_queries(
    region: CareRegion, django_assert_max_num_queries: Queries, name: str, rest: str
) -> None:
    for kind in ("consult", "overdracht"):
        ask(at_work(region, "linde"), region, "gyn", kind)
    row = Referral.objects.get(kind="transfer")
    client, path = at_work(region, name), f"{address(region)}{rest.format(pk=row.pk)}"
    client.get(path)
    words = 2  # of the transaction in which the log is written
    with django_assert_max_num_queries(12 + words):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("rest", ["", "?doe=melden", "?afdeling=1"])
def test_the_page_of_wards_stays_within_its_queries(
    region: CareRegion, django_assert_max_num_queries: Queries, rest: str
) -> None:
    client = at_work(region, "gyn")
    full(client, region)
    with django_assert_max_num_queries(12 + 2):
        assert client.get(f"/volmeldingen/{rest}").status_code == 200


def full(client: Client, region: CareRegion, **changed: str) -> Any:
    form = {
        "organisation": str(region.organisations["zee"].pk),
        "ward": "delivery",
        "reason": "staff",
        "note": "",
        "until_on": "2026-10-02",
        "until_time": "07:30",
    } | changed
    return client.post("/volmeldingen/?doe=melden", form, follow=True)


def test_a_ward_reports_itself_full_and_open_again(region: CareRegion) -> None:
    page = full(at_work(region, "zee"), region)
    assert "Verloskamers" in text(page)
    midwife = at_work(region, "linde")
    seen = text(midwife.get("/volmeldingen/"))
    assert "02-10-2026 07:30" in seen
    assert "Weer open" not in seen
    row = FullWard.objects.get()
    midwife.post("/volmeldingen/", {"volmelding": row.pk})
    assert "Verloskamers" in text(midwife.get("/volmeldingen/"))
    gynaecologist = at_work(region, "gyn")
    gynaecologist.post("/volmeldingen/", {"volmelding": row.pk})
    assert "Geen afdeling is vol" in text(midwife.get("/volmeldingen/"))
    gynaecologist.post("/volmeldingen/", {"volmelding": "iets"})


def test_a_time_that_does_not_exist_is_refused_and_what_was_typed_stays(
    region: CareRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT.replace(year=2027, month=3, day=26))
    page = full(at_work(region, "zee"), region, until_on="2027-03-28", until_time="02:30")
    assert "Deze tijd bestaat niet" in text(page)
    assert 'value="02:30"' in text(page)
    assert not FullWard.objects.exists()


def test_births_are_counted_for_all_and_named_for_who_treats_her(
    region: CareRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(days=35))
    full(at_work(region, "zee"), region, until_on="2026-11-07")
    path = f"/volmeldingen/?afdeling={FullWard.objects.get().pk}"
    for name, is_named in (("linde", True), ("duin", False)):
        page = text(at_work(region, name).get(path))
        assert "Deze week verwacht bij Zee" in page
        assert (">Noor</a>" in page) is is_named
        assert "€" not in page
    named = AccessEvent.objects.filter(kind=Kind.LIST, women=[region.noor.woman_id])
    assert named.count() == 1


def test_money_roles_see_the_total_and_nobody_by_name(
    region: CareRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(days=35))
    monkeypatch.setattr(
        "ooievaar.record.handover.wards.WARD_COSTS",
        [lambda births, network: {one.pregnancy_id: WardCost(1, 250_000, True) for one in births}],
    )
    full(at_work(region, "zee"), region, until_on="2026-11-07")
    path = f"/volmeldingen/?afdeling={FullWard.objects.get().pk}"
    for role in (Role.CONTROLLER, Role.DIRECTOR):
        client = come_in(Client(), position(role, network=region.network))
        assert "Wat kost het" in text(client.get(path))
        page = text(client.get(f"{path}&kosten=1"))
        assert "€\u00a02.500,00" in page
        assert "Noor" not in page
    auditor = come_in(Client(), position(Role.AUDITOR, network=region.network))
    assert auditor.get(path).status_code == 403


def test_the_strip_is_for_who_gives_care(region: CareRegion) -> None:
    from django.template import Context, Template
    from django.test import RequestFactory

    full(at_work(region, "zee"), region)
    strip = Template("{% load handover %}{% full_ward_strip %}")
    request: Any = RequestFactory().get("/")
    assert strip.render(Context({"request": request})).strip() == ""
    request.workplace = region.carer("linde")
    assert "Zee is vol: Verloskamers" in strip.render(Context({"request": request}))
