"""Through the pages: a year from working out to booked, and each other decision."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from ooievaar.network.models import Position
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import workplace
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.ledger.models import PeriodClosing, Transaction
from ooievaar.settlement.year_end.deciding import approve
from ooievaar.settlement.year_end.job_kinds import draft_year_end
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.queries import of_partner
from ooievaar.settlement.year_end.tests.test_year_end import NET
from ooievaar.settlement.year_end.tests.year import GUARANTEE, Year
from ooievaar.ui.jobs import Report
from ooievaar.ui.models import Job

MOST_QUERIES = 12
NO_QUERY = ("SAVEPOINT", "RELEASE", "BEGIN")
YEAR_2025 = "/boekhouding/jaareinde/2025/"
ADDRESSES = (
    "/boekhouding/jaareinde/",
    YEAR_2025,
    "/boekhouding/verliezen/",
    "/boekhouding/beginsaldo/",
    "/boekhouding/vangnet/",
    "/boekhouding/periode/",
)


@pytest.fixture(autouse=True)
def dutch() -> Any:
    with translation.override("nl"):
        yield


@pytest.fixture
def year(db: None, tmp_path: Any) -> Year:
    """2025 is over, whatever day it is when this runs."""
    found = Year(tmp_path / "bank")
    found.now = timezone.now()
    found.agrees(GUARANTEE + NET.format(uzovi=found.insurer.uzovi))
    first, second = found.partners
    found.product({first: 80_000, second: 100_000}, {first: 100_000, second: 100_000})
    return found


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


def at(year: Year, role: Role) -> Client:
    return browser(position(role, network=year.network))


def said(client: Client, address: str, status: int = 200) -> str:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    asked = [one["sql"] for one in queries if not one["sql"].startswith(NO_QUERY)]
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
    return answer.content.decode().replace("\u00a0", " ")


def token(page: str) -> str:
    return page.split('name="antwoorden" value="')[1].split('"')[0]


def worked_out(controller: Client) -> None:
    """Ask for it and let the worker do it."""
    answer = controller.post(YEAR_2025, {"doe": "berekenen"})
    assert answer.headers["Location"].startswith("/taken/")
    job = Job.objects.get(kind="draft_year_end")
    outcome = draft_year_end(job, Report())
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, result=outcome.result, ended_at=timezone.now()
    )


def offered(controller: Client, kind: str, address: str, typed: dict[str, Any]) -> Proposal:
    answer = controller.post(address, typed)
    check = f"/boekhouding/besluiten/{kind}/controleren/"
    assert answer.status_code == 302, answer.content.decode()[:4000]
    assert answer.headers["Location"] == check
    answer = controller.post(check, {"antwoorden": token(said(controller, check))})
    made = Proposal.objects.get(kind=kind)
    assert answer.headers["Location"] == f"/boekhouding/besluiten/{made.pk}/"
    return made


def approved(approver: Client, made: Proposal) -> str:
    address = f"/boekhouding/besluiten/{made.pk}/"
    assert "Uw besluit" in said(approver, address)
    approver.post(address, {"doe": "goedkeuren"})
    page = said(approver, f"{address}besluit/")
    approver.post(f"{address}besluit/", {"antwoorden": token(page)})
    return said(approver, address)


def test_a_year_goes_through_the_pages_to_the_books(year: Year) -> None:
    controller, approver = at(year, Role.CONTROLLER), at(year, Role.APPROVER)
    assert "Uitrekenen" in said(controller, YEAR_2025)
    worked_out(controller)
    first, _ = year.partners
    page = said(controller, f"{YEAR_2025}?partner={first.pk}")
    assert f"Waarom: {first.name}" in page and "95 %" in page
    assert "€ 150,00" in page and "€ 80,00" in page, "the shortfall, and what has no cover"
    made = offered(
        controller, "year_end", YEAR_2025, {"doe": "controleren", "note": "zoals <b>besproken</b>"}
    )
    page = approved(approver, made)
    assert "Goedgekeurd en geboekt" in page and "zoals &lt;b&gt;besproken&lt;/b&gt;" in page
    assert Transaction.objects.filter(cause_kind="year_end").count() == 2
    assert "Geboekt." in said(at(year, Role.AUDITOR), YEAR_2025)
    steps = AccessEvent.objects.filter(kind="money", object_type="proposal").order_by("number")
    assert [event.detail["step"] for event in steps] == ["prepared", "booked"]


def test_a_partner_reads_its_own_line_and_no_other(year: Year) -> None:
    first, second = year.partners
    office = position(Role.PRACTICE_ADMINISTRATOR, organisation=first)
    made = year.prepared()
    assert of_partner(workplace(office)) == [], "what is not booked is not told"
    assert approve(year.approver, made, year.now)
    [own] = of_partner(workplace(office), 2025)
    assert (own.line["id"], own.cents, own.year) == (first.pk, 7_000, 2025)
    assert of_partner(workplace(office), 2024) == []
    other = position(Role.PRACTICE_ADMINISTRATOR, organisation=second)
    assert of_partner(workplace(other))[0].cents == 0
    assert of_partner(year.controller) == []


@pytest.mark.parametrize("role", sorted(WHOLE_NETWORK_ROLES))
def test_who_sees_all_the_money_reads_every_page(year: Year, role: Role) -> None:
    client = at(year, role)
    for address in ADDRESSES:
        assert "<h1>" in said(client, address)


def test_who_may_not_prepare_changes_nothing(year: Year) -> None:
    director = at(year, Role.DIRECTOR)
    director.post(YEAR_2025, {"doe": "berekenen"})
    director.post("/boekhouding/beginsaldo/", {"cents": "1", "day": "2026-01-01"})
    assert not Job.objects.exists() and not Proposal.objects.exists()
    assert director.get("/boekhouding/besluiten/opening/controleren/").status_code == 403


def test_the_opening_balance_goes_through_the_pages(year: Year) -> None:
    controller, approver = at(year, Role.CONTROLLER), at(year, Role.APPROVER)
    page = controller.post("/boekhouding/beginsaldo/", {"cents": "tien", "day": "2026-01-01"})
    assert page.status_code == 422 and 'value="tien"' in page.content.decode()
    made = offered(
        controller, "opening", "/boekhouding/beginsaldo/",
        {"cents": "€ 12.345,67", "day": "2026-01-01"},
    )  # fmt: skip
    assert "€ 12.345,67" in approved(approver, made)
    assert year.stands("bank") == 1_234_567


def test_a_month_is_closed_through_the_pages(year: Year) -> None:
    controller, approver = at(year, Role.CONTROLLER), at(year, Role.APPROVER)
    made = offered(controller, "period", "/boekhouding/periode/", {"period": "2026-01"})
    approved(approver, made)
    assert PeriodClosing.objects.get().period == "2026-01"
    assert "januari 2026" in said(controller, "/boekhouding/periode/").lower()


def test_a_refusal_is_read_by_who_prepared(year: Year) -> None:
    controller, approver = at(year, Role.CONTROLLER), at(year, Role.APPROVER)
    made = offered(controller, "period", "/boekhouding/periode/", {"period": "2026-01"})
    address = f"/boekhouding/besluiten/{made.pk}/"
    assert approver.post(address, {"doe": "afkeuren", "reason": ""}).status_code == 422
    approver.post(address, {"doe": "afkeuren", "reason": "juni klopt nog niet"})
    page = said(approver, f"{address}besluit/")
    approver.post(f"{address}besluit/", {"antwoorden": token(page)})
    page = said(controller, address)
    assert "Afgekeurd" in page and "juni klopt nog niet" in page
    assert not PeriodClosing.objects.exists()


def test_another_network_sees_nothing(year: Year, tmp_path: Any) -> None:
    made = year.prepared("period", data={"period": "2026-01"})
    other = Year(tmp_path / "ander")
    stranger = at(other, Role.CONTROLLER)
    assert stranger.get(f"/boekhouding/besluiten/{made.pk}/").status_code == 403
    assert f"/boekhouding/besluiten/{made.pk}/" not in said(stranger, "/boekhouding/jaareinde/")
