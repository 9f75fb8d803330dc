"""An insurer: reads what the portal passes on, keeps its books, answers and pays in its time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ooievaar.simulator.insurance.answers import Layouts, answer, rows_of, whole_file_refused
from ooievaar.simulator.insurance.books import (
    BookFile,
    BookLine,
    BookPayment,
    InsurerBooks,
    care_of,
)
from ooievaar.simulator.insurance.portal import Passed
from ooievaar.simulator.insurance.verdicts import Judge

SECOND_PART_DAYS = 9
ASKED_DAYS = 3
"""So long after somebody rang, what was asked for comes."""


class Kind(StrEnum):
    """What arrives with us."""

    RETURN = "return"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that arrives with us on a day: a return file, or a payment."""

    day: date
    kind: Kind
    name: str
    content: bytes = b""
    payment: BookPayment | None = None
    is_good: bool = True
    """False: a copy, a damaged file, or another party's: we should refuse it."""
    invoice: str = ""
    sent: bytes = b""
    """The file that the portal refuses with it."""


@dataclass(slots=True)
class Insurer:
    """One insurer with its books and its habits."""

    judge: Judge
    books: InsurerBooks
    layouts: Layouts

    def receive(self, passed: Passed, today: date) -> Iterator[Arrival]:
        """Enter a file, and give everything that follows from it, each on its day."""
        rates, chances = self.judge.rates, self.judge.chances
        number = f"{self.judge.uzovi}{len(self.books.files) + 1:06d}"
        invoice = passed.invoice
        code = self.judge.refuses_file(invoice, number, self.books)
        rows = rows_of(self.layouts, passed.content)
        late = chances.happens(rates.answers_late, "late", number)
        span = rates.late_answer_days if late else rates.answer_days
        day = today + timedelta(days=chances.day(span, "answer", number))
        if code:
            references = [row.reference for row in rows]
            file = BookFile(invoice, passed.content, today, references, number, is_refused=True)
            if self.books.files.setdefault(invoice, file) is file:
                self.books.write(BookLine(row, invoice, codes=(code,)) for row in rows)
            content = whole_file_refused(self.layouts, passed.content, day, code, number)
        else:
            judged = self.judge.lines(invoice, rows, self.books)
            references = [row.reference for row in rows]
            file = BookFile(invoice, passed.content, today, references, number)
            self.books.files[invoice] = file
            self.books.write(judged)
            content = answer(self.layouts, passed.content, judged, day, number)
        file.answer, file.answered_on = content, day
        if chances.happens(rates.answers_never, "never", number):
            file.lets_wait = True
            return
        yield from self._answers(file)

    def _answers(self, file: BookFile) -> Iterator[Arrival]:
        """Give the return, what goes wrong with it on the way, and the money."""
        rates, chances = self.judge.rates, self.judge.chances
        about = file.number
        day = file.answered_on
        assert day is not None
        file.is_answered = True
        name = f"R{file.number}_{file.invoice}.txt"
        if chances.happens(rates.answer_of_another, "another", about):
            foreign = _of_another(file)
            yield Arrival(day, Kind.RETURN, f"vreemd_{name}", foreign, is_good=False)
        if chances.happens(rates.answer_is_damaged, "damaged", about):
            torn = file.answer[: -len(file.answer) // 3]
            yield Arrival(day, Kind.RETURN, f"stuk_{name}", torn, is_good=False)
            day += timedelta(days=4)
            file.answered_on = day
        yield Arrival(day, Kind.RETURN, name, file.answer, invoice=file.invoice)
        if chances.happens(rates.answers_twice, "twice", about):
            again = day + timedelta(days=chances.day((1, 12), "again", about))
            yield Arrival(again, Kind.RETURN, f"nogmaals_{name}", file.answer, is_good=False)
        if file.is_refused:
            return
        if chances.happens(rates.pays_never, "unpaid", about):
            file.lets_wait = True
            return
        late = chances.happens(rates.pays_late, "pays-late", about)
        span = rates.late_pay_days if late else rates.pay_days
        yield from self._payments(file, day + timedelta(days=chances.day(span, "pay", about)))

    def _payments(self, file: BookFile, day: date) -> Iterator[Arrival]:
        """Give the money of a file, in one payment or in two; nothing where it comes to nothing."""
        uzovi, invoice = self.judge.uzovi, file.invoice
        cents = sum(line.signed_cents for line in self.books.of_file(invoice))
        if not cents:
            return
        parts = [cents]
        if cents > 1 and self.judge.chances.happens(
            self.judge.rates.pays_in_two, "two", file.number
        ):
            parts = [cents // 2, cents - cents // 2]
        for number, part in enumerate(parts, start=1):
            payment = BookPayment(f"{file.number}-{number}", uzovi, invoice, day, part)
            yield Arrival(day, Kind.PAYMENT, payment.reference, payment=payment)
            day += timedelta(days=SECOND_PART_DAYS)

    def pay(self, payment: BookPayment) -> None:
        """Enter that money left."""
        self.books.payments.append(payment)

    def asked_about(self, invoice: str, today: date) -> list[Arrival]:
        """Answer, or pay, what was left lying; somebody rang."""
        file = self.books.files.get(invoice)
        if file is None or not file.lets_wait:
            return []
        file.lets_wait = False
        soon = today + timedelta(days=ASKED_DAYS)
        if file.is_answered:
            return list(self._payments(file, soon))
        file.answered_on = soon
        return list(self._answers(file))

    def settle(self, reference: str) -> None:
        """Promise to grant a line in full when it comes again; somebody rang."""
        line = self.books.lines.get(reference)
        if line is not None:
            self.judge.settled.add(care_of(line.row))


def _of_another(file: BookFile) -> bytes:
    """Return the answer as if it were to an invoice that we never sent."""
    other = file.invoice[:-1] + ("X" if file.invoice[-1] != "X" else "Y")
    return file.answer.replace(file.invoice.encode("ascii"), other.encode("ascii"), 1)
