"""A hospital's own file (ZH308), whose layout is official: real ones are read as they are."""

from dataclasses import replace
from datetime import date

import pytest

from ooievaar.claims.members.commands import import_member_file
from ooievaar.claims.members.returns import take_member_return
from ooievaar.claims.members.tests.member_world import (
    BORN,
    NOW,
    SASKIA,
    UZOVI,
    MemberWorld,
    member_world,
)
from ooievaar.claims.messages.kz301 import claim_parts, header_values
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.mono import MonoFile, write_mono
from ooievaar.claims.messages.returns import Verdict, Verdicts, write_return
from ooievaar.claims.messages.rows import ClaimRow, MonoRow
from ooievaar.claims.messages.writing import Part, write_message
from ooievaar.claims.models import MemberFileLine
from ooievaar.record.models import BilledMono, CareActivity, Withdrawal

pytestmark = pytest.mark.django_db
FILE = MonoFile(
    agb="06012345", uzovi=UZOVI, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28),
    invoice_number="ZH-1", dated=date(2026, 3, 1), is_test=False,
)  # fmt: skip


@pytest.fixture
def world() -> MemberWorld:
    return member_world()


def row(reference: str, code: str, **more: object) -> MonoRow:
    values: dict[str, object] = {
        "reference": reference, "agb": "06012345", "bsn": SASKIA, "birth_date": BORN,
        "uzovi": UZOVI, "list_code": "041", "code": code, "performed_on": date(2026, 2, 3),
        "quantity": 1, "tariff_cents": 900_00, "cents": 900_00, "name": "Visser", "initials": "S",
        "house_number": 1, "specialism": "0307",
    }  # fmt: skip
    return MonoRow(**(values | more))  # type: ignore[arg-type]


def file(*rows: MonoRow, invoice: str = "ZH-1") -> bytes:
    written = write_mono(shipped()["ZH308-9.0"], replace(FILE, invoice_number=invoice), rows)
    assert isinstance(written, bytes), [str(one) for one in written]
    return written


def test_a_real_file_is_read_with_the_specialism_of_each_line(world: MemberWorld) -> None:
    content = file(row("Z1", "037651"), row("Z2", "G-OPN", specialism="", quantity=2))
    assert import_member_file("zh.asc", content, now=NOW).stored == 2
    birth, stay = CareActivity.objects.order_by("pk")
    assert (birth.code, birth.specialism, birth.organisation) == ("037651", "0307", world.hospital)
    # Without one, the specialism that the catalogue gives the act.
    assert (stay.code, stay.specialism, stay.quantity) == ("G-OPN", "0307", 2)


def test_a_credit_of_a_hospital_takes_its_line_back(world: MemberWorld) -> None:
    import_member_file("zh.asc", file(row("Z1", "037651")), now=NOW)
    credit = row("Z3", "037651", is_credit=True, previous_reference="Z1")
    result = import_member_file("zh2.asc", file(credit, invoice="ZH-2"), now=NOW)
    assert result.taken_back == 1
    assert Withdrawal.objects.get().activity.code == "037651"


def course(
    reference: str,
    *acts: tuple[str, str, str],
    invoice: str = "ZH-1",
    previous: str = "",
    is_test: bool = False,
) -> bytes:
    """A DBC of 15 days, with the acts (reference, code, day) that were done in it."""
    layout = shipped()["ZH308-9.0"]
    sign = "C" if previous else "D"
    line = ClaimRow(
        reference=reference, bsn=SASKIA, birth_date=BORN, name="Visser", initials="S",
        house_number=1, uzovi=UZOVI, list_code="041", product_code="15C123", agb="",
        starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 15), units=1, tariff_cents=2_000_00,
        cents=2_000_00, specialism="0307", is_credit=bool(previous), previous_reference=previous,
    )  # fmt: skip
    (person,) = claim_parts(layout, [line])
    (claim,) = person.parts
    done = [
        Part("16", {
            "1606": "041", "1607": "15C123", "1608": date(2026, 2, 1), "1609": 1,
            "1610": own, "1611": code, "1612": date.fromisoformat(day),
            "1613": date.fromisoformat(day), "1614": 1, "1618": "0307", "1619": sign, "1620": own,
            "1621": own.replace("C", "A") if previous else "",
        })
        for own, code, day in acts
    ]  # fmt: skip
    claim = claim._replace(parts=(*claim.parts, *done))
    written = write_message(
        layout,
        header_values(
            layout, agb="06012345", uzovi=UZOVI, starts_on=date(2026, 2, 1),
            ends_on=date(2026, 2, 28), invoice_number=invoice, dated=date(2026, 3, 1),
            is_test=is_test,
        ),
        [person._replace(parts=(claim,))],
    )  # fmt: skip
    assert isinstance(written, bytes), [str(one) for one in written]
    return written


DONE = (("A1", "G-CON", "2026-02-02"), ("A2", "037651", "2026-02-10"))
DELIVERY = course("D1", *DONE)


def test_a_course_tells_of_the_acts_that_stand_under_it(world: MemberWorld) -> None:
    assert import_member_file("dbc.asc", DELIVERY, now=NOW).stored == 2
    acts = CareActivity.objects.order_by("performed_on").values_list("code", "performed_on")
    assert list(acts) == [("G-CON", date(2026, 2, 2)), ("037651", date(2026, 2, 10))]
    lines = MemberFileLine.objects.order_by("detail_number")
    assert list(lines.values_list("reference", "cents", "course", "activity__code")) == [
        ("D1", 2_000_00, None, None), ("A1", 0, 2, "G-CON"), ("A2", 0, 2, "037651")]  # fmt: skip


def test_the_credit_of_a_course_takes_its_acts_back(world: MemberWorld) -> None:
    import_member_file("dbc.asc", DELIVERY, now=NOW)
    back = course("D2", ("C1", "G-CON", "2026-02-02"), ("C2", "037651", "2026-02-10"),
                  invoice="ZH-2", previous="D1")  # fmt: skip
    assert import_member_file("terug.asc", back, now=NOW).taken_back == 2
    assert Withdrawal.objects.count() == 2


@pytest.mark.parametrize(("granted", "billed"), [(0, 0), (500_00, 2)])
def test_an_insurer_answers_a_course_with_all_that_is_under_it(
    world: MemberWorld, granted: int, billed: int
) -> None:
    """The layout of this answer is provisional, so it is a test."""
    sent = course("D1", *DONE, is_test=True)
    import_member_file("dbc.asc", sent, now=NOW, allow_test=True)
    answer = write_return(
        sent,
        Verdicts(answered_on=date(2026, 3, 3), insurer_reference="Z-1",
                 lines={"D1": Verdict(granted, ("0435",))}),
    )  # fmt: skip
    assert isinstance(answer, bytes), [str(one) for one in answer]
    assert take_member_return("terug.asc", answer, now=NOW, allow_test=True).billed == billed
    assert BilledMono.objects.count() == billed
