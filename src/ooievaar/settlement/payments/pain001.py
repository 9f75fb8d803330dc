"""The file of a run for the bank: SEPA credit transfers as pain.001.001.09, valid by its schema.

Made again it is the same to the byte: a bank that sees one message twice refuses the second.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import sepaxml
from lxml import etree
from sepaxml import SepaTransfer

SCHEMA = "pain.001.001.09"
NAMESPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"
LONGEST_REMITTANCE = 140


@dataclass(frozen=True, slots=True)
class Account:
    """One side of a transfer."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one account gets; the bank gives `reference` back on its statement."""

    to: Account
    cents: int
    reference: str
    remittance: str


def message_number(run_number: str) -> str:
    """Return how a run is called in its file; the bank names it so too."""
    return f"OOIEVAAR-{run_number}"


def write_pain001(
    run_number: str,
    debtor: Account,
    pay_on: date,
    made_at: datetime,
    transfers: Iterable[Transfer],
) -> bytes:
    """Write the file of a run. Raises lxml's DocumentInvalid when it is not valid: our fault."""
    config = {"name": debtor.name, "IBAN": debtor.iban, "BIC": debtor.bic}
    sepa = SepaTransfer(config | {"batch": True, "currency": "EUR"}, schema=SCHEMA, clean=True)
    for transfer in transfers:
        payment = {
            "name": transfer.to.name,
            "IBAN": transfer.to.iban,
            "amount": transfer.cents,
            "description": transfer.remittance[:LONGEST_REMITTANCE],
            "execution_date": pay_on,
            "endtoend_id": transfer.reference,
        }
        sepa.add_payment(payment | ({"BIC": transfer.to.bic} if transfer.to.bic else {}))
    content = _named(sepa.export(validate=False), message_number(run_number), made_at)
    _schema().assertValid(etree.fromstring(content))
    return content


@cache
def _schema() -> etree.XMLSchema:
    """Read the schema that sepaxml brings along, once: reading it takes longer than checking."""
    folder = Path(sepaxml.__file__).parent / "schemas"
    return etree.XMLSchema(etree.parse(folder / f"{SCHEMA}.xsd"))


def _named(content: bytes, number: str, made_at: datetime) -> bytes:
    """Put our own numbers in the place of the random ones that the library gives."""
    # The file is our own, of a moment ago.
    root = ElementTree.fromstring(content)  # noqa: S314
    for name, text in (
        ("MsgId", number),
        ("PmtInfId", number),
        ("CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%S")),
    ):
        for element in root.iter(f"{NAMESPACE}{name}"):
            element.text = text
    ElementTree.register_namespace("", NAMESPACE.strip("{}"))
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
