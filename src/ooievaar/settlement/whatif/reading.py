"""Reads other tariffs: CSV in the shape of the region tables, or the same as a list in YAML."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ooievaar.contracts.agreements.terms import PRODUCTS, keyed
from ooievaar.contracts.models import Contract
from ooievaar.contracts.rules.agreement import ANY_PRODUCT
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE, Period, first_overlap
from ooievaar.network.models import Insurer, Network
from ooievaar.rulebook.yaml_source import read_yaml_text
from ooievaar.settlement.whatif.rules.tariffs import OtherTariff

COLUMNS = ("contract", "insurer_uzovi", "product", "cents", "valid_from", "valid_until")
NEEDED = ("product", "cents")
SAID = "contract of insurer_uzovi, product, cents; naar keuze valid_from en valid_until"
MOST_CENTS = 10**12
MOST_ROWS = 2_000
LONGEST_TEXT = 400_000
DAWN = date(1900, 1, 1)
BY_WORD = {word: key for word, key in keyed(PRODUCTS).items() if key != ANY_PRODUCT}


@dataclass(frozen=True, slots=True)
class _Line:
    """One row as it was written, with the line that it stands on."""

    number: int
    values: Mapping[str, str]


def read_tariffs(network: Network, name: str, text: str, year: Period) -> list[OtherTariff]:
    """Return the tariffs in a text; InputRejected has every fault, with its line."""
    if len(text) > LONGEST_TEXT:
        fault = Fault(name, None, "", f"{len(text)} tekens", f"hoogstens {LONGEST_TEXT}")
        raise InputRejected([fault])
    lines = _csv_lines(name, text) if _is_csv(text) else _yaml_lines(name, text)
    if not lines:
        raise InputRejected([Fault(name, None, "", "geen tarieven", "ten minste één tarief")])
    if len(lines) > MOST_ROWS:
        found = f"{len(lines)} regels"
        raise InputRejected([Fault(name, None, "", found, f"hoogstens {MOST_ROWS} regels")])
    reader = _Reader(network, name, year)
    others = [reader.tariff(line) for line in lines]
    if not reader.faults:
        reader.faults += _doubled(name, lines, [one for one in others if one is not None])
    if reader.faults:
        raise InputRejected(reader.faults)
    return [one for one in others if one is not None]


def _is_csv(text: str) -> bool:
    """Tell a table from a list: its first line that says something has the names of columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return any(sign in first for sign in ";\t") or first.strip().split(",")[0] in COLUMNS


def _csv_lines(name: str, text: str) -> list[_Line]:
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = next((sign for sign in ";\t," if sign in first), ";")
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff").lstrip()), delimiter=delimiter)
    faults: list[Fault] = []
    lines: list[_Line] = []
    try:
        header = [column.strip() for column in next(reader, [])]
        faults += _of_columns(name, 1, header)
        for row in reader:
            if not any(value.strip() for value in row):
                continue
            if len(row) != len(header):
                expected = f"{len(header)} velden"
                faults.append(Fault(name, reader.line_num, "", f"{len(row)} velden", expected))
                continue
            values = {key: value.strip() for key, value in zip(header, row, strict=True)}
            lines.append(_Line(reader.line_num, values))
    except csv.Error:
        faults.append(Fault(name, reader.line_num, "", "een onleesbare regel", "geldige CSV"))
    if faults:
        raise InputRejected(faults)
    return lines


def _yaml_lines(name: str, text: str) -> list[_Line]:
    file = read_yaml_text(name, text)
    content: Any = file.content
    path: tuple[str, ...] = ()
    if isinstance(content, dict) and set(content) == {"tariffs"}:
        content, path = content["tariffs"], ("tariffs",)
    if content is None:
        return []
    if not isinstance(content, tuple) or not all(isinstance(row, dict) for row in content):
        raise InputRejected(
            [Fault(name, None, "", "iets anders", f"een lijst met per regel {SAID}")]
        )
    lines, faults = [], []
    for index, row in enumerate(content):
        number = file.lines.get((*path, index), index + 1)
        faults += _of_columns(name, number, list(row))
        values = {key: "" if value is None else str(value) for key, value in row.items()}
        lines.append(_Line(number, values))
    if faults:
        raise InputRejected(faults)
    return lines


def _of_columns(name: str, number: int, columns: list[str]) -> list[Fault]:
    faults = [
        Fault(name, number, column, "een onbekende kolom", SAID)
        for column in columns
        if column not in COLUMNS
    ]
    missing = [column for column in NEEDED if column not in columns]
    faults += [Fault(name, number, column, "niets", "deze kolom") for column in missing]
    if not {"contract", "insurer_uzovi"} & set(columns):
        faults.append(Fault(name, number, "contract", "niets", "deze kolom, of insurer_uzovi"))
    return faults


class _Reader:
    """Turns rows into tariffs of contracts of one network; keeps what is wrong with them."""

    def __init__(self, network: Network, name: str, year: Period) -> None:
        self.name, self.year = name, year
        self.faults: list[Fault] = []
        contracts = list(
            Contract.objects.filter(network=network)
            .order_by("id")
            .values_list("id", "reference", "insurer__uzovi")
        )
        self.by_reference: dict[str, tuple[int, ...]] = {
            reference: (pk,) for pk, reference, _ in contracts
        }
        self.by_uzovi: dict[str, tuple[int, ...]] = {}
        for pk, _, uzovi in contracts:
            self.by_uzovi[uzovi] = (*self.by_uzovi.get(uzovi, ()), pk)
        self.followers = dict(
            Insurer.objects.filter(follows__isnull=False).values_list("uzovi", "follows__uzovi")
        )

    def tariff(self, line: _Line) -> OtherTariff | None:
        """Return what a row says; None when something is wrong with it."""
        known = len(self.faults)
        ids = self._contracts(line)
        word = line.values["product"]
        product = BY_WORD.get(word, word)
        if product not in BY_WORD.values():
            words = ", ".join(BY_WORD.values())
            self._fault(line, "product", repr(word), f"een product: {words}")
        cents = self._cents(line)
        start = self._day(line, "valid_from", DAWN)
        until = self._day(line, "valid_until", FAR_DATE)
        if start >= self.year.until:
            expected = f"een dag vóór {self.year.until:%d-%m-%Y}, of leeg: het hele jaar"
            self._fault(line, "valid_from", f"{start}", expected)
        elif until <= start:
            self._fault(line, "valid_until", f"{until}", "een dag na valid_from")
        if len(self.faults) > known:
            return None
        return OtherTariff(ids, product, cents, Period(start, until))

    def _contracts(self, line: _Line) -> tuple[int, ...]:
        reference, uzovi = line.values.get("contract", ""), line.values.get("insurer_uzovi", "")
        if bool(reference) == bool(uzovi):
            found = "allebei" if reference else "geen van beide"
            self._fault(line, "contract", found, "contract of insurer_uzovi, één van beide")
            return ()
        if reference:
            known = self.by_reference.get(reference)
            if known is None:
                self._fault(line, "contract", repr(reference), _one_of(self.by_reference))
            return known or ()
        known = self.by_uzovi.get(uzovi.zfill(4))
        if known is None and (followed := self.followers.get(uzovi.zfill(4))):
            found = f"{uzovi}, die geen eigen contract heeft en {followed} volgt"
            self._fault(line, "insurer_uzovi", found, followed)
        elif known is None:
            self._fault(line, "insurer_uzovi", repr(uzovi), _one_of(self.by_uzovi))
        return known or ()

    def _cents(self, line: _Line) -> int:
        text = line.values["cents"]
        if not (text.isascii() and text.isdigit()) or int(text) > MOST_CENTS:
            self._fault(line, "cents", repr(text), "een heel aantal centen, zonder komma of punt")
            return 0
        return int(text)

    def _day(self, line: _Line, column: str, unsaid: date) -> date:
        text = line.values.get(column, "")
        if not text:
            return unsaid
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._fault(line, column, repr(text), "een datum als 2025-01-31, of leeg")
            return unsaid

    def _fault(self, line: _Line, column: str, found: str, expected: str) -> None:
        self.faults.append(Fault(self.name, line.number, column, found, expected))


def _one_of(names: Iterable[str]) -> str:
    return "één van: " + (", ".join(sorted(names)) or "geen; dit netwerk heeft geen contracten")


def _doubled(name: str, lines: list[_Line], others: list[OtherTariff]) -> list[Fault]:
    """Return the rows that name a contract and product for days that another row names too."""
    seen: dict[tuple[int, str], list[Period]] = {}
    faults = []
    for line, other in zip(lines, others, strict=True):
        for contract_id in other.contract_ids:
            days = seen.setdefault((contract_id, other.product), [])
            if first_overlap([*days, other.period]) is not None:
                found = f"{other.product} twee keer voor dezelfde dagen"
                faults.append(Fault(name, line.number, "product", found, "één keer"))
                break
            days.append(other.period)
    return faults
