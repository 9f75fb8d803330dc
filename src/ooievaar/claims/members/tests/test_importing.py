"""A member's own claims become registered care: once, and billed only when that is known."""

from datetime import date, timedelta

import pytest

from ooievaar.claims.members.commands import MemberImport, import_member_file
from ooievaar.claims.members.tests.member_world import (
    BORN,
    MARIA,
    NOW,
    STRANGER,
    TODAY,
    MemberWorld,
    credit_of,
    file,
    hours,
    line,
    member_world,
)
from ooievaar.claims.models import MemberFile, MemberFileLine
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.record import queries
from ooievaar.record.models import BilledMono, CareActivity, Withdrawal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> MemberWorld:
    return member_world()


def read(content: bytes, **options: bool) -> MemberImport:
    return import_member_file("maart.asc", content, now=NOW, **{"allow_test": True, **options})


def refused(content: bytes, **options: bool) -> list[Fault]:
    before = (CareActivity.objects.count(), MemberFile.objects.count())
    with pytest.raises(InputRejected) as rejected:
        read(content, **options)
    assert (CareActivity.objects.count(), MemberFile.objects.count()) == before
    return rejected.value.faults


def test_a_line_becomes_an_activity_that_was_not_billed(world: MemberWorld) -> None:
    result = read(file(line("R1"), line("R2", "V-ECT", 10)))
    assert (result.stored, result.known, result.rows_refused) == (2, 0, 0)
    first, second = CareActivity.objects.order_by("pk")
    assert (first.code, first.performed_on, first.woman) == (
        "V-CON",
        date(2026, 2, 3),
        world.saskia,
    )
    assert (first.organisation, first.source, first.recorded_on) == (
        world.practice, "claims", TODAY)  # fmt: skip
    assert second.code == "V-ECT"
    assert not first.billed_mono and not second.billed_mono
    kept = MemberFileLine.objects.get(reference="R1")
    assert (kept.activity, kept.cents, kept.outcome) == (first, 45_00, "stored")


def test_hours_become_minutes(world: MemberWorld) -> None:
    read(file(hours("U1", 13), standard="KZ301", agb="33012345"))
    activity = CareActivity.objects.get()
    assert (activity.code, activity.duration_minutes, activity.quantity) == ("KZ-UUR", 195, 1)
    assert activity.organisation == world.kraamzorg


def test_a_file_that_is_known_to_have_gone_is_billed(world: MemberWorld) -> None:
    result = read(file(line("R1")), billed=True)
    assert result.billed == 1
    assert CareActivity.objects.get().billed_mono


def test_the_same_file_again_changes_nothing(world: MemberWorld) -> None:
    read(file(line("R1")))
    again = read(file(line("R1")))
    assert again.read_before and again.stored == again.billed == 0
    assert CareActivity.objects.count() == 1


def test_what_is_known_later_is_marked_beside_what_was_stored(world: MemberWorld) -> None:
    """The activity itself stays as it was written, and on an earlier day it was not known."""
    read(file(line("R1"), line("R2", day=10)))
    result = read(file(line("R1"), line("R2", day=10)), billed=True)
    assert result.read_before and result.billed == 2
    assert not CareActivity.objects.filter(billed_mono=True).exists()
    assert [row["billed_on"] for row in queries.activities().to_pylist()] == [TODAY, TODAY]
    assert BilledMono.objects.first().reason == "Factuur F2026-02 ging naar de verzekeraar"  # type: ignore[union-attr]
    assert read(file(line("R1"), line("R2", day=10)), billed=True).billed == 0


def test_an_invoice_that_was_read_is_not_doubled(world: MemberWorld) -> None:
    read(file(line("R1")))
    (fault,) = refused(file(line("R1"), line("R2", day=9)))
    assert fault.column == "factuurnummer"
    assert "al is ingelezen op 05-03-2026" in fault.found


def test_another_practice_may_use_the_same_invoice_number(world: MemberWorld) -> None:
    read(file(line("R1")))
    read(file(hours("R1", 4), standard="KZ301", agb="33012345"))
    assert CareActivity.objects.count() == 2


def test_a_line_that_is_sent_again_is_known(world: MemberWorld) -> None:
    """The portal refused the first file: the practice sends its lines again in a next one."""
    read(file(line("R1")))
    result = read(file(line("R1"), line("R2", day=9), invoice="F2026-02B"))
    assert (result.stored, result.known) == (1, 1)
    outcomes = MemberFileLine.objects.filter(reference="R1").values_list("outcome", flat=True)
    assert list(outcomes) == ["stored", "known"]
    assert CareActivity.objects.count() == 2


def test_a_reference_that_meant_something_else_is_refused(world: MemberWorld) -> None:
    read(file(line("R1")))
    (fault,) = refused(file(line("R1", day=4), invoice="F2026-03"))
    assert fault.column == "referentienummer"
    assert "F2026-02" in fault.found


def test_a_credit_takes_back_the_line_that_it_names(world: MemberWorld) -> None:
    read(file(line("R1")))
    result = read(file(credit_of(line("R1"), "R3"), line("R4", day=4), invoice="F2026-03"))
    assert (result.stored, result.taken_back) == (1, 1)
    withdrawal = Withdrawal.objects.get()
    assert withdrawal.activity.performed_on == date(2026, 2, 3)
    assert withdrawal.reason == "Gecrediteerd in factuur F2026-03"


@pytest.mark.parametrize("why", ["unknown", "twice", "other care"])
def test_a_credit_that_takes_nothing_back_is_refused(world: MemberWorld, why: str) -> None:
    read(file(line("R1"), line("R9", day=9)))
    debit = line("R1")
    if why == "twice":
        read(file(credit_of(debit, "R3"), invoice="F2026-03"))
    wrong = {
        "unknown": credit_of(line("R8"), "R5"),
        "twice": credit_of(debit, "R5"),
        "other care": credit_of(line("R1", day=9), "R5"),
    }[why]
    (fault,) = refused(file(wrong, invoice="F2026-04"))
    assert fault.column == "referentienummer voorgaande"
    assert fault.found.startswith(
        {"unknown": '"R8" dat niet bekend is', "twice": '"R1", dat al is gecrediteerd',
         "other care": '"R1" van andere zorg'}[why]
    )  # fmt: skip


def test_a_woman_who_is_not_known_is_told_without_who_she_is(world: MemberWorld) -> None:
    content = file(line("R1"), line("R2", bsn=STRANGER, name="Jansen"))
    (fault,) = refused(content)
    assert (fault.column, fault.found) == ("BSN", "******291")
    assert "schrijf haar eerst in" in fault.expected
    assert "Jansen" not in str(fault) and STRANGER not in str(fault)


def test_another_birth_date_is_another_woman_and_none_on_record_is_no_difference(
    world: MemberWorld,
) -> None:
    (fault,) = refused(file(line("R1", birth_date=BORN + timedelta(days=1))))
    assert fault.column == "geboortedatum" and "1994" not in str(fault)
    assert read(file(line("R2", bsn=MARIA, name="Bakker"), invoice="F2")).stored == 1


def test_good_rows_are_stored_when_asked_and_the_bad_ones_may_come_again(
    world: MemberWorld,
) -> None:
    content = file(line("R1"), line("R2", bsn=STRANGER, name="Jansen"), line("R3", "V-NIE", 4))
    result = read(content, accept_good_rows=True)
    assert (result.stored, result.rows_refused) == (1, 2)
    assert {fault.column for fault in result.refused} == {"BSN", "prestatiecode"}
    world.maria.__class__.objects.create(reference="V-3", bsn=STRANGER)
    again = read(content, accept_good_rows=True)
    assert (again.stored, again.rows_refused) == (1, 1)
    assert CareActivity.objects.count() == 2
    assert MemberFile.objects.count() == 1


def test_care_of_tomorrow_and_codes_of_another_list_are_refused(world: MemberWorld) -> None:
    (fault,) = refused(file(line("R1", "KZ-UUR")))
    assert fault.found == '"KZ-UUR" van lijst 032'
    assert "ooievaar import claim-codes" in fault.expected


def test_a_provisional_layout_is_read_as_a_test_only_when_asked(world: MemberWorld) -> None:
    (fault,) = refused(file(line("R1")), allow_test=False)
    assert "--test" in f"{fault.found} {fault.expected}"
    real = file(line("R1")).replace(b"T", b"P", 1)
    faults = refused(real)
    assert any("ooievaar layout import" in fault.expected for fault in faults)


def test_an_unknown_practice_is_refused(world: MemberWorld) -> None:
    (fault,) = refused(file(line("R1"), agb="08099999"))
    assert (fault.column, fault.found) == ("AGB-code", '"08099999"')


@pytest.mark.parametrize("content", [b"", b"geen bestand", b"\x00" * 400, b"01" + b"9" * 308])
def test_what_is_no_message_is_refused(world: MemberWorld, content: bytes) -> None:
    assert refused(content)


def test_who_did_it_is_the_organisation_of_the_line_when_it_is_known(world: MemberWorld) -> None:
    read(file(line("R1", agb="06012345")))
    assert CareActivity.objects.get().organisation == world.hospital


def test_care_that_an_earlier_file_told_of_is_stored_and_pointed_at(world: MemberWorld) -> None:
    """Two checks on one day do happen; a month that is invoiced twice does too."""
    read(file(line("R1"), line("R2", day=9)))
    result = read(file(line("R7"), line("R8", day=10), invoice="F2"))
    assert result.stored == 2
    (note,) = result.notes
    assert note.startswith("van 1 van deze regels is dezelfde zorg")
    # What a credit in the same file takes back is no double.
    again = read(file(credit_of(line("R2", day=9), "R3"), line("R4", day=9), invoice="F3"))
    assert (again.taken_back, again.notes) == (1, [])


def test_a_bad_file_that_comes_again_as_billed_is_billed_whole(world: MemberWorld) -> None:
    content = file(line("R1"), line("R2", "V-NIE", 4))
    read(content, accept_good_rows=True)
    assert read(content, accept_good_rows=True, billed=True).billed == 1
    assert BilledMono.objects.get().activity.source_reference.endswith("R1")
