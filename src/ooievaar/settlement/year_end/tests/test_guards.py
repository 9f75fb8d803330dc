"""The database itself refuses what two people did not agree on."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Person
from ooievaar.settlement.year_end import guards
from ooievaar.settlement.year_end.models import LossLine, Proposal, ProposalStep
from ooievaar.settlement.year_end.tests.year import Year


@pytest.fixture
def made(year: Year) -> Proposal:
    return year.prepared("opening", data={"cents": 1, "day": "2026-02-01"})


def step(made: Proposal, state: str, person: Person | int | None, **more: Any) -> None:
    pk = person.pk if isinstance(person, Person) else person
    with transaction.atomic():
        ProposalStep.objects.create(
            proposal=made, state=state, person_id=pk, at=made.prepared_at, **more
        )


def test_who_prepared_does_not_approve_and_nobody_is_not_another(year: Year, made) -> None:
    for person in (made.prepared_by, None):
        with pytest.raises(DatabaseError, match=guards.OWN):
            step(made, "approved", person)
    step(made, "approved", year.approver.person_id)


def test_nothing_is_booked_without_an_approval(year: Year, made) -> None:
    with pytest.raises(DatabaseError, match=guards.UNAPPROVED):
        step(made, "booked", year.approver.person_id)


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_what_ended_is_not_approved_and_ends_once(year: Year, made, end: str) -> None:
    step(made, end, year.approver.person_id)
    with pytest.raises(DatabaseError, match=guards.ENDED):
        step(made, "approved", year.approver.person_id)
    with pytest.raises(DatabaseError):
        step(made, "withdrawn" if end == "refused" else "refused", year.approver.person_id)


def test_a_loss_that_nobody_approved_is_refused(year: Year, made) -> None:
    product = year.product({year.partners[0]: 100})
    with pytest.raises(DatabaseError, match=guards.UNAPPROVED_LOSS), transaction.atomic():
        LossLine.objects.create(
            proposal=made, line_id=1, product=product, bearer="reserve", cents=1, parts=[]
        )


def test_a_proposal_stays_as_it_is(made) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.update(figures={})
    with pytest.raises(DatabaseError), transaction.atomic():
        ProposalStep.objects.all().delete()
