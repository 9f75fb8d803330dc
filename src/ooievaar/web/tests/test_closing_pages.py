"""Four eyes on the pages: the controller's way, the approver's way, and what stands in between."""

import time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, come_in, position
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.models import Closing, ClosingRequest, ClosingStep
from ooievaar.settlement.requests import standing
from ooievaar.settlement.tests.region import Region
from ooievaar.ui.jobs import start_job
from ooievaar.ui.models import Job
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db
JUNE = "/maand/2025-06/afsluiten/"
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def dutch() -> Any:
    with translation.override("nl"):
        yield


class Visit:
    """A small region with its people, each with a browser."""

    def __init__(self) -> None:
        self.region = Region()
        self.care = self.region.usual_care()
        self.network = self.region.network
        self.controller = position(Role.CONTROLLER, network=self.network)
        self.approver = position(Role.APPROVER, network=self.network)
        self.at_controller = browser(self.controller)
        self.at_approver = browser(self.approver)


def browser(held: Position) -> Client:
    """A client that came in, and said a moment ago who it is."""
    client = come_in(Client(), held)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True},
        {"method": "mfa", "type": "totp", "at": time.time()},
    ]
    session.save()
    return client


@pytest.fixture
def visit(db: None) -> Visit:
    return Visit()


def work() -> None:
    call_command("db_worker", verbosity=0, interval=0, batch=True, startup_delay=False)


def said(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def token(page: str) -> str:
    return page.split('name="antwoorden" value="')[1].split('"')[0]


def prepared(visit: Visit) -> ClosingRequest:
    """Take June to the approver, through the pages."""
    answer = visit.at_controller.post(JUNE, {"doe": "berekenen"})
    assert answer.headers["Location"].startswith("/taken/")
    work()
    assert "Niets blijft over" in said(visit.at_controller, JUNE)
    visit.at_controller.post(JUNE, {"doe": "controleren", "note": "juni <b>klopt</b>"})
    page = said(visit.at_controller, f"{JUNE}controleren/")
    visit.at_controller.post(f"{JUNE}controleren/", {"antwoorden": token(page)})
    return ClosingRequest.objects.get()


def approved(visit: Visit, asked: ClosingRequest) -> Any:
    address = f"/maand/goedkeuren/{asked.pk}/"
    answer = visit.at_approver.post(address, {"doe": "goedkeuren"})
    assert answer.headers["Location"] == f"{address}besluit/"
    page = said(visit.at_approver, f"{address}besluit/")
    return visit.at_approver.post(f"{address}besluit/", {"antwoorden": token(page)})


def test_a_month_goes_from_the_controller_by_the_approver_to_closed(
    real_database: RealDatabase,
) -> None:
    visit = Visit()
    assert "Cijfers berekenen" in said(visit.at_controller, JUNE)
    asked = prepared(visit)
    page = said(visit.at_controller, JUNE)
    assert "Wacht op goedkeuring" in page and "juni &lt;b&gt;klopt&lt;/b&gt;" in page
    assert "juni 2025" in said(visit.at_approver, "/maand/goedkeuren/")
    page = said(visit.at_approver, f"/maand/goedkeuren/{asked.pk}/")
    assert "€\u00a02.220,13" in page and "Kraamthuis" in page and "Uw besluit" in page
    answer = approved(visit, asked)
    job = Job.objects.get(kind="close_month")
    assert answer.headers["Location"] == f"/taken/{job.pk}/"
    assert "Begint zodra er plaats is" in said(visit.at_approver, f"/taken/{job.pk}/")
    assert not Closing.objects.exists()
    work()
    page = said(visit.at_approver, f"/taken/{job.pk}/")
    assert "Juni 2025 is afgesloten. Bewijs: niets blijft over." in page
    assert "/maand/2025-06/" in page
    assert Closing.objects.get().month == "2025-06"
    assert "al afgesloten" in said(visit.at_controller, JUNE)
    noted = AccessEvent.objects.filter(kind="money").order_by("number")
    assert [(event.person_id, event.detail["step"]) for event in noted] == [
        (visit.controller.person_id, "prepared"),
        (visit.approver.person_id, "approved"),
    ]


def test_who_prepared_finds_no_button_and_no_way_round(real_database: RealDatabase) -> None:
    visit = Visit()
    asked = prepared(visit)
    other = Position.objects.create(
        person=visit.controller.person, role=Role.APPROVER, network=visit.network, valid_from=SINCE
    )
    same_person = browser(other)
    address = f"/maand/goedkeuren/{asked.pk}/"
    page = said(same_person, address)
    assert "zelf voorbereid" in page and "Uw besluit" not in page
    same_person.post(address, {"doe": "goedkeuren"})
    page = said(same_person, f"{address}besluit/")
    same_person.post(f"{address}besluit/", {"antwoorden": token(page)})
    assert standing(asked).state == "prepared" and not Job.objects.filter(kind="close_month")


def test_changed_facts_take_the_button_away(real_database: RealDatabase) -> None:
    visit = Visit()
    asked = prepared(visit)
    day = timezone.localdate().replace(year=2025, month=7, day=2)
    visit.region.care(visit.care, visit.region.doctors, "G-CON", day, specialism="0307")
    page = said(visit.at_approver, f"/maand/goedkeuren/{asked.pk}/")
    assert "Er is iets veranderd" in page and 'value="goedkeuren"' not in page
    assert approved(visit, asked).headers["Location"] == f"/maand/goedkeuren/{asked.pk}/"
    assert standing(asked).state == "prepared"
    visit.at_controller.post(JUNE, {"doe": "intrekken"})
    assert ClosingStep.objects.get(state="withdrawn").person_id == visit.controller.person_id
    assert "Opnieuw berekenen" in said(visit.at_controller, JUNE)


def test_refusing_asks_why_and_tells_the_controller(real_database: RealDatabase) -> None:
    visit = Visit()
    asked = prepared(visit)
    address = f"/maand/goedkeuren/{asked.pk}/"
    answer = visit.at_approver.post(address, {"doe": "afkeuren", "reason": ""})
    assert answer.status_code == 422 and "error-summary" in answer.content.decode()
    visit.at_approver.post(address, {"doe": "afkeuren", "reason": "wacht op het ziekenhuis"})
    page = said(visit.at_approver, f"{address}besluit/")
    assert "wacht op het ziekenhuis" in page
    visit.at_approver.post(f"{address}besluit/", {"antwoorden": token(page)})
    assert standing(asked).state == "refused"
    assert "wacht op het ziekenhuis" in said(visit.at_controller, JUNE)


def test_an_answer_signed_for_one_does_not_serve_another(real_database: RealDatabase) -> None:
    visit = Visit()
    asked = prepared(visit)
    address = f"/maand/goedkeuren/{asked.pk}/"
    visit.at_approver.post(address, {"doe": "goedkeuren"})
    signed = token(said(visit.at_approver, f"{address}besluit/"))
    second = browser(position(Role.APPROVER, network=visit.network))
    second.post(address, {"doe": "afkeuren", "reason": "nee"})
    second.post(f"{address}besluit/", {"antwoorden": signed})
    assert standing(asked).state == "prepared"


def test_money_asks_again_who_it_is(visit: Visit) -> None:
    draft = start_job("draft_closing", visit.controller.person, "x", {"month": "2025-06"})
    Job.objects.filter(pk=draft.pk).update(state="done", network_id=visit.network.pk)
    for client, held, address in (
        (visit.at_controller, visit.controller, f"{JUNE}controleren/"),
        (visit.at_approver, visit.approver, "/maand/goedkeuren/1/besluit/"),
    ):
        come_in(client, held)
        for ask in (client.get, client.post):
            answer = ask(address)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_a_month_whose_turn_it_is_not_says_which_one_is(visit: Visit) -> None:
    visit.region.close("2025-05")
    page = said(visit.at_controller, "/maand/2025-07/afsluiten/")
    assert "eerdere maand staat nog open" in page and "juni 2025 is aan de beurt" in page
    visit.at_controller.post("/maand/2025-07/afsluiten/", {"doe": "berekenen"})
    assert not Job.objects.exists()
    assert said(visit.at_controller, "/maand/2025-13/afsluiten/", 404)


def test_jobs_and_requests_of_another_network_are_refused_as_if_they_were_not_there(
    visit: Visit,
) -> None:
    elsewhere = Region("IGO Elders").network
    strangers = [
        browser(position(role, network=elsewhere)) for role in (Role.CONTROLLER, Role.APPROVER)
    ]
    job = start_job(
        "draft_closing",
        visit.controller.person,
        "Iets van ons",
        {"month": "2025-06"},
        network_id=visit.network.pk,
    )
    nowhere = "00000000-0000-4000-8000-000000000000"
    for client in strangers:
        assert "Iets van ons" not in said(client, "/taken/")
        theirs, none = (
            said(client, f"/taken/{job.pk}/", 403),
            said(client, f"/taken/{nowhere}/", 403),
        )
        assert theirs.replace(str(job.pk), nowhere) == none or "bestaat niet" in theirs
        client.post(f"/taken/{job.pk}/", {"doe": "stoppen"})
    assert Job.objects.get().state == "waiting"
    for address in ("/maand/goedkeuren/99/", "/maand/goedkeuren/99/besluit/"):
        assert "bestaat niet" in said(visit.at_approver, address, 403)


def test_a_job_is_stopped_and_begun_again_from_its_page(visit: Visit) -> None:
    visit.at_controller.post(JUNE, {"doe": "berekenen"})
    visit.at_controller.post(JUNE, {"doe": "berekenen"})
    job = Job.objects.get()
    address = f"/taken/{job.pk}/"
    page = said(visit.at_controller, address)
    assert 'hx-trigger="every 1s"' in page and "Ja, stop deze taak" in page
    visit.at_controller.post(address, {"doe": "stoppen"})
    page = said(visit.at_controller, address)
    assert "Gestopt op verzoek" in page and "every 1s" not in page
    visit.at_controller.post(address, {"doe": "opnieuw"})
    assert Job.objects.get().state == "waiting"
    visit.at_controller.post(address, {"doe": "opnieuw"})
    assert "loopt al" in said(visit.at_controller, address)


def test_the_part_that_moves_ends_with_the_job(visit: Visit) -> None:
    visit.at_controller.post(JUNE, {"doe": "berekenen"})
    job = Job.objects.get()
    Job.objects.update(
        state="running", heartbeat_at=timezone.now(), done_count=1, total_count=4,
        words="De feiten lezen",
    )  # fmt: skip
    part = visit.at_controller.get(f"/taken/{job.pk}/", headers={"HX-Request": "true"})
    page = part.content.decode()
    assert 'aria-valuenow="25"' in page and "De feiten lezen" in page and "<html" not in page
    Job.objects.update(state="failed", message="De feiten lezen")
    part = visit.at_controller.get(f"/taken/{job.pk}/", headers={"HX-Request": "true"})
    assert part.headers["HX-Retarget"] == "#job"
    assert "every 1s" not in part.content.decode() and "Opnieuw beginnen" in part.content.decode()


def test_pages_ask_the_database_little(real_database: RealDatabase) -> None:
    visit = Visit()
    addresses = [(visit.at_controller, JUNE), (visit.at_controller, "/taken/")]
    for client, address in addresses:
        asks_little(client, address)
    asked = prepared(visit)
    job = Job.objects.get()
    for client, address in (
        *addresses,
        (visit.at_controller, f"/taken/{job.pk}/"),
        (visit.at_approver, "/maand/goedkeuren/"),
        (visit.at_approver, f"/maand/goedkeuren/{asked.pk}/"),
    ):
        asks_little(client, address)


def asks_little(client: Client, address: str) -> None:
    said(client, address)
    with CaptureQueriesContext(connection) as seen:
        said(client, address)
    words = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
    asked = [query["sql"] for query in seen if not query["sql"].startswith(words)]
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
