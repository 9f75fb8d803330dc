"""Reads the books again: the chain from its start, each balance, and both sides of what is due."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ooievaar.network.models import Network
from ooievaar.record.access_log.chain import GENESIS
from ooievaar.settlement.ledger.chain import FIELDS, transaction_hash
from ooievaar.settlement.ledger.models import PeriodClosing, Posting, Transaction
from ooievaar.settlement.ledger.words import finding_text

ROWS_AT_ONCE = 2_000
MOST_FINDINGS = 1_000
"""More are counted, not kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at the first number that shows it."""

    number: int
    bend: str
    until: int = 0
    name: str = ""

    def __str__(self) -> str:
        return finding_text(self.bend, self.number, self.until, self.name)


@dataclass(slots=True)
class Verdict:
    """What was read and what was found wrong."""

    count: int = 0
    last_number: int = 0
    last_hash: str = GENESIS
    found: list[Finding] = field(default_factory=list)
    found_count: int = 0

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.found_count == 0

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep the first thousand."""
        self.found_count += 1
        if len(self.found) < MOST_FINDINGS:
            self.found.append(finding)


def verify_chain(network: Network) -> Verdict:
    """Hold every transaction against its postings and the one before, and each closed period."""
    verdict = Verdict()
    marks = {
        closing.last_number: closing
        for closing in PeriodClosing.objects.filter(network=network).order_by("period")
    }
    met = {number for number, closing in marks.items() if (number, closing.last_hash) == _START}
    for row, postings in _transactions(network):
        number, expected = row["number"], verdict.last_number + 1
        verdict.count += 1
        if number > expected:
            verdict.add(Finding(expected, "gap", number - 1))
        if number != expected or row["previous_hash"] != verdict.last_hash:
            verdict.add(Finding(number, "loose"))
        if _hash(row, postings) != row["hash"]:
            verdict.add(Finding(number, "changed"))
        if len(postings) != row["lines"] or sum(cents for _, cents in postings):
            verdict.add(Finding(number, "uneven"))
        verdict.last_number, verdict.last_hash = number, row["hash"]
        if number in marks and marks[number].last_hash == row["hash"]:
            met.add(number)
    for number in sorted(marks.keys() - met):
        verdict.add(Finding(number, "tail", name=marks[number].period))
    return verdict


_START = (0, GENESIS)


def _hash(row: dict[str, Any], postings: list[tuple[str, int]]) -> str:
    try:
        return transaction_hash(row, postings)
    except (ValueError, TypeError, AttributeError):
        return ""


def _transactions(network: Network) -> Iterator[tuple[dict[str, Any], list[tuple[str, int]]]]:
    """Yield the fields of each transaction with its postings, in order of number."""
    number = -1
    while True:
        rows = list(
            Transaction.objects.filter(network=network, number__gt=number)
            .order_by("number", "id")
            .values("id", "day", "hash", *FIELDS)[:ROWS_AT_ONCE]
        )
        lines: dict[int, list[tuple[str, int]]] = {row["id"]: [] for row in rows}
        postings = Posting.objects.filter(
            transaction__network=network,
            transaction__number__gt=number,
            transaction__number__lte=rows[-1]["number"] if rows else number,
        )
        for pk, key, cents in postings.values_list("transaction_id", "account__key", "cents"):
            lines[pk].append((key, cents))
        for row in rows:
            yield row, lines[row["id"]]
        if len(rows) < ROWS_AT_ONCE:
            return
        number = rows[-1]["number"]
