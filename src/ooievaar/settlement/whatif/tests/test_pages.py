"""What-if as people see it: asking, waiting, the outcome, and what an agreement shows of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ooievaar.contracts.agreement_models import AgreementVersion
from ooievaar.contracts.agreements.slots import effect_of, rows_for
from ooievaar.network.models import Organisation
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in, position, working
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.whatif import job_kinds
from ooievaar.settlement.whatif.commands import Asked, make_scenario, question
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.tests.test_shifting import Shift
from ooievaar.settlement.whatif.tests.world import NOW, YEAR, Year, blank_scenario
from ooievaar.ui.jobs import Report, Stopped
from ooievaar.ui.models import Job

pytestmark = pytest.mark.django_db
PAIRS = (
    ("verloskundigen: 55 %", "verloskundigen: 60 %"),
    ("ziekenhuis: 30 %", "ziekenhuis: 25 %"),
)
MOST_QUERIES = 12


def as_role(year: Year, role: Role, **place: Any) -> Client:
    return come_in(Client(), position(role, network=year.network, **place))


def kept(year: Year, text: str = "", tariffs: str = "", title: str = "Meer prenataal") -> Scenario:
    asked = question(year.network, Asked(YEAR, text=text or year.text(*PAIRS), tariffs=tariffs))
    return make_scenario(asked, title, person=None, at=NOW)


def read(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def test_who_sees_all_the_money_reads_and_who_steers_asks(year):
    made = kept(year)
    for role in WHOLE_NETWORK_ROLES:
        client = as_role(year, role)
        shown = client.get("/wat-als/")
        assert "Meer prenataal" in read(shown), role
        may_ask = role in (Role.CONTROLLER, Role.DIRECTOR)
        assert ("Iets nieuws uitrekenen" in read(shown)) is may_ask
        assert client.get(f"/wat-als/{made.pk}/").status_code == 200
        assert client.post("/wat-als/", {}).status_code == (422 if may_ask else 403)
    for role, place in ((Role.REPRESENTATIVE, {"discipline": "midwives"}), (Role.CHAIR, {})):
        client = as_role(year, role, **place)
        assert client.get("/wat-als/").status_code == 403
        assert client.get(f"/wat-als/{made.pk}/").status_code == 403


def test_another_network_sees_nothing_of_it(year):
    made = kept(year)
    other = as_role(Year("IGO Verderop"), Role.CONTROLLER)
    assert "Nog niets uitgerekend" in read(other.get("/wat-als/"))
    assert other.get(f"/wat-als/{made.pk}/").status_code == 403
    assert "Nog geen jaar dat is afgesloten" in read(other.get("/wat-als/"))


def test_the_outcome_names_who_loses_first_and_leaves_no_remainder(
    year, django_assert_max_num_queries
):
    made = kept(year)
    client = as_role(year, Role.CONTROLLER)
    with django_assert_max_num_queries(MOST_QUERIES):
        shown = client.get(f"/wat-als/{made.pk}/")
    text = read(shown)
    lines = shown.context["table"].rows
    assert lines[0].name == "Ziekenhuis" and lines[0].kept.cents == -5_790
    assert "€ -57,90" in text and "rest 0" in text
    assert shown.context["remainder"] == 0
    assert "tot op de cent uit" in text and "voorbeelden" not in text
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/wat-als/")
    event = AccessEvent.objects.filter(object_type="scenario").get()
    assert event.object_id == str(made.pk)


def test_an_equal_outcome_and_one_with_tariffs_say_so(year):
    client = as_role(year, Role.AUDITOR)
    equal = kept(year, text=year.text())
    assert "Voor niemand verandert er een cent" in read(client.get(f"/wat-als/{equal.pk}/"))
    asked = Asked(YEAR, tariffs=f"contract;product;cents\n{year.contract.reference};natal;100001")
    dearer = make_scenario(question(year.network, asked), "Duurder", person=None, at=NOW)
    shown = read(client.get(f"/wat-als/{dearer.pk}/"))
    assert "Wat verzekeraars meer of minder betalen" in shown
    assert year.insurer.name in shown and "€ 200,00" in shown
    saved = client.get(f"/wat-als/{dearer.pk}/?uitvoer=csv").getvalue().decode("utf-8-sig")
    assert "Noord" in saved


def test_a_year_in_which_nothing_was_divided_is_an_empty_page(year):
    shown = as_role(year, Role.APPROVER).get(f"/wat-als/{blank_scenario(year.network).pk}/")
    assert shown.status_code == 200
    assert "Niemand kreeg iets" in read(shown)


def test_a_care_shift_is_asked_by_its_number_and_shown_with_what_it_assumes(year):
    here = Shift()
    client = come_in(Client(), here.director)
    address = f"/wat-als/?verschuiving={here.shift.pk}"
    assert "Zorgverschuiving: CTG thuis" in read(client.get(address))
    answer = client.post(address, {"title": "CTG thuis", "year": "2025"})
    job = Job.objects.get(kind="whatif")
    assert answer.url == reverse("scenario_job", args=[job.pk])
    number = job_kinds.run(job, Report()).result["scenario"]
    text = read(client.get(f"/wat-als/{number}/"))
    for words in ("Wat er in de zorg verschuift", "Voorlopig", "stond nog niemand op dit zorgpad",
                  "<code>V-CTG</code>", "Brekers", "€ -412,00"):  # fmt: skip
        assert words in text, words
    assert "Iets nieuws uitrekenen" in read(client.get("/wat-als/?verschuiving=99999"))


def test_what_was_typed_wrong_is_told_with_its_line_and_kept(year):
    client = as_role(year, Role.CONTROLLER)
    before = Job.objects.count()
    wrong = year.text(("verloskundigen: 55 %", "verloskundigen: 54 %"))
    answer = client.post(
        "/wat-als/", {"title": "Fout", "year": "2025", "text": wrong, "tariffs": "x;y\n1;2"}
    )
    assert answer.status_code == 422
    text = read(answer)
    assert "verdeelafspraak, regel" in text and "tarieven, regel 1, x" in text
    assert "verloskundigen: 54 %" in text, "what was typed stays"
    assert (Job.objects.count(), Scenario.objects.count()) == (before, 0)


def test_asking_starts_a_run_that_leads_to_its_outcome(year):
    client = as_role(year, Role.DIRECTOR)
    form = client.get("/wat-als/")
    assert "verloskundigen: 55 %" in read(form), "it begins with what divides now"
    answer = client.post(
        "/wat-als/", {"title": "Anders", "year": "2025", "text": year.text(*PAIRS), "tariffs": ""}
    )
    job = Job.objects.get(kind="whatif")
    assert answer.url == reverse("scenario_job", args=[job.pk])
    assert "Wat als: Anders" in read(client.get(answer.url))
    assert "Hoe ver is het?" in read(client.get("/wat-als/"))
    outcome = job_kinds.run(job, Report())
    made = Scenario.objects.get()
    assert outcome.result == {"scenario": made.pk}
    assert (made.title, made.made_by, made.job_id) == ("Anders", job.started_by, job.pk)
    assert job_kinds.run(job, Report()).result == outcome.result, "run again it finds what it kept"
    assert Scenario.objects.count() == 1
    Job.objects.filter(pk=job.pk).update(state="done", result=outcome.result)
    assert client.get(answer.url).url == reverse("scenario", args=[made.pk])
    moving = client.get(answer.url, headers={"HX-Request": "true"})
    assert moving["HX-Redirect"] == reverse("scenario", args=[made.pk])
    assert as_role(year, Role.AUDITOR).get(answer.url).status_code == 403


def test_a_run_that_is_stopped_leaves_nothing(year):
    client = as_role(year, Role.CONTROLLER)
    client.post(
        "/wat-als/", {"title": "Anders", "year": "2025", "text": year.text(), "tariffs": ""}
    )
    job = Job.objects.get(kind="whatif")
    report = Report()
    report.stop.set()
    with pytest.raises(Stopped):
        job_kinds.run(job, report)
    assert Scenario.objects.count() == 0


def test_an_agreement_shows_its_newest_scenario_and_each_only_its_own(year):
    controller = working(Role.CONTROLLER, network=year.network)
    version = AgreementVersion.objects.create(
        network=year.network,
        number=9,
        title="Voorstel",
        content=year.text(*PAIRS),
        sha256="",
        valid_from="2026-01-01",
        at=NOW,
    )
    made = kept(year, text=version.content)
    version.sha256 = made.sha256
    effect = effect_of(controller, version)
    assert effect is not None
    assert (effect.year, effect.computed_at) == (2025, made.at)
    assert effect.address == reverse("scenario", args=[made.pk])
    assert rows_for(controller, effect)[0].name == "Ziekenhuis"
    midwife = working(Role.REPRESENTATIVE, network=year.network, discipline="midwives")
    own = effect_of(midwife, version)
    assert own is not None and own.address == ""
    named = [row.name for row in rows_for(midwife, own) if row.name]
    assert sorted(named) == ["Noord", "Zuid"]


def test_an_agreement_without_a_scenario_says_where_to_begin_one(year):
    (version,) = AgreementVersion.objects.filter(network=year.network)
    controller = working(Role.CONTROLLER, network=year.network)
    effect = effect_of(controller, version)
    assert effect is not None and effect.computed_at is None
    assert effect.address == f"/wat-als/?versie={version.pk}"
    client = as_role(year, Role.CONTROLLER)
    shown = client.get(effect.address).context["form"]
    assert shown.initial["text"] == version.content
    assert client.get("/wat-als/?versie=999999999999999").status_code == 200
    auditor = effect_of(working(Role.AUDITOR, network=year.network), version)
    assert auditor is not None and auditor.address == ""
    unclosed = Year("IGO Zonder")
    assert Organisation.objects.filter(memberships__network=unclosed.network).exists()
