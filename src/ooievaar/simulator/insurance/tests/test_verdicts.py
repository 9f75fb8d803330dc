"""What an insurer makes of lines, whatever else may go wrong."""

from dataclasses import replace
from datetime import date

import pytest

from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.simulator.insurance.books import BookLine, InsurerBooks
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.rates import FAULTLESS, InsuranceRates
from ooievaar.simulator.insurance.verdicts import Judge
from ooievaar.simulator.insurance.world import Truth, World

BSN, BORN = "999990007", date(1993, 5, 4)
UZOVI, OTHER = "9910", "9911"
ROW = ClaimRow(
    reference="D1",
    bsn=BSN,
    birth_date=BORN,
    name="Vries",
    uzovi=UZOVI,
    product_code="690210",
    starts_on=date(2025, 3, 1),
    ends_on=date(2025, 3, 2),
    units=1,
    tariff_cents=89_500,
    cents=89_500,
    agb="53999001",
)
WORLD = World(
    {
        BSN: Truth(
            BORN, [(UZOVI, date(2024, 1, 1), date(2026, 1, 1)), (OTHER, date(2026, 1, 1), date.max)]
        )
    }
)


def insurer(rates: InsuranceRates = FAULTLESS, world: World = WORLD) -> tuple[Judge, InsurerBooks]:
    return Judge(UZOVI, world, rates, Chances(1)), InsurerBooks(UZOVI)


def enter(judge: Judge, books: InsurerBooks, invoice: str, *rows: ClaimRow) -> list[BookLine]:
    judged = judge.lines(invoice, rows, books)
    books.write(judged)
    return judged


def credit_of(row: ClaimRow, reference: str, cents: int | None = None) -> ClaimRow:
    return replace(
        row,
        reference=reference,
        previous_reference=row.reference,
        is_credit=True,
        cents=row.cents if cents is None else cents,
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"bsn": "999990019"}, "0435"),
        ({"birth_date": date(1993, 5, 5)}, "0435"),
        ({"starts_on": date(2026, 1, 1)}, "0320"),
    ],
)
def test_a_line_is_held_against_what_is_true_of_her(changed: dict[str, object], code: str) -> None:
    judge, books = insurer()
    (line,) = enter(judge, books, "F1", replace(ROW, **changed))
    assert line.codes == ((code,) if code else ())
    assert line.granted_cents == (0 if code else ROW.cents)


def test_the_same_care_is_granted_once_until_it_is_taken_back() -> None:
    judge, books = insurer()
    enter(judge, books, "F1", ROW)
    again = replace(ROW, reference="D2", cents=90_000)
    (doubled,) = enter(judge, books, "F2", again)
    assert doubled.codes == ("0587",)

    back, anew = enter(judge, books, "F3", credit_of(ROW, "C1"), replace(again, reference="D3"))
    assert (back.granted_cents, anew.granted_cents) == (ROW.cents, 90_000)
    assert books.granted_cents == 90_000


def test_a_credit_takes_back_exactly_what_was_granted_and_only_once() -> None:
    judge, books = insurer()
    enter(judge, books, "F1", ROW)
    (partly,) = enter(judge, books, "F2", credit_of(ROW, "C1", ROW.cents - 1))
    (unknown,) = enter(judge, books, "F3", credit_of(replace(ROW, reference="D9"), "C2"))
    (whole,) = enter(judge, books, "F4", credit_of(ROW, "C3"))
    (twice,) = enter(judge, books, "F5", credit_of(ROW, "C4"))
    assert [partly.codes, unknown.codes, whole.codes, twice.codes] == [
        ("0631",), ("0631",), (), ("0631",),
    ]  # fmt: skip
    assert books.granted_cents == 0


def test_a_debit_and_its_credit_never_come_in_one_file() -> None:
    judge, books = insurer()
    debit, back = enter(judge, books, "F1", ROW, credit_of(ROW, "C1"))
    assert (debit.codes, back.codes) == ((), ("8062",))


def test_a_reference_stands_for_one_line_for_good() -> None:
    judge, books = insurer()
    enter(judge, books, "F1", replace(ROW, bsn="999990019"))
    judged = judge.lines("F2", [ROW], books)
    assert judged[0].codes == ("0587",)


def test_a_whim_is_the_same_at_every_asking_and_gone_after_a_call() -> None:
    rates = replace(FAULTLESS, refuses=0.5, grants_in_part=0.5)
    judge, books = insurer(rates)
    rows = [replace(ROW, reference=f"D{n}", product_code=f"{n:06d}") for n in range(200)]
    first = judge.lines("F1", rows, books)
    assert [(line.granted_cents, line.codes) for line in judge.lines("F1", rows[::-1], books)] == [
        (line.granted_cents, line.codes) for line in reversed(first)
    ]
    refused = [line for line in first if not line.granted_cents]
    partly = [line for line in first if 0 < line.granted_cents < line.row.cents]
    assert 70 < len(refused) < 130 and len(refused) + len(partly) == 200
    assert {line.codes for line in partly} == {("0611",)}

    judge.settled.add((ROW.bsn, refused[0].row.product_code, ROW.starts_on))
    (granted,) = judge.lines("F2", [replace(refused[0].row, reference="D900")], books)
    assert granted.granted_cents == ROW.cents
