"""What an insurer makes of a file: checks that any insurer does, and faults that are nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.simulator.insurance.books import BookLine, InsurerBooks, care_of
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.rates import InsuranceRates
from ooievaar.simulator.insurance.world import World

NOT_INSURED = "0320"
WRONG_PERSON = "0435"
ALREADY_CLAIMED = "0587"
WRONG_TARIFF = "0611"
WRONG_SIGN = "0631"
SAME_FILE = "8062"
TECHNICAL = "0001"
INVOICE_KNOWN = "0030"
WHIMS = ("0551", "0559", "0582", "0613", "0611")
"""What an insurer may answer although nothing is wrong: a table of its own is behind."""


@dataclass(frozen=True, slots=True)
class Judge:
    """How one insurer judges; `settled` is what it promised to grant when somebody rang."""

    uzovi: str
    world: World
    rates: InsuranceRates
    chances: Chances
    settled: set[tuple[str, str, date]] = field(default_factory=set)

    def refuses_file(self, invoice: str, number: str, books: InsurerBooks) -> str:
        """Return why a whole file is refused, the `number`th to come; empty where it is read."""
        if invoice in books.files:
            return INVOICE_KNOWN
        if self.chances.happens(self.rates.refuses_file, "file", number):
            return TECHNICAL
        return ""

    def lines(self, invoice: str, rows: Sequence[ClaimRow], books: InsurerBooks) -> list[BookLine]:
        """Return the lines of a file with what is granted of each, in order."""
        taken_back: set[str] = set()
        given: dict[tuple[str, str, date], str] = {}
        debits = {row.reference for row in rows if not row.is_credit}
        judged = []
        for row in rows:
            line = BookLine(row, invoice)
            if code := self._refusal(row, books, taken_back, given, debits):
                line.codes = (code,)
            elif row.is_credit:
                line.granted_cents = row.cents
                taken_back.add(row.previous_reference)
            else:
                line.granted_cents, line.codes = self._granted(row)
                if line.granted_cents:
                    given[care_of(row)] = row.reference
            judged.append(line)
        return judged

    def _refusal(
        self,
        row: ClaimRow,
        books: InsurerBooks,
        taken_back: set[str],
        given: dict[tuple[str, str, date], str],
        debits: set[str],
    ) -> str:
        """Return why a line cannot be granted; empty where it can."""
        if row.reference in books.lines:
            return ALREADY_CLAIMED
        if row.is_credit:
            if row.previous_reference in debits:
                return SAME_FILE
            earlier = books.lines.get(row.previous_reference)
            if earlier is None or not earlier.stands or row.previous_reference in taken_back:
                return WRONG_SIGN
            return "" if row.cents == earlier.granted_cents else WRONG_SIGN
        woman = self.world.of(row.bsn)
        if woman is None or row.birth_date != woman.birth_date:
            return WRONG_PERSON
        if woman.insurer_on(row.starts_on) != self.uzovi:
            return NOT_INSURED
        standing = given.get(care_of(row)) or books.standing.get(care_of(row))
        return ALREADY_CLAIMED if standing and standing not in taken_back else ""

    def _granted(self, row: ClaimRow) -> tuple[int, tuple[str, ...]]:
        if care_of(row) in self.settled:
            return row.cents, ()
        drawn = self.chances.draw("line", self.uzovi, row.reference)
        if drawn < self.rates.refuses:
            return 0, (self.chances.choose(WHIMS, "whim", row.reference),)
        if drawn < self.rates.refuses + self.rates.grants_in_part:
            least, most = self.rates.part
            part = least + (most - least) * self.chances.draw("part", row.reference)
            return max(1, int(row.cents * part)), (WRONG_TARIFF,)
        return row.cents, ()
