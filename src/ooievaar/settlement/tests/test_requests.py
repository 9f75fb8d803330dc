"""Stories of four eyes: one prepares, another approves, and only then money is divided."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ooievaar.contracts.models import MemberShare
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, position, working
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.settlement import job_kinds
from ooievaar.settlement.models import ClosedProduct, Closing, ClosingRequest, ClosingStep
from ooievaar.settlement.requests import (
    Hindered,
    approve_closing,
    draft_month,
    facts_changed,
    month_hindrance,
    open_requests,
    prepare_closing,
    refuse_closing,
    requests_for,
    standing,
    withdraw_closing,
)
from ooievaar.settlement.tests.region import Region
from ooievaar.ui.jobs import JobRefused, Outcome, Report, Stopped, stop_job
from ooievaar.ui.models import Job

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 3)
NOW = datetime(2025, 7, 3, 9, tzinfo=UTC)


class Office:
    """A network with a controller and an approver, and June 2025 to close."""

    def __init__(self) -> None:
        self.region = Region()
        self.care = self.region.usual_care()
        self.network = self.region.network
        self.controller = working(Role.CONTROLLER, network=self.network)
        self.approver = working(Role.APPROVER, network=self.network)

    def draft(self, month: str = "2025-06") -> dict[str, Any]:
        return draft_month(self.network, month, TODAY, Report())

    def prepared(self, by: Workplace | None = None) -> ClosingRequest:
        return prepare_closing(by or self.controller, self.draft(), "let op", NOW, TODAY)

    def approved(self) -> tuple[ClosingRequest, Job]:
        request = self.prepared()
        return request, approve_closing(self.approver, request, NOW, TODAY)

    def late_care(self, recorded_on: date) -> None:
        self.region.care(
            self.care,
            self.region.doctors,
            "G-CON",
            date(2025, 4, 10),
            recorded_on=recorded_on,
            specialism="0307",
        )


@pytest.fixture
def office() -> Office:
    return Office()


def close(job: Job) -> Outcome:
    return job_kinds.close_approved(job, Report())


def states(request: ClosingRequest) -> list[str]:
    return list(
        ClosingStep.objects.filter(request=request).order_by("pk").values_list("state", flat=True)
    )


def hindered(action: Any, *words: Any) -> str:
    with pytest.raises(Hindered) as refusal:
        action(*words)
    return str(refusal.value.hindrance.reason)


def test_one_prepares_another_approves_and_the_month_is_closed_as_it_was_seen(office) -> None:
    request, job = office.approved()
    assert not Closing.objects.exists()
    outcome = close(job)
    closing = Closing.objects.get()
    assert (closing.month, closing.known_until) == ("2025-06", TODAY)
    assert sum(ClosedProduct.objects.values_list("cents", flat=True)) == request.figures["cents"]
    assert request.figures["cents"] == 60_000 + 90_001 + 72_012
    assert outcome.result["proof"] == closing.summary["proof"]
    assert states(request) == ["prepared", "approved", "closed"]
    assert standing(request).closing == closing
    people = ClosingStep.objects.order_by("pk").values_list("person_id", flat=True)
    assert list(people) == [office.controller.person_id, office.approver.person_id, None]
    # Run again, after a worker that died before it could tell: the same answer, nothing twice.
    assert close(job) == outcome
    assert Closing.objects.count() == 1


def test_the_figures_say_who_gets_what_and_lose_no_cent(office) -> None:
    figures = office.draft()
    parts = figures["overhead_cents"] + figures["partners_cents"] + figures["reserve_cents"]
    assert parts == figures["cents"] == figures["products_cents"] + figures["corrections_cents"]
    assert sum(cents for *_, cents in figures["income"]) == figures["partners_cents"]
    assert sum(row[2] + row[4] for row in figures["insurers"]) == figures["cents"]
    assert figures["proof_holds"] and not Closing.objects.exists()


def test_who_prepared_does_not_approve_not_even_in_another_position(office) -> None:
    both = Position.objects.get(pk=office.controller.position_id).person
    other = Position.objects.create(
        person=both, role=Role.APPROVER, network=office.network, valid_from=SINCE
    )
    request = office.prepared()
    told = hindered(approve_closing, workplace(other), request, NOW, TODAY)
    assert "zelf voorbereid" in told
    assert "zelf voorbereid" in hindered(refuse_closing, workplace(other), request, "nee", NOW)
    assert states(request) == ["prepared"] and not Job.objects.exists()


def test_the_database_refuses_an_own_approval_too(office) -> None:
    request = office.prepared()
    for person_id in (office.controller.person_id, None):
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            ClosingStep.objects.create(
                request=request, state="approved", person_id=person_id, at=NOW
            )
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        ClosingStep.objects.create(request=request, state="closed", at=NOW)
    assert states(request) == ["prepared"]


def test_a_step_is_never_changed_and_a_request_ends_once(office) -> None:
    request = office.prepared()
    refuse_closing(office.approver, request, "eerst de correcties", NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ClosingStep.objects.filter(request=request).update(state="approved")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ClosingRequest.objects.update(figures={})
    with pytest.raises(DatabaseError), transaction.atomic():
        ClosingStep.objects.create(request=request, state="withdrawn", at=NOW)
    assert "al beslist" in hindered(approve_closing, office.approver, request, NOW, TODAY)
    assert "al beslist" in hindered(withdraw_closing, office.controller, request, NOW)
    assert standing(request).reason == "eerst de correcties"


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.CONTROLLER, Role.APPROVER)]
)
def test_nobody_else_sees_or_does_anything_with_it(office, role: Role) -> None:
    request = office.prepared()
    place: dict[str, Any] = {"network": office.network}
    if role in ("midwife", "gynaecologist", "clinical_carer", "kraam_carer", "sonographer"):
        place = {"organisation": office.region.north}
    if role == Role.PRACTICE_ADMINISTRATOR:
        place = {"organisation": office.region.north}
    if role == Role.PURCHASER:
        place["insurer"] = office.region.insurer
    if role == Role.REPRESENTATIVE:
        place["discipline"] = "midwives"
    somebody = workplace(position(role, **place))
    assert not requests_for(somebody).exists()
    hindered(prepare_closing, somebody, request.figures, "", NOW, TODAY)
    hindered(approve_closing, somebody, request, NOW, TODAY)
    hindered(refuse_closing, somebody, request, "", NOW)
    hindered(withdraw_closing, somebody, request, NOW)


def test_people_of_another_network_neither_see_nor_decide(office) -> None:
    request = office.prepared()
    elsewhere = Region("IGO Elders").network
    for role, action, words in (
        (Role.APPROVER, approve_closing, (NOW, TODAY)),
        (Role.APPROVER, refuse_closing, ("nee", NOW)),
        (Role.CONTROLLER, withdraw_closing, (NOW,)),
    ):
        stranger = working(role, network=elsewhere)
        assert not requests_for(stranger).exists()
        assert "mag dit niet" in hindered(action, stranger, request, *words)


def test_facts_that_came_later_demand_a_new_preparation(office) -> None:
    request = office.prepared()
    office.late_care(recorded_on=date(2025, 7, 2))
    assert facts_changed(request.figures)
    assert "opnieuw" in hindered(approve_closing, office.approver, request, NOW, TODAY)
    withdraw_closing(office.controller, request, NOW)
    again = office.prepared()
    assert again.figures["cents"] != request.figures["cents"]
    close(approve_closing(office.approver, again, NOW, TODAY))
    assert Closing.objects.count() == 1


def test_facts_of_today_wait_for_the_next_month(office) -> None:
    request = office.prepared()
    office.late_care(recorded_on=TODAY)
    assert not facts_changed(request.figures)
    close(approve_closing(office.approver, request, NOW, TODAY))
    assert sum(ClosedProduct.objects.values_list("cents", flat=True)) == request.figures["cents"]


def test_what_changed_after_the_approval_is_not_closed(office) -> None:
    request, job = office.approved()
    office.late_care(recorded_on=date(2025, 7, 2))
    with pytest.raises(JobRefused, match="veranderd"):
        close(job)
    assert not Closing.objects.exists()
    assert states(request) == ["prepared", "approved", "failed"]
    assert "2025-06 opnieuw" in standing(request).failure


def test_an_agreement_that_was_changed_in_place_is_seen_by_the_closing(office) -> None:
    """No row was added, so the page cannot see it; not one cent may differ all the same."""
    request, job = office.approved()
    MemberShare.objects.filter(organisation=office.region.north).update(ppm=500_000)
    MemberShare.objects.filter(organisation=office.region.south).update(ppm=500_000)
    assert not facts_changed(request.figures)
    with pytest.raises(JobRefused, match="veranderd"):
        close(job)
    assert not Closing.objects.exists()


def test_only_the_month_that_comes_next_is_closed(office) -> None:
    def told(month: str, today: date = TODAY) -> tuple[str, str]:
        found = month_hindrance(office.network.pk, month, today)
        return (str(found.reason).split(".")[0], found.month) if found else ("", "")

    assert told("2025-06") == ("", "")
    office.region.close("2025-05")
    assert told("2025-05") == ("Deze maand is al afgesloten", "2025-05")
    assert told("2025-04")[1] == "2025-06"
    assert told("2025-06") == ("", "")
    assert told("2025-07")[1] == "2025-06"
    assert "eerdere maand staat nog open" in told("2025-07")[0]
    assert told("2025-06", date(2025, 6, 30))[0] == "Deze maand is nog niet voorbij"
    assert told("2025-06", date(2025, 7, 1)) == ("", "")
    assert told("2025-13")[0] == "Dit is geen maand"
    with pytest.raises(InputRejected):
        office.draft("2025-04")


def test_there_is_one_open_request_at_a_time(office) -> None:
    request = office.prepared()
    told = hindered(prepare_closing, office.controller, request.figures, "", NOW, TODAY)
    assert "ligt al" in told
    assert list(open_requests(requests_for(office.controller))) == [request]


def test_the_operator_who_closed_meanwhile_goes_first(office) -> None:
    request, job = office.approved()
    office.region.close("2025-06", known_until=TODAY)
    with pytest.raises(JobRefused, match="al afgesloten"):
        close(job)
    assert states(request)[-1] == "failed" and Closing.objects.count() == 1


def test_what_is_being_closed_is_not_withdrawn_until_it_was_stopped(office) -> None:
    request, job = office.approved()
    assert "Stop eerst" in hindered(withdraw_closing, office.controller, request, NOW)
    assert stop_job(job)
    withdraw_closing(office.controller, request, NOW)
    job.refresh_from_db()
    with pytest.raises(JobRefused, match="niet meer"):
        close(job)
    assert not Closing.objects.exists()


def test_a_closing_that_was_stopped_can_be_begun_again(office) -> None:
    request, job = office.approved()
    report = Report()
    report.stop.set()
    with pytest.raises(Stopped):
        job_kinds.close_approved(job, report)
    assert not Closing.objects.exists() and states(request)[-1] == "approved"
    close(job)
    assert states(request)[-1] == "closed"
