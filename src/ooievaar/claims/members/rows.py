"""What each line of a member's file amounts to: an act, a line read before, a credit or a fault.

Pure: what the database knows comes in as `Known`. A fault tells no BSN, name or birth date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ooievaar import rulebook
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.identifiers import BSN_UNKNOWN, mask_bsn

if TYPE_CHECKING:
    from ooievaar.claims.members.codes import MemberCode, MemberCodes
    from ooievaar.claims.members.reading import Contents
    from ooievaar.claims.messages.rows import MonoRow

MOST_UNITS = 32_767
UNKNOWN_WOMAN = "een vrouw die bekend is: schrijf haar eerst in, of lees de tabel women in"


class Place(NamedTuple):
    """What is remembered of a line, whatever became of it."""

    detail_number: int
    reference: str
    list_code: str
    code: str
    performed_on: date
    quantity: int
    cents: int
    is_credit: bool
    course: int | None


class Act(NamedTuple):
    """A care activity as a debit line tells of it."""

    woman_id: int
    organisation_id: int
    activity: str
    specialism: str
    performed_on: date
    quantity: int
    duration_minutes: int
    source_reference: str


class Earlier(NamedTuple):
    """A line that was read before."""

    reference: str
    list_code: str
    code: str
    performed_on: date
    quantity: int
    is_credit: bool
    activity_id: int | None
    woman_id: int | None
    invoice_number: str
    file_id: int
    withdrawn_because: str | None
    outcome: str


class CreditOf(NamedTuple):
    """The activity that a credit line takes back; it may have been withdrawn already."""

    activity_id: int
    is_withdrawn: bool


@dataclass(frozen=True)
class Known:
    """What the database knows: women by BSN, organisations by AGB, earlier lines by reference.

    `file_id` is the file itself, when it was read before and lines of it were refused then.
    """

    women: Mapping[str, tuple[int, date | None]]
    organisations: Mapping[str, int]
    earlier: Mapping[str, Earlier]
    organisation_id: int
    file_id: int | None = None


@dataclass
class Judged:
    """What the lines of a file amount to."""

    acts: list[tuple[Place, Act]] = field(default_factory=list)
    known: list[tuple[Place, Earlier]] = field(default_factory=list)
    credits: list[tuple[Place, CreditOf]] = field(default_factory=list)
    courses: list[Place] = field(default_factory=list)
    """Of a hospital's courses what was done stands under them: they are remembered, no more."""
    faults: list[Fault] = field(default_factory=list)


class Refused(NamedTuple):
    """Why a line is refused."""

    column: str
    found: str
    expected: str


def judge_rows(
    contents: Contents, known: Known, codes: MemberCodes, today: date, name: str
) -> Judged:
    """Judge every line of a file that was not refused already."""
    judged = Judged()
    seen: dict[str, int] = {}
    credited: set[str] = set()
    read = _Codes(codes, today)
    prefix = f"{contents.organisation.agb}:{contents.invoice_number}:"
    for row in contents.rows:
        if row.line_no in contents.bad_lines:
            continue
        before = known.earlier.get(row.reference)
        if before is not None and before.file_id == known.file_id:
            continue  # stored the first time that this file was read
        place = Place(
            row.detail_id, row.reference, row.list_code, row.code, row.performed_on,
            row.quantity, row.cents, row.is_credit, contents.courses.get(row.line_no),
        )  # fmt: skip
        woman = _woman(row, known)
        if isinstance(woman, Refused):
            judged.faults.append(Fault(name, row.line_no, *woman))
            continue
        wrong = _reference(row, seen, before, woman)
        seen.setdefault(row.reference, row.line_no)
        if wrong is not None:
            judged.faults.append(Fault(name, row.line_no, *wrong))
        elif before is not None:
            judged.known.append((place, before))
        elif row.line_no in contents.course_lines:
            judged.courses.append(place)
        elif row.is_credit:
            credit = _credit(row, known.earlier, seen, credited, woman)
            if isinstance(credit, Refused):
                judged.faults.append(Fault(name, row.line_no, *credit))
            else:
                credited.add(row.previous_reference)
                judged.credits.append((place, credit))
        else:
            code = read.find(row)
            if isinstance(code, Refused):
                judged.faults.append(Fault(name, row.line_no, *code))
                continue
            organisation_id = known.organisations.get(row.practitioner_agb, known.organisation_id)
            judged.acts.append((place, _act(row, code, woman, organisation_id, prefix)))
    return judged


def _act(row: MonoRow, code: MemberCode, woman_id: int, organisation_id: int, prefix: str) -> Act:
    is_hourly = code.unit_minutes > 0
    return Act(
        woman_id,
        organisation_id,
        code.activity,
        row.specialism if row.specialism.strip("0") else code.specialism,
        (row.ends_on or row.performed_on) if code.on_last_day else row.performed_on,
        1 if is_hourly else row.quantity,
        row.quantity * code.unit_minutes,
        prefix + row.reference,
    )


def _woman(row: MonoRow, known: Known) -> int | Refused:
    if row.bsn == BSN_UNKNOWN:
        return Refused("BSN", "een verzekerde zonder BSN", "een BSN: zonder is zij niet te vinden")
    found = known.women.get(row.bsn)
    if found is None:
        return Refused("BSN", mask_bsn(row.bsn), UNKNOWN_WOMAN)
    woman_id, birth_date = found
    if birth_date is not None and row.birth_date is not None and birth_date != row.birth_date:
        return Refused("geboortedatum", "een andere dan die bij dit BSN bekend is",
                       "de geboortedatum van deze vrouw")  # fmt: skip
    return woman_id


def _reference(
    row: MonoRow, seen: Mapping[str, int], before: Earlier | None, woman_id: int
) -> Refused | None:
    """Refuse a line without a reference of its own, or with one that stood for something else."""
    if not row.reference:
        return Refused("referentienummer", "niets", "een eigen referentienummer")
    if row.reference in seen:
        return Refused("referentienummer", f'"{row.reference}", dat ook in regel '
                       f"{seen[row.reference]} staat", "een nummer per regel")  # fmt: skip
    if before is None:
        return None
    same = (row.list_code, row.code, row.performed_on, row.quantity, row.is_credit) == (
        before.list_code, before.code, before.performed_on, before.quantity, before.is_credit,
    ) and before.woman_id in (woman_id, None)  # fmt: skip
    is_back = before.withdrawn_because is not None and not row.is_credit
    if same and not is_back:
        return None
    told = f'"{row.reference}", dat in factuur {before.invoice_number} al iets anders zei'
    if is_back:
        told = f'"{row.reference}" van factuur {before.invoice_number}, dat al is ingetrokken'
    return Refused("referentienummer", told, "een nieuw nummer, na een creditregel voor het oude")


def _credit(
    row: MonoRow,
    earlier: Mapping[str, Earlier],
    seen: Mapping[str, int],
    credited: set[str],
    woman_id: int,
) -> CreditOf | Refused:
    """Give the activity that a credit line takes back, or say why it takes nothing back."""
    column = "referentienummer voorgaande"
    reference = row.previous_reference
    expected = "het nummer van een debetregel uit een eerder ingelezen bestand"
    if not reference:
        return Refused(column, "niets", expected)
    debit = earlier.get(reference)
    if debit is None:
        here = "van een regel uit dit bestand" if reference in seen else "dat niet bekend is"
        return Refused(column, f'"{reference}" {here}', expected)
    if debit.is_credit or debit.activity_id is None:
        return Refused(column, f'"{reference}" van een creditregel', expected)
    if reference in credited or (debit.withdrawn_because or "").startswith("Gecrediteerd"):
        return Refused(column, f'"{reference}", dat al is gecrediteerd', expected)
    if (debit.list_code, debit.code, debit.performed_on, debit.woman_id) != (
        row.list_code, row.code, row.performed_on, woman_id,
    ):  # fmt: skip
        return Refused(column, f'"{reference}" van andere zorg', "de debetregel van dezelfde zorg")
    return CreditOf(debit.activity_id, debit.withdrawn_because is not None)


class _Codes:
    """What a code tells of on a day, asked once per code, day and length."""

    def __init__(self, codes: MemberCodes, today: date) -> None:
        self._codes = codes
        self._today = today
        self._book = rulebook.load()
        self._found: dict[tuple[str, str, date, date | None], MemberCode | Refused] = {}

    def find(self, row: MonoRow) -> MemberCode | Refused:
        if not 0 < row.quantity <= MOST_UNITS:
            return Refused("aantal", f"{row.quantity}", "ten minste 1")
        key = (row.list_code, row.code, row.performed_on, row.ends_on)
        if key not in self._found:
            self._found[key] = self._judge(row)
        return self._found[key]

    def _judge(self, row: MonoRow) -> MemberCode | Refused:
        last = row.ends_on or row.performed_on
        if last < row.performed_on:
            return Refused("einddatum", f"{last}", f"een dag vanaf {row.performed_on}")
        if last > self._today:
            return Refused("datum prestatie", f"{last}", "een dag die niet in de toekomst ligt")
        found = self._codes.find(row.list_code, row.code, row.performed_on)
        if found is None:
            return Refused(
                "prestatiecode", f'"{row.code}" van lijst {row.list_code}',
                f"een code die op {row.performed_on} bekend is "
                "(aan te vullen met ooievaar import claim-codes)",
            )  # fmt: skip
        day = last if found.on_last_day else row.performed_on
        if self._book.catalogue_entry(found.activity, day) is None:
            return Refused("datum prestatie", f"{day}",
                           f"een dag waarop {found.activity} in de catalogus staat")  # fmt: skip
        return found
