"""A practice, two women, and the files that the practice's own system would write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from ooievaar.claims.messages.kz301 import header_values, write_claims
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.network.models import Insurer, Organisation
from ooievaar.record.models import Woman

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
TODAY = date(2026, 3, 5)
UZOVI = "9101"
SASKIA, MARIA, STRANGER = "111222333", "123456782", "600000291"
BORN = date(1994, 5, 6)


@dataclass
class MemberWorld:
    """Who is known; the files come from `file`."""

    practice: Organisation
    kraamzorg: Organisation
    hospital: Organisation
    saskia: Woman
    maria: Woman


def member_world() -> MemberWorld:
    """Make the organisations, the insurer and the women."""
    Insurer.objects.create(uzovi=UZOVI, name="Verzekeraar")
    make = Organisation.objects.create
    return MemberWorld(
        make(agb="08012345", name="Praktijk De Wieg", discipline="midwives"),
        make(agb="33012345", name="Kraamzorg", discipline="kraamzorg"),
        make(agb="06012345", name="Ziekenhuis", discipline="hospital"),
        Woman.objects.create(reference="V-1", bsn=SASKIA, name="Saskia", birth_date=BORN),
        Woman.objects.create(reference="V-2", bsn=MARIA, name="Maria"),
    )


LINE = ClaimRow(
    reference="R1", bsn=SASKIA, birth_date=BORN, name="Visser", initials="S", uzovi=UZOVI,
    list_code="032", product_code="V-CON", starts_on=date(2026, 2, 3), ends_on=date(2026, 2, 3),
    units=1, tariff_cents=45_00, cents=45_00, agb="08012345", postcode="1234AB", house_number=1,
)  # fmt: skip


def line(reference: str, code: str = "V-CON", day: int = 3, **changed: object) -> ClaimRow:
    """A line of the practice, for Saskia, in February."""
    on = date(2026, 2, day)
    values = {"reference": reference, "product_code": code, "starts_on": on, "ends_on": on}
    return replace(LINE, **(values | changed))  # type: ignore[arg-type]


def credit_of(debit: ClaimRow, reference: str) -> ClaimRow:
    """The line that takes another one back whole."""
    return replace(debit, reference=reference, previous_reference=debit.reference, is_credit=True)


def hours(reference: str, quarters: int) -> ClaimRow:
    """Hours of kraamzorg, in quarters."""
    return line(reference, "KZ-UUR", 20, list_code="011", units=quarters, tariff_cents=12_00,
                cents=quarters * 12_00, agb="33012345")  # fmt: skip


def file(
    *lines: ClaimRow,
    invoice: str = "F2026-02",
    standard: str = "VK301",
    agb: str = "08012345",
    is_test: bool = True,
) -> bytes:
    """The file of a member's own system."""
    layout = next(one for one in shipped().values() if one.standard == standard)
    header = header_values(
        layout,
        agb=agb,
        uzovi=UZOVI,
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 2, 28),
        invoice_number=invoice,
        dated=date(2026, 3, 1),
        is_test=is_test,
    )
    written = write_claims(layout, header, sorted_by_woman(lines))
    assert isinstance(written, bytes), [str(finding) for finding in written]
    return written


def sorted_by_woman(lines: Sequence[ClaimRow]) -> list[ClaimRow]:
    """A file has each woman once."""
    return sorted(lines, key=lambda one: one.bsn)
