"""An answer to a member's own file tells what went through to the insurer, and so was billed."""

from datetime import date

import pytest

from ooievaar.claims.members.commands import import_member_file
from ooievaar.claims.members.returns import MemberAnswer, is_return, take_member_return
from ooievaar.claims.members.tests.member_world import (
    NOW,
    MemberWorld,
    credit_of,
    file,
    hours,
    line,
    member_world,
)
from ooievaar.claims.messages.returns import Verdict, Verdicts, write_return
from ooievaar.claims.models import MemberReturn
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.record.models import BilledMono

pytestmark = pytest.mark.django_db

ANSWERED_ON = date(2026, 3, 4)


@pytest.fixture
def world() -> MemberWorld:
    return member_world()


SENT = file(line("R1"), line("R2", day=4), line("R3", day=5))


def read(content: bytes) -> None:
    import_member_file("maart.asc", content, now=NOW, allow_test=True)


def answer(sent: bytes, **told: object) -> bytes:
    written = write_return(sent, Verdicts(answered_on=ANSWERED_ON, **told))  # type: ignore[arg-type]
    assert isinstance(written, bytes), written
    return written


def take(content: bytes) -> MemberAnswer:
    return take_member_return("antwoord.asc", content, now=NOW, allow_test=True)


def refused(content: bytes) -> list[Fault]:
    with pytest.raises(InputRejected) as rejected:
        take(content)
    assert not BilledMono.objects.exists()
    return rejected.value.faults


def billed() -> set[str]:
    return set(BilledMono.objects.values_list("activity__source_reference", flat=True))


def test_a_file_granted_in_full_was_billed_whole(world: MemberWorld) -> None:
    read(SENT)
    content = answer(SENT, insurer_reference="Z-1")
    assert is_return(content) and not is_return(SENT)
    assert take(content).billed == 3
    reason = BilledMono.objects.values_list("reason", flat=True).first()
    assert reason == "Antwoord van de verzekeraar op factuur F2026-02, 05-03-2026"


def test_what_the_insurer_refused_was_not_billed_and_a_part_grant_was(world: MemberWorld) -> None:
    read(SENT)
    lines = {"R1": Verdict(0, ("0435",)), "R2": Verdict(20_00, ("0435",))}
    assert take(answer(SENT, insurer_reference="Z-1", lines=lines)).billed == 2
    assert billed() == {"08012345:F2026-02:R2", "08012345:F2026-02:R3"}


def test_what_the_portal_refused_never_reached_an_insurer(world: MemberWorld) -> None:
    read(SENT)
    assert take(answer(SENT, refuses_file=True, codes=("8095",))).billed == 0
    assert MemberReturn.objects.get().answered_by == "portal"


def test_the_same_answer_twice_changes_nothing_and_a_second_one_is_refused(
    world: MemberWorld,
) -> None:
    read(SENT)
    content = answer(SENT, insurer_reference="Z-1")
    take(content)
    assert take(content).read_before
    with pytest.raises(InputRejected) as rejected:
        take(answer(SENT, insurer_reference="Z-2"))
    (fault,) = rejected.value.faults
    assert "al is beantwoord" in fault.found
    assert BilledMono.objects.count() == 3


def test_an_answer_to_a_file_that_was_never_read_is_refused(world: MemberWorld) -> None:
    (fault,) = refused(answer(SENT, insurer_reference="Z-1"))
    assert fault.column == "factuurnummer"


def test_an_answer_that_does_not_add_up_is_refused(world: MemberWorld) -> None:
    read(SENT)
    other = file(line("R1"))
    assert {fault.column for fault in refused(answer(other, insurer_reference="Z-1"))} == {
        "ingediend bedrag"}  # fmt: skip


def test_hours_of_kraamzorg_are_answered_too_and_credits_are_no_care(world: MemberWorld) -> None:
    first = file(hours("U1", 8), standard="KZ301", agb="33012345")
    read(first)
    second = file(credit_of(hours("U1", 8), "U2"), hours("U3", 9), standard="KZ301",
                  agb="33012345", invoice="F2")  # fmt: skip
    read(second)
    assert take(answer(second, insurer_reference="Z-1")).billed == 1
    assert billed() == {"33012345:F2:U3"}
