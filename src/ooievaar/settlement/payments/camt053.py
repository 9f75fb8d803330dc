"""Statements of the bank (camt.053), read as values, or what is wrong with them. Pure.

Prevents a hostile or broken file from being half understood: its size is limited first, no DOCTYPE
and no entity is accepted, only euros, and what moved must be what opening and closing differ.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from lxml import etree

from ooievaar.kernel.faults import Fault

LARGEST_BYTES = 20_000_000
MOST_ENTRIES = 100_000
NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}\}")
AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")
WHOLE = "een afschrift als camt.053"
SIGNS = {"CRDT": 1, "DBIT": -1}
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)

Element: TypeAlias = etree._Element


@dataclass(frozen=True, slots=True)
class Movement:
    """What came in (positive) or went out, with what the bank says of it.

    `batch` names the file that it is the whole of; `return_code` why a payment came back.
    """

    cents: int
    booked_on: date
    bank_reference: str = ""
    end_to_end: str = ""
    batch: str = ""
    is_return: bool = False
    return_code: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account."""

    iban: str
    reference: str
    opening_cents: int
    opening_on: date
    closing_cents: int
    closing_on: date
    movements: tuple[Movement, ...]


class _Wrong(Exception):
    """Something that is not as it should be, with where."""

    def __init__(self, element: Element, column: str, found: str, expected: str) -> None:
        super().__init__(column)
        self.row = _row(element)
        self.column, self.found, self.expected = column, found, expected


def read_camt053(name: str, content: bytes) -> tuple[Statement, ...] | Fault:
    """Read every statement in a file, in its order, or say what is wrong first."""
    if len(content) > LARGEST_BYTES:
        return Fault(name, None, "", "te groot", f"ten hoogste {LARGEST_BYTES} bytes")
    root = _root(name, content)
    if isinstance(root, Fault):
        return root
    try:
        statements = tuple(_statement(one) for one in _all(root, "BkToCstmrStmt/Stmt"))
    except _Wrong as wrong:
        return Fault(name, wrong.row, wrong.column, wrong.found, wrong.expected)
    if not statements:
        return Fault(name, None, "Stmt", "geen afschrift", WHOLE)
    return statements


def _root(name: str, content: bytes) -> Element | Fault:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    no_doctype = Fault(name, 1, "DOCTYPE", "een DOCTYPE", "XML zonder DOCTYPE")
    if b"<!DOCTYPE" in content:
        return no_doctype
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Fault(name, getattr(error, "lineno", None) or None, "", "geen heel XML", WHOLE)
    if root.getroottree().docinfo.internalDTD is not None:
        return no_doctype  # written in an encoding in which it could not be seen before
    if not isinstance(root.tag, str) or not NAMESPACE.match(root.tag):
        return Fault(name, _row(root), "Document", "een ander soort bestand", WHOLE)
    return root


def _statement(stmt: Element) -> Statement:
    iban = _text(stmt, "Acct/Id/IBAN")
    opening, opening_on = _balance(stmt, OPENING)
    closing, closing_on = _balance(stmt, CLOSING)
    movements: list[Movement] = []
    for entry in _all(stmt, "Ntry"):
        movements += _movements(entry)
        if len(movements) > MOST_ENTRIES:
            raise _Wrong(entry, "Ntry", "te veel", f"ten hoogste {MOST_ENTRIES}")
    moved = sum(one.cents for one in movements)
    if opening + moved != closing:
        found = f"bij en af samen {moved} cent, en het saldo verschilt {closing - opening}"
        raise _Wrong(stmt, "Bal", found, "saldi die kloppen met bij en af")
    reference = _text(stmt, "Id")
    return Statement(iban, reference, opening, opening_on, closing, closing_on, tuple(movements))


def _balance(stmt: Element, codes: tuple[str, ...]) -> tuple[int, date]:
    for code in codes:
        for balance in _all(stmt, "Bal"):
            if _maybe(balance, "Tp/CdOrPrtry/Cd") == code:
                return _signed(balance), _day(balance, "Dt")
    raise _Wrong(stmt, "Bal", "geen saldo", " of ".join(codes))


def _movements(entry: Element) -> Iterator[Movement]:
    """Yield the parts of an entry that is booked, or the entry itself where it has none."""
    if (_maybe(entry, "Sts/Cd") or _maybe(entry, "Sts")) != "BOOK":
        return
    cents, booked_on = _signed(entry), _day(entry, "BookgDt")
    reference = _maybe(entry, "AcctSvcrRef")[:35]
    is_back = _maybe(entry, "RvslInd") == "true"
    details = list(_all(entry, "NtryDtls/TxDtls"))
    batches = {_maybe(one, "PmtInfId") for one in _all(entry, "NtryDtls/Btch")}
    batches |= {_maybe(one, "Refs/PmtInfId") for one in details}
    batch = batches.pop() if len(batches - {""}) == 1 and "" not in batches else ""
    if len(details) <= 1 or any(one.find(_path(one, "Amt")) is None for one in details):
        detail = details[0] if len(details) == 1 else None
        yield _movement(entry, detail, cents, booked_on, reference, batch, is_back)
        return
    parts = [
        _movement(entry, one, _signed(one, entry), booked_on, reference, "", is_back)
        for one in details
    ]
    if sum(one.cents for one in parts) != cents:
        found = f"samen {sum(one.cents for one in parts)} cent"
        raise _Wrong(entry, "TxDtls", found, f"het bedrag van de boeking: {cents} cent")
    yield from parts


def _movement(
    entry: Element,
    detail: Element | None,
    cents: int,
    booked_on: date,
    reference: str,
    batch: str,
    is_back: bool,
) -> Movement:
    end_to_end = code = ""
    if detail is not None:
        end_to_end = _maybe(detail, "Refs/EndToEndId")[:35]
        reference = _maybe(detail, "Refs/AcctSvcrRef")[:35] or reference
        code = _maybe(detail, "RtrInf/Rsn/Cd")[:4]
        is_back = is_back or detail.find(_path(detail, "RtrInf")) is not None
    return Movement(cents, booked_on, reference, end_to_end, batch, is_back, code)


def _signed(element: Element, around: Element | None = None) -> int:
    """Return an amount with its sign; a detail may leave the sign to the entry around it."""
    amount = element.find(_path(element, "Amt"))
    if amount is None:
        raise _Wrong(element, "Amt", "niets", "een bedrag")
    if amount.get("Ccy") != "EUR":
        raise _Wrong(amount, "Amt", "een andere munt", "euro's")
    text = (amount.text or "").strip()
    if not AMOUNT.fullmatch(text):
        raise _Wrong(amount, "Amt", "geen bedrag", "een bedrag als 12.34")
    euros, _, rest = text.partition(".")
    if rest[2:].strip("0"):
        raise _Wrong(amount, "Amt", "een deel van een cent", "hele centen")
    word = _maybe(element, "CdtDbtInd") or (
        _maybe(around, "CdtDbtInd") if around is not None else ""
    )
    if word not in SIGNS:
        raise _Wrong(element, "CdtDbtInd", "geen bij of af", "CRDT of DBIT")
    return SIGNS[word] * (int(euros) * 100 + int(rest[:2].ljust(2, "0")))


def _day(element: Element, path: str) -> date:
    text = _maybe(element, f"{path}/Dt") or _maybe(element, f"{path}/DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _Wrong(element, path, "geen dag", "een dag als 2026-10-31") from None


def _row(element: Element) -> int | None:
    line: Any = element.sourceline
    return line if isinstance(line, int) else None


def _text(element: Element, path: str) -> str:
    found = _maybe(element, path)
    if not found or len(found) > 35:
        raise _Wrong(element, path, "niets of te lang", "1 tot 35 tekens")
    return found


def _maybe(element: Element, path: str) -> str:
    return (element.findtext(_path(element, path)) or "").strip()


def _all(element: Element, path: str) -> Iterator[Element]:
    return iter(element.findall(_path(element, path)))


def _path(element: Element, path: str) -> str:
    """Return a path in the namespace of the file: the banks use several editions of one message."""
    namespace = etree.QName(element).namespace
    return "/".join(f"{{{namespace}}}{name}" for name in path.split("/"))
